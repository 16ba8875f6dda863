"""One invented person's facts, as the record would hand them over: a dossier without a database."""

from collections import defaultdict
from datetime import date
from typing import Any

import pandas as pd

from kanglu.record import tables
from kanglu.record.dossier import PARTS, Dossier
from kanglu.record.facts import (
    KIND_OF,
    AllergyIntolerance,
    Condition,
    Encounter,
    Immunization,
    MedicationStatement,
    Observation,
    Procedure,
)
from kanglu.record.frames import COLUMNS, frame
from kanglu.record.people import PersonView

RECORDED = "2026-01-05T01:00:00.000000Z"


class Someone:
    """A woman born on 15 June 1960, unless said otherwise; facts are added one by one."""

    def __init__(self, birth="1960-06-15", sex="female", death=None, deceased=False):
        born, died = (None if day is None else date.fromisoformat(day) for day in (birth, death))
        self.view = PersonView(7, "K000007", "王芳", sex, born, died, deceased or died is not None)
        self.facts: dict[str, list[Any]] = defaultdict(list)

    def add(self, fact: Any) -> "Someone":
        self.facts[KIND_OF[type(fact)].table].append(fact)
        return self

    def seen(self, indicator, value=None, effective="2025-05-01", **more):
        return self.add(Observation(7, indicator, effective, value=value, **more))

    def pressure(self, sbp, dbp, effective="2025-05-01"):
        return self.seen("sbp", sbp, effective).seen("dbp", dbp, effective)

    def has(self, display, since="2015-01-01", **more):
        return self.add(Condition(7, None, None, since, display=display, **more))

    def takes(self, display, since="2020-01-01", **more):
        return self.add(MedicationStatement(7, None, None, since, display=display, **more))

    def allergic(self, display, **more):
        return self.add(AllergyIntolerance(7, None, None, "2001", display=display, **more))

    def visit(self, display, effective, kind=Encounter, **more):
        return self.add(kind(7, None, None, effective, display=display, **more))

    def procedure(self, display, effective, **more):
        return self.visit(display, effective, Procedure, **more)

    def vaccinated(self, display, effective, **more):
        return self.visit(display, effective, Immunization, **more)

    def frame(self, table: str) -> pd.DataFrame:
        """The facts of a table, by time of effect, then in the order in which they were added."""
        facts = sorted(self.facts[table], key=lambda fact: fact.effective or "")
        rows = [
            tuple(
                {"id": at, "batch_id": 1, "recorded": RECORDED, **fact._asdict()}[name]
                for name in COLUMNS[table]
            )
            for at, fact in enumerate(facts, 1)
        ]
        return frame(tables.FACTS[table], COLUMNS[table], rows)

    def dossier(self, as_of="2026-06-30") -> Dossier:
        day = date.fromisoformat(as_of)
        batches = pd.DataFrame({"id": [1], "label": ["体检"], "recorded": [RECORDED]})
        return Dossier(
            person=self.view,
            **{part: self.frame(table) for part, table in PARTS.items()},
            as_of=day,
            known=day,
            catalogue_revision="3fa29c01d4be",
            last_recorded=RECORDED if any(self.facts.values()) else None,
            batches=batches,
        )
