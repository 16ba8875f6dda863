"""What a visit would come to, as one types: by the rules themselves, the answers taken for facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from kanglu.care.calendar import number
from kanglu.care.forms import Circumstances, Filled
from kanglu.care.forms.filling import usable
from kanglu.care.looking import indicators_of
from kanglu.care.visit.doubts import Doubt, doubts, more_faults
from kanglu.care.visit.form import VisitForm, about, fills
from kanglu.care.visit.known import Known, known
from kanglu.care.visit.standing import (
    Because,
    Standing,
    Step,
    closed,
    raised,
    standing,
    steps,
    supposed,
    without_visit,
)
from kanglu.care.wording import About, limit_of
from kanglu.catalogue.answering import AnswerFault, Held, Raw, hold
from kanglu.catalogue.programmes import Programme, VisitClass
from kanglu.catalogue.questionnaires import Alert
from kanglu.catalogue.rulebook import Rulebook
from kanglu.record import Dossier
from kanglu.record.rulings import Ruling


@dataclass(frozen=True, slots=True)
class Verdict:
    """A programme's class of the visit.

    Parameters
    ----------
    class_ : None while the visit has none.
    before : how many visits in a row, right before, counted as not controlled.
    limit : from what on a visit counts as not controlled at the person's age, as ``140/90``.
    lacking : the items that would have to be answered for a class.
    next : what it makes due.
    """

    programme: Programme
    class_: VisitClass | None
    before: int
    limit: str
    lacking: tuple[str, ...]
    next: tuple["Step", ...]

    @property
    def due(self) -> date | None:
        """The next date of the programme."""
        return min((step.due for step in self.next if step.due is not None), default=None)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a visit would come to.

    Parameters
    ----------
    held : the answers, held to the form.
    good : those that can be saved: they are asked, and there is no fault in them.
    faults : what cannot be taken, and why; with faults nothing can be saved.
    doubts : what is to be confirmed.
    computed : what the record and the answers give of computed items.
    verdicts : one for each programme of the form.
    raised : what is there because of the answers and was not before, the most urgent first.
    closed : what was open and is not any more.
    filled : the questionnaires of the form, each with its answers; none while nothing is answered.
    """

    held: Held
    good: Mapping[str, Raw]
    faults: tuple[AnswerFault, ...]
    doubts: tuple[Doubt, ...]
    computed: Mapping[str, float | str]
    verdicts: tuple[Verdict, ...]
    raised: tuple[Step, ...]
    closed: tuple[Step, ...]
    filled: tuple[Filled, ...]

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """What answers raise at once."""
        return tuple(alert for one in self.filled for alert in one.alerts)

    @property
    def next(self) -> Step | None:
        """What is due first of what the visit makes due: one visit serves all programmes."""
        steps = [step for verdict in self.verdicts for step in verdict.next if step.due is not None]
        return min(steps, key=lambda step: (step.due, -(step.row.priority or 0)), default=None)


def preview(
    form: VisitForm,
    answers: Mapping[str, object],
    dossier: Dossier,
    day: date,
    rules: Rulebook,
    *,
    without_it: Standing | None = None,
    knowing: Mapping[str, Known] | None = None,
) -> Preview:
    """What a visit with these answers would come to.

    Parameters
    ----------
    dossier : as of today; `day` is the day of the visit, which may be earlier.
    without_it : what `before` gave, where several previews are asked for.
    knowing : what `known` gave.
    """
    catalogue = rules.catalogue
    knowing = known(form, dossier, day, catalogue) if knowing is None else knowing
    around = about(form, answers, dossier, day, catalogue)
    computed = _computed(form, answers, around)
    held = hold(form.questionnaire, {**computed, **answers}, catalogue.indicators)
    faults = (*_wrong(held), *more_faults(form, held, day, catalogue))
    wrong = {fault.item for fault in faults}
    asked = held.asked - wrong - set(computed)
    good = {name: raw for name, raw in held.answers.items() if name in asked}
    filled = fills(form, good, around, catalogue)
    base = without_visit(form, dossier, day)
    without_it = without_it or standing(base, rules)
    after = standing(supposed(base, filled, day, catalogue), rules) if filled else without_it
    person = dossier.person
    because = Because(rules, About(name=person.name, age=person.age_on(day)), dossier.as_of)
    return Preview(
        held=held,
        good=good,
        faults=faults,
        doubts=tuple(doubts(form, good, knowing, catalogue)),
        computed=computed,
        verdicts=tuple(
            _verdict(form, rules.programmes[name], good, day, after, because) for name in form.programmes
        ),
        raised=raised(after, without_it, because),
        closed=closed(after, without_it, because),
        filled=tuple(filled),
    )


def _wrong(held: Held) -> tuple[AnswerFault, ...]:
    """The faults that stand in the way; what is not asked any more is only left out."""
    return tuple(fault for fault in held.faults if fault.kind != "not_asked")


def _computed(
    form: VisitForm, answers: Mapping[str, object], around: Circumstances
) -> dict[str, float | str]:
    """What the record answers of the items that nobody has answered."""
    return {
        item.id: value
        for item in form.questionnaire.by_id.values()
        if item.computed is not None and answers.get(item.id) in (None, "")
        if (value := usable(item, around.known.get(item.computed))) is not None
    }


def _verdict(
    form: VisitForm,
    programme: Programme,
    answers: Mapping[str, Raw],
    day: date,
    after: Standing,
    because: Because,
) -> Verdict:
    visited, on = after.evaluator.visits(programme.id), number(day)
    at = np.flatnonzero(visited.at.day == on)
    class_ = programme.classes[int(visited.place[at[0]])] if len(at) else None
    streak = int(visited.before[at[0]]) if len(at) else 0
    limit = limit_of(programme, because.about.age)
    rows = [row for row in after.open.values() if _follows(row, programme, day, because.rules)]
    lacking = _lacking(form, programme, answers) if class_ is None else ()
    return Verdict(programme, class_, streak, limit, lacking, steps(rows, because))


def _follows(row: Ruling, programme: Programme, day: date, rules: Rulebook) -> bool:
    """Whether a row is what the visit of the day makes due in the programme."""
    on = rules.rules[row.rule].on
    of_visit = on is not None and on.visit is not None and on.visit.programme == programme.id
    return of_visit and row.period == day.isoformat() and row.kind == "task"


def _lacking(form: VisitForm, programme: Programme, answers: Mapping[str, Raw]) -> tuple[str, ...]:
    """What of the least severe class is not answered."""
    if not programme.classes:
        return ()
    wanted = indicators_of([programme.classes[-1].when])
    asked = form.questionnaire.by_id.values()
    return tuple(item.id for item in asked if item.indicator in wanted and item.id not in answers)
