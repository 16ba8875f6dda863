"""Looking a batch up afterwards: what it did, what it set aside, a page at a time."""

import pytest

from kanglu import record
from kanglu.errors import NotFound, PermissionDenied
from kanglu.record import Store
from kanglu.record.facts import Identifier, Observation, PersonStatement
from kanglu.record.receipt import Problem
from kanglu.trust import Actor, Role


def imported(store: Store, name: str, weight: float, wrong: int = 0) -> int:
    """A batch of one person with one weight, and so many lines that were set aside; gives its id."""
    with store.batch(name) as writer:
        writer.file(f"{name}.csv", name)
        writer.read("row", 1 + wrong)
        one = writer.person(PersonStatement((Identifier("mrn", "1"),), name="张三", source_key="1"))
        writer.add(Observation(one, "weight", "2026-01-02", value=weight, unit="kg", source_key="w"))
        for line in range(wrong):
            field = "身高" if line % 3 else "体重"
            writer.problem(f"{name}.csv", f"row {line + 2}", field, "It cannot be.", "Correct it.")
    return writer.id


def test_the_newest_batch_comes_first_with_its_counts(store: Store) -> None:
    imported(store, "first", 70)
    imported(store, "again", 70)
    imported(store, "corrected", 71, wrong=2)
    found, total = store.batch_list(limit=2)
    assert total == 3
    assert [(one.label, one.files, one.lines, one.people) for one in found] == [
        ("corrected", ("corrected.csv",), 2, 0),
        ("again", ("again.csv",), 0, 0),
    ]
    assert found[0].read == {"row": 3}
    assert (found[0].facts["corrected"], found[0].facts["quarantined"]) == (1, 2)
    assert found[1].facts["duplicate"] == 2
    [first], _ = store.batch_list(limit=2, offset=2)
    assert (first.label, first.people, first.undone) == ("first", 1, None)


def test_only_batches_of_a_kind_are_listed_when_asked_for(store: Store) -> None:
    imported(store, "file", 70)
    with store.batch("visit", kind="entry"):
        pass
    assert [one.label for one in store.batch_list("entry")[0]] == ["visit"]
    assert store.batch_list("import")[1] == 1


def test_what_was_set_aside_is_read_a_page_at_a_time_and_by_field(store: Store) -> None:
    number = imported(store, "a", 70, wrong=7)
    assert store.batch_problem_fields(number) == [("身高", 4), ("体重", 3)]
    [line] = store.batch_problems(number, limit=1, offset=1)
    assert line == Problem("a.csv", "row 3", "身高", "It cannot be.", "Correct it.")
    assert [one.row for one in store.batch_problems(number, field="体重")] == ["row 2", "row 5", "row 8"]
    assert len(store.batch_problems(number)) == 7


def test_what_all_batches_set_aside_is_one_list(store: Store) -> None:
    first, second = imported(store, "a", 70, wrong=2), imported(store, "b", 71, wrong=1)
    lines, total = store.set_aside()
    assert total == 3
    assert [(batch, one.row) for batch, one in lines] == [
        (second, "row 2"),
        (first, "row 2"),
        (first, "row 3"),
    ]
    assert [batch for batch, _ in store.set_aside(limit=1, offset=1)[0]] == [first]
    store.undo(second)
    assert {batch for batch, _ in store.set_aside()[0]} == {first}


def test_a_batch_that_was_undone_stays_to_be_looked_up(store: Store) -> None:
    number = imported(store, "a", 70, wrong=1)
    store.undo(number)
    found = store.batch_of(number)
    assert found.undone is not None
    assert (found.facts["new"], found.lines) == (2, 0)


def test_there_is_no_receipt_of_no_batch(store: Store) -> None:
    with pytest.raises(NotFound, match="no batch 7"):
        store.batch_of(7)
    assert store.batch_list() == ([], 0)


@pytest.mark.parametrize("role", list(Role))
def test_receipts_are_for_those_who_may_enter_facts(database_url: str, role: Role) -> None:
    with record.open(database_url) as store:
        number = imported(store, "a", 70, wrong=1)
    purpose = {Role.OPERATOR: "administration", Role.ANALYST: "analysis"}.get(role, "care")
    with record.open(database_url, actor=Actor("x", "X", role), purpose=purpose) as store:
        if role is Role.ANALYST:
            for asked in (store.batch_list, lambda: store.batch_of(1), lambda: store.batch_problems(1)):
                with pytest.raises(PermissionDenied):
                    asked()
        else:
            assert store.batch_of(number).label == "a"
            assert len(store.batch_problems(number)) == 1


def test_an_identity_number_states_birth_date_and_sex() -> None:
    from kanglu.record.identity import said_by_national_id, valid_national_id

    number = "11010519491231002x"
    assert valid_national_id(number)
    assert said_by_national_id(number) == ("1949-12-31", "female")
    assert said_by_national_id("110105491231001") == ("1949-12-31", "male")
