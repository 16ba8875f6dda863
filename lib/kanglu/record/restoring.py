"""Restoring a backup: into a place that is empty, checked before anything of it is in its place."""

import hashlib
import json
import os
import re
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Final

from sqlalchemy import URL, inspect
from sqlalchemy.exc import DBAPIError, OperationalError

from kanglu.dates import instant
from kanglu.errors import RecordError
from kanglu.home import home
from kanglu.record import auditing
from kanglu.record.auditing import Deed, Scribe
from kanglu.record.checking import Verification, integrity
from kanglu.record.database import HEAD, Database, bound, first_line, key_path, make_engine, resolve
from kanglu.record.dumping import BESIDE, HIDDEN, POSTGRESQL, SQLITE, counted, pg_restore, scratch_of
from kanglu.record.media import media_folder
from kanglu.record.opened import Clock, system_clock
from kanglu.record.setup import emptied, upgraded
from kanglu.trust import Action, Actor, Purpose, Resource, require
from kanglu.trust import keys as key_ring
from kanglu.trust.archive import DATA, NAME, SUMMARY, read, said_of
from kanglu.trust.keys import Keys, fingerprint_of

_INSIDE: Final = re.compile(
    rf"{re.escape(SQLITE)}|{re.escape(POSTGRESQL)}|media/[0-9a-f]{{64}}\.enc|(?:catalogue|mappings)/[^\0]+"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What restoring a backup for a test showed.

    Parameters
    ----------
    how : ``restored``; ``read`` when the server lets this user make no database to restore into: then every
        block was decrypted, and every hash compared.
    found : what `verify` said of the restored database; None when it was only read.
    """

    how: str
    found: Verification | None


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored.

    Parameters
    ----------
    database : its URL without password.
    made : the instant of the backup.
    rows : how many rows each table holds, as they were counted when the backup was made.
    media, definitions : how many files of each kind.
    left : names of definitions that were there already and are different: they were left as they are.
    missing : names of files that were missing when the backup was made.
    found : what `verify` says of the restored database.
    """

    database: str
    made: str
    rows: Mapping[str, int]
    media: int
    definitions: int
    left: tuple[str, ...]
    missing: tuple[str, ...]
    found: Verification


def restore(source: Path, to: str, ring: Keys, *, actor: Actor, clock: Clock = system_clock) -> Restored:
    """Restore a backup into a database that is not there yet, or on PostgreSQL is empty.

    Every block and hash is checked before anything is put into its place; what has failed leaves nothing.

    Parameters
    ----------
    ring : the key that the backup was written with and that of its database, in any order.

    Raises `PermissionDenied`, and `RecordError` when something is there already, a key is lacking, the backup
    is damaged or cut off, or the disk has no room.
    """
    require(actor, Action.EXPORT, Resource.RECORD)
    url = resolve(to)
    media = media_folder(url)
    said = _said(source, ring)
    _require_free(url, media)
    try:
        with TemporaryDirectory(prefix=f"{HIDDEN}restore-", dir=scratch_of(url)) as scratch:
            work = Path(scratch)
            summary = _unpacked(source, ring, work)
            with _loaded(url, work, summary, ring) as held:
                found = _verified(held)
                deed = Deed("restore", None, {"made": said["made"], "rows": sum(summary["rows"].values())})
                _write_down(held, actor, deed, instant(clock()))
                held.close()
                _put(work, url, media)
            definitions, left = _define(work)
    except OSError as error:
        raise RecordError(
            f"The backup cannot be restored: {error.strerror}.",
            where=error.filename or str(source),
            remedy="Check that the disk has room and the folder can be written. Nothing was restored.",
        ) from None
    _keep_key(url, ring, said)
    files = [name for name in summary["files"] if name.startswith("media/")]
    return Restored(
        url.render_as_string(hide_password=True), said["made"], summary["rows"], len(files), definitions,
        left, tuple(summary["missing"]), found,
    )  # fmt: skip


def check_backup(source: Path, database: Database, key: Keys) -> Checked:
    """Restore a backup into a place of its own beside the database, verify that, and remove it again."""
    ring = replace(database.keys, others=(*database.keys.others, *key.masters))
    with TemporaryDirectory(prefix=f"{HIDDEN}check-", dir=scratch_of(database.url)) as scratch:
        work = Path(scratch)
        summary = _unpacked(source, ring, work)
        with _somewhere(database, work) as url:
            if url is None:
                return Checked("read", None)
            with _loaded(url, work, summary, ring) as held:
                return Checked("restored", _verified(held))


def _said(source: Path, ring: Keys) -> dict[str, Any]:
    """What anybody may read of the backup. Raises `RecordError` when it cannot be restored here."""
    try:
        with source.open("rb") as file:
            said, _ = said_of(file)
    except OSError as error:
        raise RecordError(
            f"The backup cannot be read: {error.strerror}.", where=str(source), remedy="Check the path."
        ) from None
    if str(said.get("schema")) > HEAD:
        raise RecordError("The backup is of a newer Kanglu.", where=str(source), remedy="Update Kanglu.")
    if ring.led_by(str(said.get("database_key"))) is None:
        raise RecordError(
            f"The database in the backup needs the key {said.get('database_key')}, which is not given.",
            where=str(source),
            remedy="Name a file that holds that key with --key-file.",
        )
    return said


def _require_free(url: URL, media: Path) -> None:
    """Raise `RecordError` unless nothing would be overwritten."""
    if media.is_dir() and any(media.iterdir()):
        raise RecordError(
            "There are files of recordings already.", where=str(media), remedy="Restore to another place."
        )
    if url.get_backend_name() == "sqlite":
        taken = Path(str(url.database)).exists()
    else:
        engine = make_engine(url)
        try:
            with engine.connect() as connection:
                taken = bool(inspect(connection).get_table_names())
        except OperationalError as error:
            raise RecordError(
                f"The database cannot be reached: {first_line(error)}.",
                where=url.render_as_string(hide_password=True),
                remedy="Make an empty database first (createdb), and check the URL.",
            ) from None
        finally:
            engine.dispose()
    if taken:
        raise RecordError(
            "There is a database already; a restore overwrites nothing.",
            where=url.render_as_string(hide_password=True),
            remedy="Restore to another place.",
        )


def _unpacked(source: Path, ring: Keys, work: Path) -> dict[str, Any]:
    """Write what a backup holds into a folder, every hash compared; gives its summary."""
    hashes: dict[str, Any] = {}
    summary, name = bytearray(), ""
    with source.open("rb") as file, ExitStack() as stack:
        for kind, content in read(file, ring):
            if kind == NAME:
                stack.close()
                name = content.decode()
                hashes[name] = hashlib.sha256()
                out = stack.enter_context(_begun(work, name))
            elif kind == DATA and name:
                hashes[name].update(content)
                out.write(content)
            elif kind == SUMMARY:
                summary += content
    if not summary:
        raise _not_as_it_was("it has no summary")
    told = dict(json.loads(summary.decode()))
    written = {one: digest.hexdigest() for one, digest in hashes.items()}
    if {one: about["sha256"] for one, about in told["files"].items()} != written:
        raise _not_as_it_was("the hash of a file is another")
    return told


def _begun(work: Path, name: str) -> BinaryIO:
    if not _INSIDE.fullmatch(name) or ".." in name.split("/"):
        raise _not_as_it_was("a file in it has a name that Kanglu does not write")
    path = work / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("xb")


@contextmanager
def _loaded(url: URL, work: Path, summary: Mapping[str, Any], ring: Keys) -> Iterator[Database]:
    """The database out of the backup, counted and of this revision; where it fails, it is gone again.

    An SQLite file is opened where it was unpacked; PostgreSQL's is loaded into the empty database.
    """
    in_file = (work / SQLITE).exists()
    if in_file != (url.get_backend_name() == "sqlite"):
        kind = "an SQLite file" if in_file else "a PostgreSQL database"
        raise RecordError(f"The backup holds {kind}.", remedy="Restore it to one of the same kind.")
    where = URL.create("sqlite", database=str(work / SQLITE)) if in_file else url
    if not in_file:
        pg_restore(work / POSTGRESQL, url)
    try:
        held = _opened(where, summary, ring)
        try:
            yield held
        finally:
            held.close()
    except BaseException:
        if not in_file:
            emptied(url)
        raise


def _opened(where: URL, summary: Mapping[str, Any], ring: Keys) -> Database:
    engine = make_engine(where)
    try:
        with engine.connect() as connection, connection.begin():
            if counted(connection, summary["rows"]) != dict(summary["rows"]):
                raise _not_as_it_was("a table holds another number of rows")
        upgraded(where)
        with engine.connect() as connection:
            return Database(where, bound(ring, connection, "the restored database"))
    except DBAPIError as error:
        raise _not_as_it_was(first_line(error)) from None
    finally:
        engine.dispose()


def _verified(held: Database) -> Verification:
    with held.reading() as connection:
        events, broken = auditing.check(connection, held.keys)
        return Verification(events, broken, integrity(connection))


def _write_down(held: Database, actor: Actor, deed: Deed, at: str) -> None:
    with held.writing() as connection:
        Scribe(actor, Purpose.ADMINISTRATION, held.keys).write(connection, [deed], at)


def _put(work: Path, url: URL, media: Path) -> None:
    """Put files in their place, the database last: without it, nothing is there."""
    try:
        if (work / "media").is_dir():
            if media.is_dir():
                media.rmdir()
            media.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(work / "media", media)
            media.chmod(0o700)
        if (work / SQLITE).exists():
            _in_one_file(work / SQLITE)
            (work / SQLITE).chmod(0o600)
            (work / SQLITE).rename(str(url.database))
    except OSError:
        shutil.rmtree(media, ignore_errors=True)
        raise


def _in_one_file(path: Path) -> None:
    """Bring what was written last from the log into the file itself."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _define(work: Path) -> tuple[int, tuple[str, ...]]:
    """Put the institution's definitions where there are none; gives how many, and which were left."""
    count, left = 0, []
    for folder in BESIDE:
        for path in sorted((work / folder).rglob("*")) if (work / folder).is_dir() else ():
            target = home() / "data" / path.relative_to(work)
            if not path.is_file():
                continue
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, target)
                count += 1
            elif target.read_bytes() != path.read_bytes():
                left.append(path.relative_to(work).as_posix())
    return count, tuple(left)


