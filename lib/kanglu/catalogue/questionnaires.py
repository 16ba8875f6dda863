"""Questionnaires as the catalogue writes them: items, their answers, how they are scored, what they raise.

A questionnaire is known by its id and version, and a version is never changed once answers may hold to it:
what is asked otherwise gets the next version, and the old one stays. FHIR calls it a Questionnaire; `id` of
an item is its linkId.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from kanglu.catalogue.models import _ID, Contradiction, Entry, Names, Ucum
from kanglu.catalogue.rules import Id, Origin
from kanglu.catalogue.spans import Window

type ItemKind = Literal["group", "display", "boolean", "choice", "integer", "decimal", "date", "text"]
type Operator = Literal["exists", "=", "!=", ">", "<", ">=", "<="]
type Computed = Literal["age_years", "sex", "bmi_kg_m2", "waist_cm"]
"""What the record answers: a column of the inputs that all scores share."""
type Plain = bool | int | float | str

NUMBERS = ("integer", "decimal")
SILENT = ("group", "display")
"""Kinds of item that have no answer of their own."""


class Option(Entry):
    """One answer of a choice. `score` is what it counts; `code` what is stored."""

    code: str
    name: Names
    score: float | None = None


class When(Entry):
    """A condition on the answer of another item. Of a choice, ``=`` compares codes, ``>=`` scores."""

    item: str
    op: Operator = "="
    value: Plain = True


class Item(Entry):
    """A question, or a group of them.

    An item with `enable_when` is asked when all its conditions hold (with `enable_any`, any). What is
    `computed` the record answers where it can. An answer of the item `covered_by` makes this one unnecessary.
    `low` and `high` are the ends of the scale, in `unit`. An answer of an item with `indicator` is an
    observation too; `measured` says that it was measured, not told.
    """

    id: str = Field(pattern=_ID)
    kind: ItemKind
    text: Names
    help: Names | None = None
    required: bool = False
    repeats: bool = False
    unit: Ucum | None = None
    low: float | None = None
    high: float | None = None
    options: tuple[Option, ...] = ()
    enable_when: tuple[When, ...] = ()
    enable_any: bool = False
    computed: Computed | None = None
    covered_by: str | None = None
    indicator: str | None = None
    measured: bool = False
    items: tuple["Item", ...] = ()

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        allowed = {
            "options": ("choice",),
            "repeats": ("choice",),
            "unit": NUMBERS,
            "low": NUMBERS,
            "high": NUMBERS,
            "items": ("group",),
        }
        for name, kinds in allowed.items():
            if getattr(self, name) not in (None, False, ()) and self.kind not in kinds:
                raise Contradiction(f"an item of kind {self.kind} has no {name}", name)
        if self.kind == "choice" and not self.options:
            raise Contradiction("a choice needs options", "kind")
        if self.kind in SILENT and (self.required or self.indicator or self.computed):
            raise Contradiction(f"a {self.kind} has no answer", "kind")
        if self.computed and self.indicator:
            raise Contradiction("what the record answers is an observation already", "indicator")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise Contradiction("low must be below high", "low")
        codes = [option.code for option in self.options]
        for at, code in enumerate(codes):
            if code in codes[:at]:
                raise Contradiction(f"there are two options {code!r}", "options", at, "code")
        return self

    def option(self, code: str) -> Option | None:
        """The option of a code."""
        return next((one for one in self.options if one.code == code), None)

    @property
    def answerable(self) -> bool:
        """Whether it has an answer of its own."""
        return self.kind not in SILENT


class Scored(Entry):
    """A measure that the answers are scored by.

    A column of the measure is the item of its name, or the one that `columns` gives. `observed` says which
    columns of the measure's answer are kept, and as which indicators.
    """

    measure: Id
    columns: dict[str, str] = Field(default_factory=dict)
    observed: dict[str, Id] = Field(default_factory=dict)


class Alert(Entry):
    """What an answer raises at once; a rule that reads the item's observation gives the `task`."""

    when: When
    task: Id
    text: Names


class Population(Entry):
    """Whom the scores of a questionnaire are made for: completed years, and whether pregnant people too."""

    age_from: int | None = Field(default=None, ge=0)
    age_below: int | None = Field(default=None, gt=0)
    pregnant: bool = True


class Questionnaire(Entry):
    """One version of a questionnaire.

    `visit` names the programme whose follow-up visit it records: then an item `mode` says clinic, home or
    phone. `due_again` is after how long it is to be asked again.
    """

    id: str = Field(pattern=_ID)
    version: int = Field(ge=1)
    name: Names
    source: Origin
    licence: str
    note: str | None = None
    population: Population = Population()
    visit: Id | None = None
    due_again: Window | None = None
    items: tuple[Item, ...] = Field(min_length=1)
    scores: tuple[Scored, ...] = ()
    alerts: tuple[Alert, ...] = ()

    @property
    def edition(self) -> str:
        """Id and version, as ``phq9/1``."""
        return f"{self.id}/{self.version}"

    @cached_property
    def by_id(self) -> Mapping[str, Item]:
        """Every item by its id, in the order in which they are asked."""
        return {item.id: item for _, item in walk(self.items)}

    @cached_property
    def group_of(self) -> Mapping[str, str]:
        """The group that each item of a group stands in."""
        return {child.id: item.id for _, item in walk(self.items) for child in item.items}


MODELS: Mapping[str, type[Questionnaire]] = {"questionnaires": Questionnaire}


def walk(
    items: tuple[Item, ...], path: tuple[str | int, ...] = ("items",)
) -> Iterator[tuple[tuple[str | int, ...], Item]]:
    """Each item with its place, parents first."""
    for at, item in enumerate(items):
        yield (*path, at), item
        yield from walk(item.items, (*path, at, "items"))
