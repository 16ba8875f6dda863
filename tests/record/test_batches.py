"""What a batch makes of the facts it is given: new, duplicate, corrected, withdrawn, set aside."""

from itertools import permutations
from typing import Any

import pytest

from kanglu.errors import PermissionDenied, RecordError
from kanglu.record import Store
from kanglu.record import open as open_record
from kanglu.record.facts import (
    NOBODY,
    AllergyIntolerance,
    CarePlan,
    Condition,
    DiagnosticReport,
    Encounter,
    Identifier,
    Immunization,
    MedicationStatement,
    Observation,
    PersonStatement,
    Procedure,
)
from kanglu.trust import Actor, Role

ZHANG = PersonStatement((Identifier("mrn", "1"),), name="张三", sex="male", source_key="Patient/1")


def sbp(person_id: int, value: float, key: str | None = None, **more: Any) -> Observation:
    """A systolic pressure of one morning."""
    when = more.pop("effective", "2026-05-26T08:00:00")
    return Observation(person_id, "sbp", when, value=value, unit="mm[Hg]", source_key=key, **more)


def enter(store: Store, *facts: Any, label: str = "b", file: str | None = None) -> dict[str, int]:
    """One batch that says these facts (functions of the person's id, or facts) about 张三."""
    with store.batch(label) as writer:
        if file is not None:
            writer.file(file, f"sha-of-{file}")
        person = writer.person(ZHANG)
        writer.add_many(fact(person) if callable(fact) else fact for fact in facts)
    return dict(writer.receipt.facts)


def values(store: Store) -> list[float]:
    """The systolic pressures that stand, in order."""
    return store.person("K000001").series("sbp")["value"].tolist()


def counts(new: int = 0, duplicate: int = 0, corrected: int = 0, quarantined: int = 0) -> dict[str, int]:
    return {"new": new, "duplicate": duplicate, "corrected": corrected, "quarantined": quarantined}


def test_the_same_again_changes_nothing(store: Store) -> None:
    facts = (lambda p: sbp(p, 142.0, "o/1"), lambda p: sbp(p, 138.0, None, effective="2026-05-27"))
    assert enter(store, *facts) == counts(new=3)  # the demographics are a fact too
    before = store.status()["facts"]
    assert enter(store, *facts) == counts(duplicate=3)
    assert store.status()["facts"] == before
    assert store.status()["people"] == 1


def test_one_reading_stated_by_two_source_records_is_one_fact(store: Store) -> None:
    panel, alone = (lambda p: sbp(p, 142.0, "o/1#sbp")), (lambda p: sbp(p, 142.0, "o/2"))
    assert enter(store, panel, alone) == counts(new=2, duplicate=1)
    assert values(store) == [142.0]
    assert enter(store, alone, panel) == counts(duplicate=3)


def test_two_values_at_one_time_from_two_source_records_are_two_facts(store: Store) -> None:
    assert enter(store, lambda p: sbp(p, 142.0, "o/1"), lambda p: sbp(p, 138.0, "o/2")) == counts(new=3)
    assert values(store) == [142.0, 138.0]


def test_the_same_value_of_another_indicator_time_or_person_is_another_fact(store: Store) -> None:
    enter(
        store,
        lambda p: sbp(p, 80.0, "o/1"),
        lambda p: sbp(p, 80.0, "o/2", effective="2026-05-26"),
        lambda p: Observation(p, "dbp", "2026-05-26T08:00:00", value=80.0, unit="mm[Hg]"),
        lambda p: sbp(p, 80.0, "o/3", comparator=">"),
    )
    with store.batch("other") as writer:
        other = writer.person(PersonStatement((Identifier("mrn", "2"),), name="张三"))
        writer.add(sbp(other, 80.0, "o/1"))
    assert writer.receipt.facts == counts(new=2)
    assert store.status()["facts"]["observation"] == 5


def test_a_changed_value_under_the_same_key_is_a_correction(store: Store, clock: Any) -> None:
    enter(store, lambda p: sbp(p, 412.0, "o/1"))
    clock.pass_days(1)
    assert enter(store, lambda p: sbp(p, 142.0, "o/1")) == counts(corrected=1, duplicate=1)
    assert values(store) == [142.0]
    with open_record(store.database.url.render_as_string(False), known="2026-06-30", clock=clock) as then:
        assert values(then) == [412.0]


