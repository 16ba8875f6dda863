"""Whose records somebody may see: by today's care teams, whichever day is asked about."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from kanglu import record
from kanglu.care.tasks import held_on
from kanglu.errors import NotFound, NotInPanel, PermissionDenied, RecordError
from kanglu.record import Store
from kanglu.record.accounts import Accounts
from kanglu.record.facts import CareTeam, Identifier, Observation, PersonStatement, TaskChange
from kanglu.record.moment import Moment
from kanglu.trust import LOCAL, Actor, Role

TODAY = "2026-06-30"
WANG = Actor("wang", "王敏", Role.HEALTH_MANAGER, "wang")
LI = Actor("li", "李医生", Role.CLINICIAN, "li")
ANALYST = Actor("an", "An", Role.ANALYST)
STRANGER = Actor("new", "新来的", Role.HEALTH_MANAGER)

type Open = Callable[..., Store]


def member(person: int, by: str, since: str | None = "2026-01-01", **more: Any) -> CareTeam:
    named = {"clinical_status": "active", "source": "kanglu/t", "source_key": f"{by}/{since}", **more}
    return CareTeam(person, "kanglu", "manager", since, practitioner=by, **named)


def enter(store: Store, *facts: Any) -> None:
    with store.batch("t", kind="entry") as writer:
        for fact in facts:
            writer.add(fact)


@pytest.fixture
def peopled(store: Store) -> Store:
    """One of Wang's and Li's, one of Zhao's, one whom nobody looks after; each with a weight."""
    with store.batch("b") as writer:
        for number, name in enumerate(("一一", "二二", "三三"), start=1):
            said = PersonStatement((Identifier("mrn", f"A{number}"),), name)
            writer.add(Observation(writer.person(said), "weight", "2026-01-02", value=60.0 + number))
    enter(store, member(1, "wang"), member(1, "li"), member(2, "zhao"))
    return store


@pytest.fixture
def opened(peopled: Store, clock: Any) -> Open:
    """Opens the record as somebody."""

    def open_(actor: Actor, **more: Any) -> Store:
        url = peopled.database.url.render_as_string(hide_password=False)
        return record.open(url, actor=actor, clock=clock, **more)

    return open_


def test_a_manager_and_a_clinician_see_their_own_and_those_of_nobody(opened: Open) -> None:
    for actor in (WANG, LI):
        with opened(actor) as mine:
            assert mine.panel("all").ids == [1, 3]
            assert mine.everybody() == [1, 3]
            assert mine.seen([1, 2, 3]) == {1, 3}
            with pytest.raises(NotInPanel, match=r"K000002.*not in the panel.*reason") as refused:
                mine.person("K000002")
            assert refused.value.where == "K000002"


def test_who_is_no_member_of_the_staff_sees_those_of_nobody(opened: Open) -> None:
    with opened(STRANGER) as theirs:
        assert theirs.panel("all").ids == [3]


@pytest.mark.parametrize(
    "actor",
    [LOCAL, *(Actor("x", "X", role) for role in (Role.SUPERVISOR, Role.ADMIN, Role.ANALYST))],
)
def test_others_see_everybody(opened: Open, actor: Actor) -> None:
    with opened(actor, purpose="report") as theirs:
        assert len(theirs.panel("all")) == 3


def test_a_supervisor_of_an_institution_sees_whom_its_staff_look_after(opened: Open, clock: Any) -> None:
    with opened(LOCAL) as store:
        accounts, admin = Accounts(store.database, clock), Actor("root", "root", Role.ADMIN)
        accounts.add(admin, "zhao", "赵丽", Role.HEALTH_MANAGER, "zhao", institution="east")
        accounts.add(admin, "wang", "王敏", Role.HEALTH_MANAGER, "wang", institution="west")
    for institution, seen in (("east", [2, 3]), ("west", [1, 3]), ("north", [3])):
        with opened(Actor("sun", "孙主任", Role.SUPERVISOR, institution=institution)) as theirs:
            assert theirs.panel("all").ids == seen


def test_nothing_of_the_others_is_read_by_any_way(opened: Open) -> None:
    with opened(LOCAL) as all_:
        other, today = all_.person("K000002").view, all_.moment
    with opened(WANG) as mine:
        for read in (
            lambda: mine.dossier("K000002"),
            lambda: list(mine.dossiers([1, 2])),
            lambda: mine.people([2], today),
            lambda: mine.inputs([2], today),
            lambda: mine.facts([1, 2], "observation", today),
            lambda: mine.facts_entered(2, "observation", today),
            lambda: mine.series(other, "weight", None, None),
            lambda: mine.results([2]),
            lambda: mine.current_results([2], today.known),
            lambda: mine.known_facts([1, 2], ["weight"], today.as_of, today.known),
            lambda: mine.known_entered(2, today, ["care_team"]),
            lambda: mine.telephones(other),
            lambda: mine.masked_telephones([2]),
            lambda: mine.identity(other),
            lambda: mine.masked_identity(other),
            lambda: mine.media_of(other),
            lambda: mine.play_media(other, 1),
            lambda: mine.versions(2, "observation", "x"),
            lambda: mine.merge("K000001", "K000002"),
        ):
            with pytest.raises(NotInPanel):
                read()


def test_a_search_counts_the_others_and_shows_nothing_of_them(opened: Open) -> None:
    with opened(WANG) as mine:
        found = mine.search("一一")
        assert [one.person.id for one in found.found] == [1]
        assert (found.elsewhere, found.numbers) == (0, ())
        found = mine.search("二二")
        assert (found.found, found.elsewhere, found.numbers) == ((), 1, ())


