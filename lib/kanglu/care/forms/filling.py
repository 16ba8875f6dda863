"""A questionnaire answered about a person on a day: what was said, what the record says, what is open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from kanglu.catalogue import Catalogue, Indicator
from kanglu.catalogue.answering import Raw, hold, holds
from kanglu.catalogue.questionnaires import Alert, Item, Questionnaire
from kanglu.errors import FormError
from kanglu.record import Dossier
from kanglu.record.inputs import input_columns
from kanglu.record.listed import current_problems


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the record knows of whom a form is about, on its day.

    Parameters
    ----------
    age : completed years; None when the date of birth is not known to the day.
    pregnant : whether a pregnancy is listed that holds.
    died : the day of death in words, when it lies before the form.
    known : what answers computed items, by the column of the scores' inputs.
    """

    age: int | None = None
    pregnant: bool = False
    died: str | None = None
    known: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filled:
    """A questionnaire with its answers.

    Parameters
    ----------
    answers : raw, by the id of the item; what was not asked is not among them.
    open : the items that must be answered and are not.
    about : whom it is about; None when nothing is known of them, so that nothing speaks against a score.
    """

    questionnaire: Questionnaire
    answers: Mapping[str, Raw]
    open: tuple[str, ...]
    about: Circumstances | None
    indicators: Mapping[str, Indicator] = field(repr=False, compare=False)

    @property
    def status(self) -> str:
        """completed, or in-progress while something is open."""
        return "in-progress" if self.open else "completed"

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """What the answers raise at once, whatever is still open."""
        asked = self.questionnaire.by_id
        return tuple(
            alert
            for alert in self.questionnaire.alerts
            if holds(alert.when, asked[alert.when.item], self.answers.get(alert.when.item), self.indicators)
        )


def circumstances(dossier: Dossier, day: date, catalogue: Catalogue) -> Circumstances:
    """What a dossier says of a person on the day of a form."""
    person = dossier.person
    people = pd.DataFrame({"sex": [person.sex], "birth_date": [person.birth_date]}, index=[person.id])
    facts = dossier.observations, dossier.conditions, dossier.medications
    inputs = {
        name: cells.tolist()[0] for name, cells in input_columns(people, *facts, day, catalogue).items()
    }
    problems = {name for _, names in current_problems(dossier.conditions, day, catalogue) for name in names}
    dated = person.death_date is not None and person.death_date < day
    # A death without a date counts where the dossier is of the form's own day.
    undated = person.death_date is None and person.deceased and dossier.as_of <= day
    return Circumstances(
        person.age_on(day),
        "pregnancy" in problems,
        str(person.death_date) if dated else "an unknown day" if undated else None,
        {name: value for name, value in inputs.items() if value is not None and value == value},
    )


def answer(
    questionnaire: Questionnaire,
    answers: Mapping[str, object],
    about: Circumstances | None = None,
    *,
    catalogue: Catalogue,
) -> Filled:
    """Hold answers to a questionnaire; what was answered stands over what the record would say.

    Raises `FormError` that names every answer which cannot be, and for a form without any.
    """
    known = about.known if about is not None else {}
    computed = {
        name: value
        for name, item in questionnaire.by_id.items()
        if item.computed is not None and (value := usable(item, known.get(item.computed))) is not None
    }
    held = hold(questionnaire, {**computed, **_given(answers)}, catalogue.indicators)
    if held.faults:
        what = " ".join(str(fault) for fault in held.faults)
        raise FormError(what, where=questionnaire.edition)
    if not set(held.answers) - set(computed):
        raise FormError(
            "Nothing was answered.", where=questionnaire.edition, remedy="Give at least one answer."
        )
    return Filled(questionnaire, held.answers, held.open, about, catalogue.indicators)


def _given(answers: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in answers.items() if value is not None and value != ""}


def usable(item: Item, value: Any) -> float | str | None:
    """What the record says, where it is an answer of the item; else it is left to be asked."""
    if value is None or item.kind == "choice":
        return value if value is not None and item.option(str(value)) else None
    fits = (item.low is None or value >= item.low) and (item.high is None or value <= item.high)
    return float(value) if fits else None
