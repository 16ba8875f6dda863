"""A person's own view: what they allowed, what they asked, and who had to do with their record."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kanglu.care import rights
from kanglu.care.consents import Answer, everything
from kanglu.i18n import Words
from kanglu.record.opened import in_china
from kanglu.record.requesting import RequestKind, RequestState
from kanglu.record.trail import Trace
from kanglu.reporting.wording import day_text
from kanglu.trust import Action, Resource, Role
from kanglu.trust.consent import called
from kanglu.trust.permissions import require
from kanglu.ui import Page, act
from kanglu.ui.deeds import actions_in_words, purpose_in_words
from kanglu.ui.downloads import table, taken
from kanglu.ui.frame import role_name
from kanglu.ui.rights import answer_in_words, kinds_in_words, state_in_words
from kanglu.ui.visitors import house_of, visitor_of

A_PAGE: Final = 50


class Privacy(Page):
    """What became of one person's data."""

    routes: ClassVar[tuple[str, ...]] = ("/person/{record_number}/privacy",)
    template: ClassVar[str] = "privacy.html"
    needs: ClassVar = ((Action.READ, Resource.AUDIT), (Action.READ, Resource.IDENTITY))

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        """Privacy."""
        return _("Privacy")

    def title(self) -> str:
        """Whose it is."""
        return self._("{name}: what became of the data", name=self.who.name or self.number)

    def opened(self) -> None:
        """Read what the person allowed and asked, and the first rows of the log."""
        dossier = self.store.dossier(self.route["record_number"])
        self.who, self.number = dossier.person, dossier.person.record_number
        self.consents = everything(dossier, self.day)
        self.rows: list[Trace] = []
        self.read_on()
        self.load()

    def load(self) -> None:
        """Read the requests anew."""
        self.requests = self.store.rights_requests(self.who)

    def read_on(self) -> None:
        """Read the next rows of the log."""
        found = self.store.trail(self.who, self.rows[-1].id if self.rows else None, A_PAGE)
        self.rows += found
        self.whole = len(found) < A_PAGE

    @act(any_day=True, parts=("trail",))
    def older(self) -> None:
        """Show older rows too."""
        self.read_on()

    @act
    def ask(self, kind: RequestKind, wording: str, received: date) -> None:
        """Take down what the person asks."""
        made = rights.receive(self.store, self.number, kind, received, wording)
        self.load()
        self.tell(self._("It is taken down. The answer is due by {day}.", day=self._.day(made.due)))

    # -- what the template says ------------------------------------------------------------------

    def values(self) -> Mapping[str, Any]:
        """The choices of the form."""
        return {"kinds": list(self.kinds.items())}

    @cached_property
    def kinds(self) -> Mapping[RequestKind, str]:
        """What can be asked, in words."""
        return kinds_in_words(self._)

    @cached_property
    def deeds(self) -> Mapping[str, str]:
        """What may have been done, in words."""
        return actions_in_words(self._)

    @property
    def files(self) -> str:
        """Where the files are taken from."""
        return f"/person/{self.number}/privacy"

    def purpose_name(self, purpose: Any) -> str:
        """What a person may allow, in words."""
        return called(purpose, self.visitor.lang)

    def answer(self, answer: Answer) -> tuple[str, str]:
        """Where the person stands to a purpose."""
        return answer_in_words(answer, self._)

    def since(self, day: str | None) -> str:
        """A day in words."""
        return day_text(day, self._)

    def state(self, state: RequestState) -> tuple[str, str]:
        """Where a request stands."""
        return state_in_words(state, self._)

    def role(self, role: str) -> str:
        """A role in words."""
        return role_name(Role(role), self._)

    def what_for(self, purpose: str) -> str:
        """A purpose in words."""
        return purpose_in_words(purpose, self._)

    def why(self, row: Trace) -> str:
        """The reason that was given, where there is one."""
        return str(row.detail.get("reason", ""))


# -- taken away --------------------------------------------------------------------------------------


def _rows(request: Request) -> Iterator[Sequence[object]]:
    visitor, house = visitor_of(request), house_of(request)
    _, store = visitor.words, house.store_of(visitor)
    require(visitor.actor, Action.READ, Resource.IDENTITY)
    view = store.person(request.path_params["record_number"]).view
    names, deeds = {one.id: one.name for one in house.accounts.all()}, actions_in_words(_)
    yield (_("When"), _("By whom"), _("Role"), _("What was done"), _("What for"), _("Reason"))
    for row in rights.every_trace(store, view):
        yield (f"{in_china(row.at):%Y-%m-%d %H:%M:%S}", names.get(row.actor, row.actor),
               role_name(Role(row.role), _), deeds.get(row.action, row.action),
               purpose_in_words(row.purpose, _), row.detail.get("reason", ""))  # fmt: skip


async def access_csv(request: Request) -> Response:
    """Who had to do with the record, as a table."""
    rows = await run_in_threadpool(lambda: list(_rows(request)))
    return table(rows, f"privacy-{request.path_params['record_number']}.csv")


async def everything_zip(request: Request) -> Response:
    """All that is kept of the person, to be handed to the person; written down as an export."""
    house, visitor, number = house_of(request), visitor_of(request), request.path_params["record_number"]
    require(visitor.actor, Action.READ, Resource.AUDIT)
    data = await run_in_threadpool(lambda: rights.hand_over(house.store_of(visitor), number))
    return taken(data, "application/zip", f"{number}.zip")


ROUTES = (
    Route("/person/{record_number}/privacy/access.csv", access_csv, methods=["GET"]),
    Route("/person/{record_number}/privacy/everything.zip", everything_zip, methods=["GET"]),
)
