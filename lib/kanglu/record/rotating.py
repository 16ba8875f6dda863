"""The keys of a database: which there are, a new one put in force, and old ones taken out of the ring.

What a rotation writes anew is every column `cipher`, the second factors of accounts, the indexes under which
numbers are found, the seal of the audit chain, and the files of recordings. Pseudonyms stay as they are: the
key that makes them is derived from the first key of the database, and kept since the first rotation in the
table of settings, encrypted with the key in force.
"""

import base64
import hmac
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Column, Connection, Table, bindparam, delete, func, insert, select, update

from kanglu.dates import instant
from kanglu.errors import RecordError
from kanglu.record import tables
from kanglu.record.auditing import Deed, Scribe
from kanglu.record.database import PSEUDONYMS, key_path, lock_writers
from kanglu.record.identity import address_indexes, identifier_indexes, telecom_indexes
from kanglu.record.media import NAME, media_folder, write_whole
from kanglu.record.opened import Opened
from kanglu.trust import Action, Resource, require
from kanglu.trust import keys as key_ring
from kanglu.trust.keys import ENVIRONMENT, HEAD_BYTES, Keys, fingerprint_of

type Progress = Callable[[int, int], None]
_PORTION: Final = 5_000
_BY_HAND: Final = f"The environment holds the key ({ENVIRONMENT}), which this command cannot change."


