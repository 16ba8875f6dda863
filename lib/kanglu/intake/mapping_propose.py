"""Proposing what the columns of a table mean, from their headers and, where that is proof, their cells."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from kanglu.catalogue.text import key
from kanglu.errors import CatalogueError, UnitError
from kanglu.intake.mapping import ColumnMapping, Mapping, Role, fingerprint
from kanglu.intake.mapping_words import (
    bare_identifier,
    date_rank,
    identifier_system,
    names_time,
    role_of,
    value_words,
)
from kanglu.intake.tables_dates import read_dates, read_times
from kanglu.intake.tables_grid import Cell
from kanglu.intake.tables_header import Column, Table
from kanglu.intake.tables_text import blank, text_of
from kanglu.intake.tables_values import State, pressure_pair, quantities

if TYPE_CHECKING:
    from kanglu.catalogue import Catalogue, HeaderMatch, Indicator

_SAMPLE = 400
_SENSIBLE = 0.9
"""Share of a column's numbers that must be possible in some unit before the others count as mistakes."""


def propose(table: Table, catalogue: "Catalogue", declared: Mapping | None = None) -> Mapping:
    """What each column means; what `declared` says of a column or of the whole table stands.

    Nothing is taken for more than its header says: a header that no name of the catalogue fits stays unknown,
    and a column without a unit is read only where one unit alone makes all its numbers possible, and that
    is the customary one.
    """
    columns = [_column(column, table, catalogue) for column in table.columns]
    if declared:
        columns = _declared(columns, declared, catalogue)
    columns = _long_or_wide(columns)
    columns = _one_date(columns, table)
    columns = _one_column_each(columns, table, catalogue)
    form: Literal["wide", "long"] = "long" if any(column.role is Role.ITEM for column in columns) else "wide"
    name = table.file.rpartition("/")[2].rpartition(".")[0] or "table"
    found = Mapping(name=name, form=form, columns=tuple(columns))
    if declared:
        found = found.model_copy(
            update={part: getattr(declared, part) for part in ("person", "date", "date_order")}
        )
    return _with_order(found, table)


def matched(column: Column, catalogue: "Catalogue") -> "HeaderMatch | None":
    """The indicator that a header means, its group above it included: 尿常规 over 葡萄糖 is urine."""
    group = column.header.removesuffix(column.own).strip()
    if not group:
        return catalogue.match_header(column.header)
    readings = [column.header, f"{group}{column.own}"]
    if group.startswith("尿"):
        readings += [f"尿{column.own}", f"尿液{column.own}"]
    elif group.casefold().startswith("urin"):
        readings.append(f"urine {column.own}")
    else:
        readings.append(column.own)
    return next(filter(None, map(catalogue.match_header, readings)), None)


def _column(column: Column, table: Table, catalogue: "Catalogue") -> ColumnMapping:
    header = column.header
    role = role_of(column.own) or role_of(header)
    if role is Role.RECORD and _damaged(column.cells):
        return ColumnMapping(
            header=header, role=Role.IGNORED, why="its numbers were rounded by a spreadsheet"
        )
    if role is Role.BLOOD_PRESSURE:
        return _pressure(column)
    if role is Role.PERSON and not _numbered(column.cells):
        return ColumnMapping(
            header=header, role=Role.NAME, why="it holds names, and a name identifies nobody"
        )
    if role is Role.NAME and _items(column.cells, catalogue):
        return ColumnMapping(header=header, role=Role.ITEM, why="it holds names of measurements")
    if role in (Role.PERSON, Role.NATIONAL_ID) or (role is None and bare_identifier(header)):
        system = identifier_system(header, fingerprint(table.headers))
        sure: Literal["certain", "likely"] = "likely" if bare_identifier(header) else "certain"
        return ColumnMapping(
            header=header,
            role=role or Role.PERSON,
            system=system,
            confidence=sure,
            why="an identifier's name",
        )
    if role is Role.SEX:
        return ColumnMapping(header=header, role=role, values=value_words(header), why="its name")
    if role is not None:
        return ColumnMapping(header=header, role=role, why="its name")
    if date_rank(header) is not None or names_time(header):
        return _moment(column)
    found = matched(column, catalogue)
    if found is None:
        return ColumnMapping(
            header=header, role=Role.UNKNOWN, confidence="none", why="no indicator goes by this name"
        )
    return _indicator(column, found)


def _numbered(cells: Sequence[Cell]) -> bool:
    """Whether the texts of a column can be numbers of people: most have a figure, or are no words."""
    texts = {text for text in map(text_of, cells) if text}
    return 2 * sum(any(letter.isdigit() for letter in text) for text in texts) >= len(texts)


