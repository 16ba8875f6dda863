"""Evaluating a panel: what is stored is what follows from the facts, however and whenever it was asked."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.care.facing import diabetes, enter, hypertension, visit

from kanglu import care, record
from kanglu.care import evaluation
from kanglu.care.given import key_of
from kanglu.catalogue import load_rulebook
from kanglu.errors import RecordError
from kanglu.record.facts import (
    Appointment,
    CareTeam,
    Communication,
    Condition,
    Encounter,
    EpisodeOfCare,
    Flag,
    Identifier,
    MedicationStatement,
    Observation,
    PersonStatement,
    TaskChange,
)


@pytest.fixture(scope="module")
def rules():
    return load_rulebook()


def at(clock, day):
    """Ten in the morning of a day, in China."""
    clock.now = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=2)


def stored(store, kind=None, code=None, state=None):
    """What stands in the record, oldest first."""
    found = [one.row for one in store.current_results(None, store.clock().date() + timedelta(days=1))]
    wanted = {"kind": kind, "code": code, "state": state}
    return sorted(
        row for row in found if all(value in (None, getattr(row, name)) for name, value in wanted.items())
    )


def only(rows):
    assert len(rows) == 1, rows
    return rows[0]


# -- the ten boundary rows ---------------------------------------------------------------------------


def test_two_weeks_are_fourteen_days(store, clock, rules):
    enter(store, *hypertension(), *visit("2026-03-01", 152, 80))
    care.evaluate(store, rules, as_of=date(2026, 3, 2), known=date(2026, 6, 30))
    assert only(stored(store, "task", "follow_up")).due == "2026-03-15"


@pytest.mark.parametrize(
    ("sbp", "dbp", "born", "rule"),
    [
        (150, 80, "1950-03-10", "htn.visit.uncontrolled_first"),
        (149, 89, "1950-03-10", "htn.visit.controlled"),
        (138, 92, "1950-03-10", "htn.visit.uncontrolled_first"),
        (139, 89, "1970-03-10", "htn.visit.controlled"),
        (140, 80, "1970-03-10", "htn.visit.uncontrolled_first"),
        (145, 85, "1961-03-02", "htn.visit.uncontrolled_first"),  # 64 years and 364 days
        (145, 85, "1961-03-01", "htn.visit.controlled"),  # 65 years to the day
        (179, 109, "1950-03-10", "htn.visit.uncontrolled_first"),
        (180, 80, "1950-03-10", "htn.visit.emergency"),
        (120, 110, "1950-03-10", "htn.visit.emergency"),
        (150, 80, None, "htn.visit.uncontrolled_first"),
    ],
)
def test_a_visit_has_the_class_of_the_issued_text(store, rules, sbp, dbp, born, rule):
    enter(store, *hypertension(), *visit("2026-03-01", sbp, dbp), born=born)
    care.evaluate(store, rules, as_of=date(2026, 3, 1), known=date(2026, 6, 30))
    assert {row.rule for row in stored(store) if row.rule.startswith("htn.visit.")} == {rule}


def test_between_the_limits_of_both_ages_an_unknown_age_gives_no_class(store, rules):
    enter(store, *hypertension(), *visit("2026-03-01", 145, 80), born=None)
    care.evaluate(store, rules, as_of=date(2026, 3, 1), known=date(2026, 6, 30))
    assert not [row for row in stored(store) if row.rule.startswith("htn.visit.")]


@pytest.mark.parametrize(
    ("fpg", "rule"), [(7.0, "dm.visit.uncontrolled_first"), (6.99, "dm.visit.controlled")]
)
def test_fasting_glucose_of_seven_is_not_controlled(store, rules, fpg, rule):
    enter(store, *diabetes(), *visit("2026-03-01", 120, 70, fpg))
    care.evaluate(store, rules, as_of=date(2026, 3, 1), known=date(2026, 6, 30))
    assert {row.rule for row in stored(store) if row.rule.startswith("dm.visit.")} == {rule}


def test_an_adverse_reaction_after_an_uncontrolled_visit_asks_for_a_referral(store, rules):
    enter(
        store,
        *hypertension(),
        *visit("2026-03-01", 152, 80),
        *visit("2026-03-15", 130, 80, adverse_reaction=1),
    )
    care.evaluate(store, rules, as_of=date(2026, 3, 15), known=date(2026, 6, 30))
    given = only(stored(store, "referral", state="open"))
    assert given.rule == "htn.visit.uncontrolled_again"
    assert '"mixed":true' in given.inputs
    assert only(stored(store, "task", "check_referral", "open")).due == "2026-03-29"


def test_a_visit_typed_late_keeps_its_day_and_says_so(store, clock, rules):
    at(clock, date(2026, 3, 20))
    enter(store, *hypertension(), *visit("2026-03-01", 152, 80))
    care.evaluate(store, rules, as_of=date(2026, 3, 20))
    row = only(stored(store, "task", "follow_up"))
    assert row.due == "2026-03-15"
    assert '"late_entry":19' in row.inputs
    answer = care.explain(store, "K000001", rules, as_of=date(2026, 3, 20))
    assert next(one for one in answer.reasons if one.code == "follow_up").late_entry == 19


def test_two_diseases_share_the_earliest_day_and_one_visit_closes_both(store, rules):
    enter(store, *hypertension(), *diabetes(), *visit("2026-03-01", 130, 80, 8.1))
    care.evaluate(store, rules, as_of=date(2026, 3, 1), known=date(2026, 6, 30))
    assert [row.due for row in stored(store, "task", "follow_up", "open")] == ["2026-03-15", "2026-03-15"]
    enter(store, *visit("2026-03-14", 128, 78, 6.5))
    care.evaluate(store, rules, as_of=date(2026, 3, 14), known=date(2026, 6, 30))
    first = [row for row in stored(store, "task", "follow_up") if row.period == "2026-03-01"]
    assert [(row.state, row.ends) for row in first] == [("done", "2026-03-14")] * 2


# -- the same again ------------------------------------------------------------------------------------


def test_the_same_evaluation_twice_changes_nothing(store, rules):
    enter(store, *hypertension(), *visit("2026-03-01", 152, 80))
    first = care.evaluate(store, rules, as_of=date(2026, 3, 5), known=date(2026, 6, 30))
    before = stored(store)
    for scope in ("changed", "full"):
        again = care.evaluate(store, rules, as_of=date(2026, 3, 5), known=date(2026, 6, 30), scope=scope)
        assert not again.entered
        assert not again.withdrawn
    assert first.entered["task"] > 0
    assert stored(store) == before


def test_nobody_is_looked_at_for_whom_nothing_can_have_changed(store, rules):
    enter(store, *hypertension(), *visit("2026-03-01", 130, 80))
    care.evaluate(store, rules, as_of=date(2026, 3, 1), known=date(2026, 6, 30))
    assert care.evaluate(store, rules, as_of=date(2026, 3, 1), known=date(2026, 6, 30)).people == 0
    enter(store, *visit("2026-03-02", 131, 80), number=2)
    assert care.evaluate(store, rules, as_of=date(2026, 3, 2), known=date(2026, 6, 30)).people == 1


def life(rng, clock, store, day):
    """What a day brings: visits, readings, messages, corrections, late entries, bookings, work on tasks."""
    for number in range(1, 9):
        dice = rng.random()
        iso = day.isoformat()
        if dice < 0.008:
            sbp, dbp = rng.choice([118, 139, 140, 149, 150, 182]), rng.choice([70, 89, 90, 110])
            enter(store, *visit(iso, sbp, dbp, rng.choice([5.6, 6.9, 7.0, 17.0])), number=number)
        elif dice < 0.010:  # entered two weeks late
            late = (day - timedelta(days=14)).isoformat()
            enter(store, *visit(late, 161, 95), number=number)
        elif dice < 0.014:  # the reading of a visit corrected
            enter(
                store,
                Observation(0, "sbp", iso, value=155.0, unit="mm[Hg]", source_key="sbp/moving"),
                number=number,
            )
        elif dice < 0.018:
            enter(store, Observation(0, "hba1c", iso, value=7.4, unit="%"), number=number)
        elif dice < 0.022:
            text = rng.choice(["夜里又头晕了", "吃了药起疹子，是副作用吗", "谢谢"])
            enter(
                store,
                Communication(0, None, None, f"{iso}T23:10", direction="in", channel="app", text=text),
                number=number,
            )
        elif dice < 0.024:
            enter(
                store,
                Appointment(
                    0, None, "review_booking", (day + timedelta(days=9)).isoformat(),
                    clinical_status="booked", booked=iso,
                ),
                number=number,
            )  # fmt: skip
        elif dice < 0.028:
            open_ = [row for row in stored(store, "task", state="open") if row.person_id == number]
            if open_:
                key = key_of(open_[0].rule, open_[0].period, open_[0].part)
                enter(
                    store,
                    Communication(
                        0, None, None, f"{iso}T09:30", direction="out", channel="phone",
                        outcome=rng.choice(["no_answer", "reached"]), about=key,
                    ),
                    number=number,
                )  # fmt: skip


@pytest.mark.slow
def test_each_day_of_two_years_gives_what_the_last_day_gives(
    sqlite_template, tmp_path, clock, rules, monkeypatch
):
    import random
    import shutil

    from kanglu.care.rows import Ruling as Kept

    monkeypatch.setenv("KANGLU_KEY", __import__("base64").b64encode(bytes(range(32))).decode())
    first, last = date(2024, 7, 1), date(2026, 6, 30)
    daily, once = tmp_path / "daily.sqlite", tmp_path / "once.sqlite"
    shutil.copy(sqlite_template, daily)
    rng = random.Random(5)
    at(clock, first)
    with record.open(str(daily), clock=clock) as store:
        for number in range(1, 9):
            born = f"{1945 + 3 * number}-0{number}-1{number}"
            own = [*hypertension(), *(diabetes() if number % 2 else [])]
            enter(store, *own, *visit("2024-06-20", 138, 84, 6.4), number=number, born=born)
        day = first
        while day <= last:
            at(clock, day)
            life(rng, clock, store, day)
            care.evaluate(store, rules, as_of=day, since=first)
            day += timedelta(days=1)
        by_days = stored(store)
    shutil.copy(daily, once)
    at(clock, last)
    with record.open(str(once), clock=clock) as store:
        forget(store)
        care.evaluate(store, rules, as_of=last, since=first)
        at_once = stored(store)
    assert len(by_days) > 200
    assert {row.state for row in by_days} == {"open", "done", "failed", "cancelled"}
    assert [Kept(*row) for row in by_days] == [Kept(*row) for row in at_once]


def forget(store):
    """Take away all that was evaluated."""
    from kanglu.record import tables

    with store.database.writing() as connection:
        for table in (tables.rule_result, tables.evaluated_person, tables.evaluation, tables.rule_version):
            connection.execute(table.delete())


def test_an_evaluation_killed_halfway_ends_like_one_run_when_run_again(store, rules, monkeypatch):
    for number in range(1, 7):
        enter(store, *hypertension(), *visit("2026-03-01", 152, 80), number=number)
    monkeypatch.setattr(evaluation, "PEOPLE_IN_A_BLOCK", 2)
    write, done = type(store).write_results, []

    def dies(self, *args, **kwargs):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(1)
        write(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(type(store), "write_results", dies)
        with pytest.raises(KeyboardInterrupt):
            care.evaluate(store, rules, as_of=date(2026, 3, 5), known=date(2026, 6, 30))
    assert {row.person_id for row in stored(store)} == {1, 2, 3, 4}
    care.evaluate(store, rules, as_of=date(2026, 3, 5), known=date(2026, 6, 30))
    halfway = stored(store)
    assert {row.person_id for row in halfway} == {1, 2, 3, 4, 5, 6}
    forget(store)
    care.evaluate(store, rules, as_of=date(2026, 3, 5), known=date(2026, 6, 30))
    assert stored(store) == halfway


def test_of_two_evaluations_at_once_the_later_goes_on(store, rules, monkeypatch):
    for number in range(1, 5):
        enter(store, *hypertension(), *visit("2026-03-01", 152, 80), number=number)
    monkeypatch.setattr(evaluation, "PEOPLE_IN_A_BLOCK", 2)
    write, begun = type(store).write_results, []

    def overtaken(self, *args, **kwargs):
        write(self, *args, **kwargs)
        if not begun:
            begun.append(
                self.begin_evaluation(date(2026, 3, 5), date(2026, 6, 30), rules.revision, "changed", 2)
            )

    with monkeypatch.context() as patch:
        patch.setattr(type(store), "write_results", overtaken)
        with pytest.raises(RecordError, match="Another evaluation has begun"):
            care.evaluate(store, rules, as_of=date(2026, 3, 5), known=date(2026, 6, 30))
    done = care.evaluate(store, rules, as_of=date(2026, 3, 5), known=date(2026, 6, 30))
    assert not done.withdrawn
    keys = [row.key for row in stored(store)]
    assert len(keys) == len(set(keys))
    assert {row.person_id for row in stored(store)} == {1, 2, 3, 4}


def test_two_processes_give_what_one_gives(store, rules, monkeypatch):
    for number in range(1, 6):
        enter(store, *hypertension(), *visit("2026-03-01", 140 + 4 * number, 80), number=number)
    care.evaluate(store, rules, as_of=date(2026, 3, 5), known=date(2026, 6, 30))
    alone = stored(store)
    forget(store)
    monkeypatch.setattr(evaluation, "PEOPLE_IN_A_BLOCK", 2)
    monkeypatch.setattr(evaluation, "FEW", 0)
    care.evaluate(store, rules, as_of=date(2026, 3, 5), known=date(2026, 6, 30), jobs=2)
    assert stored(store) == alone


# -- what disturbs ---------------------------------------------------------------------------------


def test_a_clock_that_was_set_back_is_refused(store, rules):
    enter(store, *hypertension(), *visit("2026-03-01", 152, 80))
    care.evaluate(store, rules, as_of=date(2026, 3, 5), known=date(2026, 6, 30))
    before = stored(store)
    with pytest.raises(RecordError, match="evaluated as of 2026-03-05 already") as refused:
        care.evaluate(store, rules, as_of=date(2026, 3, 4), known=date(2026, 6, 30))
    assert "set back" in str(refused.value)
    assert stored(store) == before


def test_a_corrected_reading_takes_back_what_it_gave(store, clock, rules):
    at(clock, date(2026, 3, 2))
    enter(store, *hypertension(), *visit("2026-03-01", 192, 80))
    care.evaluate(store, rules, as_of=date(2026, 3, 2))
    assert stored(store, "referral", "urgent_referral")
    at(clock, date(2026, 3, 3))
    enter(store, *visit("2026-03-01", 129, 80))
    done = care.evaluate(store, rules, as_of=date(2026, 3, 3))
    assert done.withdrawn["referral"] == 1
    assert not stored(store, "referral")
    assert only(stored(store, "task", "follow_up")).due == "2026-06-01"
    then = store.current_results(None, date(2026, 3, 2))
    assert "urgent_referral" in {one.row.code for one in then}
    explained = care.explain(store, "K000001", rules, as_of=date(2026, 3, 2), known=date(2026, 3, 2))
    assert "urgent_referral" in {reason.code for reason in explained.reasons}


def test_a_withdrawn_visit_gives_nothing(store, clock, rules):
    at(clock, date(2026, 3, 2))
    enter(store, *hypertension(), *visit("2026-03-01", 152, 80))
    care.evaluate(store, rules, as_of=date(2026, 3, 2))
    enter(
        store,
        Encounter(
            0, "kanglu", "follow-up", "2026-03-01", setting="AMB", status="entered-in-error",
            source_key="visit/2026-03-01",
        ),
    )  # fmt: skip
    care.evaluate(store, rules, as_of=date(2026, 3, 2))
    assert not stored(store, "task", "follow_up")


def test_a_tag_set_by_hand_is_neither_doubled_nor_overwritten(store, rules):
    enter(
        store,
        Flag(0, None, "voice_channel", "2026-01-01", clinical_status="inactive", reason="wants text"),
        born="1930-01-01",
    )
    enter(
        store,
        Flag(0, None, "voice_channel", "2026-01-01", clinical_status="active"),
        number=2,
        born="1990-01-01",
    )
    care.evaluate(store, rules, as_of=date(2026, 3, 2), known=date(2026, 6, 30))
    assert {row.person_id for row in stored(store, "tag", "voice_channel")} == {
        1
    }  # the rule's own, as a fact
    found = evaluation.evaluator_of(store, rules, [1, 2], date(2026, 3, 2), date(2026, 6, 30), {})
    from kanglu.care.calendar import number

    held = found.tagged("voice_channel")
    assert held.person[held.on(number(date(2026, 3, 2)))].tolist() == [1]


def test_death_closes_everything(store, clock, rules):
    at(clock, date(2026, 3, 2))
    enter(store, *hypertension(), *visit("2026-03-01", 152, 80))
    care.evaluate(store, rules, as_of=date(2026, 3, 2))
    with store.batch("notice", kind="entry") as batch:
        batch.person(PersonStatement((Identifier("test", "1"),), death_date="2026-03-10"))
    at(clock, date(2026, 3, 12))
    care.evaluate(store, rules, as_of=date(2026, 3, 12))
    assert {(row.state, row.ends, row.reason) for row in stored(store, "task")} == {
        ("cancelled", "2026-03-10", "dead")
    }
    assert not stored(store, state="open")


def test_who_leaves_a_programme_is_not_asked_for_any_more(store, clock, rules):
    at(clock, date(2026, 3, 2))
    episode = EpisodeOfCare(0, None, "hypertension", "2020-01-01", clinical_status="active", source_key="e1")
    enter(
        store,
        Condition(0, None, None, "2020-01-01", display="高血压"),
        episode,
        *visit("2026-03-01", 152, 80),
    )
    care.evaluate(store, rules, as_of=date(2026, 3, 2))
    enter(store, episode._replace(effective_end="2026-03-08", clinical_status="finished", reason="moved"))
    at(clock, date(2026, 3, 9))
    care.evaluate(store, rules, as_of=date(2026, 3, 9))
    row = only(stored(store, "task", "follow_up"))
    assert (row.state, row.ends, row.reason) == ("cancelled", "2026-03-08", "programme_ended")


def test_whoever_took_in_another_record_goes_on_with_both(store, clock, rules):
    at(clock, date(2026, 3, 2))
    enter(store, *hypertension())
    enter(store, *visit("2026-03-01", 152, 80), *hypertension("2021-01-01"), number=2)
    care.evaluate(store, rules, as_of=date(2026, 3, 2))
    assert {row.person_id for row in stored(store, "task", "follow_up")} == {2}
    store.merge("K000001", "K000002", "the same card")
    at(clock, date(2026, 3, 3))
    care.evaluate(store, rules, as_of=date(2026, 3, 3))
    row = only(stored(store, "task", "follow_up"))
    assert (row.person_id, row.due) == (1, "2026-03-15")
    assert not [row for row in stored(store) if row.person_id == 2]
    assert "follow_up" in {
        one.code for one in care.explain(store, "K000001", rules, as_of=date(2026, 3, 3)).reasons
    }


def test_what_was_cancelled_by_hand_stays_so(store, clock, rules):
    at(clock, date(2026, 3, 2))
    enter(store, *hypertension(), *visit("2026-03-01", 152, 80))
    care.evaluate(store, rules, as_of=date(2026, 3, 2))
    row = only(stored(store, "task", "follow_up"))
    key = key_of(row.rule, row.period, row.part)
    enter(store, TaskChange(0, None, "cancelled", "2026-03-03", task=key, reason="sees a hospital"))
    for day in (3, 4):
        care.evaluate(store, rules, as_of=date(2026, 3, day), known=date(2026, 6, 30))
    row = only(stored(store, "task", "follow_up"))
    assert (row.state, row.ends, row.reason) == ("cancelled", "2026-03-03", "sees a hospital")


def test_the_third_call_without_answer_fails_the_task(store, clock, rules):
    at(clock, date(2026, 3, 2))
    enter(store, *hypertension(), *visit("2026-03-01", 152, 80))
    care.evaluate(store, rules, as_of=date(2026, 3, 2))
    row = only(stored(store, "task", "follow_up"))
    key = key_of(row.rule, row.period, row.part)
    for day in (10, 11, 12):
        call = Communication(
            0,
            None,
            None,
            f"2026-03-{day}T09:00",
            direction="out",
            channel="phone",
            outcome="no_answer",
            about=key,
        )
        enter(store, call)
        at(clock, date(2026, 3, day))
        care.evaluate(store, rules, as_of=date(2026, 3, day))
        state = only(stored(store, "task", "follow_up")).state
        assert state == ("failed" if day == 12 else "open")


def test_a_new_version_keeps_what_was_closed_and_goes_on_with_what_is_open(store, tmp_path):
    enter(store, Observation(0, "steps", "2026-03-01", value=100.0, unit="1"))
    old, new = (
        load_rulebook(overlay=overlay(tmp_path, version, due)) for version, due in ((1, "3d"), (2, "5d"))
    )
    care.evaluate(store, old, as_of=date(2026, 3, 1), known=date(2026, 6, 30))
    assert (only(stored(store, code="walk")).version, only(stored(store, code="walk")).due) == (
        1,
        "2026-03-04",
    )
    care.evaluate(store, new, as_of=date(2026, 3, 2), known=date(2026, 6, 30))
    assert (only(stored(store, code="walk")).version, only(stored(store, code="walk")).due) == (
        2,
        "2026-03-06",
    )
    enter(store, Observation(0, "steps", "2026-03-03", value=9000.0, unit="1"))
    care.evaluate(store, new, as_of=date(2026, 3, 3), known=date(2026, 6, 30))
    newest = load_rulebook(overlay=overlay(tmp_path, 3, "9d"))
    care.evaluate(store, newest, as_of=date(2026, 3, 4), known=date(2026, 6, 30))
    row = only(stored(store, code="walk"))
    assert (row.version, row.due, row.state) == (2, "2026-03-06", "done")


def overlay(tmp_path, version, due):
    folder = tmp_path / f"v{version}"
    folder.mkdir()
    (folder / "walk.yaml").write_text(
        f"""
