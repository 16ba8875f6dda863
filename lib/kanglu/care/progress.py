"""What has become of a person's plan by a day: goals reached, planned times kept, contacts, medicines.

Everything is worked out from the facts of a dossier, so that a late entry or a correction counts. What was
not measured is said to be so: it is neither zero nor missed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from kanglu.care.blocks import block_of
from kanglu.care.calendar import day_of, number
from kanglu.care.closing import first_from
from kanglu.care.contacting import Contacts, contacts
from kanglu.care.dispensed import Covered, covered
from kanglu.care.dossiers import known_of
from kanglu.care.evaluator import Evaluator
from kanglu.care.measuring import Value, judged, newest
from kanglu.care.plans import Agreed, Plan
from kanglu.catalogue.plans import PlanAction
from kanglu.catalogue.rulebook import Rulebook, rulebook
from kanglu.catalogue.rules import Done
from kanglu.catalogue.spans import Span
from kanglu.record import Dossier

type GoalState = Literal["met", "not_yet", "missed", "not_measured", "no_start"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class GoalProgress:
    """A goal on a day.

    Parameters
    ----------
    start : the newest value on the day of the beginning or before it.
    now : the newest one since, up to the day on which the goal is due.
    change : from `start` to `now`, in percent of `start`; None where one of them is no exact number.
    state : met; not_yet, while there is time; missed; not_measured since the beginning; no_start, where a
        change is wanted and there is no value to count it from.
    """

    agreed: Agreed
    start: Value | None
    now: Value | None
    change: float | None
    state: GoalState


@dataclass(frozen=True, slots=True)
class PlannedTime:
    """A time of an action: its day, the first and the last day on which it may be kept, and when it was."""

    day: date
    opens: date
    last: date
    done: date | None


@dataclass(frozen=True, slots=True)
class ActionProgress:
    """An action on a day: all its times, and how many of those that count were kept.

    A time counts from when it is kept, or once its last day is over or is the day looked back from.
    """

    action: PlanAction
    times: tuple[PlannedTime, ...]
    planned: int
    done: int

    @property
    def adherence(self) -> float | None:
        """Times kept, of those that count (0–1); None while none does."""
        return self.done / self.planned if self.planned else None

    def next(self, as_of: date) -> PlannedTime | None:
        """The first time that is not kept and still may be."""
        return next((time for time in self.times if time.done is None and time.last >= as_of), None)


@dataclass(frozen=True, slots=True)
class Progress:
    """A plan on a day.

    Parameters
    ----------
    until : the last day that counts: the day itself, the last of the plan, or that of death.
    contacts : from the beginning to `until`.
    medicines : how well each was covered in that time; empty where dispensing is not known.
    """

    plan: Plan
    as_of: date
    until: date
    goals: tuple[GoalProgress, ...]
    actions: tuple[ActionProgress, ...]
    contacts: Contacts
    medicines: tuple[Covered, ...]

    @property
    def planned(self) -> int:
        """Planned times that count."""
        return sum(one.planned for one in self.actions)

    @property
    def done(self) -> int:
        """Those that were kept."""
        return sum(one.done for one in self.actions)

    @property
    def adherence(self) -> float | None:
        """Times kept, of those that count, over all actions (0–1); None while none does."""
        return self.done / self.planned if self.planned else None

    @property
    def met(self) -> int:
        """How many goals are met."""
        return sum(one.state == "met" for one in self.goals)


def progress(
    dossier: Dossier,
    plan: Plan,
    as_of: date,
    *,
    rules: Rulebook | None = None,
    evaluator: Evaluator | None = None,
) -> Progress:
    """What has become of a plan by a day, which is not after the dossier's.

    Parameters
    ----------
    rules : say what an event and a visit of a programme is; those of this installation when None.
    evaluator : what `looking_at` gave for the same dossier, where several questions are asked of it.
    """
    until = min(as_of, plan.end - _DAY, dossier.person.death_date or date.max)
    evaluator = evaluator or looking_at(dossier, (plan,), rules or rulebook())
    return Progress(
        plan,
        as_of,
        until,
        tuple(_goal(evaluator, plan, one, as_of) for one in plan.goals),
        tuple(_action(evaluator, plan, action, until) for action in plan.template.actions),
        contacts(dossier.communications, plan.start, until),
        covered(dossier.medications, plan.start, until),
    )


def looking_at(
    dossier: Dossier, plans: Iterable[Plan], rules: Rulebook, more: Iterable[str] = ()
) -> Evaluator:
    """All that plans, and further indicators, ask of a dossier's person, up to its day."""
    wanted = set(more)
    for plan in plans:
        wanted |= {one.goal.of for one in plan.goals}
        wanted |= {name for action in plan.template.actions for done in action.done for name in done.observed}
    return Evaluator(block_of(known_of(dossier, dossier.as_of, wanted), rules), rules)


