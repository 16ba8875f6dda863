"""Months in which a figure fell, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from kanglu.insight.service.figure import Figure

IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Falling:
    """A finding: the month before the fall, and the months in each of which the figure was lower still."""

    before: Figure
    months: tuple[Figure, ...]


def find_falling(figures: Sequence[Figure]) -> tuple[Falling, ...]:
    """Where a monthly figure fell three months in a row or more, each run whole, oldest first.

    Each month's value is below that of the calendar month right before. A month without a value, one that
    is missing, one that was not over on its day, and an equal value end a run.

    Parameters
    ----------
    figures : one definition, one a month, oldest first; others than whole calendar months are passed over.
    """
    found: list[Falling] = []
    run: list[Figure] = []
    for figure in figures:
        if not figure.days.is_month or figure.days.until > figure.as_of:
            continue
        if run and not _below(figure, run[-1]):
            found += _finding(run)
            run = []
        run.append(figure)
    return (*found, *_finding(run))


def _below(figure: Figure, before: Figure) -> bool:
    follows = figure.days.since == before.days.until + timedelta(days=1)
    return follows and figure.value is not None and before.value is not None and figure.value < before.value


def _finding(run: Sequence[Figure]) -> list[Falling]:
    return [Falling(run[0], tuple(run[1:]))] if len(run) > IN_A_ROW else []
