"""Signing in by the institution's single sign-on, and binding one's account to it.

What a sign-in was begun with lies in a cookie of the browser, encrypted, for `PATIENCE`: what comes back to
another browser, or unasked, is worth nothing. No account is ever made by what a provider says.
"""

import json
import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from collections.abc import Mapping
from datetime import datetime
from hmac import compare_digest
from typing import Any, Final, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from kanglu.dates import instant
from kanglu.errors import KangluError, NotFound, PermissionDenied, RecordError
from kanglu.i18n import words
from kanglu.record.sessions import PATIENCE, hash_of
from kanglu.ui.frame import plain
from kanglu.ui.provider import Begun, NotThere, Provider
from kanglu.ui.signing import (
    after,
    asked_to_sign_in,
    held_up,
    keep_session,
    language,
    onward,
    retry,
    weighed,
)
from kanglu.ui.tries import TooManyTries
from kanglu.ui.visitors import House, Visitor, came_from, house_of, visitor_of

log = logging.getLogger("kanglu.ui")
COOKIE: Final = "kanglu_sign_on"
BACK: Final = "/sign-in/back"
"""To where the provider leads back; it has to know this address of ours."""
_ABOUT: Final = b"sign-on"
_LONGEST_PATH: Final = 1000
"""Characters of an address that a cookie still takes."""


class _Meant(NamedTuple):
    """What the browser keeps while it is with the provider.

    Parameters
    ----------
    at : the instant at which it was begun.
    to : where somebody wants to go then.
    session : hash of the session whose account is to be bound; empty for a sign-in.
    """

    begun: Begun
    at: str
    to: str
    session: str


# -- signing in --------------------------------------------------------------------------------------


async def go(request: Request) -> Response:
    """Go to the provider to sign in."""
    to = after(request.query_params.get("next"))
    try:
        url, meant = await _begun(request, to)
    except NotThere as error:
        return _unreached(request, to, error)
    answer = RedirectResponse(url, 303)
    _keep(request, answer, meant)
    return answer


async def back(request: Request) -> Response:
    """Come back from the provider: signed in, bound, or refused."""
    provider, house, _ = _provider(request), house_of(request), words(language(request))
    meant, given = _brought(request), request.query_params
    if meant is None or not compare_digest(given.get("state", "").encode(), meant.begun.state.encode()):
        said = _("This sign-in was not begun here, or took too long. Begin again.")
        return _refused(request, "/", said, 401)
    if "code" not in given:
        return _refused(request, meant.to, _("Signing in with {name} was given up.", name=provider.name), 401)
    now = house.clock()
    try:
        house.tries.take(came_from(request), now)
        subject = await provider.subject(given["code"], meant.begun)
    except TooManyTries as error:
        return _refused(request, meant.to, held_up(request, error), 429, retry(error))
    except NotThere as error:
        house.tries.take_back(came_from(request), now)
        return _unreached(request, meant.to, error)
    except PermissionDenied as error:
        log.warning("%s", error)
        await run_in_threadpool(house.accounts.note_refused, error.what, came_from(request))
        said = _("What {name} says could not be believed. Begin again.", name=provider.name)
        return _refused(request, meant.to, said, 401)
    house.tries.take_back(came_from(request), now)
    done = _bound if meant.session else _signed_in
    answer = await run_in_threadpool(done, request, subject, meant)
    answer.delete_cookie(COOKIE, "/sign-in")
    return answer


def _signed_in(request: Request, subject: str, meant: _Meant) -> Response:
    house, _ = house_of(request), words(language(request))
    try:
        token = house.accounts.sign_in_as(subject, came_from(request))
    except NotFound:
        said = _(
            "No account here is bound to you yet. Tell the administrator this name: {subject}",
            subject=subject,
        )
        return _refused(request, meant.to, said, 403)
    except PermissionDenied:
        said = _("Your account here is disabled. Ask the administrator.")
        return _refused(request, meant.to, said, 403)
    answer = RedirectResponse(onward(house.accounts, token, meant.to), 303)
    keep_session(request, answer, token)
    return answer


def _refused(
    request: Request, to: str, said: str, status: int, headers: Mapping[str, str] | None = None
) -> Response:
    return asked_to_sign_in(request, to, wrong=said, status=status, headers=headers)


