"""Fuzzed posts: every act, every form and every address, with anything; the house stays whole."""

import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any
from urllib.parse import quote

import httpx
from tests.attacks.conftest import Fort, Window
from tests.fuzz.mutating import ODD, VALUES, mutated

from kanglu.dates import instant
from kanglu.jobs import Job
from kanglu.ui.page import Page
from kanglu.ui.pages import find

WHO = ("chen", "he", "zhou", "sun", "bai", "ou", "root")
LOOSE = ("draft", "login_session", "audit_head", "rule_proposal", "publication")
"""Tables out of which something may be taken, by whoever put it there."""
LONG = 30
"""Seconds after which an answer is a fault."""
IN_A_ROW = 40
"""Things that are done on a page before it is left."""
_PLACE = re.compile(r"\{(\w+)(:\w+)?\}")


class Posting:
    """Does one thing after the other in a house, and holds each answer to what was promised."""

    def __init__(self, site: Fort) -> None:
        self.site, self.seen = site, Counter[str]()
        self.pages = list(find().pages)
        self.numbers = site.asked("select record_number from person order by id limit 12")
        self.tasks = [str(one) for one in site.asked("select id from rule_result limit 12")]
        self.faults: list[str] = []
        self._window: tuple[type[Page], Window] | None = None
        self._left = 0
        site.house.jobs.start = self._no_job  # type: ignore[method-assign]  # long work is not what is tried

    def run(self, numbers: range, told: Callable[[str], None] = lambda _: None) -> Iterator[str]:
        """What went wrong, one sentence each."""
        kept = {name: many for name, many in self.site.rows().items() if name not in LOOSE}
        with _Listening(self.faults):
            for number in numbers:
                begun = time.perf_counter()
                said = self._one(number)
                if self.faults:
                    said = f"{said or ''} {self.faults[0]}"
                    self.faults.clear()
                if said:
                    yield f"{number}: {said}"
                if (spent := time.perf_counter() - begun) > LONG:
                    yield f"{number}: it took {spent:.0f} seconds"
                if number % 500 == 499:
                    told(f"{number + 1} posts: {dict(self.seen)}")
        if self._window is not None:
            self._window[1].close()
        after = self.site.rows()
        if gone := {name: (many, after[name]) for name, many in kept.items() if after[name] < many}:
            yield f"rows are gone: {gone}"
        with self.site.house.store(_root()) as store:
            if not store.verify().ok:
                yield "the audit chain does not verify"

    def _one(self, number: int) -> str | None:
        rng = Random(number)
        return self._act(rng) if rng.random() < 0.8 else self._http(rng)

    # -- acts ------------------------------------------------------------------------------------

    def _act(self, rng: Random) -> str | None:
        page, window = self._opened(rng)
        acts = [name for name in dir(page) if hasattr(getattr(page, name), "kanglu_act")]
        act = rng.choice(acts) if acts and rng.random() < 0.95 else rng.choice(ODD)
        takes = getattr(getattr(page, act, None), "kanglu_act", {"takes": {}})["takes"]
        given = {name: self._value(name, rng) for name in takes if rng.random() < 0.9}
        for _ in range(rng.choice((0, 0, 0, 1, 3))):
            given[rng.choice((*ODD[:40], "sbp", "dbp", "note", "weight", "fpg"))[:60]] = self._value("", rng)
        self._left -= 1
        try:
            answer = window.act(act, **given)
        except Exception as error:  # whatever it is, it is told with what was done
            self._left = 0
            return f"{page.__name__}.{act}({given!r:.300}): {type(error).__name__}: {error}"
        self.seen["done" if answer.get("ok") else "refused"] += 1
        if "go" in answer or answer.get("new_day"):
            self._left = 0
        if "Traceback" in str(answer):
            return f"{page.__name__}.{act}({given!r:.300}) shows a traceback"
        return None

    def _opened(self, rng: Random) -> tuple[type[Page], Window]:
        while self._window is None or self._left <= 0:
            if self._window is not None:
                self._window[1].close()
                self._window = None
            page = rng.choice(self.pages)
            path = self._filled(rng.choice(page.routes), rng, 0.02)
            window = Window(self.site, self.site.token(rng.choice(WHO)))
            try:
                window.open(path)
            except httpx.HTTPStatusError:
                window.close()
                continue
            self._window, self._left = (page, window), IN_A_ROW
            if 'class="empty tall"' in window.html:
                self._left = 0
        return self._window

    def _value(self, name: str, rng: Random) -> Any:
        plenty: dict[str, Any] = {
            "person": rng.randrange(1, 12), "number": rng.choice(self.numbers), "until": "2026-01-20",
            "tasks": rng.sample(self.tasks, min(3, len(self.tasks))), "day": "2026-01-01", "sex": "male",
            "programme": "hypertension", "outcome": "reached", "identity": "110101199003074477",
            "since": "2025-06-01",
            "reason": "moved", "owner": "he_min", "doctor": "zhou", "role": "indicator", "indicator": "sbp",
        }  # fmt: skip
        if name in plenty and rng.random() < 0.5:
            return plenty[name]
        value = rng.choice(VALUES)
        return value if rng.random() < 0.9 else [value, rng.choice(VALUES)]

    # -- addresses and forms ---------------------------------------------------------------------

    def _http(self, rng: Random) -> str | None:
        routes = [route for page in self.pages for route in page.routes]
        routes += [route.path for route in self.site.application.routes.routes if route.path != "/ui"]
        path = self._filled(rng.choice(routes), rng, 0.3)
        names = [
            "q",
            "day",
            "page",
            "kind",
            "list",
            "scope",
            "form",
            "years",
            "show",
            "next",
            "programme",
            "manager",
            "part",
            "order",
            "year",
        ]
        query = {rng.choice(names): rng.choice(ODD) for _ in range(rng.choice((0, 1, 3)))}
        who = rng.choice((*WHO, None))
        with self.site.http(who) as client:
            client.timeout = httpx.Timeout(LONG)
            client.headers["accept"] = rng.choice(("text/html", "*/*"))
            try:
                if rng.random() < 0.5:
                    answer = client.get(path, params=query)
                else:
                    answer = self._posted(client, path, rng)
            except httpx.InvalidURL:
                return None
            except httpx.HTTPError as error:
                return f"{path} {query}: {type(error).__name__}: {error}"
        self.seen[str(answer.status_code)] += 1
        if answer.status_code >= 500 or "Traceback" in answer.text:
            return f"{answer.request.method} {path} {query} as {who}: {answer.status_code}"
        return None

    def _posted(self, client: httpx.Client, path: str, rng: Random) -> httpx.Response:
        path = rng.choice((path, "/sign-in", "/sign-in", "/intake/files", f"/recordings/{self.numbers[0]}"))
        fields = {name: rng.choice(ODD) for name in ("name", "next", "at", "about", "old", "again")}
        form = {**fields, "password": "x", "new": "x"}
        match rng.randrange(4):
            case 0:
                return client.post(path, data=form)
            case 1:
                kind = rng.choice(
                    ("multipart/form-data; boundary=b", "application/x-www-form-urlencoded", "x/y")
                )
                return client.post(
                    path,
                    content=mutated(
                        b'--b\r\ncontent-disposition: form-data; name="name"\r\n\r\nx\r\n--b--', rng
                    ),
                    headers={"content-type": kind},
                )
        content = mutated("体检号,姓名,日期,收缩压\n1,张三,2025-06-01,120\n".encode(), rng)
        name = rng.choice(("a.csv", "a.json", "a.xlsx", *ODD[:30])) or "a.csv"
        return client.post(path, data=form, files={"files" if "intake" in path else "file": (name, content)})

    def _filled(self, route: str, rng: Random, odd: float) -> str:
        """A route with something in each of its places."""

        def put(place: re.Match[str]) -> str:
            if rng.random() < odd:
                return quote(rng.choice(ODD)[:200], safe="")
            plenty = {
                "record_number": rng.choice(self.numbers),
                "programme": "hypertension",
                "language": "en",
            }
            return str(plenty.get(place[1], "1"))

        return _PLACE.sub(put, route)

    def _no_job(self, kind: str, function: str, arguments: Any, **given: Any) -> Job:
        at = instant(self.site.clock())
        job = Job(
            "20260101T010000-00000000", kind, given["actor"].id, dict(given.get("about") or {}), at, "done"
        )
        return replace(job, answer={})


class _Listening(logging.Handler):
    """Hears of every fault that a page or the server keeps to itself."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._faults = faults

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        where = ""
        if error is not None:
            at = error.__traceback__
            while at is not None and at.tb_next is not None:
                at = at.tb_next
            where = f" at {at.tb_frame.f_code.co_filename}:{at.tb_lineno}" if at else ""
        self._faults.append(f"{record.getMessage():.300} [{type(error).__name__}: {error!s:.300}{where}]")

    def __enter__(self) -> None:
        for name in ("kanglu", "uvicorn.error", "bokeh", "panel"):
            logging.getLogger(name).addHandler(self)

    def __exit__(self, *_: object) -> None:
        for name in ("kanglu", "uvicorn.error", "bokeh", "panel"):
            logging.getLogger(name).removeHandler(self)


def _root() -> Any:
    from kanglu.trust import Actor, Role

    return Actor("root", "root", Role.ADMIN)
