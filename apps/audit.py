"""The audit log: who did what, whose record it was, when, for what and from where."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kanglu.i18n import Words
from kanglu.record import Store
from kanglu.record.checking import Verification
from kanglu.record.opened import in_china
from kanglu.record.trail import Logged, Sought
from kanglu.trust import Action, Purpose, Resource, Role
from kanglu.trust.permissions import require
from kanglu.ui import Page, act
from kanglu.ui.bounds import day
from kanglu.ui.deeds import actions_in_words, purpose_in_words
from kanglu.ui.downloads import table
from kanglu.ui.frame import role_name
from kanglu.ui.visitors import house_of, visitor_of

A_PAGE: Final = 50
COLUMNS: Final = ("id", "at", "actor", "role", "purpose", "action", "person", "came_from", "detail")
_A_READ: Final = 5000


class Audit(Page):
    """The audit log."""

    routes: ClassVar[tuple[str, ...]] = ("/audit",)
    template: ClassVar[str] = "audit.html"
    menu: ClassVar[int | None] = 80
    needs: ClassVar = ((Action.EXPORT, Resource.AUDIT),)
    purpose: ClassVar[Purpose] = Purpose.ADMINISTRATION
    width: ClassVar[str] = "wide"

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        """Audit log."""
        return _("Audit log")

    def opened(self) -> None:
        """Read what the address asks for."""
        self.sought = sought(self.query)
        self.checked: Verification | None = None
        self.rows: list[Logged] = []
        self.whole = False
        self.read_on()

    def read_on(self) -> None:
        """Read the next rows."""
        before = self.rows[-1].id if self.rows else None
        found = self.store.audit_log(self.sought, before, A_PAGE)
        self.rows += found
        self.whole = len(found) < A_PAGE

    @act(any_day=True, parts=("log",))
    def older(self) -> None:
        """Show older rows too."""
        self.read_on()

    @act(any_day=True, parts=("chain",))
    def check(self) -> None:
        """Check the chain and the record."""
        self.checked = self.store.verify()

    # -- what the template says ------------------------------------------------------------------

    def values(self) -> Mapping[str, Any]:
        """The rows, and the choices of the filter."""
        accounts = sorted(self._accounts.items(), key=lambda one: one[1])
        actions = sorted(self.deeds.items(), key=lambda one: one[1])
        return {"accounts": accounts, "actions": actions, "asked": self.asked()}

    def asked(self) -> str:
        """The filter as it stands in an address."""
        return urlencode({name: self.query[name] for name in FILTERS if self.query.get(name)})

    @cached_property
    def deeds(self) -> Mapping[str, str]:
        """All that may stand in the log as done, in words."""
        return actions_in_words(self._)

    def did(self, action: str) -> str:
        """What was done, in words."""
        return self.deeds.get(action, action)

    def role(self, role: str) -> str:
        """A role in words."""
        return role_name(Role(role), self._)

    def what_for(self, purpose: str) -> str:
        """A purpose in words."""
        return purpose_in_words(purpose, self._)

    def more(self, row: Logged) -> str:
        """The reason that was given, where there is one."""
        return str(row.detail.get("reason", ""))


FILTERS: Final = ("person", "actor", "action", "since", "until")


def sought(query: Mapping[str, str]) -> Sought:
    """What an address asks for; a day that is none is left out."""
    return Sought(
        query.get("person", "").strip().upper() or None,
        query.get("actor") or None,
        query.get("action") or None,
        day(query.get("since", "")),
        day(query.get("until", "")),
    )


# -- taken away --------------------------------------------------------------------------------------


def _rows(store: Store, asked: Sought) -> Iterator[Sequence[object]]:
    before = None
    while found := store.audit_log(asked, before, _A_READ):
        for row in found:
            at = f"{in_china(row.at):%Y-%m-%d %H:%M:%S}"
            detail = "; ".join(f"{name}={value}" for name, value in row.detail.items())
            yield (row.id, at, row.actor, row.role, row.purpose, row.action, row.person or "",
                   row.came_from or "", detail)  # fmt: skip
        before = found[-1].id


def _file(request: Request) -> Response:
    visitor, house = visitor_of(request), house_of(request)
    require(visitor.actor, Action.EXPORT, Resource.AUDIT)
    store = house.store_of(visitor, Purpose.ADMINISTRATION)
    return table([COLUMNS, *_rows(store, sought(request.query_params))], f"audit-{house.today}.csv")


async def take_away(request: Request) -> Response:
    """The rows that the address asks for, as a table."""
    return await run_in_threadpool(_file, request)


ROUTES = (Route("/audit/log.csv", take_away, methods=["GET"]),)
