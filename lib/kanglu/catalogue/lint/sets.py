"""Sets of values that a comparison allows: stretches of numbers, or codes."""

from collections.abc import Hashable
from math import ceil, floor, inf
from typing import NamedTuple

from kanglu.catalogue.criteria import Age, Compared
from kanglu.catalogue.models import Indicator

type Cut = tuple[float, int]
"""A place between numbers: just below the number with 0, just above it with 1."""


class Interval(NamedTuple):
    """All numbers between two cuts."""

    low: Cut = (-inf, 0)
    high: Cut = (inf, 1)


type Codes = frozenset[Hashable]
type Numbers = tuple[Interval, ...]
type Allowed = Codes | Numbers


def allowed(asked: Compared, indicator: Indicator | None = None) -> Allowed:
    """What a comparison allows, numbers in the canonical unit of `indicator`."""
    if not asked.has_numbers and asked.codes:
        return frozenset(asked.codes)
    limits = asked.limits
    if indicator is not None and asked.unit is not None:
        limits = {name: indicator.convert(limit, asked.unit) for name, limit in limits.items()}
    low = max(
        [(limits[name], at) for name, at in (("ge", 0), ("gt", 1)) if name in limits], default=(-inf, 0)
    )
    high = min(
        [(limits[name], at) for name, at in (("lt", 0), ("le", 1)) if name in limits], default=(inf, 1)
    )
    return (Interval(low, high),)


def ages(asked: Age) -> Numbers:
    """The completed years that are allowed, from one whole number up to, not including, another."""
    limits = asked.limits
    lows = [ceil(limits["ge"])] if "ge" in limits else []
    lows += [floor(limits["gt"]) + 1] if "gt" in limits else []
    highs = [ceil(limits["lt"])] if "lt" in limits else []
    highs += [floor(limits["le"]) + 1] if "le" in limits else []
    return whole(max(lows, default=None), min(highs, default=None))


def whole(low: int | None, below: int | None) -> Numbers:
    """The whole numbers from `low` up to, not including, `below`."""
    interval = Interval((-inf if low is None else low, 0), (inf if below is None else below, 0))
    return (interval,) if interval.low < interval.high else ()


def meet(one: Allowed, other: Allowed) -> Allowed:
    """What both allow; numbers and codes have nothing in common."""
    if isinstance(one, frozenset) or isinstance(other, frozenset):
        return one & other if isinstance(one, frozenset) and isinstance(other, frozenset) else ()
    pairs = [Interval(max(a.low, b.low), min(a.high, b.high)) for a in one for b in other]
    return tuple(pair for pair in pairs if pair.low < pair.high)


def minus(one: Allowed, other: Allowed) -> Allowed:
    """What the one allows and the other does not."""
    if isinstance(one, frozenset) or isinstance(other, frozenset):
        return one - other if isinstance(one, frozenset) and isinstance(other, frozenset) else one
    for cut in other:
        sides = [
            side
            for part in one
            for side in (
                Interval(part.low, min(part.high, cut.low)),
                Interval(max(part.low, cut.high), part.high),
            )
        ]
        one = tuple(side for side in sides if side.low < side.high)
    return one