actions: [{{id: walk, name: {{zh: 散步, en: walk}}}}]
rules:
  - id: test.walk
    version: {version}
    name: {{zh: 散步, en: walk}}
    source: {{doc: test}}
    when: {{latest: {{of: steps, lt: 1000, within: 1mo}}}}
    gives: [{{task: walk, due: {due}}}]
    explain: {{zh: "{{steps}}", en: "{{steps}}"}}
""",
        encoding="utf-8",
    )
    return folder


def test_a_medicine_named_in_words_is_known_to_the_rules(store, rules):
    enter(store, MedicationStatement(0, None, None, "2025-01-01", display="盐酸二甲双胍片 0.5g"))
    found = evaluation.evaluator_of(store, rules, [1], date(2026, 3, 2), date(2026, 6, 30), {})
    assert len(found.block.drugs["metformin"]) == 1


def test_a_card_and_its_doctor_on_one_day_leave_both_tasks_as_they_were(store, clock, rules):
    at(clock, date(2026, 3, 2))
    enter(store, EpisodeOfCare(0, None, "card", "2026-03-02", clinical_status="active"))
    care.evaluate(store, rules, as_of=date(2026, 3, 2))
    assert only(stored(store, "task", "assign_doctor")).state == "open"
    enter(store, CareTeam(0, None, "doctor", "2026-03-02", clinical_status="active", practitioner="d1"))
    care.evaluate(store, rules, as_of=date(2026, 3, 2))
    closed = only(stored(store, "task", "assign_doctor"))
    assert (closed.state, closed.ends, closed.reason) == ("done", "2026-03-02", "care_team")
    assert only(stored(store, "task", "complete_record")).state == "open"


def test_a_reading_on_the_day_of_the_alarm_closes_it(store, clock, rules):
    at(clock, date(2026, 3, 5))
    readings = [
        Observation(0, "glucose", f"2026-02-{day:02}", value=6.1, unit="mmol/L")
        for day in (10, 14, 18, 22, 26)
    ]
    diary = Flag(0, None, "daily_glucose", "2026-01-01", clinical_status="active")
    enter(
        store,
        *diabetes(),
        diary,
        *readings,
        Observation(0, "glucose", "2026-03-01", value=6.0, unit="mmol/L"),
    )
    care.evaluate(store, rules, as_of=date(2026, 3, 5))
    alarm = only(
        [row for row in stored(store, "task", state="open") if row.rule == "monitoring.glucose_days"]
    )
    enter(store, Observation(0, "glucose", "2026-03-05", value=6.3, unit="mmol/L"))
    care.evaluate(store, rules, as_of=date(2026, 3, 5))
    now = only([row for row in stored(store, "task") if row.rule == "monitoring.glucose_days"])
    assert now.key == alarm.key
    assert (now.state, now.ends, now.reason) == ("done", "2026-03-05", "observed")


def test_attempts_before_a_task_was_opened_again_do_not_count(store, clock, rules):
    at(clock, date(2026, 3, 2))
    enter(store, *hypertension(), *visit("2026-03-01", 152, 80))
    care.evaluate(store, rules, as_of=date(2026, 3, 2))
    row = only(stored(store, "task", "follow_up"))
    key = key_of(row.rule, row.period, row.part)

    def call(day):
        enter(
            store,
            Communication(
                0, None, None, f"2026-03-{day:02}T09:00", direction="out", channel="phone",
                outcome="no_answer", about=key,
            ),
        )  # fmt: skip

    for day in (5, 6, 7):
        call(day)
    enter(store, TaskChange(0, None, "reopened", "2026-03-08", task=key, reason="a new number"))
    call(9)
    care.evaluate(store, rules, as_of=date(2026, 3, 9), known=date(2026, 6, 30))
    assert only(stored(store, "task", "follow_up")).state == "open"
    call(10)
    call(11)
    care.evaluate(store, rules, as_of=date(2026, 3, 11), known=date(2026, 6, 30))
    assert only(stored(store, "task", "follow_up")).state == "failed"


def test_a_reported_side_effect_is_quoted_to_the_doctor(store, rules):
    said = Communication(
        0, None, None, "2026-03-05T10:00", direction="in", channel="wechat", text="吃了药起疹子，是副作用吗"
    )
    enter(store, said)
    why = care.explain(store, "K000001", rules, as_of=date(2026, 3, 5), known=date(2026, 6, 30))
    alarm = next(one for one in why.reasons if one.code == "side_effect_message")
    assert "起疹子" in alarm.because
