"""Accounts on the command line: the same deeds as on the page, without its being one's own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Kanglu = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def kanglu(tmp_path: Path) -> Kanglu:
    """The command, in a house of its own with an empty record and two accounts."""
    from kanglu import record
    from kanglu.record.accounts import Accounts
    from kanglu.record.database import opened
    from kanglu.trust import Actor, Role

    path = tmp_path / "data" / "kanglu.sqlite"
    record.init(str(path))
    made, by = Accounts(opened(str(path))), Actor("root", "root", Role.ADMIN)
    for name, role in (("ann", Role.ADMIN), ("chen", Role.HEALTH_MANAGER)):
        made.add(by, name, name, role)
    made.close()

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KANGLU")}
        environment |= {"KANGLU_HOME": str(tmp_path), "COLUMNS": "200"}
        command = [sys.executable, "-c", "from kanglu.cli import main; main()", *map(str, words)]
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False
        )

    return run


def listed(kanglu: Kanglu) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in json.loads(kanglu("account", "list", "--json").stdout)}


def test_what_is_named_is_changed_and_the_rest_stays(kanglu: Kanglu) -> None:
    assert kanglu("account", "change", "chen", "--called", "陈静", "--staff", "chen_jing").returncode == 0
    assert (
        kanglu("account", "change", "chen", "--role", "supervisor", "--institution", "East").returncode == 0
    )
    chen = listed(kanglu)["chen"]
    said = ("陈静", "supervisor", "chen_jing", "East")
    assert (chen["called"], chen["role"], chen["staff"], chen["institution"]) == said
    kanglu("account", "change", "chen", "--staff", "")
    assert listed(kanglu)["chen"]["staff"] == ""


def test_the_last_administrator_stays(kanglu: Kanglu) -> None:
    for words in (("change", "ann", "--role", "operator"), ("disable", "ann")):
        refused = kanglu("account", *words)
        assert (refused.returncode, "last administrator" in refused.stderr) == (2, True)
    kanglu("account", "change", "chen", "--role", "admin")
    assert kanglu("account", "disable", "ann").returncode == 0
    assert kanglu("account", "change", "chen", "--role", "operator").returncode == 2
    assert "password for one sign-in" in kanglu("account", "enable", "ann").stdout


def test_roles_are_asked_for_a_second_factor_and_it_is_taken_off(kanglu: Kanglu) -> None:
    assert json.loads(kanglu("account", "ask-factor", "--json").stdout) == {"roles": []}
    kanglu("account", "ask-factor", "admin", "supervisor")
    assert json.loads(kanglu("account", "ask-factor", "--json").stdout) == {"roles": ["admin", "supervisor"]}
    assert "nobody" in kanglu("account", "ask-factor", "nobody").stdout
    refused = kanglu("account", "ask-factor", "king")
    assert (refused.returncode, "There is no role 'king'" in refused.stderr) == (2, True)
    assert kanglu("account", "no-factor", "chen").returncode == 0
    assert kanglu("account", "sign-out", "chen").returncode == 0
    assert json.loads(kanglu("verify", "--json").stdout)["ok"] is True


def test_an_account_is_bound_to_the_single_sign_on(kanglu: Kanglu) -> None:
    assert "as sub-1" in kanglu("account", "bind", "chen", "sub-1").stdout
    refused = kanglu("account", "bind", "ann", "sub-1")
    assert (refused.returncode, "Another account is bound" in refused.stderr) == (2, True)
    assert "nobody" in kanglu("account", "bind", "chen", "").stdout
    assert kanglu("account", "bind", "ann", "sub-1").returncode == 0


def test_nobodys_account_is_one_sentence(kanglu: Kanglu) -> None:
    for verb in ("change", "reset"):
        refused = kanglu("account", verb, "nobody")
        assert (refused.returncode, "There is no such account." in refused.stderr) == (2, True)
        assert "Traceback" not in refused.stderr
