"""Words for people: every sentence in the code has its Chinese, and every Chinese its sentence."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

import kanglu
from kanglu.i18n import LANGS, words
from kanglu.intake.mapping import Role
from kanglu.intake.mapping_summary import _MEANINGS

LIB = Path(kanglu.__file__).parent
PO = sorted((LIB / "locale" / "zh" / "LC_MESSAGES").glob("*.po"))
SPEAKERS = ("_", "words")
"""What a module calls its words: ``_("…")``, ``self._("…")``, ``words(lang)("…")``, ``_.count("…", …)`` …"""
SOURCES = ("kanglu.i18n", "kanglu.ui", "kanglu.ui.page")


@dataclass(frozen=True)
class Said:
    """One call that asks for words: the message (and its plural), the values given, and where."""

    forms: tuple[str, ...]
    given: frozenset[str]
    where: str


def said_in(path: Path) -> Iterator[Said | str]:
    """What a module says; the place alone of a call whose message is not written there."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    speaks = any(isinstance(node, ast.ImportFrom) and node.module in SOURCES for node in ast.walk(tree))
    for node in ast.walk(tree) if speaks else ():
        if not isinstance(node, ast.Call):
            continue
        where = f"{path.relative_to(LIB if path.is_relative_to(LIB) else APPS)}:{node.lineno}"
        plural = (
            isinstance(node.func, ast.Attribute) and node.func.attr == "count" and speaker(node.func.value)
        )
        if not (plural or speaker(node.func)) or makes_words(node):
            continue
        forms = node.args[: 2 if plural else 1]
        if not all(isinstance(form, ast.Constant) for form in forms):
            yield where
            continue
        named = {keyword.arg for keyword in node.keywords} | ({"n"} if plural else set())
        yield Said(tuple(form.value for form in forms), frozenset(named), where)


def speaker(node: ast.expr) -> bool:
    """Whether an expression is the words of a language."""
    if isinstance(node, ast.Call):
        return makes_words(node)
    if isinstance(node, ast.Attribute):
        return node.attr in SPEAKERS
    return isinstance(node, ast.Name) and node.id in SPEAKERS


def makes_words(node: ast.Call) -> bool:
    """``words(lang)``: gives the words of a language, and says nothing itself."""
    if not (isinstance(node.func, ast.Name) and node.func.id == "words" and len(node.args) == 1):
        return False
    (given,) = node.args
    literal = given.value if isinstance(given, ast.Constant) else None
    return literal in LANGS or (literal is None and not isinstance(given, ast.Subscript))


def said_in_template(path: Path) -> Iterator[Said | str]:
    """What a template says."""
    for call in Environment().parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
        where = f"{path.name}:{call.lineno}"
        plural = isinstance(call.node, nodes.Getattr) and call.node.attr == "count"
        speaks = call.node.node if plural else call.node
        if not (isinstance(speaks, nodes.Name) and speaks.name == "_"):
            continue
        forms = call.args[: 2 if plural else 1]
        if not all(isinstance(form, nodes.Const) for form in forms):
            yield where
            continue
        named = {keyword.key for keyword in call.kwargs} | ({"n"} if plural else set())
        yield Said(tuple(form.value for form in forms), frozenset(named), where)


APPS = Path(__file__).parents[1] / "apps"
CODE = [path for path in sorted((*LIB.rglob("*.py"), *APPS.rglob("*.py"))) if path.name != "i18n.py"]
TEMPLATES = sorted((*(LIB / "ui" / "templates").glob("*.html"), *APPS.rglob("*.html")))
CALLS = [call for path in CODE for call in said_in(path)]
CALLS += [call for path in TEMPLATES for call in said_in_template(path)]
SENTENCES = [call for call in CALLS if isinstance(call, Said)]
WITHOUT_TEXT = [call for call in CALLS if isinstance(call, str)]
CATALOGUE = [
    message for path in PO for message in read_po(BytesIO(path.read_bytes()), locale="zh") if message.id
]