def _items(cells: Sequence[Cell], catalogue: "Catalogue") -> bool:
    texts = {text for text in map(text_of, cells[:_SAMPLE]) if text}
    return 2 * sum(catalogue.match_header(text) is not None for text in texts) > len(texts)


def _damaged(cells: Sequence[Cell]) -> bool:
    """Numbers such as 1.46223E+12: several records share one."""
    return any(isinstance(cell, str) and "E+" in cell.upper() for cell in cells)


def _pressure(column: Column) -> ColumnMapping:
    texts = [text_of(cell) for cell in column.cells[:_SAMPLE]]
    if any(pressure_pair(text) for text in texts):
        return ColumnMapping(
            header=column.header, role=Role.BLOOD_PRESSURE, unit="mm[Hg]", unit_from="only unit",
            why="systolic/diastolic in one cell",
        )  # fmt: skip
    return ColumnMapping(
        header=column.header, role=Role.UNKNOWN, confidence="none", why="no cell reads systolic/diastolic"
    )


def _moment(column: Column) -> ColumnMapping:
    """A column of dates or of times of day: the name may mean either, the cells say which."""
    sample = [cell for cell in column.cells[:_SAMPLE] if not blank(cell)]
    times = sum(time is not None for time in read_times(sample)) if names_time(column.header) else 0
    dates = read_dates(sample)
    days = len(sample) if dates.ambiguous or dates.contradiction else len(sample) - len(dates.wrong)
    if times > days:
        return ColumnMapping(header=column.header, role=Role.TIME, why="times of day")
    if sample and days * 2 >= len(sample):
        return ColumnMapping(header=column.header, role=Role.DATE, why="its name")
    return ColumnMapping(
        header=column.header, role=Role.UNKNOWN, confidence="none", why="named like a date, but holds none"
    )


def _indicator(column: Column, found: "HeaderMatch") -> ColumnMapping:
    indicator = found.indicator
    entry = ColumnMapping(header=column.header, role=Role.INDICATOR, indicator=indicator.id, why="its name")
    if indicator.kind != "quantity":
        return entry
    if found.unit or column.unit:
        place = "header" if found.unit else "unit row"
        return entry.model_copy(update={"unit": found.unit or column.unit, "unit_from": place})
    return entry.model_copy(update=_only_unit(column.cells, indicator))


def _only_unit(cells: Sequence[Cell], indicator: "Indicator") -> dict[str, str]:
    """The customary unit of a column that states none, if no other unit makes all its numbers possible."""
    read = quantities(cells)
    stated = [found.unit for found in read.special.values() if found.unit]
    bare = read.numbers[(read.states == State.NUMBER)]
    if stated and len(stated) == len(bare):
        return {"unit_from": "cells", "why": "its name; each cell states its unit"}
    canonical = indicator.unit or ""
    scale = indicator.convert(1.0, canonical)
    rivals = [unit for unit in indicator.units if indicator.convert(1.0, unit) != scale]
    fits = {unit: _fitting(bare, unit, indicator) for unit in (canonical, *rivals)}
    sensible = np.logical_or.reduce(list(fits.values()))
    if rivals and (not sensible.any() or sensible.mean() < _SENSIBLE or not fits[canonical][sensible].all()):
        return {"confidence": "likely", "why": "no unit is stated"}
    equals = [unit for unit in rivals if fits[unit][sensible].all()]
    if equals:
        return {
            "confidence": "likely",
            "why": f"no unit is stated; {', '.join([canonical, *equals])} are all possible",
        }
    return {"unit": canonical, "unit_from": "only unit", "why": f"its name; only {canonical} is possible"}


def _fitting(numbers: npt.NDArray[np.float64], unit: str, indicator: "Indicator") -> npt.NDArray[np.bool_]:
    """Which of the numbers are possible when they are of this unit."""
    values, back = np.unique(numbers, return_inverse=True)
    fits = [indicator.possible_value(indicator.convert(float(value), unit)) for value in values]
    return np.asarray(fits, dtype=bool)[back]


def _declared(columns: list[ColumnMapping], declared: Mapping, catalogue: "Catalogue") -> list[ColumnMapping]:
    waiting: dict[str, list[ColumnMapping]] = {}
    for column in declared.columns:
        if column.indicator and column.indicator not in catalogue.indicators:
            close = difflib.get_close_matches(column.indicator, catalogue.indicators, 1)
            raise CatalogueError(
                f"There is no indicator {column.indicator!r}.",
                where=f"mapping {declared.name}, column {column.header}",
                remedy=f"Did you mean {close[0]}?" if close else "The catalogue lists them.",
            )
        waiting.setdefault(key(column.header), []).append(column)
    return [
        _override(column, named.pop(0)) if (named := waiting.get(key(column.header))) else column
        for column in columns
    ]


