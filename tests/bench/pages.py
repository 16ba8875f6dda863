"""The pages under load: loading one, fifty people at work, five hundred sessions that come and go.

One server process, as `kanglu serve` starts it, serves the demo's people on the demo's day. Clients do over
HTTP and websockets what a browser does; they and the server share the machine's cores.
"""

import asyncio
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np
from playwright.sync_api import sync_playwright
from tests.bench.wire import Wire

from kanglu import record
from kanglu.care.book import in_force
from kanglu.care.evaluation import evaluate
from kanglu.care.publishing import publish
from kanglu.demo.files import write
from kanglu.demo.rules import AS_OF, IN_FORCE_SINCE, STAFF
from kanglu.demo.tour import clock
from kanglu.intake import import_files
from kanglu.record.accounts import Accounts
from kanglu.trust import Actor, Role

PEOPLE = 3000
LOOKS = 40
AT_WORK = 50
MINUTES = 10
SESSIONS = 500
SETTLED = 120
"""Seconds after which memory is to stay what it is."""
THINKING = (4.0, 12.0)
"""Seconds between two things that one of them does: less than people need."""
PASSWORD = "four green horses"
CHROMIUM = next((path for path in map(shutil.which, ("chromium", "chromium-browser")) if path), None)
ADMIN = Actor("bench", "bench", Role.ADMIN)


def run(minutes: int = MINUTES) -> list[dict[str, object]]:
    """Rows for the pages of today and of a person, people at work, and sessions."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "kanglu.sqlite"
        names = make(path)
        with serving(path, Path(folder)) as (base, process):
            tokens = [sign_in(base, name) for name in names]
            waiting, numbers = asyncio.run(_queue(base, tokens[0]))
            usable = in_browser(base, tokens[0], numbers)
            return [*usable, *asyncio.run(measured(base, process, tokens, waiting, numbers, minutes))]


def make(path: Path) -> list[str]:
    """The demo's people and what the rules give them; the accounts of those at work."""
    record.init(str(path))
    write(path.parent / "files", PEOPLE)
    with record.open(str(path), actor=ADMIN, clock=clock) as store:
        import_files(store, [path.parent / "files"])
        publish(store, STAFF)
        rules = in_force(store)
        evaluate(store, as_of=AS_OF, since=IN_FORCE_SINCE, rules=rules)
        accounts = Accounts(store.database, clock)
        staff = sorted(name for name, one in rules.staff.items() if one.role == "manager")
        names = [f"user{at}" for at in range(AT_WORK)]
        for at, name in enumerate(names):
            who = (Role.SUPERVISOR, None) if at == 0 else (Role.HEALTH_MANAGER, staff[at % len(staff)])
            accounts.change_password(name, accounts.add(ADMIN, name, name.capitalize(), *who), PASSWORD)
    return names


def sign_in(base: str, name: str) -> str:
    """The token of a session."""
    form = {"name": name, "password": PASSWORD}
    answer = httpx.post(f"{base}/sign-in", data=form, headers={"origin": base}, timeout=60)
    return answer.cookies["kanglu_session"]


