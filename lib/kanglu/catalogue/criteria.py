"""What single conditions ask: values with what they are compared with, in which window, how often.

Values are compared in the indicator's canonical unit, or in the `unit` given. Several readings of one day
count as one: the last, or what `day` chooses (blood pressure: the mean, half up to whole mmHg). A value with
a comparator counts where it decides (``> 33.3`` is above 7); means, slopes and changes are of exact values.
Hours that pass midnight are a night, whose readings count together from the day on which it ends.
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from kanglu.catalogue.models import Entry, Texts
from kanglu.catalogue.spans import Window

type DayRule = Literal["last", "mean", "max", "min"]
type Unit = Literal["reading", "day", "night", "week", "month"]
type Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Hours(Entry):
    """A part of the day, from one clock time up to, not including, another; it may pass midnight."""

    from_: Clock = Field(alias="from")
    to: Clock

    @property
    def minutes(self) -> tuple[int, int]:
        """Both times in minutes of the day."""
        first, last = (int(text[:2]) * 60 + int(text[3:]) for text in (self.from_, self.to))
        return first, last


class Compared(Entry):
    """What a number or a code is compared with; every comparison given must hold."""

    lt: float | None = None
    le: float | None = None
    gt: float | None = None
    ge: float | None = None
    is_: str | bool | None = Field(default=None, alias="is")
    in_: Texts = Field(default=(), alias="in")
    unit: str | None = None
    needs_comparison: ClassVar[bool] = True

    @model_validator(mode="after")
    def _possible(self) -> Self:
        numbers, codes = self.has_numbers, self.is_ is not None or bool(self.in_)
        if numbers and codes:
            raise ValueError("compare with numbers or with codes, not with both")
        if self.needs_comparison and not numbers and not codes:
            raise ValueError("something to compare with is missing: lt, le, gt, ge, is or in")
        low, high = self._bounds()
        if low is not None and high is not None:
            empty = low[0] > high[0] or (low[0] == high[0] and (low[1] or high[1]))
            if empty:
                raise ValueError("no number is above its lower and below its upper limit")
        return self

    def _bounds(self) -> tuple[tuple[float, bool] | None, tuple[float, bool] | None]:
        """The strictest lower and upper limit, each with whether the limit itself is left out."""
        lows = [(limit, strict) for limit, strict in ((self.gt, True), (self.ge, False)) if limit is not None]
        highs = [
            (limit, strict) for limit, strict in ((self.lt, True), (self.le, False)) if limit is not None
        ]
        return (
            max(lows, default=None),
            min(highs, key=lambda bound: (bound[0], not bound[1]), default=None),
        )

    @property
    def has_numbers(self) -> bool:
        """Whether it compares with numbers."""
        return any(limit is not None for limit in (self.lt, self.le, self.gt, self.ge))

    @property
    def limits(self) -> dict[str, float]:
        """The numbers, by comparison."""
        return {
            name: getattr(self, name) for name in ("lt", "le", "gt", "ge") if getattr(self, name) is not None
        }

    @property
    def codes(self) -> tuple[str | bool, ...]:
        """The codes, any of which will do."""
        return (*self.in_, *(() if self.is_ is None else (self.is_,)))


class Measured(Compared):
    """Values of an indicator, or of several that stand for the same."""

    of: Texts = Field(min_length=1)
    day: DayRule | None = None
    at: Hours | None = None


class Latest(Measured):
    """The newest value, not older than `within`."""

    within: Window | None = None


class Every(Measured):
    """All values of the window, and at least so many of them."""

    within: Window
    at_least: int = Field(default=1, ge=1)


class Count(Measured):
    """On how many days (nights, weeks, months, readings) of the window there is such a value.

    One reading of a day is enough, unless its value is chosen by `day`; for blood pressure it always is.
    """

    within: Window
    at_least: int | None = Field(default=None, ge=1)
    at_most: int | None = Field(default=None, ge=0)
    each: Unit = "day"
    needs_comparison: ClassVar[bool] = False

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("at_least or at_most is missing")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"at_least {self.at_least} is more than at_most {self.at_most}")
        return self


class Mean(Measured):
    """The mean of the days' values in the window, of at least so many days."""

    within: Window
    at_least: int = Field(default=1, ge=1)


