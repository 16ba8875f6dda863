"""A flood of passwords is turned away with a time to come back, and holds up nobody else."""

import httpx
import pytest
from tests.apps.conftest import PASSWORD
from tests.attacks.looping import run
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from kanglu.record import sessions
from kanglu.ui import signing
from kanglu.ui.tries import MOST, WINDOW, Tries


@pytest.fixture(autouse=True)
def fresh(site):
    """Nobody has tried yet."""
    site.house.tries, now = Tries(), site.clock.now
    yield
    site.clock.now = now


def tried(client, name, password="wrong"):
    """What the sign-in answers."""
    return client.post("/sign-in", data={"name": name, "password": password}, timeout=60)


def test_one_password_is_not_tried_on_every_account(site):
    with site.http() as client:
        assert {tried(client, f"nobody{number}").status_code for number in range(MOST)} == {401}
        answer = tried(client, "chen", PASSWORD)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, str(int(WINDOW.total_seconds())))
        assert "10 分钟后" in answer.text
        assert "set-cookie" not in answer.headers
        site.clock.now += WINDOW
        assert tried(client, "chen", PASSWORD).status_code == 303


def test_a_try_that_is_turned_away_costs_no_weighing_and_leaves_nothing_in_the_record(site, monkeypatch):
    site.house.tries = Tries(most=1)
    monkeypatch.setattr(sessions, "matches", lambda *_: False)
    with site.http() as client:
        assert tried(client, "chen").status_code == 401
        monkeypatch.setattr(sessions, "matches", lambda *_: pytest.fail("it was weighed"))
        before = site.rows()
        assert tried(client, "chen").status_code == 429
        assert site.rows() == before


def test_behind_a_proxy_each_address_counts_that_the_proxy_saw_and_none_that_the_browser_made_up(site):
    """The test's server believes what comes from this machine, as one behind a proxy does."""
    site.house.tries = Tries(most=1)
    with site.http() as client:
        for seen, status in (("192.0.2.7", 401), ("192.0.2.8", 401), ("192.0.2.99, 192.0.2.7", 429)):
            client.headers["x-forwarded-for"] = seen
            assert tried(client, "nobody").status_code == status


def test_whoever_is_no_proxy_of_ours_cannot_say_where_they_come_from(site):
    site.house.tries = Tries(most=1)
    guarded = ProxyHeadersMiddleware(site.application, "127.0.0.1")

    async def tried_from(peer, said):
        transport = httpx.ASGITransport(guarded, client=(peer, 5))
        async with httpx.AsyncClient(transport=transport, base_url="http://kanglu") as client:
            form = {"name": "nobody", "password": "wrong"}
            return (await client.post("/sign-in", data=form, headers={"x-forwarded-for": said})).status_code

    assert [run(tried_from("198.51.100.1", f"192.0.2.{n}")) for n in range(2)] == [401, 429]


def test_the_old_password_is_not_guessed_by_whoever_found_an_open_session(site):
    site.house.tries = Tries(most=1)
    form = {"old": "wrong", "new": "four green horses", "again": "four green horses"}
    with site.http("chen") as client:
        assert client.post("/password", data=form).status_code == 422
        assert client.post("/password", data=form).status_code == 429


def test_where_too_many_wait_another_is_told_to_come_back_soon(site, monkeypatch):
    monkeypatch.setattr(signing, "WAITING", 0)
    with site.http() as client:
        answer = tried(client, "chen", PASSWORD)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
        monkeypatch.undo()
        assert tried(client, "chen", PASSWORD).status_code == 303


def test_right_passwords_hold_nobody_up_however_many_come_from_one_address(site):
    site.house.tries = Tries(most=1)
    with site.http() as client:
        assert {tried(client, "chen", PASSWORD).status_code for _ in range(4)} == {303}
