"""A person's dossier as it would be with other facts in it: nothing of that is entered."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pandas as pd

from kanglu.dates import instant
from kanglu.record import tables
from kanglu.record.dossier import PARTS, Dossier
from kanglu.record.facts import KIND_OF, WITHDRAWN, Fact
from kanglu.record.frames import COLUMNS, frame
from kanglu.record.sorting import sameness

_PART = {table: part for part, table in PARTS.items()}


def without(dossier: Dossier, parts: Sequence[str], gone: Callable[[str], bool]) -> Dossier:
    """The dossier without the facts of some parts whose source key is one of those meant."""
    kept: dict[str, Any] = {}
    for part in parts:
        facts: pd.DataFrame = getattr(dossier, part)
        meant = [key == key and key is not None and gone(key) for key in facts["source_key"].tolist()]
        if any(meant):
            kept[part] = facts[[not one for one in meant]].reset_index(drop=True)
    return replace(dossier, **kept) if kept else dossier


def with_facts(dossier: Dossier, facts: Iterable[Fact]) -> Dossier:
    """The dossier with facts that were learned on its last day; what says the same twice is one fact."""
    by_table: dict[str, dict[Any, Fact]] = {}
    for fact in facts:
        if fact.status != WITHDRAWN:
            kind = KIND_OF[type(fact)]
            by_table.setdefault(kind.table, {}).setdefault(sameness(kind, fact), fact)
    recorded = instant(datetime.combine(dossier.known, time(4), UTC))
    added: dict[str, Any] = {}
    for table, said in by_table.items():
        before: pd.DataFrame = getattr(dossier, _PART[table])
        first = int(before["id"].max()) + 1 if len(before) else 1
        rows = [
            (at, 0, recorded, *(getattr(fact, name) for name in COLUMNS[table][3:]))
            for at, fact in enumerate(said.values(), start=first)
        ]
        more = frame(tables.FACTS[table], COLUMNS[table], rows)
        added[_PART[table]] = pd.concat([before, more], ignore_index=True) if len(before) else more
    return replace(dossier, **added)
