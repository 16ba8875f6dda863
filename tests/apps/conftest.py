"""A house with the demo's people in it, served to a real browser.

A record is made once a process: forty invented people and two at the edge of each rule, imported, with their
staff published and the rules evaluated on the demo's day, and an account for each role. Each test module gets
a copy of it and a server of its own, in this process, so that a test can move the clock.
"""

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from sqlalchemy import insert, select
from tests.apps.chromium import chromium

from kanglu import record
from kanglu.care.book import in_force
from kanglu.care.evaluation import evaluate
from kanglu.care.publishing import publish
from kanglu.dates import instant
from kanglu.demo.edges import write_edges
from kanglu.demo.files import write
from kanglu.demo.rules import AS_OF, IN_FORCE_SINCE, STAFF, demo_rules
from kanglu.intake import import_files
from kanglu.record.accounts import Accounts
from kanglu.record.database import opened
from kanglu.record.tables import access_grant, person
from kanglu.trust import Actor, Role
from kanglu.ui.bounds import WORDS
from kanglu.ui.server import Application
from kanglu.ui.visitors import House

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
PATIENCE = 60_000
"""Milliseconds after which a page is given up: a slow machine is not a fault of the code."""
PASSWORD = "three green horses"
CHROMIUM = next((path for path in map(shutil.which, ("chromium", "chromium-browser")) if path), None)
MORNING = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 1, tzinfo=UTC)
PEOPLE = [
    ("chen", "陈静", Role.HEALTH_MANAGER, "chen_jing"),
    ("he", "何敏", Role.HEALTH_MANAGER, "he_min"),
    ("zhou", "周医生", Role.CLINICIAN, "zhou"),
    ("zheng", "郑丽", Role.HEALTH_MANAGER, "zheng_li"),
    ("sun", "孙主任", Role.SUPERVISOR, None),
    ("bai", "白研究员", Role.ANALYST, None),
    ("ou", "欧工", Role.OPERATOR, None),
    ("root", "管理员", Role.ADMIN, None),
]


class Clock:
    """A clock that stands still at nine in the morning of the demo's day until a test moves it."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Site:
    """A served house.

    Parameters
    ----------
    url : without a slash at the end.
    """

    url: str
    house: House
    clock: Clock
    cookies: dict[str, str] = field(default_factory=dict)

    def token(self, name: str) -> str:
        """The session of an account; signed in once."""
        if name not in self.cookies:
            self.cookies[name] = self.house.accounts.sign_in(name, PASSWORD)
        return self.cookies[name]

    def http(self, name: str | None = None) -> httpx.Client:
        """A client without a browser, signed in or not."""
        cookies = {"kanglu_session": self.token(name)} if name else {}
        return httpx.Client(base_url=self.url, cookies=cookies, headers={"origin": self.url})


@pytest.fixture(scope="session")
def record_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The record that every module gets a copy of."""
    return made(tmp_path_factory.mktemp("demo"))


def made(folder: Path) -> Path:
    """The record of the demo's people in a folder, with their files beside it."""
    path = folder / "kanglu.sqlite"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KANGLU_KEY", KEY)
        record.init(str(path))
        write(folder / "files", 40)
        write_edges(folder / "files", demo_rules())
        clock, admin = Clock(), Actor("root", "管理员", Role.ADMIN)
        with record.open(str(path), actor=admin, clock=clock) as store:
            import_files(store, [folder / "files"])
            publish(store, STAFF)
            evaluate(store, as_of=AS_OF, known=AS_OF, since=IN_FORCE_SINCE, rules=in_force(store))
        accounts = Accounts(opened(str(path)), clock)
        for name, called, role, staff in PEOPLE:
            given = accounts.add(admin, name, called, role, staff)
            accounts.change_password(name, given, PASSWORD)
        accounts.close()
        _open_to(path, "chen", "he", "zhou")
    return path


def _open_to(path: Path, *names: str) -> None:
    """Let accounts see everybody, as though they had said why; the wall has tests of its own."""
    database = opened(str(path))
    with database.writing() as connection:
        everybody = list(connection.scalars(select(person.c.id)))
        rows = [
            {"id": number, "person_id": one, "actor": name, "reason": "test",
             "recorded": instant(MORNING), "expires": "2030-01-01T00:00:00.000000Z"}
            for number, (one, name) in enumerate(product(everybody, names), start=1)
        ]  # fmt: skip
        connection.execute(insert(access_grant), rows)
    database.close()


@pytest.fixture(scope="module")
def site(record_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The house of a test module, served on a free port."""
    folder = tmp_path_factory.mktemp("house")
    path = folder / "kanglu.sqlite"
    shutil.copy(record_template, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KANGLU_KEY", KEY)
        patch.setenv("KANGLU_HOME", str(folder))
        clock = Clock()
        house = House(opened(str(path)), clock, folder)
        with serving(Application(house)) as url:
            yield Site(url, house, clock)
        house.database.close()


class serving:
    """An application on a free port, in a thread of its own."""

    def __init__(self, application: Application) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            application, log_level="warning", lifespan="on", timeout_graceful_shutdown=2, ws_max_size=WORDS
        )
        self.server = uvicorn.Server(config)
        self.server.install_signal_handlers = lambda: None  # type: ignore[attr-defined, method-assign]
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        asyncio.run(self.server.serve([self.socket]))

    def __enter__(self) -> str:
        self.thread.start()
        url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        httpx.get(f"{url}/alive", timeout=30)
        return url

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; nothing is downloaded."""
    expect.set_options(timeout=PATIENCE / 3)
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium")
        pytest.skip("no Chromium")
    yield chromium(CHROMIUM)


type Visit = Callable[..., Page]


@pytest.fixture
def visit(site: Site, browser: Browser) -> Iterator[Visit]:
    """Opens a page of the house as somebody: ``visit("/", "chen", lang="en", width=390)``; live when given.

    At the end of the test no script may have failed and nothing may have been asked of another host.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_(path: str, name: str | None = "chen", *, lang: str = "zh", width: int = 1440) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 600 else 900},
            locale="zh-CN" if lang == "zh" else "en-GB",
            has_touch=width < 600,
        )
        contexts.append(context)
        cookies = [{"name": "kanglu_language", "value": lang, "url": site.url}]
        if name is not None:
            cookies.append({"name": "kanglu_session", "value": site.token(name), "url": site.url})
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda said: faults.append(said.text) if _is_fault(said) else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda asked: faults.append(asked.url) if _is_elsewhere(asked.url, site) else None)
        page.goto(site.url + path)
        if name is not None and page.locator("#k-panes").count():
            live(page)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []


def live(page: Page) -> None:
    """Wait until the page's wire is connected."""
    page.wait_for_selector("html[data-live]", state="attached")


def _is_fault(said: ConsoleMessage) -> bool:
    return said.type == "error" and "Failed to load resource" not in said.text


def _is_elsewhere(url: str, site: Site) -> bool:
    return not url.startswith((site.url, "blob:", "data:", "about:", site.url.replace("http", "ws")))


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Holds a page, as it is now, to WCAG 2.2 AA as far as axe can see."""

    def check(page: Page) -> None:
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found: Any = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
        wrong = [
            f"{one['id']}: {node['html'][:160]}"
            for one in found.response["violations"]
            for node in one["nodes"]
        ]
        assert wrong == []

    return check


@pytest.fixture
def fits() -> Callable[[Page], None]:
    """Nothing of the page sticks out of the window sideways."""

    def check(page: Page) -> None:
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0

    return check
