"""The whole of a database as a stream of bytes, and back: by SQLite's and PostgreSQL's own means."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Final

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Connection, func, select, table, text

from kanglu.errors import RecordError
from kanglu.home import home
from kanglu.record import tables
from kanglu.record.database import Database

_PORTION: Final = 1 << 20
SQLITE, POSTGRESQL = "database.sqlite", "database.dump"
"""What the database is called inside of a backup."""
BESIDE: Final = ("catalogue", "mappings")
"""Folders under ``data/`` that an institution edits, and that a backup holds too."""
HIDDEN: Final = ".kanglu-"
"""What folders begin with that are gone when the command ends."""


def scratch_of(url: URL) -> Path:
    """Where a copy of the database may lie for a while: in a folder that is guarded as it is itself."""
    folder = Path(str(url.database)).parent if url.get_backend_name() == "sqlite" else home() / "data"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True, slots=True)
class Dump:
    """A database at one instant.

    Parameters
    ----------
    name : `SQLITE` or `POSTGRESQL`.
    content : its bytes.
    rows : how many rows each table holds.
    media : names of the files that facts of it name.
    """

    name: str
    content: Iterable[bytes]
    rows: Mapping[str, int]
    media: frozenset[str]


@contextmanager
def dumped(database: Database) -> Iterator[Dump]:
    """The database as it is now, while others go on working with it. Raises `RecordError`."""
    if database.url.get_backend_name() == "sqlite":
        with TemporaryDirectory(prefix=f"{HIDDEN}backup-", dir=scratch_of(database.url)) as folder:
            copy = Path(folder) / SQLITE
            _copied(Path(str(database.url.database)), copy)
            held = Database(URL.create("sqlite", database=str(copy)), database.keys)
            with held.reading() as connection:
                rows, media = counted(connection, tables.metadata.tables), _media(connection)
            held.close()
            yield Dump(SQLITE, _read(copy), rows, media)
    else:
        with database.reading() as connection:
            snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
            rows, media = counted(connection, tables.metadata.tables), _media(connection)
            yield Dump(POSTGRESQL, _pg_dump(database.url, str(snapshot)), rows, media)


def counted(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """How many rows these tables hold."""
    return {
        name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in sorted(names)
    }


def pg_restore(dump: Path, url: URL) -> None:
    """Load a dump into an empty database, all of it or nothing. Raises `RecordError`."""
    words = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run(["pg_restore", *words, f"--dbname={_conninfo(url)}", str(dump)], url)


def _copied(source: Path, target: Path) -> None:
    """A copy of an SQLite file at one instant, in one file, by its online backup."""
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as read,
        closing(sqlite3.connect(target)) as written,
    ):
        try:
            read.backup(written)
            written.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.Error as error:
            raise RecordError(
                f"The database cannot be copied: {error}.",
                where=str(target.parent),
                remedy="Check that the disk has room for a second copy of the database.",
            ) from None


def _media(connection: Connection) -> frozenset[str]:
    named = select(tables.FACTS["media"].c.location).distinct()
    return frozenset(one for one in connection.scalars(named) if one)


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(_PORTION):
            yield part


def _pg_dump(url: URL, snapshot: str) -> Iterator[bytes]:
    words = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    with TemporaryFile() as said:
        process = subprocess.Popen(
            [_found("pg_dump"), *words, f"--dbname={_conninfo(url)}"],
            stdout=subprocess.PIPE, stderr=said, env=_environment(url),
        )  # fmt: skip
        assert process.stdout is not None
        try:
            while part := process.stdout.read(_PORTION):
                yield part
            if process.wait():
                said.seek(0)
                raise _failed("pg_dump", said.read())
        finally:
            process.kill()
            process.stdout.close()
            process.wait()


def _run(words: list[str], url: URL) -> None:
    done = subprocess.run(
        [_found(words[0]), *words[1:]], capture_output=True, env=_environment(url), check=False
    )
    if done.returncode:
        raise _failed(words[0], done.stderr)


def _found(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise RecordError(
            f"{program} is not on this machine.",
            remedy="Install PostgreSQL's client programs, of the server's version or a later one.",
        )
    return found


def _failed(program: str, said: bytes) -> RecordError:
    lines = said.decode(errors="replace").strip().splitlines() or ["it gave no reason"]
    return RecordError(
        f"{program} failed: {lines[0]}.", remedy="Check the server, its version and the room on its disk."
    )


def _conninfo(url: URL) -> str:
    """How PostgreSQL's programs reach it, without the password, which a list of processes would show."""
    query = {name: str(value) for name, value in url.query.items()}
    known = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database}
    return make_conninfo("", **(query | {name: value for name, value in known.items() if value}))


def _environment(url: URL) -> dict[str, str]:
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    return {**os.environ, **secret}
