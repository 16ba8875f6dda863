"""What the service did is kept as facts; what the rules gave stands beside them and in nobody's way."""

import pytest
from alembic import command
from sqlalchemy import insert, select, text

from kanglu import record
from kanglu.errors import RecordError
from kanglu.record import Store, tables
from kanglu.record.database import make_engine, resolve
from kanglu.record.facts import (
    Appointment,
    CareTeam,
    Communication,
    Condition,
    Consent,
    EpisodeOfCare,
    Fact,
    Flag,
    Identifier,
    Media,
    PersonStatement,
    QuestionnaireResponse,
    TaskChange,
)
from kanglu.record.setup import config
from kanglu.record.undo import AT_ONCE

ZHANG = PersonStatement((Identifier("mrn", "1"),), name="张三", source_key="Patient/1")
LI = PersonStatement((Identifier("mrn", "2"),), name="李四", source_key="Patient/2")
GIVEN = [
    ("communications", Communication(1, None, "htn-followup", "2026-06-01T10:05:00", direction="out",
                                     channel="phone", outcome="no_answer", about="htn/1/2026Q2")),
    ("appointments", Appointment(1, None, "clinic", "2026-08-03T09:00:00", clinical_status="booked",
                                 booked="2026-06-01")),
    ("episodes", EpisodeOfCare(1, None, "hypertension", "2026-01-01", clinical_status="active")),
    ("care_team", CareTeam(1, None, "manager", "2026-01-01", practitioner="wang")),
    ("flags", Flag(1, None, "lives-alone", "2026-05-01", clinical_status="active")),
    ("task_changes", TaskChange(1, None, "snoozed", "2026-06-02T08:00:00", task="htn/1/2026Q2",
                                until="2026-06-20", owner="wang", reason="away")),
    ("responses", QuestionnaireResponse(1, None, "phq9", "2026-06-03", clinical_status="completed",
                                        version="1", answers='{"phq9_1": "2"}', author="wang")),
    ("media", Media(1, None, "recording", "2026-06-03T10:00:00", about="htn/1/2026Q2", author="wang",
                    content_type="audio/wav", seconds=61.5, sha256="ab", location="ab.enc")),
    ("consents", Consent(1, None, "recording", "2026-06-01", clinical_status="active",
                         evidence="signed form 12", author="wang")),
]  # fmt: skip


def enter(store: Store, *facts: Fact, who: PersonStatement = ZHANG) -> int:
    with store.batch("b") as writer:
        person_id = writer.person(who)
        for fact in facts:
            writer.add(fact._replace(person_id=person_id))
    return writer.id


@pytest.mark.parametrize(("part", "fact"), GIVEN, ids=[part for part, _ in GIVEN])
def test_a_fact_of_the_service_is_kept_whole_and_once(store: Store, part: str, fact: Fact) -> None:
    enter(store, fact)
    enter(store, fact)
    held = getattr(store.dossier("K000001"), part)
    said = {name: value for name, value in fact._asdict().items() if value is not None}
    assert held[list(said)].to_dict("records") == [said]


def test_an_appointment_counts_before_its_day_and_once_known(store: Store) -> None:
    """Booked on 30 June for 3 August: known from 30 June, nothing before."""
    enter(store, dict(GIVEN)["appointments"])
    assert len(store.dossier("K000001").appointments) == 1
    [later] = store.dossiers([1], as_of="2026-06-30", known="2026-07-01")
    assert later.appointments["effective"].tolist() == ["2026-08-03T09:00:00"]
    assert list(store.dossiers([1], as_of="2026-09-01", known="2026-06-29")) == []


def test_a_new_state_of_an_appointment_corrects_the_old(store: Store) -> None:
    booked = Appointment(
        1, None, "clinic", "2026-08-03", clinical_status="booked", source_key="Appointment/1"
    )
    enter(store, booked)
    enter(store, booked._replace(clinical_status="cancelled"))
    assert store.dossier("K000001").appointments["clinical_status"].tolist() == ["cancelled"]


def test_an_older_database_is_upgraded_and_keeps_its_data(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KANGLU_KEY", "A" * 43 + "=")
    record.init(empty_url)
    with record.open(empty_url) as store:
        enter(store, Condition(1, None, "I10", "2020", display="高血压"))
    engine = make_engine(resolve(empty_url))
    with engine.connect() as connection, connection.begin():
        command.downgrade(config(connection), "0001")
    engine.dispose()
    with pytest.raises(RecordError, match="Run `kanglu init`"):
        record.open(empty_url)
    record.init(empty_url)
    with record.open(empty_url) as store:
        assert store.dossier("K000001").conditions["code"].tolist() == ["I10"]
        enter(store, dict(GIVEN)["flags"])
        assert store.dossier("K000001").flags["code"].tolist() == ["lives-alone"]
        assert store.verify().ok


def evaluated(store: Store, *people: int) -> None:
    """The rules have looked at these people, and gave each a tag."""
    at, day = "2026-06-30T01:00:00.000000Z", "2026-06-30"
    run = {"id": 1, "as_of": day, "known": day, "recorded": at, "revision": "r", "last_batch": 2,
           "scope": "full", "people": 2, "state": "complete", "counts": {}}  # fmt: skip
    tag = {"kind": "tag", "code": "htn", "rule": "tag.htn", "version": 1, "period": "2026", "part": 0,
           "starts": day, "state": "open", "inputs": "{}", "evaluation_id": 1, "recorded": at}  # fmt: skip
    seen = {"as_of": day, "next_change": "2026-09-30", "revision": "r"}
    with store.database.writing() as connection:
        connection.execute(insert(tables.evaluation).values(run))
        for one in people:
            connection.execute(insert(tables.rule_result).values(id=one, person_id=one, **tag))
            connection.execute(insert(tables.evaluated_person).values(person_id=one, **seen))


def left(store: Store) -> tuple[list[int], dict[int, str]]:
    """Whose results there are, and when the rules look at whom again."""
    with store.database.reading() as connection:
        results = connection.scalars(select(tables.rule_result.c.person_id).order_by(text("1"))).all()
        seen = select(tables.evaluated_person.c.person_id, tables.evaluated_person.c.next_change)
        return list(results), {row.person_id: row.next_change for row in connection.execute(seen)}


def test_what_rules_gave_goes_with_the_people_that_an_undo_removes(store: Store) -> None:
    enter(store)
    enter(store, who=LI)
    evaluated(store, 1, 2)
    store.undo(2)
    assert left(store) == ([1], {1: "2026-09-30"})
    assert store.verify().ok


def test_people_who_lose_facts_by_an_undo_are_looked_at_again(store: Store) -> None:
    enter(store)
    enter(store, who=LI)
    again = enter(store, dict(GIVEN)["flags"])
    evaluated(store, 1, 2)
    store.undo(again)
    assert left(store) == ([1, 2], {1: AT_ONCE, 2: "2026-09-30"})
