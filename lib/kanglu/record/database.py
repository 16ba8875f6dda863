"""Reaching the database: where it is, how to connect, whether it is one that this Kanglu can read.

SQLite runs in WAL mode, so that readers never wait for the one writer. A write transaction begins
`IMMEDIATE` there and takes an advisory lock on PostgreSQL: writers come one after the other, which
lets a batch number its rows itself.
"""

import gc
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    DisconnectionError,
    OperationalError,
)  # fmt: skip
from sqlalchemy.pool import ConnectionPoolEntry

from kanglu.errors import Full, RecordError, Unreachable
from kanglu.home import home
from kanglu.record import tables
from kanglu.trust import keys as key_ring
from kanglu.trust.keys import Keys, Veiled

ENVIRONMENT = "KANGLU_DATABASE_URL"
HEAD = "0005"
"""The schema revision that this code reads and writes; revisions are numbers, so they sort."""
BUSY_SECONDS = 60
CONNECT_SECONDS = 10
_NO_ROOM = "53100"
"""PostgreSQL's name for a full disk."""
_WRITERS, _AUDIT = 7_261_101, 7_261_102
_FINGERPRINT = "SELECT value FROM setting WHERE name = 'key_fingerprint'"
PSEUDONYMS = "pseudonym_key"
"""The setting that keeps the key of the pseudonyms, encrypted with the key in force."""


def resolve(url: str | None) -> URL:
    """The database meant: `url`, else ``KANGLU_DATABASE_URL``, else the embedded file.

    A URL without a scheme is the path of an SQLite file.
    """
    given = url or os.environ.get(ENVIRONMENT) or str(home() / "data" / "kanglu.sqlite")
    if "://" not in given and not given.startswith(("postgres", "sqlite:")):
        return URL.create("sqlite", database=str(Path(given).expanduser().absolute()))
    try:
        parsed = make_url(given)
    except (ArgumentError, ValueError):
        raise RecordError(
            "The database URL cannot be read.", remedy="Write sqlite:///FILE or postgresql://…"
        ) from None
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return parsed.set(database=str(Path(str(parsed.database)).expanduser().absolute()))
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise RecordError(
        f"Kanglu does not keep records in {parsed.render_as_string(hide_password=True)}.",
        remedy="Use an SQLite file (sqlite:///FILE) or PostgreSQL (postgresql://…).",
    )


def key_path(url: URL) -> Path:
    """Where the key of a database lies: beside an SQLite file, else under ``data/``."""
    if url.get_backend_name() == "sqlite":
        return Path(f"{url.database}.key")
    return home() / "data" / f"{url.host or 'local'}-{url.port or 5432}-{url.database}.key"


