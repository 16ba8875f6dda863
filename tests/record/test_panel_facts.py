"""What a panel hands to those who count: facts of one kind, as of its moment, each read audited."""

import json

import pytest
from sqlalchemy import select

from kanglu import record
from kanglu.errors import PermissionDenied
from kanglu.record.facts import Condition, Identifier, Observation, PersonStatement
from kanglu.record.tables import audit_event
from kanglu.trust import Actor, Role


@pytest.fixture
def three(store):
    """Three people; the first two are diabetic, each has two pressures, out of order, and a weight."""
    with store.batch("invented") as writer:
        ids = [writer.person(PersonStatement((Identifier("test", str(n)),), f"人{n}")) for n in (1, 2, 3)]
        for number, who in enumerate(ids):
            writer.add(Observation(who, "sbp", "2025-05-01", value=130.0 + number, unit="mm[Hg]"))
            writer.add(Observation(who, "sbp", "2024-05-01", value=120.0 + number, unit="mm[Hg]"))
            writer.add(Observation(who, "weight", "2025-05-01", value=60.0, unit="kg"))
        for who in ids[:2]:
            writer.add(Condition(who, None, None, "2020-01-01", display="2型糖尿病"))
    return ids


def read(facts):
    return list(zip(facts["person_id"], facts["effective"], facts["value"], strict=True))


def test_chosen_indicators_of_the_panel_s_people_by_person_and_time(store, three):
    first, second, _third = three
    assert read(store.panel("diabetes").facts("observation", ["sbp"])) == [
        (first, "2024-05-01", 120.0),
        (first, "2025-05-01", 130.0),
        (second, "2024-05-01", 121.0),
        (second, "2025-05-01", 131.0),
    ]


def test_all_indicators_unless_some_are_chosen(store, three):
    assert len(store.panel().facts("observation")) == 9
    assert store.panel().facts("observation", []).empty


def test_other_kinds_of_facts(store, three):
    assert store.panel().facts("condition")["person_id"].tolist() == three[:2]


def test_facts_as_of_the_panel_s_moment(store, three, clock):
    assert len(store.panel(as_of="2024-12-31", known="2026-06-30").facts("observation")) == 3
    assert store.panel(as_of="2024-12-31").facts("observation").empty, "nothing was known then"


def test_of_nobody_there_are_no_facts(store, three):
    nobody = store.panel("not all").facts("observation", ["sbp"])
    assert nobody.empty
    assert list(nobody.columns) == list(store.panel().facts("observation").columns)


def test_more_people_than_fit_a_query(store, three, monkeypatch):
    monkeypatch.setattr("kanglu.record.panel.PEOPLE_A_QUERY", 2)
    assert store.panel().facts("observation", ["weight"])["person_id"].tolist() == three


def test_each_person_read_is_a_row_of_the_audit(store, three):
    store.panel("diabetes").facts("observation", ["weight", "sbp"])
    query = select(audit_event).where(audit_event.c.action == "read facts").order_by(audit_event.c.id)
    with store.database.reading() as connection:
        rows = connection.execute(query).all()
    assert [row.person for row in rows] == ["K000001", "K000002"]
    assert json.loads(rows[0].detail) == {"indicators": ["sbp", "weight"], "kind": "observation"}


def test_who_may_see_no_facts_gets_none(database_url, store, three):
    panel = store.panel()
    operator = Actor("op", "op", Role.OPERATOR)
    with (
        record.open(database_url, actor=operator, purpose="administration") as opened,
        pytest.raises(PermissionDenied),
    ):
        opened.facts(panel.ids, "observation", panel.moment)
