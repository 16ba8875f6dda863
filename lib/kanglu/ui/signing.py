"""Signing in and out, one's password, the language: plain forms, before any page is opened."""

from collections.abc import Callable, Mapping
from math import ceil
from urllib.parse import quote, urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from kanglu.errors import KangluError, PermissionDenied
from kanglu.i18n import LANGS, Lang, words
from kanglu.record.accounts import Account, Accounts
from kanglu.record.sessions import LONGEST, Waits
from kanglu.trust.passwords import SHORTEST
from kanglu.ui.frame import plain
from kanglu.ui.tries import SOON, WAITING, TooManyTries
from kanglu.ui.visitors import House, came_from, house_of, sign_in_path, visitor_of

SESSION = "kanglu_session"
LANGUAGE = "kanglu_language"
STEPS = {Waits.CODE: "/sign-in/code", Waits.SETTING_UP: "/sign-in/second-factor"}
"""Where what a session waits for is given."""
_MONTH = 30 * 24 * 3600
_AT_ONCE = CapacityLimiter(2)


def language(request: Request, account: Account | None = None) -> Lang:
    """The language that was chosen, else the account's, else the browser's, else Chinese."""
    chosen = request.cookies.get(LANGUAGE) or (account and account.language)
    if not chosen:
        wanted = request.headers.get("accept-language", "zh").lower()
        chosen = "en" if wanted.startswith("en") else "zh"
    return "en" if chosen == "en" else "zh"


def within(path: str | None) -> str:
    """The path where somebody wanted to go, when it is one of this house; else the first page."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return "/"
    return "/" if urlsplit(path).netloc else path


async def show_sign_in(request: Request) -> Response:
    """The form to sign in."""
    return asked_to_sign_in(request, after(request.query_params.get("next")))


async def sign_in(request: Request) -> Response:
    """Sign in, and go on to where one wanted to go."""
    form = await request.form()
    name, to = str(form.get("name", "")), after(str(form.get("next", "/")))
    house = house_of(request)
    try:
        password = str(form.get("password", ""))
        token = await weighed(request, house.accounts.sign_in, name, password, came_from(request))
    except TooManyTries as error:
        return asked_to_sign_in(request, to, name, held_up(request, error), 429, retry(error))
    except KangluError:
        _ = words(language(request))
        text = _("Name or password is wrong, or there were too many wrong ones. Try again after a minute.")
        return asked_to_sign_in(request, to, name, text, 401)
    answer = RedirectResponse(await run_in_threadpool(onward, house.accounts, token, to), 303)
    keep_session(request, answer, token)
    return answer


def onward(accounts: Accounts, token: str, to: str) -> str:
    """Where one goes who has just signed in: to what is missing first, then to where one wanted to go."""
    waiting, account = accounts.waiting(token), accounts.who(token)
    if waiting is not None:
        return f"{STEPS[waiting[1]]}?next={quote(to)}"
    return "/password" if account is not None and account.must_change else to


def asked_to_sign_in(
    request: Request,
    to: str,
    name: str = "",
    wrong: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The form to sign in, with what was wrong."""
    lang = language(request)
    _ = words(lang)
    provider = house_of(request).provider
    elsewhere = None if provider is None else provider.name
    values = {"next": to, "name": name, "wrong": wrong, "elsewhere": elsewhere}
    page = plain(lang, sign_in_path(to), _("Sign in"), "sign_in.html", values)
    return HTMLResponse(page, status, headers)


def after(path: str | None) -> str:
    """Where one goes when one has signed in."""
    to = within(path)
    return "/" if to.startswith("/sign-") else to


async def sign_out(request: Request) -> Response:
    """End the session."""
    house: House = house_of(request)
    await run_in_threadpool(house.accounts.sign_out, request.cookies.get(SESSION, ""))
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(SESSION)
    return answer


async def show_password(request: Request) -> Response:
    """The form to change one's password."""
    return _password(request)