@contextmanager
def serving(path: Path, folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The server in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    verb = ["serve", "--port", str(port), "--as-of", AS_OF.isoformat()]
    command = [sys.executable, "-c", "from kanglu.cli import main; main()", *verb]
    environment = {**os.environ, "KANGLU_HOME": str(folder), "KANGLU_DATABASE_URL": f"sqlite:///{path}"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                httpx.get(f"{base}/alive")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield base, process
    finally:
        process.terminate()
        process.wait(20)


async def measured(
    base: str,
    process: subprocess.Popen[bytes],
    tokens: list[str],
    waiting: int,
    numbers: list[str],
    minutes: int,
) -> list[dict[str, object]]:
    async with httpx.AsyncClient() as client:
        today = await _loads(base, "/?scope=all", tokens[0], client)
        person = await _loads(base, f"/person/{numbers[0]}", tokens[0], client)
        rows = [
            _loaded(f"Today page over a queue of {waiting}", today),
            _loaded("page of a person", person),
        ]
        rows += await _at_work(base, process, tokens, minutes)
        rows.append(await _sessions(base, process, tokens[0], numbers, client))
    return rows


def in_browser(base: str, token: str, numbers: list[str]) -> list[dict[str, object]]:
    """How long it takes in Chromium until the page of a person is shown and can be acted on."""
    taken = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = chromium.new_context()
        context.add_cookies([{"name": "kanglu_session", "value": token, "url": base}])
        for number in numbers[: LOOKS // 2]:
            page, begun = context.new_page(), time.perf_counter()
            page.goto(f"{base}/person/{number}")
            page.wait_for_selector("html[data-live]", state="attached")
            taken.append(time.perf_counter() - begun)
            page.close()
        chromium.close()
    met = _p95(taken[1:]) <= 1.5
    return [_row("page of a person in Chromium, usable, p95", _ms(taken[1:]), "at most 1500 ms", met)]


async def _queue(base: str, token: str) -> tuple[int, list[str]]:
    """How many people wait for a contact, and record numbers of some."""
    async with httpx.AsyncClient() as client:
        page = await Wire(base, token).open("/?scope=all", client)
    numbers = sorted(set(re.findall(r"K\d{6}", page.html)))
    counted = re.search(r'data-waiting="(\d+)"', page.html)
    await page.close()
    return int(counted[1]) if counted else 0, numbers


async def _loads(base: str, path: str, token: str, client: httpx.AsyncClient) -> list[float]:
    """Seconds of loading a page, one after the other; the first two find caches empty."""
    taken = []
    for _ in range(LOOKS + 2):
        page = await Wire(base, token).open(path, client)
        taken.append(page.loaded)
        await page.close()
    return taken[2:]


async def _sessions(
    base: str, process: subprocess.Popen[bytes], token: str, numbers: list[str], client: httpx.AsyncClient
) -> dict[str, object]:
    """Memory after sessions were opened and closed, and after as many again."""
    sizes = []
    for _ in range(2):
        for at in range(SESSIONS):
            page = await Wire(base, token).open(f"/person/{numbers[at % len(numbers)]}", client)
            await page.close()
        await asyncio.sleep(90)  # until the server has forgotten the last of them
        sizes.append(_memory(process))
    first, second = sizes
    return {
        "what": f"memory after {SESSIONS} more sessions opened and closed", "against": f"after {SESSIONS}",
        "ours": f"{second} MB", "theirs": f"{first} MB", "ratio": f"{second / first:.2f}×",
        "target": "no growth (within 1.1×)", "met": second <= 1.1 * first,
    }  # fmt: skip


# -- people at work -------------------------------------------------------------------------------


async def _at_work(
    base: str, process: subprocess.Popen[bytes], tokens: list[str], minutes: int
) -> list[dict[str, object]]:
    """What each interaction took, what failed, and how memory went, while all of them worked."""
    taken: list[float] = []
    failed: list[str] = []
    sizes: list[tuple[float, int]] = []
    begun = time.perf_counter()
    until = begun + 60 * minutes

    async def watch() -> None:
        while time.perf_counter() < until:
            sizes.append((time.perf_counter() - begun, _memory(process)))
            await asyncio.sleep(5)

    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=AT_WORK)) as client:
        works = [
            _work(base, token, random.Random(at), until, client, taken, failed)
            for at, token in enumerate(tokens)
        ]
        await asyncio.gather(watch(), *works)
    for fault in failed[:5]:
        print(fault, file=sys.stderr)
    settled = [size for at, size in sizes if at >= SETTLED] or [size for _, size in sizes]
    third = max(1, len(settled) // 3)
    early, late = float(np.median(settled[:third])), float(np.median(settled[-third:]))
    who = f"{AT_WORK} people at work for {minutes} minutes"
    return [
        _row(f"{who}, {len(taken):,} interactions, p95", _ms(taken), "at most 1000 ms", _p95(taken) <= 1),
        _row(f"{who}, interactions that failed", str(len(failed)), "none", not failed),
        {
            "what": f"{who}, memory in the last third", "against": "in the first third, after 2 minutes",
            "ours": f"{late:.0f} MB", "theirs": f"{early:.0f} MB", "ratio": f"{late / early:.2f}×",
            "target": "flat (within 1.1×)", "met": late <= 1.1 * early,
        },
    ]  # fmt: skip


async def _work(
    base: str,
    token: str,
    chance: random.Random,
    until: float,
    client: httpx.AsyncClient,
    taken: list[float],
    failed: list[str],
) -> None:
    """One of them: today's list, a person of it, a visit typed into, a search; thinking in between."""
    await asyncio.sleep(chance.uniform(0, THINKING[1]))
    page = await Wire(base, token).open("/", client)
    numbers = sorted(set(re.findall(r"K\d{6}", page.html)))
    await page.close()
    while time.perf_counter() < until:
        number = chance.choice(numbers)
        for path in ("/", f"/person/{number}", f"/visit/{number}", f"/search?q={number[-4:]}"):
            if time.perf_counter() >= until:
                return
            try:
                page = await Wire(base, token).open(path, client)
                taken.append(page.live)
                for name, given in _doings(path, page.html, chance):
                    await asyncio.sleep(chance.uniform(*THINKING))
                    seconds, answer = await page.act(name, **given)
                    taken.append(seconds)
                    if not answer.get("ok"):
                        failed.append(f"{path} {name}: {answer}")
                await asyncio.sleep(chance.uniform(*THINKING))
                await page.close()
            except Exception as error:
                failed.append(f"{path}: {error!r}")


def _doings(path: str, html: str, chance: random.Random) -> list[tuple[str, dict[str, str]]]:
    """What is done on a page: the list looks for news, the visit is typed into."""
    if path == "/":
        return [("tick", {})]
    if path.startswith("/visit/") and (field := re.search(r'name="([^"]*sbp)"', html)):
        return [("typed", {field[1]: str(chance.randint(110, 170))}) for _ in range(3)]
    return []


# -- figures --------------------------------------------------------------------------------------


def _loaded(what: str, seconds: list[float]) -> dict[str, object]:
    return _row(f"{what}, loaded, p95", _ms(seconds), "at most 300 ms", _p95(seconds) <= 0.3)


def _memory(process: subprocess.Popen[bytes]) -> int:
    """Megabytes that the server holds."""
    said = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", said)
    return int(found[1]) // 1024 if found else 0


def _p95(seconds: list[float]) -> float:
    return float(np.percentile(seconds, 95))


def _ms(seconds: list[float]) -> str:
    return f"{1000 * _p95(seconds):.0f} ms"


def _row(what: str, ours: str, target: str, met: bool) -> dict[str, object]:
    return {
        "what": what,
        "against": "–",
        "ours": ours,
        "theirs": "–",
        "ratio": "–",
        "target": target,
        "met": met,
    }
