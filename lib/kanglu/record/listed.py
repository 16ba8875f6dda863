"""What the lists of a record say of people on a day: problems that hold, medicines that are taken."""

import re
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
ENDED = UNSOUND | {"finished", "inactive"}
"""States of an episode or a membership that is over; without an end it is not known when it was."""
REFUTED = frozenset({"refuted", "entered-in-error"})
SUSPECTED = frozenset({"unconfirmed", "provisional", "differential"})
PAST = frozenset({"inactive", "resolved", "remission"})
NOT_TAKEN = frozenset(
    {"completed", "stopped", "cancelled", "on-hold", "draft", "not-taken", "entered-in-error", "ended"}
)
ONLY_PROPOSED = frozenset({"proposal", "plan", "option"})
GLUCOSE_LOWERING = frozenset({"antidiabetic", "insulin"})
COMPLICATIONS = (
    *("chd", "stroke", "tia", "heart_failure", "atrial_fibrillation", "peripheral_artery_disease"),
    *("diabetic_retinopathy", "diabetic_nephropathy"),
)
"""Clinical complications of high blood pressure, and diabetes with complications."""


_CONDITION = (
    *("person_id", "effective", "effective_end", "clinical_status", "verification_status", "status"),
    *("system", "code", "display"),
)
_MEDICINE = (
    *("person_id", "effective", "effective_end", "clinical_status", "intent", "status"),
    *("system", "code", "display"),
)


_DENIED = re.compile(r"^no (history of )?(known|allerg)|^nk[d]?a\b|^(无|否认|未发现).*过敏", re.IGNORECASE)


def denied(allergy: str) -> bool:
    """Whether an entry of the allergies says that there are none ("No known drug allergy")."""
    return _DENIED.search(allergy.strip()) is not None


def stated(status: str | None, since: str | None, until: str) -> bool:
    """Whether an entry counts that began at `since`: it is not withdrawn, and began by `until`."""
    return status not in UNSOUND and (since is None or since <= until)


def holds(clinical: str | None, end: str | None, day: str) -> bool:
    """Whether a problem holds on a day; it is over on the day it ended.

    One that is over by now held before its end. An end known in part counts from its first day on.
    """
    return clinical not in PAST if end is None else end[:10] > day


def taken(clinical: str | None, intent: str | None, end: str | None, day: str) -> bool:
    """Whether a medicine is taken on a day; the last day of a course (or its last month) still counts."""
    if clinical in NOT_TAKEN or intent in ONLY_PROPOSED:
        return False
    return end is None or end[:10] >= day[: len(end)]


def flags_of(
    people: pd.Index, conditions: pd.DataFrame, medications: pd.DataFrame, as_of: date, catalogue: Catalogue
) -> dict[str, Mask]:
    """Which people have what problem and take what class of drugs, and of whom any of both is listed.

    A problem's id marks those who have it on the day, ``ever:`` those who have it or had it, ``maybe:``
    those in whom it is suspected; ``drug:`` those who take a class. What began later marks nobody.
    """
    flags: dict[str, Mask] = {}

    def mark(name: str, person_id: object) -> None:
        if person_id in people:
            flags.setdefault(name, np.zeros(len(people), dtype=bool))[people.get_loc(person_id)] = True

    until, day = end_of(as_of), as_of.isoformat()
    for person_id, since, end, clinical, verified, status, *named in _rows(conditions, _CONDITION):
        if not stated(status, since, until) or verified in REFUTED:
            continue
        mark("any_problem", person_id)
        for name in catalogue.problems_for(*named):
            mark(f"maybe:{name}" if verified in SUSPECTED else f"ever:{name}", person_id)
            if verified not in SUSPECTED and holds(clinical, end, day):
                mark(name, person_id)
    for person_id, since, end, clinical, intent, status, *named in _rows(medications, _MEDICINE):
        if not stated(status, since, until):
            continue
        mark("any_medicine", person_id)
        if taken(clinical, intent, end, day):
            for name in catalogue.drug_classes_for(*named):
                mark(f"drug:{name}", person_id)
    nobody = np.zeros(len(people), dtype=bool)
    wanted = {"any_problem", "any_medicine", "diabetes", "hypertension", "ckd"}
    asked = {"diabetes", "hypertension", "ckd", *COMPLICATIONS}
    wanted |= {f"{when}:{name}" for when in ("ever", "maybe") for name in asked}
    wanted |= {f"drug:{name}" for name in ("antihypertensive", "statin", *GLUCOSE_LOWERING)}
    return {name: flags.get(name, nobody) for name in wanted | set(flags)}


def current_problems(
    conditions: pd.DataFrame, as_of: date, catalogue: Catalogue
) -> list[tuple[int, tuple[str, ...]]]:
    """Each listed diagnosis that was not over on the day, as (person id, problem ids); sure ones only."""
    until, day = end_of(as_of), as_of.isoformat()
    return [
        (person_id, catalogue.problems_for(*named))
        for person_id, since, end, clinical, verified, status, *named in _rows(conditions, _CONDITION)
        if stated(status, since, until) and verified not in REFUTED | SUSPECTED and holds(clinical, end, day)
    ]


def current_drug_classes(
    medications: pd.DataFrame, as_of: date, catalogue: Catalogue
) -> list[tuple[int, tuple[str, ...]]]:
    """Each medicine taken on the day, as (person id, drug class ids)."""
    until, day = end_of(as_of), as_of.isoformat()
    return [
        (person_id, catalogue.drug_classes_for(*named))
        for person_id, since, end, clinical, intent, status, *named in _rows(medications, _MEDICINE)
        if stated(status, since, until) and taken(clinical, intent, end, day)
    ]


def _rows(frame: pd.DataFrame, columns: tuple[str, ...]) -> Iterable[tuple[Any, ...]]:
    """Rows as Python values, None where there is none."""
    cells = [frame[column].tolist() for column in columns]
    return zip(*([None if cell != cell else cell for cell in column] for column in cells), strict=True)
