"""Taking one's medicine: the proportion of days covered by what was dispensed (PDC)."""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import compress

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Column, Input, Inputs, Unit
from kanglu.measures.reading import Readings
from kanglu.measures.score import Answer, Band, Score

ADHERENT = 0.80
_FILL = re.compile(r"(\d{4}-\d\d-\d\d):([1-9]\d{0,2})", re.ASCII)

type Days = npt.NDArray[np.int64]


@lru_cache(maxsize=65536)
def _fill(text: str) -> tuple[int, int] | None:
    """The ordinal of the day of a fill and the days it lasts; None where it is no such."""
    found = _FILL.fullmatch(text)
    try:
        return (date.fromisoformat(found[1]).toordinal(), int(found[2])) if found else None
    except ValueError:
        return None


def _fills(texts: Sequence[str], places: Floats) -> tuple[Days, Days, Days, npt.NDArray[np.bool_]]:
    """Row, first day and length of every fill, by row and day; and which rows cannot be read."""
    parsed = [[_fill(fill) for fill in text.strip().split("|")] for text in texts]
    readable = np.array([*(None not in fills for fills in parsed), True])
    counts = np.where(readable, [*map(len, parsed), 0], 0)
    flat = np.array([fill for fills in compress(parsed, readable) for fill in fills], dtype=np.int64)
    place = np.where(np.isnan(places), len(parsed), places).astype(np.int64)
    of_row = counts[place]
    row = np.repeat(np.arange(place.size), of_row)
    begins = np.cumsum(counts) - counts
    within = np.arange(row.size) - np.repeat(np.cumsum(of_row) - of_row, of_row)
    fills = flat.reshape(-1, 2)[begins[place[row]] + within]
    order = np.lexsort((fills[:, 0], row))
    return row[order], fills[order, 0], fills[order, 1], ~readable[place]


def _covered(row: Days, day: Days, length: Days, end: Floats, size: int) -> Floats:
    """By row, the days covered up to the period's end; a fill begins when the one before it is used up."""
    supply = np.cumsum(length)
    begins = day - supply + length
    # Where each row's supply starts counting; a row's offset keeps the running maximum within it.
    apart = np.int64(np.ptp(begins) + 1) if begins.size else np.int64(1)
    used_up = np.maximum.accumulate(begins + row * apart) - row * apart + supply
    last = end[row] + 1
    inside = np.minimum(used_up, last) - np.minimum(used_up - length, last)
    return np.bincount(row, inside, minlength=size)


def _compute(given: Readings) -> Answer:
    start, end, places = given["start"], given["end"], given["fills"]
    given.refuse("end", end < start, f"is before {given.columns['start']}")
    row, day, length, unreadable = _fills(given.texts["fills"], places)
    given.reject("fills", unreadable, "is not DATE:DAYS|DATE:DAYS… with dates YYYY-MM-DD and 1–999 days")
    counts = (day >= start[row]) & (day <= end[row])
    others = np.bincount(row[~counts], minlength=given.size) > 0
    row, day, length = row[counts], day[counts], length[counts]
    new_row = np.diff(row, prepend=-1) != 0
    new_day = new_row | (np.diff(day, prepend=0) != 0)
    first = np.full(given.size, np.nan)
    first[row[new_row]] = day[new_row]
    none = np.isnan(first) & ~np.isnan(start) & ~np.isnan(end) & ~np.isnan(places) & ~unreadable
    given.refuse("fills", none & (end >= start), "has no fill in the period")
    value = _covered(row, day, length, end, given.size) / (end - first + 1)
    days = np.bincount(row[new_day], minlength=given.size)
    return Answer(
        value,
        (value >= ADHERENT).view(np.int8),
        notes=(
            (days == 1, "filled on one day only: the PQA asks for two"),
            (others, "fills outside the period are not counted"),
        ),
    )


def _day(key: str, zh: str, en: str, name: str) -> Input:
    return Input(
        key, {"zh": zh, "en": en}, (Column(name, (Unit("YYYY-MM-DD", -np.inf, np.inf),)),), kind="day"
    )


PDC = Score(
    id="pdc",
    name={"zh": "用药覆盖天数比例（PDC）", "en": "Proportion of days covered (PDC)"},
    version="PDC after the PQA, overlapping fills carried forward; adherent from 0.80",
    unit="1",
    decimals=2,
    population="people on one long-term medicine, dispensed at least once in the period",
    source="Pharmacy Quality Alliance, proportion of days covered",
    doi=None,
    licence="published definition",
    inputs=(
        _day("start", "时段首日", "first day of the period", "period_start"),
        _day("end", "时段末日", "last day of the period", "period_end_inclusive"),
        Input(
            "fills",
            {"zh": "配药记录", "en": "fills"},
            (Column("fills_date:days", (Unit("DATE:DAYS|…", 1, 999),)),),
            kind="text",
        ),
    ),
    bands=(
        Band("not adherent", {"zh": "依从性不足", "en": "not adherent"}, "watch"),
        Band("adherent", {"zh": "依从", "en": "adherent"}, "ok"),
    ),
    compute=_compute,
)


def pdc(inputs: Inputs) -> pd.DataFrame:
    """The share (0–1) of days covered by what was dispensed, from the first fill to the period's end.

    Inputs, one row a person and medicine: ``period_start`` and ``period_end_inclusive`` (YYYY-MM-DD), and
    ``fills_date:days``, the fills in the period and the days that each lasts, as
    ``2024-01-01:30|2024-02-03:30``. A fill that comes early begins when the one before it is used up. Fills
    outside the period are not counted, and what lasts beyond it neither. A person without a fill in the
    period is ``not_applicable``; one with a single day of filling has a value, and `reason` says that the
    PQA asks for two.

    Band: adherent from 0.80. Not the medication possession ratio. Source: Pharmacy Quality Alliance.
    Licence: published definition.
    """
    return PDC(inputs)
