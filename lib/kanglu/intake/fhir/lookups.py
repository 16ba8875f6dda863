"""Codes to indicators and units to factors, each asked of the catalogue once and remembered."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from kanglu.catalogue import Catalogue, Indicator, system_of
from kanglu.errors import UnitError
from kanglu.intake.fhir.draft import Concept, Malformed
from kanglu.intake.fhir.elements import UCUM, Resource, concepts, text

type Convert = Callable[[float], float]


class Named(NamedTuple):
    """What an Observation is of: the indicator, if there is one; how the record calls it; code and words."""

    indicator: Indicator | None
    token: str
    code: str
    display: str | None


class Lookups:
    """What one process has learned of the catalogue so far."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._names: dict[tuple[Any, ...], Named] = {}
        self._conversions: dict[tuple[str, str | None, str | None, str | None], Convert | UnitError] = {}
        self._answers: dict[tuple[str, tuple[Concept, ...]], str | None] = {}

    @property
    def indicators(self) -> Mapping[str, Indicator]:
        """The catalogue's indicators, by id."""
        return self._catalogue.indicators

    def named(self, concept: Resource) -> Named:
        """What an Observation or component is of. Raises `Malformed` when that cannot be told."""
        codings = concept.get("coding")
        if not (isinstance(codings, list) and len(codings) == 1 and isinstance(codings[0], dict)):
            return self._named(concepts(concept, "code"))
        coding = codings[0]
        known = (coding.get("system"), coding.get("code"), coding.get("display"), concept.get("text"))
        found = self._names.get(known)
        if found is None:
            found = self._names[known] = self._named(concepts(concept, "code"))
        return found

    def _named(self, codings: list[Concept]) -> Named:
        every = (self._catalogue.indicator_for_code(system, code) for system, code, _ in codings)
        indicator = next(filter(None, every), None)
        system, code, display = codings[0]
        token = indicator.id if indicator else f"{system or ''}|{code or display}"
        return Named(indicator, token, code or display or "", display)

    def conversion(self, indicator: Indicator, quantity: Resource) -> Convert:
        """How the quantity's unit becomes the canonical one. Raises `Malformed` when that is unknown."""
        known = (indicator.id, quantity.get("system"), quantity.get("code"), quantity.get("unit"))
        found = self._conversions.get(known)
        if found is None:
            parts = (text(quantity, "system"), text(quantity, "code"), text(quantity, "unit"))
            try:
                found = _conversion(indicator, *parts)
            except UnitError as error:
                found = error
            self._conversions[known] = found
        if isinstance(found, UnitError):
            raise Malformed(
                "valueQuantity.unit", found.what, found.remedy or "Correct the unit in the source."
            )
        return found

    def answer(self, indicator: Indicator, codings: tuple[Concept, ...]) -> str | None:
        """The indicator's own code for a coded answer; None when the catalogue does not know it."""
        known = (indicator.id, codings)
        if known not in self._answers:
            self._answers[known] = _answer(indicator, codings)
        return self._answers[known]

    def diagnosis(self, codings: list[Concept]) -> Concept:
        """The coding of a diagnosis that the catalogue knows, else the first."""
        return next((each for each in codings if self._catalogue.problems_for(*each)), codings[0])

    def medicine(self, codings: list[Concept]) -> Concept:
        """The coding of a medicine that the catalogue knows, else the first."""
        return next((each for each in codings if self._catalogue.drug_classes_for(*each)), codings[0])


def _conversion(indicator: Indicator, system: str | None, code: str | None, unit: str | None) -> Convert:
    """The conversion for a unit given as code, as printed, or both; both must say the same."""
    if not code and not unit:
        if _needs_no_unit(indicator):
            return float
        raise UnitError(
            "It has no unit.",
            remedy=f"State the unit in the source; {indicator.id} is kept in {indicator.unit}.",
        )
    if code and system in (UCUM, None):
        convert = _by_unit(indicator, code)
        if unit and unit != code and _contradicts(indicator, unit, convert):
            raise UnitError(
                f"Its unit is written {unit!r} but coded {code!r}.",
                remedy="Find out which is right, and correct it.",
            )
        return convert
    return _by_unit(indicator, unit or code or "")


def _by_unit(indicator: Indicator, unit: str) -> Convert:
    indicator.convert(1.0, unit)
    if indicator.convert(1.0, unit) == 1.0 and indicator.convert(0.0, unit) == 0.0:
        return float
    return lambda value: indicator.convert(value, unit)


def _contradicts(indicator: Indicator, unit: str, convert: Convert) -> bool:
    try:
        return abs(indicator.convert(1.0, unit) - convert(1.0)) > 1e-9 * abs(convert(1.0))
    except UnitError:
        return False


def _needs_no_unit(indicator: Indicator) -> bool:
    return indicator.unit is None or indicator.unit in ("1", "[pH]") or indicator.unit.startswith("{")


def _answer(indicator: Indicator, codings: tuple[Concept, ...]) -> str | None:
    for system, code, display in codings:
        if code and (found := indicator.code_for_coding(system_of(system), code)):
            return found
        for spelling in (display, code):
            # A bare number is an answer of somebody's own list, which may count otherwise.
            if spelling and not spelling.isdigit() and (found := _spelt(indicator, spelling)):
                return found
    return None


def _spelt(indicator: Indicator, answer: str) -> str | None:
    # SNOMED words a finding whole: "Urine protein test = ++ (finding)".
    return indicator.code_for(answer) or indicator.code_for(
        answer.removesuffix(" (finding)").rpartition(" = ")[2]
    )
