"""The manners all scores share: what a score is, what it answers, and how an answer becomes a frame."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanglu.errors import MeasureError
from kanglu.measures.cells import Floats, Mask
from kanglu.measures.columns import Input, Inputs
from kanglu.measures.reading import Index, Readings, read

type Places = npt.NDArray[np.int8]
type Categories = pd.Categorical[str]

STATUSES = ("ok", "incomplete", "not_applicable")


@dataclass(frozen=True, slots=True)
class Band:
    """One class of a score.

    Parameters
    ----------
    code : how the answer's column names it.
    label : what people read, by language.
    level : how good or bad it is: ok, watch, high, low, critical or missing.
    """

    code: str
    label: Mapping[str, str]
    level: str


@dataclass(frozen=True, slots=True)
class Contributor:
    """What one factor does to a score: `effect` in `unit` (percentage points of risk, or points)."""

    factor: str
    label: Mapping[str, str]
    effect: float
    unit: str


class Coded(NamedTuple):
    """A column of few words: the place of each row's word, -1 for none."""

    codes: npt.NDArray[Any]
    words: Sequence[str]

    def word(self, row: int) -> str | None:
        """The word of a row, or None."""
        place = int(self.codes[row])
        return None if place < 0 else self.words[place]

    def column(self) -> Categories:
        """The column for a frame."""
        return _category(self.codes, self.words)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a score computes from its readings, before rows with faults are taken out.

    Parameters
    ----------
    value : one float a row.
    band : the place in the score's bands, -1 for none.
    notes : remarks on rows that are answered: where, and the sentence.
    contributors : what drives each row; called only when asked for.
    extra : further columns of words.
    numbers : further columns of numbers.
    flags : columns of words that stand even on a row without a value.
    model : which of its sets of coefficients each row was answered with, where there are several; the
        version says it.
    """

    value: Floats
    band: Places
    notes: Sequence[tuple[Mask, str]] = ()
    contributors: Callable[[], list[tuple[Contributor, ...]]] | None = None
    extra: Mapping[str, Coded] = field(default_factory=dict)
    numbers: Mapping[str, Floats] = field(default_factory=dict)
    flags: Mapping[str, Coded] = field(default_factory=dict)
    model: Coded | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """One of the numbers that a score can give: its name by language, and what it has of its own."""

    name: Mapping[str, str]
    version: str
    bands: tuple[Band, ...]
    compute: Callable[[Readings], Answer]


@dataclass(frozen=True, slots=True)
class Score:
    """A score of the registry: what it is, whom it fits, where it comes from, what it reads and answers.

    Parameters
    ----------
    id, name, version : how it is called, by language; the edition and the set of coefficients.
    unit, decimals : of the value, for display; the value itself is never rounded.
    population : whom the score was made for.
    source, doi, licence : the publication, and on what terms it may be used.
    inputs : what it reads.
    bands : the classes it tells apart.
    compute : readings to answer.
    outputs : what it can give, by id, where that is more than one number; the first unless `giving` chose.
    """

    id: str
    name: Mapping[str, str]
    version: str
    unit: str
    decimals: int
    population: str
    source: str
    doi: str | None
    licence: str
    inputs: tuple[Input, ...]
    bands: tuple[Band, ...]
    compute: Callable[[Readings], Answer]
    outputs: Mapping[str, Output] = field(default_factory=dict)

    @property
    def required(self) -> tuple[str, ...]:
        """The columns a frame must have, by their preferred names."""
        return tuple(item.names[0] for item in self.inputs if item.column_required)

    @property
    def optional(self) -> tuple[str, ...]:
        """The columns a frame may have, by their preferred names."""
        return tuple(item.names[0] for item in self.inputs if not item.column_required)

    def band(self, code: str) -> Band:
        """The band of a code; raises KeyError."""
        return {band.code: band for band in self.bands}[code]

    def giving(self, output: str) -> "Score":
        """The score that gives this one of its `outputs`; raises `MeasureError` for one it has not."""
        if output not in self.outputs:
            choice = f"There are: {', '.join(self.outputs)}." if self.outputs else "It gives one number."
            raise MeasureError(f"There is no output {output!r}.", where=self.id, remedy=choice)
        chosen = self.outputs[output]
        return replace(self, version=chosen.version, bands=chosen.bands, compute=chosen.compute)

    def columns(self) -> pd.DataFrame:
        """The columns it accepts: input, column, unit, low, high, required; preferred columns first."""
        return pd.DataFrame(
            [
                {
                    "input": item.label["en"],
                    "column": column.name,
                    "unit": unit.name,
                    "low": unit.low,
                    "high": unit.high,
                    "required": item.column_required,
                }
                for item in self.inputs
                for column in item.columns
                for unit in column.units
            ]
        )

    def answered(self, inputs: Inputs, *, contributors: bool = False) -> "Answered":
        """Score every row, as arrays; for one person a frame costs more than its content.

        `contributors` are found only where asked for. A row that cannot be scored has no value and no band.
        Raises `MeasureError` when a required column is not there.
        """
        readings = read(inputs, self.inputs, score=self.id)
        with np.errstate(invalid="ignore", divide="ignore"):
            answer = self.compute(readings)
        return _masked(self, readings, answer, contributors)

    def __call__(self, inputs: Inputs, *, contributors: bool = False) -> pd.DataFrame:
        """Score every row: value, band, status, missing, reason, version, and `contributors` if asked for.

        The frame keeps the index and the order of the rows. A row that cannot be scored has no value and
        no band; `reason` names the column and the cell, `missing` the columns without a usable cell.
        Raises `MeasureError` when a required column is not there.
        """
        return self.answered(inputs, contributors=contributors).frame()


@dataclass(frozen=True, slots=True)
class Answered:
    """What a score says of each row, without the values of rows that cannot be scored.

    Parameters
    ----------
    index : the rows' names in the frame.
    value : one float a row, NaN where there is none.
    words : the columns band, status, missing, reason, version, and further ones of the score.
    numbers : further columns of numbers.
    contributors : what drives each row; None where not asked for.
    """

    index: Index
    value: Floats
    words: Mapping[str, Coded]
    numbers: Mapping[str, Floats]
    contributors: Sequence[tuple[Contributor, ...]] | None

    def row(self, place: int) -> dict[str, Any]:
        """One row as plain values: a float or None, words or None, a tuple of contributors if asked for."""
        found: dict[str, Any] = {"value": _plain(self.value[place])}
        found |= {name: column.word(place) for name, column in self.words.items()}
        found |= {name: _plain(cells[place]) for name, cells in self.numbers.items()}
        return found if self.contributors is None else {**found, "contributors": self.contributors[place]}

    def frame(self) -> pd.DataFrame:
        """All rows as a frame."""
        words = {name: column.column() for name, column in self.words.items()}
        frame = pd.DataFrame({"value": self.value, **words, **self.numbers}, index=self.index, copy=False)
        if self.contributors is not None:
            frame["contributors"] = pd.Series(list(self.contributors), index=self.index, dtype=object)
        return frame


def _plain(cell: np.float64) -> float | None:
    """A cell as a plain number, None where there is none."""
    return None if np.isnan(cell) else float(cell)


def _masked(score: Score, readings: Readings, answer: Answer, contributors: bool) -> Answered:
    """The answer with the rows that have faults taken out, and the reasons put in."""
    value, band, extra, numbers = answer.value, answer.band, dict(answer.extra), dict(answer.numbers)
    status = np.zeros(readings.size, dtype=np.int8)
    for fault in readings.faults:
        status[fault.rows] = np.maximum(status[fault.rows], 2 if fault.kind == "outside" else 1)
    if readings.faults:
        blocked = status > 0
        value = np.where(blocked, np.nan, value)
        band = np.where(blocked, np.int8(-1), band)
        extra = {name: Coded(np.where(blocked, -1, codes), words) for name, (codes, words) in extra.items()}
        numbers = {name: np.where(blocked, np.nan, cells) for name, cells in numbers.items()}
    drives = None
    if contributors and answer.contributors is not None:
        found = answer.contributors()
        drives = [found[row] if status[row] == 0 else () for row in range(readings.size)]
    words = {
        "band": Coded(band, [band.code for band in score.bands]),
        "status": Coded(status, STATUSES),
        "missing": _missing(readings),
        "reason": _reasons(readings, answer.notes, status),
        "version": _version(score, answer, readings.size),
        **extra,
        **answer.flags,
    }
    return Answered(readings.index, value, words, numbers, drives)


def _category(codes: npt.NDArray[Any], words: Sequence[str]) -> Categories:
    """A column of few words, made without a look at each cell."""
    found: Any = pd.Categorical.from_codes(codes, dtype=_dtype(tuple(words)), validate=False)
    return cast(Categories, found)


@lru_cache(maxsize=256)
def _dtype(words: tuple[str, ...]) -> Any:
    """Making one takes longer than scoring a row."""
    return pd.CategoricalDtype(list(words))


def _version(score: Score, answer: Answer, size: int) -> Coded:
    """The version, and the model where there are several."""
    if answer.model is None:
        return Coded(np.zeros(size, dtype=np.int8), (score.version,))
    return Coded(answer.model.codes, [f"{score.version}; {model}" for model in answer.model.words])


def _missing(readings: Readings) -> Coded:
    """The columns that have no usable cell, joined by commas."""
    faults = [fault for fault in readings.faults if fault.kind != "outside"]
    return _texts(readings.size, [(fault.rows, [fault.column] * fault.rows.size) for fault in faults], ", ")


def _reasons(readings: Readings, notes: Sequence[tuple[Mask, str]], status: Places) -> Coded:
    """Why a row has no value, or what is to be known of one that has."""
    if not readings.faults and len(notes) == 1:
        where, text = notes[0]
        return Coded(where.view(np.int8), ("", text))
    parts: list[tuple[npt.NDArray[np.intp], Sequence[str]]] = [
        (fault.rows, fault.texts) for fault in readings.faults
    ]
    for where, text in notes:
        rows = np.flatnonzero(where & (status == 0))
        parts.append((rows, [text] * rows.size))
    return _texts(readings.size, parts, "; ")


def _texts(size: int, parts: Sequence[tuple[npt.NDArray[np.intp], Sequence[str]]], joined_by: str) -> Coded:
    """One text a row, empty where no part speaks of it; the texts of several parts are joined."""
    said: dict[int, str] = {}
    for rows, texts in parts:
        for row, text in zip(rows.tolist(), texts, strict=True):
            said[row] = f"{said[row]}{joined_by}{text}" if row in said else text
    codes = np.zeros(size, dtype=np.int32)
    words = {"": 0}
    for row, text in said.items():
        codes[row] = words.setdefault(text, len(words))
    return Coded(codes, tuple(words))
