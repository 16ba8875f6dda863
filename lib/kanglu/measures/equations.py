"""What risk equations share: coefficients by group of people, and what each factor drives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kanglu.measures.cells import Floats
from kanglu.measures.score import Contributor

type Groups = npt.NDArray[np.intp]
type Equations = Mapping[str, Floats]
"""One linear equation a group: by term one coefficient a group, and the `constant` of each."""

_BLOCK = 16384  # rows whose temporaries stay in the processor's cache


def equations(**terms: tuple[float, ...]) -> Equations:
    """The coefficients of each term, in the order of the groups, `constant` among them."""
    return {name: np.array(numbers) for name, numbers in terms.items()}


def hazards(survival: tuple[float, ...], mean: tuple[float, ...], **terms: tuple[float, ...]) -> Equations:
    """The logarithm of the cumulative hazard, where the risk is 1 - survival ** exp(sum of terms - mean)."""
    return {"constant": np.log(-np.log(survival)) - np.array(mean), **equations(**terms)}


def places(values: Floats) -> Groups:
    """A sex or a word as the place of a group; 0 where there is none, for rows that are refused anyhow."""
    return np.nan_to_num(values).astype(np.intp)


def solve(of: Equations, terms: Mapping[str, Floats], group: Groups) -> Floats:
    """The constant and the sum of coefficient × term, for each row by the equation of its group."""
    found = np.take(of["constant"], group)
    for name, numbers in of.items():
        if name != "constant":
            found += np.take(numbers, group) * terms[name]
    return found


def percent(log_hazard: Floats) -> Floats:
    """The risk in percent of the logarithm of a cumulative hazard."""
    return np.expm1(-np.exp(log_hazard)) * -100.0


def in_blocks(given: Mapping[str, Floats], risk: Callable[[Mapping[str, Floats]], Floats]) -> Floats:
    """`risk` of all rows, worked out block by block."""
    size = next(iter(given.values())).size
    found = np.empty(size)
    for start in range(0, size, _BLOCK):
        rows = slice(start, start + _BLOCK)
        found[rows] = risk({name: values[rows] for name, values in given.items()})
    return found


@dataclass(frozen=True, slots=True)
class Factor:
    """What can be changed: its name by language, and its inputs in the comparison person (men, women)."""

    label: Mapping[str, str]
    ideal: Mapping[str, float | tuple[float, float]]

    def levels(self, given: Mapping[str, Floats]) -> dict[str, Floats]:
        """The inputs as in the comparison person; what was not given stays so."""
        sex = given["sex"]
        return {
            name: np.where(
                np.isnan(given[name]),
                np.nan,
                np.where(sex == 1, *level) if isinstance(level, tuple) else np.full(sex.size, level),
            )
            for name, level in self.ideal.items()
        }


def avoidable(
    given: Mapping[str, Floats],
    factors: Mapping[str, Factor],
    risk: Callable[[Mapping[str, Floats]], Floats],
) -> list[tuple[Contributor, ...]]:
    """By row, how far the risk (in percent) would fall were a factor alone as in the comparison person.

    The largest change comes first. The parts do not add up to the whole: the models are not additive.
    """
    now = risk(given)
    effects = {name: now - risk({**given, **factor.levels(given)}) for name, factor in factors.items()}
    return [
        tuple(
            sorted(
                (
                    Contributor(name, factors[name].label, float(effect[row]), "percentage points")
                    for name, effect in effects.items()
                    if effect[row] != 0
                ),
                key=lambda contributor: -abs(contributor.effect),
            )
        )
        for row in range(now.size)
    ]