async def change_password(request: Request) -> Response:
    """Change one's password; one signs in anew with it."""
    form, visitor, house = await request.form(), visitor_of(request), house_of(request)
    old, new = str(form.get("old", "")), str(form.get("new", ""))
    _ = visitor.words
    if new != str(form.get("again", "")):
        return _password(request, _("The two new passwords are not the same."))
    try:
        mine = (visitor.account.id, old, new, visitor.token)
        token = await weighed(request, house.accounts.change_password, *mine)
    except TooManyTries as error:
        return _password(request, held_up(request, error), 429, retry(error))
    except PermissionError:
        return _password(request, _("The old password is wrong."))
    except KangluError:
        wrong = _(
            "Choose another: at least {n} characters, not the old one, and nothing that is guessed first.",
            n=SHORTEST,
        )
        return _password(request, wrong)
    answer = RedirectResponse("/", 303)
    keep_session(request, answer, token or "")
    return answer


def _password(
    request: Request, wrong: str = "", status: int = 422, headers: Mapping[str, str] | None = None
) -> Response:
    visitor = visitor_of(request)
    values = {
        "must": visitor.account.must_change, "wrong": wrong, "shortest": SHORTEST, "next": "/",
        "account": visitor.account.id,
    }  # fmt: skip
    title = visitor.words("Change password")
    page = plain(visitor.lang, "/password", title, "password.html", values)
    return HTMLResponse(page, status if wrong else 200, headers)


async def speak(request: Request) -> Response:
    """Choose the language, and stay where one is."""
    chosen = request.path_params["language"]
    if chosen not in LANGS:
        return PlainTextResponse("zh, en", 404)
    answer = RedirectResponse(within(request.query_params.get("next")), 303)
    _keep(request, answer, LANGUAGE, chosen, 12 * _MONTH)
    house, token = house_of(request), request.cookies.get(SESSION)
    account = await run_in_threadpool(house.accounts.who, token)
    if account is not None:
        await run_in_threadpool(house.accounts.speak, account.id, chosen)
    return answer


async def weighed[T](request: Request, function: Callable[..., T], *given: str | None) -> T:
    """Look at a password, a few at a time: each takes memory and a processor, also those that are guessed.

    Raises `TooManyTries` without looking where this address guessed too often, or too many wait already.
    """
    if _AT_ONCE.statistics().tasks_waiting >= WAITING:
        raise TooManyTries(SOON, flood=True)
    house, network = house_of(request), came_from(request)
    now = house.clock()
    house.tries.take(network, now)
    try:
        result = await to_thread.run_sync(function, *given, limiter=_AT_ONCE)
    except PermissionDenied:
        raise
    except Exception:
        house.tries.take_back(network, now)
        raise
    house.tries.take_back(network, now)
    return result


def held_up(request: Request, error: TooManyTries) -> str:
    """When to try again, in words."""
    _ = words(language(request))
    if error.flood:
        return _("Too many are signing in at this moment. Try again in a few seconds.")
    minutes = ceil(error.wait.total_seconds() / 60)
    return _("Too many wrong passwords came from this network. Try again in {n} min.", n=minutes)


def retry(error: TooManyTries) -> dict[str, str]:
    """When to try again, for browsers."""
    return {"retry-after": str(ceil(error.wait.total_seconds()))}


def keep_session(request: Request, answer: Response, token: str) -> None:
    """Let the browser keep the token of a session."""
    _keep(request, answer, SESSION, token, int(LONGEST.total_seconds()))


def _keep(request: Request, answer: Response, name: str, value: str, seconds: int) -> None:
    secure = request.url.scheme == "https"
    answer.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=secure)


ROUTES = (
    Route("/sign-in", show_sign_in, methods=["GET"]),
    Route("/sign-in", sign_in, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route("/password", show_password, methods=["GET"]),
    Route("/password", change_password, methods=["POST"]),
    Route("/language/{language}", speak, methods=["GET"]),
)
"""Those that need nobody signed in, but the password's."""
