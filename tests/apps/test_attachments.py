"""Letters and scans on the page of a person: attached, listed, opened, and whom they are closed to."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests import papers

from kanglu.record.facts import Identifier, PersonStatement
from kanglu.trust import Actor, Role

from .conftest import Site

CHEN = Actor("chen", "陈静", Role.HEALTH_MANAGER, "chen_jing")


@pytest.fixture(scope="module")
def her(site: Site) -> str:
    """Somebody without a letter."""
    with site.house.store(CHEN).batch("people") as batch:
        person = batch.person(
            PersonStatement((Identifier("card", "SH889902"),), "李华", "female", "1950-01-01")
        )
    return f"K{person:06d}"


def test_a_letter_is_attached_listed_and_opened(
    visit, accessible, fits, site: Site, her: str, tmp_path: Path
) -> None:
    page = visit(f"/person/{her}", lang="en", width=390)
    part = page.locator("#attachments")
    expect(part).to_contain_text("No letter or scan is attached.")
    part.locator("summary").click()
    part.get_by_label("What it is").fill("Discharge letter <b>")
    file = tmp_path / "letter.pdf"
    file.write_bytes(b"<html>")
    part.get_by_label("The file").set_input_files(file)
    part.get_by_role("button", name="Attach").click()
    expect(page.locator(".saying.wrong")).to_contain_text("whole PDF, JPEG or PNG of at most 20 MB")
    file.write_bytes(papers.PDF)
    part.get_by_label("The file").set_input_files(file)
    part.get_by_role("button", name="Attach").click()
    link = part.get_by_role("link", name=re.compile("Discharge letter <b>"))
    expect(link).to_be_visible()
    expect(part).to_contain_text("1 Jan 2026")
    accessible(page)
    fits(page)
    path = link.get_attribute("href")
    with site.http("chen") as client:
        answer = client.get(path)
        assert (answer.content, answer.headers["content-type"]) == (papers.PDF, "application/pdf")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-disposition"].startswith("inline")
        assert client.get(f"/attachments/{her}/999").status_code == 404
    for login, status in (("bai", 403), ("ou", 403), (None, 303)):
        with site.http(login) if login else site.http() as client:
            assert client.get(path).status_code == status


def test_what_is_sent_past_the_page_is_held_to_the_same(site: Site, her: str) -> None:
    def sent(content: bytes, title: str = "x", day: str = "2025-12-31") -> dict[str, object]:
        return {
            "data": {"title": title, "day": day},
            "files": {"file": ("a.pdf", content, "application/pdf")},
        }

    with site.http("chen") as client:
        to = f"/attachments/{her}"
        assert client.post(to, **sent(papers.png())).status_code == 201
        assert client.post(to, **sent(b"<html>")).status_code == 422
        assert client.post(to, **sent(papers.PDF, title=" ")).status_code == 422
        assert client.post(to, **sent(papers.PDF, day="2030-01-01")).status_code == 422
        assert client.post(to, data={"title": "x"}).status_code == 422
        assert client.post("/attachments/K999999", **sent(papers.PDF)).status_code == 404
    with site.http("bai") as client:
        assert client.post(f"/attachments/{her}", **sent(papers.jpeg())).status_code in (403, 404)


def test_an_analyst_is_shown_none_of_it(visit, site: Site, her: str) -> None:
    pseudonym = site.house.database.keys.pseudonym(int(her[1:]))
    page = visit(f"/person/{pseudonym}", "bai", lang="en")
    expect(page.locator("#attachments")).to_be_hidden()
