"""The board: each figure counted by hand, on both sides of each limit, and who stands behind it."""

from datetime import date, timedelta

import pytest
from tests.insight import served
from tests.insight.board_panel import AS_OF, pressures, readings, sources, tasks, team

from kanglu.errors import NotFound, RecordError
from kanglu.insight.board import Chosen, board


def cells(found, programme):
    """A programme's row of the register: the people of each state."""
    [row] = [one for one in found.register if one.programme.id == programme]
    return {state: set(cell.people) for state, cell in row.cells.items()}


def enrolled(*ids, since="2020-01-01", programme="hypertension"):
    return served.episodes(*[(one, programme, since, None, "active") for one in ids])


# -- the register ----------------------------------------------------------------------------------


def test_enrolled_are_those_in_the_programme_on_the_day_and_alive():
    people = served.people(1, 2, 3, 4, 5, died={4: "2026-06-30", 5: "2026-07-01"})
    episodes = served.episodes(
        (1, "hypertension", "2026-06-30", None, "active"),
        (2, "hypertension", "2026-07-01", None, "active"),
        (3, "hypertension", "2025-01-01", "2026-06-30", "finished"),
        (4, "hypertension", "2025-01-01", None, "active"),
        (5, "hypertension", "2025-01-01", None, "active"),
    )
    people.loc[5, ["death_date", "deceased"]] = [None, False]  # as of the day, nobody knows of it
    found = board(sources(people, episode_of_care=episodes))
    assert cells(found, "hypertension")["enrolled"] == {1, 5}


def test_due_and_overdue_part_at_the_day():
    people = served.people(1, 2, 3, 4, 5, 6)
    given = tasks(
        {"person_id": 1, "due": "2026-06-30"},
        {"person_id": 2, "due": "2026-06-29", "state": "overdue", "days_late": 1},
        {"person_id": 3, "due": "2026-07-10", "window_start": "2026-06-30", "state": "ready"},
        {"person_id": 4, "due": "2026-07-10", "window_start": "2026-07-01", "state": "draft"},
        {"person_id": 5, "due": "2026-06-29", "state": "done", "ends": "2026-06-30"},
        {"person_id": 6, "due": "2026-06-30", "rule": "dm.visit.controlled"},
    )
    found = board(sources(people, given=given, episode_of_care=enrolled(1, 2, 3, 4, 5, 6)))
    row = cells(found, "hypertension")
    assert (row["due"], row["overdue"]) == ({1, 3}, {2})


def test_a_yearly_check_is_the_elderly_programmes():
    given = tasks({"code": "yearly_check", "rule": "elderly.yearly_check"})
    episodes = enrolled(1, programme="elderly")
    found = board(sources(served.people(1), given=given, episode_of_care=episodes))
    assert cells(found, "elderly")["due"] == {1}
    assert "in_target" not in cells(found, "elderly")


def test_in_target_not_in_target_and_not_measured_are_all_who_are_enrolled():
    people = served.people(1, 2, 3, 4, 5, born={2: "1961-06-01", 3: "1961-06-01"})
    measured = pressures(
        (1, "2026-06-30", 150, 80),
        (2, "2026-06-01", 149, 89),  # 65 on that day
        (3, "2026-05-31", 149, 89),  # 64
        (4, "2025-06-30", 120, 80),  # a day too old
        (5, "2025-07-01", 139, 89),
    )
    found = board(
        sources(
            people,
            measured=measured,
            problems={"hypertension": {1, 2, 3, 4, 5}},
            episode_of_care=enrolled(1, 2, 3, 4, 5),
        )
    )
    row = cells(found, "hypertension")
    assert (row["in_target"], row["not_in_target"], row["not_measured"]) == ({2, 5}, {1, 3}, {4})
    because = found.cell("register/hypertension/not_in_target").why([1])[1]
    assert (because.kind, because.day, because.values) == ("pressure", "2026-06-30", (150, 80))


def test_never_visited_and_lost():
    people = served.people(1, 2, 3, 4)
    encounters = served.facts(
        "encounter",
        [
            {"person_id": one, "code": "follow_up", "effective": day, "setting": "AMB"}
            for one, day in ((1, "2019-12-31"), (2, "2025-07-01"), (3, "2025-06-30"))
        ],
    )
    found = board(sources(people, encounter=encounters, episode_of_care=enrolled(1, 2, 3, 4)))
    row = cells(found, "hypertension")
    assert (row["never_visited"], row["lost"]) == ({1, 4}, {3})
    assert found.cell("register/hypertension/lost").why([3])[3].day == "2025-06-30"


# -- by month --------------------------------------------------------------------------------------


def monthly(found, definition):
    [one] = [one for one in (*found.follow_ups, *found.control) if one.definition == definition]
    return one


