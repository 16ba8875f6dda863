"""Nobody gets in by guessing, by a session of their own choice, or by a page that another has opened."""

import asyncio
import base64
import json
import re
import secrets
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import websockets
from tests.apps.conftest import PASSWORD
from tests.attacks.looping import run
from websockets.exceptions import InvalidStatus

from kanglu.record.sessions import LONGEST_WAIT, TRIES

SESSION = "kanglu_session"


def page_token(html: str) -> str:
    """What a page shows to connect to itself."""
    [found] = re.findall(r'"token":"([^"]+)"', html)
    return found


def connects(site, path, page, cookie, origin=None):
    """Whether the wire of a page opens for whoever has this cookie."""

    async def tried():
        address = site.url.replace("http", "ws", 1) + path.rstrip("/") + "/ws"
        headers = {"cookie": f"{SESSION}={cookie}"} if cookie else {}
        if origin:
            headers["origin"] = origin
        try:
            async with websockets.connect(
                address, subprotocols=["bokeh", page], additional_headers=headers
            ) as socket:
                return "ACK" in await asyncio.wait_for(socket.recv(), 20)
        except (InvalidStatus, websockets.exceptions.ConnectionClosed):
            return False

    return run(tried())


def forged(session_id: str) -> str:
    """A page's token for a session of one's own choice, as Panel makes them where nothing is signed."""
    payload = {"session_id": session_id, "session_expiry": int(time.time()) + 300}
    more = zlib.compress(json.dumps({"headers": {}, "cookies": {}, "arguments": {}}).encode(), level=9)
    payload["__bk__zlib_"] = base64.urlsafe_b64encode(more).decode().rstrip("=")
    return base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")


@pytest.fixture(autouse=True)
def fresh(site):
    """Each test signs in anew, at the same time."""
    site.cookies.clear()
    now = site.clock.now
    yield
    site.clock.now = now


def test_a_password_is_not_guessed_by_trying_many(site):
    with site.http() as client:
        for number in range(3 * TRIES):
            form = {"name": "he", "password": f"wrong {number}"}
            assert client.post("/sign-in", data=form).status_code == 401
        assert client.post("/sign-in", data={"name": "he", "password": PASSWORD}).status_code == 401
        site.clock.now += LONGEST_WAIT
        assert client.post("/sign-in", data={"name": "he", "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "0",
        "admin",
        "root",
        "chen",
        "' or '1'='1",
        "%00",
        "a" * 43,
        "A" * 4000,
        "../../etc/passwd",
        "null",
    ],
)
def test_a_session_is_not_guessed(site, cookie):
    with httpx.Client(base_url=site.url) as client:
        answer = client.get("/", headers={"cookie": f"{SESSION}={cookie}"})
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in")


def test_the_hash_of_a_session_which_the_database_keeps_signs_nobody_in(site):
    site.token("chen")
    for kept in site.asked("select id from login_session"):
        with httpx.Client(base_url=site.url, cookies={SESSION: kept}) as client:
            assert client.get("/").status_code == 303


def test_signing_in_gives_a_new_session_and_leaves_one_that_was_planted_worthless(site):
    planted = secrets.token_urlsafe(32)
    with httpx.Client(base_url=site.url, headers={"origin": site.url}) as client:
        form = {"name": "chen", "password": PASSWORD}
        answer = client.post("/sign-in", data=form, headers={"cookie": f"{SESSION}={planted}"})
        given = answer.cookies[SESSION]
        assert given != planted
        assert "httponly" in answer.headers["set-cookie"].lower()
        assert "samesite=lax" in answer.headers["set-cookie"].lower()
    with httpx.Client(base_url=site.url, cookies={SESSION: planted}) as client:
        assert client.get("/").status_code == 303


def test_a_session_is_over_when_it_is_signed_out_of(site):
    with site.http("chen") as client:
        token = client.cookies[SESSION]
        client.post("/sign-out")
    with httpx.Client(base_url=site.url, cookies={SESSION: token}) as client:
        assert client.get("/").status_code == 303


