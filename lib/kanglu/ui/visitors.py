"""The house that is served, and who is visiting it."""

from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from bokeh.server.contexts import BokehSessionContext
from starlette.requests import Request

from kanglu.home import home
from kanglu.i18n import Lang, Words, words
from kanglu.jobs import Jobs
from kanglu.record import Store
from kanglu.record.accounts import Account, Accounts
from kanglu.record.database import Database
from kanglu.record.opened import Clock, in_china, system_clock
from kanglu.trust import Actor, Purpose
from kanglu.trust.permissions import PURPOSES, require_purpose
from kanglu.ui.provider import Provider
from kanglu.ui.tries import Tries


@dataclass(eq=False)
class House:
    """What one server process serves.

    Parameters
    ----------
    database : the record; its connections are shared by all pages.
    clock : gives the time; tests move it.
    folder : where reports, recordings and uploads lie; the installation's home when None.
    open_pages : the pages that are open, by the name of their session.
    tries : the wrong passwords of the last minutes.
    provider : of the single sign-on, as the environment names it; None where there is none.
    """

    database: Database
    clock: Clock = system_clock
    folder: Path = field(default_factory=home)
    open_pages: dict[str, "OpenPage"] = field(default_factory=dict, repr=False)
    tries: Tries = field(default_factory=Tries, repr=False)
    provider: Provider | None = field(default_factory=Provider.of, repr=False)

    @cached_property
    def accounts(self) -> Accounts:
        """Who may sign in."""
        return Accounts(self.database, self.clock)

    @cached_property
    def jobs(self) -> Jobs:
        """Long work beside the pages."""
        return Jobs(self.folder / "data" / "jobs", self.database, self.clock)

    @property
    def today(self) -> date:
        """The clock's day in China."""
        return in_china(self.clock()).date()

    def store(self, actor: Actor, purpose: Purpose = Purpose.CARE, as_of: date | None = None) -> Store:
        """The record, as somebody opens it. Raises `PermissionDenied` where the role may not."""
        return Store(self.database, actor, require_purpose(actor, purpose), as_of=as_of, clock=self.clock)

    def store_of(
        self, visitor: "Visitor", purpose: Purpose = Purpose.CARE, as_of: date | None = None
    ) -> Store:
        """The record, opened by a visitor for a purpose; for another where the role may not for this one."""
        may = PURPOSES[visitor.account.role]
        first = next(one for one in (purpose, Purpose.ANALYSIS, Purpose.ADMINISTRATION) if one in may)
        return self.store(visitor.actor, first, as_of or self.today)


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A page in somebody's browser.

    Parameters
    ----------
    token : of whoever opened it.
    context : Panel's session of it.
    """

    token: str = field(repr=False)
    context: BokehSessionContext

    def left(self) -> None:
        """Let go of all that it held; whoever comes back loads it anew."""
        if self.context.session is not None:
            self.context.session.request_expiration()


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in, on one page.

    Parameters
    ----------
    token : of the session; only its hash is in the database.
    lang : in which the page is shown.
    path : of the page, with its query.
    came_from : the address of the browser, as far as the server knows it.
    """

    account: Account
    token: str = field(repr=False)
    lang: Lang
    path: str
    came_from: str | None = None

    @property
    def actor(self) -> Actor:
        """As whom the visitor reads and writes."""
        return replace(self.account.actor, came_from=self.came_from)

    @property
    def words(self) -> Words:
        """The words of the visitor's language."""
        return words(self.lang)


def sign_in_path(to: str) -> str:
    """Where one signs in, to go on to a page of this house then."""
    return "/sign-in" if to == "/" else f"/sign-in?next={quote(to)}"


_house: ContextVar[House] = ContextVar("kanglu_house")
_visitor: ContextVar[Visitor] = ContextVar("kanglu_visitor")


def enter(house: House, visitor: Visitor | None) -> None:
    """Say for whom the rest of this request, or of this connection, is."""
    _house.set(house)
    if visitor is not None:
        _visitor.set(visitor)


def present() -> tuple[House, Visitor]:
    """The house and the visitor of the page that is being opened."""
    return _house.get(), _visitor.get()


def house_of(request: Request) -> House:
    """The house, in a route of one's own."""
    house: House = request.state.house
    return house


def came_from(request: Request) -> str | None:
    """The address of the browser, as far as the server knows it."""
    return request.client.host if request.client else None


def visitor_of(request: Request) -> Visitor:
    """Who asks, in a route of one's own; nobody gets there without having signed in."""
    visitor: Visitor = request.state.visitor
    return visitor
