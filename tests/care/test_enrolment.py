"""From an opened card to a doctor and a manager."""

from datetime import date
from typing import Any

import pytest
from tests.care.ruled import TODAY, book, carer, enter, people

from kanglu.care.enrolment import Assigned, Card, assign_doctor, enrol, leave, open_card
from kanglu.care.evaluation import evaluate
from kanglu.care.tasks import tasks
from kanglu.errors import NotFound, RecordError
from kanglu.record import Store
from kanglu.record.facts import NATIONAL_ID, EpisodeOfCare, Identifier, PersonStatement

IDENTITY = "11010519491231002X"
STATEMENT = PersonStatement((Identifier(NATIONAL_ID, IDENTITY),), name="张三", sex="female")


def team(store: Store, number: str = "K000001") -> list[tuple[str, str, str, str | None]]:
    """Role, member, first day and end, as the record has them."""
    held = store.dossier(number).care_team.astype(object)
    held = held.where(held.notna(), other=None)
    return sorted(
        held[["code", "practitioner", "effective", "effective_end"]].itertuples(index=False, name=None),
        key=lambda row: (row[0], row[2], row[1]),
    )


def open_tasks(store: Store) -> list[tuple[str, str | None]]:
    """Code and owner of what is open after an evaluation."""
    evaluate(store, book())
    found = tasks(store, store.panel(), rules=book())
    found = found[~found["state"].isin(["done", "failed", "cancelled"])]
    return list(found[["code", "owner"]].itertuples(index=False, name=None))


# -- M01 -----------------------------------------------------------------------------------------------


def test_a_card_asks_for_a_doctor_and_a_doctor_for_the_record(store: Store, clock: Any) -> None:
    """Wang has one client, Zhao none: Zhao becomes the manager and owns the one task that follows."""
    people(store, "李四")
    enter(store, carer(1, "wang"))
    card = open_card(store, STATEMENT, TODAY, "reception")
    assert card == Card("K000002", "2026-06-30", new_person=True, new_card=True)
    assert open_tasks(store) == [("assign_doctor", None)]
    clock.pass_days(1)
    assert assign_doctor(store, "K000002", "dr_li", store.as_of, rules=book()) == Assigned("dr_li", "zhao")
    assert open_tasks(store) == [("complete_record", "zhao")]
    closed = tasks(store, [2], rules=book()).set_index("code").loc["assign_doctor"]
    assert (closed["state"], closed["reason"]) == ("done", "care_team")


def test_a_doctor_of_the_same_day_leaves_one_task_open(store: Store) -> None:
    open_card(store, STATEMENT, TODAY, "reception")
    assert open_tasks(store) == [("assign_doctor", None)]
    assign_doctor(store, "K000001", "dr_li", TODAY, rules=book())
    assert open_tasks(store) == [("complete_record", "wang")]


def test_the_same_identity_card_finds_the_person_and_opens_no_second(store: Store) -> None:
    open_card(store, STATEMENT, date(2026, 6, 1), "reception")
    again = PersonStatement((Identifier(NATIONAL_ID, IDENTITY.lower()),))
    assert open_card(store, again, TODAY, "other") == Card("K000001", "2026-06-01", False, False)
    assert store.people_count() == 1
    assert len(store.dossier("K000001").episodes) == 1


def test_a_card_entered_late_is_no_second_one(store: Store) -> None:
    open_card(store, STATEMENT, date(2026, 6, 20), "reception")
    assert open_card(store, STATEMENT, date(2026, 6, 1), "other").since == "2026-06-20"
    with pytest.raises(RecordError, match="enrolled in card since 2026-06-20"):
        enrol(store, "K000001", "card", date(2026, 6, 1), rules=book())


def test_a_card_that_was_closed_is_opened_anew(store: Store) -> None:
    open_card(store, STATEMENT, date(2026, 6, 1), "reception")
    leave(store, "K000001", "card", date(2026, 6, 10), "moved")
    assert open_card(store, STATEMENT, TODAY, "reception") == Card("K000001", "2026-06-30", False, True)


def test_a_person_known_from_elsewhere_gets_a_card(store: Store) -> None:
    people(store, "张三")
    card = open_card(store, PersonStatement((Identifier("mrn", "张三"),)), TODAY, "reception")
    assert card == Card("K000001", "2026-06-30", new_person=False, new_card=True)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (PersonStatement(()), "no identifier says who this is"),
        (PersonStatement((Identifier(NATIONAL_ID, "110105194912310021"),)), "wrong length or check digit"),
        (
            PersonStatement((Identifier("mrn", "7"), Identifier(NATIONAL_ID, "110105194912310021"))),
            "wrong length or check digit",
        ),
    ],
)
def test_a_card_for_nobody_in_particular_is_refused(
    store: Store, statement: PersonStatement, says: str
) -> None:
    with pytest.raises(RecordError, match=says):
        open_card(store, statement, TODAY, "reception")
    assert store.people_count() == 0


def test_a_card_of_tomorrow_is_refused(store: Store) -> None:
    with pytest.raises(RecordError, match="2026-07-01 lies ahead: today is 2026-06-30"):
        open_card(store, STATEMENT, date(2026, 7, 1), "reception")


# -- programmes ----------------------------------------------------------------------------------------


