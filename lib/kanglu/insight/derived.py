"""Values that follow from others: BMI from height and weight of a day, eGFR from creatinine.

What a source states comes first; nothing is derived for a day that has a stated value.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanglu.dates import ages_on
from kanglu.measures import score
from kanglu.measures.body import bmi

DERIVED = {"bmi": ("height", "weight"), "egfr": ("creatinine",)}
"""What is derived, and from which indicators."""
_DAY = ["person_id", "day"]


def with_derived(readings: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """The readings, and those that follow from them (origin ``derived``), by person and effective time.

    Parameters
    ----------
    readings : person_id, indicator, effective, value (in the catalogue's unit), comparator, origin …
    people : indexed by person_id, with `birth_date` and `sex`. An eGFR is for adults of known age and sex.

    Source of the eGFR: CKD-EPI 2021 without race, see `measures.kidney`.
    """
    exact = readings[readings["value"].notna() & readings["comparator"].isna()]
    exact = exact.assign(day=exact["effective"].str[:10])
    found = [_bmi(exact), _egfr(exact, people)]
    more = pd.concat([_unstated(exact, name, rows) for name, rows in zip(DERIVED, found, strict=True)])
    if more.empty:
        return readings
    both = pd.concat([readings, more.drop(columns="day")], ignore_index=True)
    return both.sort_values(["person_id", "effective"], kind="stable", ignore_index=True)


def days_of(effective: pd.Series) -> npt.NDArray[np.datetime64]:
    """Effective times as days; a month or a year stands for its first day."""
    padded = [f"{text}-01-01"[:10] if len(text) < 10 else text[:10] for text in effective.tolist()]
    return np.array(padded, dtype="datetime64[D]")


def births_of(people: pd.DataFrame) -> npt.NDArray[np.datetime64]:
    """Birth dates as days, NaT where not known to the day."""
    return np.array(people["birth_date"].fillna("NaT").tolist(), dtype="datetime64[D]")


def _bmi(exact: pd.DataFrame) -> pd.DataFrame:
    height = _last_of_day(exact, "height")
    weight = _last_of_day(exact, "weight")
    both = weight.merge(height[[*_DAY, "value"]], on=_DAY, suffixes=("", "_height"))
    return both.assign(value=bmi(both["value"].to_numpy(), both["value_height"].to_numpy())).drop(
        columns="value_height"
    )


def _egfr(exact: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    rows = _last_of_day(exact, "creatinine")
    whose = people.reindex(rows["person_id"])
    inputs: dict[str, npt.NDArray[Any]] = {
        "sex": whose["sex"].astype(object).where(whose["sex"].isin(["male", "female"]), None).to_numpy(),
        "age_years": ages_on(births_of(whose), days_of(rows["effective"])),
        "creatinine_umol_l": rows["value"].to_numpy(),
    }
    answer = score("ckd_epi_2021_cr", pd.DataFrame(inputs))
    good = (answer["status"] == "ok").to_numpy()
    return rows[good].assign(value=answer["value"].to_numpy(dtype=np.float64)[good])


def _last_of_day(exact: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """The last value of each person and full day."""
    full = exact[(exact["indicator"] == indicator) & (exact["day"].str.len() == 10)]
    return full.sort_values("effective", kind="stable").drop_duplicates(_DAY, keep="last")


def _unstated(exact: pd.DataFrame, indicator: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Derived rows of the days that have no stated value."""
    stated = pd.MultiIndex.from_frame(exact.loc[exact["indicator"] == indicator, _DAY])
    new = rows[~pd.MultiIndex.from_frame(rows[_DAY]).isin(stated)]
    return new.assign(indicator=indicator, origin="derived")
