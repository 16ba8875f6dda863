"""Who has which tag on a day: what rules gave, and what people set or took away by hand, which goes first."""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from kanglu.care.tasks import held_on

type Marks = Mapping[str, frozenset[int]]
"""The people who have each tag."""


def marks(rows: pd.DataFrame, flags: pd.DataFrame, day: date) -> Marks:
    """The people who have each tag.

    Parameters
    ----------
    rows : results of rules, columns as in `Ruling`.
    flags : tags set by hand, columns as the table `flag`.
    """
    on = day.isoformat()
    given = rows[(rows["kind"] == "tag") & (rows["starts"] <= on)]
    given = given[given["ends"].fillna(on + "~") > on]
    by_hand = flags.assign(effective_end=flags["effective_end"].fillna("9999"))
    by_hand = held_on(by_hand, day)
    off = by_hand["clinical_status"] == "inactive"
    taken, set_ = _people(by_hand[off]), _people(by_hand[~off])
    ruled = _people(given)
    return {
        tag: frozenset((ruled.get(tag, set()) - taken.get(tag, set())) | set_.get(tag, set()))
        for tag in sorted({*ruled, *set_})
    }


def _people(tagged: pd.DataFrame) -> dict[str, set[int]]:
    return {
        str(tag): {int(one) for one in some["person_id"]} for tag, some in tagged.groupby("code", sort=True)
    }
