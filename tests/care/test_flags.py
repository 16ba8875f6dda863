"""Tags set and taken away by hand."""

from datetime import date, timedelta

import pytest

from kanglu.care.flags import set_tag, take_tag
from kanglu.catalogue.rulebook import rulebook
from kanglu.errors import RecordError
from kanglu.i18n import words
from kanglu.insight.person import look
from kanglu.record import Store
from kanglu.record.facts import Flag, Identifier, PersonStatement

TODAY = date(2026, 6, 30)


@pytest.fixture
def one(store: Store) -> Store:
    with store.batch("people") as batch:
        person = batch.person(PersonStatement((Identifier("mrn", "1"),), name="王芳"))
        batch.add(Flag(person, None, "prefers_app", "2026-01-01", clinical_status="active", reason="source"))
    return store


def tags(store: Store) -> dict[str, str]:
    dossier = store.dossier("K000001")
    return {tag.code: tag.because for tag in look(dossier, [], rulebook(), words("en")).tags}


def test_a_tag_is_set_with_its_reason_and_taken_away_again(one: Store, clock) -> None:
    set_tag(one, "K000001", "phone_only", TODAY, "is hard of hearing ")
    assert tags(one) == {"prefers_app": "source", "phone_only": "is hard of hearing"}
    clock.pass_days(1)
    take_tag(one, "K000001", "phone_only", TODAY + timedelta(days=1), "has a hearing aid")
    assert tags(one) == {"prefers_app": "source"}
    clock.pass_days(1)
    set_tag(one, "K000001", "phone_only", TODAY + timedelta(days=2), "lost it")
    assert tags(one) == {"prefers_app": "source", "phone_only": "lost it"}
    assert one.verify().ok


def test_a_tag_of_a_source_without_keys_can_be_taken_away(one: Store) -> None:
    take_tag(one, "K000001", "prefers_app", TODAY, "has no telephone any more")
    assert tags(one) == {}


@pytest.mark.parametrize(
    ("tag", "day", "reason", "says"),
    [
        ("unheard_of", TODAY, "x", "is no tag"),
        ("phone_only", TODAY, "  ", "needs a reason"),
        ("phone_only", TODAY + timedelta(days=1), "x", "lies ahead"),
        ("prefers_app", TODAY, "x", "by hand already"),
    ],
)
def test_a_tag_is_refused(one: Store, tag: str, day: date, reason: str, says: str) -> None:
    with pytest.raises(RecordError, match=says):
        set_tag(one, "K000001", tag, day, reason)
    assert tags(one) == {"prefers_app": "source"}
