"""Reading the inputs of a score from a frame: one float a row, and a fault that names what cannot be used."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanglu.errors import MeasureError
from kanglu.measures.cells import Cells, Codes, Floats, Mask, is_missing, shown, values_of, words_of
from kanglu.measures.columns import Column, Input, Inputs, Unit

type Index = pd.Index[Any]
type FaultKind = Literal["missing", "unreadable", "outside"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why cells of one column cannot be used: the rows, and for each a text that names column and value."""

    column: str
    kind: FaultKind
    rows: npt.NDArray[np.intp]
    texts: Sequence[str]


@dataclass(slots=True)
class Readings:
    """What was read from a frame: for each input one float a row, NaN where it cannot be used, and why.

    A sex is 1.0 for male and 0.0 for female; a word is its place among the input's words, a day its ordinal,
    a text its place among the distinct ones of its column, which `texts` keeps. `stated` are the inputs that
    the frame has a column for.
    """

    size: int
    index: Index
    values: dict[str, Floats] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    stated: set[str] = field(default_factory=set)
    texts: dict[str, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def __getitem__(self, key: str) -> Floats:
        return self.values[key]

    def require(self, key: str, where: Mask) -> None:
        """Say that the rows of `where` cannot be answered without this input, where it is missing."""
        missing = where & np.isnan(self.values[key])
        for fault in self.faults:
            if fault.column == self.columns[key]:  # its cell is there, and what is wrong with it is said
                missing[fault.rows] = False
        self.ask(key, missing, "is missing")

    def ask(self, key: str, where: Mask, why: str) -> None:
        """Say that this input is to be asked in the rows of `where`: the column's name and `why`."""
        self.add(_fault(self.columns[key], "missing", where, why))

    def reject(self, key: str, where: Mask, why: str) -> None:
        """Say that the texts in the rows of `where` cannot be read: the column's name, the text and `why`."""
        column, rows = self.columns[key], np.flatnonzero(where)
        cells = shown(np.array(self.texts[key], dtype=object), self.values[key][rows].astype(np.intp))
        if rows.size:
            self.add(Fault(column, "unreadable", rows, [f"{column} {cell} {why}" for cell in cells]))

    def refuse(self, key: str, where: Mask, why: str) -> None:
        """Say that the score does not apply to the rows of `where`: the column's name and `why`."""
        self.add(_fault(self.columns[key], "outside", where, why))

    def add(self, *faults: Fault | None) -> None:
        """Keep the faults that touch any row."""
        self.faults += [fault for fault in faults if fault is not None]


def read(inputs: Inputs, wanted: Iterable[Input], *, score: str) -> Readings:
    """Read the wanted inputs; raises `MeasureError` for a frame that lacks a required column."""
    index, columns = _columns_of(inputs, score)
    readings = Readings(len(index), index)
    for item in wanted:
        present = [column for column in item.columns if column.name in columns]
        if not present and item.column_required:
            raise _lacks(item.names, columns, score)
        readings.columns[item.key] = (present or list(item.columns))[0].name
        if present:
            readings.stated.add(item.key)
        read_input = _read_text if item.kind == "text" else _read_input
        readings.values[item.key] = read_input(item, present, columns, readings, score)
    return readings


class _Columns(Mapping[str, Cells]):
    """The columns of a frame by name, looked up when asked for; two of one name are an error."""

    def __init__(self, frame: pd.DataFrame, score: str) -> None:
        self._frame, self._score = frame, score

    def __getitem__(self, name: str) -> Cells:
        cells = self._frame[name]
        if isinstance(cells, pd.DataFrame):
            raise MeasureError(
                f"The column {name} stands there {cells.shape[1]} times.",
                where=self._score,
                remedy="Keep one of them, or rename the others.",
            )
        return cells

    def __contains__(self, name: object) -> bool:
        return name in self._frame.columns

    def __iter__(self) -> Iterator[str]:
        return (str(name) for name in self._frame.columns)

    def __len__(self) -> int:
        return self._frame.shape[1]


def _columns_of(inputs: Inputs, score: str) -> tuple[Index, Mapping[str, Cells]]:
    """The index and the columns; scalars of a mapping are repeated to the length of its columns."""
    if isinstance(inputs, pd.DataFrame):
        return inputs.index, _Columns(inputs, score)
    columns = {name: np.atleast_1d(np.asarray(cells, dtype=_own(cells))) for name, cells in inputs.items()}
    sizes = {columns[name].size for name, cells in inputs.items() if np.ndim(columns[name]) == np.ndim(cells)}  # type: ignore[arg-type]
    if len(sizes) > 1:
        raise MeasureError(
            f"The columns have different lengths ({', '.join(map(str, sorted(sizes)))}).",
            where=score,
            remedy="Give every column one value a person.",
        )
    size = sizes.pop() if sizes else 1
    return pd.RangeIndex(size), {
        name: cells if cells.size == size else np.repeat(cells, size) for name, cells in columns.items()
    }


def _own(cells: object) -> type[object] | None:
    """Numbers keep their type; all else stays the objects it is, so that nothing becomes text unseen."""
    return None if isinstance(cells, (np.ndarray, pd.Series, int, float)) else object


def _lacks(names: Sequence[str], present: Iterable[str], score: str) -> MeasureError:
    known = list(present)
    wanted = names[0] if len(names) == 1 else f"{names[0]} (or {', '.join(names[1:])})"
    close = [match for name in names for match in get_close_matches(name, known, n=1, cutoff=0.7)]
    remedy = f"Is {close[0]} the one? Rename it." if close else "Are you missing a column?"
    return MeasureError(f"There is no column {wanted}.", where=score, remedy=remedy)


class _Part(NamedTuple):
    """What one column says: values in the input's unit, which cells are empty, and the other faults."""

    values: Floats
    missing: Mask | None
    faults: list[Fault]


def _read_input(
    item: Input, present: Sequence[Column], columns: Mapping[str, Cells], readings: Readings, score: str
) -> Floats:
    """One input from the columns that state it: where a cell is empty, the next column counts."""
    if not present:
        return np.broadcast_to(np.float64(np.nan), readings.size)
    values, missing, faults = _read_column(item, present[0], columns, score)
    for column in present[1:]:
        if missing is None:
            break
        more = _read_column(item, column, columns, score)
        values = np.where(missing, more.values, values)
        faults += [kept for fault in more.faults if (kept := _within(fault, missing)) is not None]
        missing = None if more.missing is None else missing & more.missing
    readings.add(*faults)
    if item.cell_required and missing is not None:
        readings.add(_fault(present[0].name, "missing", missing, "is missing"))
    return values


def _read_text(
    item: Input, present: Sequence[Column], columns: Mapping[str, Cells], readings: Readings, score: str
) -> Floats:
    """A text from the one column that states it."""
    codes, readings.texts[item.key] = words_of(columns[present[0].name])
    empty = np.array([is_missing(text) for text in readings.texts[item.key]] + [True])[codes]
    readings.add(_fault(present[0].name, "missing", empty, "is missing"))
    return np.where(empty, np.nan, codes)


def _read_column(item: Input, column: Column, columns: Mapping[str, Cells], score: str) -> _Part:
    cells = columns[column.name]
    values, missing, unreadable = values_of(cells, item)
    faults = [] if unreadable is None else [_unreadable(column.name, cells, unreadable, item)]
    if column.unit_column is None:
        return _judge(_Part(values, missing, faults), column, cells, column.units[0], None)
    if column.unit_column not in columns:
        raise _lacks((column.unit_column,), columns, score)
    codes, words = words_of(columns[column.unit_column])
    known = {unit.name.casefold(): place for place, unit in enumerate(column.units)}
    places = np.array([known.get(word.strip().casefold(), -1) for word in words] + [-1], dtype=np.intp)
    if len(words) == 1 and places[0] >= 0 and (codes.size == 0 or codes.min() == 0):
        return _judge(_Part(values, missing, faults), column, cells, column.units[places[0]], None)
    stated = places[codes]
    faults += _unit_faults(column, columns[column.unit_column], words, codes, (stated < 0), missing)
    return _judge(_Part(values, missing, faults), column, cells, None, stated)


def _judge(part: _Part, column: Column, cells: Cells, unit: Unit | None, stated: Codes | None) -> _Part:
    """Keep the values that lie in the range of their unit and convert them; the others become a fault."""
    values = part.values
    low: float | Floats
    high: float | Floats
    factor: float | Floats
    offset: float | Floats
    if unit is not None:
        low, high, factor, offset = unit.low, unit.high, unit.factor, unit.offset
        if values.size == 0 or (low <= values.min() and values.max() <= high):
            return part if (factor, offset) == (1, 0) else part._replace(values=values * factor + offset)
    else:
        low, high, factor, offset = (
            np.array([*(getattr(unit, name) for unit in column.units), rest])[stated]
            for name, rest in (("low", -np.inf), ("high", np.inf), ("factor", np.nan), ("offset", 0.0))
        )
    outside = (values < low) | (values > high)
    if outside.any():
        rows = np.flatnonzero(outside)
        units = [unit] * rows.size if unit else [column.units[place] for place in stated[rows]]  # type: ignore[index]
        texts = [
            f"{column.name} {cell} {_outside(unit)}"
            for cell, unit in zip(shown(cells, rows), units, strict=True)
        ]
        part.faults.append(Fault(column.name, "outside", rows, texts))
        values = np.where(outside, np.nan, values)
    return part._replace(values=values * factor + offset)


def _outside(unit: Unit) -> str:
    if unit.name == "0/1":
        return "is neither 0 nor 1"
    return f"is outside {unit.low:g}–{unit.high:g} {unit.name}".rstrip()


def _fault(column: str, kind: FaultKind, where: Mask, why: str) -> Fault | None:
    rows = np.flatnonzero(where)
    return Fault(column, kind, rows, (f"{column} {why}",) * rows.size) if rows.size else None


def _unreadable(name: str, cells: Cells, where: Mask, item: Input) -> Fault:
    why = {
        "number": "is not a number",
        "whole": "is not a whole number",
        "flag": "is neither 0 nor 1",
        "sex": "is neither male nor female",
        "word": f"is none of: {'; '.join(item.words)}",
        "day": "is not a date (YYYY-MM-DD)",
    }[item.kind]
    rows = np.flatnonzero(where)
    return Fault(name, "unreadable", rows, [f"{name} {cell} {why}" for cell in shown(cells, rows)])


def _unit_faults(
    column: Column, cells: Cells, words: list[str], codes: Codes, unknown: Mask, missing: Mask | None
) -> list[Fault]:
    """Faults of the column that names the unit, in rows that have a value."""
    name = column.unit_column or ""
    empty = np.array([is_missing(word) for word in words] + [True])[codes] & unknown
    if missing is not None:
        empty, unknown = empty & ~missing, unknown & ~missing
    rows = np.flatnonzero(unknown & ~empty)
    choice = " nor ".join(unit.name for unit in column.units)
    texts = [f"{name} {cell} is neither {choice}" for cell in shown(cells, rows)]
    found = [_fault(name, "missing", empty, "is missing")]
    found.append(Fault(name, "unreadable", rows, texts) if rows.size else None)
    return [fault for fault in found if fault is not None]


def _within(fault: Fault, rows: Mask) -> Fault | None:
    """The part of a fault that lies in the given rows."""
    kept = rows[fault.rows]
    if not kept.any():
        return None
    texts = [text for text, keep in zip(fault.texts, kept, strict=True) if keep]
    return Fault(fault.column, fault.kind, fault.rows[kept], texts)
