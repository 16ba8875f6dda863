"""The rulebook: which rules there are, and the proposals that wait for a second person."""

from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from kanglu.care import in_force, proposing
from kanglu.care.proposing import Change, Proposal
from kanglu.care.telling.contrast import Said, contrast, tell_spec
from kanglu.catalogue import Rulebook
from kanglu.i18n import Lang, Words
from kanglu.jobs import Job
from kanglu.record.proposing import State
from kanglu.trust import Action, Resource
from kanglu.trust.permissions import Right
from kanglu.ui import Page, act

KIND = "proposal"


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule, or a programme, in the list."""

    path: str
    id: str
    name: str
    programme: str
    gives: tuple[str, ...]
    version: int | None
    checked: bool
    waiting: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A change of a proposal, side by side; lines are empty for entries that are not told in words."""

    path: str | None
    name: str
    before: tuple[Said, ...]
    after: tuple[Said, ...]
    places: tuple[tuple[str, Any, Any], ...]


class Rules(Page):
    """All rules, and what waits to be decided."""

    routes: ClassVar[tuple[str, ...]] = ("/rules",)
    template: ClassVar[str] = "rulebook.html"
    menu: ClassVar[int | None] = 70
    needs: ClassVar[tuple[Right, ...]] = ((Action.OPEN, Resource.RECORD),)

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        return _("Rulebook")

    def opened(self) -> None:
        self.sought = self.query.get("rule", "")
        self.programme = self.query.get("programme", "")
        self.gives = self.query.get("gives", "")
        self.load()

    def load(self) -> None:
        """Read the rules and the proposals."""
        self.book = in_force(self.store)
        self.waiting = proposing.proposals(self.store, "proposed")
        self.decided = [one for one in proposing.proposals(self.store) if one.state != "proposed"][:10]
        self.every = list(_listed(self.book, self.waiting, self._))
        self.jobs = self._jobs()
        self._choose()

    def _jobs(self) -> dict[int, Job]:
        """What somebody has asked to be worked out of a proposal: the newest of each, today's only."""
        found = [one for one in self.house.jobs.of(KIND) if one.about.get("day") == self.day.isoformat()]
        return {one.about["proposal"]: one for one in reversed(found)}

    def _choose(self) -> None:
        sought = self.sought.strip().casefold()
        self.rows = [
            one
            for one in self.every
            if (not sought or sought in f"{one.name} {one.id} {' '.join(one.gives)}".casefold())
            and self.programme in ("", one.programme)
            and (not self.gives or any(kind.startswith(self.gives) for kind in _kinds(self.book, one.id)))
        ]

    def values(self) -> dict[str, Any]:
        return {
            "shown": {one.id: shown(self.book, one, self.visitor.lang) for one in self.waiting},
            "kinds": kind_names(self._),
            "programmes": [(name, name) for name in sorted({one.programme for one in self.every}) if name],
            "states": state_names(self._),
            "may_decide": self.may(Action.APPROVE, Resource.RULES),
            "may_foresee": self.may(Action.PROPOSE, Resource.RULES),
            "me": self.visitor.account.id,
        }

    @act(any_day=True, parts=("list",))
    def filter(self, rule: str = "", programme: str = "", gives: str = "") -> None:
        """Show the rules that are meant."""
        self.sought, self.programme, self.gives = rule, programme, gives
        self._choose()
        chosen = {"rule": rule, "programme": programme, "gives": gives}
        said = urlencode({name: value for name, value in chosen.items() if value})
        self.place(f"/rules?{said}" if said else "/rules")

    @act(parts=("proposals",))
    def foresee(self, number: int) -> None:
        """Begin to work out what a proposal would do."""
        wanted = proposing.proposal(self.store, number)
        self.jobs[number] = self.house.jobs.start(
            KIND,
            "kanglu.care.foreseeing:foresee",
            {"entries": [list(entry) for entry in wanted.entries]},
            actor=self.visitor.actor,
            purpose=self.store.purpose,
            as_of=self.day,
            about={"proposal": number, "day": self.day.isoformat()},
        )

    @act(any_day=True, parts=("proposals",))
    def tick(self) -> None:
        """Look how far it is."""
        self.jobs = self._jobs()

    @act
    def approve(self, number: int) -> None:
        """Make a proposal live."""
        proposing.approve(self.store, number)
        self.load()
        self.tell(self._("It is in force. The next evaluation goes by it."))

    @act
    def reject(self, number: int, note: str) -> None:
        """Reject a proposal."""
        proposing.reject(self.store, number, note)
        self.load()
        self.tell(self._("The proposal is rejected."))

    @act
    def withdraw(self, number: int) -> None:
        """Take one's own proposal back."""
        proposing.withdraw(self.store, number)
        self.load()
        self.tell(self._("The proposal is taken back."))


def path_of(section: str, name: str) -> str | None:
    """Where an entry is shown."""
    return {"rules": f"/rules/{name}", "programmes": f"/rules/programmes/{name}"}.get(section)


def shown(book: Rulebook, one: Proposal, lang: Lang) -> list[Shown]:
    """What a proposal changes, side by side."""
    return [_shown(book, change, lang) for change in one.changes]


def _shown(book: Rulebook, change: Change, lang: Lang) -> Shown:
    after = tell_spec(book, change.section, change.after, lang)
    path = path_of(change.section, change.id) if change.before is not None else None
    places = tuple(
        (one.path, one.before, one.after) for one in change.differences if not one.path.startswith("examples")
    )
    if after is None:
        return Shown(path, change.name, (), (), places)
    before = None if change.before is None else tell_spec(book, change.section, change.before, lang)
    left, right = contrast(before, after, lang)
    return Shown(path, after.name, left, right, places)


def _listed(book: Rulebook, waiting: list[Proposal], _: Words) -> list[Listed]:
    changing = {change.name for one in waiting for change in one.changes}
    names = kind_names(_)
    rules = [
        Listed(
            f"/rules/{rule.id}",
            rule.id,
            _.name(rule.name),
            "" if rule.programme is None else _.name(book.programmes[rule.programme].name),
            tuple(dict.fromkeys(names[gift.kind] for gift in rule.gives)),
            rule.version,
            rule.source.checked_by is not None,
            f"rules/{rule.id}" in changing,
        )
        for rule in book.rules.values()
    ]
    programmes = [
        Listed(
            f"/rules/programmes/{one.id}",
            one.id,
            _.name(one.name),
            _.name(one.name),
            (_("programme"),),
            None,
            one.source.checked_by is not None,
            f"programmes/{one.id}" in changing,
        )
        for one in book.programmes.values()
    ]
    return programmes + rules


def _kinds(book: Rulebook, name: str) -> list[str]:
    return [gift.kind for gift in book.rules[name].gives] if name in book.rules else ["programme"]


def kind_names(_: Words) -> dict[str, str]:
    """What rules give."""
    return {
        "tag": _("tag"),
        "task": _("task"),
        "referral": _("referral"),
        "message": _("message"),
        "recommendation": _("recommendation"),
        "journey": _("journey"),
    }


def state_names(_: Words) -> dict[State, str]:
    """What becomes of a proposal."""
    return {
        "proposed": _("waits"),
        "approved": _("approved"),
        "rejected": _("rejected"),
        "withdrawn": _("taken back"),
    }
