"""Trends in a browser: what is shown first, choosing, zooming, the same as a table, and files."""

import re
from collections import Counter

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from kanglu.record.tables import audit_event
from kanglu.trust import Actor, Role

from .conftest import Site


@pytest.fixture(scope="module")
def her(site):
    """The address of somebody whose pressure and HbA1c were measured in several years."""
    store = site.house.store(Actor("root", "管理员", Role.ADMIN), as_of=site.house.today)
    panel = store.panel("all")
    found = panel.facts("observation", ["hba1c"])
    years = found["effective"].str[:4].groupby(found["person_id"]).nunique()
    numbers = panel.people.set_index("person_id")["record_number"]
    return f"/trends/{numbers[years.idxmax()]}"


def drawn(page):
    """The page, when its charts stand there."""
    page.wait_for_selector(".tr-chart svg")
    return page


def exports(site: Site):
    """How many exports the audit log has."""
    with site.house.database.reading() as connection:
        return Counter(connection.scalars(select(audit_event.c.action)))["export"]


def test_the_most_relevant_stand_there_before_any_script_with_words_for_the_blind(site, her):
    with site.http("chen") as client:
        html = client.get(her, headers={"accept-language": "en"}).text
    assert html.count("<article") == 4
    assert re.search(r'role="img" aria-label="[^"]{20,}"', html)
    assert "holoviews" not in html


def test_an_indicator_is_added_by_a_part_of_its_name_and_taken_away(visit, her):
    page = drawn(visit(her, "chen", lang="en"))
    page.fill("input[name=name]", "hdl")
    page.get_by_role("button", name="Show", exact=True).click()
    chart = page.locator("article[data-key=hdl_c]")
    expect(chart).to_be_visible()
    expect(page).to_have_url(re.compile("show=.*hdl_c"))
    page.reload()
    drawn(page)
    chart.get_by_role("button", name="Remove").click()
    expect(chart).to_have_count(0)


def test_a_name_that_nobody_knows_is_told(visit, her):
    page = drawn(visit(her, "chen", lang="en"))
    page.fill("input[name=name]", "phlogiston")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".saying.wrong")).to_contain_text("No indicator with a value is called so.")


def test_the_table_has_what_the_chart_has(visit, her):
    page = drawn(visit(f"{her}?show=sbp,dbp&years=all", "chen", lang="en"))
    points = page.locator("article .tr-wide svg circle, article .tr-wide svg path").count()
    page.locator("input[value=table]").check()
    rows = page.locator("article tbody tr")
    expect(rows.first).to_be_visible()
    assert points > 0
    assert rows.count() >= 8
    expect(page.locator(".tr-chart")).to_have_count(0)
    expect(page).to_have_url(re.compile("as=table"))


def test_zooming_is_made_when_asked_for_and_not_before(visit, her):
    page = drawn(visit(f"{her}?show=sbp,dbp,hba1c", "chen", lang="en"))
    assert page.locator(".tr-plots .bk-Figure").count() == 0
    page.locator("input[value=zoom]").check()
    page.wait_for_selector(".tr-plots .bk-Figure canvas")
    expect(page.locator(".tr-plots .bk-Figure")).to_have_count(2)
    page.locator("input[value=drawing]").check()
    expect(page.locator(".tr-plots")).to_be_hidden()


def test_the_words_say_the_last_value_and_the_change(visit, her):
    page = drawn(visit(f"{her}?show=sbp,dbp", "chen", lang="en"))
    words = page.locator(".tr-said").inner_text()
    assert re.search(r"Systolic blood pressure: last \d+ mmHg on .*\((target|reference)", words)


def test_values_and_a_chart_as_files_are_exports(site, her):
    before = exports(site)
    with site.http("chen") as client:
        answer = client.get(f"{her}/values.csv", params={"show": "sbp,dbp"})
        rows = answer.content.decode("utf-8-sig").splitlines()
        assert len(rows) >= 9
        svg = client.get(f"{her}/chart.svg", params={"show": "sbp,dbp"})
        assert svg.headers["content-type"] == "image/svg+xml"
        assert svg.text.startswith("<svg")
        assert client.get("/trends/K999999/values.csv").status_code == 404
    assert exports(site) - before == 2
    with site.http("ou") as client:
        assert client.get(f"{her}/values.csv", params={"show": "sbp"}).status_code == 403


def test_somebody_who_is_not_there_is_said(visit):
    page = visit("/trends/K999999", "chen", lang="en")
    page.wait_for_selector("text=This is not here")


@pytest.mark.parametrize(("lang", "width", "way"), [("zh", 1440, ""), ("en", 390, "&as=table")])
def test_it_can_be_used_by_everybody_and_fits(visit, accessible, fits, lang, width, way, her):
    page = visit(f"{her}?show=sbp,dbp,hba1c&years=5{way}", "chen", lang=lang, width=width)
    page.wait_for_selector("article")
    accessible(page)
    fits(page)
