"""People and facts that stand in no record: what a rule's examples are evaluated over."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kanglu.care.calendar import number
from kanglu.care.series import ABOVE, AT_LEAST, AT_MOST, BELOW
from kanglu.record.facts import KIND_OF, Fact, Observation
from kanglu.record.known import COLUMNS, Columns, Known, Readings

_COMPARATORS: Mapping[str | None, int] = {None: 0, "<": BELOW, "<=": AT_MOST, ">": ABOVE, ">=": AT_LEAST}


@dataclass(frozen=True, slots=True)
class Invented:
    """A person of an example: born when, of which sex, dead since, and known to the record since when."""

    id: int
    born: date | None
    sex: str
    since: date
    died: date | None = None


def known_of(people: Sequence[Invented], facts: Iterable[Fact], as_of: date) -> Known:
    """What is known of invented people, in the form in which the record gives what is known of real ones."""
    by_table: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_table[KIND_OF[type(fact)].table].append(fact)
    return Known(
        as_of=as_of,
        people=pd.DataFrame(
            {
                "person_id": np.array([one.id for one in people], dtype=np.int64),
                "record_number": [f"K{one.id:06d}" for one in people],
                "sex": [one.sex for one in people],
                "birth_date": np.array([_iso(one.born) for one in people], dtype=object),
                "died": np.array([_iso(one.died) for one in people], dtype=object),
                "recorded_day": np.array([number(one.since) for one in people], dtype=np.int32),
            }
        ),
        observations=_readings(by_table["observation"]),
        tables={name: _columns(by_table[name], columns) for name, columns in COLUMNS.items()},
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _columns(facts: Sequence[Any], columns: Sequence[str]) -> Columns:
    found: dict[str, Any] = {}
    for name in columns:
        if name == "id":
            found[name] = np.arange(1, len(facts) + 1, dtype=np.int64)
        elif name == "person_id":
            found[name] = np.array([fact.person_id for fact in facts], dtype=np.int64)
        elif name == "recorded_day":
            days = [number(date.fromisoformat(fact.effective[:10])) for fact in facts]
            found[name] = np.array(days, dtype=np.int32)
        else:
            found[name] = np.array([getattr(fact, name) for fact in facts] + [None], dtype=object)[:-1]
    return found


def _readings(facts: Sequence[Any]) -> Mapping[str, Readings]:
    by_indicator: dict[str, list[tuple[int, Observation]]] = defaultdict(list)
    for row, fact in enumerate(facts, start=1):
        if fact.effective is not None and len(fact.effective) >= 10:
            by_indicator[fact.indicator].append((row, fact))
    return {name: _readings_of(rows) for name, rows in by_indicator.items()}


def _readings_of(rows: Sequence[tuple[int, Observation]]) -> Readings:
    times = [str(fact.effective) for _, fact in rows]
    day = np.array([number(date.fromisoformat(text[:10])) for text in times], dtype=np.int32)
    minute = [int(text[11:13]) * 60 + int(text[14:16]) if len(text) > 10 else -1 for text in times]
    codes = np.array([*(fact.value_code for _, fact in rows), None], dtype=object)[:-1]
    return Readings(
        id=np.array([row for row, _ in rows], dtype=np.int64),
        person=np.array([fact.person_id for _, fact in rows], dtype=np.int64),
        day=day,
        minute=np.array(minute, dtype=np.int16),
        value=np.array([np.nan if fact.value is None else fact.value for _, fact in rows], dtype=np.float64),
        comparator=np.array([_COMPARATORS[fact.comparator] for _, fact in rows], dtype=np.int8),
        code=codes if any(code is not None for code in codes) else None,
    )
