"""Files that were brought and wait to be taken in: each lot in a folder of its own, for whoever brought it.

They lie encrypted until they are in the record, are thrown away, or a day has passed.
"""

import json
import os
import re
import secrets
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from shutil import rmtree
from typing import BinaryIO, Final

from kanglu.dates import instant
from kanglu.errors import NotFound, Refused
from kanglu.intake import sealing
from kanglu.intake.previewing import Preview
from kanglu.json_file import read, write
from kanglu.trust.keys import Keys

MOST_BYTES: Final = 200 << 20
MOST_FILES: Final = 50
SUFFIXES: Final = (
    *(".csv", ".tsv", ".txt", ".tab", ".xlsx", ".xlsm", ".xls"),
    *(".json", ".ndjson", ".jsonl", ".zip", ".gz"),
)
KEPT: Final = timedelta(days=1)
_ID = re.compile(r"[0-9a-f]{16}")
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Lot:
    """Files that were brought together.

    Parameters
    ----------
    by : the account that brought them; `brought` the instant.
    files : their names and sizes in bytes.
    """

    id: str
    folder: Path
    by: str
    brought: str
    files: tuple[tuple[str, int], ...]
    keys: Keys = field(repr=False)

    def clear(self) -> AbstractContextManager[list[Path]]:
        """The files as they came, for as long as they are read."""
        return sealing.clear((self.folder / "files" / name for name, _ in self.files), self.keys)

    def preview(self) -> Preview | None:
        """What was last seen in them; None when nobody has looked."""
        said = read(self.folder / "seen.json")
        return None if said is None else Preview.from_data(json.loads(self.keys.decrypt(said["seen"])))

    def keep(self, seen: Preview) -> None:
        """Write down what was seen."""
        write(self.folder / "seen.json", {"seen": self.keys.encrypt(json.dumps(seen.to_data()))})


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in a folder, which only the server's own user can read.

    Parameters
    ----------
    keys : of the database that the files are brought for.
    """

    folder: Path
    keys: Keys = field(repr=False)

    def older(self) -> int:
        """How many files wait that were written before the key in force was."""
        files = self.folder.glob("*/files/*")
        return sum(sealing.written_with(one) != self.keys.head for one in files)

    def bring(self, files: Iterable[tuple[str, BinaryIO]], by: str, now: datetime) -> Lot:
        """Keep files as one lot. Raises `Refused` for one of another kind, too many, or too much.

        Of a name only its last part counts, and it is never used as a path.
        """
        self.tidy(now)
        lot = self.folder / secrets.token_hex(8)
        lot.mkdir(parents=True, mode=0o700)
        (lot / "files").mkdir()
        try:
            kept: list[tuple[str, int]] = []
            room = MOST_BYTES
            for given, stream in files:
                name = _name(given, [one for one, _ in kept])
                if len(kept) == MOST_FILES:
                    raise Refused(f"More than {MOST_FILES} files at once.", remedy="Pack them as a zip.")
                size = sealing.seal(stream, lot / "files" / name, self.keys, room)
                if size is None:
                    raise Refused(
                        f"These files are larger than {MOST_BYTES >> 20} MB together.",
                        remedy="Bring them in parts, or import them on the server with `kanglu import`.",
                    )
                room -= size
                kept.append((name, size))
            if not kept:
                raise Refused("No file was chosen.", remedy="Choose one.")
            write(lot / "lot.json", {"by": by, "brought": instant(now), "files": kept})
        except BaseException:
            rmtree(lot, ignore_errors=True)
            raise
        return self.lot(lot.name, by)

    def lot(self, id: str, by: str) -> Lot:
        """A lot of somebody's. Raises `NotFound`, also for another's."""
        folder = self.folder / id
        said = read(folder / "lot.json") if _ID.fullmatch(id) else None
        if said is None or said["by"] != by:
            raise NotFound("These files are not here any more.", remedy="Bring them again.")
        files = tuple((name, size) for name, size in said["files"])
        return Lot(id, folder, said["by"], said["brought"], files, self.keys)

    def lots(self, by: str) -> list[Lot]:
        """All that somebody brought, the newest first."""
        found = [
            self.lot(one, by)
            for one in self._ids()
            if (read(self.folder / one / "lot.json") or {}).get("by") == by
        ]
        return sorted(found, key=lambda lot: lot.brought, reverse=True)

    def drop(self, lot: Lot) -> None:
        """Throw a lot away."""
        rmtree(lot.folder, ignore_errors=True)

    def tidy(self, now: datetime) -> None:
        """Throw away what has waited for a day."""
        last = instant(now - KEPT)
        for id in self._ids():
            said = read(self.folder / id / "lot.json")
            if said is not None and said["brought"] < last:
                rmtree(self.folder / id, ignore_errors=True)

    def _ids(self) -> Sequence[str]:
        names = os.listdir(self.folder) if self.folder.is_dir() else []
        return [name for name in names if _ID.fullmatch(name)]


def _name(given: str, taken: Sequence[str]) -> str:
    """A file's name as it is kept: the last part of what the browser says, once in its lot."""
    name = "".join(letter for letter in re.split(r"[/\\]", given)[-1] if letter.isprintable()).strip(" .")
    stem, dot, suffix = name.rpartition(".")
    if not stem or not name.lower().endswith(SUFFIXES):
        raise Refused(
            f"{name or 'A file without a name'} is of a kind that is not taken in.",
            remedy="Kanglu takes FHIR R4 (JSON, NDJSON), tables (CSV, XLSX, XLS), and zips of them.",
        )
    stem = stem[:_LONGEST_NAME]
    found, number = f"{stem}{dot}{suffix}", 1
    while found.casefold() in (one.casefold() for one in taken):
        number += 1
        found = f"{stem} ({number}){dot}{suffix}"
    return found
