"""The second step of signing in: the code of an app, and setting the app up.

A session that waits is worth nothing on any other page. What is shown here is shown to whoever has given the
right password.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from kanglu.errors import PermissionDenied
from kanglu.i18n import words
from kanglu.record.accounts import Account
from kanglu.record.sessions import Waits
from kanglu.trust.codes import address as address_of
from kanglu.ui.frame import plain
from kanglu.ui.signing import (
    SESSION,
    STEPS,
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
from kanglu.ui.visitors import came_from, house_of

_CODE, _SETTING_UP = STEPS[Waits.CODE], STEPS[Waits.SETTING_UP]


# -- the code ----------------------------------------------------------------------------------------


async def show_code(request: Request) -> Response:
    """The form for the code."""
    to = after(request.query_params.get("next"))
    return _code(request, to) if await _waits_for_code(request) else RedirectResponse("/sign-in", 303)


async def give_code(request: Request) -> Response:
    """Give the code, and go on to where one wanted to go."""
    form, house, token = await request.form(), house_of(request), request.cookies.get(SESSION, "")
    to, code, _ = after(str(form.get("next", "/"))), str(form.get("code", "")), words(language(request))
    if not await _waits_for_code(request):
        return asked_to_sign_in(request, to, wrong=_("Signing in took too long. Begin again."), status=401)
    try:
        fresh = await weighed(request, house.accounts.give_code, token, code, came_from(request))
    except TooManyTries as error:
        return _code(request, to, held_up(request, error), 429, retry(error))
    except PermissionDenied:
        wrong = _(
            "The code is wrong or was used before, or there were too many wrong ones. Wait for the next."
        )
        return _code(request, to, wrong, 401)
    answer = RedirectResponse(await run_in_threadpool(onward, house.accounts, fresh, to), 303)
    keep_session(request, answer, fresh)
    return answer


async def _waits_for_code(request: Request) -> bool:
    accounts = house_of(request).accounts
    waiting = await run_in_threadpool(accounts.waiting, request.cookies.get(SESSION))
    return waiting is not None and waiting[1] is Waits.CODE


def _code(
    request: Request, to: str, wrong: str = "", status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return _shown(request, _CODE, to, "code.html", {"wrong": wrong}, status, headers)


# -- setting it up -----------------------------------------------------------------------------------


class _Asks(NamedTuple):
    """Whose second factor is set up, and whether the role demands it."""

    account: Account
    must: bool


async def show_setting_up(request: Request) -> Response:
    """What a second factor is, and how to begin."""
    to, asks = after(request.query_params.get("next")), await _asks(request)
    if asks is None:
        return RedirectResponse("/sign-in" if request.state.visitor is None else "/account", 303)
    return _step(request, to, asks)


async def set_up(request: Request) -> Response:
    """Begin, or confirm with the first code; then the recovery codes are shown, once."""
    form, house, token = await request.form(), house_of(request), request.cookies.get(SESSION, "")
    to, asks = after(str(form.get("next", "/"))), await _asks(request)
    accounts, _ = house.accounts, words(language(request))
    if asks is None:
        return asked_to_sign_in(request, to, wrong=_("Signing in took too long. Begin again."), status=401)
    if "code" not in form:
        return _step(request, to, asks, secret=await run_in_threadpool(accounts.offer_factor, token))
    if (secret := await run_in_threadpool(accounts.offered, token)) is None:
        return _step(request, to, asks)
    done = await run_in_threadpool(accounts.turn_on, token, str(form["code"]), came_from(request))
    if done is None:
        wrong = _("This is not the code that the app shows now. Does the phone's clock go right?")
        return _step(request, to, asks, secret=secret, wrong=wrong)
    answer = _step(request, await run_in_threadpool(onward, accounts, done[1], to), asks, codes=done[0])
    keep_session(request, answer, done[1])
    return answer


async def _asks(request: Request) -> _Asks | None:
    accounts, token = house_of(request).accounts, request.cookies.get(SESSION)
    waiting = await run_in_threadpool(accounts.waiting, token)
    if waiting is not None:
        return _Asks(waiting[0], True) if waiting[1] is Waits.SETTING_UP else None
    account = await run_in_threadpool(accounts.who, token)
    return None if account is None or account.second_factor else _Asks(account, False)


def _step(
    request: Request,
    to: str,
    asks: _Asks,
    *,
    secret: str | None = None,
    wrong: str = "",
    codes: tuple[str, ...] = (),
) -> Response:
    picture = None if secret is None else _picture(address_of(secret, asks.account.id))
    groups = "" if secret is None else " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    values = {"must": asks.must, "picture": picture, "secret": groups, "wrong": wrong, "codes": codes}
    return _shown(request, _SETTING_UP, to, "second_factor.html", values, 422 if wrong else 200)


def _picture(text: str) -> Markup:
    """A text as a QR code in SVG."""
    from segno import make_qr

    return Markup(make_qr(text, error="m").svg_inline(omitsize=True, dark="#000", light="#fff"))


def _shown(
    request: Request,
    path: str,
    to: str,
    template: str,
    values: Mapping[str, Any],
    status: int,
    headers: Mapping[str, str] | None = None,
) -> Response:
    lang = language(request)
    title = words(lang)("Second factor")
    return HTMLResponse(plain(lang, path, title, template, {**values, "next": to}), status, headers)


ROUTES = (
    Route(_CODE, show_code, methods=["GET"]),
    Route(_CODE, give_code, methods=["POST"]),
    Route(_SETTING_UP, show_setting_up, methods=["GET"]),
    Route(_SETTING_UP, set_up, methods=["POST"]),
)
"""Open to sessions that wait."""
