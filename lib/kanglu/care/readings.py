"""The readings of a block as conditions ask for them: of which indicators, at what hours, in which unit."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from kanglu.care.block import Block
from kanglu.care.calendar import Floats, Mask
from kanglu.care.series import DECIMALS, MEAN_OF_THE_DAY, NO_POINTS, Points, Series, joined
from kanglu.catalogue import Catalogue
from kanglu.catalogue.criteria import Compared, Hours, Measured


@dataclass(eq=False)
class Readings:
    """The readings of a block, and the catalogue in whose units they are."""

    block: Block
    catalogue: Catalogue
    _series: dict[tuple[object, ...], Series] = field(default_factory=dict)

    def series(self, of: Sequence[str], at: Hours | None = None) -> Series:
        """The readings of indicators that stand for the same, of some hours of the day."""
        key = (*of, at)
        if key not in self._series:
            found = joined([self.block.readings.get(name) or _none_of(name) for name in of])
            self._series[key] = found if at is None else found.within(at)
        return self._series[key]

    def daily(self, wanted: Measured) -> tuple[Points, Mask, Floats]:
        """One a person and day: when, whether it is as wanted, and its value (NaN where it is not exact)."""
        return self.series(wanted.of, wanted.at).daily(self.scaled(wanted, wanted.of), wanted.day)

    def scaled(self, wanted: Compared, of: Sequence[str]) -> Compared:
        """What is wanted, in the canonical unit of the indicators."""
        if wanted.unit is None:
            return wanted
        convert = self.catalogue.indicators[of[0]].convert
        limits = {name: round(convert(limit, wanted.unit), DECIMALS) for name, limit in wanted.limits.items()}
        return wanted.model_copy(update={**limits, "unit": None})


def _none_of(name: str) -> Series:
    """No readings of an indicator."""
    nothing = np.empty(0, np.int16), np.empty(0), np.empty(0, np.int8)
    return Series(NO_POINTS, *nothing, rounded=name in MEAN_OF_THE_DAY)
