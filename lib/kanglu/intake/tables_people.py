"""Whom each row of a table is about: identifiers, and what contradicts them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast

from kanglu.intake.mapping import ColumnMapping, Mapping, Role
from kanglu.intake.tables_dates import read_dates
from kanglu.intake.tables_grid import Cell
from kanglu.intake.tables_header import Table
from kanglu.intake.tables_text import not_measured, plain, text_of
from kanglu.intake.tables_words import meanings
from kanglu.record.facts import NATIONAL_ID, Identifier, PersonStatement, Sex, Telecom
from kanglu.record.identity import said_by_national_id, valid_national_id

_STANDARD_SEX: dict[str, Sex] = {"0": "unknown", "1": "male", "2": "female", "9": "unknown"}
"""GB/T 2261.1 and ISO/IEC 5218."""


class Say(Protocol):
    """Sets a row aside, or remarks on one: its place, column, reason, remedy."""

    def __call__(
        self, place: int, header: str, reason: str, remedy: str, *, remark: bool = False
    ) -> None: ...


@dataclass(slots=True)
class _Row:
    """What one row says of its person."""

    identifiers: tuple[Identifier, ...]
    name: str | None = None
    sex: Sex | None = None
    birth_date: str | None = None
    phones: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class People:
    """The people of a table, gathered row by row.

    Parameters
    ----------
    of_row : for each row the place in `statements`, or -1 where the row has been set aside.
    statements : what the table says of each person, whole.
    days : days taken from compound identifiers, by row.
    """

    of_row: list[int]
    statements: list[PersonStatement]
    days: dict[int, str] = field(default_factory=dict)


def people(table: Table, mapping: Mapping, stem: str, say: Say) -> People:
    """The person of each row. Rows without one, or that contradict one another, are set aside.

    Two rows with the same identifiers are one person; the same name alone never makes one.
    """
    days: dict[int, str] = {}
    found = People([], [], days)
    owner: dict[Identifier, int] = {}
    rows: list[_Row] = []
    sources: list[str] = []
    for place, row in enumerate(_rows(table, mapping, stem, days, say)):
        known = {owner[one] for one in row.identifiers if one in owner}
        against = _contradiction(row, [rows[one] for one in known])
        if against:
            say(place, *against, "Find out whose row it is and correct it in the source.")
        if against or not row.identifiers:
            found.of_row.append(-1)
            continue
        number = known.pop() if known else len(rows)
        if number == len(rows):
            rows.append(row)
            sources.append(f"{table.file}#{table.row_name(place)}")
        else:
            _add(rows[number], row)
        owner |= dict.fromkeys(row.identifiers, number)
        found.of_row.append(number)
    found.statements.extend(_statement(row, at, stem) for row, at in zip(rows, sources, strict=True))
    return found


def _rows(table: Table, mapping: Mapping, stem: str, days: dict[int, str], say: Say) -> list[_Row]:
    phones, addresses = (_texts(table, mapping, role) for role in (Role.PHONE, Role.ADDRESS))
    columns = (
        _identifiers(table, mapping, stem, days, say),
        _texts(table, mapping, Role.NAME),
        _sexes(table, mapping, say),
        _births(table, mapping, say),
        [(phone,) if phone else () for phone in phones],
        [(address,) if address else () for address in addresses],
    )
    return list(map(_Row, *columns))


def _contradiction(row: _Row, known: list[_Row]) -> tuple[str, str] | None:
    """Field and reason why a row cannot be about the people that its numbers stood for so far."""
    if len(known) > 1:
        return "identifier", "Its numbers belong to different people in the rows above."
    return _against_number(row) or (_against(known[0], row) if known else None)


def _statement(row: _Row, source: str, stem: str) -> PersonStatement:
    return PersonStatement(
        identifiers=row.identifiers,
        name=row.name,
        sex=row.sex,
        birth_date=row.birth_date,
        telecoms=tuple(Telecom("phone", phone) for phone in row.phones),
        addresses=row.addresses,
        source=source,
        source_key=f"{stem}|person",
    )


def _add(known: _Row, row: _Row) -> None:
    known.identifiers = tuple(dict.fromkeys((*known.identifiers, *row.identifiers)))
    known.name, known.sex = known.name or row.name, known.sex or row.sex
    known.birth_date = known.birth_date or row.birth_date
    known.phones = tuple(dict.fromkeys((*known.phones, *row.phones)))
    known.addresses = tuple(dict.fromkeys((*known.addresses, *row.addresses)))


def _against(known: _Row, row: _Row) -> tuple[str, str] | None:
    """Field and reason where a row says something else of the person than an earlier one."""
    for name, before, now in (
        ("identity number", _national(known), _national(row)),
        ("name", known.name, row.name),
        ("sex", known.sex, row.sex),
        ("birth date", known.birth_date, row.birth_date),
    ):
        if before and now and _folded(before) != _folded(now):
            return (
                name,
                f"The same number stands for another {name} in a row above"
                + ("." if name == "identity number" else f": {now} here, {before} there."),
            )
    return None


def _national(row: _Row) -> str | None:
    return next((one.value for one in row.identifiers if one.system == NATIONAL_ID), None)


def _folded(text: str) -> str:
    return re.sub(r"[\s·•.]", "", text).casefold()


def _against_number(row: _Row) -> tuple[str, str] | None:
    """Field and reason where sex or birth date are not those of the resident identity number."""
    number = _national(row)
    if not number:
        return None
    stated = said_by_national_id(number)
    if row.birth_date and stated[0] and not stated[0].startswith(row.birth_date[:10]):
        return (
            "birth date",
            f"The birth date {row.birth_date} is not the one in the identity number, {stated[0]}.",
        )
    if row.sex in ("male", "female") and row.sex != stated[1]:
        return "sex", f"The sex {row.sex} is not the one in the identity number, {stated[1]}."
    return None


def _identifiers(
    table: Table, mapping: Mapping, stem: str, days: dict[int, str], say: Say
) -> list[tuple[Identifier, ...]]:
    size = len(table.rows)
    if whole := whole_file(mapping, stem):
        days.update(dict.fromkeys(range(size), whole[1]) if whole[1] else {})
        return [(whole[0],)] * size
    found: list[list[Identifier]] = [[] for _ in range(size)]
    wrong: dict[int, tuple[str, str]] = {}
    places = [*mapping.of(Role.NATIONAL_ID), *mapping.of(Role.PERSON)]
    for column in places:
        entry = mapping.columns[column]
        for place, cell in enumerate(_whole_numbers(table.columns[column].cells)):
            identifier = _identifier(cell, entry)
            if isinstance(identifier, Identifier):
                found[place].append(identifier)
                if entry.pattern and (day := _day_in(cell, entry)):
                    days[place] = day
            elif identifier:
                wrong[place] = (entry.header, identifier)
    for place in range(size):
        if place in wrong:
            header, reason = wrong[place]
            say(place, header, reason, "Correct the number in the source.")
        elif not found[place]:
            header = mapping.columns[places[0]].header
            say(place, header, "The row does not say whom it is about.", "Fill in the number in the source.")
    return [tuple(ids) for ids in found]


def whole_file(mapping: Mapping, stem: str) -> tuple[Identifier, str | None] | None:
    """The person of a whole file, where the mapping declares one, and the day that its name states."""
    person = mapping.person
    if person.constant:
        return Identifier(person.system or "table:declared", person.constant), None
    if person.file and (found := re.search(person.file, stem)):
        named = found.groupdict()
        return Identifier(person.system or "table:declared", named["person"]), _iso(named.get("date"))
    return None


def _day_in(cell: Cell, entry: ColumnMapping) -> str | None:
    found = re.search(entry.pattern or "", text_of(cell))
    return _iso(found.groupdict().get("date")) if found else None


def _iso(text: str | None) -> str | None:
    return read_dates([text]).texts[0] if text else None


def _whole_numbers(cells: Sequence[Cell]) -> list[Cell]:
    """Identifiers that an export made fractions of: ``70417.0``, where every one of them is so."""
    texts = [cell for cell in cells if isinstance(cell, str) and cell]
    if texts and all(re.fullmatch(r"\d+\.0", text) for text in texts):
        return [cell[:-2] if isinstance(cell, str) else cell for cell in cells]
    return list(cells)


def _identifier(cell: Cell, entry: ColumnMapping) -> Identifier | str | None:
    """The identifier in a cell, None where it is blank, or what is wrong with it."""
    text = text_of(cell)
    if not text or not_measured(text):
        return None
    if (isinstance(cell, float) and abs(cell) >= 1e15) or re.fullmatch(r"\d(\.\d+)?E\+\d+", text):
        return f"A spreadsheet has rounded the number {text}: its last digits are lost."
    if "*" in text:
        return "The number is masked, and fits many people."
    if entry.pattern:
        found = re.search(entry.pattern, text)
        if not found:
            return f"{text} does not have the declared form."
        text = found["person"]
    if entry.role is not Role.NATIONAL_ID:
        return Identifier(entry.system or f"table:{entry.header}", text)
    number = text.upper().replace(" ", "")
    if valid_national_id(number):
        return Identifier(NATIONAL_ID, number)
    if re.fullmatch(r"\d{15}", number):
        return Identifier("cn-resident-id-15", number)
    if "身份证" in entry.header:
        return f"The identity number ending in {text[-2:]} has a wrong length, date or check digit."
    return Identifier("table:证件号", text)


def _texts(table: Table, mapping: Mapping, role: Role) -> list[str | None]:
    place = mapping.first(role)
    if place is None:
        return [None] * len(table.rows)
    texts = (text_of(cell) for cell in table.columns[place].cells)
    return [None if not text or not_measured(text) else text for text in texts]


def _sexes(table: Table, mapping: Mapping, say: Say) -> list[Sex | None]:
    place = mapping.first(Role.SEX)
    texts = _texts(table, mapping, Role.SEX)
    if place is None:
        return [None] * len(texts)
    entry = mapping.columns[place]
    words: dict[str, str] = dict(meanings("sex"))
    words |= {
        plain(text).casefold(): words.get(said.casefold(), "unknown") for text, said in entry.values.items()
    }
    used = {text for text in texts if text} - set(entry.values)
    # Without a 2 the numbers may be anybody's code: 0 and 1 for example stand for either sex.
    if "2" in used and used <= set(_STANDARD_SEX):
        words |= {text: said for text, said in _STANDARD_SEX.items() if text not in entry.values}
    strange = sorted(text for text in used if text.casefold() not in words)
    if strange:
        first = next(row for row, text in enumerate(texts) if text in strange)
        shown = ", ".join(strange[:5])
        say(
            first, entry.header, f"It is not said which sex {shown} stands for; no sex was entered from it.",
            f'Say values: {{"{strange[0]}": female, …}} for this column in the mapping.',
            remark=True,
        )  # fmt: skip
    return [cast(Sex | None, words.get(text.casefold())) if text else None for text in texts]


def _births(table: Table, mapping: Mapping, say: Say) -> list[str | None]:
    place = mapping.first(Role.BIRTH_DATE)
    if place is None:
        return [None] * len(table.rows)
    cells, header = table.columns[place].cells, mapping.columns[place].header
    dates = read_dates(cells)
    if dates.ambiguous and mapping.date_order:
        dates = read_dates(cells, mapping.date_order)
    if dates.ambiguous or dates.contradiction:
        say(
            0, header, "Day and month of the birth dates cannot be told apart; none was entered.",
            "Say date_order: dmy or mdy in the mapping.",
            remark=True,
        )  # fmt: skip
    for row in sorted(dates.wrong):
        if not not_measured(text_of(cells[row])) and not dates.ambiguous and not dates.contradiction:
            say(
                row, header, f"{text_of(cells[row])} is not a date.", "Correct it in the source.", remark=True
            )
    return [text and text[:10] for text in dates.texts]
