"""Accounts and my account: one's second factor and sessions, and what administrators do for others."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from pyotp import TOTP

from kanglu.trust import Actor, Role

from .conftest import PASSWORD, live

ROOT = Actor("root", "管理员", Role.ADMIN)


@pytest.fixture(autouse=True)
def fresh(site: Any) -> Any:
    """Each test signs in anew, a minute later: no code of an app is asked for twice."""
    site.cookies.clear()
    site.clock.now += timedelta(minutes=2)
    yield
    accounts = site.house.accounts
    accounts.require_factor(ROOT, frozenset())
    for one in accounts.all():
        if one.second_factor:
            accounts.reset_factor(ROOT, one.id)


def shown(page: Any) -> str:
    """The key of an app, as the page shows it."""
    page.locator("summary", has_text="Type the key instead").click()
    return page.locator(".factor-key").inner_text().replace(" ", "")


def set_up(page: Any, site: Any) -> tuple[TOTP, list[str]]:
    """Set an app up on the page that explains it; gives the app and the recovery codes."""
    page.get_by_role("button", name="Begin").click()
    app = TOTP(shown(page))
    page.fill("#code", app.at(site.clock()))
    page.get_by_role("button", name="Turn on").click()
    codes = page.locator(".factor-codes code").all_inner_texts()
    site.clock.now += timedelta(minutes=1)
    return app, codes


def sign_in(page: Any, name: str) -> None:
    """Type a name and the password."""
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")


def turned_on(site: Any, name: str) -> TOTP:
    """The app of somebody whose second factor is on."""
    accounts, token = site.house.accounts, site.token(name)
    app = TOTP(accounts.offer_factor(token))
    accounts.turn_on(token, app.at(site.clock()))
    site.cookies.clear()
    site.clock.now += timedelta(minutes=1)
    return app


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_all_of_it_is_accessible_and_fits(visit, site, accessible, fits, lang, width):
    page = visit("/account", "chen", lang=lang, width=width)
    accessible(page)
    fits(page)
    page.locator("#factor .main").click()
    expect(page.locator(".factor form")).to_be_visible()
    accessible(page)
    page.locator(".factor form .main").click()
    expect(page.locator(".factor-picture")).to_be_visible()
    accessible(page)
    fits(page)
    page.locator("details.fold summary").click()
    page.fill("#code", TOTP(page.locator(".factor-key").inner_text().replace(" ", "")).at(site.clock()))
    page.locator(".factor form .main").click()
    expect(page.locator(".factor-codes li")).to_have_count(10)
    accessible(page)
    fits(page)
    page.locator(".factor .main").click()
    live(page)
    page.locator("#factor summary").click()
    accessible(page)
    fits(page)
    page = visit("/sign-in", None, lang=lang, width=width)
    sign_in(page, "chen")
    page.wait_for_url("**/sign-in/code**")
    accessible(page)
    fits(page)
    page = visit("/accounts?account=he", "root", lang=lang, width=width)
    for fold in page.locator("main details > summary").all():
        fold.click()
    page.evaluate("scrollTo(0, 0)")
    accessible(page)
    fits(page)


def test_one_turns_it_on_and_is_asked_for_a_code_from_then_on(visit, site):
    page = visit("/account", "chen", lang="en")
    page.get_by_role("link", name="Turn on").click()
    app, codes = set_up(page, site)
    assert len(codes) == 10
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("#factor")).to_contain_text("10 recovery codes are left.")
    page = visit("/search?q=1", None, lang="en")
    sign_in(page, "chen")
    page.fill("#code", "000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The code is wrong")
    page.fill("#code", app.at(site.clock()))
    page.keyboard.press("Enter")
    live(page)
    assert page.url == f"{site.url}/search?q=1"
    page = visit("/sign-in", None, lang="en")
    sign_in(page, "chen")
    page.fill("#code", codes[4].upper())
    page.keyboard.press("Enter")
    live(page)
    page.goto(f"{site.url}/account")
    expect(page.locator("#factor")).to_contain_text("9 recovery codes are left.")


def test_one_turns_it_off_with_a_code(visit, site):
    app = turned_on(site, "chen")
    page = visit("/sign-in?next=/account", None, lang="en")
    sign_in(page, "chen")
    page.fill("#code", app.at(site.clock()))
    page.keyboard.press("Enter")
    live(page)
    page.locator("#factor summary").click()
    page.fill("#factor [name=code]", "000000")
    page.get_by_role("button", name="Turn off").click()
    page.wait_for_selector("text=The code is wrong")
    page.fill("#factor [name=code]", app.at(site.clock(), counter_offset=1))
    page.get_by_role("button", name="Turn off").click()
    expect(page.locator("#factor")).to_contain_text("Second factor off")
    assert site.house.accounts.who(site.house.accounts.sign_in("chen", PASSWORD))


def test_a_role_that_needs_one_comes_nowhere_without(visit, site):
    page = visit("/accounts", "root", lang="en")
    page.locator("summary", has_text="Who needs a second factor").click()
    page.locator("#asked label", has_text="Clinician").click()
    page.locator("#asked .main").click()
    page.wait_for_selector("text=It holds from the next sign-in on.")
    expect(page.locator("#listed tr", has_text="zhou")).to_contain_text("to be set up")
    other = visit("/search?q=1", None, lang="en")
    sign_in(other, "zhou")
    expect(other.locator(".factor .banner")).to_contain_text("Your role signs in with a second factor here.")
    other.goto(f"{site.url}/account")
    assert "/sign-in" in other.url
    other.goto(f"{site.url}/sign-in/second-factor?next=/search?q=1")
    set_up(other, site)
    other.get_by_role("link", name="I have kept them").click()
    live(other)
    assert other.url == f"{site.url}/search?q=1"


def test_a_session_that_waits_opens_no_page_and_no_wire(site):
    turned_on(site, "chen")
    with site.http() as client:
        client.post("/sign-in", data={"name": "chen", "password": PASSWORD})
        for path in ("/", "/account", "/accounts", "/password", "/person/K000001", "/search/people?q=1"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in"), path
        for path in ("/password", "/sign-out", "/intake/files"):
            assert client.post(path).status_code == 401
        assert client.post("/sign-in/second-factor").status_code == 401
        assert client.get("/sign-in/second-factor").headers["location"] == "/sign-in"


def test_a_sign_in_that_took_too_long_begins_again(site):
    app = turned_on(site, "chen")
    with site.http() as client:
        client.post("/sign-in", data={"name": "chen", "password": PASSWORD})
        assert client.get("/sign-in/code").status_code == 200
        site.clock.now += timedelta(minutes=10)
        assert client.get("/sign-in/code").headers["location"] == "/sign-in"
        answer = client.post("/sign-in/code", data={"code": app.at(site.clock())})
        assert (answer.status_code, "时间过长" in answer.text) == (401, True)


def test_after_the_code_a_password_for_one_time_is_changed_first(site):
    app = turned_on(site, "he")
    given = site.house.accounts.reset(ROOT, "he")
    with site.http() as client:
        client.post("/sign-in", data={"name": "he", "password": given})
        assert (
            client.post("/sign-in/code", data={"code": app.at(site.clock())}).headers["location"]
            == "/password"
        )
        changed = {"old": given, "new": PASSWORD, "again": PASSWORD}
        assert client.post("/password", data=changed).status_code == 303
        assert client.get("/account").status_code == 200


def test_one_sees_where_one_is_signed_in_and_ends_it(visit, site):
    accounts = site.house.accounts
    phone, library = (accounts.sign_in("chen", PASSWORD, place) for place in ("192.0.2.7", "192.0.2.8"))
    page = visit("/account", "chen", lang="en")
    page.get_by_role("button", name="End the session from 192.0.2.7").click()
    page.wait_for_selector("text=That session has ended.")
    assert accounts.who(phone) is None
    assert accounts.who(library) is not None
    expect(page.locator("#sessions")).not_to_contain_text("192.0.2.7")
    page.get_by_role("button", name="End all others").click()
    page.wait_for_selector("text=All other sessions have ended.")
    expect(page.locator("#sessions tbody tr")).to_have_count(1)
    assert accounts.who(library) is None
    assert accounts.who(site.token("chen")) is not None


def test_an_administrator_makes_an_account_whose_password_is_shown_once(visit, site):
    page = visit("/accounts", "root", lang="en")
    page.locator("summary", has_text="Make an account").click()
    page.fill("#add-id", "Li.Na")
    page.fill("#add-called", "李娜")
    page.select_option("#add-role", "clinician")
    page.select_option("#add-practitioner", "zhou")
    page.get_by_role("button", name="Make the account").click()
    password = page.locator("#given code").inner_text()
    expect(page.locator("#chosen-title")).to_contain_text("李娜")
    page.get_by_role("button", name="I have written it down").click()
    expect(page.locator("#given code")).to_have_count(0)
    page.reload()
    live(page)
    expect(page.locator("#listed tr", has_text="李娜")).to_contain_text("never")
    assert password not in page.content()
    made = site.house.accounts.who(site.house.accounts.sign_in("li.na", password))
    assert (made.name, made.role, made.practitioner, made.must_change) == (
        "李娜",
        Role.CLINICIAN,
        "zhou",
        True,
    )


def test_a_name_that_is_taken_or_none_is_refused(visit):
    page = visit("/accounts", "root", lang="en")
    page.locator("summary", has_text="Make an account").click()
    page.fill("#add-called", "x")
    for name, said in (("chen", "There is an account of this name already."), ("a b", "is of letters")):
        page.fill("#add-id", name)
        page.get_by_role("button", name="Make the account").click()
        page.wait_for_selector(f".saying:has-text('{said}')")


def test_whoever_becomes_something_else_is_signed_out(visit, site):
    token = site.token("zheng")
    page = visit("/accounts", "root", lang="en")
    page.locator("#listed a", has_text="郑丽").click()
    page.select_option("#change-role", "supervisor")
    page.fill("#change-institution", "East clinic")
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_selector("text=It is changed.")
    assert site.house.accounts.who(token) is None
    changed = next(one for one in site.house.accounts.all() if one.id == "zheng")
    assert (changed.role, changed.institution) == (Role.SUPERVISOR, "East clinic")
    site.house.accounts.change(ROOT, "zheng", "郑丽", Role.HEALTH_MANAGER, "zheng_li", None)


def test_nobody_changes_their_own_role(visit, site):
    page = visit("/accounts?account=root", "root", lang="en")
    expect(page.get_by_role("button", name="Disable")).to_have_count(0)
    page.select_option("#change-role", "supervisor")
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_selector(".saying.wrong:has-text('Nobody changes their own role')")
    assert site.house.accounts.who(site.token("root")).role is Role.ADMIN


def test_an_account_is_disabled_and_enabled_with_a_new_password(visit, site):
    token = site.token("ou")
    page = visit("/accounts?account=ou", "root", lang="en")
    page.locator("[data-act=disable]").click()
    page.locator("#k-confirm .main").click()
    page.wait_for_selector("text=欧工 may no longer sign in.")
    assert site.house.accounts.who(token) is None
    page.get_by_role("button", name="Enable, with a new password").click()
    password = page.locator("#given code").inner_text()
    site.house.accounts.change_password("ou", password, PASSWORD)


def test_a_lost_phone_is_taken_off_and_a_password_reset(visit, site):
    turned_on(site, "he")
    page = visit("/accounts?account=he", "root", lang="en")
    expect(page.locator("#listed tr", has_text="何敏")).to_contain_text("on")
    page.locator("[data-act=reset_factor]").click()
    page.locator("#k-confirm .main").click()
    page.wait_for_selector("text=何敏 signs in without a second factor now.")
    assert site.house.accounts.who(site.house.accounts.sign_in("he", PASSWORD))
    page.locator("[data-act=end_sessions]").click()
    page.wait_for_selector("text=何敏 is signed out everywhere.")
    page.locator("[data-act=reset]").click()
    page.locator("#k-confirm .main").click()
    site.house.accounts.change_password("he", page.locator("#given code").inner_text(), PASSWORD)


@pytest.mark.parametrize("name", ["chen", "zhou", "sun", "bai", "ou"])
def test_the_accounts_are_for_administrators_and_ones_own_for_everybody(visit, name):
    page = visit("/accounts", name, lang="en")
    expect(page.locator("h1")).to_have_text("This page is not for your role")
    page = visit("/account", name, lang="en")
    expect(page.locator("#sessions tbody tr")).not_to_have_count(0)
