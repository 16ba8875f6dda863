"""The merged catalogue and its look-ups: by code, by printed name, by table header."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from kanglu.catalogue.models import DrugClass, Group, Indicator, Problem
from kanglu.catalogue.text import Reading, begins_with, header_readings, holds, key, phrase

_SYSTEMS = {
    "http://loinc.org": "loinc",
    "urn:oid:2.16.840.1.113883.6.1": "loinc",
    "ln": "loinc",
    "http://snomed.info/sct": "snomed",
    "urn:oid:2.16.840.1.113883.6.96": "snomed",
    "sct": "snomed",
    "http://hl7.org/fhir/sid/icd-10": "icd10",
    "http://hl7.org/fhir/sid/icd-10-cm": "icd10",
    "http://hl7.org/fhir/sid/icd-10-cn": "icd10",
    "urn:oid:2.16.840.1.113883.6.3": "icd10",
    "urn:oid:2.16.840.1.113883.6.90": "icd10",
    "icd-10": "icd10",
    "icd-10-cm": "icd10",
    "i10": "icd10",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
    "urn:oid:2.16.840.1.113883.6.88": "rxnorm",
    "http://www.whocc.no/atc": "atc",
    "urn:oid:2.16.840.1.113883.6.73": "atc",
    "http://hl7.org/fhir/sid/ndc": "ndc",
}

# What makes a diagnosis that begins with a disease's name no diagnosis of it.
_DOUBT = re.compile(
    r"家族(?!性)|待排|待查|除外|排除|疑|可能|筛查|风险|不详|倾向|前状态|^(?:无|否认|未|没有)|(?:无|否|阴性)[)）\s]*$|[?？]"
    r"|family history|\bfh\b|ruled out|\brule out\b|excluded|suspected|possible|probable|screening|\brisk\b"
    r"|\bdenie[sd]\b|\b(?:no|none|absent|negative)\s*$"
)
_REFUSED = re.compile(r"^(?:无|未|停|否认|拒|不)|过敏|allerg")


def system_of(text: str | None) -> str:
    """The short name of a code system: loinc, snomed, icd10, rxnorm, atc, ndc; else the text itself.

    >>> system_of("http://snomed.info/sct")
    'snomed'
    """
    folded = (text or "").strip().casefold().rstrip("/")
    return _SYSTEMS.get(folded, folded)


@dataclass(frozen=True)
class HeaderMatch:
    """What a table header says: the indicator, and the unit where the header states one (UCUM)."""

    indicator: Indicator
    unit: str | None


@dataclass(frozen=True)
class Catalogue:
    """All definitions, merged, checked and frozen; `revision` (12 hex digits) names their content."""

    revision: str
    indicators: Mapping[str, Indicator]
    problems: Mapping[str, Problem]
    drug_classes: Mapping[str, DrugClass]
    groups: Mapping[str, Group]
    _loinc: Mapping[str, Indicator] = field(init=False, repr=False, compare=False)
    _names: Mapping[str, Indicator] = field(init=False, repr=False, compare=False)
    _diagnosis: Callable[..., tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _drug: Callable[..., tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("indicators", "problems", "drug_classes", "groups"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        listed = self.indicators.values()
        object.__setattr__(self, "_loinc", {code: one for one in listed for code in one.loinc})
        object.__setattr__(self, "_names", {name: one for one in listed for name in names_of(one)})
        object.__setattr__(self, "_diagnosis", lru_cache(maxsize=16384)(_diagnosis(self.problems)))
        object.__setattr__(self, "_drug", lru_cache(maxsize=16384)(_drug(self.drug_classes)))

    def indicator_for_code(self, system: str | None, code: str | None) -> Indicator | None:
        """The indicator that a LOINC code names; other systems name none."""
        return self._loinc.get((code or "").strip()) if system_of(system) == "loinc" else None

    def indicator_for_alias(self, text: str) -> Indicator | None:
        """The indicator that a printed name means, in any spelling, with or without its unit."""
        match = self.match_header(text)
        return match.indicator if match else None

    def match_header(self, text: str) -> HeaderMatch | None:
        """Indicator and unit of a header: ``总胆固醇(mmol/L)``, ``TC [mg/dL]``, ``Sys.mmHg.``; else None.

        What stands in brackets must be a unit or another name of the same indicator: ``血糖(餐后2h)`` is not
        silently taken for ``血糖``.
        """
        for reading in header_readings(text):
            found = self._names.get(key(reading.name + "".join(reading.remarks))) or self._agreed(reading)
            if found is None:
                continue
            if reading.certain or reading.unit == found.unit or reading.unit in found.units:
                return HeaderMatch(found, reading.unit)
        return None

    def _agreed(self, reading: Reading) -> Indicator | None:
        """The indicator that the name and every remark of a reading mean, as in ``白细胞(WBC)``."""
        found = self._names.get(key(reading.name))
        return found if all(self._names.get(key(remark)) is found for remark in reading.remarks) else None

    def problems_for(self, system: str | None, code: str | None, text: str | None) -> tuple[str, ...]:
        """The ids of the problems that a diagnosis is, the more general ones included.

        A code decides where the catalogue knows it; else the text, which must be or begin with a name of
        the problem. Negated, suspected and family diagnoses are none.
        """
        return self._diagnosis(system_of(system), (code or "").strip(), text or "")

    def drug_classes_for(self, system: str | None, code: str | None, text: str | None) -> tuple[str, ...]:
        """The ids of the classes that a medicine belongs to, by its code or by the names in its text."""
        return self._drug(system_of(system), (code or "").strip(), text or "")


def names_of(indicator: Indicator) -> dict[str, str]:
    """The names an indicator answers to: key → as written."""
    written = (indicator.id, *indicator.name.values(), *indicator.aliases)
    return {key(name): name for name in written}


def _diagnosis(problems: Mapping[str, Problem]) -> Callable[[str, str, str], tuple[str, ...]]:
    snomed = _by_code((problem.id, problem.snomed) for problem in problems.values())
    icd10 = [(_icd(prefix), problem.id) for problem in problems.values() for prefix in problem.icd10]
    whole = _by_code((one.id, map(phrase, one.names)) for one in problems.values())
    begins = [(phrase(word), one.id) for one in problems.values() for word in one.keywords]

    def by_text(text: str) -> list[str]:
        if _DOUBT.search(unicodedata.normalize("NFKC", text).casefold()):
            return []
        wanted = phrase(text)
        if wanted in whole:
            return whole[wanted]
        found = [(len(word), name) for word, name in begins if begins_with(wanted, word)]
        longest = max((length for length, _ in found), default=0)
        families = {_family(name, problems) for length, name in found if length == longest}
        return [name for _, name in found if _family(name, problems) in families]

    def find(system: str, code: str, text: str) -> tuple[str, ...]:
        found: list[str] = []
        if system == "snomed":
            found = snomed.get(code, [])
        elif system == "icd10" and code:
            found = [name for prefix, name in icd10 if _icd(code).startswith(prefix)]
        return _with_parents(found or by_text(text), problems)

    return find


def _drug(classes: Mapping[str, DrugClass]) -> Callable[[str, str, str], tuple[str, ...]]:
    coded = {
        system: _by_code((one.id, getattr(one, system)) for one in classes.values())
        for system in ("rxnorm", "snomed", "ndc")
    }
    atc = [(prefix.upper(), one.id) for one in classes.values() for prefix in one.atc]
    words = [(one.id, [*map(phrase, one.keywords)], [*map(phrase, one.unless)]) for one in classes.values()]

    def by_text(text: str) -> list[str]:
        wanted = phrase(text)
        if _REFUSED.search(wanted):
            return []
        return [
            name
            for name, keywords, unless in words
            if any(holds(wanted, word) for word in keywords)
            and not any(holds(wanted, word) for word in unless)
        ]

    def find(system: str, code: str, text: str) -> tuple[str, ...]:
        found = coded.get(system, {}).get(code, [])
        if system == "atc" and code:
            found = [name for prefix, name in atc if code.upper().startswith(prefix)]
        return _with_parents(found or by_text(text), classes)

    return find


def _family(name: str, problems: Mapping[str, Problem]) -> str:
    """The most general problem that a problem is a kind of."""
    while (parent := next(iter(problems[name].kind_of), None)) in problems:
        name = str(parent)
    return name


def _by_code(pairs: Iterable[tuple[str, Iterable[str]]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, codes in pairs:
        for code in codes:
            found.setdefault(code, []).append(name)
    return found


def _icd(code: str) -> str:
    return code.upper().replace(".", "").strip()


def _with_parents(
    found: Iterable[str], entries: Mapping[str, Problem] | Mapping[str, DrugClass]
) -> tuple[str, ...]:
    """The ids found and all they are a kind of, in the catalogue's order."""
    wanted, waiting = set[str](), list(found)
    while waiting:
        name = waiting.pop()
        if name not in wanted and name in entries:
            wanted.add(name)
            waiting.extend(entries[name].kind_of)
    return tuple(name for name in entries if name in wanted)
