"""Houses whose ground can be taken away for a while: on SQLite and on PostgreSQL, served."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.apps.conftest import KEY, PASSWORD, Clock, Site, serving
from tests.attacks.conftest import Window, ended, windows  # noqa: F401
from tests.conftest import _sibling

from kanglu import record
from kanglu.record import database
from kanglu.record.database import opened
from kanglu.record.facts import Identifier, PersonStatement
from kanglu.trust import Actor, Role
from kanglu.ui.server import Application
from kanglu.ui.visitors import House

ROOT = Actor("root", "root", Role.ADMIN)
NUMBER = "K000001"


@dataclass
class Ground:
    """What a house stands on."""

    url: str
    take_away: Callable[[], None]
    give_back: Callable[[], None]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ground(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Ground]:
    """A database that can go and come back."""
    monkeypatch.setenv("KANGLU_KEY", KEY)
    monkeypatch.setenv("KANGLU_HOME", str(tmp_path))
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.3)
    if request.param == "sqlite":
        path, away = tmp_path / "kanglu.sqlite", tmp_path / "away"

        def move(to: Path, back: Path) -> None:
            to.mkdir(exist_ok=True)
            for file in back.glob("kanglu.sqlite*"):
                shutil.move(file, to / file.name)

        yield Ground(f"sqlite:///{path}", lambda: move(away, tmp_path), lambda: move(tmp_path, away))
        return
    server = request.getfixturevalue("server")
    yield Ground(server.cluster.url(server.cluster.create()), server.stop, server.start)
    server.start()


@dataclass
class Server:
    """A PostgreSQL server that can be stopped and started."""

    cluster: Any
    control: Callable[..., None]
    up: bool = True

    def stop(self) -> None:
        """Stop it, as for an update of its own."""
        self.control("-m", "fast", "-w", "stop")
        self.up = False

    def start(self) -> None:
        """Start it, unless it runs."""
        if not self.up:
            at = self.cluster.folder
            options = f"-c listen_addresses='' -c unix_socket_directories={at} -c fsync=off"
            self.control("-l", at / "log", "-o", options, "-w", "start")
            self.up = True


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of the module's own: that of all tests is left alone."""
    request.getfixturevalue("postgres")  # skips, or fails in CI, where there is none
    helper = _sibling("postgres")
    with helper.cluster() as running:
        program = helper._binaries() / "pg_ctl"
        yield Server(running, lambda *given: helper._run(program, "-D", running.folder / "data", *given))


@pytest.fixture
def house(ground: Ground, tmp_path: Path) -> Iterator[Site]:
    """A house with one person in it, served."""
    record.init(ground.url)
    clock = Clock()
    made = House(opened(ground.url), clock, tmp_path)
    with made.store(ROOT) as store:
        with store.batch("one") as writer:
            writer.person(
                PersonStatement((Identifier("mrn", "1"),), name="张三", sex="male", birth_date="1960-01-01")
            )
        assert store.person(NUMBER)
    for name, role in (("chen", Role.HEALTH_MANAGER), ("root", Role.ADMIN)):
        made.accounts.change_password(name, made.accounts.add(ROOT, name, name, role), PASSWORD)
    with serving(Application(made)) as url:
        yield Site(url, made, clock)
    made.database.close()


@pytest.fixture
def window(house: Site) -> Iterator[Callable[..., Window]]:
    """Opens a page: ``window("/intake")``."""
    yield from windows(house)
