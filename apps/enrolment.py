"""Enrolment: a card is opened, programmes are entered and left, and somebody looks after the person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final, Literal

from kanglu.care import caseload, enrolment
from kanglu.care.book import in_force
from kanglu.care.card import CardForm, Fault
from kanglu.care.caseload import CARD, Load, Standing
from kanglu.care.evaluation import evaluate
from kanglu.care.tasks import tasks
from kanglu.errors import KangluError, RecordError
from kanglu.i18n import Words
from kanglu.record.people import PersonView
from kanglu.retold import retold
from kanglu.trust import Action, Resource
from kanglu.ui import Page, act
from kanglu.ui.people import sex_and_age

WHOLE: Final = 18
"""Characters of an identity number."""
CLOSED: Final = ("done", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Asked:
    """A task that is open for the person."""

    key: str
    name: str
    state: str
    due: date | None
    who: str


class Enrolment(Page):
    """Open a card; enrol, leave, and assign a doctor."""

    routes: ClassVar[tuple[str, ...]] = ("/enrolment", "/enrolment/{record_number}")
    template: ClassVar[str] = "enrolment.html"
    menu: ClassVar[int | None] = 5
    needs: ClassVar = (
        (Action.READ, Resource.FACTS),
        (Action.READ, Resource.IDENTITY),
        (Action.WRITE, Resource.FACTS),
    )

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        """Enrolment."""
        return _("Enrolment")

    def opened(self) -> None:
        """Begin with a card to open, or with the person that the address names."""
        self.rules = in_force(self.store)
        self.card: enrolment.Card | None = None
        self.form = CardForm()
        self.known: PersonView | None = None
        self.behind: str | None = None
        self.person: PersonView | None = None
        self.doctor = ""
        if number := self.route.get("record_number"):
            self.load(number)

    def load(self, number: str) -> None:
        """Read where a person stands."""
        dossier = self.store.dossier(number)
        self.person = dossier.person
        self.standing: Standing = caseload.standing(dossier)
        self.asked = self._asked(dossier.person.id)

    def _asked(self, person_id: int) -> list[Asked]:
        _ = self._
        found = tasks(self.store, [person_id], rules=self.rules)
        found = found[~found["state"].isin(CLOSED)]
        said = {
            "overdue": _("overdue"), "due": _("due today"), "ready": _("can be done"), "draft": _("later"),
            "snoozed": _("put off"),
        }  # fmt: skip
        columns = ("key", "code", "state", "due", "owner", "role")
        rows = zip(*(found[name].tolist() for name in columns), strict=True)
        return [
            Asked(key, _.name(self.rules.actions[code].name), said.get(state, state),
                  date.fromisoformat(due) if due else None, self.named(owner) or self._role(role))
            for key, code, state, due, owner, role in rows
        ]  # fmt: skip

    def wrong(self, error: KangluError) -> str:
        """An error in the words of the page."""
        what, remedy = (retold(text or "", self._) for text in (error.what, error.remedy))
        return " ".join(filter(None, (what, remedy)))

    # -- what the template asks ------------------------------------------------------------------

    def named(self, member: str | None) -> str:
        """The name of somebody of the staff."""
        if member is None:
            return ""
        return self.rules.staff[member].name if member in self.rules.staff else member

    def _role(self, role: str) -> str:
        _ = self._
        return {"doctor": _("a doctor"), "manager": _("a health manager"), "sales": _("sales")}.get(
            role, role
        )

    @property
    def programmes(self) -> list[tuple[str, str, str | None]]:
        """Each programme: id, name, and since when the person is in it."""
        return [
            (one.id, self._.name(one.name), self.standing.programmes.get(one.id))
            for one in self.rules.programmes.values()
            if one.id != CARD
        ]

    @property
    def doctors(self) -> list[tuple[str, str]]:
        """The doctors of the staff."""
        return [(one.id, one.name) for one in self.rules.staff.values() if one.role == "doctor"]

    @property
    def loads(self) -> list[Load]:
        """The managers of the chosen doctor, else all, the one with the fewest clients first."""
        return caseload.loads(self.store, self.rules, self.day, self.doctor or None)

    def values(self) -> Mapping[str, Any]:
        """Whom it is about, in words."""
        return {"about": "" if self.person is None else sex_and_age(self.person, self.day, self._)}

    def since(self, text: str) -> date:
        """A day of the record."""
        return date.fromisoformat(text)

    def bound(self, load: Load) -> str:
        """The doctors that a manager is bound to."""
        return ("、" if self.lang == "zh" else ", ").join(map(self.named, load.member.bound_to))

    # -- opening a card --------------------------------------------------------------------------

    @act(any_day=True, parts=("proposed",))
    def typing(self, identity: str = "") -> None:
        """Say at once what the identity number states, and whom it belongs to."""
        form = CardForm(identity=identity)
        if form.number == self.form.number:
            return
        self.form, self.known, self.behind = form, None, None
        if form.stated is not None:
            matches = self.store.search(form.number)
            self.known = next((one.person for one in matches.found if one.by == "national_id"), None)
            self.behind = next(iter(matches.numbers), None)

    @property
    def wrong_number(self) -> bool:
        """Whether a whole identity number was typed that cannot be one."""
        return len(self.form.number) >= WHOLE and self.form.stated is None

    @act
    def open_card(
        self,
        identity: str = "",
        document: str = "",
        name: str = "",
        sex: Literal["male", "female"] | None = None,
        birth: date | None = None,
        phone: str = "",
        address: str = "",
    ) -> None:
        """Open a card for the person whom the numbers mean."""
        form = CardForm(identity, document, name, sex, birth, phone, address)
        if fault := form.fault(self.day):
            raise RecordError(self._fault(fault))
        by = self.visitor.account.id
        self.card = enrolment.open_card(self.store, form.statement(by), self.day, by)
        self._look_again(self.card.record_number)
        self.place(f"/enrolment/{self.card.record_number}")
        self.focus("opened")

    def _fault(self, fault: Fault) -> str:
        _ = self._
        return {
            "no_number": _(
                "Give the identity number, or that of another document: a name alone says not who it is."
            ),
            "wrong_number": _(
                "This number is wrong: its length, its date or its check digit. Read it from the card again."
            ),
            "contradicts_number": _(
                "The identity number states another birth date or sex. Read both from the card again."
            ),
            "birth_ahead": _("The birth date has not come yet. Correct it."),
            "phone": _("The telephone number has too few or too many digits. Correct it, or leave it out."),
        }[fault]

    def _look_again(self, number: str) -> None:
        """Let the rules look at the person, and read what follows."""
        person = self.store.person(number).view
        evaluate(self.store, people=[person.id], rules=self.rules)
        self.load(number)

    # -- programmes, doctor ------------------------------------------------------------------------

    @property
    def number(self) -> str:
        """The record number of the person who is shown."""
        if self.person is None:
            raise RecordError(self._("No person is chosen."))
        return self.person.record_number

    @act
    def enrol(self, programme: str, since: date | None = None) -> None:
        """Enrol the person in a programme."""
        enrolment.enrol(self.store, self.number, programme, since or self.day, rules=self.rules)
        self._look_again(self.number)
        self.tell(self._("Enrolled: {name}", name=self._.name(self.rules.programmes[programme].name)))

    @act
    def leave(self, programme: str, reason: str, until: date | None = None) -> None:
        """End a programme of the person."""
        enrolment.leave(self.store, self.number, programme, until or self.day, reason)
        self._look_again(self.number)
        self.tell(self._("Ended. The reason stands in the record."))

    @act(any_day=True, parts=("team",))
    def choose(self, doctor: str = "") -> None:
        """Show the managers of a doctor."""
        self.doctor = doctor

    @act
    def assign(self, doctor: str) -> None:
        """Give the person a doctor, and the manager with the fewest clients of those bound to the doctor."""
        given = enrolment.assign_doctor(self.store, self.number, doctor, self.day, rules=self.rules)
        self.doctor = ""
        self._look_again(self.number)
        self.tell(
            self._(
                "{doctor} is the doctor now, {manager} the manager.",
                doctor=self.named(given.doctor),
                manager=self.named(given.manager),
            )
        )
