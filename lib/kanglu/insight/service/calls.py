"""What came of the calls to people."""

from datetime import date

import pandas as pd

from kanglu.catalogue.programmes import Outcome
from kanglu.catalogue.rulebook import Rulebook
from kanglu.insight.derived import days_of
from kanglu.insight.service.figure import Days, Figure, rows
from kanglu.insight.service.seen import sound, within

CALLED = ("phone", "voice")
"""The channels on which somebody is called."""


def call_outcomes(
    communications: pd.DataFrame, rulebook: Rulebook, days: Days, as_of: date
) -> tuple[tuple[Outcome, Figure], ...]:
    """Outcomes of calls: calls that came to it / calls that went out in the period and came to something.

    One figure an outcome of the rulebook that occurred, by number, equal numbers by id. An outcome that the
    rulebook does not name is told apart as ``unknown``, a call without one as ``none``. Our definition.
    """
    known = sound(communications)
    known = within(known.assign(day=days_of(known["effective"])), days, as_of)
    calls = known[(known["direction"] == "out") & known["channel"].isin(CALLED)]
    named = calls[calls["outcome"].isin(list(rulebook.outcomes))]
    whole = rows(named)
    apart = {
        "unknown": rows(calls[calls["outcome"].notna() & ~calls["outcome"].isin(list(rulebook.outcomes))]),
        "none": rows(calls[calls["outcome"].isna()]),
    }
    parts = {str(name): rows(some) for name, some in named.groupby("outcome")}
    order = sorted(parts, key=lambda name: (-parts[name].n, name))
    return tuple(
        (rulebook.outcomes[name], Figure(f"calls.{name}", as_of, days, parts[name], whole, apart))
        for name in order
    )
