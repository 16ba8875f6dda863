"""What Kanglu refuses, in Chinese: every error that a page may come to has its form, every form its error."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import kanglu
from kanglu import errors
from kanglu.errors import KangluError, NotFound, RecordError
from kanglu.i18n import words
from kanglu.retold import messages, retold, told

LIB = Path(kanglu.__file__).parent
APPS = LIB.parents[1] / "apps"
ERRORS = {
    name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, KangluError)
}
NOT_ON_A_PAGE = (
    *("cli", "doctor.py", "demo", "measures", "catalogue", "intake", "units.py", "record/database.py"),
    *(
        "record/backup.py",
        "record/restoring.py",
        "record/rotating.py",
        "record/dumping.py",
        "record/setup.py",
    ),
    *("record/writing.py", "record/trail.py", "trust/archive.py", "trust/keys.py", "ui/provider.py"),
    *("care/publishing.py", "care/examples.py", "care/specs.py", "care/evaluation.py", "care/entry.py"),
    *("insight/lab.py", "insight/extract", "insight/service", "insight/cohort.py"),
    *(f"reporting/{one}" for one in ("extract", "blocks", "charts", "collect.py", "fonts.py", "forms")),
    *(
        f"reporting/{one}"
        for one in ("html.py", "makers.py", "notebook.py", "pdf.py", "prose.py", "shell.py")
    ),
    *(f"reporting/{one}" for one in ("workshop.py", "zygote.py", "batch.py", "__init__.py")),
)
"""Rooms whose errors only meet whoever works at the command line, in a notebook or on a catalogue's files."""
PLACE = "\0"


def texts(node: ast.expr | None) -> Iterator[str]:
    """The sentences that an expression may be, a mark for each place; none where they are not written so."""
    match node:
        case ast.Constant(str(text)) if text:
            yield text
        case ast.JoinedStr(parts):
            yield "".join(part.value if isinstance(part, ast.Constant) else PLACE for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from (*texts(one), *texts(other))
        case ast.BoolOp(values=several) | ast.Dict(values=several):
            for one in several:
                yield from texts(one)
        case ast.Subscript(value=one):
            yield from texts(one)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from (a + b for a in texts(left) for b in texts(right))


class Sentences(ast.NodeVisitor):
    """What the errors of a module say, what was wrong and what to do, wherever in it that is written."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree, self.found = tree, set[str]()
        self.within: list[ast.FunctionDef] = []
        self.visit(tree)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.within.append(node)
        self.generic_visit(node)
        self.within.pop()

    def visit_Call(self, node: ast.Call) -> None:
        if called(node) in ERRORS:
            for one in (*node.args[:1], *(word.value for word in node.keywords if word.arg == "remedy")):
                self.add(one)
        self.generic_visit(node)

    def add(self, node: ast.expr) -> None:
        self.found.update(texts(node))
        for part in ast.walk(node):
            if isinstance(part, ast.Name):
                self.named(part.id)
            elif isinstance(part, ast.Call):
                for function in ast.walk(self.tree):
                    if isinstance(function, ast.FunctionDef) and function.name == called(part):
                        for one in ast.walk(function):
                            if isinstance(one, ast.Return):
                                self.found.update(texts(one.value))

    def named(self, name: str) -> None:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and name in targets(node):
                self.found.update(text for text in texts(node.value) if " " in text)
        function = self.within[-1] if self.within else None
        takes = [one.arg for one in (*function.args.args, *function.args.kwonlyargs)] if function else []
        if function and name in takes:
            at = takes.index(name) - (takes[0] == "self")
            for node in ast.walk(self.tree):
                if isinstance(node, ast.Call) and called(node) == function.name:
                    given = [*node.args[at : at + 1], *(k.value for k in node.keywords if k.arg == name)]
                    for one in given:
                        self.found.update(text for text in texts(one) if " " in text)


def targets(node: ast.Assign | ast.AnnAssign) -> list[str]:
    """The names that an assignment gives."""
    given = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [one.id for one in given if isinstance(one, ast.Name)]


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


@cache
def said() -> dict[str, str]:
    """Every sentence of an error that a page may come to, and the module that says it."""
    found = {}
    for path in (*LIB.rglob("*.py"), *APPS.rglob("*.py")):
        where = str(path.relative_to(LIB if path.is_relative_to(LIB) else APPS.parent))
        if not where.startswith(NOT_ON_A_PAGE):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found |= {text: where for text in Sentences(tree).found if len(re.findall("[a-z]", text)) > 3}
    return found


def chinese(text: str) -> str:
    return retold(text, words("zh"))


def test_the_errors_are_found() -> None:
    assert len(said()) > 250
    assert "There is no task \0." in said()
    assert "It is open." in said()  # through Acting.refusal
    assert "The person refused on \0 to have calls recorded." in said()


@pytest.mark.parametrize("text", sorted(said()), ids=lambda text: text.replace(PLACE, "_")[:50])
def test_every_error_of_a_page_has_its_form(text: str) -> None:
    assert chinese(text.replace(PLACE, "K000001")) != text.replace(PLACE, "K000001"), said()[text]


def test_every_form_is_of_an_error() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (*LIB.rglob("*.py"), *APPS.rglob("*.py")))
    joined = re.sub(r'"\s*\n?\s*f?"', "", code)
    longest = {form: max(re.split(r"{\w+}", form), key=len).strip().rstrip(".") for form in messages("zh")}
    assert [form for form, part in longest.items() if part not in joined] == []


def test_a_form_and_its_chinese_name_the_same_places() -> None:
    with (LIB / "locale" / "zh" / "errors.po").open("rb") as file:
        assert not any(one.fuzzy for one in read_po(file, locale="zh"))
    for form, in_chinese in messages("zh").items():
        assert sorted(re.findall(r"{\w+}", form)) == sorted(re.findall(r"{\w+}", in_chinese)), form
        assert re.search(r"[\u4e00-\u9fff]", in_chinese), form


@pytest.mark.parametrize(
    ("english", "in_chinese"),
    [
        ("There is no task 2024/a.", "没有任务2024/a。"),
        ("chen (health_manager) may not write accounts.", "chen（健康管理师）无权登记账号。"),
        ("Roles that may: clinician, supervisor.", "有此权限的角色：医生、主管。"),
        ("Did you mean 'sbp'?", "您指的是“sbp”吗？"),
        (
            "The person refused on 2025-05-01 to have calls recorded. So nothing of 09:10 may be attached.",
            "本人于2025-05-01拒绝通话录音。因此不能添加09:10的录音。",
        ),
        ("no identifier says who this is.", "没有号码说明是谁。"),
        ("What nobody has said before.", "What nobody has said before."),
        ("", ""),
    ],
)
def test_what_stands_in_the_places_is_told_too(english: str, in_chinese: str) -> None:
    assert chinese(english) == in_chinese
    assert retold(english, words("en")) == english


def test_an_error_says_where_what_and_what_to_do() -> None:
    error = RecordError("The person has died.", where="K000007", remedy="There is nothing to plan.")
    assert told(error, words("zh")) == "K000007：此人已去世。无需制订计划。"
    assert told(error, words("en")) == str(error)
    assert told(NotFound("There is no proposal 3."), words("zh")) == "没有提议3。"
