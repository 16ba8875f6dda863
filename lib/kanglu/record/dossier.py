"""Everything the record holds of one person at one moment: what a report is made from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from types import TracebackType
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from kanglu.errors import RecordError
from kanglu.record import tables
from kanglu.record.frames import facts_of, split
from kanglu.record.moment import Moment
from kanglu.record.people import PersonView, people_frame, views
from kanglu.record.veiling import Days, veiled
from kanglu.trust.keys import Keys

PARTS = {
    "observations": "observation",
    "conditions": "condition",
    "medications": "medication_statement",
    "allergies": "allergy_intolerance",
    "encounters": "encounter",
    "procedures": "procedure",
    "immunizations": "immunization",
    "reports": "diagnostic_report",
    "care_plans": "care_plan",
    "communications": "communication",
    "appointments": "appointment",
    "episodes": "episode_of_care",
    "care_team": "care_team",
    "flags": "flag",
    "task_changes": "task_change",
    "responses": "questionnaire_response",
    "media": "media",
    "consents": "consent",
}
"""The frames of a dossier and the table that each comes from."""


@dataclass(frozen=True, slots=True, eq=False)
class Dossier:
    """One person's facts as of a day. Picklable; needs no database.

    Parameters
    ----------
    person : who it is.
    observations … consents : the facts, columns as the tables, by effective time.
    as_of, known : the two times it was read for.
    catalogue_revision : of the definitions in force.
    last_recorded : when the latest of the facts was learned; None when there is none.
    batches : the batches that these facts came with (id, label, recorded).
    """

    person: PersonView
    observations: pd.DataFrame
    conditions: pd.DataFrame
    medications: pd.DataFrame
    allergies: pd.DataFrame
    encounters: pd.DataFrame
    procedures: pd.DataFrame
    immunizations: pd.DataFrame
    reports: pd.DataFrame
    care_plans: pd.DataFrame
    communications: pd.DataFrame
    appointments: pd.DataFrame
    episodes: pd.DataFrame
    care_team: pd.DataFrame
    flags: pd.DataFrame
    task_changes: pd.DataFrame
    responses: pd.DataFrame
    media: pd.DataFrame
    consents: pd.DataFrame
    as_of: date
    known: date
    catalogue_revision: str
    last_recorded: str | None
    batches: pd.DataFrame

    def veiled(self, days: Days) -> "Dossier":
        """The same as somebody sees it who may not know whom it is about."""
        facts: dict[str, Any] = {part: veiled(getattr(self, part), days) for part in PARTS}
        labels = [f"batch {one}" for one in self.batches["id"].tolist()]
        return replace(self, **facts, batches=self.batches.assign(label=pd.array(labels, dtype="str")))


assert set(PARTS) <= {part.name for part in fields(Dossier)}


def read_dossiers(
    connection: Connection,
    people: Sequence[int],
    moment: Moment,
    *,
    catalogue_revision: str,
    mask: Keys | None = None,
) -> Iterator[Dossier]:
    """The dossiers of some people, by id: one query a table, whatever their number."""
    wanted = sorted(set(people))
    known = people_frame(connection, moment, tables.person.c.id.in_(wanted), mask=mask)
    ids = known["person_id"].tolist()
    facts = {part: facts_of(connection, table, ids, moment) for part, table in PARTS.items()}
    parts = {part: split(frame, ids) for part, frame in facts.items()}
    came_with = _batches_of(facts.values())
    batches = _Batches(connection)
    for place, view in enumerate(views(known)):
        named = batches.of(came_with.get(view.id, ()))
        yield Dossier(
            person=view,
            **{part: frames[place] for part, frames in parts.items()},
            as_of=moment.as_of,
            known=moment.known,
            catalogue_revision=catalogue_revision,
            last_recorded=None if named.empty else str(named["recorded"].max()),
            batches=named,
        )


def _batches_of(frames: Iterable[pd.DataFrame]) -> dict[int, tuple[int, ...]]:
    """The batches that the facts of each person came with, ascending."""
    pairs: set[tuple[int, int]] = set()
    for frame in frames:
        both = np.column_stack([frame["person_id"].to_numpy(), frame["batch_id"].to_numpy()])
        changes = np.flatnonzero(np.any(np.diff(both, axis=0, prepend=-1), axis=1))
        pairs.update((int(person_id), int(batch_id)) for person_id, batch_id in both[changes])
    found: dict[int, tuple[int, ...]] = {}
    for person_id, batch_id in sorted(pairs):
        found[person_id] = (*found.get(person_id, ()), batch_id)
    return found


class _Batches:
    """Frames of batches; most people's facts came with the same few."""

    def __init__(self, connection: Connection) -> None:
        table = tables.batch
        columns = (table.c.id, table.c.label, table.c.recorded)
        query = select(*columns).where(table.c.undone.is_(None)).order_by(table.c.id)
        rows = pd.DataFrame(connection.execute(query).fetchall(), columns=["id", "label", "recorded"])
        self.all = rows.astype({"id": "int64", "label": "str", "recorded": "str"})
        self.known: dict[tuple[int, ...], pd.DataFrame] = {}

    def of(self, ids: tuple[int, ...]) -> pd.DataFrame:
        """The batches of these ids."""
        if ids not in self.known:
            self.known[ids] = self.all.loc[self.all["id"].isin(ids)].reset_index(drop=True)
        return self.known[ids]


_given: Dossier | None = None


class prefetched:
    """Answer every read of this process from one dossier, without a database.

    Set from the call on; used as a context manager, until its end. Whoever asks for another person gets an
    error: a process that renders a report holds one person and no other.

    >>> prefetched(dossier)                    # in a report's own process
    >>> with prefetched(dossier): ...          # in a test
    """

    def __init__(self, dossier: Dossier) -> None:
        global _given
        self._before = _given
        _given = dossier

    def __enter__(self) -> None:
        """Nothing to do: the dossier is set already."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        global _given
        _given = self._before


def given() -> Dossier | None:
    """The dossier that this process was given, if any."""
    return _given


def held(record_number: str) -> Dossier:
    """The dossier this process was given, when it is this person's. Raises `RecordError` otherwise."""
    if _given is None or record_number.strip().upper() != _given.person.record_number:
        holds = _given.person.record_number if _given else "nobody"
        raise RecordError(
            f"This process was given the record of {holds}, not of {record_number}.",
            remedy="Ask for the person that the report is about; each report runs with one person only.",
        )
    return _given
