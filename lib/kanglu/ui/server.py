"""One ASGI application: who may enter, plain routes, and the pages on Panel's server.

Everything that is not public asks for a session first. A cookie is only believed on requests from our own
pages: forms and uploads must come from this origin, and so must websockets.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

import panel as pn
import panel.io.document as panel_document
from panel.io.application import build_applications
from panel.io.asgi import PanelASGI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles

from kanglu.errors import KangluError, NotFound, PermissionDenied
from kanglu.i18n import Words, words
from kanglu.retold import told
from kanglu.ui import factors, pages, sign_on, signing
from kanglu.ui.bounds import Discreet, TooLarge, bounded, most, session_named, unnamed, untold
from kanglu.ui.frame import application, plain
from kanglu.ui.pages import Found
from kanglu.ui.rendering import STATIC
from kanglu.ui.signing import SESSION, language
from kanglu.ui.trouble import trouble
from kanglu.ui.visitors import House, Visitor, came_from, enter, sign_in_path

type Scope = Any
type Receive = Any
type Send = Callable[[Any], Awaitable[None]]

THREADS = 8
QUIET = 60
"""Seconds without a page being left until Panel looks for garbage, which stops everybody for a moment; while
pages come and go, Python's own collector does."""
FILES = ("/ui/", "/static/")
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
SHUT = ("/autoload.js", "/metadata")
"""What Panel would serve of a page besides: to embed it in pages of other sites."""
AGAIN = "10"
"""Seconds after which a browser asks again for a page that could not be shown for want of the database."""

log = logging.getLogger("kanglu.ui")
logging.getLogger("bokeh.server.protocol_handler").addFilter(Discreet())


class Application:
    """The house as an ASGI application.

    Parameters
    ----------
    found : its pages; those in `apps/` when None.
    """

    def __init__(self, house: House, found: Found | None = None) -> None:
        pn.config.nthreads = THREADS  # type: ignore[misc]  # set by its own setter
        pn.config.reconnect = False
        panel_document.GC_DEBOUNCE = QUIET
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
            secret_key=secrets.token_bytes(32),
            sign_sessions=True,
            unused_session_lifetime_milliseconds=60_000,
            check_unused_sessions_milliseconds=5_000,
        )
        self.routes = Router(
            [
                Route("/alive", _alive),
                Mount("/ui", StaticFiles(directory=STATIC)),
                *signing.ROUTES,
                *factors.ROUTES,
                *sign_on.ROUTES,
                *found.routes,
            ],
            default=cast("Any", self._page),
            redirect_slashes=False,
        )
        self._uploads = found.routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.panel(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, _guarded(scope, send))

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, whatever goes wrong; nothing of what did is shown."""
        begun = False

        async def noted(event: Any) -> None:
            nonlocal begun
            begun = True
            await send(event)

        try:
            await self._answered(scope, bounded(receive, most(scope, self._uploads)), noted)
        except ClientDisconnect:
            return
        except Exception as error:
            answer = _told(Request(scope), error)
            if not begun:
                await answer(scope, receive, send)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
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
        await self.routes(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page, or one of Panel's own files."""
        path = scope["path"]
        if path.startswith("/components/") or path.endswith(SHUT):
            raise HTTPException(404)
        await self.panel(unnamed(scope), receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request({**scope, "type": "http"})
        try:
            visitor = await self._visitor(request)
        except KangluError:
            visitor = None
        asked = session_named(scope.get("subprotocols", ()))
        if asked is None or visitor is None or not self._may_connect(asked, visitor, request):
            await receive()
            await send({"type": "websocket.close", "code": 4403})
            return
        enter(self.house, visitor)
        await self.panel(unnamed(scope), receive, untold(send))
        if page := self.house.open_pages.get(asked):
            # What was asked for before is done first: acts wait in the same line.
            await asyncio.get_running_loop().run_in_executor(None, page.left)

    def _may_connect(self, asked: str, visitor: Visitor, request: Request) -> bool:
        """Whether the page that a websocket asks for was opened in the visitor's own session."""
        if visitor.account.must_change or not _from_here(request.headers):
            return False
        page = self.house.open_pages.get(asked)
        return page is None or page.token == visitor.token

    async def _visitor(self, request: Request) -> Visitor | None:
        if request.url.path.startswith(FILES) or request.url.path == "/alive":
            return None
        token = request.cookies.get(SESSION, "")
        account = await run_in_threadpool(self.house.accounts.who, token)
        if account is None:
            return None
        return Visitor(account, token, language(request, account), _path(request), came_from(request))


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


def _told(request: Request, error: Exception) -> Response:
    """What went wrong, for whoever asked."""
    _ = words(language(request))
    if said := trouble(error, _):
        log.error("%s %s: %s", request.method, request.url.path, error)
        return _shown(request, _, said, 503, {"refresh": AGAIN, "retry-after": AGAIN})
    match error:
        case PermissionDenied():
            return JSONResponse({"error": told(error, _)}, 403)
        case NotFound():
            return JSONResponse({"error": told(error, _)}, 404)
        case KangluError():
            return JSONResponse({"error": told(error, _)}, 422)
        case TooLarge():
            return JSONResponse({"error": _("More was sent than may be. Nothing was kept.")}, 413)
        case MultiPartException():
            return PlainTextResponse("This is no form.", 400)
        case HTTPException():
            return PlainTextResponse(error.detail, error.status_code, error.headers)
        case _:
            log.error("%s %s failed", request.method, request.url.path, exc_info=error)
            return _shown(request, _, _("Something went wrong here. Nothing was changed; try again."), 500)


def _shown(
    request: Request, _: Words, text: str, status: int, headers: Mapping[str, str] | None = None
) -> Response:
    """A page that says so, for whoever opens one; else the words alone."""
    if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"error": text}, status, headers)
    title = _("This page cannot be shown now")
    said = {"title": title, "text": text, "remedy": None, "_": _}
    return HTMLResponse(plain(_.lang, _path(request), title, "refused.html", said), status, headers)


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
