"""Codes to indicators and units to factors, each asked of the catalogue once and remembered."""

from collections.abc import Callable

from kanglu.catalogue import Catalogue, Indicator, system_of
from kanglu.errors import UnitError
from kanglu.intake.fhir.draft import Concept, Malformed
from kanglu.intake.fhir.elements import UCUM, Resource, text

type Convert = Callable[[float], float]


class Lookups:
    """What one process has learned of the catalogue so far."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._indicators: dict[tuple[str | None, str | None], Indicator | None] = {}
        self._conversions: dict[tuple[str, str | None, str | None, str | None], Convert | UnitError] = {}
        self._answers: dict[tuple[str, tuple[Concept, ...]], str | None] = {}

    def indicator(self, codings: list[Concept]) -> Indicator | None:
        """The indicator that any of the codings names."""
        for system, code, _ in codings:
            known = (system, code)
            if known not in self._indicators:
                self._indicators[known] = self._catalogue.indicator_for_code(system, code)
            if found := self._indicators[known]:
                return found
        return None

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
