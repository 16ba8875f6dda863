"""The observations of many people, by indicator, as numpy columns: most of what rules are evaluated over.

Making a Python tuple of a row takes longer than finding the row. So SQLite joins the observations of each
person to a few texts, which numpy takes apart. A value travels as a whole number of ten-thousandths; the few
that are none are fetched by themselves. Where few rows are wanted, and on PostgreSQL, rows are read as such.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, bindparam, func, select, text

from kanglu.record.columns import PEOPLE_A_QUERY, Ints, People, among, fetched, portions, replaced
from kanglu.record.database import uncollected
from kanglu.record.identity import chunks
from kanglu.record.known import Readings
from kanglu.record.listed import UNSOUND
from kanglu.record.moment import Moment
from kanglu.record.tables import batch, observation

FEW = 4
"""Up to so many indicators are found by the index of indicators, more by that of people."""
COMPARATORS: Mapping[str | None, int] = {None: 0, "<": 1, "<=": 2, ">": 3, ">=": 4}

_SPLIT = "\x1f"
_DAY = len("2026-05-26")
_CODED = 5
_SCALE = 10_000
_ABSENT, _OTHER = -(2**63) + 1, -(2**63) + 2
_SCALED = f"CAST(value * {_SCALE} + 0.5 AS INTEGER)"
_JOINED = f"""
SELECT person_id, count(*), group_concat(id), group_concat(coalesce(effective, '')),
  group_concat(indicator, '{_SPLIT}'),
  group_concat(CASE WHEN {_SCALED} / {_SCALE}.0 = value THEN {_SCALED}
    WHEN value IS NULL THEN {_ABSENT} ELSE {_OTHER} END),
  group_concat(CASE WHEN comparator IS NULL AND value_code IS NULL THEN '0' ELSE
    CASE comparator WHEN '<' THEN 1 WHEN '<=' THEN 2 WHEN '>' THEN 3 WHEN '>=' THEN 4 ELSE 0 END
    + CASE WHEN value_code IS NULL THEN 0 ELSE {_CODED} END END, ''),
  group_concat(replace(value_code, '{_SPLIT}', ' '), '{_SPLIT}')
FROM observation INDEXED BY ix_observation_person_id
WHERE {{people}} AND +indicator IN :indicators {{known}}
  AND status NOT IN :unsound AND origin <> 'defaulted'
