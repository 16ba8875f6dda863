"""Consent: given what a person said and when, whether a purpose is allowed at a time."""

from datetime import date, datetime
from typing import Any

import pytest
from tests.care.ruled import enter, people

from kanglu.care import consents
from kanglu.errors import RecordError
from kanglu.record import Store
from kanglu.record.facts import Consent
from kanglu.trust import ConsentPurpose

WHO, BY = "K000001", "wang"
TODAY = date(2026, 6, 30)


@pytest.fixture
def asked(store: Store) -> Store:
    people(store, "张三")
    return store


def answer(store: Store, at: date | datetime = TODAY, purpose: str = "recording") -> str:
    return consents.standing(store.dossier(WHO), purpose, at).answer


def said(answered: str, start: str | None, end: str | None = None, **more: Any) -> Consent:
    return Consent(1, None, "recording", start, end, answered, **more)


def test_who_was_not_asked_has_allowed_nothing(asked: Store) -> None:
    assert [one.answer for one in consents.everything(asked.dossier(WHO), TODAY)] == ["not_asked"] * 6
    assert not any(consents.holds(asked.dossier(WHO), purpose, TODAY) for purpose in ConsentPurpose)


def test_a_permission_holds_from_its_day_until_the_day_before_its_end(asked: Store) -> None:
    day, end = date(2026, 6, 10), date(2026, 6, 20)
    consents.allow(asked, WHO, "recording", day, "签字表 12", BY, until=end)
    dossier = asked.dossier(WHO)
    days = {9: False, 10: True, 19: True, 20: False, 21: False}
    assert {n: consents.holds(dossier, "recording", date(2026, 6, n)) for n in days} == days
    assert consents.standing(dossier, "recording", date(2026, 6, 19)) == consents.Said(
        ConsentPurpose.RECORDING, "allowed", "2026-06-10", "2026-06-20", "签字表 12", BY
    )
    assert answer(asked) == "ended"
    assert answer(asked, purpose="research") == "not_asked"


def test_a_refusal_stands_over_what_was_allowed_before_and_a_later_permission_over_it(asked: Store) -> None:
    consents.allow(asked, WHO, "recording", date(2026, 6, 1), "by telephone", BY)
    consents.refuse(asked, WHO, "recording", date(2026, 6, 10), "by telephone", BY)
    consents.allow(asked, WHO, "recording", date(2026, 6, 20), "signed form", BY)
    days = {1: "allowed", 9: "allowed", 10: "withdrawn", 19: "withdrawn", 20: "allowed"}
    assert {n: answer(asked, date(2026, 6, n)) for n in days} == days


def test_a_refusal_alone_is_a_refusal(asked: Store) -> None:
    consents.refuse(asked, WHO, "recording", TODAY, "by telephone", BY)
    assert answer(asked) == "refused"


def test_an_older_permission_goes_on_when_a_newer_one_has_ended(asked: Store) -> None:
    enter(asked, said("active", "2026-01-01"), said("active", "2026-03-01", "2026-04-01"))
    assert answer(asked) == "allowed"


def test_a_withdrawal_ends_the_permission_and_says_why(asked: Store) -> None:
    consents.allow(asked, WHO, "recording", date(2026, 6, 1), "signed form", BY)
    consents.withdraw(asked, WHO, "recording", date(2026, 6, 20), "不想录音", BY)
    assert consents.standing(asked.dossier(WHO), "recording", TODAY) == consents.Said(
        ConsentPurpose.RECORDING, "withdrawn", "2026-06-20", None, "不想录音", BY
    )
    assert answer(asked, date(2026, 6, 19)) == "allowed"
    kept = asked.dossier(WHO).consents
    assert kept["effective_end"].dropna().tolist() == ["2026-06-20"]


def test_what_has_no_identity_in_its_source_can_be_withdrawn_too(asked: Store) -> None:
    enter(asked, said("active", "2026-01-01"))
    consents.withdraw(asked, WHO, "recording", TODAY, "不想录音", BY)
    assert answer(asked) == "withdrawn"
    assert len(asked.dossier(WHO).consents) == 2


def test_only_what_holds_is_withdrawn(asked: Store) -> None:
    with pytest.raises(RecordError, match="No permission for recording holds"):
        consents.withdraw(asked, WHO, "recording", TODAY, "不想录音", BY)


def test_three_answers_on_one_day_each_stand_from_their_time(asked: Store, clock: Any) -> None:
    """At nine allowed for the whole day, at ten withdrawn, at eleven allowed again."""
    consents.allow(asked, WHO, "recording", TODAY, "by telephone", BY)
    clock.pass_days(1 / 24)
    consents.withdraw(asked, WHO, "recording", TODAY, "不想录音", BY)
    clock.pass_days(1 / 24)
    assert answer(asked) == "withdrawn"
    consents.allow(asked, WHO, "recording", TODAY, "signed form", BY)
    hours = {8: "allowed", 9: "allowed", 10: "withdrawn", 11: "allowed"}
    assert {hour: answer(asked, datetime(2026, 6, 30, hour)) for hour in hours} == hours


def test_at_one_instant_what_was_entered_last_stands(asked: Store) -> None:
    when = "2026-06-30T09:00:00"
    enter(asked, said("active", when))
    enter(asked, said("refused", when))
    assert answer(asked) == "withdrawn"
    enter(asked, said("active", when, evidence="signed form"))
    assert answer(asked) == "allowed"


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (said("active", "2026-06"), "allowed"),
        (said("active", "2026"), "not_asked"),
        (said("active", None), "not_asked"),
        (said("refused", "2026"), "refused"),
        (said("refused", None), "refused"),
        (said("active", "2026-06-01", "2026-06"), "ended"),
        (said("draft", "2026-06-01"), "not_asked"),
        (said("active", "2026-06-01", status="entered-in-error"), "not_asked"),
    ],
)
def test_a_time_known_in_part_never_helps_a_permission(asked: Store, fact: Consent, expected: str) -> None:
    enter(asked, fact)
    assert answer(asked) == expected


def test_what_was_known_then_is_what_held_then(asked: Store, clock: Any) -> None:
    """Refused on 1 July, entered on the 10th: on the 9th nobody knew of it."""
    consents.allow(asked, WHO, "recording", date(2026, 5, 1), "signed form", BY)
    clock.pass_days(10)
    consents.refuse(asked, WHO, "recording", date(2026, 7, 1), "by telephone", BY)
    [then] = asked.dossiers([1], "2026-07-09")
    assert consents.holds(then, "recording", date(2026, 7, 9))
    assert answer(asked, date(2026, 7, 9)) == "withdrawn"


@pytest.mark.parametrize(
    ("day", "evidence", "purpose", "why"),
    [
        (date(2026, 7, 1), "signed", "recording", "lies ahead"),
        (TODAY, "  ", "recording", "needs evidence"),
        (TODAY, "signed", "record", "recording"),
    ],
)
def test_it_is_taken_down_with_evidence_of_a_day_that_has_come(
    asked: Store, day: date, evidence: str, purpose: str, why: str
) -> None:
    with pytest.raises(RecordError, match=why):
        consents.allow(asked, WHO, purpose, day, evidence, BY)
    assert asked.dossier(WHO).consents.empty


def test_an_end_lies_after_the_beginning(asked: Store) -> None:
    with pytest.raises(RecordError, match="cannot hold"):
        consents.allow(asked, WHO, "recording", TODAY, "signed", BY, until=TODAY)
