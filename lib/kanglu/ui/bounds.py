"""What may be brought to the door: bodies of a bounded size, and no session of Panel's but one's own."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from bokeh.protocol.message import Message
from bokeh.util.token import get_session_id
from starlette.requests import Request
from starlette.routing import BaseRoute, Match, Route

from kanglu.dates import parse_day
from kanglu.errors import DateError

type Receive = Callable[[], Awaitable[Any]]
type Send = Callable[[Any], Awaitable[None]]

FORM: Final = 64 * 1024
"""Bytes of what is sent to any route that takes no files."""
WORDS: Final = 4 * 1024 * 1024
"""Bytes of one message on a page's wire."""
_PANELS_OWN: Final = b"bokeh-"
_ERROR: Final = '{"text":'


class TooLarge(Exception):
    """More was sent than may be."""


class Upload(Route):
    """A route that files are sent to.

    Parameters
    ----------
    most : bytes of a body, with what a form has around its files.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], *, most: int) -> None:
        super().__init__(path, endpoint, methods=["POST"])
        self.most = most


def most(scope: Any, routes: Iterable[BaseRoute]) -> int:
    """How many bytes a request may bring."""
    fitting = (one.most for one in routes if isinstance(one, Upload) and one.matches(scope)[0] is Match.FULL)
    return next(fitting, FORM)


def brings_too_much(request: Request, size: int) -> bool:
    """Whether a body is larger than `size` bytes by its own word, or does not say how large it is."""
    length = request.headers.get("content-length", "")
    return not length.isdecimal() or int(length) > size


def bounded(receive: Receive, size: int) -> Receive:
    """Receives until `size` bytes have come, whatever the request said of its length; then `TooLarge`."""
    taken = 0

    async def counted() -> Any:
        nonlocal taken
        event = await receive()
        taken += len(event.get("body", b""))
        if taken > size:
            raise TooLarge
        return event

    return counted


def unnamed(scope: Any) -> Any:
    """A request without what would make Panel open a session of somebody else's choice.

    Panel takes the name of a session from the address or a header. A link that carries one would let whoever
    made it connect to the page that another opens with it.
    """
    query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    kept = [(name, value) for name, value in query if not name.lower().startswith(_PANELS_OWN.decode())]
    if len(kept) < len(query):
        scope = {**scope, "query_string": urlencode(kept).encode("latin-1")}
    headers = [one for one in scope["headers"] if not one[0].lower().startswith(_PANELS_OWN)]
    return {**scope, "headers": headers}


def untold(send: Send) -> Send:
    """Sends what Panel says but for the tracebacks that it has for messages it cannot read."""

    async def told(event: Any) -> None:
        if str(event.get("text", "")).startswith(_ERROR):
            event = {**event, "text": '{"text":"refused","traceback":null}'}
        await send(event)

    return told


class Discreet(logging.Filter):
    """Keeps what somebody typed out of the log, where Panel would write down the message that failed."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(one.msgtype if isinstance(one, Message) else one for one in record.args)
        return True


def session_named(offered: Sequence[str]) -> str | None:
    """Which of Panel's sessions a websocket asks for by what it offers; None where that cannot be read."""
    try:
        return str(get_session_id(offered[1]))
    except Exception:  # it is what anybody may send; what is wrong with it does not matter
        return None


def number(text: str) -> int | None:
    """The number that a text in an address is; None for any other text, and for more than nine digits."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def day(text: str) -> date | None:
    """The day that a text in an address or a form is; None for any other text."""
    try:
        return parse_day(text) if text else None
    except DateError:
        return None