def test_a_whole_number_says_which_record_it_is(opened: Open) -> None:
    with opened(WANG) as mine:
        found = mine.search("A2")
        assert (found.found, found.elsewhere, found.numbers) == ((), 1, ("K000002",))


def test_those_of_ones_own_are_found_behind_many_others(peopled: Store, opened: Open) -> None:
    with peopled.batch("many") as writer:
        for number in range(200):
            person = writer.person(PersonStatement((Identifier("mrn", f"B{number}"),), "陈陈"))
            writer.add(member(person, "wang" if number == 199 else "zhao"))
    with opened(WANG) as mine:
        found = mine.search("陈陈", 5)
        assert [one.person.id for one in found.found] == [203]
        assert (found.more, found.elsewhere) == (False, 199)


def test_a_panel_goes_by_todays_teams_and_not_by_those_of_the_day_asked_about(
    peopled: Store, opened: Open
) -> None:
    """Who has left the panel is not shown by asking as of the time when they were in it."""
    left = member(1, "wang", effective_end="2026-06-01", clinical_status="finished")
    enter(peopled, left)
    with opened(WANG, as_of="2026-03-01", known=TODAY) as mine:
        assert mine.panel("all").ids == [3]


@pytest.mark.parametrize(
    ("end", "status", "sees"),
    [
        (None, "active", True),
        (None, None, True),
        (None, "finished", False),
        ("2026-07-01", "finished", True),
        ("2026-07-01", "active", True),
        (TODAY, "active", False),
        ("2026-06-29", "active", False),
        ("2026-07", "active", True),
    ],
)
def test_a_membership_holds_as_the_rules_say_it_does(
    peopled: Store, opened: Open, end: str | None, status: str | None, sees: bool
) -> None:
    enter(peopled, member(2, "wang", "2026-02-01", effective_end=end, clinical_status=status))
    day = date.fromisoformat(TODAY)
    frame = peopled.facts_entered(2, "care_team", Moment(day, day))
    holds = "wang" in held_on(frame, day)["practitioner"].tolist()
    with opened(WANG) as mine:
        assert mine.seen([2]) == ({2} if sees else set())
    assert holds is sees


@pytest.mark.parametrize(("since", "sees"), [(TODAY, True), ("2026-07-01", False), (None, False)])
def test_a_membership_counts_from_its_day(
    peopled: Store, opened: Open, since: str | None, sees: bool
) -> None:
    enter(peopled, member(2, "wang", since, source_key="x"))
    with opened(WANG) as mine:
        assert mine.seen([2]) == ({2} if sees else set())


def handed(person: int, to: str, day: str, key: str = "k") -> TaskChange:
    return TaskChange(
        person, "kanglu", "handed_over", day, task=key, owner=to, source="kanglu/t", source_key=f"{to}/{day}"
    )


def test_a_task_that_was_handed_over_opens_the_record(peopled: Store, opened: Open) -> None:
    enter(peopled, handed(2, "wang", "2026-06-20T09:00:00"))
    with opened(WANG) as mine:
        assert mine.seen([2]) == {2}
    enter(peopled, handed(2, "he", "2026-06-21T09:00:00"))
    with opened(WANG) as mine:
        assert mine.seen([2]) == set()


@pytest.mark.parametrize(("day", "sees"), [("2026-04-01", True), ("2026-03-31", False)])
def test_a_handing_over_counts_for_ninety_days(peopled: Store, opened: Open, day: str, sees: bool) -> None:
    enter(peopled, handed(2, "wang", day))
    with opened(WANG) as mine:
        assert mine.seen([2]) == ({2} if sees else set())


def test_a_reason_opens_a_record_for_a_day_and_for_nobody_else(opened: Open, clock: Any) -> None:
    with opened(WANG) as mine:
        until = mine.open_with_reason("k000002", " 急诊来电 ")
        assert until == clock.now + timedelta(hours=24)
        assert mine.person("K000002").view.id == 2
        with opened(LI) as other, pytest.raises(NotInPanel):
            other.person("K000002")
        clock.now = until - timedelta(seconds=1)
        assert mine.seen([2]) == {2}
        clock.now = until
        assert mine.seen([2]) == set()


def test_opening_with_a_reason_is_written_down(opened: Open) -> None:
    with opened(WANG) as mine:
        mine.open_with_reason("K000002", "急诊来电")
        with mine.database.reading() as connection:
            said = connection.exec_driver_sql(
                "SELECT actor, person, detail FROM audit_event WHERE action = 'open with reason'"
            ).fetchall()
    assert [(actor, person) for actor, person, _ in said] == [("wang", "K000002")]
    assert "急诊来电" in said[0][2]


def test_a_record_is_not_opened_without_a_reason_or_without_the_right(opened: Open) -> None:
    with opened(WANG) as mine:
        with pytest.raises(RecordError, match="needs a reason"):
            mine.open_with_reason("K000002", " ")
        with pytest.raises(NotFound):
            mine.open_with_reason("K000009", "因为")
    with (
        opened(Actor("an", "An", Role.ANALYST), purpose="analysis") as theirs,
        pytest.raises(PermissionDenied),
    ):
        theirs.open_with_reason("K000002", "because")


def test_the_rules_look_at_everybody_whoever_asks(opened: Open) -> None:
    with opened(WANG) as mine:
        assert mine.for_rules().everybody() == [1, 2, 3]
        assert mine.everybody() == [1, 3]
    with (
        opened(Actor("an", "An", Role.ANALYST), purpose="analysis") as theirs,
        pytest.raises(PermissionDenied),
    ):
        theirs.for_rules()
