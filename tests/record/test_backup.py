"""A backup: whole and readable with its key, or refused; restored, it is the record that it was."""

import base64
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests import sounds

from kanglu import record
from kanglu.errors import PermissionDenied, RecordError
from kanglu.record import Store, backup, dumping, restoring
from kanglu.record.backup import back_up
from kanglu.record.facts import Identifier, Media, Observation, PersonStatement
from kanglu.record.restoring import restore
from kanglu.trust import Actor, Role
from kanglu.trust.keys import Keys

ADMIN = Actor("root", "Root", Role.ADMIN)
KEYS, OTHER = Keys(bytes(range(32))), Keys(bytes(32))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the data lie."""
    monkeypatch.setenv("KANGLU_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def admin(database_url: str, home: Path, clock: Any) -> Iterator[Store]:
    """A record with two people, a recording and a definition of the institution's own."""
    (home / "data" / "catalogue").mkdir(parents=True)
    (home / "data" / "catalogue" / "own.yaml").write_text("indicators: []\n")
    with record.open(database_url, actor=ADMIN, purpose="administration", clock=clock) as store:
        with store.batch("b") as writer:
            for number in (1, 2):
                person = writer.person(PersonStatement((Identifier("mrn", str(number)),), f"人{number}"))
                writer.add(Observation(person, "weight", "2026", value=60.0))
            kept = store.keep_media(sounds.wav(1))
            media = {"sha256": kept.sha256, "location": kept.location, "content_type": "audio/wav"}
            writer.add(Media(1, "kanglu", "recording", "2026", **media))
        yield store


@pytest.fixture
def target(backend: str, request: pytest.FixtureRequest, home: Path, admin: Store) -> Iterator[str]:
    """Where it is restored: nothing is there. Recordings go beside it."""
    if backend == "sqlite":
        yield f"sqlite:///{home / 'again' / 'kanglu.sqlite'}"
    else:
        yield request.getfixturevalue("empty_url")


@pytest.fixture
def made(admin: Store, home: Path) -> Path:
    """A backup of it."""
    return back_up(admin, home / "k.backup", check=False).path


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, home: Path, made: Path) -> Path:
    """Another machine: nothing of the first is there but the backup."""
    monkeypatch.delenv("KANGLU_MEDIA")
    monkeypatch.setenv("KANGLU_HOME", str(home / "elsewhere"))
    return home / "elsewhere"


def names(folder: Path) -> set[str]:
    return {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}


def test_what_was_restored_is_the_record_that_it_was(
    admin: Store, made: Path, elsewhere: Path, target: str, clock: Any
) -> None:
    done = restore(made, target, KEYS, actor=ADMIN, clock=clock)
    assert (done.rows["person"], done.media, done.definitions, done.left, done.missing) == (2, 1, 1, (), ())
    assert done.found.ok
    assert (elsewhere / "data" / "catalogue" / "own.yaml").read_text() == "indicators: []\n"
    with record.open(target, actor=ADMIN, clock=clock) as store:
        assert store.find("人2")[0].record_number == "K000002"
        view = store.person("K000001").view
        assert store.play_media(view, 1).data == sounds.wav(1)
        assert store.person("K000001").series("weight")["value"].tolist() == [60.0]
        assert store.verify().ok
        assert store.status()["facts"] == admin.status()["facts"]


def test_a_backup_is_checked_by_restoring_it_and_leaves_nothing_else(
    admin: Store, home: Path, request: pytest.FixtureRequest, backend: str
) -> None:
    before = names(home)
    done = back_up(admin, home / "backups" / "k.backup")
    assert done.checked is not None
    assert (done.checked.how, done.checked.found and done.checked.found.ok) == ("restored", True)
    assert {one for one in names(home) - before if "sqlite-" not in one} == {"backups/k.backup"}
    assert done.path.stat().st_mode & 0o777 == 0o600
    if backend == "postgresql":
        with admin.database.reading() as connection:
            left = connection.scalar(
                text("SELECT count(*) FROM pg_database WHERE datname LIKE 'kanglu_check%'")
            )
        assert left == 0


def test_neither_the_key_nor_anything_of_the_record_can_be_read_in_it(made: Path) -> None:
    content = made.read_bytes()
    assert KEYS.master not in content
    assert base64.b64encode(KEYS.master) not in content
    assert b"weight" not in content
    assert b"audit_event" not in content


