"""Condition trees: what a rule asks of a person's facts, as data.

A condition is a mapping with one key that says what it is: ``{latest: {of: sbp, ge: 140, within: 6mo}}``,
``{all: [{problem: diabetes}, {not: {drug: insulin}}]}``. Each means a set of days on which it holds, for
each person. **What is unknown is not true**, and ``not`` holds on every other day.

``within`` of a latest value, an event, a contact or a visit means no longer ago than that: what was exactly
so long ago counts. Of what is counted or averaged (every, count, mean, change, slope) it means that long a
stretch of days, the day itself the last: ``7d`` are seven days.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from kanglu.catalogue.criteria import (
    Age,
    Booking,
    Change,
    Contact,
    Count,
    Event,
    Every,
    Gap,
    Latest,
    Mean,
    Message,
    OnDay,
    Slope,
    Streak,
    Visited,
)
from kanglu.catalogue.models import Entry
from kanglu.catalogue.spans import Window


class Held(Entry):
    """A condition that has held without a break for at least `for`."""

    for_: Window = Field(alias="for")
    when: "Condition"


class OnDays(Entry):
    """On how many days of the window a condition on the day's values holds."""

    when: "Condition"
    within: Window
    at_least: int = Field(ge=1)


class _Node(Entry):
    """A condition: one key, and under it what is asked."""

    @property
    def asked(self) -> Any:
        """What stands under the key."""
        return getattr(self, next(iter(type(self).model_fields)))

    @property
    def parts(self) -> "tuple[Condition, ...]":
        """The conditions within this one."""
        return ()

    @cached_property
    def key(self) -> str:
        """The same text for the same condition."""
        return self.model_dump_json(by_alias=True, exclude_defaults=True)


class AllOf(_Node):
    """Every part holds."""

    all: "tuple[Condition, ...]" = Field(min_length=1)

    @property
    def parts(self) -> "tuple[Condition, ...]":
        return self.all


class AnyOf(_Node):
    """One of the parts holds, or more."""

    any: "tuple[Condition, ...]" = Field(min_length=1)

    @property
    def parts(self) -> "tuple[Condition, ...]":
        return self.any


class Not(_Node):
    """The part does not hold, or is not known to."""

    not_: "Condition" = Field(alias="not")

    @property
    def parts(self) -> "tuple[Condition, ...]":
        return (self.not_,)


class IsHeld(_Node):
    held: Held

    @property
    def parts(self) -> "tuple[Condition, ...]":
        return (self.held.when,)


class IsOnDays(_Node):
    days: OnDays

    @property
    def parts(self) -> "tuple[Condition, ...]":
        return (self.days.when,)


class IsLatest(_Node):
    latest: Latest


class IsEvery(_Node):
    every: Every


class IsCount(_Node):
    count: Count


class IsMean(_Node):
    mean: Mean


class IsChange(_Node):
    change: Change


class IsSlope(_Node):
    slope: Slope


class IsStreak(_Node):
    streak: Streak


class IsOnDay(_Node):
    on_day: OnDay


class IsGap(_Node):
    gap: Gap


class IsAge(_Node):
    age: Age


class IsSex(_Node):
    sex: Literal["male", "female"]


class HasProblem(_Node):
    """A problem that holds on the day."""

    problem: str


class HadProblem(_Node):
    """A problem that holds or held."""

    had: str


class TakesDrug(_Node):
    """A class of medicines taken on the day."""

    drug: str


class HasTag(_Node):
    tag: str


class InProgramme(_Node):
    """Enrolled in a programme on the day."""

    programme: str


class HasCarer(_Node):
    """Somebody of this role looks after the person."""

    care_team: Literal["doctor", "manager", "nurse"]


class IsEvent(_Node):
    event: Event


class IsBooked(_Node):
    booking: Booking


class IsContact(_Node):
    contact: Contact


class IsMessage(_Node):
    message: Message


class IsVisited(_Node):
    visited: Visited


NODES: Mapping[str, type[_Node]] = {
    next((field.alias or name) for name, field in node.model_fields.items()): node
    for node in (
        *(
            AllOf,
            AnyOf,
            Not,
            IsHeld,
            IsOnDays,
            IsLatest,
            IsEvery,
            IsCount,
            IsMean,
            IsChange,
            IsSlope,
            IsStreak,
            IsOnDay,
        ),
        *(IsGap, IsAge, IsSex, HasProblem, HadProblem, TakesDrug, HasTag, InProgramme, HasCarer, IsEvent),
        *(IsBooked, IsContact, IsMessage, IsVisited),
    )
}
"""The conditions by their key."""


def _kind(value: object) -> str | None:
    """The key that says what a condition is; None when there is not exactly one."""
    if isinstance(value, _Node):
        return next(name for name, node in NODES.items() if node is type(value))
    if isinstance(value, Mapping) and len(value) == 1 and (name := str(next(iter(value)))) in NODES:
        return name
    return None


type Condition = Annotated[
    Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[IsHeld, Tag("held")]
    | Annotated[IsOnDays, Tag("days")]
    | Annotated[IsLatest, Tag("latest")]
    | Annotated[IsEvery, Tag("every")]
    | Annotated[IsCount, Tag("count")]
    | Annotated[IsMean, Tag("mean")]
    | Annotated[IsChange, Tag("change")]
    | Annotated[IsSlope, Tag("slope")]
    | Annotated[IsStreak, Tag("streak")]
    | Annotated[IsOnDay, Tag("on_day")]
    | Annotated[IsGap, Tag("gap")]
    | Annotated[IsAge, Tag("age")]
    | Annotated[IsSex, Tag("sex")]
    | Annotated[HasProblem, Tag("problem")]
    | Annotated[HadProblem, Tag("had")]
    | Annotated[TakesDrug, Tag("drug")]
    | Annotated[HasTag, Tag("tag")]
    | Annotated[InProgramme, Tag("programme")]
    | Annotated[HasCarer, Tag("care_team")]
    | Annotated[IsEvent, Tag("event")]
    | Annotated[IsBooked, Tag("booking")]
    | Annotated[IsContact, Tag("contact")]
    | Annotated[IsMessage, Tag("message")]
    | Annotated[IsVisited, Tag("visited")],
    Discriminator(_kind),
]

Held.model_rebuild()
OnDays.model_rebuild()
for _node in (AllOf, AnyOf, Not, IsHeld, IsOnDays):
    _node.model_rebuild()


def walk(condition: _Node) -> Iterator[_Node]:
    """The condition and all within it, outermost first."""
    yield condition
    for part in condition.parts:
        yield from walk(part)
