"""What may be printed of counts of people: nothing from one to four, and nothing that gives such away."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanglu.insight.disclosure import hidden_in_table, shown_counts, shown_part, small, small_cells_hidden


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


def shown(everybody, *groups):
    return list(shown_counts(everybody, dict(enumerate(groups))).values())


def some(*spans):
    return frozenset(one for first, end in spans for one in range(first, end))


def test_a_group_and_the_rest_of_a_group_it_lies_in_must_not_be_few():
    few, three_others = some((0, 4)), some((0, 97))
    four_less, five_less, three_more = some((0, 46)), some((0, 45)), some((0, 53))
    found = shown(ALL, HALF, few, three_others, four_less, five_less, three_more)
    assert found == [50, None, None, None, 45, None]


def test_groups_that_merely_overlap_say_nothing_of_each_other():
    assert shown(ALL, HALF, some((1, 50), (60, 61))) == [50, 50]


def test_a_hidden_group_gives_nothing_away():
    assert shown(ALL, some((0, 97)), some((0, 95))) == [None, 95]


def test_of_a_panel_of_three_not_even_nobody_is_counted():
    assert shown(people(1, 2, 3), people(), people(1, 2, 3)) == [None, None]


def test_of_the_parts_of_a_whole_a_second_is_hidden_with_a_small_one():
    parts = some((0, 60)), some((60, 97)), some((97, 100))
    assert shown(ALL, *parts) == [60, None, None]


def test_a_part_is_hidden_only_where_the_whole_is_shown_in_all_its_parts():
    assert shown(ALL, some((0, 60)), some((60, 97))) == [60, None], "three others are the rest"
    assert shown(ALL, some((0, 60)), some((60, 90)), some((90, 93))) == [60, 30, None]


def test_a_small_group_is_not_the_difference_of_sums():
    """Rows and columns of a table, printed as groups: none of them holds another but the whole."""
    table = [[some((0, 20)), some((20, 40))], [some((40, 60)), some((60, 63))]]
    rows = [one | other for one, other in table]
    columns = [one | other for one, other in zip(*table, strict=True)]
    found = shown(some((0, 63)), *rows, *columns, *table[0], *table[1])
    assert found == [40, 23, 40, 23, None, None, None, None]


def test_two_who_are_alone_in_their_groups_are_not_known_by_the_rest():
    found = shown(some((0, 92)), some((0, 50)), some((50, 90)), people(90), people(91))
    assert found == [50, None, None, None]


def test_of_things_it_is_said_by_how_many_people_they_are():
    whose = np.array([1, 1, 1, 2, 2, 3])
    assert shown(ALL, whose, np.array([*whose, 4, 5])) == [None, 8]


def test_things_of_few_are_not_the_rest_of_all_though_their_people_have_others_too():
    """A hundred tasks of fifty people; three of these have the three that are overdue."""
    two_each = np.repeat(np.arange(50), 2)
    overdue, others = np.array([0, 1, 2]), np.sort(np.concatenate([np.arange(50), np.arange(3, 50)]))
    assert shown(ALL, two_each, others, overdue) == [100, None, None]


LEAST = 12


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.lists(st.integers(0, 29), max_size=40), min_size=1, max_size=9),
    st.integers(LEAST, 30),
    st.booleans(),
)
def test_no_hidden_count_follows_from_the_shown_ones(drawn, size, total_of_parts):
    """The attack: whoever knows who is in which group solves for what is hidden."""
    everybody = frozenset(range(size))
    groups = [np.array([one % size for one in group], dtype=np.int64) for group in drawn]
    if total_of_parts:
        groups.insert(0, np.concatenate(groups))
    found = shown(everybody, *groups)
    rows = np.array([np.bincount(group, minlength=size) for group in groups])
    known = np.array([np.ones(size), *rows[[one is not None for one in found]]])
    rank = np.linalg.matrix_rank(known)
    for group, row, count in zip(groups, rows, found, strict=True):
        if count is None:
            assert np.linalg.matrix_rank(np.vstack([known, row])) > rank, (drawn, group)
        else:
            assert count == len(group)
            assert not 0 < len(set(group.tolist())) < 5
    kinds = np.unique(rows, axis=1, return_inverse=True)[1].reshape(-1)
    for kind in np.unique(kinds):
        who = (kinds == kind).astype(float)
        if who.sum() < 5:
            assert np.linalg.matrix_rank(np.vstack([known, who])) > rank, "the few who are in the same groups"


def test_a_hundred_counts_of_people_who_have_nothing_in_common_take_seconds_at_most():
    rng = np.random.default_rng(3)
    groups = [rng.permutation(20_000)[: rng.integers(5, 12_000)] for _ in range(100)]
    begun = time.process_time()
    assert shown(some((0, 20_000)), *groups)[0] == len(groups[0])
    assert time.process_time() - begun < 30


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


def test_an_analysts_own_table_is_made_fit_to_be_shown():
    people = pd.DataFrame(
        {"sex": ["f"] * 30 + ["m"] * 33, "smokes": [0] * 27 + [1] * 3 + [0] * 20 + [1] * 13}
    )
    found = small_cells_hidden(pd.crosstab(people["sex"], people["smokes"], margins=True))
    assert found["All"].tolist() == [30, 33, 63]
    assert found.loc["All"].tolist() == [47, 16, 63]
    assert found.iloc[:2, :2].isna().all(axis=None)


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