def _override(proposed: ColumnMapping, entry: ColumnMapping) -> ColumnMapping:
    """What was declared or kept of a column, over what is proposed now.

    A column that was unknown, or without a unit, when the mapping was kept may be known by now.
    """
    if entry.role is Role.UNKNOWN:
        said = entry.model_fields_set - {"header", "role", "why", "confidence"}
        update: dict[str, object] = {name: getattr(entry, name) for name in said}
        if entry.unit:
            update["unit_from"] = "declared"
        return proposed.model_copy(update=update)
    if entry.indicator and entry.indicator == proposed.indicator and not (entry.unit or entry.unit_from):
        return proposed.model_copy(update={"values": entry.values})
    return entry.model_copy(
        update={
            "unit_from": entry.unit_from or ("declared" if entry.unit else None),
            "system": entry.system or (proposed.system if entry.role is Role.PERSON else None),
        }
    )


def _long_or_wide(columns: list[ColumnMapping]) -> list[ColumnMapping]:
    """Item and value make a long table; without both they are ordinary columns that mean nothing."""
    roles = {column.role for column in columns}
    long = {Role.ITEM, Role.VALUE} <= roles
    drop = {Role.INDICATOR, Role.BLOOD_PRESSURE} if long else {Role.ITEM, Role.VALUE, Role.UNIT}
    why = "the table is long: items stand in a column" if long else "there is no column of items beside it"
    return [
        column.model_copy(update={"role": Role.UNKNOWN, "indicator": None, "why": why, "confidence": "none"})
        if column.role in drop and column.unit_from != "declared"
        else column
        for column in columns
    ]


def _one_date(columns: list[ColumnMapping], table: Table) -> list[ColumnMapping]:
    """Of several dates the one nearest to the measuring: by its name, then by being exact to the minute."""
    places = [place for place, column in enumerate(columns) if column.role is Role.DATE]
    if len(places) < 2:
        return columns

    def rank(place: int) -> tuple[int, bool, int]:
        texts = read_dates(table.columns[place].cells[:_SAMPLE]).texts
        timed = any(text and "T" in text for text in texts)
        return (date_rank(columns[place].header) or 0, not timed, place)

    best = min(places, key=rank)
    return [
        column.model_copy(
            update={"role": Role.IGNORED, "why": f"{columns[best].header} says more exactly when"}
        )
        if place in places and place != best
        else column
        for place, column in enumerate(columns)
    ]


@dataclass(frozen=True, slots=True)
class _Twin:
    place: int
    agrees: bool = False


def _one_column_each(
    columns: list[ColumnMapping], table: Table, catalogue: "Catalogue"
) -> list[ColumnMapping]:
    """Two columns of one indicator: a restatement is left out, anything else not guessed."""
    first: dict[str, int] = {}
    result = list(columns)
    for place, column in enumerate(columns):
        if column.role is not Role.INDICATOR or not column.indicator:
            continue
        if column.indicator not in first:
            first[column.indicator] = place
            continue
        twin = _Twin(first[column.indicator])
        if column.unit_from == "declared":
            continue
        twin = replace(twin, agrees=_agree(columns, table, twin.place, place, catalogue))
        header = columns[twin.place].header
        result[place] = column.model_copy(
            update={
                "role": Role.IGNORED if twin.agrees else Role.UNKNOWN,
                "confidence": "certain" if twin.agrees else "none",
                "why": f"it says the same as {header}"
                if twin.agrees
                else f"{header} is {column.indicator} already",
            }
        )
    return result


def _agree(columns: list[ColumnMapping], table: Table, one: int, other: int, catalogue: "Catalogue") -> bool:
    indicator = catalogue.indicators[columns[one].indicator or ""]
    if indicator.kind != "quantity":
        return table.columns[one].cells == table.columns[other].cells
    sides = []
    for place in (one, other):
        numbers = quantities(table.columns[place].cells).numbers
        try:
            sides.append(
                [indicator.convert(number, columns[place].unit or indicator.unit) for number in numbers]
            )
        except UnitError:
            return False
    return bool(np.allclose(sides[0], sides[1], rtol=2e-3, equal_nan=True))


def _with_order(mapping: Mapping, table: Table) -> Mapping:
    """The order of day and month, where the column proves it: kept, so that people see what was read."""
    place = mapping.first(Role.DATE)
    if mapping.date_order or place is None:
        return mapping
    dates = read_dates(table.columns[place].cells)
    if dates.order is None:
        return mapping
    columns = list(mapping.columns)
    columns[place] = columns[place].model_copy(
        update={"why": f"{dates.proof} proves the order of day and month"}
    )
    return mapping.model_copy(update={"date_order": dates.order, "columns": tuple(columns)})
