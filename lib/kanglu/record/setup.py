"""Making and upgrading a database: the migrations, the key, the first row of the audit chain's head."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, insert, select
from sqlalchemy.exc import OperationalError

from kanglu.errors import RecordError
from kanglu.record import tables
from kanglu.record.database import HEAD, check_key, first_line, key_path, make_engine, resolve, revision
from kanglu.trust import keys as key_ring
from kanglu.trust.audit import GENESIS
from kanglu.trust.keys import Keys

MIGRATIONS = Path(__file__).parent / "migrations"


def config(connection: Connection) -> Config:
    """Alembic's configuration for an open connection."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def init(url: str | None = None, keys: Keys | None = None) -> str:
    """Make the database, or bring it to this revision; doing it again changes nothing.

    Parameters
    ----------
    keys : those of the database; from the environment or its key file, where they are made, when None.

    Returns
    -------
    The database's URL without password. Raises `RecordError` when it cannot be reached, is of a newer
    Kanglu, or the key is not its own.
    """
    where = resolve(url)
    shown = where.render_as_string(hide_password=True)
    if where.get_backend_name() == "sqlite":
        path = Path(str(where.database))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    engine = make_engine(where)
    try:
        _upgrade(engine, shown)
        keys = keys or key_ring.create(key_path(where))
        with engine.connect().execution_options(kanglu_writing=True) as connection, connection.begin():
            _bind_key(connection, keys, shown)
    except OperationalError as error:
        raise RecordError(
            f"The database cannot be made: {first_line(error)}.",
            where=shown,
            remedy="Check the URL, that the server runs, and that the folder can be written.",
        ) from None
    finally:
        engine.dispose()
    return shown


def upgraded(url: URL) -> None:
    """Bring a database that was restored to this revision."""
    engine = make_engine(url)
    try:
        _upgrade(engine, url.render_as_string(hide_password=True))
    finally:
        engine.dispose()


def emptied(url: URL) -> None:
    """Take everything out of a database whose restoring has failed: it was empty before."""
    engine = make_engine(url)
    try:
        with engine.connect() as connection, connection.begin():
            command.downgrade(config(connection), "base")
            connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
    finally:
        engine.dispose()


def _upgrade(engine: Engine, shown: str) -> None:
    with engine.connect().execution_options(kanglu_writing=True) as connection, connection.begin():
        found = revision(connection)
        if found is not None and found > HEAD:
            raise RecordError(
                f"The database is of a newer Kanglu (schema {found}, this one knows {HEAD}).",
                where=shown,
                remedy="Update Kanglu.",
            )
        if found != HEAD:
            command.upgrade(config(connection), "head")


def _bind_key(connection: Connection, keys: Keys, shown: str) -> None:
    """Write down which key is the database's, and begin the audit chain; or check the key."""
    known = select(tables.setting.c.value).where(tables.setting.c.name == "key_fingerprint")
    fingerprint = connection.scalar(known)
    if fingerprint is not None:
        check_key(keys, fingerprint, shown)
        return
    connection.execute(insert(tables.setting).values(name="key_fingerprint", value=keys.fingerprint))
    connection.execute(
        insert(tables.audit_head).values(id=1, events=0, hash=GENESIS, seal=keys.seal(f"0|{GENESIS}"))
    )
