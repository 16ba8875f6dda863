"""A new key: everything is written anew with it, wherever it is interrupted, and nobody is lost."""

import base64
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select, text
from tests import sounds

from kanglu import record
from kanglu.errors import PermissionDenied, RecordError, Unreachable
from kanglu.record import Store, rotating, tables
from kanglu.record.accounts import Accounts
from kanglu.record.database import key_path, opened, resolve
from kanglu.record.facts import NATIONAL_ID, Identifier, Media, PersonStatement, Telecom
from kanglu.record.media import media_folder
from kanglu.record.rotating import known_keys, retire, rotate
from kanglu.trust import Actor, Role
from kanglu.trust.keys import Keys, read

ADMIN = Actor("root", "Root", Role.ADMIN)
OLD = Keys(bytes(range(32)))
MOBILE, ID = "13912345678", "990001197207010028"


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def key_file(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The ring in a file of its own, as `kanglu init` makes it."""
    monkeypatch.delenv("KANGLU_KEY")
    monkeypatch.setenv("KANGLU_HOME", str(tmp_path))
    path = key_path(resolve(database_url))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(base64.b64encode(OLD.master).decode() + "\n")
    return path


@pytest.fixture
def reopen(database_url: str, key_file: Path, clock: Any) -> Iterator[Any]:
    """Opens the record as a new process would."""
    stores: list[Store] = []

    def again() -> Store:
        stores.append(record.open(database_url, actor=ADMIN, purpose="administration", clock=clock))
        return stores[-1]

    yield again
    for store in stores:
        store.close()


@pytest.fixture
def filled(reopen: Any) -> Store:
    """One person with a number, a telephone, an address, two recordings; and a draft."""
    store: Store = reopen()
    Accounts(store.database, store.clock).add(ADMIN, "root", "Root", Role.ADMIN)
    with store.batch("b") as writer:
        person = writer.person(
            PersonStatement(
                (Identifier(NATIONAL_ID, ID), Identifier("mrn", "7")), "人",
                telecoms=(Telecom("phone", MOBILE),), addresses=("示例市示例路1号",),
            )
        )  # fmt: skip
        for seconds in (1, 2):
            kept = store.keep_media(sounds.wav(seconds))
            media = {"sha256": kept.sha256, "location": kept.location, "content_type": "audio/wav"}
            writer.add(Media(person, "kanglu", "recording", "2026", source_key=str(seconds), **media))
    store.save_draft("visit/1", {"note": "begun"})
    return store


def whole(store: Store) -> None:
    """All that was entered is there, found and read, and the chain is sealed."""
    assert [one.by for one in store.search(ID).found] == ["national_id"]
    assert [one.by for one in store.search(MOBILE).found] == ["phone"]
    assert [one.by for one in store.search("5678").found] == ["phone_tail"]
    assert [one.by for one in store.search("0028").found] == ["national_id_tail"]
    view = store.person("K000001").view
    assert store.identity(view).addresses == ("示例市示例路1号",)
    assert store.telephones(view) == (MOBILE,)
    assert len([store.play_media(view, number) for number in (1, 2)]) == 2
    draft = store.draft("visit/1")
    assert draft is not None
    assert draft.content == {"note": "begun"}
    assert store.verify().ok


def ciphers(store: Store) -> list[str]:
    with store.database.reading() as connection:
        return [
            one for table, column in rotating.encrypted()
            for one in connection.scalars(select(column).where(column.is_not(None)))
        ]  # fmt: skip


def test_everything_is_written_anew_and_only_the_new_key_reads_it(
    filled: Store, reopen: Any, key_file: Path
) -> None:
    name = filled.database.keys.pseudonym(1)
    done = rotate(filled)
    assert (done.before, done.files, done.damaged) == (OLD.fingerprint, 2, ())
    assert {table: rows for table, rows in done.rows.items() if rows} == {
        "identifier": 2, "telecom": 1, "address": 1, "draft": 1,
    }  # fmt: skip
    new = Keys(read(key_file).master)
    assert new.fingerprint == done.key
    for store in (filled, reopen()):
        whole(store)
        assert store.database.keys.pseudonym(1) == name
    for cipher in ciphers(filled):
        new.decrypt(cipher)
        with pytest.raises(RecordError, match="cannot be decrypted"):
            OLD.decrypt(cipher)
    for file in media_folder(filled.database.url).iterdir():
        assert file.read_bytes().startswith(new.head)


def test_a_person_who_comes_again_is_the_same_after_a_rotation(filled: Store, reopen: Any) -> None:
    rotate(filled)
    with reopen().batch("again") as writer:
        assert writer.person(PersonStatement((Identifier(NATIONAL_ID, ID),), "人")) == 1


@pytest.mark.parametrize("step", ["_put_in_force", "_reseal", "_files_anew", "write_whole"])
def test_killed_anywhere_it_loses_nothing_and_goes_on(
    filled: Store, reopen: Any, key_file: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(rotating, step, killed)
        with pytest.raises(Killed):
            rotate(filled)
    whole(reopen())
    waiting = read(key_file)
    assert len(waiting.masters) == 2
    again = rotate(reopen())
    assert again.key == waiting.fingerprint
    whole(reopen())
    retire(reopen())
    assert read(key_file) == Keys(waiting.master)
    whole(reopen())


def test_killed_between_two_files_the_next_run_finishes_them(
    filled: Store, reopen: Any, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, calls = rotating.write_whole, iter((1, 2))

    def once(path: Path, content: bytes) -> None:
        if next(calls) == 2:
            raise Killed
        write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(rotating, "write_whole", once)
        with pytest.raises(Killed):
            rotate(filled)
    store = reopen()
    assert sorted((one.state, one.files) for one in known_keys(store)) == [("in force", 1), ("older", 1)]
    with pytest.raises(RecordError, match="still in use: 1 files"):
        retire(store)
    done = rotate(store)
    assert (done.key, done.before, done.files, done.rows) == (read(key_file).fingerprint,) * 2 + (1, {})
    whole(reopen())


def test_a_process_that_ran_on_is_told_once_and_then_has_the_new_key(filled: Store, reopen: Any) -> None:
    running = reopen()
    rotate(filled)
    with pytest.raises(Unreachable, match="Do it again"), running.batch("late") as writer:
        writer.read("row")
    whole(running)


def test_retired_keys_are_gone_from_the_file_and_each_step_is_written_down(
    filled: Store, reopen: Any, key_file: Path
) -> None:
    rotate(filled)
    assert retire(filled) == (OLD.fingerprint,)
    assert len(key_file.read_text().split()) == 1
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert retire(filled) == ()
    store = reopen()
    known_keys(store)
    whole(store)
    with store.database.reading() as connection:
        said = list(connection.scalars(select(tables.audit_event.c.action).order_by(tables.audit_event.c.id)))
        details = "".join(connection.scalars(select(tables.audit_event.c.detail)))
    assert [one for one in said if "key" in one or "files" in one] == [
        "rotate key", "rewrite files", "retire keys", "show keys",
    ]  # fmt: skip
    assert key_file.read_text().strip() not in details


def test_what_was_written_before_keys_had_names_is_read_and_moved(filled: Store, reopen: Any) -> None:
    """Ciphers of an older Kanglu: the nonce, the cipher and its tag, nothing before them."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    plain = AESGCM(OLD.derived("cipher"))
    bare = base64.b64encode(bytes(12) + plain.encrypt(bytes(12), MOBILE.encode(), None)).decode()
    with filled.database.writing() as connection:
        connection.execute(tables.telecom.update().values(cipher=bare))
    whole(filled)
    rotate(filled)
    retire(filled)
    whole(reopen())


def test_a_row_that_nobody_can_read_stops_it_and_changes_nothing(filled: Store, reopen: Any) -> None:
    with filled.database.writing() as connection:
        connection.execute(tables.address.update().values(cipher="AAAA"))
    with pytest.raises(RecordError, match=r"address: row 1.*Nothing was changed"):
        rotate(filled)
    assert reopen().database.keys.fingerprint == OLD.fingerprint


def test_a_damaged_file_is_named_and_the_rest_goes_on(filled: Store) -> None:
    file = sorted(media_folder(filled.database.url).iterdir())[0]
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    done = rotate(filled)
    assert (done.files, done.damaged) == (1, (file.name,))


def test_a_broken_seal_is_not_mended_by_a_rotation(filled: Store) -> None:
    with filled.database.writing() as connection:
        connection.execute(text("UPDATE audit_head SET seal = 'x'"))
    rotate(filled)
    assert filled.verify().broken is not None


def test_only_an_administrator_may(filled: Store, database_url: str, clock: Any) -> None:
    manager = Actor("chen", "Chen", Role.HEALTH_MANAGER)
    with record.open(database_url, actor=manager, clock=clock) as store:
        for what in (known_keys, rotate, retire):
            with pytest.raises(PermissionDenied):
                what(store)


def test_with_the_key_in_the_environment_the_user_puts_the_new_one_in_front(
    filled: Store, reopen: Any, key_file: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    old, new = key_file.read_text().strip(), base64.b64encode(bytes(32)).decode()
    key_file.unlink()
    monkeypatch.setenv("KANGLU_KEY", old)
    with pytest.raises(RecordError, match=r"openssl rand -base64 32.*comma"):
        rotate(reopen())
    monkeypatch.setenv("KANGLU_KEY", f"{new},{old}")
    store = reopen()
    assert [one.state for one in known_keys(store)] == ["in force", "waits"]
    rotate(store)
    whole(store)
    with pytest.raises(RecordError, match="Nothing uses"):
        retire(store)
    monkeypatch.setenv("KANGLU_KEY", new)
    whole(reopen())
    monkeypatch.setenv("KANGLU_KEY", old)
    with pytest.raises(RecordError, match="does not belong"):
        opened(database_url)


def test_whoever_writes_when_it_begins_ends_first_and_is_not_lost(filled: Store, reopen: Any) -> None:
    writing, rotating_store = reopen(), reopen()
    done: list[rotating.Rotated] = []
    other = Thread(target=lambda: done.append(rotate(rotating_store)))
    with writing.batch("under way") as writer:
        other.start()
        writer.person(PersonStatement((Identifier("mrn", "8"),), "后来"))
    other.join()
    assert done[0].rows["identifier"] == 3
    assert [one.by for one in reopen().search("8").found] == ["identifier"]
    whole(reopen())


def test_second_factors_and_what_people_ask_for_are_written_anew_too(filled: Store) -> None:
    secret = filled.database.keys.encrypt("a secret of one's own")
    asked = {
        "id": 1,
        "person_id": 1,
        "kind": "access",
        "received": "2026",
        "due": "2026",
        "state": "received",
    }
    with filled.database.writing() as connection:
        connection.execute(tables.account.update().values(second_factor=secret))
        row = {**asked, "cipher": secret, "entered_by": "root", "recorded": "2026"}
        connection.execute(tables.rights_request.insert().values(**row))
    rotate(filled)
    with filled.database.reading() as connection:
        kept = (tables.account.c.second_factor, tables.rights_request.c.cipher)
        found = [connection.scalar(select(column)) for column in kept]
    new = Keys(filled.database.keys.master)
    assert [new.decrypt(str(one)) for one in found] == ["a secret of one's own"] * 2
