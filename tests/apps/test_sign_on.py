"""Single sign-on against a real provider on this machine: who gets in, and what is not believed."""

import json
import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from playwright.sync_api import expect
from pyotp import TOTP
from sqlalchemy import select

from kanglu.errors import RecordError
from kanglu.record.sessions import PATIENCE
from kanglu.record.tables import audit_event
from kanglu.trust import Actor, Role
from kanglu.ui.provider import Provider
from kanglu.ui.tries import MOST, WINDOW

from .conftest import PASSWORD, live
from .provider import Bent, provided

ROOT = Actor("root", "管理员", Role.ADMIN)


@pytest.fixture(scope="module")
def at() -> Iterator[tuple[str, Bent]]:
    """The provider of this module."""
    with provided() as running:
        yield running


@pytest.fixture
def bent(at: Any, site: Any) -> Iterator[Bent]:
    """The provider, honest again, and the house that trusts it; chen is bound to ``sub-chen``."""
    address, bent = at
    fresh = Bent(bent.app, key=bent.key)
    vars(bent).update(vars(fresh))
    site.house.provider = Provider(address, "kanglu", "secret of the client", "East Hospital")
    site.house.accounts.bind(ROOT, "chen", "sub-chen")
    site.house.tries._made.clear()
    site.cookies.clear()
    yield bent
    site.house.provider = None


def begin(client: httpx.Client, to: str = "/search?q=1") -> str:
    """Go to the provider; gives its address with all that it was asked."""
    answer = client.get("/sign-in/elsewhere", params={"next": to})
    assert answer.status_code == 303
    return answer.headers["location"]


def allowed(url: str, subject: str = "sub-chen") -> str:
    """Sign in there; gives the address to which one is led back."""
    answer = httpx.post(url, data={"sub": subject})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def came_back(client: httpx.Client, subject: str = "sub-chen") -> httpx.Response:
    """The whole way there and back."""
    return client.get(allowed(begin(client), subject))


def refusals(site: Any) -> list[str]:
    """What the audit log says of who was not let in, the oldest first."""
    query = select(audit_event.c.detail).where(audit_event.c.action == "sign-in refused")
    with site.house.database.reading() as connection:
        return list(connection.scalars(query.order_by(audit_event.c.id)))


def test_whoever_is_bound_gets_in_and_to_where_they_wanted_to_go(site, bent):
    with site.http() as client:
        answer = came_back(client)
        assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=1")
        assert client.get("/account").status_code == 200
        assert site.house.accounts.who(client.cookies["kanglu_session"]).id == "chen"
        assert "kanglu_sign_on" not in client.cookies
        client.post("/sign-out")
        assert client.get("/account").status_code == 303


def test_what_is_asked_ties_the_answer_to_this_sign_in(site, bent):
    with site.http() as client:
        first, second = (parse_qs(urlsplit(begin(client)).query) for _ in range(2))
        assert first["response_type"] == ["code"]
        assert first["scope"] == ["openid"]
        assert first["code_challenge_method"] == ["S256"]
        assert first["redirect_uri"] == [f"{site.url}/sign-in/back"]
        for name in ("state", "nonce", "code_challenge"):
            assert len(first[name][0]) >= 20
            assert first[name] != second[name]
        url = begin(client)
        client.get(allowed(url))
        challenge = parse_qs(urlsplit(url).query)["code_challenge"][0]
        [asked] = bent.asked
        assert create_s256_code_challenge(asked["code_verifier"][0]) == challenge


@pytest.mark.parametrize(
    "bend",
    [
        lambda claims: claims | {"nonce": "of another sign-in"},
        lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
        lambda claims: claims | {"aud": "another client"},
        lambda claims: claims | {"aud": ["another client"], "azp": "kanglu"},
        lambda claims: claims | {"aud": ["kanglu", "another"], "azp": "another"},
        lambda claims: {name: value for name, value in claims.items() if name != "aud"},
        lambda claims: claims | {"iss": "https://evil.example"},
        lambda claims: {name: value for name, value in claims.items() if name != "iss"},
        lambda claims: claims | {"exp": int(time.time()) - 120},
        lambda claims: {name: value for name, value in claims.items() if name != "exp"},
        lambda claims: claims | {"iat": int(time.time()) + 600},
        lambda claims: {name: value for name, value in claims.items() if name != "sub"},
        lambda claims: claims | {"sub": ""},
        lambda claims: claims | {"sub": 7},
    ],
    ids=[
        *("wrong nonce", "no nonce", "wrong audience", "not for us", "handed on", "no audience"),
        *("wrong issuer", "no issuer", "expired", "no end", "not yet", "nobody", "empty", "a number"),
    ],
)
def test_a_token_that_is_not_of_this_sign_in_is_not_believed(site, bent, bend):
    bent.bend = bend
    before = len(refusals(site))
    with site.http() as client:
        answer = came_back(client)
        assert (answer.status_code, "无法验证" in answer.text) == (401, True)
        assert "kanglu_session" not in client.cookies
    assert len(refusals(site)) == before + 1


