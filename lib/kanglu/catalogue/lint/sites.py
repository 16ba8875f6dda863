"""Where conditions stand in a rulebook, with the way to each of their parts in the file."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from kanglu.catalogue.conditions import NODES, AllOf, AnyOf, Condition, IsHeld, IsOnDays, Not
from kanglu.catalogue.reading import Path_

if TYPE_CHECKING:
    from kanglu.catalogue.rulebook import Rulebook

KEYS = {node: key for key, node in NODES.items()}
"""The key under which a condition of a type is written."""


class Site(NamedTuple):
    """A condition of an entry."""

    section: str
    id: str
    path: Path_
    condition: Condition


def sites(book: "Rulebook") -> Iterator[Site]:
    """All conditions, outermost only."""
    for name, rule in book.rules.items():
        for field in ("applies", "when"):
            if (condition := getattr(rule, field)) is not None:
                yield Site("rules", name, (field,), condition)
    for name, programme in book.programmes.items():
        if programme.applies is not None:
            yield Site("programmes", name, ("applies",), programme.applies)
        for at, class_ in enumerate(programme.classes):
            yield Site("programmes", name, ("classes", at, "when"), class_.when)
    for name, sending in book.sending.items():
        for at, choice in enumerate(sending.channels):
            if choice.when is not None:
                yield Site("sending", name, ("channels", at, "when"), choice.when)
        for at, hours in enumerate(sending.hours):
            yield Site("sending", name, ("hours", at, "when"), hours.when)


def parts(condition: Condition, path: Path_ = ()) -> Iterator[tuple[Path_, Condition]]:
    """The condition and all within it, innermost first, each with the way to it."""
    for step, part in _inner(condition):
        yield from parts(part, (*path, *step))
    yield path, condition


def _inner(condition: Condition) -> Iterator[tuple[Path_, Condition]]:
    match condition:
        case AllOf() | AnyOf():
            for at, part in enumerate(condition.parts):
                yield (KEYS[type(condition)], at), part
        case Not():
            yield ("not",), condition.not_
        case IsHeld():
            yield ("held", "when"), condition.held.when
        case IsOnDays():
            yield ("days", "when"), condition.days.when
