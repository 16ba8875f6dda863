"""The command line: each verb answers people and scripts, and its exit code says how it went."""

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
Kanglu = Callable[..., subprocess.CompletedProcess[str]]

VISITS = """身份证号,姓名,性别,出生日期,体检日期,收缩压(mmHg),舒张压(mmHg),空腹血糖(mmol/L)
990001197207010028,甲,女,1972-07-01,2025-05-06,128,82,5.4
990001196608260031,乙,男,1966-08-26,2025-05-07,151,93,7.2
"""


@pytest.fixture
def kanglu(tmp_path: Path) -> Kanglu:
    def run(*words: object) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KANGLU")}
        environment |= {"KANGLU_HOME": str(tmp_path), "COLUMNS": "160"}
        command = [sys.executable, "-c", "from kanglu.cli import main; main()", *map(str, words)]
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False
        )

    return run


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    path = tmp_path / "体检2025.csv"
    path.write_text(VISITS, encoding="utf-8")
    return path


def test_two_commands_lead_from_a_file_to_a_panel(kanglu: Kanglu, visits: Path) -> None:
    receipt = json.loads(kanglu("import", visits, "--json").stdout)
    assert set(receipt) == {"batch", "read", "facts", "skipped", "problems"}
    assert receipt["read"] == {"row": 2}
    assert receipt["facts"]["quarantined"] == 0

    people = json.loads(kanglu("panel", "sbp >= 140", "--json").stdout)
    assert [person["name"] for person in people] == ["乙"]


def test_the_same_file_twice_changes_nothing_and_undo_takes_it_back(kanglu: Kanglu, visits: Path) -> None:
    first = json.loads(kanglu("import", visits, "--json").stdout)
    again = json.loads(kanglu("import", visits, "--json").stdout)
    assert again["facts"]["new"] == 0
    assert again["facts"]["duplicate"] == first["facts"]["new"] + first["facts"]["duplicate"]

    undone = kanglu("undo", first["batch"])
    assert undone.returncode == 0, undone.stderr
    assert json.loads(kanglu("panel", "--json").stdout) == []
    assert json.loads(kanglu("verify", "--json").stdout)["ok"] is True


def test_a_person_is_shown_with_what_is_out_of_range(kanglu: Kanglu, visits: Path) -> None:
    kanglu("import", visits)
    person = json.loads(kanglu("person", "乙", "--json").stdout)
    latest = {one["indicator"]: one for one in person["latest"]}
    assert (latest["fpg"]["value"], latest["fpg"]["position"], latest["fpg"]["effective"]) == (
        "7.20",
        "high",
        "2025-05-07",
    )


