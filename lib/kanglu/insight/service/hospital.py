"""Stays in hospital, and who is back within thirty days."""

from collections.abc import Collection
from datetime import date

import numpy as np
import pandas as pd

from kanglu.insight.derived import days_of
from kanglu.insight.service.figure import Days, Figure, rows
from kanglu.insight.service.outcomes import outcome
from kanglu.insight.service.seen import DAY, INPATIENT, deaths_of, sound, within

READMISSION_DAYS = 30


def readmissions(
    encounters: pd.DataFrame,
    people: pd.DataFrame,
    days: Days,
    as_of: date,
    planned: Collection[int] | None = None,
) -> Figure:
    """Readmission within thirty days of a discharge.

    Denominator: the discharges from hospital in the period, each followed for thirty days, which have passed
    by `as_of`. Numerator: those of them whose next admission falls on one of these days, the thirtieth
    counting. An admission on the day of a discharge, or before it, is a transfer: both are one stay, which
    ends with the later discharge. Apart: discharges by death (``died_in_hospital``: the death is not after
    the day of discharge), and see `outcomes.outcome`. Stays whose admission or discharge is not known to the
    day have none; such an admission is no readmission. Our definition, after the usual one of unplanned
    readmission to any hospital.

    Parameters
    ----------
    encounters : facts; those of an inpatient setting are stays.
    people : by id, with `death_date` and `deceased`; only they count.
    planned : ids of the encounters that were planned, such as courses of chemotherapy: a next admission
        among them is no readmission. Their discharges count like any other. None: all admissions count.
    """
    admitted = sound(encounters)
    admitted = admitted[admitted["setting"].isin(INPATIENT) & admitted["person_id"].isin(people.index)]
    stays = _stays(admitted, frozenset(planned or ()))
    following = stays.groupby("person_id")[["admitted", "planned"]].shift(-1)
    deadline = stays["day"] + np.timedelta64(READMISSION_DAYS, "D")
    came = (following["admitted"] <= deadline) & ~following["planned"].eq(True)
    index = within(stays.assign(deadline=deadline, came=came), days, as_of)
    dead = deaths_of(people).reindex(index["person_id"]).to_numpy() <= index["day"]
    return outcome(
        f"readmissions.within_{READMISSION_DAYS}_days.{'all' if planned is None else 'unplanned'}",
        index[~dead],
        people,
        days,
        as_of,
        {"died_in_hospital": rows(index[dead])},
    )


def _stays(encounters: pd.DataFrame, planned: frozenset[int]) -> pd.DataFrame:
    """Stays, by person and time: person_id, admitted, planned, day (of discharge, NaT where not known).

    What begins by the last day of what came before goes on with it.
    """
    ends = encounters["effective_end"]
    ends = ends.str[:DAY].where(ends.str.len() >= DAY).fillna("NaT")
    parts = pd.DataFrame(
        {
            "person_id": encounters["person_id"],
            "admitted": days_of(encounters["effective"]),
            "ends": np.array(ends.tolist(), dtype="datetime64[D]"),
            "planned": encounters["id"].isin(planned),
        }
    ).sort_values(["person_id", "admitted"], kind="stable")
    # A discharge before the admission is none.
    parts["ends"] = parts["ends"].where(parts["ends"] >= parts["admitted"])
    parts["latest"] = parts["ends"].fillna(parts["admitted"])
    parts["latest"] = parts.groupby("person_id")["latest"].cummax()
    before = parts.groupby("person_id")["latest"].shift()
    whole = parts.groupby((before.isna() | (parts["admitted"] > before)).cumsum())
    stays = whole[["person_id", "admitted", "planned"]].first()
    return stays.assign(day=whole["ends"].max().where(whole["ends"].count() == whole.size()))
