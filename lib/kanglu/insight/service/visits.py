"""Visits: how many a year, who comes again, who stays, who comes after a first call.

`visits` are those of `seen.visits_of`; `people` are by id, with `birth_date`, `death_date`, `deceased`, and
only they count.
"""

from datetime import date

import numpy as np
import pandas as pd

from kanglu.dates import add_months
from kanglu.errors import ReportError
from kanglu.insight.derived import days_of
from kanglu.insight.service.figure import Days, Figure, persons, require_over, rows
from kanglu.insight.service.outcomes import DEATH_UNDATED, DIED, outcome
from kanglu.insight.service.seen import (
    DAY,
    FACE_TO_FACE,
    TELEPHONE,
    UNKNOWN,
    deaths_of,
    living,
    seen,
    sound,
    undated_deaths,
    within,
)

CALL_DAYS = 15


def visits_a_year(visits: pd.DataFrame, people: pd.DataFrame, until: date, as_of: date) -> dict[str, Figure]:
    """Visits a person and year, by mode: face_to_face, telephone, unknown.

    Numerator: the visits of the mode in the twelve months that end on `until`, several of a person and day
    being one. Denominator: the people who lived in that time; those who died in it count with the visits
    they had, and are told apart as ``died``. The value is the mean. Apart, by their number of visits in
    figures (``0``, ``1`` …), the people who had so many. Our definition; the service rules state none.

    Raises `ReportError` when the time is not over on `as_of`.
    """
    days = Days.year_to(until)
    require_over(days, as_of)
    who = living(people, days)
    died = persons(who & set(people.index[people["death_date"] <= until.isoformat()]))
    of_year = within(visits[visits["person_id"].isin(who)], days, as_of)
    found = {}
    for mode in (FACE_TO_FACE, TELEPHONE, UNKNOWN):
        of_mode = of_year[of_year["mode"] == mode]
        times = of_mode["person_id"].value_counts().reindex(sorted(who), fill_value=0)
        spread = {str(n): persons(some) for n, some in sorted(times.groupby(times).groups.items())}
        found[mode] = Figure(
            f"visits_a_year.{mode}", as_of, days, rows(of_mode), persons(who), {**spread, "died": died}
        )
    return found


def revisits(visits: pd.DataFrame, people: pd.DataFrame, days: Days, months: int, as_of: date) -> Figure:
    """Revisit rate: people who were seen again within so many months.

    Denominator: the people seen in the period, each followed from the first of these visits for `months`
    months, to the same day of the month (the last day of a shorter month); the months have passed by
    `as_of`. Numerator: those of them seen on a later day of that time. Apart: see `outcomes.outcome`. A
    telephone visit is none. Our definition.
    """
    ours = seen(visits[visits["person_id"].isin(people.index)])
    first = within(ours, days, as_of).groupby("person_id", as_index=False)["day"].min()
    deadlines = [np.datetime64(add_months(day.date(), months)) for day in first["day"]]
    first = first.assign(deadline=np.array(deadlines, dtype="datetime64[D]"))
    both = ours.merge(first, on="person_id", suffixes=("", "_first"))
    again = both[(both["day"] > both["day_first"]) & (both["day"] <= both["deadline"])]
    first = first.assign(came=first["person_id"].isin(again["person_id"]))
    return outcome(f"revisits.within_{months}_months", first, people, days, as_of)


def retention(visits: pd.DataFrame, people: pd.DataFrame, before: Days, days: Days, as_of: date) -> Figure:
    """Retention: people who were seen in one period and are seen in a later one as well.

    Denominator: the people seen in `before`. Numerator: those of them seen in `days`. Apart: those not seen
    who had died by the end of `days` (``died``), or on an unknown day (``death_undated``). Who moved away
    was not retained. A telephone visit is none. Our definition.

    Raises `ReportError` when `days` is not over on `as_of`, or does not lie after `before`.
    """
    require_over(days, as_of)
    if days.since <= before.until:
        raise ReportError(
            f"The period from {days.since} begins before the one before it ends, on {before.until}.",
            remedy="Ask for two periods that do not overlap.",
        )
    were = frozenset(within(seen(visits), before, as_of)["person_id"]) & frozenset(people.index)
    are = were & frozenset(within(seen(visits), days, as_of)["person_id"])
    lost = were - are
    died = lost & frozenset(people.index[deaths_of(people) <= np.datetime64(days.until)])
    undated = lost & undated_deaths(people)
    return Figure(
        "retention.seen_again",
        as_of,
        days,
        persons(are),
        persons(were - died - undated),
        {DIED: persons(died), DEATH_UNDATED: persons(undated)},
    )


def visits_after_first_call(
    communications: pd.DataFrame, visits: pd.DataFrame, people: pd.DataFrame, days: Days, as_of: date
) -> Figure:
    """Return after a first call: people who came within fifteen days of the first call that reached them.

    Denominator: the people whose first outgoing call by telephone with the outcome ``reached`` lies in the
    period; the fifteen days have passed by `as_of`. Numerator: those of them seen from then on until the
    fifteenth day after it, that day counting; on the day of the call itself unless the times say that the
    visit came first. Apart: see `outcomes.outcome`. A telephone visit is none. Our definition.
    """
    known = sound(communications)
    reached = (known["direction"] == "out") & (known["channel"] == "phone") & (known["outcome"] == "reached")
    calls = known[reached & known["person_id"].isin(people.index)].sort_values("effective", kind="stable")
    calls = calls.drop_duplicates("person_id")[["person_id", "effective"]]
    calls = calls.assign(day=days_of(calls["effective"]))
    calls = within(calls, days, as_of)
    calls = calls.assign(deadline=calls["day"] + np.timedelta64(CALL_DAYS, "D"))
    both = calls.merge(seen(visits), on="person_id", suffixes=("", "_seen"))
    timed = (both["effective"].str.len() > DAY) & (both["effective_seen"].str.len() > DAY)
    first = timed & (both["effective_seen"] < both["effective"])
    came = both[(both["day_seen"] >= both["day"]) & ~first & (both["day_seen"] <= both["deadline"])]
    calls = calls.assign(came=calls["person_id"].isin(came["person_id"]))
    return outcome(f"visits_after_first_call.within_{CALL_DAYS}_days", calls, people, days, as_of)
