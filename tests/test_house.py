"""The house keeps its promises: floors, one list of dependencies, nothing fetched, nothing heavy at start."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from importlinter.cli import lint_imports
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
CODE = [
    path
    for folder in ("lib", "apps", "notebooks", "reports")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file()
]


def requirement(text: str) -> tuple[str, str]:
    """Name without extras, and bounds: ``psycopg[binary]>=3.2`` → ``("psycopg", ">=3.2")``."""
    name, bounds = re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?(.*)", text.replace(" ", "")).groups()
    return name.lower(), bounds


def test_a_room_knows_only_the_rooms_below_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(cache_dir=None) == 0


def test_conda_and_pip_get_the_same_packages_with_the_same_floors() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = dict(map(requirement, project["dependencies"] + project["optional-dependencies"]["lab"]))
    conda = YAML(typ="safe").load(ROOT / "environment.yml")["dependencies"]
    pip = next(entry["pip"] for entry in conda if isinstance(entry, dict))
    listed = dict(requirement(entry) for entry in conda if isinstance(entry, str))
    assert listed.pop("python") == project["requires-python"]
    assert listed.pop("pip") == ""
    assert pip.pop() == "-e ."
    assert listed | dict(map(requirement, pip)) == wanted


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_pins_every_dependency_with_hashes_and_without_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pinned = {name.lower() for name in re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==", text, re.M)}
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())
    direct = {requirement(entry)[0] for entry in wanted["project"]["dependencies"]}
    assert {name.replace(".", "-") for name in direct} <= {name.replace(".", "-") for name in pinned}
    assert "://" not in text
    assert all(
        "--hash" in entry for entry in re.split(r"\n(?=[\w.-]+(?:\[[\w,]+\])?==)", text) if "==" in entry
    )


def test_import_kanglu_loads_nothing_heavy() -> None:
    heavy = "{'numpy', 'pandas', 'sqlalchemy', 'pydantic', 'typer'}"
    code = f"import sys, kanglu; print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_nothing_is_fetched_from_elsewhere_at_run_time() -> None:
    fetched = re.compile(r"""(?:src|href|url|@import)\s*[=(]?\s*["']?https?://""")
    offenders = [
        str(path)
        for path in CODE
        if path.suffix in {".py", ".j2", ".css", ".typ", ".html", ".ipynb"}
        and fetched.search(path.read_text())
    ]
    assert offenders == []


def test_sql_is_spoken_in_the_record_only() -> None:
    spoken = re.compile(r"\b(?:select\s.+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from)\b", re.I)
    offenders = [
        str(path)
        for path in CODE
        if path.suffix == ".py"
        and "record" not in path.relative_to(ROOT).parts
        and spoken.search(path.read_text())
    ]
    assert offenders == []


def test_notebooks_carry_no_outputs_and_a_parameters_cell() -> None:
    import nbformat

    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert all(not cell.outputs and cell.execution_count is None for cell in code), path.name
        assert sum("parameters" in cell.metadata.get("tags", []) for cell in code) == 1, path.name
