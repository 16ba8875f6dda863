"""The assessments of a person in a year: questionnaires that were filled in, each with its score."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kanglu.care.forms import Filled, circumstances, score
from kanglu.catalogue.answering import hold
from kanglu.catalogue.questionnaire_files import Questionnaires
from kanglu.catalogue.questionnaires import Item
from kanglu.catalogue.rulebook import Rulebook
from kanglu.record import Dossier
from kanglu.reporting.forms.responses import Response, responses_of, staff_name


@dataclass(frozen=True, slots=True)
class Assessment:
    """A questionnaire of a day; without a day, a place that is still to be written on.

    Parameters
    ----------
    author : who filled it in; None for the person.
    answers : raw, by item.
    found : what the measure answers: value, band and columns of its own; empty where it gives no number.
    """

    day: date | None = None
    author: str | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    found: Mapping[str, Any] = field(default_factory=dict)

    def points(self, item: Item) -> int | None:
        """What the answer to an item counts; None where it was not answered."""
        option = item.option(str(self.answers.get(item.id)))
        return None if option is None or option.score is None else int(option.score)


def assessments_of(
    dossier: Dossier, form: str, forms: Questionnaires, rules: Rulebook, year: int
) -> list[Assessment]:
    """The assessments of a year up to the dossier's day, the earliest first; the last of each day.

    Each is scored by the version of the questionnaire that it answers.
    """
    kept = sorted((day, one) for day, one in responses_of(dossier, form).items() if day.year == year)
    return [_assessment(dossier, form, forms, rules, day, one) for day, one in kept]


def _assessment(
    dossier: Dossier, form: str, forms: Questionnaires, rules: Rulebook, day: date, one: Response
) -> Assessment:
    questionnaire = forms.get(form, one.version)
    indicators = rules.catalogue.indicators
    held = hold(questionnaire, one.answers, indicators)
    about = circumstances(dossier, day, rules.catalogue)
    row = score(Filled(questionnaire, held.answers, held.open, about, indicators)).iloc[0]
    found = {str(name): value for name, value in row.items()} if row["status"] == "ok" else {}
    return Assessment(day, staff_name(rules, one.author), one.answers, found)
