"""Files that arrive are taken in and evaluated at once; and who looks after whom."""

from io import BytesIO
from pathlib import Path

from tests.care.ruled import TODAY, book, carer, enter, people

from kanglu import record
from kanglu.care.arriving import look_again, take_in, take_in_waiting
from kanglu.care.caseload import loads, standing
from kanglu.care.enrolment import assign_doctor, enrol, open_card
from kanglu.care.tasks import tasks
from kanglu.intake.waiting import Waiting
from kanglu.record import Store
from kanglu.record.facts import Identifier, PersonStatement
from kanglu.trust import Actor, Role

CRITICAL = "体检号,日期,收缩压(mmHg),舒张压(mmHg),钾(mmol/L)\n1,2026-06-30,210,125,7.1\n"


def test_a_critical_value_in_a_file_is_a_task_when_the_file_is_in(store: Store, tmp_path: Path) -> None:
    waiting = Waiting(tmp_path, store.database.keys)
    lot = waiting.bring([("a.csv", BytesIO(CRITICAL.encode()))], store.actor.id, store.clock())
    said: list[tuple[int, int]] = []
    found = take_in_waiting(store, lambda *how: said.append(how), folder=str(tmp_path), lot=lot.id)
    assert found["batch"] == 1
    assert found["facts"]["new"] > 0
    assert found["given"]["task"] > 0
    assert said[0] == (1, 0)
    assert said[-1] == (1, 1)
    assert not lot.folder.exists()
    open_ = tasks(store, store.panel())
    assert not open_[open_["priority"] == open_["priority"].max()].empty


def test_the_same_file_again_changes_nothing_and_asks_the_rules_nothing(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CRITICAL, encoding="utf-8")
    first = take_in(store, lambda *_: None, [str(tmp_path / "a.csv")])
    again = take_in(store, lambda *_: None, [str(tmp_path / "a.csv")])
    assert again["facts"]["new"] == again["facts"]["corrected"] == 0
    assert again["facts"]["duplicate"] == first["facts"]["new"]
    assert again["given"] == {}


def test_what_was_taken_back_is_asked_for_no_more(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CRITICAL, encoding="utf-8")
    people(store, "张三")
    with store.batch("number") as writer:
        writer.person(PersonStatement((Identifier("mrn", "张三"), Identifier("table:体检号", "1"))))
    found = take_in(store, lambda *_: None, [str(tmp_path / "a.csv")])
    assert found["given"]["task"] > 0
    store.undo(found["batch"])
    look_again(store, lambda *_: None)
    left = tasks(store, store.panel())
    assert set(left["state"]) <= {"cancelled", "done", "failed"}


def test_who_may_read_no_facts_has_them_taken_in_and_no_more(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CRITICAL, encoding="utf-8")
    operator = Actor("ou", "欧工", Role.OPERATOR)
    with record.open(database_url, actor=operator, purpose="administration") as store:
        found = take_in(store, lambda *_: None, [str(tmp_path / "a.csv")])
    assert (found["batch"], found["given"]) == (1, {})


def test_what_cannot_be_read_at_all_waits_on_and_is_named(store: Store, tmp_path: Path) -> None:
    waiting = Waiting(tmp_path, store.database.keys)
    lot = waiting.bring([("a.csv", BytesIO(b"%PDF-1.7"))], store.actor.id, store.clock())
    found = take_in_waiting(store, lambda *_: None, folder=str(tmp_path), lot=lot.id)
    assert found["batch"] is None
    [[name, reason, remedy]] = found["refused"]
    assert (name, reason) == ("a.csv", "It is a PDF.")
    assert remedy
    assert lot.folder.exists()


def test_managers_are_listed_by_how_few_clients_they_have(store: Store) -> None:
    one, two, three = people(store, "甲", "乙", "丙")
    enter(store, carer(one, "wang"), carer(two, "wang"), carer(three, "zhao"))
    assert [(load.member.id, load.clients) for load in loads(store, book(), TODAY)] == [
        ("zhao", 1),
        ("wang", 2),
    ]
    assert [load.member.id for load in loads(store, book(), TODAY, "dr_he")] == ["zhao"]
    assert loads(store, book(), TODAY, "dr_alone") == []


def test_a_person_stands_in_programmes_and_with_a_doctor(store: Store) -> None:
    open_card(store, PersonStatement((Identifier("mrn", "1"),), name="张三"), TODAY, "reception")
    assert standing(store.dossier("K000001")).programmes == {"card": "2026-06-30"}
    enrol(store, "K000001", "hypertension", TODAY, rules=book())
    assign_doctor(store, "K000001", "dr_he", TODAY, rules=book())
    found = standing(store.dossier("K000001"))
    assert found.programmes == {"card": "2026-06-30", "hypertension": "2026-06-30"}
    assert (found.doctor, found.manager) == ("dr_he", "zhao")