def episodes(store: Store) -> list[tuple[object, ...]]:
    held = store.dossier("K000001").episodes.astype(object)
    held = held.where(held.notna(), other=None)
    columns = ["code", "effective", "effective_end", "clinical_status", "reason"]
    return list(held[columns].itertuples(index=False, name=None))


def test_a_person_is_enrolled_once_and_leaves(store: Store) -> None:
    people(store, "张三")
    enrol(store, "K000001", "hypertension", date(2026, 6, 1), rules=book())
    with pytest.raises(RecordError, match="enrolled in hypertension since 2026-06-01"):
        enrol(store, "K000001", "hypertension", TODAY, rules=book())
    leave(store, "K000001", "hypertension", date(2026, 6, 20), "moved")
    assert episodes(store) == [("hypertension", "2026-06-01", "2026-06-20", "finished", "moved")]
    enrol(store, "K000001", "hypertension", date(2026, 6, 20), rules=book())
    assert len(episodes(store)) == 2


def test_what_a_source_without_identity_stated_is_ended_too(store: Store) -> None:
    people(store, "张三")
    enter(store, EpisodeOfCare(1, None, "hypertension", "2024", clinical_status="active"))
    leave(store, "K000001", "hypertension", TODAY, "declined")
    assert episodes(store) == [("hypertension", "2024", "2026-06-30", "finished", "declined")]


def test_enrolling_nonsense_is_refused(store: Store) -> None:
    people(store, "张三")
    with pytest.raises(RecordError, match=r"'hypertensoin' is no programme. Did you mean 'hypertension'"):
        enrol(store, "K000001", "hypertensoin", TODAY, rules=book())
    with pytest.raises(RecordError, match="is not enrolled in 'hypertension'"):
        leave(store, "K000001", "hypertension", TODAY, "moved")
    with pytest.raises(RecordError, match="needs a reason"):
        leave(store, "K000001", "hypertension", TODAY, " ")
    with pytest.raises(NotFound):
        enrol(store, "K000002", "hypertension", TODAY, rules=book())
    assert episodes(store) == []


# -- who looks after whom ------------------------------------------------------------------------------


def test_of_managers_with_as_few_clients_the_first_by_id(store: Store) -> None:
    people(store, "张三")
    assert assign_doctor(store, "K000001", "dr_li", TODAY, rules=book()).manager == "wang"


def test_clients_are_counted_on_the_day_and_once_each(store: Store) -> None:
    """Wang had two clients, of whom one left today; Zhao has two, one of them stated twice."""
    people(store, "张三", "李四", "王五", "赵六", "孙七")
    enter(
        store,
        carer(2, "wang", effective_end="2026-06-30"),
        carer(3, "wang"),
        carer(4, "zhao"),
        carer(4, "zhao", since="2025-01-01"),
        carer(5, "zhao"),
    )
    assert assign_doctor(store, "K000001", "dr_li", TODAY, rules=book()).manager == "wang"


def test_a_new_doctor_ends_the_old_and_keeps_a_manager_who_stays(store: Store) -> None:
    people(store, "张三", "李四")
    enter(store, carer(2, "wang"))
    assign_doctor(store, "K000001", "dr_li", date(2026, 6, 1), rules=book())
    assign_doctor(store, "K000001", "dr_he", TODAY, rules=book())
    assert team(store) == [
        ("doctor", "dr_li", "2026-06-01", "2026-06-30"),
        ("doctor", "dr_he", "2026-06-30", None),
        ("manager", "zhao", "2026-06-01", None),
    ]


def test_a_new_manager_ends_the_old(store: Store) -> None:
    people(store, "张三")
    enter(store, carer(1, "wang"))
    assign_doctor(store, "K000001", "dr_he", TODAY, rules=book())
    assert team(store) == [
        ("doctor", "dr_he", "2026-06-30", None),
        ("manager", "wang", "2026-01-01", "2026-06-30"),
        ("manager", "zhao", "2026-06-30", None),
    ]


@pytest.mark.parametrize(
    ("doctor", "says"),
    [
        ("dr_lee", "'dr_lee' is no doctor of the staff. Did you mean 'dr_li'"),
        ("wang", "'wang' is no doctor of the staff"),
        ("dr_alone", r"No manager is bound to 孤医生 \(dr_alone\)"),
    ],
)
def test_a_doctor_who_cannot_be_assigned_is_refused(store: Store, doctor: str, says: str) -> None:
    people(store, "张三")
    with pytest.raises(RecordError, match=says):
        assign_doctor(store, "K000001", doctor, TODAY, rules=book())
    assert team(store) == []


def test_nobody_is_assigned_before_those_who_came_later(store: Store) -> None:
    people(store, "张三")
    assign_doctor(store, "K000001", "dr_li", date(2026, 6, 20), rules=book())
    with pytest.raises(RecordError, match="dr_li has the person since 2026-06-20"):
        assign_doctor(store, "K000001", "dr_he", date(2026, 6, 1), rules=book())
    assert len(team(store)) == 2


def test_the_same_doctor_is_not_assigned_twice(store: Store) -> None:
    people(store, "张三")
    assign_doctor(store, "K000001", "dr_li", TODAY, rules=book())
    with pytest.raises(RecordError, match="is the person's doctor already"):
        assign_doctor(store, "K000001", "dr_li", TODAY, rules=book())
    assert len(team(store)) == 2