def test_a_control_rate_looks_back_twelve_months_from_each_point():
    people = served.people(1, 2)
    measured = pressures((1, "2025-07-01", 150, 80), (1, "2026-05-31", 130, 80), (2, "2025-06-15", 130, 80))
    found = board(sources(people, measured=measured, problems={"hypertension": {1, 2}}))
    line = monthly(found, "bp_control.last_visit.national_2017")
    counts = [(one.days.until, one.numerator.n, one.denominator.n) for one in line.months]
    assert counts[0] == (date(2025, 7, 30), 1, 2)
    assert counts[10] == (date(2026, 5, 30), 1, 2)  # the 150 counts still; the other's is of 15 June
    assert counts[11] == (AS_OF, 1, 1)
    assert line.now is line.months[-1]


def test_glucose_below_seven():
    measured = readings((1, "2026-06-01", "fpg", 6.9), (2, "2026-06-01", "fpg", 7.0))
    found = board(sources(served.people(1, 2), measured=measured, problems={"type2_diabetes": {1, 2}}))
    now = monthly(found, "fpg_control.last_test.national_2017").now
    assert (now.numerator.people, now.denominator.n) == ({1}, 2)


def test_follow_ups_in_time_are_done_by_the_day_they_were_due():
    given = tasks(
        {"person_id": 1, "due": "2026-06-10", "state": "done", "ends": "2026-06-10"},
        {"person_id": 2, "due": "2026-06-10", "state": "done", "ends": "2026-06-11"},
        {"person_id": 3, "due": "2026-06-29", "state": "overdue"},
        {"person_id": 4, "due": "2026-06-30", "state": "due"},
        {"person_id": 5, "due": "2026-06-12", "state": "cancelled", "ends": "2026-06-12"},
        {"person_id": 6, "due": "2026-05-31", "state": "failed", "ends": "2026-06-20"},
        {"person_id": 7, "due": "2026-06-11", "state": "done", "ends": "2026-06-11", "code": "bp_check"},
    )
    found = board(sources(served.people(*range(1, 8)), given=given))
    line = monthly(found, "follow_up_in_time.due_in_period")
    assert served.counts(line.now) == (1, 3, {"late": 1, "overdue": 1, "cancelled": 1, "open": 1})
    assert served.counts(line.months[-2]) == (0, 1, {"failed": 1})
    assert line.latest is line.now
    done = monthly(found, "follow_up_completion.due_in_period").now
    assert (done.numerator.n, done.denominator.n) == (2, 2)


def test_the_latest_month_is_the_last_in_which_anybody_counts():
    given = tasks({"due": "2026-05-31", "state": "done", "ends": "2026-05-31"}, {"due": "2026-06-30"})
    line = monthly(board(sources(served.people(1), given=given)), "follow_up_in_time.due_in_period")
    assert line.now.denominator.n == 0
    assert (line.latest.days.until, line.latest.value) == (date(2026, 5, 31), 1.0)
    nothing = monthly(board(sources(served.people(1))), "follow_up_in_time.due_in_period")
    assert nothing.latest is nothing.now


def test_managed_to_the_standard_is_of_the_year_before_while_nothing_is_due():
    found = board(sources(served.people(1), as_of=date(2026, 1, 1), episode_of_care=enrolled(1)))
    assert {one.days.until for one in found.standard} == {date(2025, 12, 31)}
    found = board(sources(served.people(1), episode_of_care=enrolled(1)))
    assert {one.days.until for one in found.standard} == {AS_OF}


# -- load ------------------------------------------------------------------------------------------


def load(found, owner):
    [one] = [one for one in found.loads if (one.member and one.member.id) == owner]
    return one


def test_load_counts_tasks_and_waiting_counts_people():
    given = tasks(
        {"person_id": 1, "due": "2026-06-30"},
        {"person_id": 1, "due": "2026-06-29", "state": "overdue"},
        {"person_id": 2, "due": "2026-07-06", "state": "draft"},
        {"person_id": 3, "due": "2026-07-07", "state": "draft"},
        {"person_id": 4, "due": "2026-06-20", "state": "overdue", "next_try": "2026-07-01"},
        {"person_id": 5, "due": "2026-06-20", "state": "overdue", "next_try": "2026-06-30"},
        {"person_id": 6, "due": "2026-06-20", "state": "snoozed"},
        {"person_id": 7, "due": "2026-06-20", "state": "done", "ends": "2026-06-21"},
        {"person_id": 8, "owner": None},
    )
    found = board(
        sources(
            served.people(*range(1, 9)), given=given, care_team=team((2, "manager", "he_min", "2025-01-01"))
        )
    )
    mine = load(found, "he_min")
    assert mine.clients.people == (2,)
    assert (mine.open.n, mine.due_today.n, mine.due_week.n, mine.overdue.n) == (7, 1, 2, 4)
    assert set(mine.waiting.people) == {1, 5}
    assert mine.days == 2 / 25
    assert [week.n for week in mine.weeks] == [2, 1, 0, 0]
    assert load(found, None).waiting.people == (8,)
    assert load(found, None).days is None


