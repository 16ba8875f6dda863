"""An erased record: nothing of it is left but that it was there, and everything else goes on."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from tests import sounds
from tests.record.test_requesting import CHEN, DAY, DUE, HEAD, opened

from kanglu.errors import NotFound, PermissionDenied, RecordError
from kanglu.record import Store, tables
from kanglu.record.accounts import Accounts
from kanglu.record.erasing import EMPTIED
from kanglu.record.facts import CareTeam, Identifier, Media, Observation, PersonStatement, Telecom
from kanglu.trust import Actor, Role

ROOT = Actor("root", "root", Role.ADMIN)
NAME, PHONE, CARD = "欧阳不留", "13912345678", "SC-7781"
STAYS = {
    "rights_request": "that it was asked and decided, without its wording",
    "person_link": "emptied with a condition of its own",
}


def enter(store: Store, card: str = CARD) -> None:
    said = PersonStatement(
        (Identifier("mrn", "A1"), Identifier("card", card)), NAME, birth_date="1950-02-03",
        telecoms=(Telecom("phone", PHONE),), addresses=("幸福路 1 号",),
    )  # fmt: skip
    with store.batch("import") as writer:
        person = writer.person(said)
        writer.add(Observation(person, "weight", "2026-01-02", value=61.25))
        writer.add(CareTeam(person, "kanglu", "manager", "2026-01-02", practitioner="chen"))
        kept = store.keep_media(sounds.wav(1))
        writer.add(
            Media(person, "kanglu", "recording", "2026-01-02", about="x", sha256=kept.sha256,
                  content_type=kept.sound.content_type, location=kept.location)
        )  # fmt: skip
        writer.person(PersonStatement((Identifier("mrn", "B2"),), "一一"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KANGLU_MEDIA", str(tmp_path / "media"))
    return tmp_path


@pytest.fixture
def held(store: Store, clock: Any, home: Path) -> Store:
    clock.now = clock.now.replace(year=2026, month=1, day=10)
    enter(store)
    Accounts(store.database, clock).add(ROOT, CHEN.id, CHEN.name, CHEN.role)
    return store


def erased(store: Store, clock: Any) -> Any:
    chen, head = opened(store, CHEN, clock), opened(store, HEAD, clock)
    chen.save_draft("visit/K000001/2026-01-09", {"answers": {"note": NAME}})
    chen.save_draft("visit/K000002/2026-01-09", {})
    request = chen.receive_request(chen.person("K000001").view, "erasure", DAY, DUE, f"{NAME}要求删除")
    head.accept_request(request.id)
    return head.erase(request.id)


def test_nothing_is_left_in_any_table_that_knows_people(held: Store, clock: Any) -> None:
    done = erased(held, clock)
    assert (done.numbers, done.files) == (("K000001",), 1)
    knows = {table for table in tables.metadata.tables.values() if "person_id" in table.c}
    assert {table.name for table in knows - set(EMPTIED)} == set(STAYS)
    with held.database.reading() as connection:
        for table in knows - {tables.rights_request}:
            left = select(func.count()).select_from(table).where(table.c.person_id == 1)
            assert (table.name, connection.scalar(left)) == (table.name, 0)
        assert connection.scalar(select(func.count()).select_from(tables.name_key)) == connection.scalar(
            select(func.count()).select_from(tables.name_key).join(tables.demographics)
        )
        assert list(connection.scalars(select(tables.draft.c.key))) == ["visit/K000002/2026-01-09"]
    request = opened(held, HEAD, clock).rights_requests()[0]
    assert (request.state, request.wording, request.decided_by) == ("done", "", "head")


def test_the_files_of_recordings_go_too(held: Store, clock: Any, home: Path) -> None:
    assert len(list((home / "media").iterdir())) == 1
    erased(held, clock)
    assert list((home / "media").iterdir()) == []


def test_the_database_file_holds_nothing_of_it(held: Store, clock: Any, backend: str) -> None:
    if backend != "sqlite":
        pytest.skip("PostgreSQL overwrites in its own time")
    path = Path(str(held.database.url.database))
    before = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    erased(held, clock)
    after = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    assert NAME.encode() in before
    assert NAME.encode() not in after


def test_it_is_nowhere_and_everybody_else_is(held: Store, clock: Any) -> None:
    erased(held, clock)
    assert held.everybody() == [2]
    assert list(held.panel("all").ids) == [2]
    assert list(held.panel("all", as_of="2026-01-10").ids) == [2]
    for text in ("K000001", NAME, PHONE, CARD):
        assert held.find(text) == []
    with pytest.raises(NotFound, match="was erased on 2026-01-10"):
        held.person("K000001")
    with pytest.raises(NotFound):
        held.open_with_reason("K000001", "x")
    assert held.status()["people"] == 1
    assert held.people_to_evaluate(date(2026, 1, 11), "r") == [2]


def test_the_chain_and_the_record_verify(held: Store, clock: Any) -> None:
    erased(held, clock)
    assert held.verify().ok
    with held.database.writing() as connection:
        left = tables.address.insert().values(
            id=99, person_id=1, batch_id=1, recorded="x", blind_index="x", cipher="x"
        )
        connection.execute(left)
    assert "address: 1 rows say something of somebody whose record was erased" in held.verify().faults


def test_the_number_is_not_given_again_and_the_same_card_is_somebody_new(held: Store, clock: Any) -> None:
    erased(held, clock)
    enter(held)
    assert [one.record_number for one in held.find(CARD)] == ["K000003"]


def test_what_was_merged_into_it_goes_with_it(held: Store, clock: Any) -> None:
    with held.batch("c") as writer:
        writer.person(PersonStatement((Identifier("mrn", "C3"),), "三三"))
    held.merge("K000001", "K000003", "same")
    assert erased(held, clock).numbers == ("K000001", "K000003")
    assert held.everybody() == [2]


def test_it_cannot_be_taken_back(held: Store, clock: Any) -> None:
    erased(held, clock)
    last = int(held.batches()["id"].max())
    with pytest.raises(RecordError, match="cannot be brought back"):
        held.undo(last)
    with pytest.raises(RecordError, match="request 1 is about"):
        held.undo(1)


def test_whoever_entered_it_does_not_erase_alone(held: Store, clock: Any) -> None:
    head = opened(held, HEAD, clock)
    request = head.receive_request(head.person("K000001").view, "erasure", DAY, DUE, "x")
    for decide in (head.accept_request, head.erase, lambda id: head.refuse_request(id, "x")):
        with pytest.raises(PermissionDenied, match="alone"):
            decide(request.id)


def test_only_what_asks_for_an_erasure_erases(held: Store, clock: Any) -> None:
    chen, head = opened(held, CHEN, clock), opened(held, HEAD, clock)
    request = chen.receive_request(chen.person("K000001").view, "export", DAY, DUE, "x")
    head.accept_request(request.id)
    with pytest.raises(RecordError, match="asks for export"):
        head.erase(request.id)
    with pytest.raises(RecordError, match="by erasing"):
        made = chen.receive_request(chen.person("K000001").view, "erasure", DAY, DUE, "x")
        head.accept_request(made.id)
        head.finish_request(made.id, "done")
    assert held.everybody() == [1, 2]