def test_a_token_of_another_key_is_not_believed(site, bent):
    bent.key = RSAKey.generate_key(2048, {"kid": "one"})
    with site.http() as client:
        assert came_back(client).status_code == 401
    bent.key = RSAKey.generate_key(2048, {"kid": "another"})
    with site.http() as client:
        assert came_back(client).status_code == 401


def test_a_key_that_the_provider_has_changed_is_asked_for(site, bent):
    with site.http() as client:
        assert came_back(client).status_code == 303
        bent.key = RSAKey.generate_key(2048, {"kid": "two"})
        bent.published = [bent.key]
        assert came_back(client).status_code == 303


def unsigned(claims: dict[str, Any]) -> str:
    """A token that says of itself that nobody has signed it."""
    parts = ({"alg": "none"}, claims)
    return ".".join(urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts) + "."


def shared(claims: dict[str, Any]) -> str:
    """A token that is signed with what we know, too."""
    key = OctKey.import_key("secret of the client".ljust(32), {"kid": "one"})
    return jwt.encode({"alg": "HS256", "kid": "one"}, claims, key)


@pytest.mark.parametrize("sign", [unsigned, shared, lambda _: "no.token", lambda _: "", lambda _: "a.b.c"])
def test_a_token_that_the_provider_has_not_signed_is_not_believed(site, bent, sign):
    bent.sign = sign
    with site.http() as client:
        assert came_back(client).status_code == 401
        assert "kanglu_session" not in client.cookies


@pytest.mark.parametrize(
    "change",
    [
        lambda query: {**query, "state": "guessed"},
        lambda query: {name: value for name, value in query.items() if name != "state"},
        lambda query: {},
    ],
)
def test_what_was_not_begun_with_this_state_is_refused_unseen(site, bent, change):
    with site.http() as client:
        url = urlsplit(allowed(begin(client)))
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        assert client.get(url.path, params=change(query)).status_code == 401
        assert bent.asked == []


def test_what_another_browser_has_begun_is_refused(site, bent):
    with site.http() as thief, site.http() as client:
        url = allowed(begin(thief), "sub-thief")
        assert client.get(url).status_code == 401
        begin(client)
        assert client.get(url).status_code == 401
        client.cookies.set("kanglu_sign_on", "bm90IG91cnM")
        assert client.get(url).status_code == 401
    assert bent.asked == []


def test_a_code_counts_once(site, bent):
    with site.http() as client:
        url = allowed(begin(client))
        kept = client.cookies["kanglu_sign_on"]
        assert client.get(url).status_code == 303
        client.cookies.clear()
        assert client.get(url).status_code == 401
        client.cookies.set("kanglu_sign_on", kept)
        assert client.get(url).status_code == 401
        assert "kanglu_session" not in client.cookies


def test_it_is_not_waited_for_long(site, bent):
    with site.http() as client:
        url = allowed(begin(client))
        site.clock.now += PATIENCE
        assert client.get(url).status_code == 401
        site.clock.now -= PATIENCE


def test_whoever_gives_up_there_is_told_so(site, bent):
    with site.http() as client:
        answer = httpx.post(begin(client), data={"action": "deny"})
        answer = client.get(answer.headers["location"])
        assert (answer.status_code, "已取消" in answer.text) == (401, True)


def test_nobody_is_made_an_account_by_signing_in_there(site, bent):
    before = site.house.accounts.all()
    with site.http() as client:
        answer = came_back(client, "<b>sub-new</b>")
        assert answer.status_code == 403
        assert "&lt;b&gt;sub-new&lt;/b&gt;" in answer.text
        assert "kanglu_session" not in client.cookies
    assert site.house.accounts.all() == before
    assert refusals(site)[-1] == '{"account":"unknown","by":"single sign-on","subject":"<b>sub-new</b>"}'


