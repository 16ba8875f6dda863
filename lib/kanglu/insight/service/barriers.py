"""Why care was not taken up: the coded reasons, the most frequent first, each with what helps."""

from dataclasses import dataclass
from datetime import date
from itertools import accumulate

import pandas as pd

from kanglu.catalogue.programmes import Barrier
from kanglu.catalogue.rulebook import Rulebook
from kanglu.insight.derived import days_of
from kanglu.insight.service.figure import Counted, Days, Figure, rows, things
from kanglu.insight.service.seen import sound, within


@dataclass(frozen=True, slots=True)
class Ranked:
    """A barrier and its remedy, its share of the coded contacts, and that of all down to it."""

    barrier: Barrier
    share: Figure
    cumulative: Figure


@dataclass(frozen=True, slots=True)
class Barriers:
    """The Pareto table of barriers.

    `unknown` are contacts whose reason is none of the rulebook's, `uncoded` those that failed without one.
    """

    rows: tuple[Ranked, ...]
    unknown: Counted
    uncoded: Counted


def rank_barriers(communications: pd.DataFrame, rulebook: Rulebook, days: Days, as_of: date) -> Barriers:
    """Barriers to care: contacts with the barrier as their reason / contacts with any barrier as theirs.

    Of the period, by number, equal numbers by id. A contact without a reason is uncoded where its outcome
    is one of the rulebook's after which its task is not done. Our definition.
    """
    known = sound(communications)
    known = within(known.assign(day=days_of(known["effective"])), days, as_of)
    coded = known[known["reason"].isin(list(rulebook.barriers))]
    whole = rows(coded)
    parts = {str(name): rows(some) for name, some in coded.groupby("reason")}
    order = sorted(parts, key=lambda name: (-parts[name].n, name))
    sums = accumulate((parts[name] for name in order), _together)
    failed = [one.id for one in rulebook.outcomes.values() if one.closes != "done"]
    return Barriers(
        tuple(
            Ranked(
                rulebook.barriers[name],
                Figure(f"barriers.{name}", as_of, days, parts[name], whole),
                Figure(f"barriers.down_to_{name}", as_of, days, so_far, whole),
            )
            for name, so_far in zip(order, sums, strict=True)
        ),
        rows(known[known["reason"].notna() & ~known["reason"].isin(list(rulebook.barriers))]),
        rows(known[known["reason"].isna() & known["outcome"].isin(failed)]),
    )


def _together(one: Counted, other: Counted) -> Counted:
    return things([*one.each, *other.each])
