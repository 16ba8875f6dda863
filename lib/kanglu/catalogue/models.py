"""What a catalogue holds: indicators with their units and ranges, problems, classes of drugs.

Everything is frozen. A definition checks itself when it is made: a LOINC code has its check digit, limits
lie in order, a coded indicator has codes and a quantity has a unit.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from kanglu import units
from kanglu.catalogue.text import code_key
from kanglu.errors import UnitError

type Kind = Literal["quantity", "ordinal", "coded", "boolean", "text"]
type Worse = Literal["high", "low", "both", "none"]
type Sex = Literal["male", "female"]

_LOINC = re.compile(r"\d{1,7}-\d")
_ID = r"^[a-z][a-z0-9_]*$"


def _checked_loinc(code: str) -> str:
    """A LOINC code whose check digit is right (mod 10, as LOINC's manual gives it)."""
    if not _LOINC.fullmatch(code):
        raise ValueError(f"{code!r} is not a LOINC code (digits, a dash, the check digit)")
    number, digit = code.split("-")
    if check_digit(number) != int(digit):
        raise ValueError(f"{code!r} is not a LOINC code: its check digit would be {check_digit(number)}")
    return code


def check_digit(number: str) -> int:
    """LOINC's check digit: Luhn's, every second figure from the right doubled.

    >>> check_digit("4548")
    4
    """
    figures = [int(figure) for figure in reversed(number)]
    doubled = sum(sum(divmod(2 * figure, 10)) for figure in figures[::2])
    return -(doubled + sum(figures[1::2])) % 10


class Contradiction(ValueError):
    """Two parts of an entry contradict each other; `path` leads from the entry to the part to mend."""

    def __init__(self, message: str, *path: str | int) -> None:
        self.path = path
        super().__init__(message)


def _checked_unit(unit: str) -> str:
    """A unit in the form Kanglu stores."""
    try:
        code = units.normalise(unit)
    except UnitError as error:
        raise ValueError(error.what) from None
    if code != unit:
        raise ValueError(f"{unit!r} is not UCUM; write {code!r}")
    return unit


def _tuple(value: object) -> object:
    """One text where a list may stand is a list of one."""
    return (value,) if isinstance(value, str) else value


type Names = dict[Literal["zh", "en"], str]
_ONE_OR_MORE = BeforeValidator(_tuple, json_schema_input_type=str | tuple[str, ...])
type Texts = Annotated[tuple[str, ...], _ONE_OR_MORE]
type Loinc = Annotated[str, AfterValidator(_checked_loinc)]
type Ucum = Annotated[str, AfterValidator(_checked_unit)]
type Loincs = Annotated[tuple[Loinc, ...], _ONE_OR_MORE]


class Entry(BaseModel):
    """Base of all definitions: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Conversion(Entry):
    """To the canonical unit: ``value · factor / divide_by + offset``."""

    factor: float = Field(default=1.0, gt=0)
    divide_by: float = Field(default=1.0, gt=0)
    offset: float = 0.0

    def to_canonical(self, value: float) -> float:
        return value * self.factor / self.divide_by + self.offset

    def from_canonical(self, value: float) -> float:
        return (value - self.offset) * self.divide_by / self.factor


class Band(Entry):
    """A band of values for people of an age: from `age_from` up to, not including, `age_below` (years)."""

    sex: Sex | None = None
    age_from: float = Field(default=0, ge=0)
    age_below: float = Field(default=200, gt=0)
    low: float | None = None
    high: float | None = None
    low_inclusive: bool = True
    high_inclusive: bool = True
    source: str | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise Contradiction(f"low {self.low:g} must be below high {self.high:g}", "low")
        if self.age_from >= self.age_below:
            raise Contradiction(
                f"age_from {self.age_from:g} must be below age_below {self.age_below:g}", "age_from"
            )
        return self

    def position(self, value: float) -> Literal["low", "within", "high"]:
        """Where a value of the canonical unit lies against the band."""
        if self.low is not None and (value < self.low or (value == self.low and not self.low_inclusive)):
            return "low"
        if self.high is not None and (value > self.high or (value == self.high and not self.high_inclusive)):
            return "high"
        return "within"

    def fits(self, sex: str | None, age: float | None) -> bool:
        """Whether the band is for a person of this sex and age; an unknown age counts as adult."""
        years = 40.0 if age is None else age
        return self.sex in (None, sex) and self.age_from <= years < self.age_below


class ReferenceRange(Band):
    """The range of the healthy, of one sex or of everybody."""


class Target(Band):
    """What care aims at, for everybody or for people with a problem (`when`)."""

    when: str | None = None


def _short_variation(schema: dict[str, Any]) -> None:
    """Let the schema know the short ways to write it, which `Variation._pair` reads."""
    whole = dict(schema)
    schema.clear()
    pair = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    schema["anyOf"] = [{"type": "number"}, pair, whole]


class Variation(Entry):
    """Coefficients of variation in percent, for the reference change value."""

    model_config = ConfigDict(json_schema_extra=_short_variation)

    cv_within: float = Field(gt=0, description="within one person, CVi %")
    cv_analytical: float = Field(gt=0, description="of the method, CVa %")
    source: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _pair(cls, given: object) -> object:
        """``5.9`` is short for CVi with CVa at its desirable half, ``[5.9, 2.0]`` for both."""
        if isinstance(given, int | float):
            return {"cv_within": given, "cv_analytical": given / 2}
        if isinstance(given, list) and len(given) == 2:
            return {"cv_within": given[0], "cv_analytical": given[1]}
        return given


class Plausible(Entry):
    """Values that are taken without a question: from `low` to `high`, and not more than `jump` from the last.

    What lies beyond may be true and is asked about again; what is not `possible` is refused.
    """

    low: float | None = None
    high: float | None = None
    jump: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise Contradiction(f"low {self.low:g} must be below high {self.high:g}", "low")
        return self

    def within(self, value: float) -> bool:
        """Whether a value of the canonical unit lies between the limits."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


class Code(Entry):
    """One answer of a coded or ordinal indicator."""

    name: Names
    aliases: Texts = ()
    snomed: Texts = ()
    loinc: Texts = ()


class Indicator(Entry):
    """Something measured, counted or asked about a person; FHIR calls a value of it an Observation.

    All limits are in the canonical `unit`. Outside `possible` a value cannot be true; what is not `plausible`
    is asked about again before it is taken from a hand; at or beyond `critical` somebody must act at once.
    """

    id: str = Field(pattern=_ID)
    group: str = Field(pattern=_ID)
    kind: Kind = "quantity"
    name: Names
    loinc: Loincs = ()
    aliases: Texts = ()
    unit: Ucum | None = None
    units: dict[Ucum, Conversion] = Field(default_factory=dict)
    decimals: int = Field(default=0, ge=0, le=6)
    worse: Worse = "both"
    reference: tuple[ReferenceRange, ...] = ()
    targets: tuple[Target, ...] = ()
    possible: tuple[float, float] | None = None
    plausible: Plausible | None = None
    critical: tuple[float | None, float | None] | None = None
    variation: Variation | None = None
    codes: dict[str, Code] = Field(default_factory=dict)
    normal: Texts = ()
    order: int = 0
    key: bool = False
    source: str | None = None
    variation_source: str | None = None
    note: str | None = None

    @field_validator("units", mode="before", json_schema_input_type=dict[str, Conversion | float | None])
    @classmethod
    def _factors(cls, given: object) -> object:
        """A bare number is a factor; nothing at all is left to `_by_dimension`."""
        if not isinstance(given, Mapping):
            return given
        return {
            unit: {"factor": how} if isinstance(how, int | float) else ({} if how is None else how)
            for unit, how in given.items()
        }

    @model_validator(mode="before")
    @classmethod
    def _by_dimension(cls, given: object) -> object:
        """A unit listed without a factor is of the same dimension: its factor follows from UCUM."""
        if (
            not isinstance(given, Mapping)
            or not isinstance(given.get("units"), Mapping)
            or not given.get("unit")
        ):
            return given
        filled = {
            unit: _dimension_factor(str(unit), str(given["unit"])) if how is None else how
            for unit, how in given["units"].items()
        }
        return {**given, "units": filled}

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "quantity" and not self.unit:
            raise ValueError("a quantity needs a unit")
        if self.kind in ("ordinal", "coded") and not self.codes:
            raise Contradiction(f"an indicator of kind {self.kind} needs codes", "kind")
        if stranger := next((code for code in self.normal if code not in self.codes), None):
            raise Contradiction(f"{stranger!r} is not one of the codes", "normal")
        for code, spelling in self._spellings():
            if (owner := self._answers[code_key(spelling)]) != code:
                raise Contradiction(f"{spelling!r} is claimed by {code!r} and by {owner!r}", "codes", code)
        if self.possible and self.possible[0] >= self.possible[1]:
            raise Contradiction("the first limit must be below the second", "possible")
        return self

    def range_for(self, sex: str | None, age: float | None) -> ReferenceRange | None:
        """The reference range for a person (age in completed years, None counts as adult), or None.

        A range for the sex is preferred to one for everybody. With unknown sex only the latter counts.
        """
        fitting = [range_ for range_ in self.reference if range_.fits(sex, age)]
        return max(fitting, key=lambda range_: range_.sex is not None, default=None)

    def target_for(
        self, age: float | None, problems: Collection[str] = (), sex: str | None = None
    ) -> Target | None:
        """The target for a person of this age with these problems; one for a problem comes first."""
        fitting = [
            target
            for target in self.targets
            if target.fits(sex, age) and (target.when is None or target.when in problems)
        ]
        return max(
            fitting, key=lambda target: (target.when is not None, target.sex is not None), default=None
        )

    def convert(self, value: float, unit: str | None) -> float:
        """`value` in the canonical unit; `unit` as printed or in UCUM, which a plain ratio may lack.

        Raises `UnitError` for a unit that is unknown, or that this indicator is not measured in.
        """
        return value if unit == self.unit else self._conversion(unit).to_canonical(value)

    def express(self, value: float, unit: str) -> float:
        """A canonical `value` in another unit. Raises `UnitError`."""
        return value if unit == self.unit else self._conversion(unit).from_canonical(value)

    def _conversion(self, unit: str | None) -> Conversion:
        readable = f"Kanglu reads it in {', '.join(filter(None, (self.unit, *self.units)))}."
        if not unit and self.unit != "1":
            raise UnitError(f"No unit is stated for {self.name['en']}.", remedy=readable)
        code = units.normalise(unit) if unit else "1"
        if code == self.unit:
            return Conversion()
        found = self.units.get(code)
        if found is None:
            raise UnitError(f"{self.name['en']} is not measured in {unit!r}.", remedy=readable)
        return found

    def possible_value(self, value: float) -> bool:
        """Whether a value of the canonical unit is physically possible in a living person."""
        return self.possible is None or self.possible[0] <= value <= self.possible[1]

    def format(self, value: float) -> str:
        """The value with as many decimals as the indicator is reported with, no unit."""
        text = f"{value:.{self.decimals}f}"
        return text[1:] if text.startswith("-") and float(text) == 0 else text

    def code_for(self, text: str) -> str | None:
        """The code of an answer as printed (``阴性``, ``(+)``, ``Former smoker``), or None."""
        return self._answers.get(code_key(text))

    @cached_property
    def _answers(self) -> dict[str, str]:
        """Code by every spelling of its answer."""
        return {code_key(spelling): code for code, spelling in self._spellings()}

    def _spellings(self) -> Iterator[tuple[str, str]]:
        for code, answer in self.codes.items():
            for spelling in (code, *answer.name.values(), *answer.aliases):
                yield code, spelling

    def code_for_coding(self, system: str, code: str) -> str | None:
        """The code of a coded answer: `system` "snomed" or "loinc"."""
        for own, answer in self.codes.items():
            if code in (answer.snomed if system == "snomed" else answer.loinc if system == "loinc" else ()):
                return own
        return None


def _dimension_factor(unit: str, canonical: str) -> dict[str, float]:
    """The conversion that follows from UCUM; a unit that is none is left to its own check."""
    if unit == "[degF]" and canonical == "Cel":
        return {"factor": 5.0, "divide_by": 9.0, "offset": -160 / 9}
    try:
        _checked_unit(unit)
        _checked_unit(canonical)
    except ValueError:
        return {}
    try:
        return {"factor": units.factor(unit, canonical)}
    except UnitError as error:
        raise Contradiction(f"{error.what} State the factor of {unit}", "units", unit) from None


class Group(Entry):
    """Indicators that belong together in a report."""

    id: str = Field(pattern=_ID)
    name: Names
    order: int = 0


class Problem(Entry):
    """A health problem that rules and reports speak of; FHIR calls one a Condition.

    `names` are whole names, `keywords` what a diagnosis begins with; the longest keyword that fits decides,
    with its family by `kind_of`.
    """

    id: str = Field(pattern=_ID)
    name: Names
    kind_of: Texts = ()
    icd10: Texts = ()
    snomed: Texts = ()
    names: Texts = ()
    keywords: Texts = ()
    source: str | None = None


class DrugClass(Entry):
    """A class of medicines, by ATC prefix, RxNorm code and the names that prescriptions print."""

    id: str = Field(pattern=_ID)
    name: Names
    kind_of: Texts = ()
    atc: Texts = ()
    rxnorm: Texts = ()
    snomed: Texts = ()
    ndc: Texts = ()
    keywords: Texts = ()
    unless: Texts = ()
    source: str | None = None
