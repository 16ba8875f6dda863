"""What the lists of a record say of people on a day: problems that hold, medicines that are taken."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanglu.catalogue import Catalogue
from kanglu.dates import end_of

type Mask = npt.NDArray[np.bool_]

UNSOUND = frozenset({"entered-in-error", "cancelled"})
UNSURE = frozenset({"refuted", "entered-in-error", "unconfirmed", "provisional", "differential"})
PAST = frozenset({"inactive", "resolved", "remission"})
NOT_TAKEN = frozenset(
    {"completed", "stopped", "cancelled", "on-hold", "draft", "not-taken", "entered-in-error", "ended"}
)
ONLY_PROPOSED = frozenset({"proposal", "plan", "option"})
GLUCOSE_LOWERING = frozenset({"antidiabetic", "insulin"})
COMPLICATIONS = (
    *("chd", "stroke", "tia", "heart_failure", "peripheral_artery_disease"),
    *("diabetic_retinopathy", "diabetic_nephropathy"),
)
"""Clinical complications of high blood pressure, and diabetes with complications."""


def flags_of(
    people: pd.Index, conditions: pd.DataFrame, medications: pd.DataFrame, as_of: date, catalogue: Catalogue
) -> dict[str, Mask]:
    """Which people have what problem and take what class of drugs, and of whom any of both is listed."""
    flags: dict[str, Mask] = {}

    def mark(name: str, person_id: object) -> None:
        if person_id in people:
            flags.setdefault(name, np.zeros(len(people), dtype=bool))[people.get_loc(person_id)] = True

    for person_id, system, code, display in _rows(conditions, ("person_id", "system", "code", "display")):
        mark("any_problem", person_id)
        for name in catalogue.problems_for(system, code, display):
            mark(f"ever:{name}", person_id)
    for person_id, found in current_problems(conditions, as_of, catalogue):
        for name in found:
            mark(name, person_id)
    for person_id in medications["person_id"].tolist():
        mark("any_medicine", person_id)
    for person_id, found in current_drug_classes(medications, as_of, catalogue):
        for name in found:
            mark(f"drug:{name}", person_id)
    nobody = np.zeros(len(people), dtype=bool)
    wanted = {"any_problem", "any_medicine", "diabetes", "hypertension", "ckd"}
    wanted |= {f"ever:{name}" for name in ("diabetes", *COMPLICATIONS)}
    wanted |= {f"drug:{name}" for name in ("antihypertensive", "statin", *GLUCOSE_LOWERING)}
    return {name: flags.get(name, nobody) for name in wanted | set(flags)}


def current_problems(
    conditions: pd.DataFrame, as_of: date, catalogue: Catalogue
) -> list[tuple[int, tuple[str, ...]]]:
    """Each listed diagnosis that was not over on the day, as (person id, problem ids); sure ones only."""
    columns = ("person_id", "effective", "effective_end", "clinical_status", "verification_status", "status")
    until, day = end_of(as_of), as_of.isoformat()
    return [
        (person_id, catalogue.problems_for(system, code, display))
        for person_id, since, end, clinical, verified, status, system, code, display in _rows(
            conditions, (*columns, "system", "code", "display")
        )
        if status not in UNSOUND
        and verified not in UNSURE
        and clinical not in PAST
        and (since is None or since <= until)
        and (end is None or end[:10] > day)
    ]


def current_drug_classes(
    medications: pd.DataFrame, as_of: date, catalogue: Catalogue
) -> list[tuple[int, tuple[str, ...]]]:
    """Each medicine taken on the day, as (person id, drug class ids)."""
    columns = ("person_id", "effective", "effective_end", "clinical_status", "intent", "status")
    until, day = end_of(as_of), as_of.isoformat()
    return [
        (person_id, catalogue.drug_classes_for(system, code, display))
        for person_id, since, end, clinical, intent, status, system, code, display in _rows(
            medications, (*columns, "system", "code", "display")
        )
        if status not in UNSOUND
        and clinical not in NOT_TAKEN
        and intent not in ONLY_PROPOSED
        and (since is None or since <= until)
        and (end is None or end[:10] >= day)
    ]


def _rows(frame: pd.DataFrame, columns: tuple[str, ...]) -> Iterable[tuple[Any, ...]]:
    """Rows as Python values, None where there is none."""
    cells = [frame[column].tolist() for column in columns]
    return zip(*([None if cell != cell else cell for cell in column] for column in cells), strict=True)
