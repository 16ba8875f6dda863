"""Requests of people about their record: received, decided by whom they concern least, answered in time."""

from datetime import date
from typing import Any

import pytest

from kanglu import record
from kanglu.errors import NotFound, NotInPanel, PermissionDenied, RecordError
from kanglu.record import Store
from kanglu.record.facts import CareTeam, Identifier, PersonStatement
from kanglu.trust import Actor, Role

DAY, DUE = date(2026, 1, 5), date(2026, 2, 4)
CHEN = Actor("chen", "陈静", Role.HEALTH_MANAGER, "chen")
HEAD = Actor("head", "主任", Role.SUPERVISOR)


@pytest.fixture
def one(store: Store, clock: Any) -> Store:
    """Somebody in the panel of `chen`, and somebody in another's."""
    clock.now = clock.now.replace(year=2026, month=1, day=10)
    with store.batch("b") as writer:
        for number, by in ((1, "chen"), (2, "he")):
            person = writer.person(PersonStatement((Identifier("mrn", f"A{number}"),), "一一"))
            writer.add(CareTeam(person, "kanglu", "manager", "2026-01-02", practitioner=by))
    return store


def opened(store: Store, actor: Actor, clock: Any) -> Store:
    url = store.database.url.render_as_string(hide_password=False)
    return record.open(url, actor=actor, clock=clock)


def asked(store: Store, kind: Any = "access", number: str = "K000001", wording: str = "看我的档案") -> Any:
    return store.receive_request(store.person(number).view, kind, DAY, DUE, wording)


def test_it_is_received_accepted_and_done_and_each_step_is_in_the_log(one: Store, clock: Any) -> None:
    made = asked(opened(one, CHEN, clock))
    assert (made.state, made.wording, made.number, made.entered_by) == (
        "received", "看我的档案", "K000001", "chen",
    )  # fmt: skip
    head = opened(one, HEAD, clock)
    head.accept_request(made.id)
    head.finish_request(made.id, "已当面出示")
    done = head.rights_request(made.id)
    assert (done.state, done.answer, done.decided_by, done.open) == ("done", "已当面出示", "head", False)
    deeds = [row.action for row in one.trail(one.person("K000001").view)]
    assert [deed for deed in deeds if deed.endswith("request")] == [
        "finish request", "accept request", "receive request",
    ]  # fmt: skip


@pytest.mark.parametrize(("day", "late"), [(DUE, 0), (date(2026, 2, 5), 1), (date(2026, 1, 5), 0)])
def test_it_is_late_from_the_day_after_it_was_due(one: Store, clock: Any, day: date, late: int) -> None:
    head = opened(one, HEAD, clock)
    made = asked(head)
    assert made.days_late(day) == late
    head.refuse_request(made.id, "不是本人")
    assert head.rights_request(made.id).days_late(date(2030, 1, 1)) == 0


def test_neither_wording_nor_answer_can_be_read_in_the_database(one: Store, clock: Any) -> None:
    asked(opened(one, CHEN, clock))
    with one.database.reading() as connection:
        row = connection.exec_driver_sql("select * from rights_request").one()
    assert "档案" not in str(row)


def test_who_has_a_wall_sees_only_requests_of_their_panel(one: Store, clock: Any) -> None:
    head, chen = opened(one, HEAD, clock), opened(one, CHEN, clock)
    mine, other = asked(head), asked(head, number="K000002")
    assert [row.id for row in head.rights_requests()] == [mine.id, other.id]
    assert [row.id for row in chen.rights_requests()] == [mine.id]
    assert [row.id for row in head.rights_requests(one.person("K000002").view)] == [other.id]
    with pytest.raises(NotInPanel):
        chen.rights_request(other.id)


def test_a_manager_enters_and_does_not_decide(one: Store, clock: Any) -> None:
    chen = opened(one, CHEN, clock)
    made = asked(chen)
    for decide in (chen.accept_request, lambda id: chen.refuse_request(id, "x"), chen.erase):
        with pytest.raises(PermissionDenied):
            decide(made.id)


def test_the_same_is_not_asked_twice_at_a_time(one: Store, clock: Any) -> None:
    head = opened(one, HEAD, clock)
    made = asked(head)
    with pytest.raises(RecordError, match=f"by request {made.id}"):
        asked(head)
    asked(head, "export")
    head.refuse_request(made.id, "x")
    assert asked(head).id > made.id


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda s, n: s.receive_request(s.person("K000001").view, "export", DAY, DUE, "  "), "wording"),
        (
            lambda s, n: s.receive_request(s.person("K000001").view, "export", date(2026, 1, 11), DUE, "x"),
            "lies ahead",
        ),
        (lambda s, n: s.refuse_request(n, " "), "reason"),
        (lambda s, n: s.finish_request(n, "x"), "not accepted yet"),
        (lambda s, n: s.erase(n), "not accepted yet"),
        (lambda s, n: s.accept_request(99), "no request 99"),
    ],
)
def test_what_cannot_be_is_said(one: Store, clock: Any, call: Any, said: str) -> None:
    head = opened(one, HEAD, clock)
    made = asked(head)
    with pytest.raises((RecordError, NotFound), match=said):
        call(head, made.id)
    assert head.rights_request(made.id).state == "received"


def test_what_is_answered_stays_answered(one: Store, clock: Any) -> None:
    head = opened(one, HEAD, clock)
    made = asked(head)
    head.refuse_request(made.id, "不是本人")
    for again in (head.accept_request, lambda id: head.refuse_request(id, "y")):
        with pytest.raises(RecordError, match="refused already"):
            again(made.id)
