"""The Reports page: order, watch, open, print and take away; nobody else's, and nothing that was not made."""

import io
import zipfile

import orjson
from playwright.sync_api import expect
from sqlalchemy import select

from kanglu.record import tables
from kanglu.reporting.batches import Batches
from kanglu.reporting.manifest import NAME


def deeds(site, action):
    with site.house.database.reading() as connection:
        rows = connection.execute(select(tables.audit_event).where(tables.audit_event.c.action == action))
        return [(row.actor, row.person) for row in rows]


def test_a_report_of_one_person_is_ordered_watched_opened_and_taken_away(visit, site, accessible, fits):
    page = visit("/reports", "chen", lang="en")
    accessible(page)
    fits(page)
    expect(page.locator("#count")).to_contain_text("reports will be made")
    page.get_by_label("One person").check()
    expect(page.get_by_role("button", name="Make the reports")).to_be_disabled()
    page.get_by_label("Find the person").fill("K000001")
    expect(page.locator("#whom .banner")).to_contain_text("K000001")
    expect(page.locator("#count")).to_contain_text("1 report will be made")
    accessible(page)
    page.get_by_role("button", name="Make the reports").click()
    page.wait_for_url("**/reports/2*")
    page.reload()
    expect(page.get_by_role("heading", name="All are made", exact=True)).to_be_visible(timeout=120_000)
    accessible(page)
    fits(page)
    batch = page.url.rpartition("/")[2]

    with page.expect_popup() as opened:
        page.get_by_role("link", name="HTML K000001").click()
    expect(opened.value.locator("h1")).to_be_visible()
    with site.http("chen") as http:
        pdf = http.get(f"/reports/{batch}/files/K000001.pdf")
        assert pdf.headers["content-type"] == "application/pdf"
        assert pdf.headers["content-disposition"].startswith("inline")
        assert pdf.content.startswith(b"%PDF")
        packed = zipfile.ZipFile(io.BytesIO(http.get(f"/reports/{batch}/all.zip").content))
        assert packed.testzip() is None
        assert sorted(packed.namelist()) == ["annual-2025-en/K000001.html", "annual-2025-en/K000001.pdf"]
        for name in ("..%2F..%2Fbatch.json", "manifest.jsonl", "K000002.html", "%2e%2e/batch.json"):
            assert http.get(f"/reports/{batch}/files/{name}").status_code == 404
        assert http.get("/reports/..%2f/all.zip").status_code == 404
    assert deeds(site, "export") == [("chen", "K000001")] * 3

    with site.http() as nobody:
        assert nobody.get(f"/reports/{batch}/files/K000001.pdf").status_code == 303
    with site.http("he") as other:
        assert other.get(f"/reports/{batch}/files/K000001.pdf").status_code == 404
        assert other.get(f"/reports/{batch}/all.zip").status_code == 404
    with site.http("bai") as analyst:
        assert analyst.get(f"/reports/{batch}/files/K000001.pdf").status_code == 403
    with site.http("sun") as supervisor:
        assert supervisor.get(f"/reports/{batch}/files/K000001.pdf").status_code == 200

    listed = visit("/reports", "chen", lang="zh", width=390)
    expect(listed.locator("#batches")).to_contain_text("已完成")
    accessible(listed)
    fits(listed)


def test_a_batch_is_stopped_and_goes_on(visit, site):
    page = visit("/reports", "chen", lang="en")
    page.get_by_label("People of a kind").check()
    expect(page.locator("#count")).to_contain_text("178 reports will be made")
    page.get_by_label("Whom", exact=True).select_option("65 or older")
    expect(page.locator("#count")).not_to_contain_text("178")
    page.get_by_label("Whom", exact=True).select_option("Written out …")
    page.get_by_label("Who is meant").fill("hypertensio")
    expect(page.locator("#rp-fault")).to_contain_text("hypertensio")
    page.get_by_label("Who is meant").fill("K000001, K000002, K000003")
    expect(page.locator("#count")).to_contain_text("3 reports will be made")
    page.locator("input[name=formats][value=pdf]").uncheck()
    page.get_by_role("button", name="Make the reports").click()
    page.wait_for_url("**/reports/2*")
    page.wait_for_selector("html[data-live]", state="attached")
    page.get_by_role("button", name="Stop").click()
    page.locator("#k-confirm").get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Not all are made")).to_be_visible()
    page.get_by_role("button", name="Go on making them").click()
    expect(page.get_by_role("heading", name="All are made", exact=True)).to_be_visible(timeout=120_000)
    expect(page.locator("#list tbody tr")).to_have_count(3)


def test_failures_are_named_with_what_went_wrong(visit, site, accessible, fits):
    """A batch of two, one of which failed, as a worker would have left it."""
    order = {"report": "annual", "panel": "all", "lang": "en", "year": 2025, "as_of": "2026-01-01",
             "formats": ["html"]}  # fmt: skip
    folder = site.house.folder / "reports" / "out" / "batches"
    batch = Batches(folder).begin(order, "chen", 2, "2026-01-01T01:00:00Z", "20251231T090000")
    rows = [
        {
            "name": name, "state": state, "reason": reason, "input": "", "as_of": "", "last_recorded": None,
            "catalogue": None, "parameters": {}, "versions": {}, "files": {}, "notes": [], "seconds": 1.0,
        }
        for name, state, reason in (("K000001", "done", ""), ("K000002", "failed", "it took more than 60 s"))
    ]  # fmt: skip
    (batch.folder / batch.name).mkdir()
    (batch.folder / batch.name / NAME).write_bytes(b"\n".join(map(orjson.dumps, rows)) + b"\n")
    page = visit(f"/reports/{batch.id}", "chen", lang="en", width=390)
    expect(page.locator("#progress")).to_contain_text("1 of 2 made, 1 failed")
    expect(page.locator("#failures")).to_contain_text("K000002")
    expect(page.locator("#failures")).to_contain_text("it took more than 60 s")
    expect(page.get_by_role("button", name="Go on making them")).to_be_visible()
    accessible(page)
    fits(page)
    expect(visit("/reports", "sun", lang="en").locator("#batches")).to_contain_text("1 failed")
    expect(visit("/reports", "he", lang="en").locator("#batches")).to_contain_text(
        "No report was ordered yet"
    )


def test_the_time_follows_the_report(visit):
    page = visit("/reports?person=K000001", "chen", lang="en")
    expect(page.locator("#whom .banner")).to_contain_text("K000001")
    page.get_by_label("Which report").select_option("monthly")
    expect(page.get_by_label("Month")).to_have_value("2025-12")
    page.get_by_label("Which report").select_option("stage")
    page.get_by_label("First day").fill("2025-12-01")
    page.get_by_label("Last day").fill("2025-11-01")
    page.get_by_role("button", name="Make the reports").click()
    expect(page.locator("#k-say")).to_contain_text("The last day is before the first.")


def test_the_page_is_not_for_those_who_may_not_know_people(visit):
    for name in ("bai", "ou"):
        page = visit("/reports", name, lang="en")
        expect(page.locator("main")).to_contain_text("This page is not for your role")
