"""What rules are evaluated over: the facts of many people at a moment, in columns.

Unlike frames, columns hold all that is known by then, also what takes effect after the day: the reader
decides what of it counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

type Columns = Mapping[str, npt.NDArray[Any]]

_EVENT = (
    *("id", "person_id", "system", "code", "display", "effective", "effective_end", "clinical_status"),
    "status",
)
_STRETCH = ("id", "person_id", "code", "effective", "effective_end", "clinical_status", "status")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "condition": (*_EVENT, "verification_status"),
    "medication_statement": (*_EVENT, "intent"),
    "allergy_intolerance": (*_EVENT, "verification_status"),
    "encounter": (*_EVENT, "setting", "recorded_day"),
    "procedure": _EVENT,
    "immunization": _EVENT,
    "communication": (*_EVENT, "direction", "channel", "outcome", "about", "reason", "text"),
    "appointment": (*_EVENT, "booked", "recorded_day"),
    "episode_of_care": (*_STRETCH, "system", "display"),
    "care_team": (*_STRETCH, "practitioner"),
    "flag": _STRETCH,
    "task_change": ("id", "person_id", "code", "effective", "task", "until", "owner", "reason", "status"),
}
"""What is read of each table beside observations; `recorded_day` is the day of `recorded`, as a number."""


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """The observations of one indicator, in any order.

    Parameters
    ----------
    id, person : row of the record and person id.
    day, minute : days since 1970-01-01, minute of the day or -1.
    value, comparator : the number (NaN without), and 0 or 1 to 4 for ``<``, ``<=``, ``>``, ``>=``.
    code : coded answers; None where there is none.
    """

    id: npt.NDArray[np.int64]
    person: npt.NDArray[np.int64]
    day: npt.NDArray[np.int32]
    minute: npt.NDArray[np.int16]
    value: npt.NDArray[np.float64]
    comparator: npt.NDArray[np.int8]
    code: npt.NDArray[np.object_] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """The facts of some people.

    Parameters
    ----------
    as_of : the day in question.
    people : by id: person_id, record_number, sex, birth_date, died (the day, or the one on which the death
        became known), recorded_day.
    observations : by indicator.
    tables : the other kinds of fact, by table, see `COLUMNS`.
    """

    as_of: date
    people: pd.DataFrame
    observations: Mapping[str, Readings]
    tables: Mapping[str, Columns]
