"""Forms on the command line: listed, shown, filled, scored, exported; the exit code says how it went."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Kanglu = Callable[..., subprocess.CompletedProcess[str]]
PERSON = (
    "身份证号,姓名,性别,出生日期,体检日期,收缩压(mmHg)\n990001197207010028,甲,女,1972-07-01,2025-05-06,128\n"
)
WHOLE = {f"phq9_{place}": 1 for place in range(1, 10)}


@pytest.fixture
def kanglu(tmp_path: Path) -> Kanglu:
    def run(*words: object) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KANGLU")}
        environment |= {"KANGLU_HOME": str(tmp_path)}
        command = [sys.executable, "-c", "from kanglu.cli import main; main()", *map(str, words)]
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False
        )

    return run


@pytest.fixture
def answers(tmp_path: Path) -> Callable[[object], Path]:
    def write(content: object) -> Path:
        path = tmp_path / ("a.csv" if isinstance(content, str) else "a.json")
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


def test_forms_are_listed_and_shown(kanglu: Kanglu) -> None:
    rows = json.loads(kanglu("form", "list", "--lang", "en", "--json").stdout)
    assert {row["id"]: row["items"] for row in rows}["phq9"] == 10
    said = kanglu("form", "show", "audit_c").stdout
    assert "您多久喝一次含酒精的饮料？" in said
    assert "0 从不; 1 每月一次或更少" in said
    assert json.loads(kanglu("form", "show", "phq9", "--json").stdout)["resourceType"] == "Questionnaire"
    unknown = kanglu("form", "show", "phq99")
    assert (unknown.returncode, "Did you mean 'phq9'?" in unknown.stderr) == (2, True)


def test_a_form_is_filled_and_leaves_as_fhir(kanglu: Kanglu, answers: Callable[[object], Path]) -> None:
    (answers("x").parent / "people.csv").write_text(PERSON, encoding="utf-8")
    kanglu("import", "people.csv")

    half = kanglu(
        "form", "fill", "phq9", "k000001", answers({"phq9_9": 1}), "--on", "2026-01-05", "--lang", "en"
    )
    assert half.returncode == 1, half.stderr
    assert half.stdout.startswith("! Item 9 is above 0")
    assert "Still open: phq9_1" in half.stdout

    done = kanglu("form", "fill", "phq9", "K000001", answers(WHOLE), "--on", "2026-01-05", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["status"], found["open"], found["scores"]["phq9"]["value"]) == ("completed", [], 9)
    assert [alert["task"] for alert in found["alerts"]] == ["self_harm_thoughts"]

    wrong = kanglu("form", "fill", "phq9", "K000001", answers({"phq9_1": 4}))
    assert (wrong.returncode, "phq9_1: 4 is none of its answers" in wrong.stderr) == (2, True)
    nobody = kanglu("form", "fill", "phq9", "K000009", answers(WHOLE))
    assert nobody.returncode == 2

    bundle = json.loads(kanglu("form", "export", "K000001").stdout)
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert kinds == ["Patient", "QuestionnaireResponse"]


def test_a_file_of_forms_is_scored(kanglu: Kanglu, answers: Callable[[object], Path]) -> None:
    heads = ",".join(WHOLE)
    good = kanglu("form", "score", "phq9", answers(f"{heads}\n{','.join('1' * 9)}\n{','.join('0' * 9)}\n"))
    assert good.returncode == 0, good.stderr
    rows = list(csv.DictReader(io.StringIO(good.stdout)))
    assert [(row["row"], row["value"], row["item_9_flag"]) for row in rows] == [
        ("1", "9.0", "yes"),
        ("2", "0.0", "no"),
    ]
    half = kanglu("form", "score", "phq9", answers([WHOLE, {"phq9_1": 1}]), "--json")
    assert half.returncode == 1
    assert [row["status"] for row in json.loads(half.stdout)] == ["ok", "incomplete"]
    unscored = kanglu("form", "score", "satisfaction", answers({"overall": 5}))
    assert (unscored.returncode, "is not scored" in unscored.stderr) == (2, True)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", b"{", "It is not JSON"),
        ("a.json", b"[1]", "no object of answers"),
        ("a.json", b"[]", "no form in it"),
        ("a.csv", b"phq9_1,phq9_2\n1\n", "a.csv:2: The row has 1 cells, the header 2."),
        ("a.csv", b"phq9_1\n", "no form in it"),
        ("a.csv", b"\xff\xff\xff", "neither UTF-8 nor GB18030"),
        ("a.csv", b"phq9_1\n1\n2\n", "It holds 2 forms."),
        ("none.csv", None, "no such file"),
    ],
)
def test_a_file_that_is_no_form_is_named(
    kanglu: Kanglu, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    answer = kanglu("form", "fill", "phq9", "K000001", tmp_path / name)
    assert answer.returncode == 2
    assert said in answer.stderr
