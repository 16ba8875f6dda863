"""The linter of advice: as that of rules; and a number in a sentence is known whenever it is said."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

from kanglu.catalogue.conditions import AllOf, AnyOf, Condition, IsLatest, IsOnDay
from kanglu.catalogue.layers import Heap
from kanglu.catalogue.lint.clashes import never
from kanglu.catalogue.lint.limits import wrong
from kanglu.catalogue.lint.meaning import Meaning
from kanglu.catalogue.lint.names import check_named, in_condition
from kanglu.catalogue.lint.sites import KEYS, Site, parts
from kanglu.catalogue.lint.words import check, check_languages, with_days
from kanglu.catalogue.reading import did_you_mean

if TYPE_CHECKING:
    from kanglu.catalogue.advice import Advice, Allergen
    from kanglu.catalogue.rulebook import Rulebook

KNOWN = ("age", "term")
"""What can be put in for anybody: the age, and the solar term of the day where the row has a `season`."""


def lint_advice(
    book: "Rulebook", rows: Mapping[str, "Advice"], allergens: Mapping[str, "Allergen"], heap: Heap
) -> None:
    """Note all that is wrong with advice, given the rulebook in whose names it is written."""
    check_languages(heap, "advice", rows)
    check_languages(heap, "allergens", allergens)
    for name, row in rows.items():
        for at, other in _listed(row.excludes):
            if other == name or other not in rows:
                what = "It excludes itself." if other == name else f"There is no advice {other!r}."
                heap.fault("advice", name, ("excludes", *at), what, did_you_mean(other, rows))
        for at, allergen in _listed(row.contradicts.allergens):
            _check_allergen(heap, "advice", name, ("contradicts", "allergens", *at), allergen, allergens)
        known = KNOWN if row.season else KNOWN[:1]
        check(heap, ("advice", name, ("text",)), row.text, with_days(surely_read(row.when)), known)
    for name, one in allergens.items():
        for at, broader in _listed(one.kind_of):
            _check_allergen(heap, "allergens", name, ("kind_of", *at), broader, allergens)
    _check_conditions(book, rows, heap)


def surely_read(condition: Condition) -> set[str]:
    """The indicators whose value is known of everybody of whom a condition holds."""
    if isinstance(condition, AllOf):
        return set[str]().union(*map(surely_read, condition.all))
    if isinstance(condition, AnyOf):
        return set.intersection(*map(surely_read, condition.any))
    if isinstance(condition, IsLatest | IsOnDay) and len(condition.asked.of) == 1:
        return set(condition.asked.of)
    return set()


def _check_allergen(
    heap: Heap, section: str, name: str, path: Any, allergen: str, known: Mapping[str, "Allergen"]
) -> None:
    if allergen not in known:
        heap.fault(section, name, path, f"There is no allergen {allergen!r}.", did_you_mean(allergen, known))


def _check_conditions(book: "Rulebook", rows: Mapping[str, "Advice"], heap: Heap) -> None:
    meaning = Meaning(book)
    for site in _sites(rows):
        before = len(heap.faults)
        for path, part in parts(site.condition, site.path):
            for named in in_condition(part, path):
                check_named(book, heap, site.section, site.id, named)
            for fault in wrong(book.catalogue, part):
                place = (*path, KEYS[type(part)], *fault.path)
                heap.fault(site.section, site.id, place, fault.what, fault.remedy)
        if len(heap.faults) == before and (found := never(meaning, site)):
            path, what = found
            heap.fault(site.section, site.id, path, f"This can never hold{what}.", "Mend it or leave it out.")
    for one, other in combinations(rows.values(), 2):
        if one.text == other.text:
            what = f"It says what {one.id} says."
            heap.fault("advice", other.id, ("text",), what, "Join their conditions by any.")


def _sites(rows: Mapping[str, "Advice"]) -> Iterator[Site]:
    for name, row in rows.items():
        yield Site("advice", name, ("when",), row.when)
        if row.contradicts.when is not None:
            yield Site("advice", name, ("contradicts", "when"), row.contradicts.when)


def _listed(names: tuple[str, ...]) -> Iterator[tuple[tuple[int, ...], str]]:
    """Names with their places; one alone stands where the list would."""
    for at, name in enumerate(names):
        yield ((at,) if len(names) > 1 else ()), name
