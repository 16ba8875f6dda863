"""What a score may be given: its inputs, the columns that can state each of them, and their ranges.

An input (the total cholesterol) may be stated by one of several columns (``total_chol_value`` beside
``total_chol_unit``, ``tc_mmol_l``, ``tc_mg_dl``); each says its unit and the range in which a cell is
taken, judged in the unit it was given in. Nothing is clamped and no unit is guessed from a magnitude.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

type Inputs = pd.DataFrame | Mapping[str, object]
"""A frame, or a mapping of column names to arrays or to scalars (one person)."""

type Kind = Literal["number", "whole", "flag", "sex", "word", "day", "text"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit a column may be in, and the range taken, both ends included.

    A value times `factor` plus `offset` is in the unit of the input.
    """

    name: str
    low: float
    high: float
    factor: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column that states an input, in one unit, or in the unit that `unit_column` names row by row."""

    name: str
    units: tuple[Unit, ...]
    unit_column: str | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a score.

    Parameters
    ----------
    key : its name inside the score.
    label : its name for people, by language.
    columns : the columns that can state it; where a frame has several, the first with a cell counts.
    kind : a number, a whole number, a flag (0 or 1), a sex (male or female), one of `words`, a day
        (YYYY-MM-DD), or a text that the score itself reads.
    column_required : whether a frame without any of the columns is an error.
    cell_required : whether a row with an empty cell is incomplete; where not, the score decides.
    """

    key: str
    label: Mapping[str, str]
    columns: tuple[Column, ...]
    kind: Kind = "number"
    column_required: bool = True
    cell_required: bool = True
    words: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, preferred first."""
        return tuple(column.name for column in self.columns)


def number(
    key: str,
    zh: str,
    en: str,
    *columns: Column,
    whole: bool = False,
    column_required: bool = True,
    cell_required: bool = True,
) -> Input:
    """An input that is a number with a unit."""
    return Input(
        key,
        {"zh": zh, "en": en},
        columns,
        kind="whole" if whole else "number",
        column_required=column_required,
        cell_required=cell_required,
    )


def column(name: str, unit: str, low: float, high: float, factor: float = 1.0, offset: float = 0.0) -> Column:
    """A column that is always in one unit."""
    return Column(name, (Unit(unit, low, high, factor, offset),))


def flag(
    key: str, zh: str, en: str, *names: str, column_required: bool = True, cell_required: bool = True
) -> Input:
    """An input that is 1 (yes) or 0 (no)."""
    return Input(
        key,
        {"zh": zh, "en": en},
        tuple(column(name, "0/1", 0, 1) for name in names),
        kind="flag",
        column_required=column_required,
        cell_required=cell_required,
    )


def sex(*, column_required: bool = True, cell_required: bool = True) -> Input:
    """The sex, as the words male and female; read as 1.0 and 0.0."""
    return Input(
        "sex",
        {"zh": "性别", "en": "sex"},
        (Column("sex", (Unit("male/female", 0, 1),)),),
        kind="sex",
        column_required=column_required,
        cell_required=cell_required,
    )


def word(key: str, zh: str, en: str, name: str, words: tuple[str, ...]) -> Input:
    """An input that is one of a few words."""
    stated = Column(name, (Unit("/".join(words), 0, len(words) - 1),))
    return Input(key, {"zh": zh, "en": en}, (stated,), kind="word", words=words)
