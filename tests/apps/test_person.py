"""The search box, what it finds, and the page of a person."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from kanglu.record import tables
from kanglu.record.facts import NATIONAL_ID, AllergyIntolerance, Identifier, PersonStatement, Telecom
from kanglu.trust import Actor, Role

from .conftest import Site

SCRIPT = "<script>window.hacked = true</script>"
CHEN = Actor("chen", "陈静", Role.HEALTH_MANAGER, "chen_jing")


@pytest.fixture(scope="module")
def wang(site: Site) -> str:
    """Somebody with a name that would be a script, an allergy and a telephone."""
    store = site.house.store(CHEN)
    who = PersonStatement(
        (Identifier(NATIONAL_ID, "11010519491231002X"), Identifier("card", "SH889901")), f"王芳{SCRIPT}",
        "female", "1949-12-31", telecoms=(Telecom("phone", "13812345678"),), source_key="wang",
    )  # fmt: skip
    with store.batch("people") as batch:
        person = batch.person(who)
        batch.add(AllergyIntolerance(person, None, None, "2001", display=f"青霉素{SCRIPT}"))
    return f"K{person:06d}"


def somebody(site: Site) -> str:
    """A person of the demo who has open tasks and a tag."""
    store = site.house.store(CHEN)
    rulings = store.current_results(None, site.house.today)
    having = {one.row.person_id for one in rulings if one.row.kind == "task" and one.row.state == "open"}
    tagged = {one.row.person_id for one in rulings if one.row.kind == "tag" and one.row.ends is None}
    return f"K{min(having & tagged):06d}"


def shown(site: Site) -> list[str]:
    with site.house.database.reading() as connection:
        event = tables.audit_event.c
        return list(connection.scalars(select(event.person).where(event.action == "show identity")))


@pytest.mark.parametrize(
    ("text", "by"),
    [("wf", "拼音首字母"), ("5678", "手机尾号"), ("002x", "身份证号尾号"), ("SH889901", "卡号或编号")],
)
def test_people_are_proposed_while_one_types_and_chosen_by_keyboard(visit, wang, text, by):
    page: Page = visit("/search")
    page.keyboard.press("Escape")
    page.fill("#find", "")
    page.locator("#find").press_sequentially(text)
    mine = page.locator("#find-list [role=option]", has_text=wang)
    expect(mine).to_contain_text(by)
    expect(page.locator("#find")).to_have_attribute("aria-expanded", "true")
    for _ in range(20):
        page.keyboard.press("ArrowDown")
        if mine.get_attribute("aria-selected") == "true":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/person/{wang}")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_was_found_is_a_page_with_an_address(visit, wang, lang, accessible, fits):
    page: Page = visit("/search?q=wangfang", lang=lang, width=390)
    found = page.locator("#found li", has_text=wang)
    expect(found).to_contain_text("王芳<script>")
    accessible(page)
    fits(page)
    found.locator("a").click()
    page.wait_for_url(f"**/person/{wang}")
    assert page.evaluate("window.hacked") is None


def test_nobody_found_says_what_can_be_looked_for(visit, accessible):
    page: Page = visit("/search?q=%3Cb%3Enobody", lang="en")
    expect(page.locator("#found")).to_contain_text("Nobody answers to “<b>nobody”")
    accessible(page)


@pytest.mark.parametrize(("lang", "width"), [("zh", 1440), ("en", 1440), ("zh", 390), ("en", 390)])
def test_the_page_of_a_person_can_be_read_by_everybody(visit, site, lang, width, accessible, fits):
    page: Page = visit(f"/person/{somebody(site)}", lang=lang, width=width)
    expect(page.locator("h1")).to_have_count(1)
    for part in ("matters", "tasks", "timeline", "tags", "plans"):
        expect(page.locator(f"#{part}")).to_be_visible()
    accessible(page)
    fits(page)


def test_a_name_and_an_allergy_are_text(visit, wang):
    page: Page = visit(f"/person/{wang}")
    expect(page.locator("h1")).to_have_text(f"王芳{SCRIPT}")
    expect(page.locator(".person-chips strong")).to_contain_text("青霉素<script>")
    assert page.evaluate("window.hacked") is None
    assert "<script>" in page.title()


def test_numbers_are_masked_until_asked_for_and_asking_is_written_down(visit, site, wang):
    page: Page = visit(f"/person/{wang}", lang="en")
    identity = page.locator("#identity")
    expect(identity).to_contain_text("138****5678")
    assert "13812345678" not in page.content()
    assert wang not in shown(site)
    page.click("text=Show in full")
    expect(identity).to_contain_text("13812345678")
    expect(identity).to_contain_text("11010519491231002X")
    assert shown(site).count(wang) == 1
    page.click("text=Hide")
    expect(identity).to_contain_text("138****5678")


def test_a_tag_is_set_with_a_reason_and_taken_away(visit, wang):
    page: Page = visit(f"/person/{wang}", lang="en")
    page.click("#tags >> text=Set a tag")
    page.select_option("#set-tag-tag", "phone_only")
    page.click("dialog[open] button.main")
    expect(page.locator("dialog#set-tag")).to_be_visible()
    page.fill("#set-tag-reason", f"hard of hearing {SCRIPT}")
    page.click("dialog[open] button.main")
    tag = page.locator("[data-key=tag-phone_only]")
    expect(tag).to_contain_text("hard of hearing <script>")
    expect(tag).to_contain_text("set by hand")
    tag.locator("text=Take away").first.click()
    page.fill("#take-phone_only-reason", "hears again")
    page.click("dialog[open] button.main")
    expect(tag).to_have_count(0)


def test_why_shows_the_facts_and_the_rule(visit, site):
    page: Page = visit(f"/person/{somebody(site)}", lang="en")
    why = page.locator("#tasks button", has_text="Why?").first
    why.click()
    expect(page.locator("#tasks .person-behind").first).to_contain_text(re.compile(r"Rule .+, version \d+"))
    expect(why).to_have_attribute("aria-expanded", "true")
    why.click()
    expect(page.locator("#tasks .person-behind")).to_have_count(0)


def test_the_timeline_shows_one_kind_and_keeps_it_in_the_address(visit, site):
    page: Page = visit(f"/person/{somebody(site)}", lang="en")
    page.locator(".person-kinds button", has_text="Visits").click()
    expect(page.locator(".person-kinds [aria-pressed=true]")).to_contain_text("Visits")
    expect(page.locator(".person-events li").first).to_contain_text("Visits")
    assert page.url.endswith("?show=visit")
    page.reload()
    expect(page.locator(".person-kinds [aria-pressed=true]")).to_contain_text("Visits")


def test_an_analyst_sees_a_pseudonym_and_nobody(visit, site, wang):
    store = site.house.store(CHEN)
    pseudonym = store.database.keys.pseudonym(int(wang[1:]))
    page: Page = visit(f"/person/{pseudonym}", "bai", lang="en")
    expect(page.locator("h1")).to_have_text(pseudonym)
    said = page.content()
    assert not [one for one in ("王芳", wang, "138****5678", "Set a tag", "Show in full") if one in said]
    search: Page = visit(f"/search?q={pseudonym}", "bai", lang="en")
    expect(search.locator("#found li")).to_have_count(1)
    with site.http("bai") as client:
        assert client.get("/search/people?q=wf").status_code == 403


@pytest.mark.parametrize("path", ["/person/K000001", "/search?q=wf"])
def test_an_operator_is_told_that_it_is_not_for_the_role(visit, path):
    page: Page = visit(path, "ou", lang="en")
    expect(page.locator("main")).to_contain_text("This page is not for your role")
    assert "wf" not in page.locator("main").inner_text()


def test_somebody_unknown_is_not_here(visit):
    page: Page = visit("/person/K999999", lang="en")
    expect(page.locator("main")).to_contain_text("This is not here")
