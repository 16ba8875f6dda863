"""A page without a browser: it is opened as a browser does, and done what its buttons would do."""

import asyncio
import json
import re
import time
import uuid
from typing import Any, Self

import httpx
import websockets

PATIENCE = 60
"""Seconds after which an answer is given up."""


class Wire:
    """One open page of somebody who is signed in.

    Parameters
    ----------
    base : the server's address, without a slash at the end.
    token : of the session.
    """

    def __init__(self, base: str, token: str) -> None:
        self.base, self.token, self.asked = base, token, 0
        self.loaded = self.live = 0.0

    async def open(self, path: str, client: httpx.AsyncClient) -> Self:
        """Load a page and connect its wire: `loaded` and `live` are the seconds it took."""
        begun = time.perf_counter()
        answer = await client.get(self.base + path, cookies={"kanglu_session": self.token}, timeout=PATIENCE)
        answer.raise_for_status()
        self.loaded, self.html = time.perf_counter() - begun, answer.text
        [page_token], roots = re.findall(r'"token":"([^"]+)"', self.html), self._roots()
        self._model = roots["wire"]
        address = self.base.replace("http", "ws", 1) + path.split("?")[0].rstrip("/") + "/ws"
        self._socket = await websockets.connect(
            address,
            subprotocols=["bokeh", page_token],  # type: ignore[list-item]
            additional_headers={"cookie": f"kanglu_session={self.token}", "origin": self.base},
            max_size=2**26,
            open_timeout=PATIENCE,
        )
        await self._hear()
        await self._say("PULL-DOC-REQ", {})
        await self._hear()
        self.live = time.perf_counter() - begun
        return self

    def _roots(self) -> dict[str, str]:
        """The models of the page by the name of their place."""
        places = dict(re.findall(r'data-root="([^"]*)"><div id="([^"]+)"', self.html))
        models = dict(re.findall(r'"(p\d+)":"([^"]+)"', self.html))
        by_place = {place: model for model, place in models.items()}
        return {name: by_place[place] for name, place in places.items()}

    async def act(self, name: str, /, **given: Any) -> tuple[float, dict[str, Any]]:
        """Do something on the page: the seconds until the answer was there, and the answer."""
        self.asked += 1
        begun = time.perf_counter()
        said = _map({"seq": self.asked, "act": name, "with": _map(given)})
        event = {
            "type": "event",
            "name": "data_event",
            "values": {"type": "map", "entries": [["model", {"id": self._model}], ["data", said]]},
        }
        message = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event}
        await self._say("PATCH-DOC", {"events": [message]})
        while True:
            kind, content = await asyncio.wait_for(self._hear(), PATIENCE)
            if kind == "ERROR":
                raise RuntimeError(f"{name}: {content}")
            if kind == "PATCH-DOC" and (answer := _answer(content, self.asked)) is not None:
                return time.perf_counter() - begun, answer

    async def close(self) -> None:
        """Leave the page."""
        await self._socket.close()

    async def _say(self, kind: str, content: dict[str, Any]) -> None:
        for part in ({"msgid": uuid.uuid4().hex, "msgtype": kind}, {}, content):
            await self._socket.send(json.dumps(part))

    async def _hear(self) -> tuple[str, dict[str, Any]]:
        head = json.loads(await self._socket.recv())
        await self._socket.recv()
        content = json.loads(await self._socket.recv())
        for _ in range(head.get("num_buffers", 0)):
            await self._socket.recv()
            await self._socket.recv()
        return head["msgtype"], content


def _map(values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "map", "entries": [[name, value] for name, value in values.items()]}


def _plain(value: Any) -> Any:
    if isinstance(value, dict) and value.get("type") == "map":
        return {name: _plain(one) for name, one in value.get("entries", [])}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _answer(content: dict[str, Any], asked: int) -> dict[str, Any] | None:
    """The page's answer to what was asked, when it is among these events."""
    for event in content.get("events", []):
        if event.get("kind") == "MessageSent" and event["msg_data"].get("name") == "esm_event":
            answer: dict[str, Any] = _plain(event["msg_data"]["values"])["data"]
            if answer.get("seq") == asked:
                return answer
    return None
