"""Reasons and remedies in Chinese: recognised by their form, and nothing of them lost."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kanglu.catalogue import current
from kanglu.i18n import words
from kanglu.intake import import_files
from kanglu.intake.wording import told
from kanglu.record import Store

Write = Callable[[str, Any], Path]
TROUBLED = """体检号,身份证号,姓名,性别,出生日期,日期,收缩压(mmHg),空腹血糖(mmol/L),尿酸,身高(cm)
1,110105194912310021,张三,男,1949-12-31,2026-01-02,高,500,300,170
2,,李四,甲,1950-01-01,不详,150,5.1,310,17
,,王五,女,1950-01-01,2026-01-03,150,5.1,310,170
"""


def in_chinese(text: str) -> str:
    return told(text, current(), words("zh"))


def test_what_an_import_sets_aside_is_told_in_chinese(write: Write, store: Store) -> None:
    receipt = import_files(
        store, [write("a.csv", TROUBLED), write("b.csv", "姓名\n张三\n"), write("c.pdf", "%PDF")]
    )
    said = [text for one in receipt.problems for text in (one.reason, one.remedy) if text]
    assert len(said) > 12
    assert [
        text for text in said if not re.search(r"[\u4e00-\u9fff].*[。）\u4e00-\u9fff\w]$", in_chinese(text))
    ] == []
    assert [text for text in said if in_chinese(text) == text] == []


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "500 mmol/L is outside what is possible for Fasting plasma glucose, 0.2 to 90 mmol/L.",
            "500 mmol/L超出空腹血糖的可能范围（0.2至90 mmol/L）。",
        ),
        ("高 is not a number.", "高不是数字。"),
        ("K000001 has another identity number already", "K000001已有另一个身份证号"),
        ("What nobody has said before.", "What nobody has said before."),
    ],
)
def test_what_stands_in_the_places_is_kept(english: str, chinese: str) -> None:
    assert in_chinese(english) == chinese
    assert told(english, current(), words("en")) == english
