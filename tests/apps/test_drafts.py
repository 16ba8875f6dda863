"""The list of one's own drafts: those that have lain for days are marked, and each can be thrown away."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from kanglu.trust import Actor, Role

from .conftest import Site

CHEN = Actor("chen", "陈静", Role.HEALTH_MANAGER, "chen_jing")


@pytest.mark.parametrize(("lang", "width"), [("zh", 390), ("en", 1440)])
def test_an_empty_list_says_what_it_is_for(
    visit: Callable[..., Page],
    accessible: Callable[[Page], None],
    fits: Callable[[Page], None],
    lang: str,
    width: int,
) -> None:
    page = visit("/drafts", "he", lang=lang, width=width)
    expect(page.locator(".empty")).to_be_visible()
    accessible(page)
    fits(page)


def test_drafts_are_listed_the_oldest_first_and_thrown_away(
    visit: Callable[..., Page], site: Site, accessible: Callable[[Page], None], fits: Callable[[Page], None]
) -> None:
    today = site.clock.now
    site.clock.now = today - timedelta(days=4)
    site.house.store(CHEN).save_draft("visit/K000019/2025-12-28", {"answers": {"sbp": "141"}})
    site.clock.now = today
    site.house.store(CHEN).save_draft("visit/K000024/2026-01-01/phq9", {"answers": {}})
    page = visit("/drafts", lang="en", width=390)
    rows = page.locator(".draft-row")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Lying for 4 days")
    expect(rows.last).to_contain_text("PHQ-9")
    accessible(page)
    fits(page)
    rows.last.get_by_role("button", name="Throw it away").click()
    page.locator("#k-confirm").get_by_role("button", name="Continue").click()
    expect(rows).to_have_count(1)
    rows.first.get_by_role("link", name="Go on").click()
    expect(page.locator("#sbp")).to_have_value("141")
    expect(visit("/drafts", "he", lang="en").locator(".draft-row")).to_have_count(0)
