"""What came of something within a time: told only when all of that time has passed."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from kanglu.insight.service.figure import Counted, Days, Figure, rows
from kanglu.insight.service.seen import deaths_of, undated_deaths

NOT_YET, DIED, DEATH_UNDATED = "not_yet", "died", "death_undated"
NOTHING: Final[Mapping[str, Counted]] = {}


def outcome(
    definition: str,
    index: pd.DataFrame,
    people: pd.DataFrame,
    days: Days,
    as_of: date,
    apart: Mapping[str, Counted] = NOTHING,
) -> Figure:
    """Of those whose time has passed: whom it came to.

    Parameters
    ----------
    index : what is followed: person_id, day, deadline (the last day that counts), came (whether it came).
    people : by id, with `death_date` and `deceased`.
    apart : what was told apart before.

    Apart are those whose time has not passed (``not_yet``), the others who died within it before it came
    (``died``), and those it did not come to who died on an unknown day (``death_undated``).
    """
    over = index["deadline"] <= np.datetime64(as_of)
    death = deaths_of(people).reindex(index["person_id"]).to_numpy()
    missed = over & ~index["came"]
    died = missed & (death >= index["day"]) & (death <= index["deadline"])
    undated = missed & index["person_id"].isin(undated_deaths(people))
    return Figure(
        definition,
        as_of,
        days,
        rows(index[over & index["came"]]),
        rows(index[over & ~died & ~undated]),
        {
            **apart,
            NOT_YET: rows(index[~over]),
            DIED: rows(index[died]),
            DEATH_UNDATED: rows(index[undated]),
        },
    )