def test_what_others_write_meanwhile_is_in_it_or_not_but_it_is_whole(
    admin: Store, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = dumping.counted

    def late(connection: Any, tables: Any) -> Any:
        counts = whole(connection, tables)
        with monkeypatch.context() as patch:
            patch.setattr(dumping, "counted", whole)
            admin.person("K000001")
        return counts

    monkeypatch.setattr(dumping, "counted", late)
    checked = back_up(admin, home / "k.backup").checked
    assert checked is not None
    assert checked.found is not None
    assert checked.found.ok


@pytest.mark.parametrize("place", [0, 20, 200, 2_000, -200, -3])
def test_one_changed_byte_is_found_and_nothing_is_left(
    made: Path, elsewhere: Path, target: str, place: int
) -> None:
    content = bytearray(made.read_bytes())
    content[place] ^= 1
    made.write_bytes(content)
    with pytest.raises(RecordError, match=r"damaged|no backup|not given"):
        restore(made, target, KEYS, actor=ADMIN)
    assert untouched(elsewhere, target)


@pytest.mark.parametrize("kept", [0.0, 0.1, 0.5, 0.999])
def test_a_file_that_was_cut_off_is_refused(made: Path, elsewhere: Path, target: str, kept: float) -> None:
    content = made.read_bytes()
    made.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(RecordError, match=r"cut off|no backup"):
        restore(made, target, KEYS, actor=ADMIN)
    assert untouched(elsewhere, target)


def test_blocks_cannot_be_cut_off_at_their_edge_nor_change_places(
    made: Path, elsewhere: Path, target: str
) -> None:
    content = made.read_bytes()
    head, blocks = parted(content)
    for changed in (blocks[:-1], [blocks[1], blocks[0], *blocks[2:]], [*blocks, blocks[-1]], blocks[1:], []):
        made.write_bytes(head + b"".join(changed))
        with pytest.raises(RecordError, match="damaged or was cut off"):
            restore(made, target, KEYS, actor=ADMIN)
    assert untouched(elsewhere, target)


def parted(content: bytes) -> tuple[bytes, list[bytes]]:
    """What anybody may read, and the blocks with their lengths."""
    at, pieces = 16, []
    while at < len(content):
        end = at + 4 + int.from_bytes(content[at : at + 4], "big")
        pieces.append(content[at:end])
        at = end
    return content[:16] + pieces[0], pieces[1:]


def untouched(elsewhere: Path, target: str) -> bool:
    """Whether the place is as empty as it was."""
    left = [one for one in names(elsewhere.parent) if one.startswith(("elsewhere", "again"))]
    if target.startswith("sqlite"):
        return left == []
    engine = restoring.make_engine(restoring.resolve(target))
    with engine.connect() as connection:
        tables = restoring.inspect(connection).get_table_names()
    engine.dispose()
    return left == [] and tables == []


def test_another_key_opens_nothing_and_is_named(made: Path, elsewhere: Path, target: str) -> None:
    with pytest.raises(RecordError, match=f"needs the key {KEYS.fingerprint}"):
        restore(made, target, OTHER, actor=ADMIN)
    assert untouched(elsewhere, target)


def test_with_a_key_of_its_own_it_needs_both(
    admin: Store, home: Path, elsewhere: Path, target: str, clock: Any
) -> None:
    done = back_up(admin, home / "own.backup", key=OTHER, check=False)
    assert done.key == OTHER.fingerprint
    with pytest.raises(RecordError, match=f"written with the key {OTHER.fingerprint}"):
        restore(done.path, target, KEYS, actor=ADMIN)
    both = Keys(OTHER.master, (KEYS.master,))
    assert restore(done.path, target, both, actor=ADMIN, clock=clock).found.ok


def test_the_keys_of_the_database_are_put_beside_it_where_there_are_none(
    made: Path, elsewhere: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KANGLU_KEY")
    restore(made, target, Keys(OTHER.master, (KEYS.master,)), actor=ADMIN)
    with record.open(target) as store:
        assert store.database.keys.masters == KEYS.masters


def test_nothing_is_overwritten(
    admin: Store, made: Path, elsewhere: Path, target: str, database_url: str, clock: Any
) -> None:
    with pytest.raises(RecordError, match="overwrites nothing"):
        restore(made, database_url, KEYS, actor=ADMIN)
    with pytest.raises(RecordError, match="there already"):
        back_up(admin, made)
    own = elsewhere / "data" / "catalogue" / "own.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    assert restore(made, target, KEYS, actor=ADMIN, clock=clock).left == ("catalogue/own.yaml",)
    assert own.read_text() == "mine"
    with pytest.raises(RecordError, match=r"overwrites nothing|recordings already"):
        restore(made, target, KEYS, actor=ADMIN)


def test_a_full_disk_leaves_no_half_backup(admin: Store, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = names(home)
    for where in ("_written", "check_backup"):
        with monkeypatch.context() as patch:
            patch.setattr(backup, where, full)
            with pytest.raises(RecordError, match=r"No space left.*No backup was made"):
                back_up(admin, home / "k.backup")
        assert names(home) == before


@pytest.mark.parametrize("step", ["_begun", "_verified", "_put"])
def test_a_restore_that_fails_anywhere_leaves_nothing(
    made: Path, elsewhere: Path, target: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(restoring, step, full)
    with pytest.raises(RecordError, match=r"No space left.*Nothing was restored"):
        restore(made, target, KEYS, actor=ADMIN)
    assert untouched(elsewhere, target)


def test_a_file_that_was_lost_before_is_named_and_does_not_stop_it(admin: Store, home: Path) -> None:
    shutil.rmtree(home / "media")
    done = back_up(admin, home / "k.backup")
    assert len(done.missing) == 1


def test_a_backup_and_a_restore_are_written_down_and_want_an_administrator(
    admin: Store, made: Path, elsewhere: Path, target: str, database_url: str, clock: Any
) -> None:
    restore(made, target, KEYS, actor=ADMIN, clock=clock)
    for url, action in ((database_url, "backup"), (target, "restore")):
        with record.open(url, actor=ADMIN, clock=clock) as store, store.database.reading() as connection:
            assert action in connection.scalars(text("SELECT action FROM audit_event")).all()
    manager = Actor("chen", "Chen", Role.HEALTH_MANAGER)
    with record.open(database_url, actor=manager, clock=clock) as store, pytest.raises(PermissionDenied):
        back_up(store, made.with_name("b"))
    with pytest.raises(PermissionDenied):
        restore(made, target, KEYS, actor=manager)


def test_a_restored_record_whose_log_was_broken_before_says_so(
    admin: Store, elsewhere: Path, home: Path, target: str, clock: Any
) -> None:
    with admin.database.writing() as connection:
        connection.execute(text("UPDATE audit_head SET seal = 'x'"))
    made = back_up(admin, home / "broken.backup", check=False)
    found = restore(made.path, target, KEYS, actor=ADMIN, clock=clock).found
    assert not found.ok
