"""Two records of one person are made one: nothing is lost, nothing is said twice, both sources find it."""

from datetime import date

import pytest
from sqlalchemy import select

from kanglu.errors import NotFound, RecordError
from kanglu.record import Store, tables
from kanglu.record.facts import (
    NATIONAL_ID,
    RECORD_NUMBER,
    Condition,
    Fact,
    Flag,
    Identifier,
    Observation,
    PersonStatement,
    Telecom,
)

KEPT = PersonStatement((Identifier("mrn", "1"),), name="张三", sex="male", source_key="Patient/1")
DROPPED = PersonStatement(
    (Identifier("mrn", "2"), Identifier(NATIONAL_ID, "11010519491231002X")),
    name="张珊", birth_date="1949-12-31", telecoms=(Telecom("phone", "13912345678"),), addresses=("幸福路",),
    source_key="Patient/2",
)  # fmt: skip
NOON = Observation(2, "sbp", "2026-05-26T12:00:00", value=142.0, source_key="o/1")


def enter(store: Store, *facts: Fact, who: PersonStatement = DROPPED, file: str = "") -> int:
    with store.batch("b") as writer:
        if file:
            writer.file(file, file)
        person = writer.person(who)
        writer.add_many(fact._replace(person_id=person) for fact in facts)
    return writer.id


def pressures(store: Store, number: str = "K000001") -> list[float]:
    return store.person(number).series("sbp")["value"].tolist()


def test_the_facts_of_the_one_stand_at_the_other(store: Store) -> None:
    enter(store, Observation(1, "sbp", "2026-05-25", value=138.0, source_key="o/9"), who=KEPT)
    enter(
        store, NOON, Condition(2, None, "I10", "2020", display="高血压"), Flag(2, None, "alone", "2026-01-01")
    )
    done = store.merge("K000001", "K000002", "same telephone, same birthday")
    dossier = store.dossier("K000001")
    assert dossier.observations["value"].tolist() == [138.0, 142.0]
    assert dossier.conditions["display"].tolist() == ["高血压"]
    assert dossier.flags["code"].tolist() == ["alone"]
    assert (done.batch, done.facts) == (3, 4)
    assert store.verify().ok
    with store.database.reading() as connection:
        link = connection.execute(select(tables.person_link)).one()
        assert (link.person_id, link.into_id, link.reason) == (2, 1, "same telephone, same birthday")


def test_what_is_not_known_of_the_kept_is_taken_over_and_what_is_known_stays(store: Store) -> None:
    enter(store, who=KEPT)
    enter(store)
    store.merge("K000001", "K000002")
    view = store.person("K000001").view
    assert (view.name, view.sex, view.birth_date) == ("张三", "male", date(1949, 12, 31))
    enter(store, who=PersonStatement((Identifier("mrn", "2"),), name="张山", source_key="Patient/2"))
    assert store.person("K000001").view.name == "张山"


def test_what_both_say_is_kept_once(store: Store) -> None:
    enter(store, NOON._replace(source_key="o/8"), who=KEPT)
    enter(store, NOON)
    store.merge("K000001", "K000002")
    assert pressures(store) == [142.0]


@pytest.mark.parametrize(("keep", "drop"), [("K000001", "K000002"), ("K000002", "K000001")])
def test_of_one_source_key_the_later_word_counts(store: Store, keep: str, drop: str) -> None:
    """The source moved its observation 1 from the one person to the other, and corrected it."""
    enter(store, NOON)
    enter(store, NOON._replace(value=138.0), who=KEPT)
    store.merge(keep, drop)
    assert pressures(store, keep) == [138.0]


def test_the_sources_of_both_find_the_kept(store: Store) -> None:
    enter(store, who=KEPT)
    enter(store, NOON)
    store.merge("K000001", "K000002")
    enter(store, NOON._replace(value=139.0), NOON._replace(effective="2026-06-01", source_key="o/2"))
    assert pressures(store) == [139.0, 142.0]
    by_number = PersonStatement((Identifier(RECORD_NUMBER, "K000002"),))
    enter(store, NOON._replace(effective="2026-06-02", value=1.0, source_key="o/3"), who=by_number)
    assert pressures(store) == [139.0, 142.0, 1.0]
    assert store.people_count() == store.status()["people"] == 1
    assert [view.record_number for view in store.find("5678")] == ["K000001"]


