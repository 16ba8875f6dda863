"""What may be printed of counts of people: nothing from one to four, and nothing that gives such away."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanglu.insight.disclosure import Ledger, hidden_in_table, shown_part, small


def with_totals(*rows):
    inner = np.array(rows)
    wide = np.column_stack([inner, inner.sum(axis=1)])
    return np.vstack([wide, wide.sum(axis=0)])


def people(*numbers):
    return frozenset(numbers)


ALL = frozenset(range(100))
HALF = frozenset(range(50))


@pytest.mark.parametrize(("count", "is_small"), [(0, False), (1, True), (4, True), (5, False)])
def test_one_to_four_are_few(count, is_small):
    assert small(count) is is_small


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(5, 10, 5), (4, 10, None), (6, 10, None), (10, 10, 10), (0, 10, 0), (0, 4, None), (0, 0, 0)],
)
def test_a_part_is_shown_where_neither_it_nor_the_rest_is_few(part, whole, shown):
    assert shown_part(part, whole) == shown


def test_a_group_and_the_rest_of_a_group_it_lies_in_must_not_be_few():
    ledger = Ledger(ALL)
    assert ledger.count(HALF) == 50
    assert ledger.count(frozenset(range(4))) is None
    assert ledger.count(frozenset(range(97))) is None, "three others"
    assert ledger.count(frozenset(range(46))) is None, "four of the half are not in it"
    assert ledger.count(frozenset(range(45))) == 45
    assert ledger.count(frozenset(range(53))) is None, "three more than the half"


def test_groups_that_merely_overlap_say_nothing_of_each_other():
    ledger = Ledger(ALL)
    assert ledger.count(HALF) == 50
    assert ledger.count(frozenset(range(1, 50)) | {60}) == 50


def test_a_hidden_group_gives_nothing_away():
    ledger = Ledger(ALL)
    assert ledger.count(frozenset(range(97))) is None
    assert ledger.count(frozenset(range(95))) == 95


def test_of_a_panel_of_three_not_even_nobody_is_counted():
    ledger = Ledger(people(1, 2, 3))
    assert [ledger.count(people()), ledger.count(people(1, 2, 3))] == [None, None]


def test_nothing_few_nothing_hidden():
    assert not hidden_in_table(with_totals([5, 9], [0, 7])).any()


def test_a_single_few_takes_one_of_its_row_and_one_of_its_column_along():
    hide = hidden_in_table(with_totals([3, 20], [30, 40], [50, 60]))
    assert hide.tolist() == [[True, True, False], [True, True, False], [False, False, False], [False] * 3]


def test_two_hidden_that_can_only_be_one_each_take_a_third_along():
    hide = hidden_in_table(with_totals([1, 1, 50, 60], [40, 41, 42, 43]))
    assert hide[0].tolist() == [True, True, True, False, False]
    assert (hide[1] == hide[0]).all()


def test_a_few_alone_in_its_row_hides_the_total_of_the_row():
    hide = hidden_in_table(with_totals([3, 0], [30, 40]))
    assert hide[0, 0]
    assert hide[0, 2]
    assert hide[1, 0]
    assert hide[1, 2]
    assert not hide[-1, -1]


def test_a_table_of_three_people_is_hidden_whole():
    assert hidden_in_table(with_totals([3, 0], [0, 0])).all()


def bounds(table, hide):
    """The least and the most that each hidden cell can be, for one who sees the others and can add."""
    from scipy.optimize import linprog

    cells = [tuple(cell) for cell in np.argwhere(hide)]
    rows, columns = table.shape
    equations, sums = [], []
    for line in [[(r, c) for c in range(columns)] for r in range(rows)] + [
        [(r, c) for r in range(rows)] for c in range(columns)
    ]:
        signs = [1] * (len(line) - 1) + [-1]
        equations.append([signs[line.index(cell)] if cell in line else 0 for cell in cells])
        sums.append(-sum(s * table[cell] for s, cell in zip(signs, line, strict=True) if not hide[cell]))
    found = {}
    for place, cell in enumerate(cells):
        cost = np.zeros(len(cells))
        cost[place] = 1
        ends = [
            linprog(sign * cost, A_eq=equations, b_eq=sums, bounds=[(0, None)] * len(cells)).fun
            for sign in (1, -1)
        ]
        found[cell] = ends[0], -ends[1]
    return found


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(*[st.integers(0, 12)] * 3), min_size=1, max_size=4))
def test_no_hidden_cell_can_be_worked_out(rows):
    table = with_totals(*rows)
    hide = hidden_in_table(table)
    assert hide[(table > 0) & (table < 5)].all()
    if not hide.all():
        for cell, (least, most) in bounds(table, hide).items():
            assert most - least > 0.5, f"{cell} of {table.tolist()} must be {least}"
