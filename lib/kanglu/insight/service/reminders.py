"""At which hours reminders are answered, and whether another hour would be better."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from kanglu.dates import end_of
from kanglu.insight.derived import days_of
from kanglu.insight.service.figure import Counted, Days, Figure, rows
from kanglu.insight.service.intervals import wilson
from kanglu.insight.service.seen import DAY, sound, within

CHANNELS = ("app", "wechat", "sms", "voice", "email")
"""The channels of messages that go out at a chosen hour."""


@dataclass(frozen=True, slots=True)
class Hour:
    """How reminders of an hour of the day (0 to 23) were answered."""

    hour: int
    answered: Figure

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval (Wilson) of the proportion; None when nothing counts."""
        return wilson(self.answered.numerator.n, self.answered.denominator.n)


@dataclass(frozen=True, slots=True)
class Hours:
    """The table of hour and response; `untimed` were sent at an unknown time of the day."""

    rows: tuple[Hour, ...]
    untimed: Counted


@dataclass(frozen=True, slots=True)
class Proposal:
    """That reminders move from one hour to another; nothing moves by itself."""

    now: Hour
    to: Hour


def reminder_hours(communications: pd.DataFrame, days: Days, hours: int, as_of: date) -> Hours:
    """Response to reminders by the hour they went out: answered within so many hours / sent.

    Denominator: the messages that went out in the period about something that a rule gave, by app, WeChat,
    SMS, voice or mail, whose time to be answered has passed by the end of `as_of`; the others are told apart
    as ``not_yet``. Numerator: those of them that were answered no later than `hours` after: by something
    incoming about the same, or, where it does not say what it is about, if this was the last message before
    it; or because a voice call was taken (``reached``). Our definition.
    """
    known = sound(communications)
    known = known.assign(day=days_of(known["effective"]))
    out = (known["direction"] == "out") & known["channel"].isin(CHANNELS) & known["about"].notna()
    timed = known["effective"].str.len() > DAY
    untimed = rows(within(known[out & ~timed], days, as_of))
    every, answers = _with_times(known[out & timed]), _with_times(known[(known["direction"] == "in") & timed])
    answered = _answered(every, answers, pd.Timedelta(hours=hours))
    sent = within(every, days, as_of)
    taken = (sent["channel"] == "voice") & (sent["outcome"] == "reached")
    over = sent["at"] + np.timedelta64(hours, "h") <= np.datetime64(end_of(as_of))
    sent = sent.assign(came=sent["id"].isin(answered) | taken, over=over)
    name = f"reminders_answered.within_{hours}_hours"
    table = [
        Hour(int(hour), Figure(name, as_of, days, *_counts(some), {"not_yet": rows(some[~some["over"]])}))
        for hour, some in sent.groupby(sent["at"].dt.hour)
    ]
    return Hours(tuple(table), untimed)


def _counts(sent: pd.DataFrame) -> tuple[Counted, Counted]:
    return rows(sent[sent["over"] & sent["came"]]), rows(sent[sent["over"]])


def _with_times(contacts: pd.DataFrame) -> pd.DataFrame:
    at = np.array(contacts["effective"].tolist(), dtype="datetime64[s]")
    return contacts.assign(at=at).sort_values("at", kind="stable")


def _answered(sent: pd.DataFrame, answers: pd.DataFrame, limit: pd.Timedelta) -> frozenset[int]:
    """Ids of the messages that something incoming answers: each answer answers one."""
    found: set[int] = set()
    named = answers["about"].notna()
    for some, by in ((answers[named], ["person_id", "about"]), (answers[~named], ["person_id"])):
        before = pd.merge_asof(some[["at", *by]], sent[["at", "id", *by]], on="at", by=by, tolerance=limit)
        found.update(before["id"].dropna().astype(int).tolist())
    return frozenset(found)


def propose_hour(hours: Sequence[Hour], now: int) -> Proposal | None:
    """The hour to move reminders to from `now`, or None.

    Proposed only where its whole interval lies above that of the present hour; of several such hours that
    with the highest proportion, then with more reminders, then the earliest. Where nothing is known of the
    present hour, nothing is proposed.
    """
    present = next((one for one in hours if one.hour == now), None)
    if present is None or present.interval is None:
        return None
    _, top = present.interval
    better = [one for one in hours if one.interval is not None and one.interval[0] > top]
    best = max(
        better,
        key=lambda one: (one.answered.value or 0, one.answered.denominator.n, -one.hour),
        default=None,
    )
    return None if best is None else Proposal(present, best)
