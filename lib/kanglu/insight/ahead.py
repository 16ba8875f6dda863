"""What lies ahead of a person: times agreed on, the next planned times, and the days goals are due."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kanglu.care.blocks import NOT_HAPPENED
from kanglu.care.evaluator import Evaluator
from kanglu.care.plans import plans_of
from kanglu.care.progress import Progress, progress
from kanglu.catalogue.models import Names
from kanglu.catalogue.rulebook import Rulebook
from kanglu.dates import end_of
from kanglu.record import Dossier
from kanglu.record.frames import rows_in
from kanglu.record.listed import UNSOUND

type Kind = Literal["booked", "planned", "goals", "end"]
_DAY = len("2026-05-26")
_READ = ("effective", "clinical_status", "status", "display", "code")


@dataclass(frozen=True, slots=True)
class Ahead:
    """One thing that lies ahead.

    Parameters
    ----------
    day, time : when; the time of day where it is agreed on.
    until : the last day on which a planned time may be kept.
    what : the booking's words, or the name of the plan or of its action in both languages.
    """

    day: date
    kind: Kind
    what: str | Names
    time: str = ""
    until: date | None = None


def ahead(dossier: Dossier, rules: Rulebook, evaluator: Evaluator | None = None) -> tuple[Ahead, ...]:
    """What lies ahead of the dossier's day, the nearest first; nothing of the dead.

    `evaluator` looks at the dossier, its plans at least; one is made when None and a plan runs.
    """
    if dossier.person.deceased:
        return ()
    running = [plan for plan in plans_of(dossier) if plan.runs_on(dossier.as_of)]
    found = [progress(dossier, plan, dossier.as_of, rules=rules, evaluator=evaluator) for plan in running]
    every = (*_booked(dossier, rules), *_planned(found))
    return tuple(sorted(every, key=lambda one: (one.day, one.time)))


def _booked(dossier: Dossier, rules: Rulebook) -> Iterator[Ahead]:
    for when, state, status, display, code in rows_in(dossier.appointments, _READ):
        if when is None or len(when) < _DAY or when <= end_of(dossier.as_of):
            continue
        if status not in UNSOUND and state not in NOT_HAPPENED:
            what = display or _kind(code, rules)
            yield Ahead(date.fromisoformat(when[:_DAY]), "booked", what, when[11:16])


def _kind(code: str | None, rules: Rulebook) -> str | Names:
    """What the rulebook calls bookings of this code, else the code."""
    named = (one.name for one in rules.events.values() if one.table == "appointment" and code in one.codes)
    return next(named, code or "")


def _planned(plans: Sequence[Progress]) -> Iterator[Ahead]:
    for one in plans:
        for action in one.actions:
            if (time := action.next(one.as_of)) is not None:
                yield Ahead(max(time.day, one.as_of), "planned", action.action.name, until=time.last)
        for day in sorted({goal.agreed.by for goal in one.goals if goal.state != "met"}):
            if day > one.as_of:
                yield Ahead(day, "goals", one.plan.template.name)
        yield Ahead(one.plan.end, "end", one.plan.template.name)
