"""Advice in files: what is taken, what is refused and where, and how layers lie over each other."""

import textwrap
from pathlib import Path

import pytest

from kanglu.catalogue import layers
from kanglu.catalogue.advice import AdviceBook, load_advice
from kanglu.catalogue.rulebook import rulebook
from kanglu.errors import CatalogueError

ROW = """
allergens:
  - {id: nuts, name: {zh: 坚果, en: nuts}, keywords: [坚果, nuts]}
  - {id: peanut, name: {zh: 花生, en: peanut}, kind_of: nuts, keywords: [花生, peanut]}
advice:
  - id: salt.high
    version: 1
    kind: diet
    topic: salt
    when: {latest: {of: salt_g_day, gt: 5, within: 1y}}
    text: {zh: "您每天吃盐{salt_g_day}克。", en: "You take {salt_g_day} g."}
    source: {doc: A guide}
    strength: strong
    order: 10
"""
"""One row; `when` stands on line 10, `text` on line 11."""


@pytest.fixture(autouse=True)
def nothing_shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only what a test writes is advice; the rulebook is the shipped one."""
    rulebook()
    monkeypatch.setattr(layers, "DEFAULTS", tmp_path / "absent")


def load(folder: Path, text: str = ROW, name: str = "advice/own.yaml") -> AdviceBook:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    return load_advice(rulebook(), folder)


def mistake(folder: Path, text: str) -> str:
    with pytest.raises(CatalogueError) as error:
        load(folder, text)
    return str(error.value)


def test_a_row_in_order_is_taken(tmp_path: Path) -> None:
    book = load(tmp_path)
    assert list(book.rows) == ["salt.high"]
    assert book.names["salt.high"] == frozenset()


def test_a_file_above_the_folder_may_hold_advice(tmp_path: Path) -> None:
    assert list(load(tmp_path, name="own.yaml").rows) == ["salt.high"]


def test_a_row_is_disabled_by_its_id(tmp_path: Path) -> None:
    load(tmp_path)
    (tmp_path / "z.yaml").write_text("disable: {advice: [salt.high]}", encoding="utf-8")
    assert not load_advice(rulebook(), tmp_path).rows


def test_rows_come_by_order_then_strength_then_id(tmp_path: Path) -> None:
    second = "  - id: {}\n" + ROW.split("  - id: salt.high\n")[1].replace("您", "{}")
    rows = [("b.later", "strong", "20"), ("a.weak", "traditional", "10"), ("z.strong", "strong", "10")]
    text = ROW
    for name, strength, order in rows:
        text += (
            second.replace("{}", name, 1)
            .replace("{}", name)
            .replace("strength: strong", f"strength: {strength}")
            .replace("order: 10", f"order: {order}")
        )
    assert list(load(tmp_path, text).rows) == ["salt.high", "z.strong", "a.weak", "b.later"]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        (
            "of: salt_g_day",
            "of: salt_day",
            "own.yaml:9 advice[0].when.latest.of: There is no indicator 'salt_day'",
        ),
        ("of: salt_g_day", "of: salt_day", "Did you mean 'salt_g_day'?"),
        ("gt: 5", "gt: 500", "outside what is possible"),
        ("gt: 5", "gt: 5, lt: 4", "no number is above its lower and below its upper limit"),
        (
            "{latest: {of: salt_g_day, gt: 5, within: 1y}}",
            "{all: [{sex: male}, {sex: female}]}",
            "can never hold",
        ),
        ('en: "You take {salt_g_day} g."', 'fr: "Vous"', "advice[0].text"),
        ("You take {salt_g_day} g.", "You take much.", "en lacks {salt_g_day}, which zh has."),
        ("{salt_g_day}克", "{sbp}克", "Nothing is known here to put in for {sbp}."),
        ("order: 10", "order: 10\n    excludes: salt.low", "There is no advice 'salt.low'."),
        ("order: 10", "order: 10\n    excludes: salt.high", "It excludes itself."),
        (
            "order: 10",
            "order: 10\n    contradicts: {allergens: [peanuts]}",
            "There is no allergen 'peanuts'. Did you mean 'peanut'?",
        ),
        ("order: 10", "order: 10\n    contradicts: {when: {problem: gicht}}", "There is no problem 'gicht'."),
        ("order: 10", "order: 10\n    season: [dongzi]", "Did you mean 'dongzhi'?"),
        ("kind: diet", "kind: food", "advice[0].kind"),
        ("kind_of: nuts", "kind_of: nutz", "There is no allergen 'nutz'. Did you mean 'nuts'?"),
    ],
)
def test_a_mistake_is_shown_where_it_stands(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert was in ROW
    assert said in mistake(tmp_path, ROW.replace(was, becomes, 1))


def test_a_number_that_may_be_unknown_cannot_be_said(tmp_path: Path) -> None:
    """Of people who are taken in by the other branch there is no such number."""
    either = "{any: [{latest: {of: salt_g_day, gt: 5, within: 1y}}, {problem: hypertension}]}"
    assert "Nothing is known here to put in for {salt_g_day}." in mistake(
        tmp_path, ROW.replace("{latest: {of: salt_g_day, gt: 5, within: 1y}}", either)
    )


def test_the_term_can_be_named_by_rows_of_a_season_only(tmp_path: Path) -> None:
    named = ROW.replace("{salt_g_day}克", "{salt_g_day}克，{term}").replace("g.", "g at {term}.")
    assert "put in for {term}" in mistake(tmp_path, named)
    assert load(
        tmp_path,
        named.replace("order: 10", "order: 10\n    season: dongzhi".replace(": dong", ": [dong") + "]"),
    )


def test_what_the_text_names_is_an_allergen_unless_the_row_warns_of_it(tmp_path: Path) -> None:
    nuts = ROW.replace("克。", "克，吃花生。").replace(" g.", " g, have peanut.")
    assert load(tmp_path, nuts).names["salt.high"] == {"peanut"}
    assert not load(tmp_path, nuts.replace("order: 10", "order: 10\n    warns: true")).names["salt.high"]
    listed = nuts.replace("order: 10", "order: 10\n    warns: true\n    contradicts: {allergens: [nuts]}")
    assert load(tmp_path, listed).names["salt.high"] == {"nuts"}


def test_two_rows_do_not_say_the_same(tmp_path: Path) -> None:
    again = ROW + "  - id: second\n" + ROW.split("  - id: salt.high\n")[1]
    assert "It says what salt.high says." in mistake(tmp_path, again)


def test_the_revision_names_the_content(tmp_path: Path) -> None:
    one, same = load(tmp_path).revision, load(tmp_path).revision
    other = load(tmp_path, ROW.replace("order: 10", "order: 11")).revision
    assert one == same != other