def test_a_file_imported_before_takes_nothing_back(store: Store) -> None:
    """The first file said 412, the second corrected it; then the records are merged."""
    enter(store, who=KEPT)
    enter(store, NOON._replace(value=412.0), file="first")
    enter(store, NOON, file="second")
    store.merge("K000001", "K000002")
    enter(store, NOON._replace(value=412.0), file="first")
    assert pressures(store) == [142.0]


def test_the_dropped_is_in_no_panel_and_says_where_it_went(store: Store, clock) -> None:
    enter(store, who=KEPT)
    enter(store, NOON)
    clock.pass_days(1)
    store.merge("K000001", "K000002")
    assert store.panel("all").ids == store.panel("sbp > 100").ids == store.everybody() == [1]
    with pytest.raises(NotFound, match=r"K000002 was merged into K000001\. Ask for K000001"):
        store.person("k000002")
    assert [view.record_number for view in store.find("张")] == ["K000001"]
    assert store.panel("all", as_of="2026-06-30").ids == [1, 2]
    assert store.panel("sbp > 100", as_of="2026-06-30").ids == [2]


def test_who_is_merged_on_is_found_through_both(store: Store) -> None:
    third = PersonStatement((Identifier("mrn", "3"),), name="张叁")
    enter(store, who=KEPT)
    enter(store, NOON)
    enter(store, who=third)
    store.merge("K000001", "K000002")
    store.merge("K000003", "K000001")
    assert pressures(store, "K000003") == [142.0]
    for gone in ("K000001", "K000002"):
        with pytest.raises(NotFound, match="merged into K000003"):
            store.person(gone)


@pytest.mark.parametrize(
    ("keep", "drop", "says"),
    [
        ("K000001", "K000001", "cannot be merged with itself"),
        ("K000002", "K000003", "different identity numbers"),
        ("K000001", "K000009", "no record K000009"),
    ],
)
def test_a_merge_is_refused(store: Store, keep: str, drop: str, says: str) -> None:
    enter(store, who=KEPT)
    enter(store)
    enter(store, who=PersonStatement((Identifier(NATIONAL_ID, "110105194912310038"),)))
    with pytest.raises(RecordError, match=says):
        store.merge(keep, drop)
    assert len(store.batches()) == 3


def test_nobody_is_merged_twice(store: Store) -> None:
    enter(store, who=KEPT)
    enter(store)
    store.merge("K000001", "K000002")
    for keep, drop in (("K000001", "K000002"), ("K000002", "K000001")):
        with pytest.raises(NotFound, match="merged into K000001"):
            store.merge(keep, drop)


def test_a_merge_cannot_be_undone_nor_what_it_stands_on(store: Store) -> None:
    first = enter(store, who=KEPT)
    second = enter(store, NOON)
    merged = store.merge("K000001", "K000002").batch
    with pytest.raises(RecordError, match=r"merged two records .*cannot be taken apart"):
        store.undo(merged)
    for batch in (first, second):
        with pytest.raises(RecordError, match=rf"later batches build on it \(.*{merged}\)"):
            store.undo(batch)


def test_what_the_rules_gave_the_dropped_no_longer_holds(store: Store) -> None:
    enter(store, who=KEPT)
    enter(store, NOON)
    day = date(2026, 6, 30)
    number = store.begin_evaluation(day, day, "r", "full", 2)
    tag = ("tag", "htn", "tag.htn", 1, "2026", 0, "2026-06-30", None, "open", *[None] * 8, "{}")
    store.write_results(number, day, "r", [(1, *tag), (2, *tag)], [], [(1, None), (2, None)])
    store.complete_evaluation(number, {})
    store.merge("K000001", "K000002")
    assert [one.row.person_id for one in store.current_results(None, day)] == [1]
    assert store.people_to_evaluate(day, "r") == [1]
