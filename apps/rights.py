"""What people ask about their own record: the requests that wait, by when, and what is decided."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from kanglu.errors import NotFound
from kanglu.i18n import Words
from kanglu.record.requesting import RequestKind, RequestState, RightsRequest
from kanglu.reporting.manifest import forget
from kanglu.trust import Action, Resource
from kanglu.ui import Page, act
from kanglu.ui.rights import kinds_in_words, state_in_words


class Rights(Page):
    """The requests of those whom the visitor may see."""

    routes: ClassVar[tuple[str, ...]] = ("/rights",)
    template: ClassVar[str] = "rights.html"
    menu: ClassVar[int | None] = 75
    needs: ClassVar = ((Action.APPROVE, Resource.REQUESTS),)

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        """Requests."""
        return _("Requests of people")

    def opened(self) -> None:
        """Read those that wait."""
        self.every = self.query.get("show") == "all"
        self.load()

    def load(self) -> None:
        """Read them anew."""
        self.requests = [one for one in self.store.rights_requests() if self.every or one.open]
        self.names = {one.number: self._name(one.number) for one in self.requests}

    def _name(self, number: str) -> str | None:
        try:
            return self.store.person(number).view.name or self._("no name")
        except NotFound:
            return None

    # -- what is done ------------------------------------------------------------------------------

    @act
    def accept(self, request: int) -> None:
        """Decide that it will be done."""
        self.store.accept_request(request)
        self.load()
        self.tell(self._("It is accepted. Say here when it is done, and how."))

    @act
    def refuse(self, request: int, reason: str) -> None:
        """Decide that it will not be done."""
        self.store.refuse_request(request, reason)
        self.load()
        self.tell(self._("It is refused, with your reason."))

    @act
    def finish(self, request: int, answer: str) -> None:
        """Say how it was answered."""
        self.store.finish_request(request, answer)
        self.load()
        self.tell(self._("It is answered."))

    @act
    def erase(self, request: int) -> None:
        """Erase the record for good."""
        done = self.store.erase(request)
        for number in done.numbers:
            forget(self.house.folder / "reports" / "out", number)
        self.load()
        self.tell(self._("The record {number} is erased.", number=done.numbers[0]))

    # -- what the template says ------------------------------------------------------------------

    @cached_property
    def kinds(self) -> Mapping[RequestKind, str]:
        """What can be asked, in words."""
        return kinds_in_words(self._)

    def state(self, state: RequestState) -> tuple[str, str]:
        """Where a request stands."""
        return state_in_words(state, self._)

    def late(self, one: RightsRequest) -> int:
        """For how many days an answer is overdue."""
        return one.days_late(self.day)

    def alone(self, one: RightsRequest) -> bool:
        """Whether a second person has to decide, since the visitor has entered it."""
        return one.kind == "erasure" and one.entered_by == self.visitor.account.id

    def values(self) -> Mapping[str, Any]:
        """How many of them are overdue."""
        return {"overdue": sum(self.late(one) > 0 for one in self.requests)}
