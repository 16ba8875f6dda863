"""Finding people by what someone at the desk can say: a name, a number, the end of one.

Names are found through the table `name_key` (see `names`), numbers through their keyed hashes. What says the
whole comes first, then what begins so, then what merely contains it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Literal

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, exists, func, or_, select

from kanglu.record.facts import NATIONAL_ID, WITHDRAWN
from kanglu.record.identity import PHONE, TAIL, phone_number, record_number
from kanglu.record.moment import Moment
from kanglu.record.names import START, wanted, words
from kanglu.record.people import PersonView, people_frame, views
from kanglu.record.tables import demographics, identifier, name_key, person, person_link, telecom
from kanglu.record.walls import Wall
from kanglu.trust.keys import Keys, normalised

MOST = 50
By = Literal[
    "record_number", "national_id", "phone", "identifier", "national_id_tail", "phone_tail", "name", "pinyin",
    "initials",
]  # fmt: skip
Hits = Iterator[tuple[int, By, str | None]]
_AFTER_ALL = "\U0010ffff"
_FETCH = 256
_AT_A_TIME = 32
_WHOLE = frozenset[By]({"record_number", "national_id", "phone", "identifier"})
_LATER = demographics.alias("later").c


@dataclass(frozen=True, slots=True)
class Found:
    """A person whom the text may mean.

    Parameters
    ----------
    person : who it is now.
    by : what of the person matched.
    name : the name that matched, when it is not the one the person goes by now.
    """

    person: PersonView
    by: By
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Matches:
    """The people found.

    Parameters
    ----------
    found : the likeliest first.
    more : whether there are more than were asked for.
    elsewhere : how many others were met whose records the actor may not see.
    numbers : the record numbers of those of them of whom a whole number was known.
    """

    found: tuple[Found, ...]
    more: bool
    elsewhere: int = 0
    numbers: tuple[str, ...] = ()


def find_people(
    connection: Connection,
    keys: Keys,
    text: str,
    moment: Moment,
    limit: int = MOST,
    wall: Wall | None = None,
) -> Matches:
    """People whom the text may mean.

    A name is looked for in every version that a source gave and did not withdraw, so a former name finds too;
    a record that was merged into another finds that one. A whole number of any system finds, and the last
    four or more of an identity or telephone number. Those whom a wall hides are counted and not shown.
    """
    hits: dict[int, tuple[By, str | None]] = {}
    elsewhere: dict[int, By] = {}
    for some in batched(_hits(connection, keys, text, moment), 1 if wall is None else _AT_A_TIME):
        seen = {one for one, _, _ in some}
        if wall is not None:
            seen = wall.seen_among(connection, seen - hits.keys() - elsewhere.keys())
        for person_id, by, name in some:
            if person_id in seen:
                hits.setdefault(person_id, (by, name))
            elif person_id not in hits:
                elsewhere.setdefault(person_id, by)
        if len(hits) > limit:
            break
    chosen = list(hits)[:limit]
    people = {one.id: one for one in views(people_frame(connection, moment, person.c.id.in_(chosen)))}
    found = (
        Found(people[one], hits[one][0], hits[one][1] if hits[one][1] != people[one].name else None)
        for one in chosen
        if one in people
    )
    numbers = tuple(record_number(one) for one, by in elsewhere.items() if by in _WHOLE)
    return Matches(tuple(found), len(hits) > limit, len(elsewhere), numbers)


def _hits(connection: Connection, keys: Keys, text: str, moment: Moment) -> Hits:
    """Everybody the text may mean, the likeliest first; who matches in several ways comes several times."""
    yield from _by_whole_number(connection, keys, text, moment)
    candidates, key = wanted(text), name_key.c
    if not candidates:
        return
    begins = or_(*(_begins(one) for one in candidates))
    yield from _by_name(connection, moment, key.place == START, key.key.in_(candidates))
    yield from _by_tail(connection, keys, text, moment)
    anybody = False
    for place in (key.place == START, key.place != START):
        for hit in _by_name(connection, moment, place, begins):
            anybody = True
            yield hit
    parts = words(text)
    if len(parts) > 1 and not anybody:
        yield from _by_name(connection, moment, _begins(parts[0]), *map(_has_part, parts[1:]))


def _begins(part: str) -> ColumnElement[bool]:
    return and_(name_key.c.key >= part, name_key.c.key < part + _AFTER_ALL)


def _has_part(part: str) -> ColumnElement[bool]:
    """The name has this part, wherever: for words said in another order than they are written."""
    keyed = name_key.alias()
    inside = select(keyed.c.demographics_id).where(keyed.c.key >= part, keyed.c.key < part + _AFTER_ALL)
    return name_key.c.demographics_id.in_(inside)


def _by_name(connection: Connection, moment: Moment, *where: ColumnElement[bool]) -> Hits:
    said = demographics.c
    taken_back = exists().where(
        _LATER.replaces == said.id,
        _LATER.status == WITHDRAWN,
        _LATER.recorded <= moment.recorded_until,
    )
    query = (
        select(_now(said.person_id, moment), name_key.c.kind, said.name)
        .select_from(name_key)
        .join(demographics, said.id == name_key.c.demographics_id)
        .where(*where, said.recorded <= moment.recorded_until, ~taken_back)
        .order_by(name_key.c.key, said.id, name_key.c.kind)
    )
    yield from _paged(connection, query)


def _now(person_id: ColumnElement[int], moment: Moment) -> ColumnElement[int]:
    """The person whom a row is about: the one into whose record it was merged, if it was."""
    link = person_link.c
    into = select(link.into_id).where(link.person_id == person_id, link.recorded <= moment.recorded_until)
    return func.coalesce(into.scalar_subquery(), person_id)


def _paged(connection: Connection, query: Select[tuple[int, By, str | None]]) -> Hits:
    """The rows, read in portions: a reader who has enough leaves the rest in the database."""
    start = 0
    while rows := connection.execute(query.limit(_FETCH).offset(start)).fetchall():
        yield from map(tuple, rows)
        if len(rows) < _FETCH:
            return
        start += _FETCH


def _by_whole_number(connection: Connection, keys: Keys, text: str, moment: Moment) -> Hits:
    number = normalised(text)
    if not number:
        return
    said = [number, record_number(int(number))] if number.isdecimal() and len(number) <= 9 else [number]
    known = and_(person.c.recorded <= moment.recorded_until, person.c.erased.is_(None))
    query = select(_now(person.c.id, moment)).where(person.c.record_number.in_(said), known)
    yield from ((one, "record_number", None) for one in connection.scalars(query.order_by(person.c.id)))
    indexes = [keys.blind_index(system, number) for system in _systems(connection)]
    held = select(identifier.c.person_id, identifier.c.system).where(
        identifier.c.blind_index.in_(indexes), identifier.c.recorded <= moment.recorded_until
    )
    for one, system in connection.execute(held.order_by(identifier.c.person_id)):
        yield one, "national_id" if system == NATIONAL_ID else "identifier", None
    phone = select(telecom.c.person_id).where(
        telecom.c.blind_index == keys.blind_index(PHONE, phone_number(number)),
        telecom.c.recorded <= moment.recorded_until,
    )
    yield from ((one, "phone", None) for one in connection.scalars(phone.order_by(telecom.c.person_id)))


def _systems(connection: Connection) -> Iterator[str]:
    """The systems that identifiers are of, each by one step in the index."""
    last: str | None = ""
    while last := connection.scalar(select(func.min(identifier.c.system)).where(identifier.c.system > last)):
        yield last


def _by_tail(connection: Connection, keys: Keys, text: str, moment: Moment) -> Hits:
    """By the end of an identity or telephone number: the hash finds by four, the rest is read."""
    number = normalised(text)
    if len(number) < TAIL or not number.isascii() or not number[:-1].isdecimal():
        return
    index = keys.blind_index("tail", number[-TAIL:])
    ways: tuple[tuple[By, Table], ...] = (("phone_tail", telecom), ("national_id_tail", identifier))
    for by, table in ways:
        query = select(table.c.person_id, table.c.cipher).where(
            table.c.tail_index == index, table.c.recorded <= moment.recorded_until
        )
        for one, cipher in connection.execute(query.order_by(table.c.person_id)):
            if len(number) == TAIL or normalised(keys.decrypt(cipher)).endswith(number):
                yield one, by, None
