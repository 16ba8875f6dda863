"""The disk is full: it is said, nothing half-written stays, and with room again it goes on by itself."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
from sqlalchemy import event
from tests.conftest import _sibling
from tests.faults.conftest import NUMBER, ROOT, Ground, house, window  # noqa: F401  fixtures

from kanglu.care import consents
from kanglu.care.recordings import attach
from kanglu.errors import Full, RecordError
from kanglu.intake.waiting import Waiting
from kanglu.record.facts import Observation
from kanglu.trust import ConsentPurpose

SAID = "服务器磁盘空间不足"


@pytest.fixture
def ground(tmp_path, monkeypatch) -> Ground:
    """A file, on a disk that can be filled."""
    from tests.apps.conftest import KEY

    monkeypatch.setenv("KANGLU_KEY", KEY)
    monkeypatch.setenv("KANGLU_HOME", str(tmp_path))
    monkeypatch.setenv("KANGLU_MEDIA", str(tmp_path / "media"))
    return Ground(f"sqlite:///{tmp_path / 'kanglu.sqlite'}", lambda: None, lambda: None)


@contextmanager
def no_room(database) -> Iterator[None]:
    """As where the disk has room for what is there and no more."""

    def fill(connection, _entry) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # SQLite makes it as many as there are

    event.listen(database.engine, "connect", fill)
    database.engine.dispose()
    yield
    event.remove(database.engine, "connect", fill)
    database.engine.dispose()


@contextmanager
def small_files(most: int) -> Iterator[None]:
    """No file may grow beyond so many bytes."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_an_import_that_finds_no_room_leaves_nothing_and_goes_through_later(house):  # noqa: F811
    store = house.house.store(ROOT)
    before = store.status()

    def entered() -> None:
        with store.batch("many") as writer:
            writer.add_many(Observation(1, "weight", "2026-01-05", value=float(n)) for n in range(20_000))

    with no_room(store.database), pytest.raises(Full, match="full"):
        entered()
    assert store.status() == before
    assert store.verify().ok
    entered()
    assert store.status()["facts"]["observation"] == 20_000


def test_a_draft_that_finds_no_room_is_sent_again_later(house, window):  # noqa: F811
    page = window(f"/visit/{NUMBER}?form=phq9")
    said = {"doubt": "x" * 60_000, "phq9_1": "2"}
    with no_room(house.house.database):
        answer = page.act("confirm", **said)
        assert answer["later"]
        assert SAID in answer["say"][0]["text"]
    assert page.act("confirm", **said)["ok"]


def test_files_that_find_no_room_are_not_kept_in_part(house):  # noqa: F811
    content = b"1,2\n" * 100_000
    folder = house.house.folder / "data" / "arriving"
    with house.http("chen") as client:
        with small_files(150_000):
            answer = client.post("/intake/files", files={"files": ("a.csv", content)})
        assert answer.status_code == 503
        assert SAID in answer.json()["error"]
        assert list(folder.iterdir()) == []
        assert client.post("/intake/files", files={"files": ("a.csv", content)}).status_code == 200


def test_a_recording_that_finds_no_room_is_not_kept_in_part(house):  # noqa: F811
    store, now = house.house.store(ROOT), house.clock()
    consents.allow(store, NUMBER, ConsentPurpose.RECORDING, now.date(), "asked", "root")
    sound = _sibling("sounds").wav(40)

    def keep():
        return attach(store, NUMBER, "call", sound, now.replace(tzinfo=None), "root")

    with small_files(200_000), pytest.raises(RecordError, match="cannot be kept"):
        keep()
    assert [one for one in (house.house.folder / "media").iterdir() if one.suffix == ".enc"] == []
    assert keep().seconds == 40
    assert store.verify().ok


def test_a_sealed_file_is_whole_or_not_there(tmp_path, house):  # noqa: F811
    waiting = Waiting(tmp_path / "arriving", house.house.database.keys)
    with small_files(1 << 20), pytest.raises(OSError, match="large"):
        waiting.bring([("a.csv", BytesIO(bytes(5 << 20)))], "chen", house.clock())
    assert list(waiting.folder.iterdir()) == []
