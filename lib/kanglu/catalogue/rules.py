"""Rules as the catalogue writes them: whom they concern, what must hold, what they give, what an example is.

A rule says whom it concerns (`applies`), what happens first (`on`, if it answers an event) or what must hold
(`when`), and what it then `gives`: tags, tasks, referrals, messages, recommendations, a journey. Its id is
never used again for something else, and its version counts up whenever its meaning changes.
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kanglu.catalogue.conditions import Condition
from kanglu.catalogue.criteria import Hours
from kanglu.catalogue.models import _ID, _ONE_OR_MORE, Entry, Names, Texts
from kanglu.catalogue.spans import NOTHING, Offset, Window

type RuleId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")]
type Id = Annotated[str, Field(pattern=_ID)]
type Role = Literal["manager", "doctor", "nurse"]
type Channel = Literal["app", "wechat", "sms", "voice", "phone", "email", "letter"]
type GiftKind = Literal["tag", "task", "referral", "message", "recommendation", "journey"]
GIFTS: tuple[GiftKind, ...] = ("tag", "task", "referral", "message", "recommendation", "journey")


class Origin(Entry):
    """Where a rule comes from; who held it against the issued text, and when, is empty until somebody did."""

    doc: str
    part: str | None = None
    clause: str | None = None
    checked_by: str | None = None
    checked_on: date | None = None


class Times(Entry):
    """How many in a row."""

    ge: int | None = Field(default=None, ge=0)
    le: int | None = Field(default=None, ge=0)


class OnVisit(Entry):
    """A visit, of these classes in this programme, after so many in a row that were not controlled."""

    programme: str
    class_: Texts = Field(default=(), alias="class")
    streak: Times = Times()


class OnBooking(Entry):
    """A booking: when it is made, or some time before it begins."""

    type: str | None = None
    before: Window | None = None


class OnTask(Entry):
    """A task that another rule gave, some time before it is due, while it is open."""

    code: Texts = Field(min_length=1)
    before: Window


class OnMessage(Entry):
    """What people wrote or searched, when it holds one of the keywords."""

    keywords: Texts = Field(min_length=1)
    channel: Texts = ()
    at: Hours | None = None


class OnBirthday(Entry):
    """A birthday, between two ages."""

    from_: int = Field(default=1, alias="from", ge=1)
    to: int = Field(default=150, le=150)


class Trigger(Entry):
    """What a rule answers to, each time anew; exactly one of these."""

    visit: OnVisit | None = None
    event: str | None = None
    observed: Texts = ()
    booking: OnBooking | None = None
    task: OnTask | None = None
    birthday: OnBirthday | None = None
    contact: Texts = ()
    message: OnMessage | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"on: names one of {', '.join(type(self).model_fields)}")
        return self


class Done(Entry):
    """A fact that closes a task or stops a journey; exactly one of these."""

    observed: Texts = ()
    visit: str | None = None
    event: str | None = None
    contact: Texts = ()
    message: Literal["in"] | None = None
    booked: str | None = None
    care_team: Role | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"name one of {', '.join(type(self).model_fields)}")
        return self


class Gift(Entry):
    """What a rule gives: exactly one of tag … journey, and how.

    Times count from the day that the rule begins to hold, or the event it answers. `at` lists the days of a
    plan's parts; `due` is when each should be done, `opens` how long before that it may, `lapses` how long
    after it has failed. `done` lists what closes it; a task without is done when its rule no longer holds.
    `repeat` gives it again while the rule goes on holding. What an event gave is not given again while it is
    open, unless `again` says so. What is not done when the rule no longer holds is cancelled, unless it
    `stays`. `pace` brings `due` forward so that so many times in the calendar year are
    still reached, but not before `soonest`. `lasts` ends a tag that an event gave.
    """

    tag: Id | None = None
    task: Id | None = None
    referral: Id | None = None
    message: Id | None = None
    recommendation: Id | None = None
    journey: Id | None = None
    at: Annotated[tuple[Offset, ...], Field(min_length=1), _ONE_OR_MORE] = (NOTHING,)
    due: Offset = NOTHING
    opens: Window | None = None
    lapses: Window | None = None
    repeat: Window | None = None
    lasts: Window | None = None
    pace: int | None = Field(default=None, ge=1, le=52)
    soonest: Window | None = None
    priority: int = Field(default=50, ge=0, le=100)
    role: Role = "manager"
    channel: Channel | None = None
    done: tuple[Done, ...] = ()
    again: bool = False
    stays: bool = False
    commercial: bool = False

    @model_validator(mode="after")
    def _one(self) -> Self:
        named = [kind for kind in GIFTS if getattr(self, kind) is not None]
        if len(named) != 1:
            raise ValueError(f"it gives one of {', '.join(GIFTS)}")
        if self.opens is not None and self.opens.about > self.due.about + 366:
            raise ValueError("it opens more than a year before its cause")
        return self

    @property
    def kind(self) -> GiftKind:
        """What kind of thing it is."""
        return next(kind for kind in GIFTS if getattr(self, kind) is not None)

    @property
    def code(self) -> str:
        """The id under that kind."""
        return str(getattr(self, self.kind))


class Given(Entry):
    """A fact of an example: what is known of its person. Exactly one of the first group says what it is."""

    observation: str | None = None
    condition: str | None = None
    medicine: str | None = None
    event: str | None = None
    visit: Literal["clinic", "home", "phone"] | None = None
    message: str | None = None
    contact: str | None = None
    booking: str | None = None
    programme: str | None = None
    care_team: Role | None = None
    tag: str | None = None
    on: str
    until: str | None = None
    every: Window | None = None
    value: float | bool | str | None = None
    channel: str | None = None
    booked: str | None = None
    topic: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        kinds = tuple(type(self).model_fields)[:11]
        if sum(name in self.model_fields_set for name in kinds) != 1:
            raise ValueError(f"a fact of an example is one of {', '.join(kinds)}")
        return self


class Example(Entry):
    """A person, a day, and what the rule gives on it: `gives` lists codes open on that day, none is []."""

    name: str
    born: date = date(1960, 6, 15)
    sex: Literal["male", "female"] = "female"
    as_of: date
    facts: tuple[Given, ...] = ()
    gives: Texts
    due: date | None = None


class Rule(Entry):
    """One rule. `explain` names the person's own numbers in braces, such as ``{sbp}`` and ``{date}``."""

    id: RuleId
    version: int = Field(ge=1)
    name: Names
    mission: Texts = ()
    source: Origin
    programme: str | None = None
    applies: Condition | None = None
    on: Trigger | None = None
    when: Condition | None = None
    gives: tuple[Gift, ...] = Field(min_length=1)
    explain: Names
    examples: tuple[Example, ...] = ()

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if self.on is None and self.when is None:
            raise ValueError("a rule without on and when would hold for everybody, always: state a condition")
        for gift in self.gives:
            if self.on is not None and gift.repeat is not None:
                raise ValueError(
                    "repeat is for rules that hold for a time, not for those that answer an event"
                )
            if self.on is not None and gift.kind == "tag" and gift.lasts is None:
                raise ValueError("a tag that answers an event needs lasts: for how long")
        return self
