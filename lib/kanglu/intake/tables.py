"""Tables in: CSV, TSV, XLSX and XLS, one row a visit or one row a result, read by a mapping."""

import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as TypingMapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kanglu.errors import CatalogueError, Refused
from kanglu.intake import mapping as mappings
from kanglu.intake.mapping import Mapping, Role
from kanglu.intake.mapping_propose import propose
from kanglu.intake.mapping_words import known_word
from kanglu.intake.reader import Document, Writer
from kanglu.intake.tables_dates import Dates, read_dates, read_times
from kanglu.intake.tables_facts import SET_ASIDE, Facts, results_in
from kanglu.intake.tables_grid import Cell, grids
from kanglu.intake.tables_header import Table, table
from kanglu.intake.tables_people import People, Say, people, whole_file
from kanglu.intake.tables_text import not_measured, text_of

if TYPE_CHECKING:
    from kanglu.catalogue import Catalogue

_SUFFIXES = (".csv", ".tsv", ".txt", ".tab", ".xlsx", ".xlsm", ".xls")
_WORKBOOKS = (b"\xd0\xcf\x11\xe0", b"PK\x03\x04")
_RESULTS = (Role.INDICATOR, Role.BLOOD_PRESSURE, Role.VALUE, Role.AGE)
_NOTHING = (Role.UNKNOWN, Role.IGNORED)
_SAID_OF_PEOPLE = (Role.NAME, Role.SEX, Role.BIRTH_DATE, Role.PHONE, Role.ADDRESS)


@dataclass(frozen=True, slots=True)
class Planned:
    """A table with its mapping and what the mapping says of time."""

    table: Table
    mapping: Mapping
    dates: Dates | None


type Proposal = tuple[Table, Mapping, bool, Refused | None]
"""A table, its mapping, whether that is the institution's own, and why it could not be taken in."""


@dataclass(frozen=True, slots=True)
class TableReader:
    """Reads tables; see `kanglu.intake.reader.Reader`.

    Parameters
    ----------
    mapping : what the person importing says of the columns or of the whole table; stands above what is kept.
    folder : where mappings are kept; the institution's own by default.
    """

    mapping: Mapping | None = None
    folder: Path | None = None
    name: str = "table"

    def claims(self, document: Document) -> bool:
        """By suffix; a workbook also where the suffix says otherwise, a JSON, XML or HL7 text never."""
        start = document.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:4]
        if start[:1] in (b"{", b"[") or start == b"MSH|" or (start[:2] == b"<?"):
            return False
        return document.basename.endswith(_SUFFIXES) or start == _WORKBOOKS[0]

    def read(self, document: Document, writer: Writer, catalogue: "Catalogue") -> None:
        """Read every sheet. Raises `Refused` before anything is written where no sheet can be taken in."""
        planned, refused = self.plan(document, catalogue)
        if not planned:
            raise refused[0]
        for error in refused:
            sheet = (error.where or "").removeprefix(document.name)
            writer.problem(document.name, sheet.strip(" []"), "", error.what, error.remedy or "")
        for plan in planned:
            _write(plan, document, writer, catalogue)

    def plan(self, document: Document, catalogue: "Catalogue") -> tuple[list[Planned], list[Refused]]:
        """The tables of a document that can be read, and why the others cannot."""
        sheets = grids(document.content())
        if not sheets:
            raise Refused("The file holds no cells.", remedy="Check the export.")
        planned, refused = [], []
        for sheet in sheets:
            try:
                planned.append(self._plan(table(document.name, sheet, _knows(catalogue)), catalogue))
            except Refused as error:
                refused.append(error)
        return planned, refused

    def proposals(self, document: Document, catalogue: "Catalogue") -> Iterator[Proposal]:
        """Each sheet with what its columns would be taken for; nothing is kept.

        Raises `Refused` where the file holds no table at all.
        """
        for sheet in grids(document.content()):
            found = table(document.name, sheet, _knows(catalogue))
            error: Refused | None = None
            try:
                kept = mappings.find(found.headers, stem_of(found.file), self.folder)
                mapping = propose(found, catalogue, self.mapping or (kept[0] if kept else None))
            except CatalogueError as wrong:
                yield found, propose(found, catalogue), False, Refused(wrong.what, remedy=wrong.remedy)
                continue
            try:
                _checked(found, mapping, "the mapping")
            except Refused as wrong_table:
                error = wrong_table
            yield found, mapping, bool(kept and kept[1]), error

    def _plan(self, found: Table, catalogue: "Catalogue") -> Planned:
        try:
            kept = mappings.find(found.headers, stem_of(found.file), self.folder)
            mapping = propose(found, catalogue, self.mapping or (kept[0] if kept else None))
        except CatalogueError as error:
            raise Refused(error.what, where=error.where, remedy=error.remedy) from None
        where = "the mapping"
        if self.mapping is None and kept and kept[1]:
            where = str(mappings.path_of(kept[0], self.folder))
        elif self.mapping is None and any(column.role not in _NOTHING for column in mapping.columns):
            # A mapping that cannot be kept (a read-only disk) must not stop the import.
            with suppress(OSError):
                where = str(mappings.save(mapping, self.folder))
        return _checked(found, mapping, where)


def _knows(catalogue: "Catalogue") -> Callable[[str], bool]:
    return lambda text: known_word(text) or catalogue.match_header(text) is not None


