"""Readings that follow from others of the same day: BMI from height and weight, eGFR from creatinine.

What a source states comes first; nothing is derived for a day that has a stated value. The numbers are those
of `kanglu.measures`.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from kanglu.care.calendar import Floats, Longs, Mask
from kanglu.dates import ages_on
from kanglu.measures import score
from kanglu.measures.body import bmi
from kanglu.record.known import Known, Readings

FROM = {"bmi": ("height", "weight"), "egfr": ("creatinine",)}
"""What is derived, and from which indicators."""
_COLUMNS = ("id", "person", "day", "minute", "value", "comparator")
_DAYS = 10_000_000
"""More days than there are."""


def with_derived(known: Known) -> Known:
    """What is known, and what follows from it. An eGFR (CKD-EPI 2021) is for adults of known age and sex."""
    found = dict(known.observations)
    for name, derive in (("bmi", _bmi), ("egfr", _egfr)):
        more = derive(known)
        if more is None:
            continue
        stated = known.observations.get(name)
        if stated is not None:
            more = _joined(stated, _where(more, ~np.isin(_days(more), _days(stated))))
        found[name] = more
    return replace(known, observations=found)


def _bmi(known: Known) -> Readings | None:
    height, weight = known.observations.get("height"), known.observations.get("weight")
    if height is None or weight is None:
        return None
    height, weight = _where(height, _exact(height)), _where(weight, _exact(weight))
    height_of = dict(zip(_days(height).tolist(), height.value.tolist(), strict=True))
    of_day = np.array([height_of.get(day, np.nan) for day in _days(weight).tolist()], dtype=np.float64)
    both = ~np.isnan(of_day)
    weight = _where(weight, both)
    return _of(weight, bmi(weight.value, of_day[both]))


def _egfr(known: Known) -> Readings | None:
    creatinine = known.observations.get("creatinine")
    if creatinine is None:
        return None
    rows = _where(creatinine, _exact(creatinine))
    people = known.people.set_index("person_id").loc[rows.person]
    births = np.array([born or "NaT" for born in people["birth_date"].tolist()], dtype="datetime64[D]")
    sex = people["sex"].tolist()
    inputs = {
        "sex": np.array([one if one in ("male", "female") else None for one in sex], dtype=object),
        "age_years": ages_on(births, rows.day.astype("datetime64[D]")),
        "creatinine_umol_l": rows.value,
    }
    answer = score("ckd_epi_2021_cr", pd.DataFrame(inputs))
    good = (answer["status"] == "ok").to_numpy()
    return _of(_where(rows, good), answer["value"].to_numpy(dtype=np.float64)[good])


def _days(readings: Readings) -> Longs:
    """One number a person and day."""
    return readings.person * _DAYS + readings.day


def _exact(readings: Readings) -> Mask:
    return np.asarray((readings.comparator == 0) & ~np.isnan(readings.value))


def _of(readings: Readings, value: Floats) -> Readings:
    return replace(readings, value=np.asarray(value, dtype=np.float64), code=None)


def _where(readings: Readings, kept: Mask) -> Readings:
    columns = {name: getattr(readings, name)[kept] for name in _COLUMNS}
    return replace(readings, **columns, code=None if readings.code is None else readings.code[kept])


def _joined(one: Readings, other: Readings) -> Readings:
    columns = {name: np.concatenate([getattr(one, name), getattr(other, name)]) for name in _COLUMNS}
    return replace(one, **columns, code=None)
