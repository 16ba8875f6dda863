"""The linter of the rulebook: all that is wrong with rules, programmes and what they name.

Names that nothing answers to, numbers that cannot be, conditions that contradict themselves, rules that
give the same to the same people or wait for themselves, words that cannot be filled in. There are no
warnings: what is not refused is fine.
"""

from typing import TYPE_CHECKING

from kanglu.catalogue.layers import RULEBOOK, Heap
from kanglu.catalogue.lint.clashes import check_clashes, check_conditions
from kanglu.catalogue.lint.limits import check_limits
from kanglu.catalogue.lint.names import check_names
from kanglu.catalogue.lint.order import order_of
from kanglu.catalogue.lint.plans import check_plans
from kanglu.catalogue.lint.words import PLACEHOLDERS, check_words
from kanglu.catalogue.reading import did_you_mean

if TYPE_CHECKING:
    from kanglu.catalogue.rulebook import Rulebook

__all__ = ["PLACEHOLDERS", "lint"]


def lint(book: "Rulebook", heap: Heap) -> tuple[str, ...]:
    """Note all that is wrong with a rulebook; the order of its rules."""
    check_names(book, heap)
    _check_ids(book, heap)
    check_limits(book, heap)
    check_plans(book, heap)
    # What is wrong in itself is not reasoned about.
    check_conditions(book, heap, _sound(book, heap))
    check_clashes(book, heap, _sound(book, heap))
    check_words(book, heap)
    return order_of(book, heap)


def _check_ids(book: "Rulebook", heap: Heap) -> None:
    """Rules and journeys share their ids, classes are named once, an example expects what its rule gives."""
    for name in book.journeys:
        if name in book.rules:
            what = f"{name!r} is the id of a rule too ({heap.drawers['rules'].places[name].where})."
            heap.fault("journeys", name, ("id",), what, "What each gave is kept by this id: choose another.")
    for name, programme in book.programmes.items():
        known = [class_.id for class_ in programme.classes]
        for at, class_id in enumerate(known):
            if class_id in known[:at]:
                what = f"There are two classes {class_id!r}."
                heap.fault("programmes", name, ("classes", at, "id"), what, "Give each an id of its own.")
    for name, rule in book.rules.items():
        codes = [gift.code for gift in rule.gives]
        for at, example in enumerate(rule.examples):
            for code in example.gives:
                if code not in codes:
                    what = f"The rule does not give {code!r}."
                    heap.fault("rules", name, ("examples", at, "gives"), what, did_you_mean(code, codes))


def _sound(book: "Rulebook", heap: Heap) -> set[tuple[str, str]]:
    """The entries of which nothing is known to be wrong."""
    faulty = {(fault.source, fault.path[:2]) for fault in heap.faults}
    return {
        (section, name)
        for section in RULEBOOK
        for name in getattr(book, section)
        if tuple(heap.drawers[section].places[name]) not in faulty
    }
