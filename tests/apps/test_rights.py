"""A person's own view, and what people ask about their record: taken down, decided, answered, erased."""

import io
from typing import Any
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from kanglu.trust import Actor, Role

ROOT = Actor("root", "root", Role.ADMIN)


@pytest.fixture(scope="module")
def number(site: Any) -> str:
    """Somebody whose record is made for this."""
    from kanglu.record.facts import Identifier, PersonStatement

    store = site.house.store(ROOT)
    with store.batch("one") as writer:
        person = writer.person(PersonStatement((Identifier("mrn", "R-1"),), "<b>任一</b>", "female"))
    return f"K{person:06d}"


def test_a_request_goes_its_whole_way_to_an_erased_record(visit, site, number, accessible):
    page = visit(f"/person/{number}", "chen", lang="en")
    page.get_by_role("link", name="Privacy").click()
    page.wait_for_url(f"**/person/{number}/privacy")
    expect(page.locator("h1")).to_have_text("<b>任一</b>: what became of the data")
    expect(page.locator("#trail tbody tr").first).to_contain_text("陈静")
    page.get_by_text("Take down a request").click()
    page.get_by_label("What is asked").select_option("erasure")
    page.get_by_label("In the person's words").fill("请删除我的档案")
    page.get_by_role("button", name="Take it down").click()
    expect(page.locator("#requests li")).to_contain_text("waits for a decision")

    page = visit("/rights", "sun", lang="en")
    card = page.locator("article", has_text=number)
    expect(card).to_contain_text("to have the record erased: 请删除我的档案")
    accessible(page)
    card.get_by_role("button", name="Accept").click()
    page.on("dialog", lambda dialog: dialog.accept())
    card.get_by_role("button", name="Erase for good").click()
    if page.locator("dialog[open]").count():
        page.locator("dialog[open] button.danger, dialog[open] button.main").first.click()
    expect(page.locator(".sayings")).to_contain_text(f"The record {number} is erased.")
    expect(page.locator("article", has_text=number)).to_have_count(0)
    page = visit("/rights?show=all", "sun", lang="en")
    expect(page.locator("article", has_text=number)).to_contain_text("answered")
    expect(visit(f"/person/{number}", "sun", lang="en").locator("h1")).to_have_text("This is not here")


def test_an_erasure_that_one_entered_oneself_waits_for_a_second_person(visit, site):
    store = site.house.store(site.house.accounts.who(site.token("sun")).actor)
    view = store.person(store.panel("all").record_numbers[3]).view
    store.receive_request(view, "erasure", store.as_of, store.as_of, "x")
    card = visit("/rights", "sun", lang="en").locator("article", has_text=view.record_number)
    expect(card).to_contain_text("a second person decides on an erasure")
    expect(card.get_by_role("button")).to_have_count(0)


def test_what_is_overdue_is_said_first_and_is_refused_with_a_reason(visit, site):
    from datetime import timedelta

    store = site.house.store(ROOT)
    view = store.person(store.panel("all").record_numbers[4]).view
    store.receive_request(view, "access", store.as_of, store.as_of - timedelta(days=3), "给我看")
    page = visit("/rights", "sun", lang="en")
    expect(page.locator("#listed .banner.wrong")).to_have_text("1 answer is overdue.")
    card = page.locator("article", has_text=view.record_number)
    expect(card).to_contain_text("3 days overdue")
    card.get_by_text("Refuse").first.click()
    card.get_by_label("Reason, as the person will be told").fill("不是本人")
    card.locator("form button").click()
    expect(page.locator("#listed .banner.wrong")).to_have_count(0)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("path", ["/rights?show=all", "/person/{}/privacy"])
def test_they_are_accessible_and_fit(visit, site, accessible, fits, lang, width, path):
    store = site.house.store(ROOT)
    page = visit(path.format(store.panel("all").record_numbers[0]), "sun", lang=lang, width=width)
    accessible(page)
    fits(page)


@pytest.mark.parametrize("name", ["zhou", "bai", "ou"])
def test_whoever_may_not_sees_neither_and_takes_nothing(visit, site, name):
    store = site.house.store(ROOT)
    number = store.panel("all").record_numbers[0]
    for path in ("/rights", f"/person/{number}/privacy"):
        expect(visit(path, name, lang="en").locator("h1")).to_have_text("This page is not for your role")
    with site.http(name) as client:
        for file in ("access.csv", "everything.zip"):
            assert client.get(f"/person/{number}/privacy/{file}").status_code == 403


def test_everything_is_taken_away_for_the_person(site):
    number = site.house.store(ROOT).panel("all").record_numbers[0]
    with site.http("sun") as client:
        table = client.get(f"/person/{number}/privacy/access.csv")
        whole = client.get(f"/person/{number}/privacy/everything.zip")
    assert table.text.startswith("\ufeff")
    with ZipFile(io.BytesIO(whole.content)) as file:
        assert {"person.json", "access.csv", "observations.csv"} <= set(file.namelist())
