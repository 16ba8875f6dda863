"""The order in which rules are worked out: each after those whose tags or tasks it reads."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from kanglu.catalogue.conditions import Condition, HasTag, IsVisited, walk
from kanglu.catalogue.layers import Heap
from kanglu.catalogue.rules import Rule

if TYPE_CHECKING:
    from kanglu.catalogue.rulebook import Rulebook


def order_of(book: "Rulebook", heap: Heap) -> tuple[str, ...]:
    """The ids of the rules, sorted; a rule that waits for itself is a fault."""
    givers: dict[tuple[str, str], list[str]] = {}
    for name, rule in book.rules.items():
        for kind, code in _given(book, rule):
            givers.setdefault((kind, code), []).append(name)
    before = {
        name: [giver for wanted in _read(book, rule) for giver in givers.get(wanted, ())]
        for name, rule in book.rules.items()
    }
    if len(book.rules) == len(heap.drawers["rules"].content):
        _check_tasks(book, heap, givers)
    while True:
        try:
            return tuple(TopologicalSorter(before).static_order())
        except CycleError as error:
            # The cycle is named from what is needed to what needs it, the first once more at its end.
            cycle = error.args[1]
            ring = " → ".join(cycle)
            heap.fault(
                "rules",
                cycle[0],
                (),
                f"The rule waits for what it gives itself: {ring}.",
                "A rule may read only the tags and tasks of rules that do not depend on it.",
            )
            for name in cycle:
                before[name] = []


def _given(book: "Rulebook", rule: Rule) -> Iterator[tuple[str, str]]:
    """What a rule gives, and what a journey that it begins gives."""
    for gift in rule.gives:
        yield gift.kind, gift.code
        if gift.kind == "journey" and gift.code in book.journeys:
            for step in book.journeys[gift.code].steps:
                yield step.gives.kind, step.gives.code


def _read(book: "Rulebook", rule: Rule) -> Iterator[tuple[str, str]]:
    """The tags and tasks that a rule reads, those of the classes of visits included."""
    conditions: list[Condition] = [one for one in (rule.applies, rule.when) if one is not None]
    visited = [
        node.visited.programme for one in conditions for node in walk(one) if isinstance(node, IsVisited)
    ]
    if rule.on is not None and rule.on.visit is not None:
        visited.append(rule.on.visit.programme)
    for programme in visited:
        if programme in book.programmes:
            conditions += [class_.when for class_ in book.programmes[programme].classes]
    for condition in conditions:
        for node in walk(condition):
            if isinstance(node, HasTag):
                yield "tag", node.tag
    if rule.on is not None and rule.on.task is not None:
        for code in rule.on.task.code:
            yield "task", code
            yield "referral", code


def _check_tasks(book: "Rulebook", heap: Heap, givers: dict[tuple[str, str], list[str]]) -> None:
    for name, rule in book.rules.items():
        for code in rule.on.task.code if rule.on is not None and rule.on.task is not None else ():
            if not {("task", code), ("referral", code)} & givers.keys():
                what = f"No rule gives the task {code!r}."
                heap.fault(
                    "rules", name, ("on", "task", "code"), what, "Let a rule give it, or leave it out."
                )