class Change(Compared):
    """The mean of the newest window against the mean of the window before it; counts for an `event`.

    `relative` compares the difference in percent of the earlier mean. An event's counts are compared for
    equal lengths of time.
    """

    of: Texts = ()
    event: str | None = None
    within: Window
    against: Window
    at_least: int = Field(default=1, ge=1)
    relative: bool = False

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.of) == (self.event is not None):
            raise ValueError("a change is of an indicator or of an event: give one of them")
        return self


class Slope(Measured):
    """The slope of the least-squares line through the days' values, in units per `per`."""

    within: Window
    per: Window
    at_least: int = Field(default=3, ge=2)


class Streak(Measured):
    """So many days, nights, weeks or months in a row, each with values that satisfy; or readings in a row.

    `by` makes one value of a unit's readings; of a week or month of blood pressures, or where `day` is given,
    of its days' values. A night runs from the evening (`at`) to the next morning. The streak is complete when
    its last unit is over (a night in its morning, a reading at once), and holds until a unit ends that does
    not satisfy.
    """

    per: Unit
    length: int = Field(ge=2)
    by: Literal["last", "mean", "max", "min", "sum"] = "mean"

    @model_validator(mode="after")
    def _nights(self) -> Self:
        if self.per == "night" and self.at is None:
            raise ValueError("nights need the hours they span: at: {from: '22:00', to: '06:00'}")
        return self


class OnDay(Measured):
    """A value of the day itself."""


class Gap(Entry):
    """Nothing for more than so many days or weeks, or for whole calendar months in a row.

    ``days: 90`` holds from the 91st day after the last on. ``months: 3`` holds from the first of the month
    after three empty months. What comes on the very day on which it begins ends it with that day: whoever was
    told in the morning was told rightly. Where there never was one, it is counted from the day on which the
    person came to be concerned (`applies`).
    """

    of: Texts = ()
    visit: str | None = None
    event: str | None = None
    days: int | None = Field(default=None, ge=1)
    weeks: int | None = Field(default=None, ge=1)
    months: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum((bool(self.of), self.visit is not None, self.event is not None)) != 1:
            raise ValueError("a gap is one of an indicator (of), a visit or an event")
        if sum(length is not None for length in (self.days, self.weeks, self.months)) != 1:
            raise ValueError("a gap has one length: days, weeks or months")
        return self


class Age(Compared):
    """Completed years of age, to the day; not known without a full birth date, nor before birth."""

    @model_validator(mode="after")
    def _numbers(self) -> Self:
        if not self.has_numbers:
            raise ValueError("an age is compared with lt, le, gt or ge")
        return self


class Event(Entry):
    """An event of a type in the window."""

    type: str
    within: Window
    at_least: int = Field(default=1, ge=1)


class Booking(Entry):
    """A booking that stands and begins within `ahead`."""

    type: str | None = None
    ahead: Window | None = None


class Contact(Entry):
    """Contacts in the window: calls, messages and answers, in or out, with what outcome."""

    direction: Literal["in", "out"] | None = None
    channel: Texts = ()
    outcome: Texts = ()
    topic: Texts = ()
    within: Window
    at_least: int = Field(default=1, ge=1)


class Message(Entry):
    """What people wrote or searched: messages with one of the keywords, at some time of the day."""

    keywords: Texts = Field(min_length=1)
    channel: Texts = ()
    at: Hours | None = None
    within: Window
    at_least: int = Field(default=1, ge=1)


class Visited(Entry):
    """The class of the latest classified visit of a programme."""

    programme: str
    class_: Texts = Field(alias="class", min_length=1)
    within: Window | None = None
