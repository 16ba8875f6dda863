"""A table is told so that every row is like k - 1 others, or it is not told."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu.errors import ExpressionError, RecordError
from kanglu.insight.extract import QUASI, Rung, anonymous, askable
from kanglu.insight.extract.columns import DIRECT, columns_of

AGE, AS_IS = QUASI["age_years"], QUASI["sex"]
LADDERS = {"age_years": AGE, "sex": AS_IS, "urban_0_1": AS_IS}


def table(*rows: tuple[float, str | None, float], first: int = 0) -> pd.DataFrame:
    """Of age, sex and town; the index is of people."""
    return pd.DataFrame(
        [list(row) for row in rows], columns=list(LADDERS), index=range(first, first + len(rows))
    )


@pytest.mark.parametrize(
    ("width", "age", "told"),
    [
        (5, 0, "0-4"), (5, 4.99, "0-4"), (5, 5, "5-9"), (5, 89, "85-89"), (5, 90, "90+"), (5, 104, "90+"),
        (10, 89, "80-89"), (10, 90, "90+"), (20, 79, "60-79"), (20, 80, "80+"), (20, 101, "80+"),
        (5, float("nan"), ""),
    ],
)  # fmt: skip
def test_an_age_is_told_in_bands_and_great_ages_together(width: int, age: float, told: str) -> None:
    assert Rung("bands", width).label(age) == told


@pytest.mark.parametrize("name", QUASI)
def test_a_ladder_ends_where_nothing_is_told_and_never_tells_an_age_as_it_is(name: str) -> None:
    rungs = QUASI[name].rungs
    assert rungs[-1].id == "not_told"
    assert len(rungs) > 1
    assert name != "age_years" or all(rung.id != "as_recorded" for rung in rungs)


def test_where_enough_are_alike_the_finest_step_is_taken_and_nobody_is_left_out() -> None:
    found = anonymous(table(*[(52.0, "male", 1.0)] * 5, *[(61.0, "female", 0.0)] * 6), LADDERS, 5, 0.05)
    assert [rung.id for rung in found.rungs.values()] == ["bands", "as_recorded", "as_recorded"]
    assert found.rungs["age_years"].width == 5
    assert sorted(found.sizes.tolist()) == [5, 6]
    assert (found.k, found.suppressed) == (5, 0)
    assert found.rows.iloc[0].tolist() == ["50-54", "male", "1"]


def test_k_is_a_boundary() -> None:
    rows = [*[(52.0, "male", 1.0)] * 5, *[(57.0, "male", 1.0)] * 4]
    assert anonymous(table(*rows), LADDERS, 4, 0).rungs["age_years"].width == 5
    assert anonymous(table(*rows), LADDERS, 5, 0).rungs["age_years"].width == 10


def test_few_are_left_out_before_all_are_told_more_coarsely() -> None:
    rows = table(*[(52.0, "male", 1.0)] * 96, *[(57.0, "male", 1.0)] * 4)
    found = anonymous(rows, LADDERS, 5, 0.05)
    assert (found.suppressed, found.rungs["age_years"].width) == (4, 5)
    assert list(found.rows.index) == list(range(96))
    assert anonymous(rows, LADDERS, 5, 0.03).suppressed == 0


def test_without_a_quasi_identifier_all_are_alike() -> None:
    found = anonymous(pd.DataFrame(index=range(7)), {}, 5, 0.05)
    assert (found.k, len(found.rows), found.rungs) == (7, 7, {})


@pytest.mark.parametrize("size", [0, 1, 4])
def test_fewer_than_k_are_refused(size: int) -> None:
    with pytest.raises(RecordError, match=f"{size} people cannot be made 5-anonymous"):
        anonymous(table(*[(50.0, "male", 1.0)] * size), LADDERS, 5, 0.9)


people = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 110).map(float), st.just(float("nan"))),
        st.sampled_from(["male", "female", None]),
        st.sampled_from([0.0, 1.0, float("nan")]),
    ),
    max_size=60,
)


@given(people, st.integers(2, 8), st.sampled_from([0.0, 0.05, 0.3]))
def test_any_table_is_k_anonymous_or_refused(
    rows: list[tuple[float, str | None, float]], k: int, most: float
) -> None:
    quasi = table(*rows, first=100)
    if len(rows) < k:
        with pytest.raises(RecordError):
            anonymous(quasi, LADDERS, k, most)
        return
    found = anonymous(quasi, LADDERS, k, most)
    sizes = found.rows.groupby(list(LADDERS), sort=False).size()
    assert sizes.min() >= k
    assert found.k == sizes.min()
    assert sorted(found.sizes.tolist()) == sorted(sizes.tolist())
    assert found.suppressed == len(rows) - len(found.rows) <= most * len(rows)


@given(people, st.integers(2, 8))
def test_leaving_rows_out_changes_no_other_row(rows: list[tuple[float, str | None, float]], k: int) -> None:
    quasi = table(*rows)
    if len(rows) < k:
        return
    found = anonymous(quasi, LADDERS, k, 0.3)
    for name, rung in found.rungs.items():
        told = [rung.label(one) for one in quasi.loc[found.rows.index, name].tolist()]
        assert found.rows[name].tolist() == told


def test_a_hundred_thousand_rows_take_seconds_at_most() -> None:
    rng = np.random.default_rng(1)
    size = 100_000
    quasi = pd.DataFrame(
        {
            "age_years": rng.integers(0, 105, size).astype(float),
            "sex": rng.choice(["male", "female"], size),
            "urban_0_1": rng.choice([0.0, 1.0], size),
        }
    )
    begun = time.process_time()
    assert anonymous(quasi, LADDERS, 5, 0.05).k >= 5
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("name", sorted(DIRECT))
def test_a_direct_identifier_cannot_be_asked_for(name: str) -> None:
    with pytest.raises(ExpressionError, match="never holds it"):
        columns_of(["sex", name])


def test_no_column_that_can_be_asked_for_is_a_direct_identifier() -> None:
    assert not set(askable()["column"]) & DIRECT
    assert not set(askable()["indicator"]) & DIRECT


def test_an_unknown_column_is_refused_with_the_nearest_and_indicators_are_understood() -> None:
    with pytest.raises(ExpressionError, match="Did you mean hba1c"):
        columns_of(["hba1"])
    with pytest.raises(ExpressionError, match="no column 'china_par_10y'"):
        columns_of(["china_par_10y"])
    with pytest.raises(ExpressionError, match="No column"):
        columns_of([])
    found = columns_of(["hba1c", "hba1c_percent", "age", "sex", "sbp_mmhg__on"])
    assert [(one.name, one.kind) for one in found] == [
        ("hba1c_percent", "value"), ("age_years", "quasi"), ("sex", "quasi"), ("sbp_mmhg__on", "day"),
    ]  # fmt: skip
