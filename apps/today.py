"""Today: my queue in order, why each is in it, who will be left behind; act without leaving the page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, ClassVar, Literal

from kanglu.care import acts, cards, in_force, worklist
from kanglu.care.cards import Card
from kanglu.care.worklist import Order, Place, Scope
from kanglu.catalogue import Rulebook
from kanglu.errors import NotFound, RecordError
from kanglu.i18n import Words
from kanglu.insight.channels import channel_text
from kanglu.trust import Action, Resource
from kanglu.trust import Scope as Whose
from kanglu.trust.permissions import scope_of
from kanglu.ui import Page, act
from kanglu.ui.begun import VISITS
from kanglu.ui.people import sex_name
from kanglu.ui.recordings import ROUTES as RECORDINGS
from kanglu.ui.recordings import WithRecordings

ROUTES = RECORDINGS
A_PAGE = 25
LISTED_TASKS = 2
"""How many tasks of a person are told at once; the others unfold."""
type What = Literal["call", "snooze", "hand_over", "complete", "cancel"]
type Part = Literal["today", "left"]
type Kind = Literal["task", "referral", "recommendation"]
CHANNELS = ("phone", "voice", "wechat", "sms", "app", "email", "letter")


@dataclass
class Row:
    """A person on the page: the place, what is shown, and what was done here and can be undone."""

    place: Place
    card: Card
    open: bool = True
    did: str | None = None
    batch: int | None = None
    keys: tuple[str, ...] = ()
    about: str | None = None

    @property
    def mine(self) -> tuple[str, ...]:
        """The open tasks for which the person is in this list; further ones may be a colleague's."""
        return tuple(one.key for one in self.card.open if one.key in self.place.entry.tasks)


class _Rows(dict[int, Row]):
    """The people on the page; somebody else may have taken one of them off the list since."""

    def __init__(self, _: Words) -> None:
        super().__init__()
        self._ = _

    def __missing__(self, person: int) -> Row:
        raise NotFound(self._("This person is not in this list any more."), remedy=self._("Load it anew."))


