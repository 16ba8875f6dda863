"""The lists of a record as a report shows them: problems, medicines, allergies, and what a year brought."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kanglu.catalogue import Catalogue
from kanglu.record.listed import ONLY_PROPOSED, PAST, REFUTED, SUSPECTED, UNSOUND, holds, stated, taken

_READ = frozenset(
    {"system", "code", "display", "status", "effective", "effective_end", "clinical_status"}
    | {"verification_status", "severity", "intent", "dosage", "reaction", "reason", "conclusion"}
)
GROUPS = ("encounters", "procedures", "immunizations", "reports", "care_plans")


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a list: how the source names it, since when and until when, whether it holds now.

    `ids` are the catalogue's problems or drug classes it belongs to; `note` a dosage, severity or reaction;
    `sure` is False for a diagnosis that its source calls suspected; `times` how often it was stated.
    """

    display: str
    ids: tuple[str, ...]
    since: str | None
    until: str | None
    current: bool
    note: str | None
    sure: bool
    times: int


@dataclass(frozen=True, slots=True)
class Happened:
    """Something of the year (a visit, a procedure, a vaccination …): its days, oldest first."""

    display: str
    days: tuple[str, ...]
    note: str | None


def problems(conditions: pd.DataFrame, until: str, catalogue: Catalogue) -> tuple[Listed, ...]:
    """Diagnoses up to a time, those that hold first, each said once with its earliest date."""
    day = until[:10]

    def listed(row: dict[str, Any]) -> Listed | None:
        if row["verification_status"] in REFUTED:
            return None
        end = row["effective_end"]
        return Listed(
            _name(row),
            catalogue.problems_for(row["system"], row["code"], row["display"]),
            row["effective"],
            end if end is not None and end[:10] <= day else None,
            holds(row["clinical_status"], end, day),
            row["severity"],
            row["verification_status"] not in SUSPECTED,
            1,
        )

    return _merged(_listed(conditions, until, listed))


def medicines(medications: pd.DataFrame, until: str, catalogue: Catalogue) -> tuple[Listed, ...]:
    """Medicines up to a time, those taken now first, each said once with its earliest date."""
    day = until[:10]

    def listed(row: dict[str, Any]) -> Listed | None:
        if row["intent"] in ONLY_PROPOSED or row["clinical_status"] in ("draft", "not-taken", "cancelled"):
            return None
        end = row["effective_end"]
        current = taken(row["clinical_status"], row["intent"], end, day)
        classes = catalogue.drug_classes_for(row["system"], row["code"], row["display"])
        last = None if current else end if end is not None and end[:10] <= day else None
        return Listed(_name(row), classes, row["effective"], last, current, row["dosage"], True, 1)

    return _merged(_listed(medications, until, listed))


def allergies(entries: pd.DataFrame, until: str) -> tuple[Listed, ...]:
    """Allergies and intolerances that are not past or refuted; `note` the reaction."""

    def listed(row: dict[str, Any]) -> Listed | None:
        if row["verification_status"] in REFUTED or row["clinical_status"] in PAST:
            return None
        sure = row["verification_status"] not in SUSPECTED
        return Listed(_name(row), (), row["effective"], None, True, row["reaction"], sure, 1)

    return _merged(_listed(entries, until, listed))


def happened(frame: pd.DataFrame, year: int, until: str) -> tuple[Happened, ...]:
    """What a table of events says of one year, each kind once with all its days, the latest kind first."""
    days: dict[str, list[str]] = {}
    notes: dict[str, str | None] = {}
    prefix = f"{year:04d}"
    for row in _records(frame):
        when = row["effective"]
        if when is None or not when.startswith(prefix) or when > until or row["status"] in UNSOUND:
            continue
        if row["clinical_status"] in ("cancelled", "not-done", "entered-in-error", "planned"):
            continue
        name = _name(row)
        days.setdefault(name, []).append(when[:10])
        notes[name] = row.get("reason") or row.get("conclusion") or notes.get(name)
    found = [Happened(name, tuple(sorted(set(dates))), notes[name]) for name, dates in days.items()]
    return tuple(sorted(found, key=lambda one: one.days[-1], reverse=True))


def _listed(
    frame: pd.DataFrame, until: str, make: Callable[[dict[str, Any]], Listed | None]
) -> Iterable[Listed]:
    for row in _records(frame):
        if stated(row["status"], row["effective"], until) and (entry := make(row)) is not None:
            yield entry


def _records(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """What is read of the rows, as dictionaries; None where there is nothing."""
    if frame.empty:
        return ()
    names = [name for name in frame.columns if name in _READ]
    cells = ([None if cell != cell else cell for cell in frame[name].tolist()] for name in names)
    return (dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True))


def _name(row: dict[str, Any]) -> str:
    """How the source names an entry; the bare code where it gives no words."""
    return row["display"] or " ".join(filter(None, (row["code"], row["system"]))) or "?"


def _merged(entries: Iterable[Listed]) -> tuple[Listed, ...]:
    """Entries of one name as one: from the earliest date; current when any is; details of the newest.

    A diagnosis that one entry is sure of is not made doubtful by another.
    """
    by_name: dict[str, list[Listed]] = {}
    for entry in entries:
        by_name.setdefault(entry.display, []).append(entry)
    merged = []
    for same in by_name.values():
        same.sort(key=lambda entry: (entry.current, entry.since or ""))
        newest = same[-1]
        merged.append(
            Listed(
                newest.display,
                tuple(dict.fromkeys(name for entry in reversed(same) for name in entry.ids)),
                min((entry.since for entry in same if entry.since), default=None),
                newest.until,
                newest.current,
                newest.note,
                any(entry.sure for entry in same if entry.current == newest.current),
                len(same),
            )
        )
    newest_first = sorted(merged, key=lambda entry: entry.since or "", reverse=True)
    return tuple(sorted(newest_first, key=lambda entry: not entry.current))