def test_a_disabled_account_stays_out(site, bent):
    site.house.accounts.disable(ROOT, "chen")
    with site.http() as client:
        answer = came_back(client)
        assert (answer.status_code, "已停用" in answer.text) == (403, True)
    assert refusals(site)[-1] == '{"account":"chen","by":"single sign-on","subject":"sub-chen"}'
    given = site.house.accounts.enable(ROOT, "chen")
    site.house.accounts.change_password("chen", given, PASSWORD)


def test_a_second_factor_is_asked_for_here_too(site, bent):
    accounts, token = site.house.accounts, site.token("chen")
    app = TOTP(accounts.offer_factor(token))
    accounts.turn_on(token, app.at(site.clock()))
    site.clock.now += timedelta(minutes=1)
    with site.http() as client:
        assert came_back(client).headers["location"] == "/sign-in/code?next=/search%3Fq%3D1"
        assert client.get("/account").status_code == 303
        given = client.post("/sign-in/code", data={"code": app.at(site.clock()), "next": "/search?q=1"})
        assert given.headers["location"] == "/search?q=1"
    accounts.reset_factor(ROOT, "chen")


def test_a_password_for_one_sign_in_is_worth_nothing_after_it(site, bent):
    accounts = site.house.accounts
    given = accounts.add(ROOT, "new", "新", Role.CLINICIAN)
    accounts.bind(ROOT, "new", "sub-new")
    with site.http() as client:
        assert came_back(client, "sub-new").headers["location"] == "/search?q=1"
        assert client.post("/sign-in", data={"name": "new", "password": given}).status_code == 401


def test_an_honest_provider_that_fails_is_told_as_such(site, bent):
    with site.http() as client:
        url = allowed(begin(client))
        bent.silent = True
        assert client.get(url).status_code == 503
        site.house.provider = Provider("http://localhost:9", "kanglu", "x", "East Hospital")
        answer = client.get("/sign-in/elsewhere")
        assert (answer.status_code, "East Hospital" in answer.text) == (503, True)


def test_a_provider_that_calls_itself_otherwise_is_none(site, bent):
    bent.calls_itself = "https://evil.example"
    with site.http() as client:
        assert client.get("/sign-in/elsewhere").status_code == 503


def test_guessing_what_comes_back_is_limited(site, bent):
    bent.bend = lambda claims: claims | {"nonce": "x"}
    with site.http() as client:
        for _ in range(MOST):
            assert came_back(client).status_code == 401
        answer = came_back(client)
        assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)
        site.clock.now += WINDOW
        bent.bend = lambda claims: claims
        assert came_back(client).status_code == 303


def test_without_a_provider_there_is_nothing_of_it(site):
    assert site.house.provider is None
    with site.http() as client:
        assert "/sign-in/elsewhere" not in client.get("/sign-in").text
        for path in ("/sign-in/elsewhere", "/sign-in/back?code=x&state=y"):
            assert client.get(path).status_code == 404
    with site.http("he") as client:
        assert client.get("/account/connect").status_code == 404
        assert "/account/connect" not in client.get("/account").text


# -- binding -----------------------------------------------------------------------------------------


def to_the_provider(client: httpx.Client) -> str:
    """Confirm with the password; gives the link to the provider."""
    shown = client.post("/account/connect", data={"password": PASSWORD})
    assert shown.status_code == 200
    [link] = re.findall(r'href="(http[^"]+)"', shown.text)
    return link.replace("&amp;", "&")


def test_one_binds_ones_own_account_with_the_password_alone(site, bent):
    with site.http("he") as client:
        assert client.post("/account/connect", data={"password": "wrong"}).status_code == 422
        answer = client.get(allowed(to_the_provider(client), "sub-he"))
        assert answer.headers["location"] == "/account?bound=yes"
        assert "sub-he" in client.get("/account").text
    with site.http() as client:
        assert came_back(client, "sub-he").status_code == 303
        assert site.house.accounts.who(client.cookies["kanglu_session"]).id == "he"
    site.house.accounts.bind(ROOT, "he", None)