class Today(WithRecordings, Page):
    """Whom to contact today."""

    routes: ClassVar[tuple[str, ...]] = ("/",)
    template: ClassVar[str] = "today.html"
    menu: ClassVar[int | None] = 1
    needs: ClassVar = ((Action.READ, Resource.FACTS), (Action.READ, Resource.IDENTITY))

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        """Today."""
        return _("Today")

    def opened(self) -> None:
        """Read the queue, as the address asks for it."""
        asked, me = self.query, self.me
        scope = asked.get("scope")
        choices = [one for one, _ in self.scopes]
        self.scope: Scope = scope if scope in choices else choices[0] if me else choices[-1]
        self.programme, self.kind = asked.get("programme") or None, asked.get("kind") or None
        order = asked.get("order")
        self.order: Order = order if order in worklist.ORDERS else "place"
        self.part: Part = "left" if asked.get("part") == "left" else "today"
        self.phones: dict[int, tuple[str, ...]] = {}
        self.acting: tuple[int, What] | None = None
        self.newer = False
        self.read()

    # -- what it reads ---------------------------------------------------------------------------

    @cached_property
    def rules(self) -> Rulebook:
        """The rules in force."""
        return in_force(self.store)

    @property
    def me(self) -> str | None:
        """The member of the staff that the visitor is."""
        named = self.visitor.account.practitioner
        return named if named in self.rules.staff else None

    def read(self) -> None:
        """Read the queue anew, and show its first page."""
        self.list = worklist.worklist(self.store, self.scope, self.me, rules=self.rules)
        self.stamp, self.served, self.newer = self.list.stamp, self.list.served, False
        self.begun = len(self.store.drafts(VISITS)) if self.may_act else 0
        self.rows = _Rows(self._)
        self.acting, self.sound = None, None
        self.choose()

    def choose(self) -> None:
        """Choose by filter and order, and show the first page of what is chosen."""
        chosen = self.list.chosen(self.programme, self.kind, self.order)
        self.counts = {
            part: sum(one.left == (part == "left") for one in chosen) for part in ("today", "left")
        }
        self.chosen = [one for one in chosen if one.left == (self.part == "left")]
        self.shown = 0
        self.show_more()

    def show_more(self) -> None:
        """Read the next page's worth of people."""
        some = self.chosen[self.shown : self.shown + A_PAGE]
        unread = [one for one in some if one.entry.person_id not in self.rows]
        read = cards.cards(self.store, [one.entry.person_id for one in unread], self._.lang, rules=self.rules)
        self.rows |= {
            one.entry.person_id: Row(one, read[one.entry.person_id])
            for one in unread
            if one.entry.person_id in read
        }
        self.shown += len(some)

    def refresh(self, person: int) -> Row | None:
        """Read one person's row again; those of others stay as they are."""
        row = self.rows.get(person)
        if row is None:
            return None
        again = worklist.again(self.store, row.place, rules=self.rules)
        row.card = cards.cards(self.store, [person], self._.lang, rules=self.rules)[person]
        row.open = again is not None
        row.place = again or row.place
        return row

    # -- what the template shows -----------------------------------------------------------------

    def values(self) -> Mapping[str, Any]:
        """What is listed, and the words of choices."""
        listed = [self.rows[one.entry.person_id] for one in self.chosen[: self.shown]
                  if one.entry.person_id in self.rows]  # fmt: skip
        return {"listed": listed, "rules": self.rules, "tomorrow": self.day + timedelta(days=1),
                "LISTED": LISTED_TASKS}  # fmt: skip

    @property
    def scopes(self) -> Sequence[tuple[Scope, str]]:
        """Whose list can be seen, by the visitor's place in the house."""
        _ = self._
        names: dict[Scope, str] = {
            "mine": _("Mine"), "team": _("My team"), "unowned": _("Nobody's"), "all": _("Everybody's"),
        }  # fmt: skip
        hidden = set() if self.me else {"mine", "team"}
        if scope_of(self.visitor.actor) is Whose.PANEL:
            hidden |= {"team", "all"}
        return [(one, name) for one, name in names.items() if one not in hidden]

    @property
    def programmes(self) -> Sequence[tuple[str, str]]:
        """The programmes that people in the list are due for."""
        known = self.rules.programmes
        return [(one, self._.name(known[one].name)) for one in self.list.programmes if one in known]

    @property
    def kinds(self) -> Sequence[tuple[Kind, str]]:
        """What can be asked for."""
        _ = self._
        return [("task", _("Tasks")), ("referral", _("Referrals")), ("recommendation", _("Recommendations"))]

    @property
    def orders(self) -> Sequence[tuple[Order, str]]:
        """How the list can be sorted."""
        _ = self._
        return [("place", _("Most urgent first")), ("due", _("Earliest due first")),
                ("waited", _("Longest waiting first")), ("owner", _("By owner"))]  # fmt: skip

    @property
    def outcomes(self) -> Sequence[tuple[str, str]]:
        """What can come of a call."""
        return [(one.id, self._.name(one.name)) for one in self.rules.outcomes.values()]

    @property
    def barriers(self) -> Sequence[tuple[str, str]]:
        """What can keep somebody from care."""
        return [(one.id, self._.name(one.name)) for one in self.rules.barriers.values()]

    @property
    def channels(self) -> Sequence[tuple[str, str]]:
        """By which way somebody can be tried."""
        return [(one, channel_text(one, self._)) for one in CHANNELS]

    @property
    def colleagues(self) -> Sequence[tuple[str, str]]:
        """To whom something can be handed over."""
        return worklist.names_of([one for one in self.rules.staff if one != self.me], self.rules)

    @property
    def may_act(self) -> bool:
        """Whether the visitor's role may enter anything."""
        return self.may(Action.WRITE, Resource.FACTS)

    def staff_name(self, owner: str | None) -> str:
        """What a member of the staff is called."""
        return "" if owner is None else self.rules.staff[owner].name if owner in self.rules.staff else owner

    def sex(self, code: str) -> str:
        """A person's sex in words."""
        return sex_name(code, self._) or self._("not known")

    def why(self, place: Place) -> Sequence[str]:
        """Why somebody has this place."""
        return worklist.why_here(place, self._.lang)

    def outcome(self, code: str | None) -> str:
        """What came of a contact."""
        known = self.rules.outcomes
        return "" if code is None else self._.name(known[code].name) if code in known else code

    def channel(self, code: str | None) -> str:
        """By which way."""
        return channel_text(code, self._)

    def reads_due(self, work: cards.Work) -> tuple[str, str]:
        """When something is due, in words, and how much that matters."""
        _ = self._
        if not work.open:
            return self._rests(work), ""
        if work.due is None:
            return "", ""
        if work.days_late > 0:
            return _.count("{n} day overdue", "{n} days overdue", work.days_late), "high"
        days = (date.fromisoformat(work.due) - self.day).days
        if days == 0:
            return _("due today"), "watch"
        return _.count("due in {n} day", "due in {n} days", days), ""

    def _rests(self, work: cards.Work) -> str:
        _ = self._
        if work.state == "snoozed" and work.snoozed_until:
            return _("put off to {day}", day=_.day(date.fromisoformat(work.snoozed_until)))
        if work.next_try and work.state not in ("done", "failed", "cancelled"):
            return _("next try {day}", day=_.day(date.fromisoformat(work.next_try)))
        return {"done": _("done"), "failed": _("not achieved"), "cancelled": _("cancelled")}.get(
            work.state, ""
        )

    # -- filters ---------------------------------------------------------------------------------

    @act
    def filter(
        self, scope: Scope, programme: str | None = None, kind: Kind | None = None, order: Order = "place"
    ) -> None:
        """Show another list, or another part of it."""
        other = scope != self.scope
        self.scope, self.programme, self.kind, self.order = scope, programme, kind, order
        self.read() if other else self.choose()
        self._address()

    @act
    def turn_to(self, part: Part) -> None:
        """Show whom there is room for today, or who is left behind."""
        self.part = part
        self.choose()
        self._address()

    @act
    def more(self) -> None:
        """Show more of the list."""
        self.show_more()

    @act
    def load(self) -> None:
        """Load the list anew."""
        self.read()

    def _address(self) -> None:
        given = {"scope": self.scope, "programme": self.programme, "kind": self.kind, "order": self.order,
                 "part": self.part}  # fmt: skip
        self.place("/?" + "&".join(f"{name}={value}" for name, value in given.items() if value))

    # -- what is done to an entry ----------------------------------------------------------------

    @act
    def begin(self, person: int, what: What) -> None:
        """Open the form of something that can be done."""
        if self.store.stamp() != self.stamp:
            self.refresh(person)
        self.acting = (person, what)
        self.focus(f"act-{person}")

    @act
    def leave(self) -> None:
        """Close the form and do nothing."""
        person, self.acting = self.acting, None
        if person is not None:
            self.focus(f"call-{person[0]}")

    @act
    def call(
        self,
        person: int,
        outcome: str,
        tasks: list[str],
        channel: str = "phone",
        barrier: str | None = None,
        note: str | None = None,
    ) -> None:
        """Enter what came of trying to reach somebody, about the tasks that were ticked."""
        known = self.rules.outcomes.get(outcome)
        # Who was not reached is not called again today for something else.
        others = self.rows[person].mine if known and known.retry else ()
        keys = list(dict.fromkeys([*tasks, *others]))
        said = self._("Contact entered: {outcome}", outcome=self.outcome(outcome))

        def enter(number: str) -> int:
            return acts.attempt(self.store, number, keys, outcome, channel, barrier, note, rules=self.rules)

        if self._enter(person, keys, said, enter):
            self.rows[person].about = keys[0]
            known_barrier = self.rules.barriers.get(barrier or "")
            if known_barrier is not None and known_barrier.remedy:
                self.tell(self._("What may help: {remedy}", remedy=self._.name(known_barrier.remedy)), "note")

    @act
    def snooze(self, person: int, tasks: list[str], until: date, reason: str) -> None:
        """Put tasks off to a day."""
        open_ = self.rows[person].card.open
        latest = min((one.lapses for one in open_ if one.key in tasks and one.lapses), default=None)
        if until <= self.day or (latest is not None and until.isoformat() > latest):
            self._refuse_day(latest)
            return

        def enter(number: str) -> int:
            return acts.snooze(self.store, number, tasks, until, reason, rules=self.rules)

        self._enter(person, tasks, self._("Put off to {day}", day=self._.day(until)), enter)

    def _refuse_day(self, latest: str | None) -> None:
        _ = self._
        if latest is None:
            self.tell(_("Choose a day after today."), "wrong")
            return
        day = _.day(date.fromisoformat(latest))
        self.tell(_("Choose a day after today, and not after {day}: then it lapses.", day=day), "wrong")

    @act
    def hand_over(self, person: int, tasks: list[str], owner: str) -> None:
        """Give tasks to a colleague."""

        def enter(number: str) -> int:
            return acts.hand_over(self.store, number, tasks, owner, rules=self.rules)

        self._enter(person, tasks, self._("Handed over to {name}", name=self.staff_name(owner)), enter)

    @act
    def take(self, person: int) -> None:
        """Take all that is open for somebody for oneself."""
        me, row = self.me, self.rows[person]
        owner = row.place.entry.owner
        keys = [one.key for one in row.card.open if one.key in row.mine and one.owner == owner]
        if me is None:
            self.tell(self._("Your account is no member of the staff, so nothing can be yours."), "note")
            return

        def enter(number: str) -> int:
            return acts.take(self.store, number, keys, me, rules=self.rules)

        self._enter(person, keys, self._("Taken: it is yours now"), enter)

    @act
    def complete(self, person: int, tasks: list[str], reason: str | None = None) -> None:
        """Say that tasks were done."""

        def enter(number: str) -> int:
            return acts.complete(self.store, number, tasks, reason, rules=self.rules)

        self._enter(person, tasks, self._("Marked as done"), enter)

    @act
    def cancel(self, person: int, tasks: list[str], reason: str) -> None:
        """Close tasks that are not to be done."""

        def enter(number: str) -> int:
            return acts.cancel(self.store, number, tasks, reason, rules=self.rules)

        self._enter(person, tasks, self._("Cancelled: {reason}", reason=reason), enter)

    @act
    def undo(self, person: int) -> None:
        """Take back what was done last here."""
        row = self.rows[person]
        if row.batch is None:
            return
        if self.may(Action.UNDO, Resource.FACTS):
            self.store.undo(row.batch)
        else:
            number = row.card.person.record_number
            acts.reopen(self.store, number, row.keys, self._("entered by mistake"), rules=self.rules)
        row.did = row.batch = row.about = None
        self.sound = None
        self._settle(person)
        self.stamp = (self.stamp[0], *self.store.stamp()[1:])
        self.tell(self._("Taken back."))

    @act
    def telephone(self, person: int) -> None:
        """Show the whole number, which is written down."""
        self.phones[person] = self.store.telephones(self.rows[person].card.person)

    @act
    def record(self, person: int) -> None:
        """Show the recordings of the call that was just entered."""
        row = self.rows[person]
        if row.about is not None:
            self.open_recordings(row.card.person.record_number, row.about)
            self.focus("rec-head")

    @act
    def tick(self) -> None:
        """Look whether somebody else has acted meanwhile."""
        stamp = self.store.stamp()
        if stamp == self.stamp or self.acting is not None:
            return
        for person in set(self.store.changed_people(self.stamp[0])) & set(self.rows):
            self.refresh(person)
        self.newer = self.newer or stamp[1:] != self.stamp[1:]
        self.stamp = stamp

    def _enter(self, person: int, tasks: Sequence[str], did: str, enter: Callable[[str], int]) -> bool:
        """Do something to tasks of somebody; who comes second is told so, calmly, and sees how it is now."""
        row, _ = self.rows[person], self._
        if not tasks:
            self.tell(_("Tick at least one task."), "wrong")
            return False
        try:
            row.batch = enter(row.card.person.record_number)
        except acts.Taken as taken:
            self._settle(person)
            self.tell(
                _("{name} took this at {time} and sees to it.", name=taken.name, time=taken.since[11:16]),
                "note",
            )
            return False
        except RecordError as error:
            before = {one.key for one in row.card.open}
            self._settle(person)
            gone = before & set(tasks) - {one.key for one in row.card.open}
            if not gone and not isinstance(error, NotFound):
                raise
            self.tell(_("Somebody else has acted on this meanwhile; the row shows how it is now."), "note")
            return False
        row.did, row.keys, row.about = did, tuple(tasks), None
        self._settle(person)
        self.focus(f"entry-{person}")
        return True

    def _settle(self, person: int) -> None:
        """Show how it is now."""
        self.acting = None
        self.refresh(person)
        if self.served is not None:
            self.served = len(self.store.served_by(f"kanglu/{self.visitor.actor.id}", self.day))
