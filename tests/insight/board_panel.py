"""A panel for the board, stated by hand: people, programmes, tasks, readings, visits, calls."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
from tests.insight import served

from kanglu.care.calendar import EVER, NEVER
from kanglu.care.periods import Periods
from kanglu.demo.rules import demo_rules
from kanglu.insight.board import Sources

AS_OF = date(2026, 6, 30)


def tasks(*stated):
    """Open follow-ups of hypertension, He Min's and due on the day, but for what is stated."""
    usual = {
        "person_id": 1,
        "kind": "task",
        "code": "follow_up",
        "rule": "htn.visit.controlled",
        "state": "due",
        "starts": "2026-01-01",
        "window_start": "2026-01-01",
        "due": "2026-06-30",
        "ends": None,
        "days_late": 0,
        "owner": "he_min",
        "next_try": None,
        "reason": None,
    }
    rows = [{**usual, **one} for one in stated]
    found = pd.DataFrame(rows, columns=list(usual)).astype(object)
    return found.astype({"person_id": np.int64, "days_late": np.int64})


def readings(*stated):
    """Readings as (person, day, indicator, value)."""
    rows = [(person, indicator, day, value, None) for person, day, indicator, value in stated]
    found = pd.DataFrame(rows, columns=["person_id", "indicator", "effective", "value", "comparator"])
    found = found.astype({"effective": object, "indicator": object})
    return found.sort_values("effective", kind="stable").astype({"person_id": np.int64, "value": float})


def pressures(*stated):
    """Readings of both pressures as (person, day, sbp, dbp)."""
    return readings(
        *[(one, day, "sbp", high) for one, day, high, _ in stated],
        *[(one, day, "dbp", low) for one, day, _, low in stated],
    )


def team(*stated):
    """Care teams as (person, role, practitioner, since)."""
    columns = ("person_id", "code", "practitioner", "effective")
    rows = [
        {**dict(zip(columns, one, strict=True)), "effective_end": None, "clinical_status": "active"}
        for one in stated
    ]
    names = [*columns, "effective_end", "clinical_status"]
    return pd.DataFrame(rows, columns=names).astype({"person_id": np.int64}).astype({"effective_end": object})


def having(people, problems):
    """Who has which problem, since ever: by the place of the person among the ids."""
    ids = np.array(sorted(people.index), dtype=np.int64)

    def periods(who):
        place = np.searchsorted(ids, sorted(who)).astype(np.int32)
        return Periods.of(place, np.full(len(place), EVER, np.int32), np.full(len(place), NEVER, np.int32))

    return SimpleNamespace(ids=ids, problems={name: periods(who) for name, who in problems.items()})


def sources(people, *, as_of=AS_OF, problems=None, tags=None, given=None, measured=None, **tables):
    """What a board of these people is counted from; what is not stated is empty."""
    empty = {
        "communication": served.communications(),
        "encounter": served.encounters(),
        "episode_of_care": served.episodes(),
        "care_team": team(),
    }
    return Sources(
        as_of,
        as_of,
        demo_rules(),
        as_of.isoformat(),
        people,
        tasks() if given is None else given,
        tags or {},
        readings() if measured is None else measured,
        {**empty, **tables},
        having(people, problems or {}),
    )
