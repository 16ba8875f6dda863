"""A figure: a number with its definition, its day, and everybody who is in it."""

import calendar
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from kanglu.dates import add_months
from kanglu.errors import DateError, ReportError


@dataclass(frozen=True, slots=True)
class Counted:
    """How many, and of whom: people, or the visits, tasks, discharges … of people.

    `people` is None for an estimate, which has no list. `whose` each of these is, where they are not the
    people themselves.
    """

    n: int
    people: frozenset[int] | None
    whose: tuple[int, ...] = field(default=(), compare=False, repr=False)

    @property
    def each(self) -> Collection[int]:
        """Whose each is."""
        return self.whose or self.people or ()


@dataclass(frozen=True, slots=True)
class Days:
    """A period, its first and its last day in it. Raises `DateError` for one that ends before it begins."""

    since: date
    until: date

    def __post_init__(self) -> None:
        if self.until < self.since:
            raise DateError(
                f"A period from {self.since} to {self.until} has no day.",
                remedy="State an earlier first day.",
            )

    @classmethod
    def month(cls, year: int, month: int) -> "Days":
        """A calendar month."""
        return cls(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))

    @classmethod
    def year(cls, year: int) -> "Days":
        """A calendar year."""
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def year_to(cls, until: date) -> "Days":
        """The twelve months that end on a day."""
        return cls(add_months(until, -12) + timedelta(days=1), until)

    @property
    def is_month(self) -> bool:
        """Whether it is a whole calendar month."""
        return self == Days.month(self.since.year, self.since.month)


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure of the service.

    Parameters
    ----------
    definition : id of the definition; the docstring of the function that answers it gives the words.
    as_of : the day that was looked back from.
    days : the period it is of.
    numerator, denominator : the two counts, each with its people.
    apart : what is in neither, or parts of them, by name.
    """

    definition: str
    as_of: date
    days: Days
    numerator: Counted
    denominator: Counted
    apart: Mapping[str, Counted] = field(default_factory=dict)

    @property
    def value(self) -> float | None:
        """Numerator by denominator; None when nobody counts."""
        return self.numerator.n / self.denominator.n if self.denominator.n else None


def rows(found: pd.DataFrame) -> Counted:
    """The rows of a frame with `person_id`, and whose they are."""
    return things(found["person_id"].tolist())


def things(whose: Sequence[int]) -> Counted:
    """Things of people, by whose each is."""
    people = frozenset(whose)
    return Counted(len(whose), people, tuple(whose) if len(people) < len(whose) else ())


def persons(ids: Iterable[int]) -> Counted:
    """People, each once."""
    people = frozenset(ids)
    return Counted(len(people), people)


def require_over(days: Days, as_of: date) -> None:
    """Raises `ReportError` for a period that is not over on a day."""
    if days.until > as_of:
        raise ReportError(
            f"The period from {days.since} to {days.until} is not over on {as_of}.",
            remedy="Ask for a period that ends by then, or as of a later day.",
        )
