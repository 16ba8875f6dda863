"""What one fact said before: every version of it, who entered each, when and with what batch."""

import pandas as pd
from sqlalchemy import select

from kanglu.record import tables
from kanglu.record.auditing import Deed
from kanglu.record.identity import record_number
from kanglu.record.opened import Opened


class Versioned(Opened):
    """The part of `Store` that looks at what was corrected, and at how it was entered."""

    def versions(self, person_id: int, kind: str, source_key: str) -> pd.DataFrame:
        """Every version of a person's fact of a source, the oldest first.

        Columns: id, recorded, replaces, label (of its batch), and the fields of the kind.
        """
        self._require_read()
        self._require_seen([person_id])
        table, batch = tables.FACTS[kind], tables.batch
        self._audit([Deed("read versions", record_number(person_id), {"of": source_key})])
        query = (
            select(batch.c.label, table)
            .join(batch, batch.c.id == table.c.batch_id)
            .where(table.c.person_id == person_id, table.c.source_key == source_key)
            .order_by(table.c.id)
        )
        columns = ("label", *table.c.keys())
        with self.database.reading() as connection:
            found = pd.DataFrame(connection.execute(query).fetchall(), columns=list(columns))
        return self._shown(found)

    def batch_labelled(self, beginning: str) -> int | None:
        """The number of the batch whose label begins so and that was not undone; None when there is none."""
        batch = tables.batch
        query = select(batch.c.id).where(
            batch.c.label.startswith(beginning, autoescape=True), batch.c.undone.is_(None)
        )
        with self.database.reading() as connection:
            return connection.scalar(query.order_by(batch.c.id).limit(1))
