"""The record as an analyst works on it in notebooks: a safe copy, remade when it is older than a day."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from kanglu.care.checks import now
from kanglu.care.permitted import permitted, reason_of
from kanglu.errors import PermissionDenied, RecordError
from kanglu.record import Store
from kanglu.record.database import key_path, resolve
from kanglu.trust import Action, ConsentPurpose, Purpose, Resource
from kanglu.trust.permissions import require

NAME: Final = "safe.sqlite"
KEPT: Final = timedelta(days=1)
"""So long a copy is worked on before it is made anew."""
_WITHHELD: Final = ("KANGLU_KEY", "KANGLU_MEDIA", "KANGLU_DATABASE_URL", "KANGLU_HOME")


@dataclass(frozen=True, slots=True)
class Copy:
    """A safe copy.

    Parameters
    ----------
    path : its file; its key lies beside it and opens nothing else.
    people, facts : how many it holds; None for one that was there already.
    left_out : why others are not in it, by record number.
    """

    path: Path
    people: int | None = None
    facts: int | None = None
    left_out: Mapping[str, str] | None = None


def safe_copy(store: Store, folder: Path, *, research: bool = False, anew: bool = False) -> Copy:
    """The safe copy in a folder, made when it is not there, is older than a day, or `anew`.

    Parameters
    ----------
    store : opened for analysis.
    research : only those who allow research, with the days of each person moved; else everybody, true days.

    Raises `PermissionDenied` for a store that is opened for something else, `RecordError` when it cannot be
    written.
    """
    require(store.actor, Action.EXPORT, Resource.FACTS)
    if store.purpose != Purpose.ANALYSIS:
        raise PermissionDenied(
            f"A safe copy is made for analysis, not for {store.purpose}.", remedy="Open the record for it."
        )
    path = folder / NAME
    if not anew and not _expired(path, now(store)):
        return Copy(path)
    ids, left_out = store.everybody(), dict[str, str]()
    if research:
        found = permitted(store, ids, ConsentPurpose.RESEARCH, now(store))
        ids = list(found.ids)
        left_out = {store.called(one): reason_of(why) for one, why in found.left_out.items()}
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = folder / f".{NAME}.part"
        _remove(part)
        facts = store.write_copy(ids, part, move_days=research)
        _remove(path)
        key_path(resolve(str(part))).replace(key_path(resolve(str(path))))
        part.replace(path)
    except OSError as error:
        raise RecordError(
            f"The copy cannot be written: {error.strerror}.",
            where=str(folder),
            remedy="Choose a folder of your own with room in it.",
        ) from None
    return Copy(path, len(ids), facts, left_out)


def environment(copy: Copy) -> dict[str, str]:
    """The environment of a notebook server that works on a copy: nothing in it leads to the record."""
    kept = {name: value for name, value in os.environ.items() if name not in _WITHHELD}
    return kept | {"KANGLU_DATABASE_URL": f"sqlite:///{copy.path}", "KANGLU_HOME": str(copy.path.parent)}


def _expired(path: Path, at: datetime) -> bool:
    return not path.is_file() or path.stat().st_mtime < (at - KEPT).timestamp()


def _remove(path: Path) -> None:
    for name in ("", "-wal", "-shm", ".key"):
        Path(f"{path}{name}").unlink(missing_ok=True)
