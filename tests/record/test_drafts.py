"""Drafts: kept for whoever began them, unreadable to others, gone when they are done with."""

from datetime import date

import pytest
from sqlalchemy import insert, select

from kanglu import record
from kanglu.dates import instant
from kanglu.errors import PermissionDenied
from kanglu.record import Store, tables
from kanglu.trust import Actor, Role

KEY = "visit/K000001/2026-06-30"
WANG = Actor("wang", "王敏", Role.HEALTH_MANAGER)
ZHAO = Actor("zhao", "赵丽", Role.HEALTH_MANAGER)


@pytest.fixture
def accounts(store: Store) -> Store:
    """The same record, with accounts for two managers."""
    with store.database.writing() as connection:
        for one in (WANG, ZHAO):
            connection.execute(
                insert(tables.account).values(
                    id=one.id, name=one.name, role=one.role, password="x", must_change=False, failures=0,
                    created=instant(store.clock()),
                )
            )  # fmt: skip
    return store


def of(store: Store, actor: Actor) -> Store:
    return record.Store(store.database, actor, store.purpose, clock=store.clock)


def test_a_draft_is_kept_and_kept_again(accounts: Store) -> None:
    mine = of(accounts, WANG)
    assert mine.draft(KEY) is None
    at = mine.save_draft(KEY, {"answers": {"sbp": "138"}})
    mine.save_draft(KEY, {"answers": {"sbp": "139"}})
    [draft] = mine.drafts("visit/")
    assert (draft.key, draft.content, draft.saved) == (KEY, {"answers": {"sbp": "139"}}, at)
    assert mine.drafts("other/") == []


def test_nobody_sees_or_drops_the_draft_of_another(accounts: Store) -> None:
    mine, other = of(accounts, WANG), of(accounts, ZHAO)
    mine.save_draft(KEY, {"answers": {"sbp": "138"}})
    assert (other.draft(KEY), other.drafts()) == (None, [])
    other.save_draft(KEY, {"answers": {"sbp": "120"}})
    other.drop_draft(KEY)
    kept = mine.draft(KEY)
    assert kept is not None
    assert kept.content == {"answers": {"sbp": "138"}}


def test_a_draft_lies_encrypted(accounts: Store) -> None:
    of(accounts, WANG).save_draft(KEY, {"note": "头痛三天"})
    with accounts.database.reading() as connection:
        cipher = connection.scalar(select(tables.draft.c.cipher))
    assert "头痛" not in cipher
    assert "note" not in cipher


def test_what_has_lain_for_days_is_listed(accounts: Store, clock) -> None:
    mine = of(accounts, WANG)
    mine.save_draft("visit/K000001/2026-06-28", {})
    clock.pass_days(3)
    mine.save_draft("visit/K000002/2026-07-03", {})
    assert [one.key for one in mine.drafts(until=date(2026, 7, 2))] == ["visit/K000001/2026-06-28"]
    mine.drop_draft("visit/K000001/2026-06-28")
    assert mine.drafts(until=date(2026, 7, 2)) == []


def test_a_key_is_no_pattern(accounts: Store) -> None:
    of(accounts, WANG).save_draft("visit/K000001/2026-06-30", {})
    assert of(accounts, WANG).drafts("visit_K%") == []


def test_who_may_not_write_keeps_no_draft(accounts: Store) -> None:
    analyst = Actor("wang", "王敏", Role.ANALYST)
    with pytest.raises(PermissionDenied):
        record.Store(accounts.database, analyst, accounts.purpose, clock=accounts.clock).save_draft(KEY, {})
