"""A whole working day in a real browser, from signing in to a printed report."""

import pytest
from playwright.sync_api import expect

from kanglu.i18n import words

from .conftest import PASSWORD, live

BOTH = {"zh": "K000019", "en": "K000024"}
"""A person in both programmes, for each language its own."""


@pytest.mark.parametrize(("lang", "width"), [("zh", 1440), ("en", 390)])
def test_a_whole_day(visit, site, lang, width):
    _ = words(lang)
    page = visit("/", None, lang=lang, width=width)
    page.get_by_label(_("User name")).fill("chen")
    page.get_by_label(_("Password")).fill(PASSWORD)
    page.get_by_role("button", name=_("Sign in")).click()
    live(page)

    waiting = page.locator(".td-entry").count()
    person = page.locator(".td-entry").first
    who = person.get_attribute("data-key")
    person.locator("[data-what=call]").click()
    form = page.locator(".td-form")
    form.locator("[name=outcome]").first.check(force=True)
    form.locator("[name=note]").fill("called back at noon")
    form.locator("button.main").click()
    expect(page.locator(f".td-entry[data-key='{who}'] .td-did")).to_be_visible()
    assert page.locator(".td-entry").count() == waiting

    page.get_by_role("searchbox").or_(page.locator("#find")).first.fill(BOTH[lang])
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    page.locator("#found a").first.click()
    page.wait_for_url(f"**/person/{BOTH[lang]}")
    live(page)
    page.get_by_role("link", name=_("Enter a visit")).click()
    page.wait_for_url(f"**/visit/{BOTH[lang]}")
    live(page)

    for one in ("mode-home", "symptoms-none", "adherence-regular", "adverse-no", "hypoglycaemia-none"):
        page.locator(f"label:has(#{one})").click()
    page.locator("label:has(#complication-no)").click()
    for name, value in {"sbp": "152", "dbp": "81", "fpg": "6.8", "weight": "73.5"}.items():
        page.fill(f"#{name}", value)
    next_date = _.day(site.house.today.replace(day=15))
    expect(page.locator("#preview .visit-next")).to_contain_text(next_date)
    page.locator("#saving button.main").click()
    expect(page.locator("#saved .visit-next")).to_contain_text(next_date)

    page.goto(f"{site.url}/trends/{BOTH[lang]}")
    live(page)
    expect(page.locator("article").first).to_contain_text("152 mmHg")

    page.goto(f"{site.url}/reports?person={BOTH[lang]}")
    live(page)
    page.get_by_role("button", name=_("Make the reports")).click()
    page.wait_for_url("**/reports/2*")
    expect(page.get_by_role("heading", name=_("All are made"), exact=True)).to_be_visible(timeout=120_000)
    name = f"{_('PDF, to print')} {BOTH[lang]}"
    printed = page.get_by_role("link", name=name).get_attribute("href")
    with site.http("chen") as client:
        assert client.get(printed).content.startswith(b"%PDF")
