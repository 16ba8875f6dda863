"""A person's scores as of a day: value, band, what drives them, what they stand on, what was not asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy.typing as npt
import pandas as pd

from kanglu.measures import SCORES, Contributor, Score
from kanglu.measures.risk_factors import QUESTIONS
from kanglu.record.inputs import DATE_SUFFIX, OPEN_SUFFIX

type Status = Literal["ok", "incomplete", "not_applicable"]

SHOWN = (
    "bmi_class_cn",
    "ckd_epi_2021_cr",
    "china_par_10y",
    "chinese_diabetes_risk_score",
    "bp_stratum_cn",
    "metabolic_syndrome_cds2020",
    "fib4",
    "tyg",
    "eag",
)
"""The scores of the yearly summary, in its order: what a check-up asks for. The registry holds more."""
EXPLAINED = frozenset({"china_par_10y", "chinese_diabetes_risk_score", "metabolic_syndrome_cds2020"})
"""The scores whose contributors are worth a line."""


@dataclass(frozen=True, slots=True)
class Used:
    """One input of a score: the column it was read from, its value, and the day of that value."""

    column: str
    value: float | str | None
    day: str | None


@dataclass(frozen=True, slots=True)
class Scored:
    """One score of one person.

    Parameters
    ----------
    missing : the columns that were not asked, or hold what the score cannot use.
    blocking : when it does not apply, the columns that say so.
    remark : a caution on a value that is given, as the measure words it.
    """

    id: str
    status: Status
    value: float | None
    band: str | None
    missing: tuple[str, ...]
    blocking: tuple[str, ...]
    remark: str | None
    version: str
    contributors: tuple[Contributor, ...]
    used: tuple[Used, ...]

    @property
    def score(self) -> Score:
        """Its entry in the registry: names, bands, source."""
        return SCORES[self.id]

    @property
    def level(self) -> str:
        """How good or bad the band is."""
        return self.score.band(self.band).level if self.band is not None else "ok"


def scored(inputs: Mapping[str, npt.NDArray[Any]]) -> tuple[Scored, ...]:
    """The yearly summary's scores of one person, from the columns that `record.inputs` gives (one row)."""
    return tuple(_scored(SCORES[name], inputs) for name in SHOWN)


def _scored(score: Score, inputs: Mapping[str, npt.NDArray[Any]]) -> Scored:
    taken = _columns(score, inputs)
    given = {column: inputs[column] for column in taken}
    answer = score.answered(given, contributors=score.id in EXPLAINED).row(0)
    reason: str = answer["reason"] or ""
    parts = [part for part in reason.split("; ") if part]
    status: Status = answer["status"]
    ok = status == "ok"
    return Scored(
        score.id,
        status,
        answer["value"] if ok else None,
        answer["band"] if ok else None,
        tuple(_still_open(answer["missing"], inputs)),
        tuple(dict.fromkeys(part.split(" ", 1)[0] for part in parts)) if status == "not_applicable" else (),
        reason if ok and reason else None,
        answer["version"],
        tuple(answer.get("contributors") or ()),
        tuple(_used(column, inputs) for column in taken),
    )


def _still_open(missing: str, inputs: Mapping[str, npt.NDArray[Any]]) -> Iterator[str]:
    """The columns that are missing; of one that follows from others, those."""
    for column in filter(None, missing.split(", ")):
        behind = inputs.get(column + OPEN_SUFFIX)
        yield from behind.tolist()[0].split(", ") if behind is not None else (column,)


def _columns(score: Score, inputs: Mapping[str, npt.NDArray[Any]]) -> tuple[str, ...]:
    """For each input of a score the column that we have."""
    return tuple(
        name
        for item in score.inputs
        if (name := next((n for n in item.names if n in inputs), None)) is not None
    )


def _used(column: str, inputs: Mapping[str, npt.NDArray[Any]]) -> Used:
    value = inputs[column].tolist()[0]
    days = inputs.get(column + DATE_SUFFIX)
    return Used(column, None if pd.isna(value) else value, days.tolist()[0] if days is not None else None)


def label_of(score: Score, column: str) -> Mapping[str, str]:
    """What an input is called, by language."""
    for item in score.inputs:
        if column in item.names or column == item.key:
            return item.label
    return QUESTIONS.get(column, {"en": column, "zh": column})
