"""The audit log on a page: for supervisors and administrators, found by filters, checked, taken away."""

import csv
import io
from typing import Any

import pytest
from playwright.sync_api import expect

from kanglu.record.trail import Sought
from kanglu.trust import Actor, Role


@pytest.fixture(scope="module", autouse=True)
def happened(site: Any) -> None:
    """A person was looked at, and a formula stands as a reason."""
    store = site.house.store(site.house.accounts.who(site.token("zheng")).actor)
    store.person(store.panel("all").record_numbers[0])
    store.open_with_reason("K000001", "=HYPERLINK(1)")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_it_is_accessible_and_fits(visit, accessible, fits, lang, width):
    page = visit("/audit", "sun", lang=lang, width=width)
    expect(page.locator("#log tbody tr")).to_have_count(50)
    accessible(page)
    fits(page)


@pytest.mark.parametrize("name", ["chen", "zhou", "bai", "ou"])
def test_whoever_may_not_see_it_sees_nothing(visit, site, name):
    page = visit("/audit", name, lang="en")
    expect(page.locator("h1")).to_have_text("This page is not for your role")
    with site.http(name) as client:
        assert client.get("/audit/log.csv").status_code == 403


def test_it_is_found_by_person_and_by_what_was_done(visit):
    page = visit("/audit?action=open with reason", "sun", lang="en")
    rows = page.locator("#log tbody tr")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("郑丽 Health manager")
    expect(rows.first).to_contain_text("opened a record outside the panel =HYPERLINK(1)")
    rows.first.locator("a", has_text="K000001").click()
    page.wait_for_url("**/audit?person=K000001")
    expect(page.locator("#person")).to_have_value("K000001")
    visit("/audit?since=2031-01-01&until=nonsense", "sun", lang="en")


def test_a_day_on_which_nothing_was_done_says_so(visit):
    page = visit("/audit?since=2031-01-01", "sun", lang="en")
    expect(page.locator("#log")).to_contain_text("Nothing of this kind stands in the log")


def test_older_rows_are_shown_when_asked_for(visit):
    page = visit("/audit", "root", lang="en")
    page.locator("[data-act=older]").click()
    expect(page.locator("#log tbody tr")).to_have_count(100)


def test_the_chain_is_checked_and_a_change_is_found(visit, site):
    page = visit("/audit", "sun", lang="en")
    page.locator("[data-act=check]").click()
    expect(page.locator("#chain")).to_contain_text("rows were checked")
    with site.house.database.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_event_no_update")
        connection.exec_driver_sql("UPDATE audit_event SET actor = 'nobody' WHERE id = 2")
    page.locator("[data-act=check]").click()
    expect(page.locator("#chain")).to_contain_text("Row 2 of the log: event 2 was changed")
    with site.house.database.writing() as connection:
        connection.exec_driver_sql("UPDATE audit_event SET actor = 'root' WHERE id = 2")


def test_it_is_taken_away_as_a_table_without_formulas(site):
    with site.http("sun") as client:
        answer = client.get("/audit/log.csv?action=open with reason")
    assert answer.headers["content-disposition"].startswith('attachment; filename="audit-')
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["actor"], row["person"]) for row in rows] == [("zheng", "K000001")]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_a_supervisor_of_an_institution_reads_the_log_of_its_accounts(site):
    store = site.house.store(Actor("x", "X", Role.SUPERVISOR, institution="elsewhere"))
    assert store.audit_log(Sought()) == []