def test_a_correction_may_change_the_indicator_and_the_time(store: Store) -> None:
    enter(store, lambda p: sbp(p, 80.0, "o/1"))
    right = lambda p: Observation(p, "dbp", "2026-05-25", value=80.0, source_key="o/1")  # noqa: E731
    assert enter(store, right) == counts(corrected=1, duplicate=1)
    assert values(store) == []
    assert store.person("K000001").series("dbp")["effective"].tolist() == ["2026-05-25"]


def test_a_new_spelling_of_the_display_is_no_correction(store: Store) -> None:
    enter(store, lambda p: sbp(p, 142.0, "o/1", display="Systolic BP"))
    assert enter(store, lambda p: sbp(p, 142.0, "o/1", display="收缩压")) == counts(duplicate=2)


def test_a_withdrawn_fact_no_longer_stands(store: Store) -> None:
    enter(store, lambda p: sbp(p, 142.0, "o/1"), lambda p: sbp(p, 138.0, "o/2"))
    gone = lambda p: sbp(p, 142.0, "o/1", status="entered-in-error")  # noqa: E731
    assert enter(store, gone) == counts(corrected=1, duplicate=1)
    assert values(store) == [138.0]
    assert enter(store, gone) == counts(duplicate=2)


def test_a_fact_without_a_key_is_withdrawn_by_saying_it_again(store: Store) -> None:
    enter(store, lambda p: sbp(p, 142.0))
    assert enter(store, lambda p: sbp(p, 142.0, status="entered-in-error")) == counts(
        corrected=1, duplicate=1
    )
    assert values(store) == []


def test_withdrawing_what_was_never_said_enters_nothing(store: Store) -> None:
    with store.batch("b") as writer:
        person = writer.person(ZHANG)
        writer.add(sbp(person, 142.0, "o/9", status="entered-in-error"))
    assert writer.receipt.facts == counts(new=1)
    assert writer.receipt.skipped == {"entered-in-error": 1}


def test_a_file_imported_before_does_not_take_a_correction_back(store: Store) -> None:
    wrong, right = (lambda p: sbp(p, 412.0, "o/1")), (lambda p: sbp(p, 142.0, "o/1"))
    enter(store, wrong, file="a")
    enter(store, right, file="b")
    assert enter(store, wrong, file="a") == counts(duplicate=2)
    assert values(store) == [142.0]
    assert enter(store, wrong, file="c") == counts(corrected=1, duplicate=1)
    assert values(store) == [412.0]


def test_the_order_of_statements_does_not_matter(store: Store) -> None:
    """A correction, its duplicate by another record, and one that still says the old value."""
    enter(store, lambda p: sbp(p, 412.0, "o/1"))
    said = (
        lambda p: sbp(p, 142.0, "o/1"),
        lambda p: sbp(p, 142.0, "o/2"),
        lambda p: sbp(p, 412.0, "o/3"),
    )
    for order in permutations(said):
        assert enter(store, *order) == counts(new=1, duplicate=2, corrected=1)
        assert sorted(values(store)) == [142.0, 412.0]
        store.undo(int(store.batches()["id"].iloc[-1]))


def test_of_two_records_that_say_the_same_the_smaller_key_is_kept(store: Store) -> None:
    for order in (("o/1", "o/2"), ("o/2", "o/1")):
        enter(store, *[lambda p, key=key: sbp(p, 142.0, key, source=key) for key in order])
        assert store.person("K000001" if order[0] == "o/1" else "K000002").series("sbp")[
            "source"
        ].tolist() == ["o/1"]
        store.undo(int(store.batches()["id"].iloc[-1]))


