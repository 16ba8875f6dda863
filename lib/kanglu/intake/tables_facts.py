"""From a mapped table to facts: every cell becomes a fact, is counted as not measured, or is set aside."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kanglu.errors import UnitError
from kanglu.intake.mapping import ColumnMapping, Mapping, Role
from kanglu.intake.mapping_propose import matched
from kanglu.intake.reader import Writer
from kanglu.intake.tables_grid import Cell
from kanglu.intake.tables_header import Column, Table
from kanglu.intake.tables_text import blank, not_measured, plain, text_of
from kanglu.intake.tables_values import (
    Result,
    State,
    boolean,
    plus_code,
    pressure_pair,
    quantities,
    signs_are_results,
)
from kanglu.record.facts import Observation

if TYPE_CHECKING:
    from kanglu.catalogue import Catalogue, Indicator

AGE = "http://loinc.org|30525-0"
NOT_MEASURED = "not measured"
SET_ASIDE = -1
"""The person of a row that has been set aside already."""


class _Answer(NamedTuple):
    """What a cell answers to a question: a number, one of the indicator's codes, or its words."""

    value: float | None = None
    code: str | None = None
    text: str | None = None


@dataclass(slots=True)
class Facts:
    """Makes facts of cells and says what is wrong with them.

    Parameters
    ----------
    persons, moments : of each row; `SET_ASIDE` and None where the row has been set aside.
    stem : the file's name without folder and suffix, which keys the facts where records have no number.
    """

    table: Table
    mapping: Mapping
    catalogue: "Catalogue"
    writer: Writer
    stem: str
    persons: Sequence[int]
    moments: Sequence[str | None]
    records: Sequence[str | None]
    seen: Counter[tuple[int, str]] = field(default_factory=Counter)

    def write(self) -> None:
        """Enter every fact of the table."""
        if self.mapping.form == "long":
            for entry, column, places in self._items():
                self._column(entry, column, places)
            return
        everywhere = range(len(self.table.rows))
        for entry, column in zip(self.mapping.columns, self.table.columns, strict=True):
            if entry.role in (Role.INDICATOR, Role.BLOOD_PRESSURE, Role.AGE):
                self._column(entry, column, everywhere)
            elif entry.role in (Role.UNKNOWN, Role.IGNORED):
                self.writer.skip(f"column {entry.header}")

    def _items(self) -> Iterator[tuple[ColumnMapping, Column, Sequence[int]]]:
        """The groups of rows of a long table that say the same item in the same unit, as columns."""
        item, value, unit, group = map(self._cells, (Role.ITEM, Role.VALUE, Role.UNIT, Role.GROUP))
        places: dict[tuple[str, str, str], list[int]] = {}
        for place, name in enumerate(item):
            named = " ".join(name.split()) if isinstance(name, str) else text_of(name)
            places.setdefault((text_of(group[place]), named, text_of(unit[place])), []).append(place)
        answer = self.mapping.columns[self.mapping.of(Role.VALUE)[0]]
        header = answer.header
        for (above, name, written), rows in places.items():
            found = matched(Column(f"{above} {name}".strip(), name, "", []), self.catalogue) if name else None
            if found is None:
                self.writer.skip(f"item {name or '(blank)'}", len(rows))
                continue
            stated = written if written and not not_measured(written) else found.unit
            entry = ColumnMapping(
                header=header, role=Role.INDICATOR, indicator=found.indicator.id, unit=stated,
                unit_from="cells", values=answer.values, why=f"{name} states no unit",
            )  # fmt: skip
            yield entry, Column(header, header, "", [value[place] for place in rows]), rows

    def _cells(self, role: Role) -> Sequence[Cell]:
        place = self.mapping.first(role)
        return [""] * len(self.table.rows) if place is None else self.table.columns[place].cells

    def _column(self, entry: ColumnMapping, column: Column, places: Sequence[int]) -> None:
        cells: Sequence[Cell] = column.cells
        if entry.values:
            words = {plain(text): said for text, said in entry.values.items()}
            cells = [words.get(text_of(cell), cell) for cell in cells]
        if entry.role is Role.AGE:
            self._ages(entry, cells, places)
        elif entry.role is Role.BLOOD_PRESSURE:
            self._pressures(entry, cells, places)
        elif (indicator := self.catalogue.indicators[entry.indicator or ""]).kind == "quantity":
            self._quantities(entry, indicator, cells, column.cells, places)
        else:
            self._answers(entry, indicator, cells, places)

    def _quantities(
        self,
        entry: ColumnMapping,
        indicator: "Indicator",
        cells: Sequence[Cell],
        printed: Sequence[Cell],
        places: Sequence[int],
    ) -> None:
        read = quantities(cells)
        values = self._converted(read.numbers, entry, indicator)
        facts, unitless = [], []
        everything = zip(places, printed, read.states.tolist(), read.numbers.tolist(), strict=True)
        for at, (place, cell, state, number) in enumerate(everything):
            if state == State.BLANK:
                continue
            if state == State.NOT_MEASURED:
                self.writer.skip(NOT_MEASURED)
            elif self._stands(place):
                special = read.special.get(at)
                if special is None and (value := values.get(number)) is not None:
                    facts.append(
                        self._observation(place, indicator.id, cell, value, indicator.unit, entry.unit)
                    )
                elif state == State.NUMBER and not entry.unit and not (special and special.unit):
                    unitless.append(at)
                else:
                    facts += self._unusual(place, entry, indicator, cell, special or read.at(at))
        self.writer.add_many(facts)
        if unitless:
            self._no_unit(entry, indicator, [text_of(printed[at]) for at in unitless], places[unitless[0]])

    def _no_unit(self, entry: ColumnMapping, indicator: "Indicator", texts: list[str], first: int) -> None:
        """One problem for all numbers of a column without unit: the remedy is one, too."""
        shown = ", ".join(texts[:3]) + (", …" if len(texts) > 3 else "")
        self.writer.problem(
            self.table.file,
            self.table.row_name(first),
            entry.header,
            f"The unit of {len(texts)} values from this row on ({shown}) is not known: {entry.why}.",
            f"Say the unit of this column in the mapping, for example unit: {indicator.unit}.",
            quarantined=len(texts),
        )

    def _converted(
        self,
        numbers: "np.ndarray[tuple[int], np.dtype[np.float64]]",
        entry: ColumnMapping,
        indicator: "Indicator",
    ) -> dict[float, float]:
        """The bare numbers of a column in the canonical unit, as far as they are possible."""
        if not entry.unit:
            return {}
        try:
            converted = {
                number: indicator.convert(number, entry.unit) for number in np.unique(numbers).tolist()
            }
        except UnitError:
            return {}
        return {number: value for number, value in converted.items() if indicator.possible_value(value)}

    def _unusual(
        self, place: int, entry: ColumnMapping, indicator: "Indicator", cell: Cell, found: Result
    ) -> list[Observation]:
        """A cell that is more, or less, than a bare possible number in the column's unit."""
        text = text_of(cell)
        if found.state == State.TEXT:
            return [self._observation(place, indicator.id, cell, None, None, None, value_text=text)]
        if found.state == State.STRANGE:
            self._say(place, entry.header, f"{text} is not a number.", "Correct it in the source.")
            return []
        unit = found.unit or entry.unit or ""
        try:
            value = indicator.convert(found.number, unit)
        except UnitError as error:
            self._say(
                place, entry.header, f"{text} {unit}: {error.what}", self._other_unit(found.number, indicator)
            )
            return []
        if not _possible(indicator, value, found.comparator):
            low, high = indicator.possible or (0.0, 0.0)
            stated = "" if unit == indicator.unit else f" = {value:g} {indicator.unit}"
            reason = (
                f"{text}{'' if found.unit else f' {unit}'}{stated} is outside what is possible for "
                f"{indicator.name['en']}, {low:g} to {high:g} {indicator.unit}."
            )
            self._say(place, entry.header, reason, self._other_unit(found.number, indicator))
            return []
        return [
            self._observation(
                place, indicator.id, cell, value, indicator.unit, unit, comparator=found.comparator
            )
        ]

    def _other_unit(self, number: float, indicator: "Indicator") -> str:
        fitting = [
            unit
            for unit in (indicator.unit or "", *indicator.units)
            if indicator.possible_value(indicator.convert(number, unit))
        ]
        if not fitting:
            return "Correct it in the source."
        return f"If the unit is wrong, say the right one in the mapping, for example unit: {fitting[0]}."

    def _answers(
        self, entry: ColumnMapping, indicator: "Indicator", cells: Sequence[Cell], places: Sequence[int]
    ) -> None:
        """Coded, ordinal and yes-or-no answers, and plain texts."""
        signs = indicator.kind == "ordinal" and signs_are_results(cells)
        numbers = {text for text in map(text_of, cells) if text.isdigit()}
        # Where one number is nobody's code, the others are the codes of somebody else as well.
        foreign = numbers if any(self._answer(indicator, text, signs) is None for text in numbers) else set()
        facts = []
        for at, cell in enumerate(cells):
            text, place = text_of(cell), places[at]
            if not text:
                continue
            said = None if text in foreign else self._answer(indicator, text, signs)
            if said is None and not_measured(text):
                self.writer.skip(NOT_MEASURED)
            elif not self._stands(place):
                continue
            elif said is None:
                known = ", ".join(indicator.codes) or "yes, no"
                self._say(
                    place, entry.header, f"It is not known what {text} means for {indicator.name['en']}.",
                    f'Say values: {{"{text}": …}} for this column in the mapping; the answers are {known}.',
                )  # fmt: skip
            else:
                facts.append(
                    self._observation(
                        place, indicator.id, cell, said.value, None, None,
                        value_code=said.code, value_text=said.text,
                    )
                )  # fmt: skip
        self.writer.add_many(facts)

    def _answer(self, indicator: "Indicator", text: str, signs: bool) -> "_Answer | None":
        if indicator.kind == "boolean":
            value = boolean(text)
            return None if value is None else _Answer(value=value)
        if indicator.kind == "text":
            return None if not_measured(text) else _Answer(text=text)
        if not_measured(text) and not (signs and text == "-"):
            return None
        code = indicator.code_for(text) or plus_code(text)
        if code in indicator.codes:
            return _Answer(code=code)
        number = indicator.kind == "ordinal" and quantities([text]).states[0] == State.NUMBER
        return _Answer(text=text) if number else None

    def _pressures(self, entry: ColumnMapping, cells: Sequence[Cell], places: Sequence[int]) -> None:
        for at, cell in enumerate(cells):
            text, place = text_of(cell), places[at]
            if not text or not_measured(text):
                self.writer.skip(NOT_MEASURED) if text else None
            elif self._stands(place):
                pair = pressure_pair(text)
                if pair is None:
                    self._say(
                        place, entry.header, f"{text} is not systolic/diastolic.", "Correct it in the source."
                    )
                    continue
                for name, number in zip(("sbp", "dbp"), pair, strict=True):
                    indicator = self.catalogue.indicators[name]
                    unit = entry.unit or indicator.unit
                    found = self._unusual(
                        place,
                        entry.model_copy(update={"unit": unit}),
                        indicator,
                        cell,
                        Result(State.NUMBER, number),
                    )
                    self.writer.add_many(found)

    def _ages(self, entry: ColumnMapping, cells: Sequence[Cell], places: Sequence[int]) -> None:
        """An age at a visit is kept as it was stated: it gives no birth date."""
        read = quantities([cell.rstrip("岁") if isinstance(cell, str) else cell for cell in cells])
        for at, place in enumerate(places):
            if read.states[at] == State.NUMBER and self._stands(place) and self.moments[place]:
                age = float(read.numbers[at])
                if 0 <= age <= 130:
                    fact = self._observation(place, AGE, cells[at], age, "a", "a")
                    self.writer.add(fact._replace(display="Age"))
                else:
                    self._say(
                        place, entry.header, f"{text_of(cells[at])} is no age.", "Correct it in the source."
                    )

    def _stands(self, place: int) -> bool:
        return self.persons[place] != SET_ASIDE and self.moments[place] is not None

    def _observation(
        self, place: int, indicator: str, cell: Cell,
        value: float | None, unit: str | None, original_unit: str | None,
        *, comparator: str | None = None, value_code: str | None = None, value_text: str | None = None,
    ) -> Observation:  # fmt: skip
        moment, record, person = self.moments[place], self.records[place], self.persons[place]
        stated = f"record {record}|{indicator}" if record else f"{self.stem}|{indicator}|{moment}"
        self.seen[person, stated] += 1
        return Observation(
            person, indicator, moment, None, value, value_code, value_text, comparator, unit,  # type: ignore[arg-type]
            text_of(cell), original_unit, source=f"{self.table.file}#{self.table.row_name(place)}",
            source_key=f"{stated}|{self.seen[person, stated]}",
        )  # fmt: skip

    def _say(self, place: int, header: str, reason: str, remedy: str) -> None:
        self.writer.problem(self.table.file, self.table.row_name(place), header, reason, remedy)


def _possible(indicator: "Indicator", value: float, comparator: str | None) -> bool:
    """A limit of detection may lie outside the possible; what is above a limit may not."""
    if indicator.possible is None or (comparator or "").startswith("<"):
        return True
    return value <= indicator.possible[1] if comparator else indicator.possible_value(value)


def results_in(table: Table, places: Iterable[int], row: int) -> int:
    """How many of the given columns say anything in a row."""
    cells = (table.columns[place].cells[row] for place in places)
    return sum(not blank(cell) and not not_measured(text_of(cell)) for cell in cells)
