"""Which rows of the record are an event of a type: by code, by words, by setting."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanglu.care.calendar import Mask
from kanglu.catalogue import system_of
from kanglu.catalogue.programmes import EventType
from kanglu.catalogue.text import phrase
from kanglu.record.known import Columns

type Wording = tuple[str | None, str | None, str | None]
"""System, code and display."""


@dataclass(eq=False)
class Worded:
    """The rows of a table by their distinct wordings, each of which is judged once for a type of event."""

    table: Columns

    @cached_property
    def _wordings(self) -> tuple[npt.NDArray[np.intp], list[Wording]]:
        seen: dict[Wording, int] = {}
        rows = zip(self.table["system"], self.table["code"], self.table["display"], strict=True)
        place = np.fromiter((seen.setdefault(row, len(seen)) for row in rows), dtype=np.intp)
        return place, list(seen)

    def of(self, event: EventType) -> Mask:
        """The rows that are the event. A setting, where one is asked for, must fit as well."""
        found = np.ones(len(self.table["id"]), dtype=bool)
        if event.setting:
            found = pd.Series(self.table["setting"]).isin(event.setting).to_numpy()
        if event.codes or event.snomed or event.icd10 or event.keywords:
            place, wordings = self._wordings
            found = (
                found & np.array([*(_is(event, *wording) for wording in wordings), False], dtype=bool)[place]
            )
        return np.asarray(found)


def _is(event: EventType, system: str | None, code: str | None, display: str | None) -> bool:
    if code is not None:
        if code in event.codes:
            return True
        named = system_of(system)
        if named == "snomed" and code in event.snomed:
            return True
        plain = code.upper().replace(".", "")
        if named == "icd10" and any(plain.startswith(one.upper().replace(".", "")) for one in event.icd10):
            return True
    words = phrase(display or "")
    return any(phrase(keyword) in words for keyword in event.keywords)
