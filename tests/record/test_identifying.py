"""Identifiers are masked until somebody asks for them, and asking is written down."""

import pytest
from sqlalchemy import select

from kanglu import record
from kanglu.errors import PermissionDenied
from kanglu.record import Store, tables
from kanglu.record.facts import NATIONAL_ID, Identifier, PersonStatement, Telecom
from kanglu.trust import Actor, Role

NUMBER = "11010519491231002X"


@pytest.fixture
def one(store: Store) -> Store:
    ways = (Telecom("phone", "138 1234 5678"), Telecom("email", "a@b.c"), Telecom("phone", "010-6655"))
    who = PersonStatement(
        (Identifier(NATIONAL_ID, NUMBER), Identifier("card", "SH889901")), "王芳", telecoms=ways,
        addresses=("上海市浦东新区世纪大道 1 号",),
    )  # fmt: skip
    with store.batch("people") as batch:
        batch.person(who)
    return store


def deeds(store: Store) -> list[str]:
    with store.database.reading() as connection:
        event = tables.audit_event.c
        of_one = select(event.action).where(event.person == "K000001")
        return list(connection.scalars(of_one.order_by(event.id)))


def test_they_are_masked(one: Store) -> None:
    masked = one.masked_identity(one.person("K000001").view)
    assert not masked.shown
    assert dict(masked.numbers) == {NATIONAL_ID: "110***********002X", "card": "******01"}
    assert masked.telephones == ("*****55", "138****5678")
    assert masked.addresses == ("上海市浦东新…",)
    assert "show identity" not in deeds(one)


def test_in_full_they_are_written_down(one: Store) -> None:
    whole = one.identity(one.person("K000001").view)
    assert whole.shown
    assert dict(whole.numbers)[NATIONAL_ID] == NUMBER
    assert whole.telephones == ("0106655", "13812345678")
    assert deeds(one)[-1] == "show identity"


def test_who_may_not_know_people_is_shown_none(one: Store) -> None:
    with record.open(one.database.name, actor=Actor("x", "X", Role.ANALYST), purpose="analysis") as theirs:
        view = theirs.dossiers([1]).__next__().person
        for ask in (theirs.masked_identity, theirs.identity):
            with pytest.raises(PermissionDenied):
                ask(view)
