"""How well a person's medicines were covered by what was dispensed (PDC), where dispensing is known.

A dispensing is what its filler states (intent ``filler-order``: a filled request, or a FHIR
MedicationDispense), from the day on which it was handed out to the last one for which it lasts. What was
merely asked for, or is said to be taken, says nothing of what was dispensed.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from kanglu.measures.adherence import pdc
from kanglu.record.frames import rows_in
from kanglu.record.listed import UNSOUND

FILLED: Final = "filler-order"
_DAY: Final = len("2026-05-26")
_LONGEST: Final = 999
_NOT_HANDED_OUT: Final = frozenset(("cancelled", "not-taken", "draft", "on-hold"))
_READ: Final = ("display", "effective", "effective_end", "intent", "clinical_status", "status")


@dataclass(frozen=True, slots=True)
class Covered:
    """The share (0–1) of days covered of one medicine, its band, and from how many fills it follows."""

    medicine: str
    share: float
    band: str
    fills: int
    version: str


def covered(medications: pd.DataFrame, since: date, until: date) -> tuple[Covered, ...]:
    """Each medicine that was dispensed from one day to another, both counting, by name."""
    fills = _fills(medications, since, until)
    if not fills or until < since:
        return ()
    asked = pd.DataFrame(
        {
            "period_start": since.isoformat(),
            "period_end_inclusive": until.isoformat(),
            "fills_date:days": ["|".join(some) for some in fills.values()],
        }
    )
    answers = zip(fills.items(), pdc(asked).to_dict("records"), strict=True)
    return tuple(
        Covered(name, float(said["value"]), str(said["band"]), len(some), str(said["version"]))
        for (name, some), said in answers
        if said["status"] == "ok"
    )


def _fills(medications: pd.DataFrame, since: date, until: date) -> dict[str, list[str]]:
    """The fills of each medicine in the period, as the score reads them: ``2024-01-01:30``."""
    found: dict[str, list[str]] = {}
    for name, first, last, intent, state, status in rows_in(medications, _READ):
        if intent != FILLED or status in UNSOUND or state in _NOT_HANDED_OUT or name is None:
            continue
        if first is None or last is None or min(len(first), len(last)) < _DAY:
            continue
        start, end = date.fromisoformat(first[:_DAY]), date.fromisoformat(last[:_DAY])
        days = (end - start).days + 1
        if since <= start <= until and 1 <= days <= _LONGEST:
            found.setdefault(name, []).append(f"{start}:{days}")
    return dict(sorted(found.items()))
