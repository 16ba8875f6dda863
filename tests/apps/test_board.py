"""The board in a browser: whose it is, what each number means, whom it lists, and what a role may see."""

import re
from collections import Counter
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from kanglu.record.tables import audit_event

from .conftest import Site

OVERDUE = "[id='n-register/hypertension/overdue']"


def counted(page):
    """The page, when the board is counted."""
    page.wait_for_selector("#bd-rates")
    return page


def deeds(site: Site):
    """How many rows of the audit log there are of each action."""
    with site.house.database.reading() as connection:
        return Counter(connection.scalars(select(audit_event.c.action)))


def test_a_manager_sees_the_own_panel_first_and_a_supervisor_everybody(visit):
    mine = counted(visit("/board", "chen"))
    assert mine.locator("select[name=owner]").input_value() == "chen_jing"
    of_all = counted(visit("/board", "sun"))
    assert of_all.locator("select[name=owner]").input_value() == ""
    people = [int(page.locator("#n-people").inner_text().replace(",", "")) for page in (mine, of_all)]
    assert 0 < people[0] < people[1]


def test_a_number_opens_its_list_with_the_fact_that_puts_each_there(visit, site):
    page = counted(visit("/board", "sun", lang="en"))
    number = int(page.locator(OVERDUE).inner_text())
    before = deeds(site)
    page.click(OVERDUE)
    page.wait_for_selector(".bd-persons li")
    assert page.locator("#bd-people-title").inner_text() == "Hypertension programme: Overdue"
    rows = page.locator(".bd-persons li")
    assert rows.count() == min(number, 50)
    assert "late" in rows.first.inner_text()
    assert rows.first.locator("a").get_attribute("href").startswith("/person/K")
    assert (deeds(site) - before)["read identity"] == rows.count()
    assert "list=register%2Fhypertension%2Foverdue" in page.url
    page.get_by_role("button", name="Close the list").click()
    page.wait_for_selector("#people", state="hidden")
    expect(page.locator(OVERDUE)).to_be_focused()


def test_a_long_list_is_paged(visit):
    page = counted(visit("/board?list=people", "sun", lang="en"))
    page.wait_for_selector(".bd-persons li")
    first = page.locator(".bd-persons li").first.get_attribute("data-key")
    page.get_by_role("button", name="Later").click()
    page.wait_for_selector(f".bd-persons li:not([data-key={first}]) >> nth=0")
    expect(page.locator(".bd-persons")).to_have_attribute("start", "51")


def test_a_definition_is_told_on_hover_and_on_focus(visit):
    page = counted(visit("/board", "sun", lang="en"))
    why, tip = page.locator(".bd-why").first, page.locator(".bd-tip").first
    assert not tip.is_visible()
    why.hover()
    assert "by the day they were due" in tip.inner_text()
    page.mouse.move(0, 0)
    assert not tip.is_visible()
    why.focus()
    assert tip.is_visible()
    assert why.get_attribute("aria-describedby") == tip.get_attribute("id")


def test_the_filters_choose_and_stand_in_the_address(visit):
    page = counted(visit("/board", "sun", lang="en"))
    page.select_option("select[name=owner]", "he_min")
    expect(page).to_have_url(re.compile("owner=he_min"))
    expect(page.locator("[aria-labelledby=bd-load] tbody tr")).to_have_count(1)
    page.reload()
    counted(page)
    assert page.locator("select[name=owner]").input_value() == "he_min"
    page.fill("input[name=day]", "2025-06-30")
    page.locator("input[name=day]").dispatch_event("change")
    expect(page).to_have_url(re.compile("day=2025-06-30"))


def test_an_analyst_sees_no_few_and_no_names(visit):
    page = counted(visit("/board", "bai", lang="en"))
    small = page.locator("[aria-labelledby=bd-calls] td:has-text('–')")
    assert small.count()
    page.click("[id='n-people']")
    page.wait_for_selector(".bd-persons li")
    assert page.locator(".bd-persons a").count() == 0
    assert not page.locator(".bd-persons li").first.get_attribute("data-key").startswith("K0")


def test_an_analyst_has_the_board_of_everybody_only(site, visit):
    page = counted(visit("/board", "bai", lang="en"))
    assert page.locator("#filters select").count() == 0
    assert page.locator("input[name=day]").count() == 1
    for some in ({"owner": "he_min"}, {"programme": "hypertension"}):
        page = visit(f"/board?{urlencode(some)}", "bai", lang="en")
        page.wait_for_selector("text=This page is not for your role")
        assert page.locator("#figures").count() == 0
        with site.http("bai") as client:
            answer = client.get("/board/list.csv", params={"list": "people", **some})
            assert answer.status_code == 403


def test_who_may_read_no_facts_is_told_so(visit):
    page = visit("/board", "ou", lang="en")
    page.wait_for_selector("text=This page is not for your role")
    assert page.locator("#figures").count() == 0


def test_the_list_as_a_file_is_an_export(site):
    before = deeds(site)
    with site.http("sun") as client:
        answer = client.get("/board/list.csv", params={"owner": "", "list": "register/hypertension/enrolled"})
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/csv")
        rows = answer.content.decode("utf-8-sig").splitlines()
        assert (deeds(site) - before)["export"] == len(rows) - 2 > 0
        assert client.get("/board/list.csv", params={"list": "none"}).status_code == 404
    with site.http("ou") as client:
        assert client.get("/board/list.csv", params={"list": "people"}).status_code == 403


@pytest.mark.parametrize(("lang", "width"), [("zh", 1440), ("en", 390)])
def test_it_can_be_used_by_everybody_and_fits(visit, accessible, fits, lang, width):
    page = counted(visit("/board?list=people&owner=", "sun", lang=lang, width=width))
    page.wait_for_selector(".bd-persons li")
    accessible(page)
    fits(page)