@dataclass(frozen=True, slots=True)
class Known:
    """A key of the ring.

    Parameters
    ----------
    state : ``in force``; ``older``, it only decrypts; ``waits``, the next rotation puts it in force.
    files : how many files of recordings and attachments are written with it.
    """

    fingerprint: str
    state: Literal["in force", "older", "waits"]
    files: int


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did.

    Parameters
    ----------
    key, before : public names of the key now in force and of the one before; the same when the rotation
        only finished the files of one that was interrupted.
    rows : how many rows were written anew, by table.
    files : how many files were.
    damaged : names of files that no key of the ring decrypts; they were left as they are.
    """

    key: str
    before: str
    rows: Mapping[str, int]
    files: int
    damaged: tuple[str, ...]


def known_keys(store: Opened) -> tuple[Known, ...]:
    """The keys of the ring, the one in force first; never the keys themselves."""
    require(store.actor, Action.WRITE, Resource.KEYS)
    database = store.database
    keys, first = database.keys, _ring(store).fingerprint
    written = Counter(_head_of(file) for file in _files(store))
    _write_down(store, Deed("show keys", None, {"keys": list(keys.fingerprints)}))
    states = {keys.fingerprint: "in force"} | ({first: "waits"} if first != keys.fingerprint else {})
    return tuple(
        Known(one, states.get(one, "older"), written[replace(keys, master=master).head])  # type: ignore[arg-type]
        for one, master in zip(keys.fingerprints, keys.masters, strict=True)
    )


def rotate(store: Opened, progress: Progress = lambda _done, _all: None) -> Rotated:
    """Put a new key in force and write everything anew with it.

    It may be killed at any moment, loses nothing then, and goes on when it is run again, by its order:

    1. The new key is put into the key file in front of the others, and is on the disk before anything else
       happens. Killed here: the database still names the old key as the one in force; the next run takes the
       key that waits instead of making another.
    2. One transaction writes all rows anew, seals the audit chain, and names the new key as the one in force.
       Killed here: nothing of it has happened. Whoever else writes waits until it ends; a process that ran on
       with the old key is told to do it again, and has the new one from then on.
    3. The files are written anew one by one, each whole or not at all. Killed here: what is encrypted says
       with which key, the ring holds both, and the next run finishes the files and makes no other key.

    The old key stays in the ring until `retire`. Where the environment holds the ring, put a new key in
    front of it there; the rotation then puts that one in force.

    Parameters
    ----------
    progress : called with how many rows and files are written, of how many.

    Raises `PermissionDenied`; `RecordError` for a row that no key of the ring decrypts (then nothing is
    changed), and when the environment holds the ring and no new key.
    """
    require(store.actor, Action.WRITE, Resource.KEYS)
    before = store.database.keys
    fingerprint = _next_key(store)
    files = [file for file in _files(store) if _head_of(file) != _headed(store, fingerprint)]
    rows: dict[str, int] = {}
    told = _Told(progress, len(files))
    if fingerprint != before.fingerprint:
        rows = _put_in_force(store, fingerprint, told)
    done, damaged = _files_anew(store, files, told)
    if files:
        deed = Deed("rewrite files", None, {"key": fingerprint, "files": done, "damaged": len(damaged)})
        _write_down(store, deed)
    return Rotated(fingerprint, before.fingerprint, rows, done, damaged)


def retire(store: Opened, waiting: int = 0) -> tuple[str, ...]:
    """Take the older keys out of the key file; gives their public names.

    Parameters
    ----------
    waiting : how many files outside of the record are written with an older key.

    Backups that were made while an older key was in force need that key: it is to be kept with them.

    Raises `RecordError` while something is written with an older key, or a key waits to be put in force.
    """
    require(store.actor, Action.WRITE, Resource.KEYS)
    database = store.database
    keys = replace(database.keys, others=())
    if _ring(store).fingerprint != keys.fingerprint:
        raise RecordError("A new key waits to be put in force.", remedy="Run `kanglu key rotate` first.")
    left = _left(store, keys) | ({"files that wait to be taken in": waiting} if waiting else {})
    if left:
        uses = ", ".join(f"{count} {name}" for name, count in left.items())
        raise RecordError(
            f"Older keys are still in use: {uses}.",
            remedy="Run `kanglu key rotate` first; what waits to be taken in goes within a day.",
        )
    old = database.keys.fingerprints[1:]
    if old and os.environ.get(ENVIRONMENT):
        raise RecordError(
            f"{_BY_HAND} Nothing uses {', '.join(old)} any longer.",
            remedy=f"Leave only the key {keys.fingerprint}, the first, in {ENVIRONMENT}.",
        )
    if old:
        _write_down(store, Deed("retire keys", None, {"keys": list(old), "in_force": keys.fingerprint}))
        key_ring.write(key_path(database.url), keys.masters)
        database.keys = keys
    return old


class _Told:
    """How far it is, in rows and files."""

    def __init__(self, progress: Progress, all_: int) -> None:
        self.progress, self.done, self.all = progress, 0, all_

    def __call__(self, more: int) -> None:
        self.done += more
        self.progress(self.done, self.all)


def _ring(store: Opened) -> Keys:
    """The ring as it lies in its file or the environment now, whichever of its keys is in force."""
    return key_ring.load(key_path(store.database.url))


def _next_key(store: Opened) -> str:
    """The key that is to be in force: one that waits, the present one while files are left, or a new one."""
    database, ring = store.database, _ring(store)
    if ring.fingerprint != database.keys.fingerprint:
        database.keys = replace(database.keys, others=_but(ring.masters, database.keys.master))
        return ring.fingerprint
    if len(ring.masters) > 1 and any(_head_of(file) != database.keys.head for file in _files(store)):
        return ring.fingerprint
    if os.environ.get(ENVIRONMENT):
        raise RecordError(
            _BY_HAND,
            remedy=f"Make a key (openssl rand -base64 32), write it in {ENVIRONMENT} before the one that is "
            "there, with a comma between them, wherever the record is opened; then run this again.",
        )
    new = key_ring.fresh()
    key_ring.write(key_path(database.url), (new, *ring.masters))
    database.keys = replace(database.keys, others=(new, *_but(ring.masters, database.keys.master)))
    return fingerprint_of(new)


def _but(masters: Iterable[bytes], one: bytes) -> tuple[bytes, ...]:
    return tuple(master for master in masters if master != one)


def _headed(store: Opened, fingerprint: str) -> bytes:
    led = store.database.keys.led_by(fingerprint)
    assert led is not None
    return led.head


def _put_in_force(store: Opened, fingerprint: str, told: _Told) -> dict[str, int]:
    """All rows, the settings and the seal, in one transaction; gives how many rows by table."""
    database, old = store.database, store.database.keys
    led = old.led_by(fingerprint)
    assert led is not None
    new = replace(led, naming=old.pseudonyms)
    with database.rotating() as connection:
        for table, column in encrypted():
            told.all += _count(connection, table, column)
        rows = {table.name: _anew(connection, table, column, old, new, told) for table, column in encrypted()}
        _name(connection, new)
        _reseal(connection, old, new)
        detail = {"key": new.fingerprint, "before": old.fingerprint, "rows": sum(rows.values())}
        scribe = Scribe(store.actor, store.purpose, new)
        scribe.write(connection, [Deed("rotate key", None, detail)], instant(store.clock()))
    database.keys = new
    return rows


def encrypted() -> Iterator[tuple[Table, Column[Any]]]:
    """Every table that keeps something encrypted, and its column."""
    for table in tables.metadata.sorted_tables:
        for name in ("cipher", "second_factor"):
            if name in table.c:
                yield table, table.c[name]


def _count(connection: Connection, table: Table, column: Column[Any]) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(column.is_not(None))) or 0


def _anew(
    connection: Connection, table: Table, column: Column[Any], old: Keys, new: Keys, told: _Told
) -> int:
    """Write the rows of a table anew, a portion at a time; gives how many."""
    key, system = table.c.id, table.c.get("system", bindparam("none", None, type_=tables.text()))
    query = select(key, column, system).where(column.is_not(None)).order_by(key).limit(_PORTION)
    changed = {column.name, *_indexes(table, new, "", "")}
    statement = (
        update(table).where(key == bindparam("row")).values({one: bindparam(f"new_{one}") for one in changed})
    )
    count, last = 0, None
    while rows := connection.execute(query if last is None else query.where(key > last)).fetchall():
        written = []
        for row, cipher, kind in rows:
            try:
                said = old.decrypt(cipher)
            except RecordError as error:
                where = f"{table.name}: row {row}"
                raise RecordError(
                    f"{error.what} Nothing was changed.", where=where, remedy=error.remedy
                ) from None
            values = {column.name: new.encrypt(said), **_indexes(table, new, kind, said)}
            written.append({"row": row} | {f"new_{name}": value for name, value in values.items()})
        connection.execute(statement, written)
        count, last = count + len(rows), rows[-1][0]
        told(len(rows))
    return count


def _indexes(table: Table, keys: Keys, system: str, said: str) -> dict[str, str | None]:
    """Under what a row is found, by the names of its columns."""
    if table is tables.identifier:
        return identifier_indexes(keys, system, said)
    if table is tables.telecom:
        return telecom_indexes(keys, system, said)
    return address_indexes(keys, said) if table is tables.address else {}


def _name(connection: Connection, new: Keys) -> None:
    """Name the key in force, and keep the key of the pseudonyms."""
    kept = tables.setting
    connection.execute(update(kept).where(kept.c.name == "key_fingerprint").values(value=new.fingerprint))
    connection.execute(delete(kept).where(kept.c.name == PSEUDONYMS))
    connection.execute(insert(kept).values(name=PSEUDONYMS, value=new.encrypt(new.pseudonyms.hex())))


def _reseal(connection: Connection, old: Keys, new: Keys) -> None:
    """Seal the head of the audit chain with the new key; a seal that is broken stays so."""
    head = tables.audit_head
    events, last, seal = connection.execute(select(head.c.events, head.c.hash, head.c.seal)).one()
    if hmac.compare_digest(seal, old.seal(f"{events}|{last}")):
        connection.execute(update(head).values(seal=new.seal(f"{events}|{last}")))


def _files(store: Opened) -> list[Path]:
    folder = media_folder(store.database.url)
    return sorted(one for one in folder.iterdir() if NAME.fullmatch(one.name)) if folder.is_dir() else []


def _head_of(file: Path) -> bytes:
    """What a file begins with; nothing when it is gone by now."""
    try:
        with file.open("rb") as opened:
            return opened.read(HEAD_BYTES)
    except FileNotFoundError:
        return b""


def _files_anew(store: Opened, files: list[Path], told: _Told) -> tuple[int, tuple[str, ...]]:
    """Write files anew with the key in force; gives how many, and those that cannot be decrypted."""
    done, damaged, keys = 0, [], store.database.keys
    for file in files:
        about = file.name.removesuffix(".enc").encode()
        # Whoever writes or sweeps a file holds this lock.
        with store.database.writing() as connection:
            lock_writers(connection)
            try:
                data = keys.decrypt_bytes(file.read_bytes(), about)
                write_whole(file, keys.encrypt_bytes(data, about))
                done += 1
            except FileNotFoundError:
                continue
            except RecordError:
                damaged.append(file.name)
            except OSError as error:
                raise RecordError(
                    f"A file cannot be written anew: {error.strerror}.",
                    where=str(file),
                    remedy="Nothing is lost. Mend it, then run `kanglu key rotate` again: it goes on here.",
                ) from None
        told(1)
    return done, tuple(damaged)


def _left(store: Opened, keys: Keys) -> dict[str, int]:
    """What is written with another key than this one: how many rows by table, and files."""
    begins = base64.b64encode(keys.head).decode()
    left = {}
    with store.database.reading() as connection:
        for table, column in encrypted():
            other = column.is_not(None) & (func.substr(column, 1, len(begins)) != begins)
            left[table.name] = connection.scalar(select(func.count()).select_from(table).where(other)) or 0
    left["files"] = sum(_head_of(file) != keys.head for file in _files(store))
    return {name: count for name, count in left.items() if count}


def _write_down(store: Opened, deed: Deed) -> None:
    with store.database.writing() as connection:
        scribe = Scribe(store.actor, store.purpose, store.database.keys)
        scribe.write(connection, [deed], instant(store.clock()))
