"""The server's role in PostgreSQL, made as the deployment guide says, can do its work and no more."""

import re
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from kanglu import record
from kanglu.catalogue import current
from kanglu.record.accounts import Accounts
from kanglu.record.facts import Identifier, Observation, PersonStatement
from kanglu.trust import Actor, Role

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "deployment.md"
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
ROOT = Actor("root", "root", Role.ADMIN, at_machine=True)
pytestmark = pytest.mark.postgres


@pytest.fixture
def urls(postgres, monkeypatch, tmp_path):
    """A database made as the guide says: its owner's URL and the server's."""
    monkeypatch.setenv("KANGLU_KEY", KEY)
    monkeypatch.setenv("KANGLU_HOME", str(tmp_path))
    make, grant = re.findall(r"```sql\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    admin = make_url(postgres.url("postgres"))

    def say(user, database, statements):
        with psycopg.connect(
            host=admin.query["host"], user=user, dbname=database, autocommit=True
        ) as connection:
            for one in filter(str.strip, statements.split(";")):
                connection.execute(one.encode())

    say(admin.username, "postgres", make)
    owner, server = (str(admin.set(username=name, database="kanglu")) for name in ("kanglu_owner", "kanglu"))
    record.init(owner)
    say("kanglu_owner", "kanglu", grant)
    yield owner, server
    say(
        admin.username,
        "postgres",
        "DROP DATABASE kanglu WITH (FORCE); DROP ROLE kanglu; DROP ROLE kanglu_owner",
    )


def test_the_servers_role_can_do_its_work(urls):
    record.init(urls[1])  # as each start of the server does: nothing is left to do
    with record.open(urls[1], actor=ROOT, catalogue=current()) as store:
        with store.batch("one") as writer:
            person = writer.person(PersonStatement((Identifier("mrn", "1"),), name="张三"))
            writer.add(Observation(person, "weight", "2026-01-05", value=70.0, source_key="one"))
        with store.batch("again") as writer:
            writer.add(Observation(1, "weight", "2026-01-05", value=71.0, source_key="one"))
        accounts = Accounts(store.database)
        given = accounts.add(ROOT, "root", "root", Role.ADMIN)
        assert accounts.who(accounts.sign_in("root", given))
        store.save_draft("a", {})
        store.drop_draft("a")
        assert len(store.search("张三", 5).found) == 1
        assert store.undo(2)
        assert store.verify().ok


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "DROP TABLE audit_event",
        "DROP TABLE person CASCADE",
        "CREATE TABLE mine (id int)",
        "UPDATE alembic_version SET version_num = '0'",
        "COPY person TO '/tmp/kanglu-copied'",
        "COPY person TO PROGRAM 'cat'",
        "CREATE ROLE other SUPERUSER",
        "SET ROLE kanglu_owner",
        "SELECT pg_read_file('/etc/passwd')",
        "ALTER ROLE kanglu SUPERUSER",
    ],
)
def test_and_nothing_else(urls, statement):
    server = make_url(urls[1])
    with psycopg.connect(host=server.query["host"], user="kanglu", dbname="kanglu") as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())
        connection.rollback()
