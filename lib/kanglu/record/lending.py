"""Making the safe copy that notebooks work on."""

from collections.abc import Sequence
from pathlib import Path

from kanglu.record.auditing import Deed
from kanglu.record.copying import expired, write_copy
from kanglu.record.opened import Opened
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
        keys = self.database.keys
        with self.database.reading() as connection:
            return write_copy(connection, keys, ids, path, self.clock(), move_days=move_days)

    def copy_expired(self, path: Path) -> bool:
        """Whether a safe copy is not there, or older than a day."""
        return expired(path, self.clock())
