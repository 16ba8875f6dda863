"""What holds for every score: a column answers as its scalars do, and what is missing gives no number."""

from math import nan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.measures.people import PEOPLE, UNASKED, Person

from kanglu import measures
from kanglu.errors import MeasureError
from kanglu.measures import SCORES

steady = settings(max_examples=15, deadline=None)
every_score = pytest.mark.parametrize("score", sorted(SCORES))


def test_every_score_has_its_people_here() -> None:
    assert set(PEOPLE) == set(SCORES)


@every_score
@given(data=st.data())
@steady
def test_a_column_answers_as_its_people_do_one_by_one(score: str, data: st.DataObject) -> None:
    people = data.draw(st.lists(PEOPLE[score], min_size=1, max_size=4))
    together = measures.score(score, pd.DataFrame(people))
    assert (together["status"] == "ok").all(), together["reason"]
    alone = pd.concat([measures.score(score, person) for person in people])
    np.testing.assert_allclose(together["value"], alone["value"], rtol=1e-12)
    for column in ("band", "status", "missing", "reason", "version"):
        assert together[column].tolist() == alone[column].tolist()


@every_score
@given(data=st.data())
@steady
def test_the_order_of_rows_and_the_index_do_not_matter(score: str, data: st.DataObject) -> None:
    frame = pd.DataFrame(data.draw(st.lists(PEOPLE[score], min_size=2, max_size=6)))
    frame = frame.mask(pd.DataFrame(data.draw(holes(frame.shape)), columns=frame.columns))
    order = data.draw(st.permutations(range(len(frame))))
    straight, mixed = measures.score(score, frame), measures.score(score, frame.iloc[order])
    assert mixed.index.tolist() == list(order)
    pd.testing.assert_frame_equal(
        mixed.sort_index().astype({"missing": object, "reason": object}),
        straight.astype({"missing": object, "reason": object}),
    )


def holes(shape: tuple[int, int]) -> "st.SearchStrategy[list[list[bool]]]":
    row = st.lists(st.sampled_from([False, False, False, True]), min_size=shape[1], max_size=shape[1])
    return st.lists(row, min_size=shape[0], max_size=shape[0])


def spoilt(person: Person, cells: list[object]) -> tuple[pd.DataFrame, list[str]]:
    """The person once for each of its columns and each cell, with that cell in that column."""
    rows = [({**person, column: cell}, column) for column in person for cell in cells]
    return pd.DataFrame([row for row, _ in rows], dtype=object), [column for _, column in rows]


@pytest.mark.parametrize("score", sorted(set(SCORES) - UNASKED))
@given(data=st.data())
@steady
def test_a_missing_cell_gives_no_number_and_is_named(score: str, data: st.DataObject) -> None:
    frame, columns = spoilt(data.draw(PEOPLE[score]), [nan, None, "", "NA", "null", " nan ", pd.NA])
    found = measures.score(score, frame)
    assert set(found["status"]) == {"incomplete"}
    assert found["value"].isna().all()
    assert found["band"].isna().all()
    assert found["missing"].tolist() == columns
    assert found["reason"].tolist() == [f"{column} is missing" for column in columns]


@every_score
@given(data=st.data())
@steady
def test_nonsense_gives_no_number_and_is_quoted(score: str, data: st.DataObject) -> None:
    cells = ["?", "12..5", "1,5", "高", "inf", np.inf, -np.inf, -1, 1e9, True, [1]]
    frame, columns = spoilt(data.draw(PEOPLE[score]), cells)
    found = measures.score(score, frame)
    flags = {name for item in SCORES[score].inputs if item.kind == "flag" for name in item.names}
    yes = pd.Series(columns).isin(flags) & np.array([cell is True for _ in frame for cell in cells])
    refused = found["reason"].str.contains("is 1:")  # a yes that was read, of a score that is not for those
    assert ((found["status"] == "ok") | refused).tolist() == yes.tolist()
    assert (found["value"].notna() == (yes & ~refused)).all()
    starts = [reason.startswith(column) for reason, column in zip(found["reason"], columns, strict=True)]
    assert all(np.array(starts) | yes)


