"""Today: the queue with its why, acts in place, who comes second, other days, filters, recordings."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from tests import sounds

from kanglu.care import acts, cards, consents, in_force, worklist
from kanglu.record.facts import Identifier, PersonStatement, Telecom
from kanglu.trust import Actor, Role

from .conftest import Clock

MANAGER = Actor("test", "Test", Role.HEALTH_MANAGER, at_machine=True)
WHO = {"chen": "chen_jing", "he": "he_min"}


@pytest.fixture(autouse=True)
def undone(site: Any) -> Iterator[None]:
    """What a test has entered is taken back after it."""
    store = site.house.store(MANAGER)
    before = set(store.batches()["id"])
    yield
    site.clock.now = Clock().now
    made = store.batches()
    for batch in sorted(set(made.loc[made["undone"].isna(), "id"]) - before, reverse=True):
        store.undo(int(batch))


@pytest.fixture
def listed(site: Any) -> Any:
    """Whose list holds whom: ``listed("chen")`` gives places."""

    def places(name: str, scope: worklist.Scope = "mine") -> tuple[worklist.Place, ...]:
        return worklist.worklist(site.house.store(MANAGER), scope, WHO[name]).today

    return places


def first(page: Any) -> Any:
    return page.locator(".td-entry").first


def answer(page: Any, outcome: str, **fields: str) -> None:
    """Enter what came of a call to the first person."""
    first(page).locator("[data-what=call]").click()
    page.locator(".td-form .chips label", has_text=outcome).click()
    for name, value in fields.items():
        field = page.locator(f".td-form [name={name}]")
        field.select_option(value) if name in ("barrier", "channel", "owner") else field.fill(value)
    page.locator(".td-form button.main").click()


# -- what is seen ----------------------------------------------------------------------------------------


def test_the_list_is_the_queue_in_order_each_with_why(visit, listed, site):
    page = visit("/", "chen", lang="en")
    expected = listed("chen")
    numbers = [one.entry.record_number for one in expected]
    shown = page.locator(".td-entry h3 a").evaluate_all("all => all.map(a => a.href.split('/').pop())")
    assert shown == numbers
    [card] = cards.cards(site.house.store(MANAGER), [expected[0].entry.person_id], "en").values()
    expect(first(page)).to_contain_text(card.person.name)
    expect(first(page)).to_contain_text(f"{card.age} years")
    expect(first(page)).to_contain_text(card.open[0].because)
    expect(first(page)).to_contain_text(f"{card.open[0].days_late} days overdue")
    assert page.locator(".td-summary .big").all_inner_texts()[:2] == ["0", str(len(numbers))]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_it_is_accessible_and_fits_also_with_its_forms_open(visit, accessible, fits, lang, width):
    page = visit("/?scope=all", "sun", lang=lang, width=width)
    accessible(page)
    for what in ("call", "snooze", "hand_over", "complete", "cancel"):
        first(page).locator(f"[data-what={what}]").click()
        page.locator(f".td-form[data-act={what}]").wait_for()
        accessible(page)
        fits(page)
        page.locator("[data-act=leave]").click()
        page.locator(".td-form").wait_for(state="detached")


def test_script_in_a_name_is_text(visit, site, listed):
    person = listed("chen")[0].entry
    with site.house.store(MANAGER).batch("name") as writer:
        number = Identifier("kanglu-record-number", person.record_number)
        name = "<script>alert(1)</script>"
        writer.person(PersonStatement((number,), name=name, effective="2026-01-01", source_key="x"))
    expect(first(visit("/"))).to_contain_text("<script>alert(1)</script>")


@pytest.mark.parametrize("name", ["bai", "ou"])
def test_who_may_not_know_people_sees_that_and_nothing_else(visit, name):
    page = visit("/", name, lang="en")
    expect(page.locator("h1")).to_have_text("This page is not for your role")
    assert page.locator(".td-entry").count() == 0


def test_who_has_no_place_in_the_staff_sees_everybodys(visit):
    page = visit("/", "sun", lang="en")
    assert page.locator("[name=scope]:checked").get_attribute("value") == "all"
    assert page.locator("[value=mine]").count() == 0
    expect(first(page)).to_contain_text("Owner:")


def test_an_empty_list_says_what_else_there_is(visit, site, listed):
    store = site.house.store(MANAGER)
    for one in listed("chen"):
        acts.cancel(store, one.entry.record_number, one.entry.tasks, "test")
    expect(visit("/", lang="en").locator(".empty")).to_contain_text("Nobody is waiting for you today")


# -- what is done ----------------------------------------------------------------------------------------


def test_a_call_that_nobody_answers_is_entered_and_taken_back(visit, site, listed):
    person = listed("chen")[0].entry
    page = visit("/", lang="en")
    answer(page, "no answer", note="rang twice", barrier="transport")
    expect(first(page).locator(".td-did")).to_contain_text("Contact entered: no answer")
    expect(first(page)).to_contain_text("next try 2 Jan 2026")
    expect(page.locator(".saying").first).to_contain_text("A home visit")
    expect(page.locator(".td-summary .big").first).to_have_text("1")
    [said] = site.house.store(MANAGER).dossier(person.record_number).communications.tail(1).to_dict("records")
    assert (said["outcome"], said["reason"], said["text"]) == ("no_answer", "transport", "rang twice")
    assert person.record_number not in [one.entry.record_number for one in listed("chen")]
    first(page).locator("[data-act=undo]").click()
    expect(first(page).locator(".td-did")).to_have_count(0)
    assert person.record_number in [one.entry.record_number for one in listed("chen")]
    expect(page.locator(".td-summary .big").first).to_have_text("0")


def test_who_may_not_take_back_opens_again(visit, site):
    page = visit("/?scope=all", "zhou", lang="en")
    first(page).locator("[data-what=cancel]").click()
    page.locator(".td-form [name=reason]").fill("known elsewhere")
    page.locator(".td-form button.main").click()
    expect(first(page).locator(".td-did")).to_contain_text("Cancelled: known elsewhere")
    first(page).locator("[data-act=undo]").click()
    expect(page.locator(".saying")).to_contain_text("Taken back")
    expect(first(page).locator("[data-what=call]")).to_be_visible()


def test_it_is_put_off_not_to_a_day_that_has_passed(visit, site):
    page = visit("/", lang="en")
    first(page).locator("[data-what=snooze]").click()
    page.locator(".td-form [name=until]").fill("2026-01-01")
    page.locator(".td-form [name=reason]").fill("away")
    page.locator(".td-form button.main").click()
    expect(page.locator(".saying.wrong")).to_contain_text("Choose a day after today")
    page.locator(".td-form [name=until]").fill("2026-01-02")
    page.locator(".td-form button.main").click()
    expect(first(page).locator(".td-did")).to_contain_text("Put off to 2 Jan 2026")


def test_it_is_handed_over_and_stands_in_the_colleagues_list(visit, listed):
    person = listed("chen")[0].entry
    page = visit("/", lang="en")
    first(page).locator("[data-what=hand_over]").click()
    page.locator(".td-form [name=owner]").select_option("he_min")
    page.locator(".td-form button.main").click()
    expect(first(page).locator(".td-did")).to_contain_text("Handed over to 何敏")
    assert person.record_number in [one.entry.record_number for one in listed("he")]


def test_what_was_done_is_marked_as_done_and_the_rest_stays(visit, listed):
    person = listed("chen")[0].entry
    assert len(person.tasks) > 1
    page = visit("/", lang="en")
    first(page).locator("[data-what=complete]").click()
    page.locator(".td-form button.main").click()
    expect(first(page).locator(".td-did")).to_contain_text("Marked as done")
    [now] = [one.entry for one in listed("chen") if one.entry.person_id == person.person_id]
    assert now.tasks == person.tasks[1:]


def test_without_a_tick_nothing_is_entered(visit, site):
    page = visit("/", lang="en")
    entry = page.locator(".td-entry", has=page.locator("details.fold")).first
    entry.locator("[data-what=complete]").click()
    before = len(site.house.store(MANAGER).batches())
    page.locator(".td-form").wait_for()
    for one in page.locator(".td-form [name=tasks]").all():
        one.uncheck()
    page.locator(".td-form button.main").click()
    expect(page.locator(".saying.wrong")).to_contain_text("Tick at least one task")
    assert len(site.house.store(MANAGER).batches()) == before


# -- two people, other days --------------------------------------------------------------------------------


def test_of_two_who_take_the_same_one_gets_it_and_the_other_is_told(visit):
    mine, hers = (visit("/?scope=unowned", name, lang="en") for name in ("chen", "he"))
    first(mine).locator("[data-act=take]").click()
    expect(first(mine).locator(".td-did")).to_contain_text("Taken: it is yours now")
    first(hers).locator("[data-act=take]").click()
    expect(hers.locator(".saying.note")).to_contain_text("陈静 took this at 09:00 and sees to it")
    expect(first(hers)).to_contain_text("Owner: 陈静")
    assert hers.locator(".td-did").count() == 0


def test_what_a_colleague_closed_meanwhile_is_told_calmly(visit, site, listed):
    person = listed("chen")[0].entry
    page = visit("/", lang="en")
    first(page).locator("[data-what=call]").click()
    page.locator(".td-form .chips label", has_text="reached").click()
    acts.cancel(site.house.store(MANAGER), person.record_number, person.tasks, "moved")
    page.locator(".td-form button.main").click()
    expect(page.locator(".saying.note")).to_contain_text("Somebody else has acted on this meanwhile")
    expect(first(page)).to_contain_text("Nothing is to be done for this person any more")


def test_what_a_colleague_does_is_seen_without_a_reload(visit, site, listed):
    person = listed("chen")[0].entry
    page = visit("/", lang="en")
    acts.cancel(site.house.store(MANAGER), person.record_number, person.tasks, "moved")
    page.evaluate("kanglu.tell('tick', {}, null)")
    expect(first(page)).to_contain_text("Nothing is to be done for this person any more")


def test_a_page_left_open_over_midnight_does_nothing_unasked(visit, site):
    page = visit("/", lang="en")
    before = len(site.house.store(MANAGER).batches())
    site.clock.now += timedelta(days=1)
    site.cookies.clear()
    first(page).locator("[data-what=call]").click()
    expect(page.locator("#k-new-day")).to_contain_text("It is a new day")
    assert page.locator(".td-form").count() == 0
    assert len(site.house.store(MANAGER).batches()) == before


# -- filters ---------------------------------------------------------------------------------------------


def test_filters_narrow_the_list_and_stay_in_the_address(visit, site):
    page = visit("/?scope=all", "sun", lang="en")
    whole = page.locator("#parts").inner_text()
    page.locator("#programme").select_option("hypertension")
    expect(page.locator("#parts")).not_to_have_text(whole)
    assert "programme=hypertension" in page.url
    page.reload()
    assert page.locator("#programme").input_value() == "hypertension"
    expect(page.locator("[name=scope]:checked")).to_have_value("all")


def test_it_is_sorted_by_owner(visit):
    page = visit("/?scope=all&order=owner", "sun", lang="en")
    owners = page.locator(".td-tags .quiet").all_inner_texts()
    named = [one for one in owners if "nobody" not in one]
    assert named
    assert owners[: len(named)] == named


def test_a_long_list_is_shown_a_page_at_a_time(visit, listed):
    page = visit("/?scope=all", "sun", lang="en")
    count = len(listed("chen", "all"))
    assert count > 25
    assert page.locator(".td-entry").count() == 25
    page.locator("[data-act=more]").click()
    expect(page.locator(".td-entry")).to_have_count(min(count, 50))


# -- telephone and recordings ----------------------------------------------------------------------------


def test_a_number_is_shown_in_full_when_asked_for_as_something_to_call(visit, site, listed):
    person = listed("chen")[0].entry
    with site.house.store(MANAGER).batch("phone") as writer:
        number = Identifier("kanglu-record-number", person.record_number)
        writer.person(PersonStatement((number,), telecoms=(Telecom("phone", "13912345678"),), source_key="x"))
    page = visit("/", lang="en", width=390)
    expect(first(page)).to_contain_text("139****5678")
    assert "13912345678" not in page.content()
    first(page).locator("[data-act=telephone]").click()
    expect(first(page).locator("a[href='tel:13912345678']")).to_be_visible()


def test_no_recording_without_permission_then_attached_and_played(visit, site, listed, tmp_path):
    person = listed("chen")[0].entry
    page = visit("/", lang="en")
    answer(page, "reached")
    first(page).locator("[data-act=record]").click()
    panel = page.locator(".rec")
    expect(panel).to_contain_text("Not asked about recording")
    assert panel.locator("[type=file]").count() == 0
    panel.locator("button[value=allow]").click()
    expect(panel).to_contain_text("Recording allowed")
    file = tmp_path / "call.wav"
    file.write_bytes(b"<html>")
    panel.locator("[type=file]").set_input_files(file)
    panel.locator(".rec-upload button").click()
    expect(page.locator(".saying.wrong")).to_contain_text("Not kept: a recording is WAV")
    file.write_bytes(sounds.wav(2))
    panel.locator("[type=file]").set_input_files(file)
    panel.locator(".rec-upload button").click()
    expect(panel.locator("audio")).to_have_count(1)
    expect(panel).to_contain_text("0:02")
    with site.http("chen") as client:
        answered = client.get(panel.locator("audio").get_attribute("src"))
        assert (answered.content, answered.headers["content-type"]) == (sounds.wav(2), "audio/wav")
        assert answered.headers["cache-control"] == "no-store"
        consents.withdraw(
            site.house.store(MANAGER), person.record_number, "recording", site.house.today, "no more", "chen"
        )
        refused = client.get(panel.locator("audio").get_attribute("src"))
        assert (refused.status_code, b"RIFF" in refused.content) == (403, False)


def test_a_post_without_permission_or_without_a_file_is_refused(site, listed):
    number = listed("chen")[0].entry.record_number
    with site.http("chen") as client:
        sent = {"data": {"about": "x"}, "files": {"file": ("a.wav", sounds.wav(), "audio/wav")}}
        assert client.post(f"/recordings/{number}", **sent).status_code == 403
        assert client.post(f"/recordings/{number}", data={"about": "x"}).status_code == 422
        assert client.post("/recordings/K999999", **sent).status_code in (404, 422)
        assert client.get(f"/recordings/{number}/77").status_code in (403, 404)
    with site.http() as client:
        assert client.get(f"/recordings/{number}/1").status_code == 303
    with site.http("bai") as client:
        assert client.get(f"/recordings/{number}/1").status_code == 403


def test_the_staff_of_the_demo_is_there(site):
    assert set(WHO.values()) < set(in_force(site.house.store(MANAGER)).staff)
