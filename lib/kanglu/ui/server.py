"""One ASGI application: who may enter, plain routes, and the pages on Panel's server.

Everything that is not public asks for a session first. A cookie is only believed on requests from our own
pages: forms and uploads must come from this origin, and so must websockets.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, cast
from urllib.parse import urlsplit

import panel as pn
from panel.io.application import build_applications
from panel.io.asgi import PanelASGI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles

from kanglu.errors import KangluError, NotFound, PermissionDenied
from kanglu.ui import pages, signing
from kanglu.ui.frame import application
from kanglu.ui.pages import Found
from kanglu.ui.rendering import STATIC
from kanglu.ui.signing import SESSION, language
from kanglu.ui.visitors import House, Visitor, enter, sign_in_path

type Scope = Any
type Receive = Any
type Send = Callable[[Any], Awaitable[None]]

THREADS = 8
FILES = ("/ui/", "/static/", "/components/")
"""The shell's own, and Panel's: the same for everybody, so that a browser may keep them."""
OPEN = ("/sign-in", *FILES, "/alive", "/language/", "/favicon.ico")
"""What is shown before anybody has signed in: no page and no data is among it."""
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self'; font-src 'self' data:; connect-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)

log = logging.getLogger("kanglu.ui")


class Application:
    """The house as an ASGI application.

    Parameters
    ----------
    found : its pages; those in `apps/` when None.
    """

    def __init__(self, house: House, found: Found | None = None) -> None:
        pn.config.nthreads = THREADS  # type: ignore[misc]  # set by its own setter
        pn.config.reconnect = False
        self.house = house
        found = pages.find() if found is None else found
        served: dict[str, Any] = {
            route: application(page, found.pages) for page in found.pages for route in page.routes
        }
        self.panel = PanelASGI(
            build_applications(served, location=False),
            index_enabled=False,
            include_cookies=[],
            include_headers=[],
            extra_websocket_origins=["*"],
            unused_session_lifetime_milliseconds=60_000,
            check_unused_sessions_milliseconds=15_000,
        )
        self.routes = Router(
            [
                Route("/alive", _alive),
                Mount("/ui", StaticFiles(directory=STATIC)),
                *signing.ROUTES,
                *found.routes,
            ],
            default=cast("Any", self.panel),
            redirect_slashes=False,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.panel(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, _guarded(scope, send))

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        answer: Response | None = None
        visitor = await self._visitor(request)
        if request.method not in ("GET", "HEAD", "OPTIONS") and not _from_here(request.headers):
            answer = PlainTextResponse("This came from another site.", 403)
        elif visitor is None and not request.url.path.startswith(OPEN):
            answer = _to_sign_in(request)
        elif visitor is not None and visitor.account.must_change and _is_page(request):
            answer = RedirectResponse("/password", 303)
        if answer is not None:
            await answer(scope, receive, send)
            return
        scope.setdefault("state", {}).update(house=self.house, visitor=visitor)
        enter(self.house, visitor)
        try:
            await self.routes(scope, receive, send)
        except KangluError as error:
            await _said(error)(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request({**scope, "type": "http"})
        visitor = await self._visitor(request)
        if visitor is None or not _from_here(request.headers):
            await receive()
            await send({"type": "websocket.close", "code": 4403})
            return
        enter(self.house, visitor)
        await self.panel(scope, receive, send)

    async def _visitor(self, request: Request) -> Visitor | None:
        if request.url.path.startswith((*FILES, "/alive")):
            return None
        token = request.cookies.get(SESSION, "")
        account = await run_in_threadpool(self.house.accounts.who, token)
        if account is None:
            return None
        return Visitor(account, token, language(request, account), _path(request))


async def _alive(request: Request) -> Response:
    """Whether the server is there."""
    return PlainTextResponse("yes", headers={"cache-control": "no-store"})


def _to_sign_in(request: Request) -> Response:
    if request.method != "GET" or request.headers.get("x-requested-with"):
        return JSONResponse({"error": "signed out"}, 401)
    return RedirectResponse(sign_in_path(_path(request)), 303)


def _path(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _is_page(request: Request) -> bool:
    return not request.url.path.startswith((*OPEN, "/password", "/sign-out"))


def _from_here(headers: Any) -> bool:
    """Whether a request comes from a page of this origin, by what only browsers can say."""
    origin = headers.get("origin")
    if origin is None:
        return bool(headers.get("sec-fetch-site", "same-origin") == "same-origin")
    return bool(urlsplit(origin).netloc == headers.get("host"))


def _said(error: KangluError) -> Response:
    status = 403 if isinstance(error, PermissionDenied) else 404 if isinstance(error, NotFound) else 422
    return JSONResponse({"error": str(error)}, status)


def _guarded(scope: Scope, send: Send) -> Send:
    """Add the headers that every answer has; the shell's own files may be kept, nothing else."""
    kept = scope["path"].startswith(FILES)

    async def guarded(event: Any) -> None:
        if event["type"] == "http.response.start":
            given = [one for one in event.get("headers", ()) if not (kept and one[0] == b"cache-control")]
            names = {name for name, _ in given}
            given += [one for one in HEADERS if one[0] not in names]
            if kept:
                given.append((b"cache-control", b"public, max-age=86400"))
            elif b"cache-control" not in names:
                given.append((b"cache-control", b"no-store"))
            event["headers"] = given
        await send(event)

    return guarded
