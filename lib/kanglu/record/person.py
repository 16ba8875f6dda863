"""One person of the record, as a page or a notebook speaks to it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from kanglu.record.dossier import Dossier
from kanglu.record.people import PersonView

if TYPE_CHECKING:
    from kanglu.record.store import Store

SERIES = (
    "value",
    "value_code",
    "value_text",
    "comparator",
    "unit",
    "effective",
    "recorded",
    "origin",
    "source",
    "original_value",
    "original_unit",
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person, found in an open store; every read through it is audited."""

    store: "Store"
    view: PersonView

    @property
    def id(self) -> int:
        """The person's id."""
        return self.view.id

    @property
    def record_number(self) -> str:
        """The record number."""
        return self.view.record_number

    def series(self, indicator: str, since: str | None = None, until: str | None = None) -> pd.DataFrame:
        """All values of an indicator over time.

        Parameters
        ----------
        indicator : catalogue id, or ``system|code``.
        since, until : effective times, as exact as wished; the whole of `until` counts (``"2024"``).

        Returns
        -------
        Columns `SERIES`, by effective time; values in the indicator's canonical unit.
        """
        return self.store.series(self.view, indicator, since, until)

    def dossier(self) -> Dossier:
        """Everything on the person, as of the store's day."""
        return self.store.dossier(self.record_number)


def series_of(
    observations: pd.DataFrame, indicator: str, since: str | None, until: str | None
) -> pd.DataFrame:
    """One indicator's rows of an observation frame, in the columns `SERIES`."""
    effective = observations["effective"]
    wanted = (observations["indicator"] == indicator) & effective.notna()
    if since is not None:
        wanted &= effective >= since
    if until is not None:
        wanted &= effective.str[: len(until)] <= until
    return observations.loc[wanted, list(SERIES)].reset_index(drop=True)
