"""The visit page in a real browser: two programmes, drafts, doubts, what saving tells, both languages."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from panel.io.asgi import PanelASGI
from playwright.sync_api import Page, expect
from tests import sounds

from kanglu.care import visit as visits
from kanglu.care.book import in_force
from kanglu.care.forms import questionnaires
from kanglu.record import Dossier
from kanglu.trust import Actor, Role

from .conftest import Site, live

BOTH, OTHER = "K000019", "K000024"
"""Men of 67 and 74 years in both programmes."""
WORDS = {
    "zh": {
        "deny": "已询问：均无",
        "save": "保存",
        "same": "与上次相同：日饮酒量（两）",
        "uncontrolled": "控制不满意",
        "controlled": "控制满意",
        "next": "2026年1月15日",
        "agree": "约定此日",
    },
    "en": {
        "deny": "Asked: none of these",
        "save": "Save",
        "same": "Same today: Alcohol a day (liang of spirit)",
        "uncontrolled": "not controlled",
        "controlled": "controlled",
        "next": "15 Jan 2026",
        "agree": "Agree on this day",
    },
}
REQUIRED = (
    *("mode-home", "symptoms-none", "adherence-regular", "adverse-no"),
    *("hypoglycaemia-none", "complication-no"),
)


def tick(page: Page, *ids: str) -> None:
    for one in ids:
        page.locator(f"label:has(#{one})").click()


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"#{name}", value)


def answer_all(page: Page) -> None:
    tick(page, *REQUIRED)


def stored(site: Site, number: str) -> Dossier:
    store = site.house.store(Actor("chen", "陈静", Role.HEALTH_MANAGER, "chen_jing"), as_of=site.house.today)
    return store.dossier(number)


@pytest.mark.parametrize(
    ("lang", "width", "number", "bmi"), [("zh", 1440, BOTH, "25.4"), ("en", 390, OTHER, "27.5")]
)
def test_a_visit_of_two_programmes_from_the_first_answer_to_the_next_date(
    visit: Callable[..., Page], site: Site, accessible: Callable[[Page], None], fits: Callable[[Page], None],
    lang: str, width: int, number: str, bmi: str,
) -> None:  # fmt: skip
    said = WORDS[lang]
    page = visit(f"/visit/{number}", lang=lang, width=width)
    accessible(page)
    answer_all(page)
    page.get_by_role("button", name=said["deny"]).click()
    expect(page.locator("#danger_chest-no")).to_be_checked()
    fill(page, sbp="152", dbp="81", fpg="6.8", weight="73.5")
    verdicts = page.locator("#preview .visit-verdict")
    expect(verdicts.filter(has_text="150/90").locator(".tag")).to_have_text(said["uncontrolled"])
    expect(verdicts.filter(has_not_text="150/90").locator(".tag")).to_have_text(said["controlled"])
    expect(page.locator("#preview .visit-next")).to_contain_text(said["next"])
    expect(page.locator("#bmi_kg_m2 output")).to_have_text(bmi)
    page.get_by_role("button", name=said["same"]).click()
    expect(page.locator("#liang")).to_have_value("0")
    page.get_by_role("button", name=said["agree"]).click()
    expect(page.locator("#next_visit")).to_have_value("2026-01-15")
    expect(page.locator("#saving")).to_contain_text("09:00")
    accessible(page)
    fits(page)
    page.locator("#saving").get_by_role("button", name=said["save"], exact=True).click()
    expect(page.locator("#saved")).to_be_focused()
    expect(page.locator("#saved .visit-next")).to_contain_text(said["next"])
    expect(page.locator("#sbp")).to_be_hidden()
    accessible(page)
    fits(page)
    held = stored(site, number)
    today = held.encounters[held.encounters["effective"] == "2026-01-01"]
    assert today["setting"].tolist() == ["HH"]
    assert today["reason"].tolist() == ["hypertension,type2_diabetes"]


def test_what_was_saved_is_corrected_with_a_reason_and_its_past_is_shown(visit: Callable[..., Page]) -> None:
    page = visit(f"/visit/{BOTH}?day=2025-12-20", lang="en")
    answer_all(page)
    fill(page, sbp="142", dbp="80", fpg="6.8")
    save(page)
    page.get_by_role("button", name="Correct something").click()
    expect(page.locator("#sbp")).to_have_value("142")
    live(page)
    fill(page, sbp="138")
    page.fill("#visit-reason", "cuff was loose")
    save(page)
    page.get_by_role("button", name="Correct something").click()
    edit = page.locator(".visit-edit").last
    expect(edit).to_contain_text("cuff was loose")
    expect(edit).to_contain_text("142 mmHg")
    expect(edit).to_contain_text("138 mmHg")


def save(page: Page) -> None:
    page.locator("#saving").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#saved")).to_be_visible()


def test_the_absurd_is_refused_the_unusual_questioned_and_nothing_is_saved_till_then(
    visit: Callable[..., Page], site: Site
) -> None:
    page = visit(f"/visit/{OTHER}?day=2025-12-27", lang="en")
    answer_all(page)
    fill(page, sbp="310", dbp="80", hba1c="15.6")
    expect(page.locator("#sbp-wrong")).to_have_text("Only 50 to 300 mmHg can be entered.")
    button = page.locator("#saving").get_by_role("button", name="Save", exact=True)
    button.click()
    expect(page.locator("#sbp")).to_be_focused()
    fill(page, sbp="148")
    expect(page.locator("#sbp-wrong")).to_have_count(0)
    button.click()
    expect(page.locator("#hba1c")).to_be_focused()
    expect(page.locator("#saved")).to_have_count(0)
    page.locator("#hba1c-doubt").get_by_role("button", name="It is right").click()
    expect(page.locator("#hba1c-doubt")).to_contain_text("Confirmed")
    button.click()
    expect(page.locator("#saved")).to_be_visible()


def test_a_draft_is_there_again_after_a_reload_and_can_be_thrown_away(
    visit: Callable[..., Page], site: Site
) -> None:
    page = visit(f"/visit/{OTHER}?day=2025-12-30", lang="en")
    tick(page, "mode-phone")
    fill(page, sbp="147")
    expect(page.locator("#saving")).to_contain_text("Kept as a draft, 09:00")
    page.reload()
    expect(page.locator("#sbp")).to_have_value("147")
    expect(page.locator("#mode-phone")).to_be_checked()
    live(page)
    other = visit(f"/visit/{OTHER}", lang="en")
    expect(other.get_by_role("link", name="Follow-up visit 30 Dec 2025")).to_be_visible()
    strange = visit(f"/visit/{OTHER}?day=2025-12-30", "he", lang="en")
    expect(strange.locator("#sbp")).to_have_value("")
    page.get_by_role("button", name="Throw it away").click()
    page.locator("#k-confirm").get_by_role("button", name="Continue").click()
    expect(page.locator("#sbp")).to_have_value("")


def test_what_somebody_else_saved_meanwhile_is_not_written_over_unseen(
    visit: Callable[..., Page], site: Site
) -> None:
    page = visit(f"/visit/{OTHER}?day=2025-12-29", lang="en")
    answer_all(page)
    fill(page, sbp="147", dbp="80")
    he = site.house.store(Actor("he", "何敏", Role.HEALTH_MANAGER, "he_min"), as_of=site.house.today)
    day = site.house.today - timedelta(days=3)
    form = visits.form_of(he.dossier(OTHER), day, in_force(he), questionnaires())
    theirs = {"mode": "clinic", "sbp": 133, "dbp": 80}
    visits.save_visit(he, OTHER, form, theirs, day, "he_min", "theirs")
    page.locator("#saving").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#overtaken")).to_be_focused()
    page.get_by_role("button", name="Show what was saved").click()
    page.locator("#k-confirm").get_by_role("button", name="Continue").click()
    expect(page.locator("#sbp")).to_have_value("133")


def test_half_a_visit_says_what_is_open_and_can_be_saved(visit: Callable[..., Page]) -> None:
    page = visit(f"/visit/{OTHER}?day=2025-12-28", lang="en")
    tick(page, "mode-home")
    fill(page, sbp="138", dbp="80")
    page.locator("#saving").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#unfinished")).to_contain_text("Taking medicines")
    page.get_by_role("button", name="Save it unfinished").click()
    expect(page.locator("#saved")).to_contain_text("unfinished")


def test_another_form_is_filled_on_the_same_page(
    visit: Callable[..., Page], accessible: Callable[[Page], None], fits: Callable[[Page], None]
) -> None:
    page = visit(f"/visit/{OTHER}", lang="en", width=390)
    page.select_option("#visit-form-name", "phq9")
    page.wait_for_url("**/visit/K000024?form=phq9")
    live(page)
    tick(page, *(f"phq9_{place}-0" for place in range(1, 9)), "phq9_9-1")
    expect(page.locator("#preview [role=alert]")).to_be_visible()
    accessible(page)
    fits(page)
    save(page)


def test_whoever_is_in_no_programme_is_told_what_to_do(
    visit: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = visit("/visit/K000001?day=2000-01-01", lang="en")
    expect(page.get_by_role("link", name="Enrol in a programme")).to_be_visible()
    accessible(page)


@pytest.mark.parametrize("who", ["bai", "ou"])
def test_a_role_that_may_not_enter_sees_nothing(visit: Callable[..., Page], who: str) -> None:
    page = visit(f"/visit/{BOTH}", who, lang="en")
    expect(page.get_by_role("heading", level=1)).to_have_text("This page is not for your role")
    expect(page.locator("#content")).not_to_contain_text(BOTH)


def test_the_official_form_is_printed_and_nobody_else_gets_it(site: Site) -> None:
    path = f"/visit/{BOTH}/paper/hypertension?year=2025"
    with site.http("chen") as chen:
        paper = chen.get(path)
        assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
        assert chen.get(f"/visit/{BOTH}/paper/gout").status_code == 404
    with site.http("ou") as ou:
        assert ou.get(path).status_code == 403
    with site.http() as nobody:
        assert nobody.get(path).status_code in (303, 401)


def test_what_is_typed_without_a_connection_is_there_when_it_is_back(visit: Callable[..., Page]) -> None:
    page = visit(f"/visit/{OTHER}?day=2025-12-26", lang="en", width=390)
    page.context.set_offline(True)
    tick(page, "mode-home", "symptoms-thirst")
    fill(page, sbp="144", medicines="one a day")
    page.wait_for_selector("#k-offline:not([hidden])", timeout=20_000)
    fill(page, dbp="84")
    page.context.set_offline(False)
    expect(page.locator("#saving")).to_contain_text("Kept as a draft", timeout=20_000)
    expect(page.locator("#preview .tag").last).to_have_text("controlled")
    page.reload()
    expect(page.locator("#dbp")).to_have_value("84")
    expect(page.locator("#medicines")).to_have_value("one a day")
    expect(page.locator("#symptoms-thirst")).to_be_checked()


def test_the_keyboard_alone_fills_and_saves(visit: Callable[..., Page]) -> None:
    page = visit(f"/visit/{OTHER}?day=2025-12-25", lang="en")
    page.focus("#mode-clinic")
    page.keyboard.press("Space")
    page.focus("#sbp")
    page.keyboard.type("138")
    page.keyboard.press("Enter")
    expect(page.locator("#dbp")).to_be_focused()
    page.keyboard.type("80")
    expect(page.locator("#preview .tag").last).to_have_text("controlled")
    page.focus("#saving button.main")
    page.keyboard.press("Enter")
    expect(page.locator("#unfinished")).to_be_focused()
    page.get_by_role("button", name="Save it unfinished").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#saved")).to_be_focused()


def test_what_is_kept_while_the_page_loads_anew_is_on_the_new_one(
    visit: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, kept, typing = PanelASGI.__call__, asyncio.Event(), asyncio.Event()

    async def made_before_it_is_kept(server: PanelASGI, scope: Any, receive: Any, send: Any) -> None:
        made: list[Any] = []

        async def sent(event: Any) -> None:
            if loading:
                made.append(event)
            else:
                await send(event)
            if "Kept as a draft" in str(event.get("text")):
                kept.set()

        loading = scope["type"] == "http" and scope["path"] == f"/visit/{OTHER}" and typing.is_set()
        await answered(server, scope, receive, sent)
        for event in made:
            await kept.wait()
            await send(event)

    monkeypatch.setattr(PanelASGI, "__call__", made_before_it_is_kept)
    page = visit(f"/visit/{OTHER}?day=2025-12-29", lang="en")
    fill(page, sbp="147")
    typing.set()
    page.reload()
    expect(page.locator("#sbp")).to_have_value("147")
    live(page)
    expect(page.locator("#saving")).to_contain_text("Kept as a draft, 09:00")


def test_a_page_left_open_over_midnight_keeps_the_draft_and_saves_nothing(
    visit: Callable[..., Page], site: Site
) -> None:
    morning = site.clock.now
    site.clock.now += timedelta(hours=14, minutes=50)
    site.cookies.pop("chen", None)
    try:
        page = visit(f"/visit/{BOTH}?day=2025-12-24", lang="en")
        answer_all(page)
        fill(page, sbp="138", dbp="80")
        site.clock.now += timedelta(minutes=20)
        page.locator("#saving").get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("#k-new-day")).to_be_visible()
        expect(page.locator("#saved")).to_have_count(0)
        page.reload()
        expect(page.locator("#sbp")).to_have_value("138")
    finally:
        site.clock.now = morning
        site.cookies.pop("chen", None)


def test_a_call_that_was_recorded_is_attached_where_it_is_allowed(
    visit: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = visit(f"/visit/{OTHER}?day=2025-12-23", lang="en", width=390)
    page.get_by_role("button", name="Call recordings").click()
    expect(page.get_by_text("Not asked about recording")).to_be_visible()
    expect(page.get_by_label("Attach a recording")).to_have_count(0)
    page.get_by_role("button", name="Allows recording").click()
    page.get_by_label("Attach a recording").set_input_files(
        {"name": "call.wav", "mimeType": "audio/wav", "buffer": sounds.wav(2)}
    )
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.locator(".rec-list audio")).to_have_count(1)
    accessible(page)
