"""Dossiers: all facts of many people in a few queries, and a process that holds one and no database."""

import pickle
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import event

import kanglu
from kanglu.errors import PermissionDenied, RecordError
from kanglu.record import Store, prefetched
from kanglu.record import open as open_record
from kanglu.record.facts import Condition, Identifier, Observation, PersonStatement
from kanglu.record.frames import COLUMNS
from kanglu.trust import Actor, Role


@pytest.fixture
def peopled(store: Store) -> Store:
    """150 people; the n-th has n % 4 weights."""
    with store.batch("check-ups 2026") as writer:
        for number in range(1, 151):
            person = writer.person(
                PersonStatement((Identifier("mrn", str(number)),), f"人{number}", birth_date="1960-01-01")
            )
            writer.add_many(
                Observation(person, "weight", f"202{month}", value=60.0 + number, original_value="x")
                for month in range(number % 4, 0, -1)
            )
    return store


def test_each_person_gets_their_own_facts_in_order(peopled: Store) -> None:
    dossiers = list(peopled.dossiers([150, *range(1, 150), 3]))
    assert [one.person.id for one in dossiers] == list(range(1, 151))
    for one in dossiers:
        assert one.person.record_number == f"K{one.person.id:06d}"
        assert one.observations["value"].tolist() == [60.0 + one.person.id] * (one.person.id % 4)
        assert one.observations["effective"].is_monotonic_increasing
        assert set(one.observations["person_id"]) <= {one.person.id}
    assert dossiers[2].batches["label"].tolist() == ["check-ups 2026"]
    assert dossiers[2].last_recorded == "2026-06-30T01:00:00.000000Z"
    assert dossiers[3].last_recorded is None


def test_types_do_not_depend_on_the_content(peopled: Store) -> None:
    empty, full = peopled.dossier("K000004"), peopled.dossier("K000003")
    assert empty.observations.dtypes.to_dict() == full.observations.dtypes.to_dict()
    assert tuple(empty.observations.columns) == COLUMNS["observation"]
    for column in ("indicator", "effective", "value_code", "source"):
        assert isinstance(full.observations[column].dtype, pd.StringDtype)
    assert full.observations["value"].dtype == "float64"
    assert tuple(empty.conditions.columns) == COLUMNS["condition"]


def test_the_number_of_queries_does_not_grow_with_the_people(peopled: Store) -> None:
    def queries(ids: list[int]) -> int:
        seen: list[str] = []
        note = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(peopled.database.engine, "before_cursor_execute", note)
        list(peopled.dossiers(ids))
        event.remove(peopled.database.engine, "before_cursor_execute", note)
        return len(seen)

    queries([1])
    assert queries([1, 2]) == queries(list(range(1, 101)))


def test_a_dossier_travels(peopled: Store) -> None:
    sent = peopled.dossier("K000003")
    got = pickle.loads(pickle.dumps(sent))
    assert got.person == sent.person
    pd.testing.assert_frame_equal(got.observations, sent.observations)
    assert len(pickle.dumps(sent)) < 40_000  # not the other people's facts


def test_a_process_given_a_dossier_needs_no_database(peopled: Store, monkeypatch: Any) -> None:
    dossier = peopled.dossier("K000003")
    monkeypatch.setenv("KANGLU_DATABASE_URL", "sqlite:////nowhere/at/all.sqlite")
    with prefetched(dossier):
        store = kanglu.open(as_of="2026-06-30")
        assert store.dossier("k000003") is dossier
        assert store.as_of == dossier.as_of
        assert store.person("K000003").series("weight", since="2022")["value"].tolist() == [63.0, 63.0]
        assert store.person("K000003").dossier() is dossier
        with pytest.raises(RecordError, match="given the record of K000003, not of K000004"):
            store.dossier("K000004")
        with pytest.raises(RecordError, match="reads no database"):
            store.panel("all")
        with pytest.raises(RecordError, match="as of 2026-06-30"):
            kanglu.open(as_of="2025-12-31")
    with pytest.raises(RecordError, match="no Kanglu database"):
        kanglu.open()


def test_an_analyst_reads_pseudonyms(peopled: Store, database_url: str, clock: Any) -> None:
    analyst = Actor("an", "An", Role.ANALYST)
    with open_record(database_url, actor=analyst, purpose="analysis", clock=clock) as store:
        panel = store.panel("all")
        numbers = panel.record_numbers
        assert len(set(numbers)) == 150
        assert all(number.startswith("P") for number in numbers)
        assert panel.people["name"].tolist() == numbers
        one = store.dossier(numbers[2])
        assert one.person.id == 3
        assert one.person.name == one.person.record_number == numbers[2]
        assert store.person(numbers[2]).series("weight")["value"].tolist() == [63.0] * 3
        with pytest.raises(PermissionDenied):
            store.find("人3")


def test_an_operator_reads_no_clinical_value(peopled: Store, database_url: str, clock: Any) -> None:
    operator = Actor("op", "Op", Role.OPERATOR)
    with open_record(database_url, actor=operator, purpose="administration", clock=clock) as store:
        for read in (
            lambda: store.panel("all"),
            lambda: store.person("K000001"),
            lambda: store.dossier("K000001"),
            lambda: list(store.dossiers([1])),
            lambda: store.find("人"),
        ):
            with pytest.raises(PermissionDenied, match="may not read facts"):
                read()
        assert store.status()["people"] == 150


def test_withdrawn_and_future_facts_are_not_in_it(store: Store) -> None:
    with store.batch("b") as writer:
        person = writer.person(PersonStatement((Identifier("mrn", "1"),), "王芳"))
        writer.add(Condition(person, "icd10", "I10", "2027", display="高血压"))
        writer.add(Condition(person, "icd10", "E11", None, display="糖尿病", source_key="c/1"))
        gone = Condition(person, "icd10", "E11", None, status="entered-in-error", source_key="c/1")
        writer.add(gone)
    assert store.dossier("K000001").conditions.empty