def forms_of(message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def named_in(text: str) -> set[str]:
    """The values that a message names."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def wanted() -> set[tuple[str, ...]]:
    return {call.forms for call in SENTENCES} | {(sentence,) for sentence in _MEANINGS.values()}


def test_the_code_speaks():
    assert len(SENTENCES) > 150
    assert any(call.where.startswith("reporting/blocks/paper.py") for call in SENTENCES)
    assert any(len(call.forms) == 2 for call in SENTENCES)


def test_every_message_is_written_where_it_is_said_or_in_a_table_that_this_test_reads():
    assert {where.split(":")[0] for where in WITHOUT_TEXT} == {"intake/mapping_summary.py"}
    assert set(_MEANINGS) == set(Role) - {Role.INDICATOR}


def test_every_sentence_has_its_chinese_and_every_chinese_its_sentence():
    translated = {forms_of(message) for message in CATALOGUE}
    assert {forms[0] for forms in wanted() - translated} == set(), "not translated"
    assert {forms[0] for forms in translated - wanted()} == set(), "nobody says this any more"


def test_no_message_is_translated_twice():
    lines = [line for path in PO for line in path.read_text(encoding="utf-8").splitlines()]
    ids = [line for line in lines if line.startswith("msgid ")]
    assert len(ids) == len(CATALOGUE) + len(PO)
    assert len(set(map(forms_of, CATALOGUE))) == len(CATALOGUE)


@pytest.mark.parametrize("message", CATALOGUE, ids=lambda message: forms_of(message)[0][:40])
def test_a_translation_is_there_is_sure_and_names_the_same_values(message):
    given = message.string if isinstance(message.string, tuple) else (message.string,)
    assert all(text.strip() for text in given)
    assert not message.fuzzy
    for text in given:
        assert named_in(text) == named_in(forms_of(message)[-1])
        assert text == text.strip()


def test_what_a_sentence_names_is_given_to_it():
    wrong = [
        call.where
        for call in SENTENCES
        if call.given and any(named_in(form) - {"n"} != call.given - {"n"} for form in call.forms)
    ]
    assert wrong == []
    left_to_the_typesetter = [
        call.forms[0] for call in SENTENCES if not call.given and named_in(call.forms[0])
    ]
    assert left_to_the_typesetter == ["Page {page} of {pages}"]


def test_chinese_and_english():
    assert words("zh")("Page {page} of {pages}", page=3, pages=9) == "第 3 页，共 9 页"
    assert words("en")("Page {page} of {pages}", page=3, pages=9) == "Page 3 of 9"


@pytest.mark.parametrize("lang", LANGS)
def test_a_sentence_without_a_translation_stays_english(lang):
    assert words(lang)("Nobody wrote this {what}.", what="yet") == "Nobody wrote this yet."
    assert words(lang)("Braces {stay} without values") == "Braces {stay} without values"
    assert words(lang).count("{n} such thing", "{n} such things", 2) == "2 such things"


@pytest.mark.parametrize(
    ("n", "zh", "en"),
    [
        (0, "0项超出范围。", "0 are out of range."),
        (1, "1项超出范围。", "1 is out of range."),
        (2, "2项超出范围。", "2 are out of range."),
    ],
)
def test_a_number_chooses_its_form(n, zh, en):
    message = "{n} is out of range.", "{n} are out of range."
    assert words("en").count(*message, n) == en
    assert words("zh").count(*message, n) == zh


def test_days():
    assert words("zh").day(date(2026, 6, 3)) == "2026年6月3日"
    assert words("en").day(date(2026, 6, 3)) == "3 Jun 2026"


def test_names_fall_back_to_the_other_language():
    assert words("en").name({"zh": "高血压", "en": "hypertension"}) == "hypertension"
    assert words("en").name({"zh": "高血压"}) == "高血压"
    assert words("zh").name({"en": "gout"}) == "gout"


def test_the_words_of_a_language_are_made_once():
    assert words("zh") is words("zh")
