"""Who is allergic to what, by the words of the record: what recommends an allergen is not for them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kanglu.care.calendar import Mask
from kanglu.catalogue.advice import AdviceBook
from kanglu.dates import end_of
from kanglu.record.known import Known
from kanglu.record.listed import PAST, REFUTED, denied, stated

_TABLES = ("allergy_intolerance", "condition")
_SAID = ("过敏", "不耐受", "allerg", "intoleran")
"""What a diagnosis says that is one of an allergy."""


def allergic(known: Known, book: AdviceBook) -> Mapping[str, Mask]:
    """For each allergen the people, by their place in `known`, to whom it must not be recommended.

    Whoever is allergic to a kind of nut is given no nuts, and whoever is allergic to nuts none of any kind.
    A suspected allergy counts; one that is past, refuted or not known by the day does not.
    """
    people = pd.Index(known.people["person_id"])
    found: dict[str, Mask] = {}
    until = end_of(known.as_of)
    meant: dict[str, frozenset[str]] = {}
    for name in _TABLES:
        table = known.tables[name]
        rows = zip(
            *(table[column].tolist() for column in ("person_id", "display", "effective", "status")),
            *(table[column].tolist() for column in ("clinical_status", "verification_status")),
            strict=True,
        )
        for person_id, display, since, status, clinical, verified in rows:
            if not display or not stated(status, since, until) or clinical in PAST or verified in REFUTED:
                continue
            if display not in meant:
                counts = name == _TABLES[0] or any(word in display.casefold() for word in _SAID)
                meant[display] = _touched(display, book) if counts and not denied(display) else frozenset()
            for allergen in meant[display]:
                mask = found.setdefault(allergen, np.zeros(len(people), dtype=bool))
                mask[people.get_loc(person_id)] = True
    return found


def _touched(text: str, book: AdviceBook) -> frozenset[str]:
    """The allergens that a text names, all that are kinds of them, and all that they are kinds of."""
    named = book.allergens_in(text)
    return named.union(*(_broader(one, book) for one in named)) | {
        one for one in book.allergens if named & _broader(one, book)
    }


def _broader(name: str, book: AdviceBook) -> frozenset[str]:
    found, waiting = set[str](), list(book.allergens[name].kind_of)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += book.allergens[one].kind_of
    return frozenset(found)
