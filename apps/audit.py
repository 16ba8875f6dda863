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
        _ = self._
        return {
            "care": _("care"), "report": _("reports"), "analysis": _("analysis"),
            "administration": _("administration"),
        }.get(purpose, purpose)  # fmt: skip

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


def actions_in_words(_: Words) -> Mapping[str, str]:
    """What stands in the log as done, in words."""
    return {
        "open": _("opened the record"),
        "find": _("found by a search"),
        "panel": _("chose a group of people"),
        "read person": _("looked at the person"),
        "read dossier": _("read the whole record"),
        "read facts": _("read part of the record"),
        "read identity": _("saw name and birth date"),
        "read inputs": _("read values for scores"),
        "read results": _("read tags and tasks"),
        "read series": _("read a course of values"),
        "read versions": _("read earlier versions"),
        "read for rules": _("had the rules read"),
        "read consents": _("asked who allows it"),
        "read trail": _("read who had looked"),
        "read audit log": _("read the audit log"),
        "read receipt": _("read a receipt"),
        "show telephone": _("showed the telephone number"),
        "show identity": _("showed numbers and address in full"),
        "play recording": _("played a recording"),
        "open attachment": _("opened a letter or scan"),
        "open with reason": _("opened a record outside the panel"),
        "write batch": _("entered or imported"),
        "undo batch": _("took a batch back"),
        "merge": _("merged two records"),
        "export": _("took out of the record"),
        "make safe copy": _("made a safe copy"),
        "make extract": _("made an extract"),
        "evaluate": _("ran the rules"),
        "publish rules": _("published rules"),
        "propose rules": _("proposed rules"),
        "approve rules": _("approved rules"),
        "reject rules": _("rejected rules"),
        "withdraw rules": _("took a proposal back"),
        "sign in": _("signed in"),
        "sign out": _("signed out"),
        "sign-in refused": _("was refused at the sign-in"),
        "sign-in waits": _("gave the right password, but not all yet"),
        "code refused": _("gave a wrong code"),
        "end sessions": _("ended sessions"),
        "turn on second factor": _("turned the second factor on"),
        "turn off second factor": _("turned the second factor off"),
        "reset second factor": _("took a second factor off"),
        "require second factor": _("said who needs a second factor"),
        "bind single sign-on": _("bound an account to the single sign-on"),
        "unbind single sign-on": _("unbound an account from the single sign-on"),
        "make account": _("made an account"),
        "change account": _("changed an account"),
        "enable account": _("opened an account again"),
        "disable account": _("closed an account"),
        "reset password": _("reset a password"),
        "change password": _("changed the password"),
        "backup": _("made a backup"),
        "restore": _("restored a backup"),
        "show keys": _("looked which keys there are"),
        "rotate key": _("changed the key"),
        "rewrite files": _("encrypted files anew"),
        "retire keys": _("took old keys out"),
        "sweep media": _("removed files of no record"),
    }


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
