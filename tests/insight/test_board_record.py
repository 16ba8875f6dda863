"""The board over a record: read once, every cell opens its list, and each role sees what it may."""

from datetime import date

import numpy as np
import pytest

from kanglu import record
from kanglu.demo.rules import demo_rules
from kanglu.errors import PermissionDenied
from kanglu.insight.board import Chosen, Kept, board, listed, read, shown
from kanglu.record.facts import (
    CareTeam,
    Communication,
    Condition,
    EpisodeOfCare,
    Identifier,
    Observation,
    PersonStatement,
)
from kanglu.record.rulings import Ruling
from kanglu.trust import Actor, Role

AS_OF = date(2026, 6, 30)
MANAGED = 12


@pytest.fixture
def filled(store):
    """Twelve enrolled people, all with a task due; three of them not in target."""
    with store.batch("invented") as writer:
        ids = [
            writer.person(PersonStatement((Identifier("test", str(at)),), f"人{at}", "female", "1980-01-01"))
            for at in range(MANAGED)
        ]
        for at, one in enumerate(ids):
            writer.add(EpisodeOfCare(one, "kanglu", "hypertension", "2025-01-01", clinical_status="active"))
            writer.add(CareTeam(one, "kanglu", "doctor", "2025-01-01", practitioner="zhou"))
            writer.add(Condition(one, None, None, "2020-01-01", display="高血压"))
            for name, value in (("sbp", 150 if at < 3 else 120), ("dbp", 80)):
                writer.add(Observation(one, name, "2026-06-01", value=float(value), unit="mmHg"))
        writer.add(
            Communication(
                ids[0], None, None, "2026-06-20", direction="out", channel="phone", outcome="refused",
                reason="cost",
            )
        )  # fmt: skip
    run = store.begin_evaluation(AS_OF, AS_OF, "revision", "full", MANAGED)
    given = [
        Ruling(
            one, "task", "follow_up", "htn.visit.controlled", 1, "2026-03-31", 0, "2026-03-31", None, "open",
            None, "2026-06-16", "2026-06-30", None, 50, "manager", None, None, "{}",
        )
        for one in ids
    ]  # fmt: skip
    store.write_results(run, AS_OF, "revision", given, [], [(one, None) for one in ids])
    store.complete_evaluation(run, {})
    return store


@pytest.fixture
def backend():
    """What is counted is the same whatever database the facts come from."""
    return "sqlite"


def deeds(store):
    """How many rows of the audit log there are of each action."""
    from collections import Counter

    from sqlalchemy import select

    from kanglu.record.tables import audit_event

    with store.database.reading() as connection:
        return Counter(connection.scalars(select(audit_event.c.action)))


def opened_as(store, url, role, clock):
    purpose = "analysis" if role is Role.ANALYST else "care"
    return record.open(url, actor=Actor("somebody", "somebody", role), purpose=purpose, clock=clock)


def test_the_board_of_a_record_is_one_row_of_the_audit_log_and_its_list_one_a_person(filled):
    before = deeds(filled)
    found = board(read(filled, AS_OF, rules=demo_rules()))
    [row] = [one for one in found.register if one.programme.id == "hypertension"]
    counts = {state: cell.n for state, cell in row.cells.items()}
    assert counts == {
        "enrolled": 12, "due": 12, "overdue": 0, "in_target": 9, "not_in_target": 3, "not_measured": 0,
        "never_visited": 12, "lost": 0,
    }  # fmt: skip
    assert found.evaluated == "2026-06-30"
    assert [(one.barrier.id, one.share.numerator.n) for one in found.barriers.rows] == [("cost", 1)]
    assert deeds(filled) - before == {"read for rules": 1}
    page = listed(filled, found, "register/hypertension/not_in_target", size=2)
    assert (page.total, len(page.rows)) == (3, 2)
    assert (page.rows[0].name, page.rows[0].age) == ("人0", 46)
    assert page.rows[0].because.values == (150, 80)
    assert (deeds(filled) - before)["read identity"] == 2
    [last] = listed(filled, found, "register/hypertension/not_in_target", start=2, size=2).rows
    assert last.name == "人2"


def test_every_cell_lists_as_many_as_it_counts(filled):
    found = board(read(filled, AS_OF, rules=demo_rules()))
    for cell in found.cells.values():
        assert len(cell.people) <= cell.n
        assert (cell.n == 0) == (cell.people == ())
    assert len(listed(filled, found, "residents/all").rows) == found.residents.all.n == 12


