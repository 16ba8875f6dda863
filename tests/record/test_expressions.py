"""Who an expression means, and how its errors help."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu.catalogue import current
from kanglu.errors import ExpressionError, NotFound
from kanglu.record import Store
from kanglu.record.expressions import AllOf, AnyOf, Compare, Everyone, Has, Is, Named, Not, parse
from kanglu.record.facts import (
    Condition,
    Identifier,
    MedicationStatement,
    Observation,
    PersonStatement,
)
from kanglu.record.panel import _decides

DIABETES = ("icd10", "E11.9")
OPERATORS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def test_binding_is_not_then_and_then_or() -> None:
    tree = parse("all or not diabetes and (hba1c > 7 or sex = female)", current())
    assert tree == AnyOf(
        (
            Everyone(),
            AllOf(
                (
                    Not(Has("problem", "diabetes")),
                    AnyOf((Compare("hba1c", ">", 7.0), Is("sex", "=", "female"))),
                )
            ),
        )
    )
    assert pickle.loads(pickle.dumps(tree)) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("k000001,K000002", Named(("K000001", "K000002"))),
        ("ＨｂＡ１ｃ≥７．５", Compare("hba1c", ">=", 7.5)),
        ("AGE == 65", Compare("age", "=", 65.0)),
        ("sex<>Male", Is("sex", "!=", "male")),
        ("statin", Has("drug", "statin")),
        ("urine_protein = 1+", Is("urine_protein", "=", "1+")),
        ("((all))", Everyone()),
    ],
)
def test_spellings(text: str, tree: object) -> None:
    assert parse(text, current()) == tree


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "»«: The expression is empty."),
        (
            "diabetes and hba1cc > 7",
            "diabetes and »hba1cc« > 7: Nothing is called 'hba1cc'. Did you mean 'hba1c'?",
        ),
        ("diabetis", "»diabetis«: Nothing is called 'diabetis'. Did you mean 'diabetes'?"),
        ("收缩压 > 140", "»收缩压« > 140: Nothing is called '收缩压'. Did you mean 'sbp'?"),
        ("hba1c", "»hba1c«: 'hba1c' needs something to compare with. Write it as `hba1c > 7`."),
        ("hba1c > high", "hba1c > »high«: 'hba1c' is compared with a number."),
        ("diabetes > 1", "»diabetes« > 1: 'diabetes' is not a number."),
        ("sex > male", "sex »>« male: 'sex' is a code"),
        ("sex = femal", "sex = »femal«: 'femal' is no code of 'sex'. Did you mean 'female'?"),
        ("(all or diabetes", "»(«all or diabetes: This bracket is not closed."),
        ("all diabetes", "all »diabetes«: The expression goes on where it should end."),
        ("all and", "all and»«: Here a name is missing."),
        ("K000001, 2", "K000001, »2«: After the comma a record number is missing."),
        ("hba1c > 7;", "hba1c > 7»;«: This character has no meaning here."),
        ("__import__('os')", "__import__(»'«os'): This character has no meaning here."),
        ("(" * 100 + "all" + ")" * 100, "nested more than 50 deep"),
        ("not " * 100 + "all", "nested more than 50 deep"),
    ],
)
def test_errors_mark_the_place_and_suggest(text: str, says: str) -> None:
    with pytest.raises(ExpressionError) as error:
        parse(text, current())
    assert says in str(error.value)


@given(st.text(alphabet="abc K01239.<>=!(),\"' \nandortlhKage≥", max_size=40))
def test_no_text_is_worse_than_an_error(text: str) -> None:
    try:
        parse(text, current())
    except ExpressionError as error:
        assert "»" in str(error)


@given(
    value=st.sampled_from([6.0, 6.5, 7.0, 7.5, 8.0]),
    comparator=st.sampled_from(["<", "<=", ">", ">="]),
    operator=st.sampled_from(sorted(OPERATORS)),
)
def test_a_value_with_a_comparator_counts_where_every_value_it_may_be_would(
    value: float, comparator: str, operator: str
) -> None:
    possible = [v / 4 for v in range(4 * 40) if OPERATORS[comparator](v / 4, value)]
    expected = all(OPERATORS[operator](one, 7.0) for one in possible)
    assert _decides(value, comparator, Compare("hba1c", operator, 7.0)) is expected  # type: ignore[arg-type]


@pytest.fixture
def peopled(store: Store) -> Store:
    """Five people; what each is like stands in the name."""
    with store.batch("b") as writer:

        def enter(number: int, name: str, sex: str, birth: str | None) -> int:
            who = PersonStatement((Identifier("mrn", str(number)),), name, sex, birth)  # type: ignore[arg-type]
            return writer.person(who)

        high = enter(1, "diabetes, hba1c 8 then 7.5, metformin", "male", "1961-06-30")
        low = enter(2, "diabetes until 2024, hba1c 6", "female", "1961-07-01")
        unsure = enter(3, "diabetes refuted, hba1c default 9, >6.5 before", "female", None)
        enter(4, "nothing at all", "male", "1990-01-01")
        later = enter(5, "diabetes only from July, current smoker", "male", "1990-01-01")
        writer.add_many(
            [
                Condition(high, *DIABETES, "2019", clinical_status="active"),
                Condition(low, *DIABETES, "2019", "2024-03-01", clinical_status="resolved"),
                Condition(unsure, *DIABETES, "2019", verification_status="refuted"),
                Condition(later, *DIABETES, "2026-07-01", clinical_status="active"),
                MedicationStatement(
                    high, None, None, "2020-01-01", clinical_status="active", display="二甲双胍"
                ),
                MedicationStatement(low, None, None, "2020-01-01", "2021-01-01", display="二甲双胍"),
                Observation(high, "hba1c", "2026-01-01", value=8.0),
                Observation(high, "hba1c", "2026-06-01", value=7.5),
                Observation(high, "hba1c", "2026-07-15", value=5.0),
                Observation(low, "hba1c", "2026-01-01", value=6.0),
                Observation(unsure, "hba1c", "2026-01-01", value=6.5, comparator=">"),
                Observation(unsure, "hba1c", "2026-02-01", value=9.0, origin="defaulted"),
                Observation(later, "smoking_status", "2026-02-01", value_code="current"),
                Observation(low, "family_history_diabetes", "2026-02-01", value=1.0),
                Observation(high, "family_history_diabetes", "2026-02-01", value=0.0),
            ]
        )
    return store


@pytest.mark.parametrize(
    ("expression", "ids"),
    [
        ("all", [1, 2, 3, 4, 5]),
        ("K000004, K000002, K000004", [2, 4]),
        ("diabetes", [1]),
        ("type2_diabetes", [1]),
        ("antidiabetic", [1]),
        ("hba1c > 7", [1]),
        ("hba1c >= 7.5", [1]),
        ("hba1c > 7.5", []),
        ("hba1c > 6", [1, 3]),
        ("hba1c <= 7", [2]),
        ("not hba1c > 7", [2, 3, 4, 5]),
        ("not (hba1c > 7 or hba1c <= 7)", [3, 4, 5]),
        ("age >= 65", [1]),
        ("age < 65", [2, 4, 5]),
        ("sex = female", [2, 3]),
        ("sex = male and not diabetes", [4, 5]),
        ("smoking_status = current", [5]),
        ("family_history_diabetes", [2]),
        ("diabetes or K000005", [1, 5]),
    ],
)
def test_who_is_meant(peopled: Store, expression: str, ids: list[int]) -> None:
    assert peopled.panel(expression).ids == ids


def test_the_day_decides(peopled: Store) -> None:
    assert peopled.panel("diabetes", as_of="2026-07-01", known="2026-06-30").ids == [1, 5]
    assert peopled.panel("diabetes", as_of="2024-02-29", known="2026-06-30").ids == [
        1,
        2,
    ]  # of 2: over in March
    assert peopled.panel("diabetes", as_of="2024-03-01", known="2026-06-30").ids == [1]
    assert peopled.panel("age >= 65", as_of="2026-07-01", known="2026-07-01").ids == [1, 2]
    assert peopled.panel("hba1c < 6", as_of="2026-07-31").ids == [1]


def test_who_is_not_there_is_named(peopled: Store) -> None:
    with pytest.raises(NotFound, match=r"no record K000009, K000010"):
        peopled.panel("K000001, K000009, K000010")


def test_the_inputs_of_a_panel_have_one_row_a_person(peopled: Store) -> None:
    panel = peopled.panel("K000001, K000003")
    inputs = panel.inputs()
    assert inputs.index.tolist() == [1, 3]
    assert inputs.loc[1, "hba1c_percent"] == 7.5
    assert inputs.loc[1, "age_years"] == 65
    assert peopled.panel("sex = other").inputs().empty
    assert panel.record_numbers == ["K000001", "K000003"]


def test_the_facts_of_a_panel_are_those_of_its_people_at_its_moment(peopled: Store) -> None:
    facts = peopled.panel("diabetes or K000003").facts("observation", ["hba1c"])
    assert list(zip(facts["person_id"], facts["value"], strict=True)) == [
        (1, 8.0),
        (1, 7.5),
        (3, 6.5),
        (3, 9.0),
    ]
    assert set(peopled.panel("K000001").facts("observation")["indicator"]) == {
        "hba1c",
        "family_history_diabetes",
    }
    assert peopled.panel("sex = other").facts("condition").empty