def _unreached(request: Request, to: str, error: NotThere) -> Response:
    log.error("%s", error)
    said = words(language(request))("{name} cannot be reached.", name=_provider(request).name)
    return _refused(request, to, said, 503)


# -- binding one's account ---------------------------------------------------------------------------


async def show_connecting(request: Request) -> Response:
    """The form before one's account is bound: the password again."""
    return _connecting(request)


async def connect(request: Request) -> Response:
    """With the right password, the way to the provider: whoever comes back from there is bound."""
    form, visitor = await request.form(), visitor_of(request)
    _, mine = visitor.words, (visitor.account.id, str(form.get("password", "")))
    try:
        await weighed(request, house_of(request).accounts.confirm_password, *mine)
        url, meant = await _begun(request, "/account", hash_of(visitor.token))
    except TooManyTries as error:
        return _connecting(request, wrong=held_up(request, error), status=429, headers=retry(error))
    except PermissionDenied:
        return _connecting(request, wrong=_("The password is wrong."), status=422)
    except NotThere as error:
        log.error("%s", error)
        wrong = _("{name} cannot be reached.", name=_provider(request).name)
        return _connecting(request, wrong=wrong, status=503)
    answer = _connecting(request, url=url)
    _keep(request, answer, meant)
    return answer


def _bound(request: Request, subject: str, meant: _Meant) -> Response:
    visitor: Visitor | None = request.state.visitor
    if visitor is None or not compare_digest(hash_of(visitor.token), meant.session):
        said = words(language(request))("This sign-in was not begun here, or took too long. Begin again.")
        return _refused(request, "/account", said, 401)
    try:
        house_of(request).accounts.bind(visitor.actor, visitor.account.id, subject)
    except RecordError:
        return RedirectResponse("/account?bound=no", 303)
    return RedirectResponse("/account?bound=yes", 303)


def _connecting(
    request: Request,
    *,
    url: str | None = None,
    wrong: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    visitor, name = visitor_of(request), _provider(request).name
    values = {"url": url, "wrong": wrong, "name": name, "account": visitor.account.id}
    title = visitor.words("Single sign-on")
    page = plain(visitor.lang, "/account/connect", title, "connect.html", values)
    return HTMLResponse(page, status, headers)


# -- between -----------------------------------------------------------------------------------------


def _provider(request: Request) -> Provider:
    """The provider; where there is none, there is no such page."""
    house: House = house_of(request)
    if house.provider is None:
        raise HTTPException(404)
    return house.provider


async def _begun(request: Request, to: str, session: str = "") -> tuple[str, _Meant]:
    url, begun = await _provider(request).begin(str(request.base_url).rstrip("/") + BACK)
    whither = to if len(to) <= _LONGEST_PATH else "/"
    return url, _Meant(begun, instant(house_of(request).clock()), whither, session)


def _keep(request: Request, answer: Response, meant: _Meant) -> None:
    text = json.dumps([*meant.begun, *meant[1:]]).encode()
    sealed = urlsafe_b64encode(house_of(request).database.keys.encrypt_bytes(text, _ABOUT)).decode()
    answer.set_cookie(
        COOKIE, sealed.rstrip("="), max_age=int(PATIENCE.total_seconds()), path="/sign-in", httponly=True,
        samesite="lax", secure=request.url.scheme == "https",
    )  # fmt: skip


def _brought(request: Request) -> _Meant | None:
    """What the browser kept; None where it is none of ours, or too old."""
    sealed, house = request.cookies.get(COOKIE, ""), house_of(request)
    try:
        raw = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        said: list[Any] = json.loads(house.database.keys.decrypt_bytes(raw, _ABOUT))
    except (NoBase64, ValueError, KangluError):
        return None
    meant = _Meant(Begun(*said[:4]), *said[4:])
    passed = house.clock() - datetime.fromisoformat(meant.at)
    return meant if abs(passed) < PATIENCE else None


ROUTES = (
    Route("/sign-in/elsewhere", go, methods=["GET"]),
    Route(BACK, back, methods=["GET"]),
    Route("/account/connect", show_connecting, methods=["GET"]),
    Route("/account/connect", connect, methods=["POST"]),
)
"""All are pages that are not there where no provider is named."""
