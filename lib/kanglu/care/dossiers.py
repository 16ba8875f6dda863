"""From a dossier to columns: what is known of its one person, for those who have no database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kanglu.care.calendar import number
from kanglu.record import Dossier
from kanglu.record.columns import days_in_china
from kanglu.record.dossier import PARTS
from kanglu.record.known import COLUMNS, Columns, Known, Readings
from kanglu.record.listed import UNSOUND
from kanglu.record.readings import COMPARATORS

_RECORDED = "recorded_day"
_DAY = len("2026-05-26")
_KINDS: Mapping[str, np.dtype[Any]] = {
    "id": np.dtype(np.int64),
    "person_id": np.dtype(np.int64),
    _RECORDED: np.dtype(np.int32),
}


def known_of(dossier: Dossier, as_of: date, indicators: Collection[str]) -> Known:
    """What is known of the dossier's person, as of a day up to its own, of these indicators.

    The record followed the person since the first of the facts was entered.
    """
    person = dossier.person
    frames = {table: getattr(dossier, part) for part, table in PARTS.items()}
    born, died = person.birth_date, person.death_date
    if died is None and person.deceased:
        died = as_of
    entered = [str(frame["recorded"].min()) for frame in frames.values() if len(frame)]
    since = days_in_china([min(entered)])[0] if entered else number(as_of)
    return Known(
        as_of=as_of,
        people=pd.DataFrame(
            {
                "person_id": np.array([person.id], dtype=np.int64),
                "record_number": [person.record_number],
                "sex": [person.sex],
                "birth_date": np.array([None if born is None else born.isoformat()], dtype=object),
                "died": np.array([None if died is None else died.isoformat()], dtype=object),
                _RECORDED: np.array([since], dtype=np.int32),
            }
        ),
        observations=_readings(frames["observation"], indicators),
        tables={name: _columns(frames[name], columns) for name, columns in COLUMNS.items()},
    )


def _columns(frame: pd.DataFrame, names: Sequence[str]) -> Columns:
    if frame.empty:
        return {name: np.empty(0, dtype=_KINDS.get(name, np.dtype(object))) for name in names}
    kept = np.array([status not in UNSOUND for status in frame["status"].tolist()], dtype=bool)
    return {
        name: (days_in_china(frame["recorded"].tolist()) if name == _RECORDED else _values(frame[name]))[kept]
        for name in names
    }


def _values(column: "pd.Series[Any]") -> Any:
    """Numbers as they are; texts as objects, None where there is none."""
    if column.dtype.kind in "if":
        return column.to_numpy()
    values = np.empty(len(column), dtype=object)
    values[:] = [None if one != one else one for one in column.tolist()]
    return values


def _readings(frame: pd.DataFrame, indicators: Collection[str]) -> Mapping[str, Readings]:
    """As the record reads observations: those known to the day, sound and not merely defaulted."""
    wanted = frozenset(indicators)
    rows: dict[str, list[int]] = {}
    effective = frame["effective"].tolist()
    kinds = zip(
        frame["indicator"].tolist(),
        effective,
        frame["status"].tolist(),
        frame["origin"].tolist(),
        strict=True,
    )
    for row, (name, when, status, origin) in enumerate(kinds):
        sound = status not in UNSOUND and origin != "defaulted"
        if name in wanted and sound and when == when and len(when) >= _DAY:
            rows.setdefault(name, []).append(row)
    columns = {
        name: _values(frame[name]) for name in ("id", "person_id", "value", "comparator", "value_code")
    }
    return {name: _reading([effective[row] for row in some], some, columns) for name, some in rows.items()}


def _reading(times: Sequence[str], rows: Sequence[int], columns: Mapping[str, Any]) -> Readings:
    minutes = [int(text[11:13]) * 60 + int(text[14:16]) if len(text) > _DAY else -1 for text in times]
    codes = columns["value_code"][rows]
    return Readings(
        id=columns["id"][rows],
        person=columns["person_id"][rows],
        day=np.array([number(date.fromisoformat(text[:_DAY])) for text in times], dtype=np.int32),
        minute=np.array(minutes, dtype=np.int16),
        value=columns["value"][rows],
        comparator=np.array([COMPARATORS[one] for one in columns["comparator"][rows]], dtype=np.int8),
        code=codes if any(one is not None for one in codes) else None,
    )
