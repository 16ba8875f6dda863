"""Results as laboratories print them: numbers, comparators, remarks, signs; a whole column at a time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanglu import units
from kanglu.errors import UnitError
from kanglu.intake.tables_grid import Cell
from kanglu.intake.tables_text import not_measured, plain, text_of
from kanglu.intake.tables_words import meanings, words


class State(IntEnum):
    """What a cell of a quantity turned out to be."""

    BLANK = 0
    NOT_MEASURED = 1
    NUMBER = 2
    TEXT = 3
    STRANGE = 4


@dataclass(frozen=True, slots=True)
class Result:
    """One printed result: a number with its comparator and own unit, or words that are kept whole."""

    state: State
    number: float = float("nan")
    comparator: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Quantities:
    """A column of results.

    Parameters
    ----------
    states : `State` of each cell.
    numbers : the number, NaN where there is none.
    special : the cells that are more than a bare number, by place.
    """

    states: npt.NDArray[np.int8]
    numbers: npt.NDArray[np.float64]
    special: dict[int, Result] = field(default_factory=dict)

    def at(self, place: int) -> Result:
        """What one cell says."""
        found = self.special.get(place)
        return found or Result(State(int(self.states[place])), float(self.numbers[place]))


_NUMBER = r"[-+]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_RESULT = re.compile(
    rf"(?P<sign>{'|'.join(sorted(map(re.escape, meanings('comparators')), key=len, reverse=True))})?\s*"
    rf"(?P<number>{_NUMBER})\s*(?P<rest>.*)",
    re.DOTALL,
)
_FLAG = re.compile(r"\s*(?:[↑↓⬆⬇▲▼*!]+|(?:\s|[(\[]|^)[HLhl]{1,2}[)\]]?|[(\[]?偏?[高低][)\]]?)\s*$")
_UNIT = re.compile(r"(?:[^\W\d_]|[%°×‰]|/(?=[^\W\d_])|10[\^*]).*")
_WORDS = re.compile(
    rf"[-+(]*\s*(?:{'|'.join(words('results'))}|\+{{1,4}}|[1-4]\+).*", re.IGNORECASE | re.DOTALL
)
_REMARK = re.compile(r"[^\d.,/]*[^\W\d_][^\d.,/]*")


@lru_cache(maxsize=65536)
def result(text: str) -> Result:
    """One cell that is not a bare number.

    A trailing arrow or H/L only repeats the comparison with the reference range and is dropped; a unit
    is kept; any other words make the whole cell a text, because they may take the number back.
    """
    if not text:
        return Result(State.BLANK)
    if not_measured(text):
        return Result(State.NOT_MEASURED)
    found = _RESULT.fullmatch(text)
    if _WORDS.fullmatch(text) or not found:
        return Result(State.TEXT if _WORDS.fullmatch(text) else State.STRANGE)
    rest = _FLAG.sub("", found["rest"]).strip()
    comparator = meanings("comparators").get(found["sign"] or "")
    number = float(found["number"].replace(",", ""))
    if not rest:
        return Result(State.NUMBER, number, comparator)
    if unit := _unit(rest):
        return Result(State.NUMBER, number, comparator, unit)
    return Result(State.TEXT if _REMARK.fullmatch(rest) else State.STRANGE)


def _unit(text: str) -> str | None:
    if not _UNIT.fullmatch(text):
        return None
    try:
        return units.normalise(text)
    except UnitError:
        return None


def quantities(cells: Sequence[Cell]) -> Quantities:
    """Read a column of results. Clean columns are read in one stroke, the rest cell by cell."""
    size = len(cells)
    kinds = np.fromiter((_KIND.get(type(cell), 2) for cell in cells), dtype=np.int8, count=size)
    states = np.full(size, State.BLANK, dtype=np.int8)
    numbers = np.full(size, np.nan)
    floats = kinds == 0
    numbers[floats] = [cells[place] for place in np.flatnonzero(floats).tolist()]
    texts = np.flatnonzero(kinds == 1)
    if len(texts):
        written = pd.Series([cells[place] for place in texts.tolist()], dtype=object)
        numbers[texts] = pd.to_numeric(written, errors="coerce").to_numpy(dtype=float)
    numbers[~np.isfinite(numbers)] = np.nan
    states[~np.isnan(numbers)] = State.NUMBER
    special = {}
    for place in np.flatnonzero(np.isnan(numbers)).tolist():
        cell = cells[place]
        if cell == "":
            continue
        found = result(plain(cell)) if isinstance(cell, str) else Result(State.STRANGE)
        states[place], numbers[place] = found.state, found.number
        if found.state >= State.NUMBER:
            special[int(place)] = found
    return Quantities(states, numbers, special)


_KIND = {float: 0, int: 0, str: 1}


def pressure_pair(text: str) -> tuple[float, float] | None:
    """Systolic and diastolic from ``128/82``; None for anything else."""
    found = re.fullmatch(
        r"(\d{2,3}(?:\.\d+)?)\s*[/／\\]\s*(\d{2,3}(?:\.\d+)?)\s*(?:mm\s*hg)?", text, re.IGNORECASE
    )
    return (float(found[1]), float(found[2])) if found else None


def boolean(text: str) -> float | None:
    """1.0 for yes, 0.0 for no, None for neither."""
    folded = text.casefold()
    return 1.0 if folded in words("yes") else 0.0 if folded in words("no") else None


_PLUS = re.compile(r"[(\[]?([+]{1,4}|[1-4]\+|\+[1-4])[)\]]?")


def plus_code(text: str) -> str | None:
    """``1+`` … ``4+`` from ``++``, ``(+)``, ``+2``, the ways in which test strips are reported."""
    found = _PLUS.fullmatch(text.replace(" ", ""))
    if not found:
        return None
    digits = [letter for letter in found[1] if letter.isdigit()]
    return f"{digits[0] if digits else len(found[1])}+"


def signs_are_results(cells: Sequence[Cell]) -> bool:
    """Whether ``-`` in this column means negative: it does where other cells answer with plus signs."""
    return any(plus_code(text) or text in ("±", "+-") for text in {text_of(cell) for cell in cells})