def test_a_week_is_expected_from_the_twelve_before():
    days = [date(2026, 6, 29) - timedelta(weeks=week) for week in range(12)]
    done = {"state": "done", "ends": "2026-06-29"}
    one_each = [{"person_id": day.day, "due": day.isoformat(), **done} for day in days]
    found = board(sources(served.people(*range(32)), given=tasks(*one_each)))
    expected = load(found, "he_min").expected
    assert (expected.mean, expected.low, expected.high) == (1, 1, 1)
    older = {"due": "2026-04-06", "state": "done", "ends": "2026-04-06"}
    assert load(board(sources(served.people(1), given=tasks(older))), "he_min").expected is None
    newer = {**older, "due": "2026-04-07"}
    assert load(board(sources(served.people(1), given=tasks(newer))), "he_min").expected.mean == 1 / 12


# -- calls, reminders, residents -------------------------------------------------------------------


def test_outcomes_of_calls_and_barriers():
    said = [
        {"person_id": 1, "effective": "2026-06-30T10:00:00", "outcome": "reached"},
        {"person_id": 1, "effective": "2025-07-01", "outcome": "no_answer"},
        {"person_id": 2, "effective": "2025-06-30", "outcome": "no_answer"},
        {"person_id": 3, "effective": "2026-06-01", "outcome": "refused", "reason": "cost"},
        {"person_id": 4, "effective": "2026-06-01", "outcome": None},
        {"person_id": 5, "effective": "2026-06-01", "outcome": "odd"},
        {"person_id": 6, "effective": "2026-06-01", "outcome": "reached", "channel": "sms"},
    ]
    contacts = served.communications(*[{"direction": "out", "channel": "phone", **one} for one in said])
    found = board(sources(served.people(*range(1, 7)), communication=contacts))
    assert {outcome.id: served.counts(one) for outcome, one in found.calls} == {
        name: (1, 3, {"unknown": 1, "none": 1}) for name in ("no_answer", "reached", "refused")
    }
    assert [(one.barrier.id, one.share.numerator.n) for one in found.barriers.rows] == [("cost", 1)]
    because = found.cell("calls.reached/part").why([1])[1]
    assert (because.kind, because.day, because.codes) == ("contact", "2026-06-30", ("reached",))


def test_residents_under_contract_have_a_doctor_and_each_stands_in_the_table_with_the_marks():
    people = served.people(1, 2, 3, 4, 5, died={4: "2026-06-29"})
    doctors = team(
        *[(one, "doctor", "zhou", "2025-01-01") for one in (1, 2, 4)], (3, "manager", "he_min", "2025-01-01")
    )
    having = {"problems": {"hypertension": {1, 3}}, "tags": {"high_risk": frozenset({1})}}
    found = board(sources(people, care_team=doctors, **having)).residents
    assert found.all.people == (1, 2)
    assert found.unmarked.people == (2,)
    assert {(one.kind, one.id): one.cell.people for one in found.marks} == {
        ("problem", "hypertension"): (1,),
        ("tag", "high_risk"): (1,),
    }
    assert found.all.why([1, 2])[1].codes == ("hypertension", "high_risk")


# -- of whom ---------------------------------------------------------------------------------------


def test_a_board_of_a_manager_is_of_the_clients_and_the_load_of_the_manager_alone():
    people = served.people(1, 2)
    teams = team((1, "manager", "he_min", "2025-01-01"), (2, "manager", "wu_fang", "2025-01-01"))
    given = tasks({"person_id": 1}, {"person_id": 2})
    every = sources(people, given=given, care_team=teams, episode_of_care=enrolled(1, 2))
    found = board(every, Chosen("he_min"))
    assert cells(found, "hypertension")["due"] == {1}
    assert found.people.people == (1,)
    assert [one.member.id for one in found.loads] == ["he_min"]
    assert found.loads[0].open.n == 2  # handed over: another's client, his task


def test_a_board_of_a_programme_is_of_those_enrolled():
    found = board(sources(served.people(1, 2), episode_of_care=enrolled(2)), Chosen(programme="hypertension"))
    assert found.people.people == (2,)


def test_names_that_are_not_there_are_said():
    every = sources(served.people(1))
    with pytest.raises(RecordError, match="nobody_here"):
        board(every, Chosen("nobody_here"))
    with pytest.raises(NotFound, match="register/none"):
        board(every).cell("register/none")


def test_of_nobody_every_cell_is_nought():
    found = board(sources(served.people()))
    assert {cell.n for cell in found.cells.values()} == {0}
    assert all(one.now.value is None for one in found.control)
