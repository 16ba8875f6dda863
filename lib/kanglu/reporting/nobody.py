"""The dossier of nobody: an invented record that a zygote warms up with before it may see anyone's.

The key indicators of the catalogue, measured once a year and rising until they are out of range: it takes
the same ways through the code as a real one.
"""

from datetime import date
from typing import Any

from kanglu import catalogue
from kanglu.record import Dossier, PersonView
from kanglu.record.dossier import PARTS
from kanglu.record.frames import COLUMNS, frame
from kanglu.record.tables import FACTS, batch

NUMBER = "K000000"
"""No person's record number: they are given out from 1."""
_AGE, _YEARS, _RISE = 56, 6, 0.1


def nobody(as_of: date, known: date) -> Dossier:
    """An invented woman of 56 with six years of check-ups before `as_of`."""
    recorded = f"{known.isoformat()}T00:00:00.000000Z"
    parts = {part: _facts(table, []) for part, table in PARTS.items()}
    parts["observations"] = _facts("observation", _observations(as_of, recorded))
    illness = _fact(as_of, recorded, 1, display="高血压", clinical_status="active")
    parts["conditions"] = _facts("condition", [illness])
    medicine = _fact(as_of, recorded, 1, display="氨氯地平", status="active")
    parts["medications"] = _facts("medication_statement", [medicine])
    return Dossier(
        person=PersonView(0, NUMBER, "无人", "female", date(as_of.year - _AGE, 1, 1), None),
        **parts,
        as_of=as_of,
        known=known,
        catalogue_revision=catalogue.current().revision,
        last_recorded=recorded,
        batches=frame(batch, ("id", "label", "recorded"), [(1, "invented", recorded)]),
    )


def _observations(as_of: date, recorded: str) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = []
    for indicator in catalogue.current().indicators.values():
        usual = indicator.range_for("female", _AGE)
        if usual is None or not indicator.key:
            continue
        low, high = usual.low, usual.high
        value = (low + high) / 2 if low is not None and high is not None else (high or low or 1) * 0.9
        for back in range(_YEARS):
            facts.append(
                _fact(
                    as_of,
                    recorded,
                    len(facts) + 1,
                    back,
                    indicator=indicator.id,
                    unit=indicator.unit,
                    value=value * (1 + _RISE * (_YEARS - back)),
                    original_value="1",
                    original_unit=indicator.unit,
                )
            )
    return sorted(facts, key=lambda fact: fact["effective"])


def _fact(as_of: date, recorded: str, number: int, back: int = 0, **said: Any) -> dict[str, Any]:
    fact = {"id": number, "batch_id": 1, "person_id": 0, "origin": "measured", "status": "final"}
    return {**fact, "effective": f"{as_of.year - back}-01-01", "recorded": recorded, **said}


def _facts(table: str, facts: list[dict[str, Any]]) -> Any:
    columns = COLUMNS[table]
    return frame(FACTS[table], columns, [tuple(fact.get(name) for name in columns) for fact in facts])