def _keep_key(url: URL, ring: Keys, said: Mapping[str, Any]) -> None:
    """Write the database's own keys into its key file, where there is none and the environment holds none."""
    path = key_path(url)
    if path.exists() or os.environ.get(key_ring.ENVIRONMENT):
        return
    own = ring.led_by(str(said["database_key"]))
    assert own is not None
    key_ring.write(path, tuple(one for one in own.masters if fingerprint_of(one) in said["ring"]))


@contextmanager
def _somewhere(database: Database, work: Path) -> Iterator[URL | None]:
    """Where a backup may be restored for a test: a file, or a database that is made and dropped again.

    None where the server lets this user make none.
    """
    if database.url.get_backend_name() == "sqlite":
        yield URL.create("sqlite", database=str(work / "checked.sqlite"))
        return
    name = f"kanglu_check_{secrets.token_hex(8)}"
    run = _at_server(database)
    try:
        run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != "42501":
            raise RecordError(
                f"The backup cannot be restored for a test: {first_line(error)}.",
                where=database.name,
                remedy="Check the server, or leave the test out with --no-check.",
            ) from None
        yield None
        return
    try:
        yield database.url.set(database=name)
    finally:
        run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _at_server(database: Database) -> Callable[[str], object]:
    """Runs a statement outside of any transaction, as making a database wants it."""

    def run(statement: str) -> object:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return connection.exec_driver_sql(statement)

    return run


def _not_as_it_was(why: str) -> RecordError:
    return RecordError(
        f"What the backup holds is not what was backed up: {why}.",
        remedy="Take another copy of it, or an older backup. Nothing was restored.",
    )
