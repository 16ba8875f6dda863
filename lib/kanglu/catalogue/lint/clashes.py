"""What can never hold, what always holds, and rules that give the same to the same people."""

from collections.abc import Collection
from itertools import combinations
from typing import TYPE_CHECKING

from kanglu.catalogue.conditions import AllOf, Condition
from kanglu.catalogue.layers import Heap
from kanglu.catalogue.lint.logic import Formula, Signed
from kanglu.catalogue.lint.meaning import Meaning
from kanglu.catalogue.lint.sites import Site, parts, sites
from kanglu.catalogue.programmes import Programme
from kanglu.catalogue.reading import Path_
from kanglu.catalogue.rules import GiftKind, Rule

if TYPE_CHECKING:
    from kanglu.catalogue.rulebook import Rulebook

type Entries = Collection[tuple[str, str]]
"""Entries by section and id."""


def check_conditions(book: "Rulebook", heap: Heap, sound: Entries) -> None:
    """Conditions of sound entries must be able to hold, and to fail to."""
    meaning = Meaning(book)
    wrong = set[tuple[str, str]]()
    for site in sites(book):
        if (site.section, site.id) in sound and (found := never(meaning, site)):
            path, what = found
            wrong.add((site.section, site.id))
            heap.fault(site.section, site.id, path, f"This can never hold{what}.", "Mend it or leave it out.")
    for name, rule in book.rules.items():
        if ("rules", name) in sound and ("rules", name) not in wrong:
            _check_rule(meaning, heap, rule)
    for name, programme in book.programmes.items():
        if ("programmes", name) in sound and ("programmes", name) not in wrong:
            _check_classes(meaning, heap, programme)


def check_clashes(book: "Rulebook", heap: Heap, sound: Entries) -> None:
    """No two rules may give the same to one person at once: which of the two would count?"""
    meaning = Meaning(book)
    givers: dict[tuple[GiftKind, str], list[Rule]] = {}
    # A rule of a later layer stands at its fault, not the one below that it meets.
    for name in heap.drawers["rules"].places:
        if ("rules", name) in sound:
            rule = book.rules[name]
            for at, gift in enumerate(rule.gives):
                known = givers.setdefault((gift.kind, gift.code), [])
                if rule in known:
                    what = f"It gives the {gift.kind} {gift.code!r} twice."
                    heap.fault("rules", name, ("gives", at), what, "Say so once, with its days under at:.")
                else:
                    known.append(rule)
    for (kind, code), rules in givers.items():
        for one, other in combinations(rules, 2):
            # A tag or journey that answers an event only lasts longer, or does not begin anew.
            if kind in ("tag", "journey") and (one.on or other.on):
                continue
            if meaning.possible(*meaning.of_rule(one), *meaning.of_rule(other)):
                what = f"It gives the {kind} {code!r}, which {_named(heap, one)} gives"
                path = ("gives", next(at for at, gift in enumerate(other.gives) if gift.code == code))
                remedy = "Make one rule of them, or let their conditions exclude each other."
                heap.fault("rules", other.id, path, f"{what}, and both can hold at once.", remedy)


def _named(heap: Heap, rule: Rule) -> str:
    return f"{rule.id} ({heap.drawers['rules'].places[rule.id].where})"


def never(meaning: Meaning, site: Site) -> tuple[Path_, str] | None:
    """The innermost part that can never hold, and why."""
    for path, part in parts(site.condition, site.path):
        if not meaning.possible(meaning.of(part)):
            return path, _because(meaning, part)
    return None


def _because(meaning: Meaning, condition: Condition) -> str:
    """The two parts that contradict each other, where it is two."""
    if isinstance(condition, AllOf):
        for one, other in combinations(condition.all, 2):
            if not meaning.possible(meaning.of(one), meaning.of(other)):
                return f": {one.key} contradicts {other.key}"
    return ""


def _check_rule(meaning: Meaning, heap: Heap, rule: Rule) -> None:
    last = "when" if rule.when is not None else "applies" if rule.applies is not None else "on"
    if not meaning.possible(*meaning.of_rule(rule)):
        remedy = "See what on, applies and when ask together."
        heap.fault("rules", rule.id, (last,), "The rule can never hold.", remedy)
    for field in ("applies", "when"):
        condition: Condition | None = getattr(rule, field)
        if condition is not None and not meaning.possible(meaning.of(condition, holds=False)):
            what = "This always holds, for everybody."
            heap.fault("rules", rule.id, (field,), what, "State a condition, or leave it out.")


def _check_classes(meaning: Meaning, heap: Heap, programme: Programme) -> None:
    """A class that an earlier, more severe one always takes first is never given."""
    earlier: list[Formula | Signed] = []
    for at, class_ in enumerate(programme.classes):
        if earlier and not meaning.possible(meaning.of(class_.when), *earlier):
            what = f"No visit is ever {class_.id!r}: an earlier class fits whenever this one does."
            remedy = "Put the more severe class first."
            heap.fault("programmes", programme.id, ("classes", at, "when"), what, remedy)
        earlier.append(meaning.of(class_.when, holds=False))
