"""Programmes, journeys, and the small entries that rules name: events, tags, actions, messages, outcomes."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kanglu.catalogue.conditions import Condition
from kanglu.catalogue.criteria import Clock, Hours
from kanglu.catalogue.models import Entry, Names, Texts
from kanglu.catalogue.rules import Channel, Done, Gift, Id, Origin, Role
from kanglu.catalogue.spans import Window


class VisitClass(Entry):
    """A class of a programme's visits; `form` is its number on the official form."""

    id: Id
    name: Names
    form: int | None = None
    when: Condition


class Programme(Entry):
    """A programme of the public-health service. `classes` are tried in order, the most severe first.

    A visit that fits none of them has no class: it neither breaks nor lengthens a streak. Classes in `streak`
    count as not controlled. A programme without classes is a slot: people can be enrolled, no more.
    """

    id: Id
    name: Names
    source: Origin
    applies: Condition | None = None
    visit: Id = "follow_up"
    classes: tuple[VisitClass, ...] = ()
    streak: Texts = ()
    note: Names | None = None


class EventType(Entry):
    """How an event of the record is recognised, by code or keyword; `at` says which end of it counts."""

    id: Id
    name: Names
    table: Literal[
        "encounter",
        "procedure",
        "condition",
        "immunization",
        "appointment",
        "communication",
        "episode_of_care",
    ]
    codes: Texts = ()
    snomed: Texts = ()
    icd10: Texts = ()
    keywords: Texts = ()
    setting: Texts = ()
    at: Literal["start", "end"] = "start"
    source: str | None = None

    @model_validator(mode="after")
    def _recognisable(self) -> Self:
        if not (self.codes or self.snomed or self.icd10 or self.keywords or self.setting):
            raise ValueError("an event is recognised by codes, snomed, icd10, keywords or setting")
        return self


class TagType(Entry):
    """A tag, and what it means."""

    id: Id
    name: Names
    meaning: Names | None = None


class ActionType(Entry):
    """Something that can be asked for: a task, a referral, a recommendation."""

    id: Id
    name: Names


class MessageType(Entry):
    """A message to a person, with ``{name}``, ``{doctor}``, ``{date}`` … in braces.

    `once`: sent to a person a single time. `marketing`: goes only to those who consented to it. `valid`: how
    long what it offers holds.
    """

    id: Id
    name: Names
    text: Names
    form: Literal["text", "pictures", "audio", "video", "coupon", "survey"] = "text"
    tags: Texts = ()
    once: bool = False
    marketing: bool = False
    valid: Window | None = None


class Outcome(Entry):
    """What came of an attempt to reach somebody, and what follows for the task.

    `retry` sets the next try, after `tries` of them the task has failed. `closes` ends it at once, and with
    `everything` all tasks of the person. `stops` counts it as an answer that ends a journey.
    """

    id: Id
    name: Names
    retry: Window | None = None
    tries: int = Field(default=3, ge=1)
    closes: Literal["done", "failed", "cancelled"] | None = None
    everything: bool = False
    stops: bool = False

    @model_validator(mode="after")
    def _follows(self) -> Self:
        if (self.retry is None) == (self.closes is None):
            raise ValueError("an outcome either sets a retry or closes the task")
        return self


class Barrier(Entry):
    """Why care was not taken up, and what helps."""

    id: Id
    name: Names
    remedy: Names | None = None


class Step(Entry):
    """A step of a journey: `gives`, then a `wait` to the next, from when it was taken or lapsed.

    A message is taken on its day; a task by what closes it, else by the first attempt to reach the person.
    """

    id: Id
    gives: Gift
    wait: Window


class Journey(Entry):
    """Steps that follow each other until the person answers (`stop`); nobody is in it twice at once."""

    id: Id
    version: int = Field(ge=1)
    name: Names
    mission: Texts = ()
    source: Origin
    steps: tuple[Step, ...] = Field(min_length=1)
    stop: tuple[Done, ...] = Field(min_length=1)
    hold_out: float = Field(default=0, ge=0, lt=1)
    rest: Window | None = None


class ChannelChoice(Entry):
    """The channel for those for whom a condition holds; the first that fits is taken."""

    channel: Channel
    when: Condition | None = None


class SendingHours(Entry):
    """The hours in which people of whom a condition holds want to be written to."""

    hours: Hours
    when: Condition


class Sending(Entry):
    """When and by what way messages go out."""

    id: Literal["default"] = "default"
    quiet: Hours
    usual: Clock
    channels: tuple[ChannelChoice, ...] = Field(min_length=1)
    hours: tuple[SendingHours, ...] = ()


class Member(Entry):
    """Somebody of the staff; a manager is bound to doctors; `capacity` is contacts a day.

    `consulting` says when people can come, such as Wednesday mornings: a message offers it without a booking.
    """

    id: Annotated[str, Field(min_length=1)]
    name: str
    role: Role
    bound_to: Texts = ()
    consulting: Names | None = None
    capacity: int = Field(default=20, ge=1)
