"""The advice of an annual summary: by kind, with its why, without what an allergy speaks against."""

from datetime import date
from typing import Any

import pytest

from kanglu.care.advice import Advised, Given, Withheld
from kanglu.care.today import Why
from kanglu.home import shipped
from kanglu.i18n import words
from kanglu.reporting import fonts
from kanglu.reporting.annual.advice import advice
from kanglu.reporting.blocks import Advice, Blocks, Cover, Heading, flatten, to_data, to_html, to_text
from kanglu.reporting.pdf import Press

EN, ZH = words("en"), words("zh")
SALT = Given(
    "diet.salt", 2, "diet", "salt", "strong", "少吃盐。",
    (Why("高血压", None, date(2020, 5, 1)), Why("食盐", "9 g/d", date(2025, 6, 2)), Why("年龄", "66")),
    "指南甲 · 准则五", False,
)  # fmt: skip
WALK = Given(
    "exercise.walk", 1, "exercise", "walk", "strong", "多走走。", (Why("年龄", "66"),), "指南甲 · 运动", True
)


def advised(*given: Given, withheld: tuple[Withheld, ...] = ()) -> Advised:
    return Advised(date(2025, 12, 31), "0" * 12, given, withheld)


def shown(found: Advised, _: Any = ZH) -> Blocks:
    return Blocks(tuple(advice(found, _)))


def test_nobody_is_told_that_there_is_nothing_to_tell() -> None:
    assert flatten([shown(advised())]) == []


def test_sentences_stand_under_their_kind_with_the_row_that_gave_them() -> None:
    blocks = flatten([shown(advised(SALT, WALK))])
    headings = [(block.text, block.level) for block in blocks if isinstance(block, Heading)]
    assert headings == [("健康建议", 1), ("饮食", 2), ("运动", 2)]
    assert [block.rule for block in blocks if isinstance(block, Advice)] == ["diet.salt 2", "exercise.walk 1"]


@pytest.mark.parametrize(
    ("_", "said"),
    [
        (ZH, "少吃盐。（因为：2020年起高血压；2025年6月2日食盐 9 g/d；年龄 66）"),
        (EN, "少吃盐。 (because: 高血压 since 2020; 食盐 9 g/d on 2 Jun 2025; 年龄 66)"),
    ],
)
def test_a_sentence_says_why_it_is_there(_: Any, said: str) -> None:
    assert said in to_text(shown(advised(SALT), _))
    assert said.split("（")[0].split(" (")[0] in to_html(shown(advised(SALT), _))


def test_each_document_is_named_once_and_that_nobody_has_checked_it() -> None:
    said = to_text(shown(advised(SALT, WALK)))
    assert "建议的依据：指南甲。以上依据为间接获知" in said
    assert "间接" not in to_text(shown(advised(WALK)))


def test_what_an_allergy_took_away_is_said_once() -> None:
    withheld = tuple(Withheld(name, "allergy", ("坚果",)) for name in ("a", "b"))
    said = to_text(shown(advised(WALK, withheld=(*withheld, Withheld("c", "page")))))
    assert said.count("因档案中有过敏记录，未列入涉及坚果的建议。") == 1


def test_its_paper_can_be_read_by_all() -> None:
    """A heading that skips a level is no PDF/UA: the paper would be set twice, and lose its standard."""
    blocks = flatten([Cover("年度健康总结", lang="zh"), shown(advised(SALT, WALK))])
    press = Press(shipped("reports/style"), fonts.find())
    assert press.set([to_data(block) for block in blocks], date(2025, 12, 31))[1] == []