@pytest.mark.parametrize(
    "name", ["bokeh-session-id", "Bokeh-Session-Id", "bokeh%2Dsession-id", "bokeh-token"]
)
def test_a_link_cannot_name_the_session_of_the_page_that_it_opens(site, name):
    """Whoever made the link would otherwise connect to the page that somebody else opens by it."""
    chosen = forged("chosen") if "token" in name else "chosen-by-another-person"
    with site.http("root") as client:
        shown = client.get(f"/?{name}={chosen}")
        assert shown.status_code == 200
        assert page_token(shown.text) != chosen
    assert "chosen" not in str(site.house.open_pages)
    assert not connects(site, "/", forged("chosen"), site.token("chen"), site.url)


def test_a_header_cannot_name_the_session_of_a_page(site):
    with site.http("root") as client:
        client.get("/", headers={"Bokeh-Session-Id": "chosen-by-another-person"})
    assert "chosen-by-another-person" not in site.house.open_pages


def test_a_page_answers_to_whoever_opened_it_alone(site):
    with site.http("root") as client:
        page = page_token(client.get("/rules").text)
    assert not connects(site, "/rules", page, None, site.url)
    assert not connects(site, "/rules", page, site.token("chen"), site.url)
    assert connects(site, "/rules", page, site.token("root"), site.url)


def test_another_sign_in_of_the_same_account_does_not_take_the_page_over(site):
    with site.http("chen") as client:
        page = page_token(client.get("/").text)
    other = site.house.accounts.sign_in("chen", PASSWORD)
    assert not connects(site, "/", page, other, site.url)


def test_a_forged_page_opens_nothing(site):
    assert not connects(site, "/", forged("mine"), site.token("chen"), site.url)
    assert not connects(site, "/", "nonsense", site.token("chen"), site.url)


def test_a_one_time_password_opens_no_page_over_the_wire(site):
    from kanglu.trust import Actor, Role

    with site.http("zhou") as client:
        page = page_token(client.get("/").text)
    given = site.house.accounts.reset(Actor("root", "root", Role.ADMIN), "zhou")
    token = site.house.accounts.sign_in("zhou", given)
    assert not connects(site, "/", page, token, site.url)
    site.house.accounts.change_password("zhou", given, PASSWORD + "!")
    site.house.accounts.change_password("zhou", PASSWORD + "!", PASSWORD)


def test_when_a_session_ends_its_open_pages_do_nothing_more(site, window):
    opened = window("/", "chen")
    site.house.accounts.sign_out(site.token("chen"))
    assert opened.act("tick" if "tick" in opened.html else "show")["go"].startswith("/sign-in")


def test_an_act_that_the_page_does_not_have_is_not_done(window):
    opened = window("/", "chen")
    for name in (
        "opened",
        "__init__",
        "_do",
        "store",
        "house",
        "closed",
        "values",
        "go",
        "wire",
        "",
        "x" * 5000,
    ):
        answer = opened.act(name)
        assert "ok" not in answer, name
        assert answer["say"][0]["kind"] == "wrong"


def test_however_many_passwords_are_tried_at_once_the_server_weighs_a_few_at_a_time(site, monkeypatch):
    """Each takes a processor and 64 MB: many at once would leave nothing for those who are signed in."""
    from kanglu.record import sessions

    now, most, turn = [], [], threading.Lock()
    weigh = sessions.matches

    def counted(password, kept):
        with turn:
            now.append(1)
            most.append(len(now))
        try:
            return weigh(password, kept)
        finally:
            now.pop()

    monkeypatch.setattr(sessions, "matches", counted)

    def tried(number):
        with site.http() as client:
            form = {"name": f"nobody{number}", "password": "wrong"}
            return client.post("/sign-in", data=form, timeout=60).status_code

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(tried, range(12))) == {401}
    assert len(most) == 12
    assert max(most) <= 2