def stem_of(name: str) -> str:
    """A file's name without folder and suffix."""
    return re.sub(r"\.\w{2,5}$", "", name.rpartition("/")[2])


def _checked(found: Table, mapping: Mapping, where: str) -> Planned:
    """The table with its mapping, if it says whom it is about, when, and anything at all; else `Refused`."""
    results = [place for role in _RESULTS for place in mapping.of(role)]
    said = [place for role in _SAID_OF_PEOPLE for place in mapping.of(role)]
    numbered = mapping.of(Role.PERSON) or mapping.of(Role.NATIONAL_ID)
    shown = ", ".join(found.headers[:8]) + (", …" if len(found.headers) > 8 else "")
    if not results and not said:
        raise Refused(
            f"No column says anything that Kanglu takes in; the columns are {shown}.",
            where=found.where,
            remedy=f"Name the columns that do in {where}, or leave the file out.",
        )
    if not numbered and not whole_file(mapping, stem_of(found.file)):
        raise Refused(
            f"No column says by a number whom a row is about; the columns are {shown}.",
            where=found.where,
            remedy=f"Declare it in {where}: role: person for a column, or for the whole file "
            "person: {constant: NUMBER} or person: {file: '(?P<person>…)'}.",
        )
    return Planned(found, mapping, _dates(found, mapping, where) if results else None)


def _dates(found: Table, mapping: Mapping, where: str) -> Dates | None:
    place = mapping.first(Role.DATE)
    if place is None:
        patterns = [mapping.person.file, *(column.pattern for column in mapping.columns)]
        if not mapping.date and not any("(?P<date>" in pattern for pattern in patterns if pattern):
            raise Refused(
                "No column says when anything was measured.",
                where=found.where,
                remedy=f"Declare it in {where}: role: date for a column, or date: 2026-05-26 for the file.",
            )
        return None
    column = found.columns[place]
    dates = read_dates(_said(column.cells, mapping.columns[place].values), mapping.date_order)
    if dates.ambiguous:
        example = next(text_of(cell) for cell in column.cells if text_of(cell))
        raise Refused(
            f"Nothing in {column.header} proves which is day and which is month, as in {example}.",
            where=found.where,
            remedy=f"Say date_order: dmy or date_order: mdy in {where}.",
        )
    if dates.contradiction:
        declared = f" but {mapping.date_order} is declared" if mapping.date_order else ""
        raise Refused(
            f"The dates in {column.header} contradict: {' and '.join(dates.contradiction)}{declared}.",
            where=found.where,
            remedy=f"Correct them in the source, or date_order in {where}.",
        )
    return dates


def _said(cells: Sequence[Cell], values: TypingMapping[str, str]) -> Sequence[Cell]:
    """Cells with what the mapping says of them: ``{"Baseline": "2013-04"}``."""
    return [values.get(text_of(cell), cell) for cell in cells] if values else cells


def _write(plan: Planned, document: Document, writer: Writer, catalogue: "Catalogue") -> None:
    found, mapping, stem = plan.table, plan.mapping, stem_of(document.name)
    size = len(found.rows)
    results = [column for role in _RESULTS for column in mapping.of(role)]
    writer.read("row", size + len(found.torn))
    for row in found.torn:
        reason = "The row has more cells than the header: they may stand in the wrong columns."
        writer.problem(document.name, str(row), "", reason, "Quote the text that holds a separator.")

    def say(place: int, header: str, reason: str, remedy: str, *, remark: bool = False) -> None:
        concerned = 0 if remark else results_in(found, results, place)
        writer.problem(document.name, found.row_name(place), header, reason, remedy, quarantined=concerned)

    whose = people(found, mapping, stem, say)
    moments = _moments(plan, whose, results, say)
    ids = [writer.person(statement) for statement in whose.statements]
    persons = [ids[place] if place >= 0 else SET_ASIDE for place in whose.of_row]
    if found.sheet:
        stem = f"{stem}|{found.sheet}"
    Facts(found, mapping, catalogue, writer, stem, persons, moments, _records(found, mapping)).write()


def _moments(plan: Planned, whose: People, results: Sequence[int], say: Say) -> list[str | None]:
    """When each row is about; rows with results and no date are set aside."""
    found, mapping = plan.table, plan.mapping
    if plan.dates is None:
        return [whose.days.get(row, mapping.date) for row in range(len(found.rows))]
    moments = list(plan.dates.texts)
    place = mapping.first(Role.DATE) or 0
    header, cells = mapping.columns[place].header, found.columns[place].cells
    for row, moment in enumerate(moments):
        if moment is None and whose.of_row[row] >= 0 and results_in(found, results, row):
            text = text_of(cells[row])
            reason = (
                f"{text} is not a date." if text and not not_measured(text) else "The row does not say when."
            )
            say(row, header, reason, "Correct the date in the source.")
    clock = mapping.first(Role.TIME)
    if clock is None:
        return moments
    times = read_times(found.columns[clock].cells)
    return [
        f"{day}T{time}" if day and time and len(day) == 10 else day
        for day, time in zip(moments, times, strict=True)
    ]


def _records(found: Table, mapping: Mapping) -> list[str | None]:
    place = mapping.first(Role.RECORD)
    if place is None:
        return [None] * len(found.rows)
    return [text_of(cell) or None for cell in found.columns[place].cells]
