"""What a year's check should hold for a person of this age with these problems, and what of it is missing.

The lists are data: what the national programmes ask for (hypertension, diabetes, the elderly), and what
general practice agrees on where they are silent. The window is the twelve months before the cut-off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kanglu.dates import add_months
from kanglu.insight.findings import About
from kanglu.insight.history import History

_NATIONAL = "国家基本公共卫生服务规范(第三版), 2017"
_HABIT = "general practice; no national text"


@dataclass(frozen=True, slots=True)
class Item:
    """Something a check holds: any one of `indicators` will do, on at least `times` days in `months`."""

    indicators: tuple[str, ...]
    times: int = 1
    months: int = 12


@dataclass(frozen=True, slots=True)
class Programme:
    """Whom a list of items is for: an age band in years, and people with any of `problems` (empty: all)."""

    id: str
    items: tuple[Item, ...]
    source: str
    age_from: int = 18
    age_below: int = 200
    problems: frozenset[str] = frozenset()

    def fits(self, about: About) -> bool:
        """Whether the list is for this person; an unknown age fits none."""
        if about.age is None or not self.age_from <= about.age < self.age_below:
            return False
        return not self.problems or not self.problems.isdisjoint(about.problems)


@dataclass(frozen=True, slots=True)
class Missing:
    """An item of a programme that was not found often enough: on `found` of `item.times` days."""

    programme: str
    item: Item
    found: int
    last: str | None


def _items(*names: str, months: int = 12) -> tuple[Item, ...]:
    return tuple(Item((name,), months=months) for name in names)


PROGRAMMES = (
    Programme(
        "hypertension",
        (Item(("sbp",), times=4), *_items("creatinine", "potassium", "fpg", "tc", "ldl_c")),
        f"{_NATIONAL} (four visits a year); laboratory: {_HABIT}",
        problems=frozenset({"hypertension"}),
    ),
    Programme(
        "diabetes",
        (
            Item(("fpg",), times=4),
            Item(("sbp",), times=4),
            *_items("hba1c", "creatinine", "uacr", "ldl_c", "tg"),
        ),
        f"{_NATIONAL} (four fasting glucose tests and visits a year); others: {_HABIT}",
        problems=frozenset({"diabetes"}),
    ),
    Programme("ckd", _items("creatinine", "uacr", "hgb"), _HABIT, problems=frozenset({"ckd"})),
    Programme("gout", _items("uric_acid", "creatinine"), _HABIT, problems=frozenset({"gout"})),
    Programme(
        "elderly",
        (
            *_items("sbp", "weight", "waist"),
            *_items("hgb", "wbc", "plt", "urine_protein"),
            *_items("alt", "ast", "tbil", "creatinine", "urea", "fpg", "hba1c"),
            *_items("tc", "tg", "ldl_c", "hdl_c"),
        ),
        f"{_NATIONAL}, yearly check of people of 65 and over; HbA1c since 2025",
        age_from=65,
    ),
    Programme("adult_40", _items("fpg", "tc", "tg", "ldl_c", "hdl_c"), _HABIT, age_from=40),
    Programme(
        "adult",
        (*_items("sbp", "weight", "waist"), Item(("smoking_status",), months=36)),
        f"{_NATIONAL} (blood pressure each year from 35); others: {_HABIT}",
    ),
)


def missing(history: History, about: About, until: date) -> tuple[Missing, ...]:
    """What this person's year lacks, by programme.

    An item that several ask for is said once, for the one that asks for it most often, else for the first.
    """
    asked: dict[tuple[str, ...], tuple[Programme, Item]] = {}
    for programme in PROGRAMMES:
        for item in programme.items if programme.fits(about) else ():
            before = asked.get(item.indicators)
            if before is None or item.times > before[1].times:
                asked[item.indicators] = programme, item
    return tuple(
        Missing(programme.id, item, len(days), _last(history, item))
        for programme in PROGRAMMES
        for item in programme.items
        if asked.get(item.indicators) == (programme, item)
        and len(days := _days(history, item, until)) < item.times
    )


def _days(history: History, item: Item, until: date) -> set[str]:
    since = add_months(until, -item.months).isoformat() + "~"
    return {
        reading.day for name in item.indicators for reading in history.of(name) if reading.effective > since
    }


def _last(history: History, item: Item) -> str | None:
    last: Sequence[str] = [
        reading.day for name in item.indicators if (reading := history.last(name)) is not None
    ]
    return max(last, default=None)