def test_a_score_is_written_beside_the_row_it_belongs_to(kanglu: Kanglu, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("who,sex,age_years,creatinine_umol_l\na,male,50,80\nb,female,50,\n")
    answer = kanglu("score", "ckd_epi_2021_cr", tmp_path / "in.csv", tmp_path / "out.csv", "--json")
    assert answer.returncode == 0, answer.stderr
    with (tmp_path / "out.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["who"] for row in rows] == ["a", "b"]
    assert [row["status"] for row in rows] == ["ok", "incomplete"]
    assert rows[1]["value"] == ""
    assert {"value", "band", "status", "reason", "version"} <= set(rows[0])


def test_a_score_that_can_give_several_numbers_gives_the_one_asked_for(
    kanglu: Kanglu, tmp_path: Path
) -> None:
    heads = "sex,age_years,chf_0_1,hypertension_0_1,diabetes_0_1,stroke_tia_te_0_1,vascular_disease_0_1"
    (tmp_path / "in.csv").write_text(f"{heads}\nfemale,70,1,0,0,0,0\n")
    values = []
    for words in ([], ["--output", "cha2ds2_va"]):
        answer = kanglu("score", "cha2ds2_vasc", tmp_path / "in.csv", tmp_path / "out.csv", *words)
        assert answer.returncode == 0, answer.stderr
        with (tmp_path / "out.csv").open() as file:
            values += [row["value"] for row in csv.DictReader(file)]
    assert values == ["3.0", "2.0"]
    assert "cha2ds2_vasc, cha2ds2_va" in kanglu("score", "cha2ds2_vasc").stdout
    wrong = kanglu("score", "cha2ds2_vasc", tmp_path / "in.csv", tmp_path / "out.csv", "--output", "chads2")
    assert (wrong.returncode, "cha2ds2_vasc, cha2ds2_va" in wrong.stderr) == (2, True)


def test_one_refused_file_is_exit_code_1_and_the_rest_goes_on(kanglu: Kanglu, visits: Path) -> None:
    (visits.parent / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    answer = kanglu("import", visits, visits.parent / "picture.png", "--json")
    receipt = json.loads(answer.stdout)
    assert answer.returncode == 1
    assert receipt["read"] == {"row": 2}
    assert [problem["file"] for problem in receipt["problems"]] == ["picture.png"]


@pytest.mark.parametrize(
    "words",
    [
        ["panel", "diabtes"],
        ["panel", "--as-of", "yesterday"],
        ["score", "no_such_score", "in.csv", "out.csv"],
        ["render", "annual", "--lang", "fr"],
        ["render", "stage"],
        ["render", "monthly", "--month", "2025-13"],
        ["render", "annual", "--month", "2025-06"],
        ["undo", "7"],
        ["person", "nobody"],
        ["nonsense"],
    ],
)
def test_called_wrongly_is_exit_code_2_with_a_sentence_and_no_traceback(
    kanglu: Kanglu, visits: Path, words: list[str]
) -> None:
    kanglu("import", visits)
    answer = kanglu(*words)
    assert answer.returncode == 2
    assert answer.stderr.strip()
    assert "Traceback" not in answer.stderr


def test_asking_before_there_is_a_record_says_how_to_make_one(kanglu: Kanglu) -> None:
    answer = kanglu("panel")
    assert answer.returncode == 2
    assert "kanglu import" in answer.stderr


def test_the_board_counts_and_names_whom_it_counts(kanglu: Kanglu, visits: Path) -> None:
    kanglu("import", visits)
    board = json.loads(kanglu("board", "--json", "--lang", "en").stdout)
    numbers = {one["key"]: one for one in board["cells"]}
    assert numbers["people"]["n"] == len(json.loads(kanglu("board", "--list", "people", "--json").stdout))
    assert numbers["register/hypertension/enrolled"]["n"] == 0
    assert numbers["people"]["definition"].startswith("Living people")
    assert "people" in kanglu("board", "--lang", "en").stdout
    assert kanglu("board", "--list", "register/none").returncode == 2


def test_the_doctor_names_what_is_missing_and_its_remedy(kanglu: Kanglu) -> None:
    findings = {finding["name"]: finding for finding in json.loads(kanglu("doctor", "--json").stdout)}
    assert findings["python"]["ok"]
    assert not findings["database"]["ok"]
    assert "kanglu init" in findings["database"]["remedy"]


def test_every_verb_teaches_and_stands_in_the_readme(kanglu: Kanglu) -> None:
    readme = (ROOT / "README.md").read_text()
    verbs = re.findall(r"^  (\w+) ", kanglu("--help").stdout.split("Commands:")[1], re.M)
    assert {
        "init",
        "import",
        "undo",
        "person",
        "panel",
        "score",
        "render",
        "verify",
        "doctor",
        "bench",
    } <= set(verbs)
    for verb in verbs:
        assert len(kanglu(verb, "--help").stdout.splitlines()) > 5
        assert f"kanglu {verb}" in readme or f"./run {verb}" in readme, verb


RULE = """
actions: [{id: walk, name: {zh: 散步, en: A walk}}]
rules:
  - id: clinic.pressure
    version: 1
    name: {zh: 血压偏高, en: A raised pressure}
    source: {doc: Our own practice}
    when: {latest: {of: sbp, ge: 150, within: 1y}}
    gives: [{task: walk, due: 7d}]
    explain: {zh: "收缩压 {sbp}", en: "Systolic pressure {sbp}"}
    examples:
      - name: at the limit
        as_of: 2025-05-07
        facts: [{observation: sbp, on: 2025-05-07, value: 150}]
        gives: [walk]
      - {name: below, as_of: 2025-05-07, facts: [{observation: sbp, on: 2025-05-07, value: 149}], gives: []}
"""


def test_rules_are_tried_compared_published_evaluated_and_explained(
    kanglu: Kanglu, visits: Path, tmp_path: Path
) -> None:
    kanglu("import", visits)
    rule = tmp_path / "clinic.yaml"
    rule.write_text(RULE, encoding="utf-8")
    tried = kanglu("rules", "test", "clinic.pressure", "--file", rule)
    assert (tried.returncode, tried.stdout.strip()) == (0, "2 examples: 2 as they should be, 0 not.")

    known = ("--as-of", "2025-05-10", "--known", "2099-12-31")
    differs = json.loads(kanglu("rules", "diff", rule, *known, "--json").stdout)
    assert [(one["record_number"], one["added"]) for one in differs] == [
        ("K000002", [["task", "walk", None, "2025-05-17"]])
    ]
    seen = kanglu(
        "rules",
        "simulate",
        rule,
        "--from",
        "2025-04-01",
        "--to",
        "2025-06-30",
        "--known",
        "2099-12-31",
        "--json",
    )
    months = json.loads(seen.stdout)["after"]
    assert [(month["month"], month["given"]) for month in months] == [
        ("2025-04", 0),
        ("2025-05", 1),
        ("2025-06", 0),
    ]

    assert "In force" in kanglu("rules", "publish", rule).stdout
    done = json.loads(kanglu("evaluate", *known, "--json").stdout)
    assert done["people"] == 2
    assert done["entered"]["task"] >= 1
    assert json.loads(kanglu("evaluate", *known, "--json").stdout)["people"] == 0

    why = json.loads(kanglu("rules", "explain", "K000002", *known, "--lang", "en", "--json").stdout)
    walk = next(reason for reason in why["reasons"] if reason["code"] == "walk")
    assert (walk["because"], walk["rule"], walk["version"]) == ("Systolic pressure 151", "clinic.pressure", 1)
    assert "收缩压 151" in kanglu("rules", "explain", "K000002", *known).stdout
    queue = json.loads(kanglu("queue", *known, "--json").stdout)
    assert "K000002" in {entry["record_number"] for entry in (*queue["today"], *queue["left"])}
    assert "A walk" in kanglu("queue", *known, "--lang", "en").stdout


def test_a_rule_that_is_refused_names_its_line_and_changes_nothing(kanglu: Kanglu, tmp_path: Path) -> None:
    kanglu("init")
    rule = tmp_path / "clinic.yaml"
    rule.write_text(RULE.replace("of: sbp", "of: sbpp"), encoding="utf-8")
    for verb in ("test", "diff", "publish"):
        refused = kanglu("rules", verb, *(("--file",) if verb == "test" else ()), rule)
        assert refused.returncode == 2
        assert "clinic.yaml:8" in refused.stderr
        assert "Did you mean 'sbp'?" in refused.stderr
    rule.write_text(RULE.replace("gives: [walk]", "gives: []"), encoding="utf-8")
    failed = kanglu("rules", "test", "clinic.pressure", "--file", rule)
    assert (failed.returncode, "at the limit" in failed.stdout) == (1, True)


def test_a_rule_that_one_proposes_is_made_live_by_another(
    kanglu: Kanglu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kanglu("init")
    rule = tmp_path / "clinic.yaml"
    rule.write_text(RULE, encoding="utf-8")
    monkeypatch.setenv("LOGNAME", "wang")
    assert "Proposal 1 waits" in kanglu("rules", "propose", rule, "--reason", "Winter").stdout
    (waiting,) = json.loads(kanglu("rules", "proposals", "--json").stdout)
    assert (waiting["proposed_by"], waiting["reason"]) == ("wang", "Winter")
    own = kanglu("rules", "approve", "1")
    assert own.returncode == 2
    assert "cannot decide" in own.stderr
    monkeypatch.setenv("LOGNAME", "li")
    assert "rules/clinic.pressure (new)" in kanglu("rules", "proposals").stdout
    assert "In force" in kanglu("rules", "approve", "1").stdout
    assert "No proposal waits." in kanglu("rules", "proposals").stdout
    assert "approved by li" in kanglu("rules", "proposals", "--all").stdout

    rule.write_text(RULE.replace("ge: 150", "ge: 149").replace("version: 1", "version: 2"), encoding="utf-8")
    refused = kanglu("rules", "propose", rule, "--reason", "Spring")
    assert "'below' of clinic.pressure gives walk, not nothing" in refused.stderr
    rule.write_text(RULE.replace("due: 7d", "due: 9d").replace("version: 1", "version: 2"), encoding="utf-8")
    kanglu("rules", "propose", rule, "--reason", "Spring")
    kanglu("rules", "propose", rule, "--reason", "Again")
    assert "is withdrawn" in kanglu("rules", "withdraw", "3").stdout
    monkeypatch.setenv("LOGNAME", "zhao")
    assert "is rejected" in kanglu("rules", "reject", "2", "--note", "No").stdout


def test_a_day_before_the_last_evaluation_is_refused(kanglu: Kanglu, visits: Path) -> None:
    kanglu("import", visits)
    kanglu("evaluate", "--as-of", "2025-06-01", "--known", "2099-12-31")
    refused = kanglu("evaluate", "--as-of", "2025-05-01", "--known", "2099-12-31")
    assert refused.returncode == 2
    assert "evaluated as of 2025-06-01 already" in refused.stderr