def test_nobody_binds_whom_another_account_is_bound_to(site, bent):
    with site.http("he") as client:
        answer = client.get(allowed(to_the_provider(client), "sub-chen"))
        assert answer.headers["location"] == "/account?bound=no"
        assert "已绑定另一个账号" in client.get("/account?bound=no").text
    assert {one.id: one.subject for one in site.house.accounts.all()}["he"] is None


def test_what_one_session_began_binds_no_other(site, bent):
    with site.http("he") as client:
        url = allowed(to_the_provider(client), "sub-he")
        client.cookies.set("kanglu_session", site.token("sun"))
        assert client.get(url).status_code == 401
    assert not {"sub-he"} & {one.subject for one in site.house.accounts.all()}


def test_a_binding_that_was_begun_signs_nobody_in(site, bent):
    with site.http("he") as client:
        url = allowed(to_the_provider(client), "sub-chen")
        client.cookies.delete("kanglu_session")
        assert client.get(url).status_code == 401
        assert "kanglu_session" not in client.cookies


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_its_pages_are_accessible_and_fit(visit, site, bent, accessible, fits, lang, width):
    for path, name in (
        ("/sign-in", None),
        ("/account", "he"),
        ("/account/connect", "he"),
        ("/account?bound=no", "he"),
        ("/accounts?account=chen", "root"),
    ):
        page = visit(path, name, lang=lang, width=width)
        accessible(page)
        fits(page)


def test_a_browser_walks_there_and_back(site, bent, browser):
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{site.url}/account")
    page.get_by_role("link", name="Sign in with East Hospital").click()
    page.fill("[name=sub]", "sub-chen")
    page.locator("button").first.click()
    live(page)
    assert page.url == f"{site.url}/account"
    expect(page.locator("#bound")).to_contain_text("You sign in there as sub-chen.")
    page.get_by_role("button", name="Unbind").click()
    page.locator("#k-confirm .main").click()
    expect(page.locator("#bound")).to_contain_text("Your account is not bound")
    page.get_by_role("link", name="Bind my account").click()
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Go on to East Hospital").click()
    page.fill("[name=sub]", "sub-chen")
    page.locator("button").first.click()
    live(page)
    expect(page.locator("#bound")).to_contain_text("You sign in there as sub-chen.")
    context.close()


def test_an_administrator_binds_an_account(visit, site, bent):
    page = visit("/accounts?account=he", "root", lang="en")
    page.fill("#bind-subject", "sub-chen")
    page.get_by_role("button", name="Bind").click()
    page.wait_for_selector(".saying.wrong:has-text('Another account is bound')")
    page.fill("#bind-subject", " sub-he ")
    page.get_by_role("button", name="Bind").click()
    page.wait_for_selector("text=It is changed.")
    assert {one.id: one.subject for one in site.house.accounts.all()}["he"] == "sub-he"
    site.house.accounts.bind(ROOT, "he", None)


# -- what the environment says -----------------------------------------------------------------------

SAID = {"KANGLU_OIDC_ISSUER": "https://sso.example/realms/east", "KANGLU_OIDC_CLIENT": "kanglu"}


def test_the_environment_names_the_provider(tmp_path):
    assert Provider.of({}) is None
    made = Provider.of({**SAID, "KANGLU_OIDC_SECRET": "s3cret"})
    assert (made.issuer, made.client, made.secret, made.name) == (*SAID.values(), "s3cret", "sso.example")
    (tmp_path / "secret").write_text("from a file\n")
    filed = Provider.of(
        {**SAID, "KANGLU_OIDC_SECRET_FILE": str(tmp_path / "secret"), "KANGLU_OIDC_NAME": "East"}
    )
    assert (filed.secret, filed.name) == ("from a file", "East")
    assert "s3cret" not in repr(made)


@pytest.mark.parametrize(
    "said",
    [
        SAID,
        {**SAID, "KANGLU_OIDC_SECRET": " "},
        {**SAID, "KANGLU_OIDC_SECRET_FILE": "/nowhere"},
        {"KANGLU_OIDC_ISSUER": "https://sso.example", "KANGLU_OIDC_SECRET": "x"},
        {**SAID, "KANGLU_OIDC_SECRET": "x", "KANGLU_OIDC_ISSUER": "http://sso.example"},
        {**SAID, "KANGLU_OIDC_SECRET": "x", "KANGLU_OIDC_ISSUER": "sso.example"},
    ],
)
def test_half_a_provider_is_refused_at_the_start(said):
    with pytest.raises(RecordError):
        Provider.of(said)