@pytest.mark.parametrize(
    "fact",
    [
        Condition(1, "icd10", "I10", "2019", clinical_status="active"),
        Condition(1, None, None, "2019", display="高血压"),
        MedicationStatement(1, "atc", "C09AA05", "2020-01-01", kind="request", dosage="5 mg qd"),
        AllergyIntolerance(1, None, None, None, display="青霉素", criticality="high"),
        Encounter(1, None, None, "2020-01-01T08:00:00", "2020-01-01T08:30:00", setting="AMB"),
        Procedure(1, "snomed", "80146002", "2011-05"),
        Immunization(1, "cvx", "140", "2020-10-01", dose="1"),
        DiagnosticReport(1, "loinc", "58410-2", "2020-10-01", conclusion="轻度贫血"),
        CarePlan(1, "snomed", "408869004", "2020", "2021", detail="低盐饮食"),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_every_kind_of_fact_is_kept_whole_and_once(store: Store, fact: Any) -> None:
    assert enter(store, fact) == counts(new=2)
    assert enter(store, fact) == counts(duplicate=2)
    dossier = store.dossier("K000001")
    rows = [
        row
        for part in (dossier.conditions, dossier.medications, dossier.allergies, dossier.encounters,
                     dossier.procedures, dossier.immunizations, dossier.reports, dossier.care_plans)
        for row in part.astype(object).where(part.notna(), None).to_dict("records")
    ]  # fmt: skip
    assert len(rows) == 1
    assert {field: rows[0][field] for field in fact._fields} == fact._asdict()


def test_uncoded_problems_are_told_apart_by_their_words(store: Store) -> None:
    said = [Condition(1, None, None, "2019", display=words) for words in ("高血压", "糖尿病", "高血压")]
    assert enter(store, *said) == counts(new=3, duplicate=1)


def test_facts_about_nobody_are_counted_and_not_entered(store: Store) -> None:
    with store.batch("b") as writer:
        writer.add(sbp(NOBODY, 142.0))
        writer.problem("a.csv", "17", "sbp", "no person", "add an identifier", quarantined=0)
        writer.problem("a.csv", "18", "sbp", "1420 mmHg is impossible", "correct it")
    assert writer.receipt.facts == counts(quarantined=2)
    assert [problem.row for problem in writer.receipt.problems] == ["17", "18"]
    assert store.status()["facts"]["observation"] == 0
    assert store.status()["problems"] == 2


def test_a_number_that_is_none_is_refused(store: Store) -> None:
    with pytest.raises(RecordError, match=r"a\.csv#3.*no number"), store.batch("b") as writer:
        writer.add(sbp(writer.person(ZHANG), float("nan"), source="a.csv#3"))
    assert store.status()["people"] == 0


def test_a_batch_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.batch("b") as writer:
        writer.add(sbp(writer.person(ZHANG), 142.0))
        writer.flush()
        _ = 1 / 0
    status = store.status()
    assert (status["people"], status["batches"], status["facts"]["observation"]) == (0, 0, 0)
    assert store.verify().ok


def test_what_does_not_fit_in_memory_is_entered_in_portions(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [lambda p, n=n: sbp(p, 100.0 + n, f"o/{n % 7}") for n in range(20)]
    said += [lambda p, n=n: sbp(p, 100.0 + n) for n in range(13, 20)]
    monkeypatch.setattr("kanglu.record.writing.FLUSH_AT", 3)
    assert enter(store, *said) == counts(new=8, corrected=13, duplicate=7)
    assert sorted(values(store)) == [113.0, 114.0, 115.0, 116.0, 117.0, 118.0, 119.0]
    monkeypatch.setattr("kanglu.record.writing.FLUSH_AT", 1000)
    with store.batch("b") as writer:
        other = writer.person(PersonStatement((Identifier("mrn", "2"),), name="李四"))
        writer.add_many(fact(other) for fact in said)
    assert writer.receipt.facts == counts(new=8, corrected=13, duplicate=7)


def test_the_receipt_is_kept(store: Store) -> None:
    with store.batch("labs.csv") as writer:
        writer.file("labs.csv", "ab" * 32)
        writer.read("row", 3)
        writer.skip("remark")
        writer.add(sbp(writer.person(ZHANG), 142.0))
    kept = store.batches().iloc[0]
    assert kept["files"] == [{"name": "labs.csv", "sha256": "ab" * 32}]
    assert kept["receipt"] == writer.receipt.to_data()
    assert kept["receipt"]["read"] == {"row": 3}
    assert type(writer.receipt).from_data(kept["receipt"]) == writer.receipt


def test_who_may_not_write_cannot(database_url: str) -> None:
    analyst = Actor("an", "An", Role.ANALYST)
    with (
        open_record(database_url, actor=analyst, purpose="analysis") as store,
        pytest.raises(PermissionDenied, match="may not write"),
        store.batch("b"),
    ):
        pass
