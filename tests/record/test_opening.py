"""Making, upgrading and opening a record."""

import os
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from kanglu import record
from kanglu.errors import PermissionDenied, RecordError
from kanglu.record.database import HEAD, make_engine, resolve
from kanglu.record.setup import config
from kanglu.record.tables import metadata
from kanglu.trust import Actor, Role


def test_migrations_go_up_and_down_and_agree_with_the_tables(empty_url: str) -> None:
    engine = make_engine(resolve(empty_url))
    with engine.connect() as connection, connection.begin():
        command.upgrade(config(connection), "head")
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        command.downgrade(config(connection), "base")
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
        command.upgrade(config(connection), "head")
        assert compare_metadata(context, metadata) == []
        assert ScriptDirectory.from_config(config(connection)).get_current_head() == HEAD
    engine.dispose()


def test_init_twice_changes_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KANGLU_KEY", "A" * 43 + "=")
    record.init(empty_url)
    with record.open(empty_url) as store, store.batch("first") as writer:
        writer.read("row")
    record.init(empty_url)
    with record.open(empty_url) as store:
        assert store.status()["batches"] == 1
        assert store.status()["revision"] == HEAD
        assert store.verify().ok


def test_init_makes_files_that_only_the_owner_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KANGLU_KEY", raising=False)
    record.init(str(tmp_path / "data" / "k.sqlite"))
    key = tmp_path / "data" / "k.sqlite.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data" / "k.sqlite").stat().st_mode & 0o777 == 0o600
    record.open(str(tmp_path / "data" / "k.sqlite")).close()


def test_a_missing_database_says_how_to_make_one(empty_url: str) -> None:
    with pytest.raises(RecordError, match="kanglu init"):
        record.open(empty_url)
    if empty_url.startswith("sqlite"):
        assert not Path(empty_url.removeprefix("sqlite:///")).exists()


def test_an_unreachable_server_says_so() -> None:
    with pytest.raises(RecordError, match=r"cannot be reached.*server runs"):
        record.open("postgresql://nobody@/none?host=/nonexistent")


@pytest.mark.parametrize(("found", "says"), [("0000", "Run `kanglu init`"), ("9999", "Update Kanglu")])
def test_another_revision_is_refused_with_the_remedy(database_url: str, found: str, says: str) -> None:
    engine = make_engine(resolve(database_url))
    with engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": found})
    engine.dispose()
    with pytest.raises(RecordError, match=says):
        record.open(database_url)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photo.sqlite"
    path.write_bytes(b"\x89PNG not a database at all, but long enough to be looked at" * 40)
    with pytest.raises(RecordError, match="no database of Kanglu"):
        record.open(str(path))


def test_a_wrong_key_is_refused(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KANGLU_KEY", "A" * 43 + "=")
    with pytest.raises(RecordError, match="key does not belong to this database"):
        record.open(database_url)


def test_a_lost_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KANGLU_KEY", raising=False)
    record.init(str(tmp_path / "k.sqlite"))
    os.remove(tmp_path / "k.sqlite.key")
    with pytest.raises(RecordError, match=r"key of this database is missing.*backup"):
        record.open(str(tmp_path / "k.sqlite"))


def test_an_unknown_kind_of_database_is_refused() -> None:
    with pytest.raises(RecordError, match="does not keep records in mysql"):
        record.open("mysql://root:secret@localhost/x")
    with pytest.raises(RecordError) as refused:
        record.open("mysql://root:secret@localhost/x")
    assert "secret" not in str(refused.value)


def test_the_url_comes_from_the_environment(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KANGLU_DATABASE_URL", database_url)
    import kanglu

    with kanglu.open() as store:
        assert store.status()["people"] == 0


def test_a_role_opens_only_for_its_purposes(database_url: str) -> None:
    analyst = Actor("an", "An", Role.ANALYST)
    record.open(database_url, actor=analyst, purpose="analysis").close()
    with pytest.raises(PermissionDenied, match="for 'care'"):
        record.open(database_url, actor=analyst, purpose="care")
