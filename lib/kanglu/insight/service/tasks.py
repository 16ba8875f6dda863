"""What came of what the rules gave: follow-ups in time, and recommendations after how many reminders."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from kanglu.care.given import CANCELLED, DONE, FAILED, OPEN, key_of
from kanglu.insight.service.figure import Counted, Days, Figure, rows, things
from kanglu.insight.service.seen import DAY, sound


def follow_up_completion(
    results: pd.DataFrame, days: Days, as_of: date, codes: Collection[str] = ("follow_up",)
) -> Figure:
    """Follow-up completion: done / (done + failed) among the follow-up tasks that were due in the period.

    Done and failed are the states of the tasks at the end of the day `as_of`. Apart: ``cancelled``,
    ``overdue`` (open after the day they were due), and ``open`` (all others that are still open).
    Two programmes that one visit serves are two tasks. Our definition.

    Parameters
    ----------
    results : rows of `rule_result` that stand, of an evaluation on that day or later.
    codes : what counts as a follow-up.
    """
    begin, end = days.since.isoformat(), days.until.isoformat()
    wanted = (
        (results["kind"] == "task") & results["code"].isin(codes) & (results["starts"] <= as_of.isoformat())
    )
    due = results[wanted & (results["due"] >= begin) & (results["due"] <= end)]
    state = states(due, as_of)
    overdue = (state == OPEN) & (due["due"] < as_of.isoformat())
    return Figure(
        "follow_up_completion.due_in_period",
        as_of,
        days,
        rows(due[state == DONE]),
        rows(due[state.isin([DONE, FAILED])]),
        {
            CANCELLED: rows(due[state == CANCELLED]),
            "overdue": rows(due[overdue]),
            OPEN: rows(due[(state == OPEN) & ~overdue]),
        },
    )


def follow_up_in_time(
    results: pd.DataFrame, days: Days, as_of: date, codes: Collection[str] = ("follow_up",)
) -> Figure:
    """Follow-ups in time: done by the day they were due / all that came due in the period by `as_of`.

    What was cancelled before it was done is in neither, and told apart, as are those done ``late``, those
    ``failed`` and those still ``overdue`` at the end of the day. One that is due on the day itself and open
    has the rest of it, and counts from the next day on. Our definition; parameters as in
    `follow_up_completion`.
    """
    begin, end = days.since.isoformat(), min(days.until, as_of).isoformat()
    wanted = (results["kind"] == "task") & results["code"].isin(codes)
    due = results[wanted & (results["due"] >= begin) & (results["due"] <= end)]
    state = states(due, as_of)
    waits = (state == OPEN) & (due["due"] >= as_of.isoformat())
    on_time = (state == DONE) & (due["ends"] <= due["due"])
    return Figure(
        "follow_up_in_time.due_in_period",
        as_of,
        days,
        rows(due[on_time]),
        rows(due[~waits & (state != CANCELLED)]),
        {
            "late": rows(due[(state == DONE) & ~on_time]),
            FAILED: rows(due[state == FAILED]),
            "overdue": rows(due[(state == OPEN) & ~waits]),
            CANCELLED: rows(due[state == CANCELLED]),
            OPEN: rows(due[waits]),
        },
    )


def states(results: pd.DataFrame, as_of: date) -> pd.Series:
    """The state of what rules gave, at the end of a day: open until it ended."""
    return results["state"].where(results["ends"] <= as_of.isoformat(), OPEN)


@dataclass(frozen=True, slots=True)
class Reminded:
    """A recommendation, the reminders of it, and what came of it.

    Parameters
    ----------
    person_id, key, code : whose, what it is called, and what is recommended.
    since : the day from which it was there.
    reminders : when contacts about it went out, up to the day of the outcome, oldest first.
    outcome : done, failed, cancelled or open, on the day looked back from.
    on, reason : the day and the reason of the outcome; None while open.
    """

    person_id: int
    key: str
    code: str
    since: str
    reminders: tuple[str, ...]
    outcome: str
    on: str | None
    reason: str | None


def recommendations(
    results: pd.DataFrame, communications: pd.DataFrame, days: Days, as_of: date
) -> tuple[Reminded, ...]:
    """The recommendations that were given in a period, each with its reminders until the outcome.

    A reminder is a contact that went out about the recommendation (its key), whether it reached the person
    or not, by the day of the outcome, or by `as_of` while there is none.
    """
    begin, end = days.since.isoformat(), min(days.until, as_of).isoformat()
    given = results[(results["kind"] == "recommendation") & results["starts"].between(begin, end)]
    contacts = sound(communications)
    contacts = contacts[(contacts["direction"] == "out") & contacts["about"].notna()].sort_values("effective")
    sent: dict[tuple[int, str], list[str]] = {}
    for person, about, when in contacts[["person_id", "about", "effective"]].itertuples(index=False):
        sent.setdefault((person, about), []).append(when)
    found = []
    for row, state in zip(given.to_dict("records"), states(given, as_of), strict=True):
        key = key_of(row["rule"], row["period"], row["part"])
        on = None if state == OPEN else row["ends"]
        reminders = [
            when for when in sent.get((row["person_id"], key), ()) if when[:DAY] <= (on or as_of.isoformat())
        ]
        reason = None if state == OPEN or row["reason"] != row["reason"] else row["reason"]
        found.append(
            Reminded(row["person_id"], key, row["code"], row["starts"], tuple(reminders), state, on, reason)
        )
    return tuple(found)


def recommendations_taken_up(found: Collection[Reminded], days: Days, as_of: date) -> Figure:
    """Recommendations taken up: done / (done + failed) among those given in the period.

    `found` is what `recommendations` answers for the same days. Apart: ``cancelled``, ``open``, and those
    done after so many reminders (``done_after_0``, ``done_after_1`` …). Our definition.
    """

    def counted(*wanted: str) -> Counted:
        return _counted([one for one in found if one.outcome in wanted])

    times = sorted({len(one.reminders) for one in found if one.outcome == DONE})
    after = {
        f"done_after_{n}": _counted([one for one in found if one.outcome == DONE and len(one.reminders) == n])
        for n in times
    }
    return Figure(
        "recommendations.taken_up",
        as_of,
        days,
        counted(DONE),
        counted(DONE, FAILED),
        {CANCELLED: counted(CANCELLED), OPEN: counted(OPEN), **after},
    )


def _counted(some: Sequence[Reminded]) -> Counted:
    return things([one.person_id for one in some])
