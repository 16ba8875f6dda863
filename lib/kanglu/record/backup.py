"""A backup: one encrypted file with the database, its files, the institution's definitions, and their hashes.

The key is not in it. It is encrypted with a key derived from the one in force, or from one of its own; either
way the database inside needs its own key too.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from kanglu.dates import instant
from kanglu.errors import RecordError
from kanglu.home import home
from kanglu.record.auditing import Deed, Scribe
from kanglu.record.database import HEAD
from kanglu.record.dumping import BESIDE, Dump, dumped
from kanglu.record.media import media_folder
from kanglu.record.opened import Opened
from kanglu.record.restoring import Checked, check_backup
from kanglu.trust import Action, Resource, require
from kanglu.trust.archive import Writer
from kanglu.trust.keys import Keys


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made.

    Parameters
    ----------
    path, bytes, sha256 : of the file.
    key : public name of the key that opens it.
    rows : how many rows each table holds.
    files : how many files are in it beside the database: recordings, attachments, definitions.
    missing : names of files that facts name and that are not there, so not in the backup either.
    checked : what restoring it showed; None when it was not asked for.
    """

    path: Path
    bytes: int
    sha256: str
    key: str
    rows: Mapping[str, int]
    files: int
    missing: tuple[str, ...]
    checked: Checked | None


def back_up(store: Opened, target: Path, *, key: Keys | None = None, check: bool = True) -> Backup:
    """Write a backup, and restore it for a test.

    Parameters
    ----------
    target : a file that is not there yet.
    key : what it is encrypted with; the key of the database when None.
    check : whether to restore it into a place of its own and to verify that. It takes some four times as
        long as writing it (2 s for 20,000 people), and room for another copy of the database.

    Raises `PermissionDenied`; `RecordError` when the file is there, the disk has no room, or the test finds
    anything that was not restored as it was. Then there is no file.
    """
    require(store.actor, Action.EXPORT, Resource.RECORD)
    if target.exists():
        raise RecordError("The file is there already.", where=str(target), remedy="Name another one.")
    part = target.with_name(f"{target.name}.part")
    keys = key or store.database.keys
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            part.chmod(0o600)
            summary = _written(store, file, keys)
        checked = check_backup(part, store.database, keys) if check else None
        size, digest = part.stat().st_size, _hash(part)
        _write_down(store, digest, size, keys)
        part.replace(target)
    except OSError as error:
        raise RecordError(
            f"The backup cannot be written: {error.strerror}.",
            where=error.filename or str(target),
            remedy="Check that the disk has room and the folder can be written. No backup was made.",
        ) from None
    finally:
        part.unlink(missing_ok=True)
    missing = tuple(summary["missing"])
    held = len(summary["files"]) - 1
    return Backup(target, size, digest, keys.fingerprint, summary["rows"], held, missing, checked)


def _written(store: Opened, file: BinaryIO, keys: Keys) -> dict[str, Any]:
    """Write everything, and what it is; gives the latter."""
    database = store.database
    media = media_folder(database.url)
    said = {
        "database_key": database.keys.fingerprint, "ring": list(database.keys.fingerprints), "schema": HEAD,
        "made": instant(store.clock()),
    }  # fmt: skip
    writer = Writer(file, keys, said)
    with dumped(database) as dump:
        files = {dump.name: writer.add(dump.name, dump.content)}
    files |= dict(_beside(writer, dump, media))
    missing = sorted(one for one in dump.media if f"media/{one}" not in files)
    summary = {**said, "rows": dict(dump.rows), "files": files, "missing": missing}
    writer.end(summary)
    file.flush()
    return summary


def _beside(writer: Writer, dump: Dump, media: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The files that facts name, and those that the institution edits."""
    for name in sorted(dump.media):
        if (media / name).is_file():
            yield f"media/{name}", writer.add(f"media/{name}", [(media / name).read_bytes()])
    for folder in BESIDE:
        root = home() / "data" / folder
        for path in sorted(root.rglob("*")) if root.is_dir() else ():
            if path.is_file():
                name = f"{folder}/{path.relative_to(root).as_posix()}"
                yield name, writer.add(name, [path.read_bytes()])


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_down(store: Opened, digest: str, size: int, keys: Keys) -> None:
    detail = {"sha256": digest, "bytes": size, "key": keys.fingerprint}
    with store.database.writing() as connection:
        scribe = Scribe(store.actor, store.purpose, store.database.keys)
        scribe.write(connection, [Deed("backup", None, detail)], instant(store.clock()))
