"""What was saved of a visit and changed since: the old value, who changed it, when and why."""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from kanglu.care.visit.form import VisitForm
from kanglu.catalogue.answering import Raw
from kanglu.record import Store
from kanglu.record.facts import WITHDRAWN

_REASON = re.compile(r"^visit \S+ \S+ \[[^\]]*\] (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Changed:
    """An answer that was changed; None where there was none, or is none any more."""

    item: str
    old: Raw | None
    new: Raw | None


@dataclass(frozen=True, slots=True)
class Edit:
    """One saving of a visit.

    Parameters
    ----------
    recorded : when.
    by : the account that entered it, and the member of the staff who made the visit.
    reason : why, when somebody said so.
    changes : what it changed, by items of the form; of the first saving, everything.
    """

    recorded: str
    by: str
    author: str | None
    reason: str | None
    changes: tuple[Changed, ...]


def history(store: Store, record_number: str, form: VisitForm, day: date) -> tuple[Edit, ...]:
    """Every saving of the form of a day that changed something, the oldest first. The read is audited."""
    person = store.person(record_number).view
    batches: dict[int, dict[int, dict[Hashable, Any]]] = {}
    for part, key in enumerate(form.keys(day)):
        for row in store.versions(person.id, "questionnaire_response", key).to_dict("records"):
            batches.setdefault(row["batch_id"], {})[part] = row
    standing: list[Mapping[str, Raw]] = [{} for _ in form.joined.parts]
    before: dict[str, Raw] = {}
    edits = []
    for _batch, rows in sorted(batches.items()):
        for part, row in rows.items():
            said = row["answers"] if row["status"] != WITHDRAWN else None
            standing[part] = orjson.loads(said) if isinstance(said, str) else {}
        after = form.joined.answers_from(standing)
        changes = tuple(
            Changed(name, before.get(name), after.get(name))
            for name in form.questionnaire.by_id
            if before.get(name) != after.get(name)
        )
        if changes:
            edits.append(_edit(next(iter(rows.values())), changes))
        before = after
    return tuple(edits)


def _edit(row: Mapping[Hashable, Any], changes: tuple[Changed, ...]) -> Edit:
    found = _REASON.match(str(row["label"]))
    author = row["author"] if isinstance(row["author"], str) else None
    return Edit(
        recorded=str(row["recorded"]),
        by=str(row["source"]).rpartition("/")[2],
        author=author,
        reason=found[1] if found else None,
        changes=changes,
    )
