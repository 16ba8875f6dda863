"""Whose facts are these: people are matched by identifier, and by nothing else.

A name is never a match. Identifiers of one statement that belong to two people, or a second identity
number for one person, are set aside: nothing is guessed. The numbers themselves are stored encrypted and
found by a keyed hash.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, Table, func, insert, select

from kanglu.dates import parse_day
from kanglu.errors import DateError
from kanglu.record import tables
from kanglu.record.facts import NATIONAL_ID, NOBODY, RECORD_NUMBER, Identifier, PersonStatement
from kanglu.record.receipt import Problem
from kanglu.trust.keys import Keys, normalised

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
PHONE = "phone"
TAIL = 4
"""How many last characters of a telephone or identity number find a person."""


def record_number(person_id: int) -> str:
    """The record number that people use: ``K000123``."""
    return f"K{person_id:06d}"


def phone_number(value: str) -> str:
    """The digits of a telephone number, without the country code of a Chinese mobile (``+86 139…``)."""
    digits = "".join(char for char in normalised(value) if char.isdigit()).removeprefix("00")
    return digits[2:] if len(digits) == 13 and digits.startswith("861") else digits


def valid_national_id(value: str) -> bool:
    """Whether this is a Chinese identity number (GB 11643): 18 characters, a birth date, a check digit."""
    number = normalised(value)
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()):
        return False
    try:
        parse_day(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    except DateError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return number[17] == _CHECK[total % 11]


def said_by_national_id(value: str) -> tuple[str, Literal["male", "female"]]:
    """The birth date and the sex that a valid identity number of 18 or of 15 digits states."""
    number = normalised(value)
    day = number[6:14] if len(number) == 18 else f"19{number[6:12]}"
    odd = int(number[16] if len(number) == 18 else number[14]) % 2
    return f"{day[:4]}-{day[4:6]}-{day[6:]}", "male" if odd else "female"


def identifier_indexes(keys: Keys, system: str, value: str) -> dict[str, str | None]:
    """Under what an identifier is found, by the names of its columns."""
    tail = keys.blind_index("tail", normalised(value)[-TAIL:]) if system == NATIONAL_ID else None
    return {"blind_index": keys.blind_index(system, value), "tail_index": tail}


def telecom_indexes(keys: Keys, system: str, value: str) -> dict[str, str | None]:
    """Under what a telephone number or mail address is found, by the names of its columns."""
    phone = phone_number(value) if system == PHONE else None
    tail = keys.blind_index("tail", phone[-TAIL:]) if phone else None
    return {"blind_index": keys.blind_index(system, phone or value), "tail_index": tail}


def address_indexes(keys: Keys, place: str) -> dict[str, str | None]:
    """By what an address is known again, by the name of its column."""
    return {"blind_index": keys.blind_index("address", place)}


@dataclass(slots=True)
class Register:
    """Finds and enters people within one batch.

    Parameters
    ----------
    connection, keys, batch_id, recorded : of the batch.
    last_person : highest person id given out so far.
    created : ids of the people that this batch entered.
    problems : statements and identifiers set aside.
    """

    connection: Connection
    keys: Keys
    batch_id: int
    recorded: str
    last_person: int
    created: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=dict)
    _national: set[int] = field(default_factory=set)
    _contacts: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    _rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _anyone: bool | None = None

    def resolve(self, statement: PersonStatement) -> int:
        """The person meant, entered when new; `NOBODY` when it cannot be told, with a problem saying why."""
        found: set[int] = set()
        indexes: dict[str, Identifier] = {}
        for identifier in dict.fromkeys(statement.identifiers):
            if identifier.system == RECORD_NUMBER:
                found.add(self._by_record_number(statement, identifier.value))
            elif self._usable(statement, identifier):
                indexes[self.keys.blind_index(identifier.system, identifier.value)] = identifier
        owners = self._owners(list(indexes))
        found |= set(owners.values())
        if NOBODY in found:
            return NOBODY
        unknown = {index: one for index, one in indexes.items() if index not in owners}
        if wrong := self._contradiction(found, list(indexes.values()), list(unknown.values())):
            return self._aside(statement, *wrong)
        person_id = found.pop() if found else self._enter()
        self._identify(person_id, unknown)
        self._reach(person_id, statement)
        return person_id

    def _contradiction(
        self, found: set[int], stated: list[Identifier], unknown: list[Identifier]
    ) -> tuple[str, str, str] | None:
        """Why it cannot be told who is meant (field, reason, remedy); None when it can."""
        if not found and not stated:
            remedy = "Give an identity number, a record number or the source's own number."
            return "identifier", "no identifier says who this is", remedy
        if len(found) > 1:
            numbers = ", ".join(record_number(person_id) for person_id in sorted(found))
            reason = f"its identifiers belong to different people ({numbers})"
            remedy = "Find out which identifier is wrong, correct it in the source and import again."
            return "identifier", reason, remedy
        national = {normalised(one.value) for one in stated if one.system == NATIONAL_ID}
        if len(national) > 1:
            return NATIONAL_ID, "it gives two identity numbers for one person", "Correct it in the source."
        second = any(one.system == NATIONAL_ID for one in unknown)
        if found and second and self._has_national_id(person_id := next(iter(found))):
            reason = f"{record_number(person_id)} has another identity number already"
            remedy = "Two people may share a number of the source: correct it there and import again."
            return NATIONAL_ID, reason, remedy
        return None

    def find(self, identifiers: Iterable[Identifier]) -> int | None:
        """The person that the identifiers mean; None when the record knows none, or more than one."""
        indexes = [self.keys.blind_index(one.system, one.value) for one in identifiers]
        found = set(self._owners(indexes).values())
        return found.pop() if len(found) == 1 else None

    def _aside(self, statement: PersonStatement, what: str, reason: str, remedy: str) -> int:
        file, _, row = (statement.source or "").partition("#")
        self.problems.append(Problem(file, row, what, reason, remedy))
        return NOBODY

    def _usable(self, statement: PersonStatement, identifier: Identifier) -> bool:
        if not normalised(identifier.value):
            return False
        if identifier.system == NATIONAL_ID and not valid_national_id(identifier.value):
            reason = (
                f"the identity number ending in {identifier.value[-2:]} has a wrong length or check digit"
            )
            self._aside(
                statement, NATIONAL_ID, reason, "It was not used for matching: correct it in the source."
            )
            return False
        return True

    def _by_record_number(self, statement: PersonStatement, value: str) -> int:
        link = tables.person_link
        query = (
            select(func.coalesce(link.c.into_id, tables.person.c.id))
            .outerjoin_from(tables.person, link, link.c.person_id == tables.person.c.id)
            .where(tables.person.c.record_number == value.strip().upper(), tables.person.c.erased.is_(None))
        )
        found = self.connection.scalar(query)
        if found is None:
            reason = f"there is no record number {value.strip()!r}"
            return self._aside(
                statement, RECORD_NUMBER, reason, "Check the number, or give another identifier."
            )
        return int(found)

    def _owners(self, indexes: list[str]) -> dict[str, int]:
        owners = {index: self._seen[index] for index in indexes if index in self._seen}
        missing = [index for index in indexes if index not in owners]
        if missing and self._record_holds_anyone():
            table = tables.identifier
            query = select(table.c.blind_index, table.c.person_id).where(table.c.blind_index.in_(missing))
            for index, person_id in self.connection.execute(query):
                owners[index] = self._seen[index] = person_id
        return owners

    def _record_holds_anyone(self) -> bool:
        if self._anyone is None:
            self._anyone = self.connection.scalar(select(tables.identifier.c.id).limit(1)) is not None
        return self._anyone

    def _has_national_id(self, person_id: int) -> bool:
        if person_id in self._national:
            return True
        table = tables.identifier
        query = select(table.c.id).where(table.c.person_id == person_id, table.c.system == NATIONAL_ID)
        return self.connection.scalar(query.limit(1)) is not None

    def _enter(self) -> int:
        self.last_person += 1
        person_id = self.last_person
        self.created.add(person_id)
        row = {"id": person_id, "record_number": record_number(person_id)}
        self._add(tables.person, {**row, "batch_id": self.batch_id, "recorded": self.recorded})
        return person_id

    def _identify(self, person_id: int, unknown: dict[str, Identifier]) -> None:
        for index, one in unknown.items():
            self._seen[index] = person_id
            if one.system == NATIONAL_ID:
                self._national.add(person_id)
            row = {"system": one.system, "cipher": self.keys.encrypt(one.value)}
            found_by = identifier_indexes(self.keys, one.system, one.value)
            self._add(tables.identifier, self._of(person_id) | row | found_by)

    def _reach(self, person_id: int, statement: PersonStatement) -> None:
        for way in statement.telecoms:
            indexes = telecom_indexes(self.keys, way.system, way.value)
            if self._is_new(tables.telecom, person_id, str(indexes["blind_index"])):
                row = {"system": way.system, "use": way.use, "cipher": self.keys.encrypt(way.value)}
                self._add(tables.telecom, self._of(person_id) | row | indexes)
        for place in statement.addresses:
            indexes = address_indexes(self.keys, place)
            if self._is_new(tables.address, person_id, str(indexes["blind_index"])):
                row = {"cipher": self.keys.encrypt(place)}
                self._add(tables.address, self._of(person_id) | row | indexes)

    def _is_new(self, table: Table, person_id: int, index: str) -> bool:
        known = self._contacts.get((table.name, person_id))
        if known is None:
            known = set()
            if person_id not in self.created:
                query = select(table.c.blind_index).where(table.c.person_id == person_id)
                known.update(self.connection.scalars(query))
            self._contacts[table.name, person_id] = known
        if index in known:
            return False
        known.add(index)
        return True

    def _of(self, person_id: int) -> dict[str, Any]:
        return {"person_id": person_id, "batch_id": self.batch_id, "recorded": self.recorded}

    def _add(self, table: Table, row: dict[str, Any]) -> None:
        self._rows.setdefault(table.name, []).append(row)

    def flush(self) -> int:
        """Write what was entered since the last time; gives the number of rows."""
        count = 0
        for table in (tables.person, tables.identifier, tables.telecom, tables.address):
            rows = self._rows.pop(table.name, [])
            if table is not tables.person:
                for number, row in enumerate(rows, start=next_id(self.connection, table)):
                    row["id"] = number
            if rows:
                self.connection.execute(insert(table), rows)
            count += len(rows)
        return count


def next_id(connection: Connection, table: Table) -> int:
    """The next free row number; only the one writer asks."""
    return int(connection.scalar(select(func.coalesce(func.max(table.c.id), 0) + 1)) or 1)


def chunks(ids: list[int], size: int) -> Iterator[list[int]]:
    """The ids in portions."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
