"""What of a fact somebody sees who may not know whom it is about: one treatment a column, for every column.

The same table serves what an analyst reads from the record and the safe copy that a notebook works on. Free
text is gone, since anybody may stand in it; names of diseases, drugs and examinations stay, unless a long
number stands in them. A day stays, or is moved, as the purpose asks (`Days`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

import numpy as np
import orjson
import pandas as pd

from kanglu.record.facts import KINDS
from kanglu.record.known import Columns
from kanglu.trust.keys import Keys

OLDEST: Final = 89
"""Whoever is older is given this age and one year more."""


class Treatment(StrEnum):
    """What becomes of a column."""

    KEPT = "kept"
    DAY = "day"
    BIRTH = "birth"
    CODED = "coded"
    NAMED = "named"
    FIGURE = "figure"
    ANSWERS = "answers"
    GONE = "gone"


_COLUMNS: Final[Mapping[Treatment, str]] = {
    Treatment.KEPT: "id batch_id recorded recorded_day replaces person_id origin status indicator value "
    "value_code comparator unit original_unit sex deceased language clinical_status verification_status "
    "severity intent criticality setting direction channel seconds content_type practitioner owner",
    Treatment.DAY: "effective effective_end death_date booked until",
    Treatment.BIRTH: "birth_date",
    Treatment.CODED: "system code category kind outcome about reason task version dose",
    Treatment.NAMED: "display",
    Treatment.FIGURE: "original_value",
    Treatment.ANSWERS: "answers",
    Treatment.GONE: "name value_text dosage reaction conclusion detail text evidence author provider source "
    "source_key sha256 location label",
}
TREATMENTS: Final[Mapping[str, Treatment]] = {
    column: treatment for treatment, columns in _COLUMNS.items() for column in columns.split()
}
"""The treatment of every column of every kind of fact."""
assert {field for kind in KINDS for field in kind.fields} <= set(TREATMENTS)

_CODE = re.compile(r"(?!.*\d{7})[A-Za-z0-9_.:/+@#|-]{1,80}")
_LONG_NUMBER = re.compile(r"\d{6}")
_FIGURE = re.compile(r"[<>=≤≥]{0,2}\s*[-+]?\d{1,6}(\.\d+)?")


def coded(text: str) -> str | None:
    """The text when it is a code and no words; a run of seven figures may be anybody's number."""
    return text if _CODE.fullmatch(text) else None


def _named(text: str) -> str | None:
    return None if _LONG_NUMBER.search(text) else text


def _figure(text: str) -> str | None:
    return text if _FIGURE.fullmatch(text) else None


def _answers(text: str) -> str | None:
    """The answers that are numbers, choices or yes and no."""
    said = orjson.loads(text)
    if not isinstance(said, dict):
        return None
    kept = {item: kept for item, answer in said.items() if (kept := _answer(answer)) is not None}
    return orjson.dumps(kept).decode()


def _answer(answer: Any) -> Any:
    if isinstance(answer, str):
        return coded(answer)
    if isinstance(answer, list):
        return [one for one in map(_answer, answer) if one is not None]
    return answer if isinstance(answer, bool | int | float) else None


@dataclass(frozen=True, slots=True)
class Days:
    """How days are shown.

    Parameters
    ----------
    offsets : by how many days those of each person are moved, by id; none is moved when empty.
    oldest_born : nobody is shown as born before this day.
    """

    offsets: Mapping[int, int]
    oldest_born: date

    def moved(self, person: int, text: str) -> str | None:
        """A day, or a time, of a person; one that is known only in part is known by its year then."""
        if person not in self.offsets:
            return text
        if len(text) < len("2026-01-01"):
            return text[:4]
        day = date.fromisoformat(text[:10]) + timedelta(self.offsets[person])
        return day.isoformat() + text[10:]

    def born(self, person: int, text: str) -> str | None:
        """A birth date, known by its month."""
        if len(text) < len("2026-01-01"):
            return text[:4]
        day = date.fromisoformat(self.moved(person, text[:10]) or text[:10])
        return max(day, self.oldest_born).replace(day=1).isoformat()


def true_days(as_of: date) -> Days:
    """Days as they are."""
    return Days({}, _oldest_born(as_of))


def moved_days(ids: list[int], as_of: date, keys: Keys) -> Days:
    """Days of each person moved back by one to fifty-two weeks: the same for all of a person, and secret."""
    weeks = {one: 1 + int(keys.pseudonym(-one)[1:], 16) % 52 for one in ids}
    return Days({one: -7 * many for one, many in weeks.items()}, _oldest_born(as_of))


def _oldest_born(as_of: date) -> date:
    return date(as_of.year - OLDEST - 1, 1, 1)


_WAYS: Final[Mapping[Treatment, Callable[[str], str | None]]] = {
    Treatment.CODED: coded,
    Treatment.NAMED: _named,
    Treatment.FIGURE: _figure,
    Treatment.ANSWERS: _answers,
    Treatment.GONE: lambda _: None,
}


def veiled(facts: pd.DataFrame, days: Days) -> pd.DataFrame:
    """Facts of one kind as somebody sees them who may not know whom they are about; the staff stay named."""
    shown = {column: _veiled(facts, str(column), days) for column in facts.columns}
    return pd.DataFrame(shown, index=facts.index)


def veiled_columns(columns: Columns) -> Columns:
    """The same of facts in columns, whose days stay as they are."""
    return {
        name: np.array([*(_WAYS[way](one) if one else one for one in cells), None], dtype=object)[:-1]
        if (way := TREATMENTS[name]) in _WAYS
        else cells
        for name, cells in columns.items()
    }


def _veiled(facts: pd.DataFrame, column: str, days: Days) -> "pd.Series[Any]":
    cells, treatment = facts[column], TREATMENTS[column]
    if column == "display" and "sha256" in facts:
        treatment = Treatment.GONE  # a recording or a letter is called as somebody has named it
    if treatment is Treatment.KEPT:
        return cells
    if treatment in _WAYS:
        shown: dict[Any, str | None] = {text: _WAYS[treatment](text) for text in cells.dropna().unique()}
        values = [shown.get(text) for text in cells.tolist()]
    else:
        show = days.born if treatment is Treatment.BIRTH else days.moved
        pairs = zip(facts["person_id"].tolist(), cells.tolist(), strict=True)
        values = [None if text != text or text is None else show(person, text) for person, text in pairs]
    return pd.Series(pd.array(values, dtype="str"), index=facts.index)
