"""Whether conditions can hold together: what contradicts itself, what always holds, what never meets.

A condition holds on a day or does not; what is unknown is not true, and ``not`` holds on every other day. So
conditions obey ordinary logic, and a few things are known of single ones: two values of one axis (an age, the
latest value of an indicator, the class of the latest visit) must be the same value. Nothing is guessed: what
cannot be shown to be impossible counts as possible.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from kanglu.catalogue.lint.limits import most_units, shortest
from kanglu.catalogue.lint.sets import Allowed, meet, minus
from kanglu.catalogue.spans import Span

_PATIENCE = 20_000


@dataclass(frozen=True)
class Leaf:
    """That the value of an axis is known and allowed.

    Parameters
    ----------
    axis : what has the value.
    allowed : the values with which it holds.
    amount, within : how much of it, in how short a window; of two that allow the same, the one that asks
        for more in less time implies the other.
    universe : all values, where one of them is there on any day.
    single : whether the axis has one value a day; else what is said is said of all values of a window.
    """

    axis: Hashable
    allowed: Allowed
    amount: float = 1
    within: Span | None = None
    universe: Allowed | None = field(default=None, compare=False)
    single: bool = field(default=True, compare=False)

    def narrower(self, other: "Leaf") -> bool:
        """Whether this one asks for as much, in a window that surely lies within the other's."""
        return self.amount >= other.amount and _surely_within(self.within, other.within)


@dataclass(frozen=True)
class Formula:
    """Leaves joined: all of the parts, or any."""

    join: Literal["all", "any"]
    parts: tuple["Formula | Signed", ...]


type Signed = tuple[bool, Leaf]
type _World = dict[Hashable, tuple[Signed, ...]]


def possible(formulas: Iterable[Formula | Signed], implied: Callable[[Leaf], Iterable[Leaf]]) -> bool:
    """Whether all formulas may hold at once; `implied` gives the leaves that hold wherever a leaf does.

    What has too many branches to be tried counts as possible.
    """
    tries = iter(range(_PATIENCE))

    def go(todo: list[Formula | Signed], world: _World) -> bool:
        if next(tries, None) is None:
            return True
        choices: list[Formula] = []
        while todo:
            one = todo.pop()
            if not isinstance(one, Formula):
                if not _learn(world, one, implied):
                    return False
            elif one.join == "all":
                todo.extend(one.parts)
            else:
                choices.append(one)
        if not choices:
            return True
        first, *rest = sorted(choices, key=lambda choice: len(choice.parts))
        return any(go([part, *rest], dict(world)) for part in first.parts)

    return go(list(formulas), {})


def _learn(world: _World, signed: Signed, implied: Callable[[Leaf], Iterable[Leaf]]) -> bool:
    """Add a leaf, and what follows from it, to what is known; False where that contradicts itself."""
    holds, leaf = signed
    for one in (leaf, *implied(leaf)) if holds else (leaf,):
        world[one.axis] = (*world.get(one.axis, ()), (holds, one))
        if not _consistent(world[one.axis]):
            return False
    return True


def _consistent(known: tuple[Signed, ...]) -> bool:
    """Whether an axis can have a value of which all this is true."""
    held = [leaf for holds, leaf in known if holds]
    values = known[0][1].universe
    for leaf in held:
        values = leaf.allowed if values is None else meet(values, leaf.allowed)
    if values is None:
        return True
    for holds, leaf in known:
        if holds or (held and not any(one.narrower(leaf) for one in held)):
            continue
        left = minus(values, leaf.allowed)
        if not left:
            return False
        if leaf.single:
            values = left
    return bool(values)


def _surely_within(one: Span | None, other: Span | None) -> bool:
    """Whether a window is no longer than another, from whatever day they are counted."""
    if other is None or one == other:
        return True
    return one is not None and most_units(one, "day") <= shortest(other)
