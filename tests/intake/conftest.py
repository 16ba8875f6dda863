"""What the tests of the intake share: an empty record, a small FHIR workshop, the real sets."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kanglu.catalogue import current
from kanglu.intake.fhir import Draft, Lookups
from kanglu.intake.fhir.collecting import Found
from kanglu.intake.fhir.document import read_resources

SHARED = Path(os.environ.get("KANGLU_SHARED", Path(__file__).resolve().parents[3] / "shared"))


@pytest.fixture
def backend() -> str:
    """The intake speaks to the store only; what the two databases do is tested with the record."""
    return "sqlite"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, so that mappings kept by one test are not found by another."""
    place = tmp_path / "home"
    monkeypatch.setenv("KANGLU_HOME", str(place))
    return place


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """A real set by name; the test is skipped without it, but not in CI."""

    def find(name: str) -> Path:
        folder = SHARED / "data" / name
        if folder.exists():
            return folder
        if os.environ.get("CI") and SHARED.exists():
            pytest.fail(f"CI needs {folder}")
        pytest.skip(f"no {folder}")

    return find


@pytest.fixture(scope="session")
def lookups() -> Lookups:
    """Codes and units of the catalogue that ships."""
    return Lookups(current())


@pytest.fixture
def draft(lookups: Lookups) -> Callable[..., Draft]:
    """Reads resources (or one Bundle) as the document ``test.json``."""

    def read(*resources: Any, name: str = "test.json") -> Draft:
        found = Found()
        found.collect(list(resources) if len(resources) > 1 else resources[0])
        return read_resources(name, found, lookups)

    return read


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Callable[[str, Any], Path]]:
    """Writes a file to import: bytes and text as they are, anything else as JSON."""
    folder = tmp_path / "in"

    def put(name: str, content: Any) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    yield put
