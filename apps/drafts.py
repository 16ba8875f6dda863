"""Drafts: what the visitor has begun and not saved, with what has lain for days on top."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from kanglu.care.forms import questionnaires
from kanglu.errors import NotFound
from kanglu.i18n import Words
from kanglu.record.opened import in_china
from kanglu.trust import Action, Resource
from kanglu.ui import Page, act
from kanglu.ui.begun import VISITS, Begun

LONG: Final = 3
"""Days after which a draft is said to lie there."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A draft as it is listed: where it is, of whom and what, when it was kept, and how many days ago."""

    key: str
    path: str
    name: str
    form: str
    day: date
    kept: str
    days: int


class Drafts(Page):
    """The visitor's drafts."""

    routes: ClassVar[tuple[str, ...]] = ("/drafts",)
    template: ClassVar[str] = "drafts.html"
    width: ClassVar[str] = "narrow"
    needs: ClassVar = (
        (Action.READ, Resource.FACTS), (Action.READ, Resource.IDENTITY), (Action.WRITE, Resource.FACTS),
    )  # fmt: skip

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        """Drafts."""
        return _("Drafts")

    def opened(self) -> None:
        """List them."""
        self.load()

    def load(self) -> None:
        """Read what there is, the oldest first."""
        self.begun = [self._listed(one.key, one.saved) for one in self.store.drafts(VISITS)]
        self.long = LONG

    def _listed(self, key: str, saved: str) -> Listed:
        begun = Begun.of(key)
        try:
            name = self.store.person(begun.number).view.name or begun.number
        except NotFound:
            name = begun.number
        asked = questionnaires().newest.get(begun.form)
        return Listed(
            key=key,
            path=begun.path,
            name=name,
            form=self._.name(asked.name) if asked is not None else self._("Follow-up visit"),
            day=begun.day,
            kept=self.at(saved),
            days=(self.day - in_china(saved).date()).days,
        )

    @act
    def drop(self, key: str) -> None:
        """Throw a draft away."""
        self.store.drop_draft(key)
        self.load()
        self.tell(self._("The draft is gone."))
