"""The scores of forms: a function of the raw answers, through the measures, one row a person.

There is no number for a form that is not filled, for answers that the measure does not take, and for people
whom the questionnaire is not made for; `reason` says which.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd

from kanglu.care.forms.filling import Circumstances, Filled
from kanglu.catalogue.answering import counted
from kanglu.catalogue.questionnaire_files import Questionnaires, load_questionnaires
from kanglu.catalogue.questionnaires import Item, Population, Questionnaire, Scored
from kanglu.measures import SCORES, STATUSES

AGE = "age_years"
_WORDS = ("missing", "reason")


@cache
def questionnaires() -> Questionnaires:
    """The questionnaires of this installation, read once, and held to the measures that they name."""
    columns = {
        name: tuple(column for given in measure.inputs for column in given.names)
        for name, measure in SCORES.items()
    }
    return load_questionnaires(measures=columns)


def score(filled: Filled) -> pd.DataFrame:
    """The scores of one form: a row a measure, with value, band, status, missing, reason and version.

    Columns of its own that a measure has, such as one a constitution, stand beside them.
    """
    items = filled.questionnaire.by_id
    row = {
        name: counted(items[name], raw, filled.indicators)
        for name, raw in filled.answers.items()
        if not isinstance(raw, list)
    }
    answered = pd.DataFrame([row], dtype=object)
    against = " and ".join(_against(filled.questionnaire.population, filled.about))
    frames = []
    for scored in filled.questionnaire.scores:
        frame = _measured(filled.questionnaire, scored, answered)
        if against:
            frame = _without(frame, "not_applicable", against)
        elif _age_is_open(filled.questionnaire.population, filled.about):
            frame = _without(frame, "incomplete", f"{AGE} is missing", AGE)
        elif filled.open:
            missing = ", ".join(filled.open)
            frame = _without(frame, "incomplete", f"not filled: {missing}", missing)
        frames.append(frame.set_axis([scored.measure]).astype(object))
    return pd.concat(frames) if frames else pd.DataFrame(columns=["value", "band", "status", *_WORDS])


def score_rows(questionnaire: Questionnaire, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The scores of many forms at once, by measure: one row for each of `rows`, with its index.

    `rows` has the answers in columns named as the items, and may have ``age_years``; a form that lacks an
    answer is incomplete, and so is one without an age where the questionnaire is made for some ages.
    """
    found = {}
    for scored in questionnaire.scores:
        frame = _measured(questionnaire, scored, rows)
        if AGE in rows:
            frame = _of_age(frame, questionnaire.population, rows[AGE])
        found[scored.measure] = frame
    return found


def _measured(questionnaire: Questionnaire, scored: Scored, rows: pd.DataFrame) -> pd.DataFrame:
    """The measure over the columns that the items give; those that nobody answered are empty."""
    measure = SCORES[scored.measure]
    columns = {}
    for given in measure.inputs:
        for name in given.names:
            item = questionnaire.by_id.get(scored.columns.get(name, name))
            if item is not None:
                columns[name] = _cells(item, rows)
    return measure(pd.DataFrame(columns, index=rows.index))


def _cells(item: Item, rows: pd.DataFrame) -> "pd.Series[float] | pd.Series[str]":
    """The column of an item: what each answer counts; what is no answer is left for the measure to refuse."""
    if item.id not in rows:
        return pd.Series(np.nan, index=rows.index)
    given = rows[item.id]
    counts = {
        word: option.score
        for option in item.options
        if option.score is not None
        for word in (option.code, *option.name.values())
    }
    if not counts or pd.api.types.is_numeric_dtype(given.dtype):
        return given
    known = given.map(counts)
    return known if known.notna().all() else known.astype(object).where(known.notna(), given)


def _against(population: Population, about: Circumstances | None) -> Iterator[str]:
    """What speaks against a score of this person."""
    if about is None:
        return
    if about.died is not None:
        yield f"the person died on {about.died}"
    if about.pregnant and not population.pregnant:
        yield "the person is pregnant"
    age = about.age
    if age is not None and population.age_from is not None and age < population.age_from:
        yield f"age {age} is below {population.age_from}"
    if age is not None and population.age_below is not None and age >= population.age_below:
        yield f"age {age} is not below {population.age_below}"


def _age_is_open(population: Population, about: Circumstances | None) -> bool:
    bounded = population.age_from is not None or population.age_below is not None
    return about is not None and about.age is None and bounded


def _of_age(
    frame: pd.DataFrame, population: Population, ages: "pd.Series[float] | pd.Series[str]"
) -> pd.DataFrame:
    age = pd.to_numeric(ages, errors="coerce")
    low, high = population.age_from, population.age_below
    if low is None and high is None:
        return frame
    outside = (age < (low or 0)) | (age >= (np.inf if high is None else high))
    if not outside.any() and not age.isna().any():
        return frame
    ends = f"{low or 0} to {'…' if high is None else high - 1}"
    outside_why = (AGE + " " + age.map("{:g}".format) + f" is outside {ends}").where(outside)
    why = outside_why.where(outside, f"{AGE} is missing")
    blocked = outside | age.isna()
    status = pd.Series(np.where(outside, "not_applicable", "incomplete"), index=frame.index)
    return _blanked(frame, blocked).assign(
        status=pd.Categorical(
            frame["status"].astype(object).mask(blocked, status), categories=list(STATUSES)
        ),
        reason=frame["reason"].astype(object).mask(blocked, why),
    )


def _without(frame: pd.DataFrame, status: str, reason: str, missing: str = "") -> pd.DataFrame:
    """The frame of one row with a reason in place of its number."""
    every = pd.Series(True, index=frame.index)
    return _blanked(frame, every).assign(status=status, reason=reason, missing=missing)


def _blanked(frame: pd.DataFrame, rows: "pd.Series[bool]") -> pd.DataFrame:
    """The frame without numbers, bands and verdicts in some rows; what flags a danger stays."""
    kept = ("status", "missing", "reason", "version")
    hidden = [name for name in map(str, frame) if name not in kept and not name.endswith("_flag")]
    return frame.assign(**{name: frame[name].mask(rows) for name in hidden})