GROUP BY person_id
"""
_MONTHS = np.arange("0001-01", "10000-01", dtype="datetime64[M]").astype("datetime64[D]").astype(np.int32)
"""First day of each month of the calendar, in days since 1970-01-01."""


class _Columns(NamedTuple):
    """Observations of several indicators, which `place` tells apart; `codes` are those of marks from 5 on."""

    place: npt.NDArray[np.int16]
    id: Ints
    person: Ints
    day: npt.NDArray[np.int32]
    minute: npt.NDArray[np.int16]
    value: npt.NDArray[np.float64]
    mark: npt.NDArray[np.uint8]
    codes: npt.NDArray[np.object_]


def read_observations(
    connection: Connection, indicators: Sequence[str], moment: Moment, ids_from: int, ids_to: int
) -> dict[str, Readings]:
    """The standing observations of some indicators about the people of a range of ids, both ends included.

    What is not known to the day, unsound or only defaulted is left out; indicators that nobody has are not in
    the answer.
    """
    return read_observations_of(connection, indicators, moment, range(ids_from, ids_to + 1))


def read_observations_of(
    connection: Connection, indicators: Sequence[str], moment: Moment, ids: Sequence[int]
) -> dict[str, Readings]:
    """As `read_observations`, about the people of a list of ids."""
    names = sorted(set(indicators))
    joined = connection.dialect.name == "sqlite" and len(names) > FEW
    find = _joined if joined else _rows
    latest = connection.scalar(select(func.max(batch.c.recorded))) or ""
    until = None if latest <= moment.recorded_until else moment.recorded_until
    with uncollected():
        found = [part for some in portions(ids) if (part := find(connection, names, until, some))]
        if not found:
            return {}
        whole = _Columns(*(np.concatenate(column) for column in zip(*found, strict=True)))
        return _by_indicator(names, whole, replaced(connection, observation, moment))


def _by_indicator(names: Sequence[str], whole: _Columns, gone: Ints) -> dict[str, Readings]:
    coded = whole.mark >= _CODED
    code = np.full(len(coded), None, dtype=object) if len(whole.codes) else None
    if code is not None:
        code[coded] = whole.codes
    place = whole.place
    if len(gone):
        place = np.where(np.isin(whole.id, gone), np.int16(-1), place)
    order = np.argsort(place, kind="stable")
    bounds = np.searchsorted(place[order], np.arange(len(names) + 1)).tolist()
    found = {}
    for at, name in enumerate(names):
        mine = order[bounds[at] : bounds[at + 1]]
        if len(mine):
            found[name] = Readings(
                whole.id[mine],
                whole.person[mine],
                whole.day[mine],
                whole.minute[mine],
                whole.value[mine],
                (whole.mark[mine] % _CODED).astype(np.int8),
                code[mine] if code is not None and coded[mine].any() else None,
            )
    return found


def _joined(
    connection: Connection, names: Sequence[str], until: str | None, people: People
) -> _Columns | None:
    """From SQLite: a row for each person, in which the observations are joined to a few texts."""
    ranged = isinstance(people, tuple)
    query = text(
        _JOINED.format(
            people="person_id BETWEEN :first AND :last" if ranged else "person_id IN :people",
            known="" if until is None else "AND recorded <= :until",
        )
    )
    lists = ("indicators", "unsound") if ranged else ("indicators", "unsound", "people")
    query = query.bindparams(*(bindparam(name, expanding=True) for name in lists))
    whose = {"first": people[0], "last": people[1]} if ranged else {"people": list(people)}
    known = {} if until is None else {"until": until}
    rows = fetched(connection, query, {"indicators": names, "unsound": sorted(UNSOUND), **known, **whose})
    return _taken_apart(connection, names, rows) if rows else None


def _taken_apart(connection: Connection, names: Sequence[str], rows: Sequence[Any]) -> _Columns:
    person, count, ids, effective, indicator, value, mark, coded = zip(*rows, strict=True)
    place_of = {name: place for place, name in enumerate(names)}
    found = np.fromstring(",".join(ids), dtype=np.int64, sep=",")
    said = _SPLIT.join(indicator).split(_SPLIT)
    codes = [one for one in coded if one is not None]
    day, minute, exact = _times(",".join(effective))
    place = np.fromiter(map(place_of.__getitem__, said), dtype=np.int16, count=len(found))
    place[~exact] = -1
    return _Columns(
        place,
        found,
        np.repeat(np.array(person, dtype=np.int64), count),
        day,
        minute,
        _values(connection, np.fromstring(",".join(value), dtype=np.int64, sep=","), found),
        np.frombuffer("".join(mark).encode(), dtype=np.uint8) - np.uint8(ord("0")),
        np.array(_SPLIT.join(codes).split(_SPLIT) if codes else (), dtype=object),
    )


def _values(connection: Connection, scaled: Ints, ids: Ints) -> npt.NDArray[np.float64]:
    values = scaled / _SCALE
    values[scaled == _ABSENT] = np.nan
    other = np.flatnonzero(scaled == _OTHER)
    exact: dict[int, float] = {}
    for some in chunks(ids[other].tolist(), PEOPLE_A_QUERY):
        query = select(observation.c.id, observation.c.value).where(observation.c.id.in_(some))
        exact.update(fetched(connection, query))
    values[other] = [exact[one] for one in ids[other].tolist()]
    return values


def _rows(connection: Connection, names: Sequence[str], until: str | None, people: People) -> _Columns | None:
    """Row by row."""
    table = observation.c
    columns = (table.indicator, table.id, table.person_id, table.effective)
    query = select(*columns, table.value, table.comparator, table.value_code).where(
        table.indicator.in_(names),
        among(observation, people),
        func.length(table.effective) >= _DAY,
        table.status.not_in(UNSOUND),
        table.origin != "defaulted",
    )
    rows = fetched(connection, query if until is None else query.where(table.recorded <= until))
    if not rows:
        return None
    indicator, ids, person, effective, value, comparator, code = zip(*rows, strict=True)
    place_of = {name: place for place, name in enumerate(names)}
    day, minute, _ = _times(",".join(effective))
    marks = [
        COMPARATORS[sign] + (0 if one is None else _CODED) for sign, one in zip(comparator, code, strict=True)
    ]
    return _Columns(
        np.array([place_of[name] for name in indicator], dtype=np.int16),
        np.array(ids, dtype=np.int64),
        np.array(person, dtype=np.int64),
        day,
        minute,
        np.array(value, dtype=np.float64),
        np.array(marks, dtype=np.uint8),
        np.array([one for one in code if one is not None], dtype=object),
    )


def _times(
    joined: str,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int16], npt.NDArray[np.bool_]]:
    """Day, minute, and whether the day is known, of effective times that are joined by commas."""
    letters = np.frombuffer(f"{joined},".encode(), dtype=np.uint8)
    ends = np.flatnonzero(letters == ord(","))
    starts = np.concatenate(([0], ends[:-1] + 1))
    sizes = ends - starts

    def number(at: Ints, *digits: int) -> npt.NDArray[np.int32]:
        read = np.zeros(len(at), dtype=np.int32)
        for digit in digits:
            read = read * 10 + letters[at + digit] - ord("0")
        return read

    exact = sizes >= _DAY
    at = starts[exact]
    month = number(at, 0, 1, 2, 3) * 12 + number(at, 5, 6) - 13
    day = np.zeros(len(starts), dtype=np.int32)
    day[exact] = _MONTHS[month] + number(at, 8, 9) - 1
    timed = sizes > _DAY
    at = starts[timed]
    minute = np.full(len(starts), -1, dtype=np.int16)
    minute[timed] = number(at, 11, 12) * 60 + number(at, 14, 15)
    return day, minute, exact
