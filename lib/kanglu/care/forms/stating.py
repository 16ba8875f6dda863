"""What a filled form says, as facts: the form itself, the observations among its answers, and its scores."""

from collections.abc import Iterator
from datetime import date

from kanglu.care.forms.filling import Filled
from kanglu.care.forms.scoring import score
from kanglu.catalogue import Catalogue
from kanglu.intake.answers import SYSTEM, facts, observation_key
from kanglu.record.facts import Observation, QuestionnaireResponse


def key_of(questionnaire: str, day: date) -> str:
    """The source key of the form of a person and day, of which there is one."""
    return f"form/{questionnaire}/{day}"


def stated(
    filled: Filled, person_id: int, day: date, by: str | None, source: str, catalogue: Catalogue
) -> Iterator[QuestionnaireResponse | Observation]:
    """All that a form of a day says.

    Parameters
    ----------
    by : the member of the staff who filled it in; None when the person did.
    source : where it was entered.
    """
    name = filled.questionnaire.id
    response = QuestionnaireResponse(
        person_id, SYSTEM, name, day.isoformat(), clinical_status=filled.status, author=by,
        origin="reported", source=source, source_key=key_of(name, day),
    )  # fmt: skip
    yield from facts(filled.questionnaire, filled.answers, response, catalogue.indicators)
    yield from _derived(catalogue, filled, response)


def kept_scores(filled: Filled) -> Iterator[tuple[str, str, str, float | str]]:
    """What is kept of the scores that have a number: measure, its version, column and value."""
    rows = score(filled)
    for one in filled.questionnaire.scores:
        [row] = rows.loc[[one.measure]].to_dict("records")
        if row["status"] == "ok":
            for column in one.observed:
                yield one.measure, row["version"], column, row[column]


def _derived(catalogue: Catalogue, filled: Filled, response: QuestionnaireResponse) -> Iterator[Observation]:
    """The scores of a form as observations; the version of the measure is their display."""
    names = {one.measure: one.observed for one in filled.questionnaire.scores}
    for measure, version, column, value in kept_scores(filled):
        indicator = catalogue.indicators[names[measure][column]]
        word = value if isinstance(value, str) else None
        yield Observation(
            response.person_id, indicator.id, response.effective,
            value=None if isinstance(value, str) else float(value), value_code=word, unit=indicator.unit,
            origin="derived", display=version, source=response.source,
            source_key=observation_key(response.source_key, indicator.id),
        )  # fmt: skip
