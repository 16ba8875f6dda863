"""Making the safe copy that notebooks work on, and writing down what is handed on for research."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kanglu.record.auditing import Deed
from kanglu.record.copying import write_copy
from kanglu.record.identity import record_number
from kanglu.record.opened import Opened, in_china
from kanglu.trust import Action, Resource, require


class Lending(Opened):
    """The part of `Store` that copies the record for those who may not know whom it is about."""

    def write_copy(self, ids: Sequence[int], path: Path, *, move_days: bool) -> int:
        """Write a safe copy of some people's facts, see `copying`; gives the number of facts.

        That it was made, and of how many, is written down.
        """
        require(self.actor, Action.EXPORT, Resource.FACTS)
        self._require_read()
        self._require_seen(ids)
        detail = {"people": len(set(ids)), "days": "moved" if move_days else "true"}
        self._audit([Deed("make safe copy", None, detail)])
        keys, today = self.database.keys, in_china(self.clock()).date()
        with self.database.reading() as connection:
            return write_copy(connection, keys, ids, path, today, move_days=move_days)

    def extracted(self, ids: Sequence[int], detail: Mapping[str, Any]) -> None:
        """Write down that facts of these people are handed on in an extract, see `insight.extract`.

        It stands once for the extract and once for each person, whom it tells the hash of its manifest.
        """
        require(self.actor, Action.EXPORT, Resource.EXTRACT)
        self._require_seen(ids)
        each = {"as": "extract", "manifest": detail.get("manifest")}
        deeds = [Deed("export", record_number(one), each) for one in ids]
        self._audit([Deed("make extract", None, detail), *deeds])
