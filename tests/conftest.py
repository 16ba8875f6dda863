"""What tests share: an empty record on SQLite and on PostgreSQL, and a clock that only they move."""

import base64
import importlib.util
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# No test waits on a clock: a slow machine is not a fault of the code.
settings.register_profile("kanglu", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kanglu")

KEY = base64.b64encode(bytes(range(32))).decode()


def _sibling(name: str) -> ModuleType:
    """A module of helpers in this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(
        f"kanglu_tests_{name}", Path(__file__).with_name(f"{name}.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Clock:
    """A clock that stands still until a test moves it on."""

    def __init__(self, now: datetime = datetime(2026, 6, 30, 1, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_days(self, days: float) -> None:
        """Let time go by."""
        self.now += timedelta(days=days)


@pytest.fixture
def clock() -> Clock:
    """Nine in the morning of 30 June 2026 in Shanghai, until it is moved."""
    return Clock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """The PostgreSQL server of this test process; tests are skipped without one, but not in CI."""
    helper = _sibling("postgres")
    try:
        with helper.cluster() as running:
            yield running
    except helper.NoPostgres as missing:
        if os.environ.get("CI"):
            pytest.fail(f"CI needs PostgreSQL: {missing}")
        pytest.skip(f"no PostgreSQL: {missing}")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty record on SQLite, to copy from."""
    from kanglu import record

    path = tmp_path_factory.mktemp("template") / "kanglu.sqlite"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KANGLU_KEY", KEY)
        record.init(str(path))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: Any) -> str:
    """An empty record on PostgreSQL, to copy from."""
    from kanglu import record

    name = postgres.create()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KANGLU_KEY", KEY)
        record.init(postgres.url(name))
    return str(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database; a test that takes it runs on both."""
    return str(request.param)


@pytest.fixture
def database_url(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The URL of an empty record of the test's own."""
    monkeypatch.setenv("KANGLU_KEY", KEY)
    monkeypatch.setenv("KANGLU_MEDIA", str(tmp_path / "media"))
    if backend == "sqlite":
        path = tmp_path / "kanglu.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        server = request.getfixturevalue("postgres")
        name = server.create(request.getfixturevalue("postgres_template"))
        yield server.url(name)
        server.drop(name)


@pytest.fixture
def empty_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with nothing in it; on SQLite, of a file that is not there yet."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'kanglu.sqlite'}"
    else:
        server = request.getfixturevalue("postgres")
        name = server.create()
        yield server.url(name)
        server.drop(name)


@pytest.fixture
def store(database_url: str, clock: Clock) -> Iterator[Any]:
    """An open, empty record, on both kinds of database."""
    from kanglu import record

    with record.open(database_url, clock=clock) as opened:
        yield opened


@pytest.fixture(scope="session")
def someone() -> Any:
    """Makes an invented person, to whom facts are added; her dossier needs no database."""
    return _sibling("someone").Someone