def make_engine(url: URL) -> Engine:
    # What a statement was called with is about people: it belongs in no message and in no log.
    if url.get_backend_name() != "sqlite":
        waits = {"connect_timeout": CONNECT_SECONDS}
        return create_engine(url, pool_size=2, pool_pre_ping=True, hide_parameters=True, connect_args=waits)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-65536"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("kanglu_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _watched(engine: Engine, path: str) -> Engine:
    """The engine of an SQLite file that is there: no other file is read or made in its place."""

    @event.listens_for(engine, "do_connect")
    def there(*_: Any) -> None:
        # SQLite would make an empty file in the place of one that is not there at the moment.
        if _file(path) is None:
            raise sqlite3.OperationalError("the file is not there")

    @event.listens_for(engine, "connect")
    def known(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["file"] = _file(path)

    @event.listens_for(engine, "checkout")
    def same(_connection: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
        if entry.info["file"] != _file(path):
            raise DisconnectionError("the file was moved, or another was put in its place")

    return engine


def _kind(said: BaseException, driver: Any) -> type[RecordError]:
    """What kind of trouble it is: there is no room, it passes, or neither."""
    if getattr(said, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return Full
    if getattr(said, "sqlstate", None) == _NO_ROOM:
        return Full
    return Unreachable if isinstance(said, driver.OperationalError | driver.InterfaceError) else RecordError


def _said(error: Exception) -> BaseException:
    """What the driver itself raised: rows in bulk are handed to it directly."""
    return (error.orig or error) if isinstance(error, DBAPIError) else error


def _file(path: str) -> tuple[int, int] | None:
    """Which file a path names; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


class Database:
    """Connections to one database, and its key. Safe to use after a fork: the child opens its own."""

    def __init__(self, url: URL, keys: Keys) -> None:
        self.url, self.keys = url, keys
        engine, self._process = make_engine(url), os.getpid()
        on_disk = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
        self._engine = _watched(engine, str(url.database)) if on_disk else engine

    def veiled(self) -> "Database":
        """The same database for somebody who may not know people: without what reads or finds identifiers."""
        same = copy(self)
        same.keys = self.keys.veiled()
        return same

    @property
    def name(self) -> str:
        """The URL as it may be shown: without the password."""
        return self.url.render_as_string(hide_password=True)

    @property
    def engine(self) -> Engine:
        """The engine of this process."""
        if self._process != os.getpid():
            self._engine.dispose(close=False)
            self._process = os.getpid()
        return self._engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view for several queries."""
        with self._told(), self.engine.connect() as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction: committed as a whole at the end, or nothing of it."""
        with (
            self._told(),
            self.engine.connect().execution_options(kanglu_writing=True) as connection,
            connection.begin(),
        ):
            self._hold_key(connection)
            yield connection

    @contextmanager
    def erasing(self) -> Iterator[Connection]:
        """A write transaction after which nothing of what it deleted can be read in an SQLite file.

        PostgreSQL overwrites it when its own vacuum has been there.
        """
        sqlite = self.url.get_backend_name() == "sqlite"
        with self.writing() as connection:
            if sqlite:
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            yield connection
        if sqlite:
            with closing(self.engine.raw_connection()) as raw:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def rotating(self) -> Iterator[Connection]:
        """A write transaction in which nobody else writes, whatever it is: the key is about to change."""
        with self.writing() as connection:
            lock_key(connection)
            self._hold_key(connection)
            lock_writers(connection)
            lock_audit(connection)
            yield connection

    def _hold_key(self, connection: Connection) -> None:
        """See that this process writes with the key in force; until the transaction ends, it stays so.

        A rotation locks the table of settings, so reading there waits for its end, and it for ours.
        """
        in_force = connection.exec_driver_sql(_FINGERPRINT).scalar()
        if in_force != self.keys.fingerprint:
            keys = _bound(self.url, connection, self.name)
            self.keys = keys.veiled() if isinstance(self.keys, Veiled) else keys
            raise Unreachable(
                "The key of the database was changed while this was going on; nothing was written.",
                where=self.name,
                remedy="Do it again.",
            )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the database refuses is said in Kanglu's words."""
        driver = self.engine.dialect.loaded_dbapi
        try:
            yield
        except (DBAPIError, driver.Error) as error:
            remedy = "Check that the server runs, the disk has room and no other program holds the file."
            raise _kind(_said(error), driver)(
                f"The database refuses: {first_line(error)}.", where=self.name, remedy=remedy
            ) from error

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the cyclic garbage collector off while many small tuples are made, which form no cycles.

    It would walk through all of them again and again: half the time of a large batch.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def lock_writers(connection: Connection) -> None:
    """Wait for other batches to end, and let none begin before this transaction does."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITERS})


def lock_key(connection: Connection) -> None:
    """Wait for everybody who writes to end, and let nobody begin before this transaction does."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE setting IN ACCESS EXCLUSIVE MODE")


def lock_audit(connection: Connection) -> None:
    """Wait for the end of the audit chain, and hold it until this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _AUDIT})


def opened(url: str | None) -> Database:
    """The database, checked: it is there, of this revision, and the key is its own. Raises `RecordError`."""
    where = resolve(url)
    shown = where.render_as_string(hide_password=True)
    if where.get_backend_name() == "sqlite" and not Path(str(where.database)).is_file():
        raise _missing(shown)
    engine = make_engine(where)
    try:
        with engine.connect() as connection:
            _check_revision(connection, shown)
            keys = _bound(where, connection, shown)
    except OperationalError as error:
        raise RecordError(
            f"The database cannot be reached: {first_line(error)}.",
            where=shown,
            remedy="Check the URL, and that the server runs.",
        ) from None
    except DatabaseError as error:
        raise RecordError(
            f"This is no database of Kanglu: {first_line(error)}.", where=shown, remedy="Check the path."
        ) from None
    finally:
        engine.dispose()
    return Database(where, keys)


def _bound(url: URL, connection: Connection, shown: str) -> Keys:
    """The ring of a database, with the key in force leading and its pseudonyms."""
    return bound(key_ring.load(key_path(url)), connection, shown)


def bound(ring: Keys, connection: Connection, shown: str) -> Keys:
    """A ring with the database's own key in force and its pseudonyms. Raises `RecordError`."""
    kept = tables.setting.c
    said = dict(connection.execute(select(kept.name, kept.value)).fetchall())
    keys = check_key(ring, said.get("key_fingerprint"), shown)
    if PSEUDONYMS not in said:
        return keys
    return replace(keys, naming=bytes.fromhex(keys.decrypt(said[PSEUDONYMS])))


def first_line(error: Exception) -> str:
    """What the driver said, in one line without a full stop."""
    return str(_said(error)).strip().splitlines()[0].rstrip(".")


def check_key(keys: Keys, fingerprint: str | None, shown: str) -> Keys:
    """The ring with the database's key in force. Raises `RecordError` when it does not hold that key."""
    led = keys.led_by(fingerprint or "")
    if led is None:
        raise RecordError(
            f"The key does not belong to this database (key {keys.fingerprint}, database {fingerprint}).",
            where=shown,
            remedy=f"Give the key that was made with it, in its key file or in {key_ring.ENVIRONMENT}.",
        )
    return led


def revision(connection: Connection) -> str | None:
    """The schema revision of the database, None before the first."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def _check_revision(connection: Connection, shown: str) -> None:
    found = revision(connection)
    if found is None:
        raise _missing(shown)
    if found > HEAD:
        raise RecordError(
            f"The database is of a newer Kanglu (schema {found}, this one knows {HEAD}).",
            where=shown,
            remedy="Update Kanglu.",
        )
    if found < HEAD:
        raise RecordError(
            f"The database is of an older Kanglu (schema {found}, this one needs {HEAD}).",
            where=shown,
            remedy="Run `kanglu init`: it upgrades the database and keeps all data.",
        )


def _missing(shown: str) -> RecordError:
    return RecordError(
        "There is no Kanglu database here.",
        where=shown,
        remedy="Make one with `kanglu init`, or with the first `kanglu import FILE`.",
    )