def test_an_analyst_sees_no_small_cell_and_pseudonyms_in_the_others(filled, database_url, clock):
    with opened_as(filled, database_url, Role.ANALYST, clock) as store:
        found = board(read(store, AS_OF, rules=demo_rules()))
        numbers = shown(found, store.actor)
        assert numbers["register/hypertension/enrolled"] == 12
        assert numbers["register/hypertension/not_in_target"] is None
        assert numbers["register/hypertension/in_target"] is None  # 12 - 9 is known to be few
        assert numbers["register/hypertension/overdue"] == 0
        with pytest.raises(PermissionDenied):
            listed(store, found, "register/hypertension/not_in_target")
        row = listed(store, found, "register/hypertension/enrolled").rows[0]
        assert not row.record_number.startswith("K0")
        assert row.name == row.record_number


def test_nothing_that_is_hidden_on_the_board_follows_from_what_is_shown(filled, database_url, clock):
    with opened_as(filled, database_url, Role.ANALYST, clock) as store:
        found = board(read(store, AS_OF, rules=demo_rules()))
        numbers = shown(found, store.actor)
    row_of = {key: np.bincount(cell.each, minlength=20) for key, cell in found.cells.items()}
    known = np.array([row_of["people"] > 0, *(row_of[key] for key, n in numbers.items() if n is not None)])
    rank = np.linalg.matrix_rank(known)
    hidden = [key for key, n in numbers.items() if n is None]
    assert hidden
    assert [key for key in hidden if np.linalg.matrix_rank(np.vstack([known, row_of[key]])) == rank] == []
    assert {n for n in numbers.values() if n is not None} & {1, 2, 3, 4} == set()


@pytest.mark.parametrize("chosen", [Chosen("he_min"), Chosen(None, "hypertension")])
def test_no_board_of_some_is_there_for_an_analyst_to_subtract_from_that_of_all(
    filled, database_url, clock, chosen
):
    """Each of the two hides its own small cells; their difference would be nobody's."""
    assert shown(board(read(filled, AS_OF, rules=demo_rules()), chosen), filled.actor)["people"] is not None
    with opened_as(filled, database_url, Role.ANALYST, clock) as store:
        some = board(read(store, AS_OF, rules=demo_rules()), chosen)
        with pytest.raises(PermissionDenied, match="board of everybody only"):
            shown(some, store.actor)
        with pytest.raises(PermissionDenied, match="board of everybody only"):
            listed(store, some, "people")


def test_what_is_counted_of_a_cell_is_whose_each_is(filled):
    for cell in board(read(filled, AS_OF, rules=demo_rules())).cells.values():
        assert len(cell.each) == cell.n
        assert sorted(set(cell.each.tolist())) == sorted(cell.people)


def test_a_manager_sees_all_numbers(filled):
    found = board(read(filled, AS_OF, rules=demo_rules()))
    assert shown(found, filled.actor)["register/hypertension/not_in_target"] == 3


def test_a_role_that_reads_no_facts_lists_nobody(filled, database_url, clock):
    operator = Actor("op", "op", Role.OPERATOR)
    found = board(read(filled, AS_OF, rules=demo_rules()))
    with (
        record.open(database_url, actor=operator, purpose="administration", clock=clock) as store,
        pytest.raises(PermissionDenied),
    ):
        listed(store, found, "register/hypertension/enrolled")


def test_the_stamp_changes_with_facts_results_and_undoing(filled):
    first = filled.stamp()
    assert filled.stamp() == first
    with filled.batch("more") as writer:
        writer.person(PersonStatement((Identifier("test", "new"),), "新人", "male", "1980-01-01"))
    second = filled.stamp()
    filled.undo(writer.id)
    third = filled.stamp()
    filled.begin_evaluation(AS_OF, AS_OF, "revision", "full", MANAGED)
    assert len({first, second, third, filled.stamp()}) == 4


def test_a_board_is_counted_once_until_something_changes(filled):
    kept = Kept()
    assert kept.known(filled, AS_OF, Chosen()) is None
    first = kept.board(filled, AS_OF, Chosen())
    assert kept.board(filled, AS_OF, Chosen()) is first
    assert kept.board(filled, AS_OF, Chosen(programme="hypertension")).sources is not first.sources
    with filled.batch("more") as writer:
        writer.person(PersonStatement((Identifier("test", "new"),), "新人", "male", "1980-01-01"))
    assert kept.board(filled, AS_OF, Chosen()).people.n == first.people.n + 1


def test_what_is_kept_of_one_role_is_not_given_to_another(filled, database_url, clock):
    kept = Kept()
    first = kept.board(filled, AS_OF, Chosen())
    with opened_as(filled, database_url, Role.ANALYST, clock) as store:
        assert kept.board(store, AS_OF, Chosen()) is not first
    with (
        record.open(
            database_url, actor=Actor("op", "op", Role.OPERATOR), purpose="administration", clock=clock
        ) as store,
        pytest.raises(PermissionDenied),
    ):
        kept.board(store, AS_OF, Chosen())
