"""A served house with the demo's people in it, and windows on it that do what no page of ours would do."""

import asyncio
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
from tests.apps.conftest import KEY, Clock, Site, browser, record_template, serving, visit  # noqa: F401
from tests.attacks.looping import run, stop
from tests.bench.wire import Wire

from kanglu.record.database import opened
from kanglu.ui.server import Application
from kanglu.ui.visitors import House


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    """The loop of the module's clients ends with it."""
    yield
    stop()


NAMES = ("chen", "he", "zhou", "sun", "bai", "ou", "root")


@dataclass
class Fort(Site):
    """The house that is attacked, and what its walls are made of."""

    application: Application = field(kw_only=True)
    path: Path = field(kw_only=True)
    demo: Path = field(kw_only=True)
    """The files that its people came from."""

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        with sqlite3.connect(self.path) as connection:
            tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
            return {
                name: connection.execute(f"select count(*) from {name}").fetchone()[0] for (name,) in tables
            }

    def raw(self, begins: str, name: str | None, *heads: str) -> bytes:
        """What the server answers to a request that no client would make: ``raw("GET /../x", "chen")``."""
        cookie = [f"cookie: kanglu_session={self.token(name)}"] if name else []
        host = self.url.removeprefix("http://")
        lines = [f"{begins} HTTP/1.1", f"host: {host}", "connection: close", *cookie, *heads, "", ""]
        with socket.create_connection((host.split(":")[0], int(host.split(":")[1]))) as connection:
            connection.settimeout(30)
            connection.sendall("\r\n".join(lines).encode())
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def asked(self, query: str) -> list[Any]:
        """The first column of an answer."""
        with sqlite3.connect(self.path) as connection:
            return [row[0] for row in connection.execute(query)]


@pytest.fixture(scope="module")
def site(record_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fort]:  # noqa: F811
    """The house of a test module, served on a free port."""
    with fort(record_template, tmp_path_factory.mktemp("fort")) as served:
        yield served


@contextmanager
def fort(template: Path, folder: Path) -> Iterator[Fort]:
    """A house with a copy of a record, served."""
    path = folder / "kanglu.sqlite"
    shutil.copy(template, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KANGLU_KEY", KEY)
        patch.setenv("KANGLU_HOME", str(folder))
        patch.setenv("KANGLU_MEDIA", str(folder / "media"))
        clock = Clock()
        house = House(opened(str(path)), clock, folder)
        application = Application(house)
        with serving(application) as url:
            yield Fort(url, house, clock, application=application, path=path, demo=template.parent)
        house.database.close()


class Window:
    """One open page, without a browser: any act can be done on it, with anything."""

    def __init__(self, site: Site, token: str) -> None:
        self.site, self._wire = site, Wire(site.url, token)

    def open(self, path: str) -> Self:
        """Load a page and connect to it."""

        async def opened() -> None:
            async with httpx.AsyncClient() as client:
                await self._wire.open(path, client)

        run(opened())
        return self

    @property
    def html(self) -> str:
        """The page as it was loaded."""
        return self._wire.html

    def act(self, act: str, /, **given: Any) -> dict[str, Any]:
        """What the page answers."""
        return run(self._wire.act(act, **given))[1]

    def shout(self, act: str, /, **given: Any) -> dict[str, Any] | None:
        """What the page answers within a moment; None where it is deaf."""
        try:
            return run(asyncio.wait_for(self._wire.act(act, **given), 0.5))[1]
        except TimeoutError:
            return None

    def close(self) -> None:
        """Leave it, if it was opened."""
        if hasattr(self._wire, "_socket"):
            run(self._wire.close())


@pytest.fixture(scope="module")
def window_of_module(site: Fort) -> Iterator[Callable[..., Window]]:
    """As `window`, open as long as the house is."""
    yield from windows(site)


@pytest.fixture
def window(site: Fort) -> Iterator[Callable[..., Window]]:
    """Opens a page as somebody: ``window("/person/K000001", "chen")``."""
    yield from windows(site)


def windows(site: Site) -> Iterator[Callable[..., Window]]:
    """Opens pages as somebody, and closes them afterwards."""
    made: list[Window] = []

    def opened(path: str, name: str = "chen") -> Window:
        made.append(Window(site, site.token(name)))
        return made[-1].open(path)

    yield opened
    for one in made:
        one.close()
