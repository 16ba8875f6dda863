"""The verbs of trust, as an operator types them: a new key, a backup, and the record out of it again."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

Kanglu = Callable[..., subprocess.CompletedProcess[str]]

VISITS = """身份证号,姓名,性别,出生日期,体检日期,收缩压(mmHg),舒张压(mmHg)
990001197207010028,甲,女,1972-07-01,2025-05-06,128,82
990001196608260031,乙,男,1966-08-26,2025-05-07,151,93
"""


@pytest.fixture
def kanglu(tmp_path: Path) -> Kanglu:
    """Runs the command in a home of its own, with two people in the record."""

    def run(*words: object, home: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KANGLU")}
        environment |= {"KANGLU_HOME": str(home), "COLUMNS": "160"}
        command = [sys.executable, "-c", "from kanglu.cli import main; main()", *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=home, check=False)

    (tmp_path / "体检.csv").write_text(VISITS, encoding="utf-8")
    assert run("import", tmp_path / "体检.csv").returncode == 0
    return run


def told(done: subprocess.CompletedProcess[str], code: int = 0) -> dict[str, object]:
    assert done.returncode == code, done.stderr
    return dict(json.loads(done.stdout))


def test_a_key_is_shown_by_name_changed_and_the_old_one_taken_out(kanglu: Kanglu, tmp_path: Path) -> None:
    file = tmp_path / "data" / "kanglu.sqlite.key"
    secret = file.read_text().strip()
    shown = kanglu("key", "show", "--json")
    [old] = json.loads(shown.stdout)
    assert (old["state"], secret in shown.stdout) == ("in force", False)
    done = told(kanglu("key", "rotate", "--json"))
    assert (done["before"], done["rows"]["identifier"]) == (old["key"], 2)
    assert [one["state"] for one in json.loads(kanglu("key", "show", "--json").stdout)] == [
        "in force",
        "older",
    ]
    assert told(kanglu("key", "retire", "--json")) == {"retired": [old["key"]]}
    assert secret not in file.read_text()
    assert "乙" in kanglu("person", "990001196608260031").stdout
    assert told(kanglu("verify", "--json"))["ok"] is True


def test_a_changed_row_of_the_audit_log_is_named(kanglu: Kanglu, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / "kanglu.sqlite")) as database:
        database.execute("DROP TRIGGER audit_event_no_update")
        database.execute("UPDATE audit_event SET actor = 'somebody' WHERE id = 1")
        database.commit()
    found = kanglu("verify")
    assert found.returncode == 1
    assert "the chain is broken: event 1 was changed after it was written." in found.stdout
    assert "The facts keep the record's promises." in found.stdout


def test_the_old_key_stays_while_a_file_that_waits_is_written_with_it(kanglu: Kanglu, tmp_path: Path) -> None:
    from datetime import UTC, datetime
    from io import BytesIO

    from kanglu.intake.waiting import Waiting
    from kanglu.trust.keys import read

    waiting = Waiting(tmp_path / "data" / "arriving", read(tmp_path / "data" / "kanglu.sqlite.key"))
    waiting.bring([("a.csv", BytesIO(b"x"))], "chen", datetime(2026, 6, 30, tzinfo=UTC))
    kanglu("key", "rotate")
    refused = kanglu("key", "retire")
    assert (refused.returncode, "1 files that wait" in refused.stderr) == (2, True)
    shutil.rmtree(tmp_path / "data" / "arriving")
    assert kanglu("key", "retire").returncode == 0


def test_a_backup_is_restored_on_another_machine_with_the_key_from_the_safe(
    kanglu: Kanglu, tmp_path: Path
) -> None:
    made = told(kanglu("backup", tmp_path / "k.backup", "--json"))
    assert (made["checked"], made["faults"], made["missing"]) == ("restored", [], [])
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(tmp_path / "data" / "kanglu.sqlite.key", tmp_path / "safe.key")
    words = ("restore", tmp_path / "k.backup", "--to", other / "data" / "kanglu.sqlite")
    without = kanglu(*words, home=other)
    assert (without.returncode, "--key-file" in without.stderr) == (2, True)
    done = told(kanglu(*words, "--key-file", tmp_path / "safe.key", "--json", home=other))
    assert (done["rows"]["person"], done["faults"]) == (2, [])
    assert json.loads(kanglu("panel", "sbp >= 140", "--json", home=other).stdout)[0]["name"] == "乙"
    assert told(kanglu("verify", "--json", home=other))["ok"] is True
    again = kanglu(*words, "--key-file", tmp_path / "safe.key", home=other)
    assert (again.returncode, "overwrites nothing" in again.stderr) == (2, True)


def test_a_damaged_backup_is_one_sentence(kanglu: Kanglu, tmp_path: Path) -> None:
    said = kanglu("backup", tmp_path / "k.backup", "--no-check")
    assert (said.returncode, "checked: no" in said.stdout) == (0, True)
    content = (tmp_path / "k.backup").read_bytes()
    (tmp_path / "k.backup").write_bytes(content[:-1])
    refused = kanglu("restore", tmp_path / "k.backup", "--to", tmp_path / "again.sqlite")
    assert (refused.returncode, "cut off" in refused.stderr, "Traceback" in refused.stderr) == (
        2,
        True,
        False,
    )
    assert not (tmp_path / "again.sqlite").exists()


def test_sweeping_removes_what_no_fact_names(kanglu: Kanglu, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "kanglu.sqlite.media"
    folder.mkdir()
    (folder / f"{'0' * 64}.enc").write_bytes(b"left")
    assert told(kanglu("sweep", "--json")) == {"removed": [f"{'0' * 64}.enc"]}
    assert list(folder.iterdir()) == []


def test_an_extract_lists_its_columns_and_holds_whom_it_may(kanglu: Kanglu, tmp_path: Path) -> None:
    columns = json.loads(kanglu("extract", "--json").stdout)
    assert {"column": "age_years", "indicator": "age", "kind": "quasi"} in columns
    wanted = ("extract", "all", "--columns", "sex,sbp", "--as-of", "2025-12-31", "--known", "2099-01-01")
    refused = kanglu(*wanted, "--out", tmp_path / "research")
    assert (refused.returncode, "0 people cannot be made 5-anonymous" in refused.stderr) == (2, True)
    assert not (tmp_path / "research").exists()
    done = told(kanglu(*wanted, "--purpose", "quality", "--k", 2, "--out", tmp_path / "ours", "--json"))
    assert done["rows"] == {"panel": 2, "permitted": 2, "suppressed": 0, "extract": 2}
    rows = (tmp_path / "ours" / "extract.csv").read_text().split()
    assert rows[0] == "pseudonym,sex,sbp_mmhg"
    assert sorted(row.split(",", 1)[1] for row in rows[1:]) == ["*,128.0", "*,151.0"]
    assert kanglu("extract", "all", "--columns", "sex").returncode == 2
    assert told(kanglu("verify", "--json"))["ok"] is True
