"""When and why what was given is closed: by what happened, by hand, by its end, or because it lapsed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from kanglu.care.block import Block
from kanglu.care.calendar import EVER, NEVER, Ints, iso
from kanglu.care.given import CANCELLED, DONE, FAILED, OPEN, forever, key_of
from kanglu.care.holding import Holding
from kanglu.care.series import NO_POINTS, Points
from kanglu.catalogue.programmes import Outcome
from kanglu.catalogue.rulebook import Rulebook
from kanglu.catalogue.rules import Done

_BY_HAND = {"completed": DONE, "cancelled": CANCELLED, "failed": FAILED}

type Time = tuple[int, int]
"""Day and minute."""
type Act = tuple[Time, str, str]
"""Day and minute, the state that follows, and why."""


@dataclass(slots=True, eq=False)
class Closings:
    """The earliest of several ways in which each of some things is closed; of one day, the first stated."""

    ends: Ints
    state: npt.NDArray[np.object_]
    reason: npt.NDArray[np.object_]

    @classmethod
    def none(cls, size: int) -> "Closings":
        """Nothing is closed."""
        return cls(np.full(size, NEVER, np.int32), np.full(size, OPEN, object), np.full(size, None, object))

    def by(self, day: Ints, state: str, reason: str) -> None:
        """One more way: on these days, NEVER where it does not come."""
        sooner = day < self.ends
        self.ends = np.where(sooner, day, self.ends).astype(np.int32)
        self.state[sooner], self.reason[sooner] = state, reason


def first_from(wanted: Done, holding: Holding, person: Ints, day: Ints) -> Ints:
    """For each person and day the first day from then on on which something is closed; NEVER if none."""
    if wanted.care_team is not None:
        team = holding.block.care_team.get(wanted.care_team)
        return forever(len(person)) if team is None else team.first_from(person, day)
    return _points_of(wanted, holding).first_from(person, day)


def _points_of(wanted: Done, holding: Holding) -> Points:
    block = holding.block
    contacts = block.contacts
    if wanted.observed:
        return holding.series(wanted.observed).at
    if wanted.visit is not None:
        return holding.visits(wanted.visit).all
    if wanted.event is not None:
        return block.events.get(wanted.event, NO_POINTS)
    if wanted.contact:
        return contacts.at.where(np.isin(contacts.outcome, list(wanted.contact)))
    if wanted.message is not None:
        return contacts.at.where(np.asarray(contacts.direction == "in", dtype=bool))
    bookings = block.bookings
    kept = np.asarray(bookings.code == wanted.booked, dtype=bool)
    return Points.of(bookings.person[kept], bookings.made[kept], bookings.fact[kept])


def kind_of(wanted: Done) -> str:
    """What kind of fact closes it, as a reason."""
    return next(iter(wanted.model_fields_set))


@dataclass(eq=False)
class ByHand:
    """What people did to tasks, and what came of their attempts, by the key of what was given.

    A `reopened` task is closed only by what comes after it. Outcomes with `everything` close all that a
    person had by then.
    """

    block: Block
    rulebook: Rulebook
    _acts: dict[tuple[int, str], list[Act]] = field(init=False)
    _all: Points = field(init=False)

    def __post_init__(self) -> None:
        acts: dict[tuple[int, str], list[Act]] = {}
        for person, key, act in (*_changes(self.block), *_attempts(self.block, self.rulebook)):
            acts.setdefault((person, key), []).append(act)
        # Of what was done in one minute an opening comes last: it answers what it opens.
        self._acts = {
            key: sorted(listed, key=lambda act: (act[0], act[1] == OPEN)) for key, listed in acts.items()
        }
        everything = [one.id for one in self.rulebook.outcomes.values() if one.everything]
        contacts = self.block.contacts
        self._all = contacts.at.where(np.isin(contacts.outcome, everything))

    def close(
        self, closings: Closings, rule: str, part: int, person: Ints, period: Ints, starts: Ints
    ) -> None:
        """Add what was done by hand to the things that this rule gave."""
        if self._acts:
            touched = {who for who, _ in self._acts}
            at = np.flatnonzero(np.isin(person, list(touched)))
            for place, who, text in zip(at.tolist(), person[at].tolist(), iso(period[at]), strict=True):
                listed = self._acts.get((who, key_of(rule, text, part)))
                if listed:
                    self._settle(closings, place, listed)
        closings.by(self._all.first_from(person, starts), CANCELLED, "left")

    def reopened(self, person: int, key: str, closing: tuple[int, str, str]) -> bool:
        """Whether a thing that an act closed so (day, state, reason) was opened again since."""
        closed = False
        for (day, _), state, reason in self._acts.get((person, key), ()):
            if closed and state == OPEN:
                return True
            closed = closed or (day, state, reason) == closing
        return False

    @staticmethod
    def _settle(closings: Closings, place: int, listed: Sequence[Act]) -> None:
        closed: tuple[int, str, str] | None = None
        for (day, _), state, reason in listed:
            if state == OPEN:
                closed = None
            elif closed is None:
                closed = day, state, reason
        if closed is not None and closed[0] < closings.ends[place]:
            closings.ends[place], closings.state[place], closings.reason[place] = closed


def _changes(block: Block) -> Iterable[tuple[int, str, Act]]:
    changes = block.changes
    times = zip(changes.at.day.tolist(), changes.minute.tolist(), strict=True)
    columns = (changes.at.person.tolist(), times, changes.task, changes.action, changes.reason)
    for person, time, task, action, reason in zip(*columns, strict=True):
        if task is not None and (action in _BY_HAND or action == "reopened"):
            yield person, task, (time, _BY_HAND.get(action, OPEN), reason or "by_hand")


def _attempts(block: Block, rulebook: Rulebook) -> Iterable[tuple[int, str, Act]]:
    """Attempts that close what they are about: by their outcome, or because they were the last."""
    contacts = block.contacts
    about = np.flatnonzero(np.asarray([text is not None for text in contacts.about], dtype=bool))
    tried: dict[tuple[int, str, str], list[Time]] = {}
    opened = {
        (person, key): time for person, key, (time, state, _) in _changes(block) if state == OPEN
    }  # when last
    for at in about.tolist():
        person, key = int(contacts.at.person[at]), str(contacts.about[at])
        time = int(contacts.at.day[at]), int(contacts.minute[at])
        if contacts.outcome[at] is None and contacts.direction[at] == "out":
            yield person, key, (time, DONE, "sent")
        outcome: Outcome | None = rulebook.outcomes.get(str(contacts.outcome[at]))
        if outcome is None:
            continue
        since = opened.get((person, key), (EVER, -1))
        times = tried.setdefault((person, key, outcome.id), [])
        times += [time] if time > since else []
        if outcome.closes is not None:
            yield person, key, (time, outcome.closes, outcome.id)
        elif len(times) >= outcome.tries:
            yield person, key, (time, FAILED, outcome.id)
