"""Who looks after whom on a day: what a manager's own panel is."""

from datetime import date

import pytest
from tests.care.ruled import carer, enter, people

from kanglu.care.caseload import clients, clients_of


@pytest.fixture
def panel(store):
    """Three people: one of wang's, one that wang had until May, one whose doctor wang's neighbour is."""
    people(store, "甲", "乙", "丙")
    enter(
        store,
        carer(1, "wang"),
        carer(2, "wang", since="2026-01-01", effective_end="2026-05-31"),
        carer(2, "zhao", since="2026-06-01"),
        carer(3, "zhao"),
        carer(3, "dr_li", role="doctor"),
    )
    return store


@pytest.mark.parametrize(
    ("member", "day", "found"),
    [
        ("wang", date(2026, 6, 30), [1]),
        ("wang", date(2026, 5, 1), [1, 2]),
        ("zhao", date(2026, 6, 30), [2, 3]),
        ("dr_li", date(2026, 6, 30), [3]),
        ("nobody", date(2026, 6, 30), []),
        ("wang", date(2025, 12, 31), []),
    ],
)
def test_a_panel_is_whom_a_member_has_on_the_day(panel, member, day, found):
    assert clients_of(panel, day, member) == found


def test_it_is_as_large_as_the_load_says(panel):
    day = date(2026, 6, 30)
    assert clients(panel, day) == {name: len(clients_of(panel, day, name)) for name in ("wang", "zhao")}
