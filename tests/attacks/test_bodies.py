"""What is sent has its bounds: forms, uploads, messages; a bad one harms nobody."""

import asyncio
import json

import httpx
import pytest
import websockets
from tests.attacks.looping import run
from tests.attacks.test_getting_in import SESSION, page_token

from kanglu.ui.bounds import FORM, WORDS


def test_nobody_can_fill_the_memory_or_the_disk_through_the_sign_in_form(site):
    with site.http() as client:
        assert client.post("/sign-in", data={"name": "x" * (FORM + 1), "password": "x"}).status_code == 413
        assert client.post("/sign-in", files={"name": ("a", b"x" * (FORM + 1))}).status_code == 413


def test_a_body_without_a_length_is_counted(site):
    def endless():
        for _ in range(1000):
            yield b"name=" + b"x" * 4096

    with site.http() as client:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        assert client.post("/sign-in", content=endless(), headers=kind).status_code == 413


@pytest.mark.parametrize("path", ["/intake/files", "/recordings/K000001"])
def test_an_upload_that_says_it_is_too_large_is_refused_before_it_is_read(site, path):
    kind = "content-type: multipart/form-data; boundary=b"
    said = site.raw(f"POST {path}", "chen", kind, f"content-length: {1 << 31}", f"origin: {site.url}")
    assert said.startswith((b"HTTP/1.1 413", b"HTTP/1.1 422")), said[:200]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--"),
        ("multipart/form-data; boundary=", b"--"),
        ("multipart/form-data; boundary=b", b"--b\r\nnonsense\r\n\r\n"),
        ("multipart/form-data; boundary=b", b"--b\r\ncontent-disposition: form-data\r\n\r\nx\r\n--b--"),
        ("multipart/form-data; boundary=b", b"\xff" * 100),
        ("application/x-www-form-urlencoded", b"name=%ff%fe&password=%00&next=%ff"),
        ("application/x-www-form-urlencoded; charset=nonsense", b"name=a"),
        ("application/json", b"{"),
        ("", b"\x00" * 100),
    ],
)
def test_a_form_that_is_none_is_refused_without_a_traceback(site, kind, body):
    for name, path in (
        (None, "/sign-in"),
        ("chen", "/password"),
        ("chen", "/recordings/K000001"),
        ("chen", "/intake/files"),
    ):
        with site.http(name) as client:
            answer = client.post(path, content=body, headers={"content-type": kind})
            assert 400 <= answer.status_code < 500, (path, answer.status_code)
            assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", ["/ui/none.css", "/ui/%2e%2e/server.py", "/static/none.js"])
def test_a_file_that_is_not_there_is_not_found(site, path):
    with site.http() as client:
        answer = client.get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_nobody_lets_the_server_import_a_module(site):
    import sys

    with site.http() as nobody, site.http("root") as root:
        for client in (nobody, root):
            for module in (
                "this",
                "antigravity",
                "nbconvert.__main__",
                "kanglu.doctor",
                ".x",
                "panel.widgets",
            ):
                answer = client.get(f"/components/{module}/x/_css/y")
                assert answer.status_code in (303, 404)
    assert "this" not in sys.modules
    assert "antigravity" not in sys.modules


BROKEN = (
    ["x"], [b"\x00\xff"], ["{}", "{}", "{}"], ["[]"], ["null", "null"], ["{", "}"],
    [json.dumps({"msgid": "1", "msgtype": "NONE"}), "{}", "{}"],
    [json.dumps({"msgid": "1", "msgtype": "PATCH-DOC"}), "{}", json.dumps({"events": [{"kind": "x"}]})],
    [json.dumps({"msgid": "1", "msgtype": "PATCH-DOC", "num_buffers": 10**9}), "{}", "{}"],
    [json.dumps({"msgid": "1", "msgtype": "PUSH-DOC"}), "{}", json.dumps({"doc": {}})],
    ["[" * 100_000],
)  # fmt: skip


@pytest.mark.parametrize("messages", BROKEN)
def test_a_broken_message_ends_its_own_connection_at_most(site, messages):
    async def sent():
        async with httpx.AsyncClient() as client:
            token = site.token("chen")
            page = page_token((await client.get(site.url, cookies={SESSION: token})).text)
        async with websockets.connect(
            site.url.replace("http", "ws") + "/ws",
            subprotocols=["bokeh", page],
            additional_headers={"cookie": f"{SESSION}={token}", "origin": site.url},
        ) as wire:
            for message in messages:
                await wire.send(message)
            try:
                while True:
                    said = await asyncio.wait_for(wire.recv(), 0.5)
                    assert "Traceback" not in str(said)
                    assert ".py" not in str(said)
            except (TimeoutError, websockets.exceptions.ConnectionClosed):
                pass

    run(sent())
    with site.http("chen") as client:
        assert client.get("/").status_code == 200


def test_a_message_that_is_too_large_ends_its_own_connection(site):
    async def sent():
        async with httpx.AsyncClient() as client:
            token = site.token("chen")
            page = page_token((await client.get(site.url, cookies={SESSION: token})).text)
        async with websockets.connect(
            site.url.replace("http", "ws") + "/ws",
            subprotocols=["bokeh", page],
            additional_headers={"cookie": f"{SESSION}={token}", "origin": site.url},
        ) as wire:
            await wire.recv()
            with pytest.raises(websockets.exceptions.ConnectionClosed):
                await wire.send("x" * (WORDS + 1))
                while True:
                    await asyncio.wait_for(wire.recv(), 20)
            return wire.close_code

    assert run(sent()) == 1009
    with site.http("chen") as client:
        assert client.get("/").status_code == 200
