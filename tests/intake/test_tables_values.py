"""Results as laboratories print them."""

import numpy as np
import pytest

from kanglu.intake.tables_values import State, boolean, plus_code, pressure_pair, quantities, result


@pytest.mark.parametrize(
    ("printed", "number", "comparator", "unit"),
    [
        ("6.22", 6.22, None, None),
        ("６．２２", 6.22, None, None),
        (" 6.22 ", 6.22, None, None),
        ("> 6.22", 6.22, ">", None),
        ("＞6.22", 6.22, ">", None),
        ("<0.5", 0.5, "<", None),
        ("≤0.5", 0.5, "<=", None),
        (">=5", 5.0, ">=", None),
        ("小于0.5", 0.5, "<", None),
        ("3.9↑", 3.9, None, None),
        ("3.9 ↓", 3.9, None, None),
        ("3.9 H", 3.9, None, None),
        ("3.9(高)", 3.9, None, None),
        ("1,234.5", 1234.5, None, None),
        ("1,234,567", 1234567.0, None, None),
        ("45%", 45.0, None, "%"),
        ("132 mmHg", 132.0, None, "mm[Hg]"),
        ("5.6mmol/L", 5.6, None, "mmol/L"),
        ("> 5.6 mmol/L ↑", 5.6, ">", "mmol/L"),
        (".5", 0.5, None, None),
        ("-1.2", -1.2, None, None),
        ("1.2E+3", 1200.0, None, None),
    ],
)  # fmt: skip
def test_a_number_with_what_stands_around_it(
    printed: str, number: float, comparator: str | None, unit: str | None
) -> None:
    found = quantities([printed]).at(0)
    assert (found.state, found.number, found.comparator, found.unit) == (
        State.NUMBER,
        number,
        comparator,
        unit,
    )


@pytest.mark.parametrize("mark", ["/", "－", "—", "--", "未查", "拒查", "弃检", "N/A", "null", "*", "无"])
def test_marks_for_not_measured(mark: str) -> None:
    assert quantities([mark]).states.tolist() == [State.NOT_MEASURED]


@pytest.mark.parametrize(
    "text", ["7.75轻度乳糜", "阴性", "弱阳性", "1+", "±", "溶血", "5.1 复查", "阴性(-)", "未检出"]
)
def test_words_are_kept_whole_and_no_number_is_taken_from_them(text: str) -> None:
    found = quantities([text]).at(0)
    assert found.state == State.TEXT
    assert np.isnan(found.number)


@pytest.mark.parametrize(
    "text", ["5,6", "3.2-5.7", "1.2.3", "abc", "12/80", "1 234", "见报告", "#VALUE!", "5.1/5.3", "inf"]
)
def test_what_is_no_result_is_strange(text: str) -> None:
    assert quantities([text]).states.tolist() == [State.STRANGE]


def test_a_column_of_everything() -> None:
    read = quantities([1, 2.5, "3", "", "  ", "/", "<4", True, "nan"])
    N, B, M, S = State.NUMBER, State.BLANK, State.NOT_MEASURED, State.STRANGE
    assert read.states.tolist() == [N, N, N, B, B, M, N, S, M]
    assert read.numbers[[0, 1, 2, 6]].tolist() == [1, 2.5, 3, 4]
    assert set(read.special) == {6, 7}


def test_a_spreadsheet_error_is_strange_and_a_blank_is_blank() -> None:
    assert result("").state == State.BLANK
    assert result("#DIV/0!").state == State.STRANGE


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("128/82", (128.0, 82.0)),
        ("128／82", (128.0, 82.0)),
        ("128/82mmHg", (128.0, 82.0)),
        ("128", None),
        ("1/2", None),
    ],
)
def test_blood_pressure_in_one_cell(text: str, pair: tuple[float, float] | None) -> None:
    assert pressure_pair(text) == pair


@pytest.mark.parametrize(
    ("text", "code"),
    [("+", "1+"), ("++", "2+"), ("(+)", "1+"), ("+2", "2+"), ("3+", "3+"), ("5+", None), ("阳性", None)],
)
def test_signs_of_test_strips(text: str, code: str | None) -> None:
    assert plus_code(text) == code


def test_yes_and_no() -> None:
    assert [boolean(text) for text in ("是", "Yes", "有", "否", "无", "FALSE", "0", "maybe")] == [
        1,
        1,
        1,
        0,
        0,
        0,
        0,
        None,
    ]
