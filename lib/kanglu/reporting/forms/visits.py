"""The follow-up visits of a programme, each with what was measured and answered on its day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np

from kanglu.care.blocks import NOT_HAPPENED, block_of
from kanglu.care.calendar import day_of
from kanglu.care.dossiers import known_of
from kanglu.care.entry import SETTINGS
from kanglu.care.evaluator import Evaluator
from kanglu.care.looking import indicators as looked_at
from kanglu.care.series import Series
from kanglu.care.visits import Visits, classify
from kanglu.catalogue import Catalogue
from kanglu.catalogue.models import Names
from kanglu.catalogue.programmes import Programme, VisitClass
from kanglu.catalogue.rulebook import Rulebook
from kanglu.dates import end_of
from kanglu.record import Dossier
from kanglu.record.listed import stated, taken
from kanglu.reporting.forms.responses import Response, responses_of, staff_name, text_of

SATISFIED: Final = 1
"""The number of the class of controlled visits. An emergency is never printed so."""
BOOKING: Final = "follow_up_booking"
"""The event of the rules that books a follow-up."""
_MODES: Final = {setting: mode for mode, setting in SETTINGS.items()}
_SIGNS: Final = (None, "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Value:
    """What was found on a day: a number with its comparator, or a code, or words."""

    number: float | None = None
    comparator: str | None = None
    code: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine taken on a day, how, and the classes it is of."""

    name: str
    dosage: str | None
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """A follow-up visit as its form asks for it; without a day, a column that is still to be written on.

    Parameters
    ----------
    mode : clinic, home or phone; None where it is not recorded.
    doctor : who saw the person.
    values : by indicator, the day's: the mean of its blood pressures, else its last, as the rules take them.
    answers : raw, by item, of the programme's form; empty where none was filled.
    number : of the class on the form, the most severe that fits; None where none does.
    emergency : the name of a class that the form has no number for, where the visit is of one.
    next : the day of the next visit that was agreed or booked.
    """

    day: date | None = None
    mode: str | None = None
    doctor: str | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    number: int | None = None
    emergency: Names | None = None
    medicines: tuple[Medicine, ...] = ()
    next: date | None = None

    def value(self, *indicators: str) -> Value:
        """The value of the first of some indicators that has one."""
        return next((self.values[name] for name in indicators if name in self.values), Value())


def visits_of(
    dossier: Dossier, programme: Programme, form: str, indicators: Sequence[str], rules: Rulebook, year: int
) -> list[Visit]:
    """The visits of a programme in a year up to the dossier's day, the earliest first.

    Parameters
    ----------
    form : id of the questionnaire that records such a visit.
    indicators : whose values the form shows.
    """
    known = known_of(dossier, dossier.as_of, looked_at(rules) | set(indicators))
    evaluator = Evaluator(block_of(known, rules), rules)
    classes = _classes(evaluator, programme)
    daily = {
        name: dict(_daily(evaluator.block.readings[name], dossier))
        for name in indicators
        if name in evaluator.block.readings
    }
    answered = responses_of(dossier, form)
    every = evaluator.visits(programme.id).all
    days = [day_of(at) for at in every.day.tolist()]
    found = []
    for day, at, fact, following in zip(
        days, every.day.tolist(), every.fact.tolist(), [*days[1:], None], strict=False
    ):
        if day.year != year:
            continue
        encounter = dossier.encounters[dossier.encounters["id"] == fact].iloc[0]
        answers = answered.get(day, Response()).answers
        number, emergency = classes.get(at, (None, None))
        found.append(
            Visit(
                day,
                _MODES.get(text_of(encounter["setting"]) or ""),
                staff_name(rules, text_of(encounter["provider"])),
                {name: of[at] for name, of in daily.items() if at in of},
                answers,
                number,
                emergency,
                tuple(medicines_on(dossier, day, rules.catalogue)),
                _next(dossier, rules, answers, day, following),
            )
        )
    return found


def _classes(evaluator: Evaluator, programme: Programme) -> dict[int, tuple[int | None, Names | None]]:
    """By day the number of a visit's class on the form, and the name of a class that has none."""
    numbered = tuple(one for one in programme.classes if one.form is not None)
    on_form = programme.model_copy(update={"classes": numbered})
    numbers = {
        day: one.form
        for day, one in _classified(classify(evaluator.block, on_form, evaluator.holding.of), on_form)
    }
    found: dict[int, tuple[int | None, Names | None]] = {}
    for day, one in _classified(evaluator.visits(programme.id), programme):
        number = numbers.get(day)
        if one.form is None:
            found[day] = (None if number == SATISFIED else number, one.name)
        else:
            found[day] = (number, None)
    return found


def _classified(visits: Visits, programme: Programme) -> Iterator[tuple[int, VisitClass]]:
    """The days of classified visits, each with its class."""
    for day, place in zip(visits.at.day.tolist(), visits.place.tolist(), strict=True):
        yield day, programme.classes[place]


def _daily(series: Series, dossier: Dossier) -> Iterator[tuple[int, Value]]:
    """The value of each day of a series."""
    first = series.first_of(series.at.day)
    last = (np.append(first[1:], len(series))[: len(first)] - 1).tolist()
    exact = series.reduced(first, series.day_rule or "last").tolist()
    for value, at in zip(exact, last, strict=True):
        day = int(series.at.day[at])
        if value == value:
            yield day, Value(value)
        elif series.code is not None and series.code[at] is not None:
            yield day, Value(code=series.code[at])
        elif series.value[at] == series.value[at]:
            yield day, Value(float(series.value[at]), _SIGNS[int(series.comparator[at])])
        else:
            row = dossier.observations[dossier.observations["id"] == series.at.fact[at]]
            yield day, Value(text=text_of(row["value_text"].iloc[0]))


def medicines_on(dossier: Dossier, day: date, catalogue: Catalogue) -> Iterator[Medicine]:
    """The medicines taken on a day, each name once."""
    names = ("effective", "effective_end", "clinical_status", "intent", "status", "dosage")
    columns = [dossier.medications[name].tolist() for name in (*names, "system", "code", "display")]
    seen: set[str] = set()
    for row in zip(*columns, strict=True):
        since, end, clinical, intent, status, dosage, system, code, display = map(text_of, row)
        name = display or code
        if name is None or name in seen or not stated(status, since, end_of(day)):
            continue
        if taken(clinical, intent, end, day.isoformat()):
            seen.add(name)
            yield Medicine(name, dosage, catalogue.drug_classes_for(system, code, display))


def _next(
    dossier: Dossier, rules: Rulebook, answers: Mapping[str, Any], day: date, following: date | None
) -> date | None:
    """The day that was written down, else the first booking after the visit and up to the one after it."""
    if answers.get("next_visit"):
        return date.fromisoformat(str(answers["next_visit"]))
    booked = dossier.appointments
    stands = booked["code"].isin(rules.events[BOOKING].codes) & ~booked["clinical_status"].isin(NOT_HAPPENED)
    days = sorted(date.fromisoformat(text[:10]) for text in booked[stands]["effective"].dropna())
    return next((one for one in days if one > day and (following is None or one <= following)), None)
