"""Which rows of the record are an event of a type: by code, by words, by setting."""

import numpy as np
import pandas as pd

from kanglu.care.calendar import Mask
from kanglu.catalogue import system_of
from kanglu.catalogue.programmes import EventType
from kanglu.catalogue.text import phrase
from kanglu.record.known import Columns


def matcher(event: EventType, table: Columns) -> Mask:
    """The rows that are the event. A setting, where one is asked for, must fit as well."""
    size = len(table["id"])
    found = np.ones(size, dtype=bool)
    if event.setting:
        found = np.isin(table["setting"], list(event.setting))
    if event.codes or event.snomed or event.icd10 or event.keywords:
        found &= _worded(event, table)
    return np.asarray(found)


def _worded(event: EventType, table: Columns) -> Mask:
    """Each distinct code and wording is judged once."""
    place, distinct = pd.factorize(
        pd.MultiIndex.from_arrays([table["system"], table["code"], table["display"]])
    )
    hits = [_is(event, *(None if word != word else word for word in wording)) for wording in distinct]
    return np.array([*hits, False], dtype=bool)[place]


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