# -- goals -----------------------------------------------------------------------------------------


def _goal(evaluator: Evaluator, plan: Plan, agreed: Agreed, as_of: date) -> GoalProgress:
    block, of = evaluator.block, agreed.goal.of
    # What was ended asks for nothing more; what ran its time may be measured on the day after its last.
    last = min(agreed.by, plan.end - _DAY) if plan.status == "revoked" else agreed.by
    start = newest(block, of, plan.start)
    found = judged(block, of, agreed.wanted, min(as_of, last), plan.start)
    now, held = (None, False) if found is None else found
    change = _percent(start, now)
    if agreed.goal.relative and found is not None:
        held = change is not None and _within(change, agreed)
    return GoalProgress(agreed, start, now, change, _state(agreed, start, now, held, as_of >= last))


def _state(agreed: Agreed, start: Value | None, now: Value | None, held: bool, over: bool) -> GoalState:
    if agreed.goal.relative and (start is None or start.exact is None):
        return "no_start"
    if now is None:
        return "not_measured"
    return "met" if held else "missed" if over else "not_yet"


def _percent(start: Value | None, now: Value | None) -> float | None:
    if start is None or now is None or not start.exact or now.exact is None:
        return None
    return 100 * (now.exact - start.exact) / start.exact


def _within(change: float, agreed: Agreed) -> bool:
    limits = agreed.wanted.limits
    exact = round(change, 6)
    return all(
        {"lt": exact < limit, "le": exact <= limit, "gt": exact > limit, "ge": exact >= limit}[name]
        for name, limit in limits.items()
    )


# -- actions ---------------------------------------------------------------------------------------


def _action(evaluator: Evaluator, plan: Plan, action: PlanAction, until: date) -> ActionProgress:
    times = []
    for day, opens, last in planned(action, plan.start, plan.end):
        done = _first(evaluator, action.done, opens)
        times.append(PlannedTime(day, opens, last, done if done is not None and done <= last else None))
    kept = tuple(_kept_by(time, until) for time in times)
    counting = [time for time in kept if time.done is not None or time.last <= until]
    return ActionProgress(action, kept, len(counting), sum(time.done is not None for time in counting))


def _kept_by(time: PlannedTime, until: date) -> PlannedTime:
    if time.done is not None and time.done > until:
        return PlannedTime(time.day, time.opens, time.last, None)
    return time


def _first(evaluator: Evaluator, ways: Iterable[Done], opens: date) -> date | None:
    person, day = np.zeros(1, dtype=np.int32), np.array([number(opens)], dtype=np.int32)
    found = min(int(first_from(done, evaluator.holding, person, day)[0]) for done in ways)
    return day_of(found) if found <= evaluator.block.as_of else None


def planned(action: PlanAction, start: date, end: date) -> Iterator[tuple[date, date, date]]:
    """The times of an action in a plan that runs from a day up to, not including, another.

    For each its day, and the first and last day on which it may be kept; no two times share a day.
    """
    days = [day for day in _days(action, start, end) if day < end]
    opens = [max(start, day if action.opens is None else _back(action.opens).after(day)) for day in days]
    following = [*opens, end][1:]
    for day, first, after in zip(days, opens, following, strict=True):
        last = min(after, end) - _DAY
        yield day, first, last if action.lapses is None else min(last, action.lapses.after(day))


def _days(action: PlanAction, start: date, end: date) -> Iterator[date]:
    """Each day is counted from the beginning, so that a month that is too short moves no later one."""
    if action.every is None:
        yield from sorted({span.after(start) for span in action.at})
        return
    stop = end if action.to is None else min(end, action.to.after(start))
    first, every, number_ = action.from_, action.every, 0
    while (
        day := Span(first.months + number_ * every.months, first.days + number_ * every.days).after(start)
    ) < stop:
        yield day
        number_ += 1


def _back(span: Span) -> Span:
    return Span(-span.months, -span.days)
