"""Who had to do with the record of one person."""

from typing import Any

import pytest

from kanglu import record
from kanglu.errors import PermissionDenied, RecordError
from kanglu.record import Store
from kanglu.record.facts import Identifier, PersonStatement
from kanglu.trust import Actor, Role

LI = Actor("li", "李医生", Role.CLINICIAN, "li")


@pytest.fixture
def two(store: Store) -> Store:
    """Two people, of whom nobody has read anything."""
    with store.batch("b") as writer:
        for number in (1, 2):
            writer.person(PersonStatement((Identifier("mrn", f"A{number}"),), "一一"))
    return store


def opened(store: Store, clock: Any, **more: Any) -> Store:
    url = store.database.url.render_as_string(hide_password=False)
    return record.open(url, clock=clock, **more)


def test_it_tells_who_read_and_exported_in_which_role_and_for_what(two: Store, clock: Any) -> None:
    with opened(two, clock, actor=LI, purpose="report") as theirs:
        theirs.dossier("K000001")
        theirs.exported("report", ["K000001"])
    told = two.trail(two.person("K000001").view)
    assert [one.action for one in told] == ["read person", "export", "read dossier"]
    export = told[1]
    assert (export.actor, export.role, export.purpose) == ("li", "clinician", "report")
    assert export.detail == {"as": "report"}


def test_it_says_nothing_of_anybody_else(two: Store) -> None:
    two.dossier("K000002")
    view = two.person("K000001").view
    assert [one.action for one in two.trail(view)] == ["read person"]


def test_pages_follow_each_other_and_lose_nothing_to_rows_added_meanwhile(two: Store) -> None:
    view = two.person("K000001").view
    for _ in range(4):
        two.dossier("K000001")
    whole = [one.id for one in two.trail(view)]
    first = two.trail(view, before=whole[0] + 1, limit=2)
    second = two.trail(view, before=first[-1].id, limit=2)
    third = two.trail(view, before=second[-1].id, limit=2)
    assert [one.id for one in (*first, *second, *third)] == whole
    assert two.trail(view, before=whole[-1]) == []


def test_what_was_done_to_a_record_before_it_was_merged_stays_told(two: Store) -> None:
    two.dossier("K000002")
    two.merge("K000001", "K000002")
    told = [one.action for one in two.trail(two.person("K000001").view)]
    assert {"read dossier", "merge"} <= set(told)


def test_looking_at_it_is_in_it(two: Store) -> None:
    view = two.person("K000001").view
    two.trail(view)
    assert two.trail(view)[0].action == "read trail"


def test_it_is_for_whoever_holds_its_right(two: Store, clock: Any) -> None:
    view = two.person("K000001").view
    with opened(two, clock, actor=LI) as theirs, pytest.raises(PermissionDenied):
        theirs.trail(view)


def test_a_page_holds_at_least_one_row(two: Store) -> None:
    with pytest.raises(RecordError, match="none"):
        two.trail(two.person("K000001").view, limit=0)