@every_score
@given(data=st.data())
@steady
def test_a_required_column_that_is_not_there_is_an_error(score: str, data: st.DataObject) -> None:
    frame = pd.DataFrame([data.draw(PEOPLE[score])])
    for column in frame:
        required = any(column in item.names and item.column_required for item in SCORES[score].inputs)
        if required:
            with pytest.raises(MeasureError, match="There is no column"):
                measures.score(score, frame.drop(columns=column))


@every_score
def test_no_rows_are_answered_by_no_rows(score: str) -> None:
    columns = [item.names[0] for item in SCORES[score].inputs if "_value" not in item.names[0]]
    empty = pd.DataFrame(columns=columns).assign(tc_mmol_l=[], hdl_c_mmol_l=[])
    found = measures.score(score, empty)
    assert len(found) == 0
    assert list(found)[:6] == ["value", "band", "status", "missing", "reason", "version"]


@every_score
def test_every_score_says_where_it_comes_from(score: str) -> None:
    about = SCORES[score]
    assert about.id == score
    assert set(about.name) == {"zh", "en"}
    assert all((about.version, about.population, about.source, about.licence, about.unit))
    assert all(set(band.label) == {"zh", "en"} for band in about.bands)


def risk(score: str, person: Person, **facts: object) -> float:
    return float(measures.score(score, {**person, **facts})["value"].iloc[0])


@given(PEOPLE["ckd_epi_2021_cr"], st.floats(1.001, 3))
@steady
def test_more_creatinine_is_less_kidney_function(person: Person, times: float) -> None:
    creatinine = person["creatinine_mg_dl"]
    assert isinstance(creatinine, float)
    assert risk("ckd_epi_2021_cr", person, creatinine_mg_dl=creatinine * times) < risk(
        "ckd_epi_2021_cr", person
    )


@given(PEOPLE["china_par_10y"], st.sampled_from(["diabetes_0_1", "current_smoker_0_1"]))
@steady
def test_diabetes_and_smoking_never_lower_the_risk_up_to_the_age_derived_at(
    person: Person, fact: str
) -> None:
    person = {**person, "age_years": min(int(str(person["age_years"])), 67)}
    assert risk("china_par_10y", person, **{fact: 1}) >= risk("china_par_10y", person, **{fact: 0})


@given(PEOPLE["china_par_10y"], st.integers(70, 199))
@steady
def test_higher_pressure_is_higher_risk(person: Person, sbp: int) -> None:
    person = {**person, "age_years": min(int(str(person["age_years"])), 74)}
    assert risk("china_par_10y", person, sbp_mmhg=sbp + 1) > risk("china_par_10y", person, sbp_mmhg=sbp)


@given(PEOPLE["china_par_10y"])
@steady
def test_a_risk_is_a_percentage(person: Person) -> None:
    assert 0 <= risk("china_par_10y", person) <= 100


@given(
    PEOPLE["chinese_diabetes_risk_score"],
    st.sampled_from(["age_years", "bmi_kg_m2", "waist_cm", "sbp_mmhg"]),
    st.floats(1, 1.5),
)
@steady
def test_more_of_anything_is_never_fewer_points(person: Person, fact: str, times: float) -> None:
    value = float(str(person[fact]))
    more = min(value * times, 74 if fact == "age_years" else 300)
    if fact == "waist_cm":
        more = min(more, 200)
    points = risk("chinese_diabetes_risk_score", person, **{fact: more})
    assert 0 <= risk("chinese_diabetes_risk_score", person) <= points <= 51


@given(PEOPLE["fib4"], st.floats(1.001, 2))
@steady
def test_more_ast_or_fewer_platelets_is_more_fibrosis(person: Person, times: float) -> None:
    ast, platelets = float(str(person["ast_u_l"])), float(str(person["platelets_1e9_l"]))
    assert risk("fib4", person, ast_u_l=ast * times) > risk("fib4", person)
    assert risk("fib4", person, platelets_1e9_l=platelets * times) < risk("fib4", person)
