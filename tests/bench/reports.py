"""Annual summaries of the invented panel: the fast batch beside papermill, nbconvert and WeasyPrint."""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from tests.bench import stock

from kanglu import demo, intake, record
from kanglu.reporting import Order, render
from kanglu.reporting.job import Plan
from kanglu.reporting.manifest import Row, read
from kanglu.reporting.order import plan_of
from kanglu.reporting.worker import Chunk, render_chunk

MEMORY_PEOPLE = 2000
HALF, ALONE = 4, 40
FASTER, WITHIN, GROWTH = 20, 2.0, 1.1
PDF_KB, HTML_KB, MINUTES = 600, 400, 20


def run(people: int = 400, jobs: int = 2) -> list[dict[str, object]]:
    """The rows of the table. `people`: reports of the batches that are measured against others."""
    with TemporaryDirectory(prefix="kanglu-bench-") as folder:
        bench = _Bench(Path(folder), jobs, invented(Path(folder), max(people, MEMORY_PEOPLE)))
        html = bench.against_stock(people, ("html",))
        both, rows = bench.against_stock(people, ("html", "pdf")), read(bench.folder("html-pdf"))
        return [html.row, both.row, _ten_thousand(both.ours), bench.alone(), bench.memory(), *_sizes(rows)]


@dataclass(frozen=True)
class _Raced:
    """A row, and the reports a minute of our side."""

    row: dict[str, object]
    ours: float


@dataclass(frozen=True)
class _Bench:
    """A folder, how many processes, and a record of the invented panel."""

    root: Path
    jobs: int
    database: str

    def folder(self, name: str) -> Path:
        return self.root / name / "annual-2025-zh"

    def order(self, name: str, people: int, formats: tuple[Any, ...] = ("html", "pdf")) -> Order:
        panel = "all" if people >= MEMORY_PEOPLE else ", ".join(f"K{n:06}" for n in range(1, people + 1))
        day = date.today()
        return Order("annual", panel, 2025, "zh", day, formats=formats, out=self.root / name)

    def against_stock(self, people: int, formats: tuple[Any, ...]) -> _Raced:
        """Our batch, start-up included, between two halves of a sample of theirs."""
        order = self.order("-".join(formats), people, formats)
        plan = plan_of(order, self.database, 60)
        before = self._stock(plan, range(1, HALF + 1), "pdf" in formats)
        began = perf_counter()
        done = render(order, self.database, jobs=self.jobs)
        ours = 60 * done.made / (perf_counter() - began)
        after = self._stock(plan, range(HALF + 1, 2 * HALF + 1), "pdf" in formats)
        assert (done.made, done.failed) == (people, {})
        slow = (before + after) / 2
        papers = " and ".join(formats).replace("html", "HTML").replace("pdf", "PDF")
        what = f"{people} annual summaries, {papers}, {self.jobs} jobs"
        stock_way = "stock papermill, nbconvert" + (", WeasyPrint" if "pdf" in formats else "")
        return _Raced(
            {
                "what": what,
                "against": f"{stock_way}, 2 processes, {2 * HALF} of them",
                "ours": f"{ours:.0f} a minute",
                "theirs": f"{slow:.0f} a minute",
                "ratio": f"{ours / slow:.0f}×",
                "target": f"at least {FASTER}×",
                "met": ours >= FASTER * slow,
            },
            ours,
        )

    def _stock(self, plan: Plan, people: range, pdf: bool) -> float:
        folder = self.root / "stock"
        folder.mkdir(exist_ok=True)
        own = {"database": self.database}
        given = [{**plan.parameters, **own, "person": f"K{number:06}"} for number in people]
        return stock.reports_a_minute(plan.notebook, folder, given, pdf)

    def alone(self) -> dict[str, object]:
        """One worker with its zygote, beside one warm process that runs everyone's cells itself."""
        plan = plan_of(self.order("alone", ALONE), self.database, 60)
        plan.folder.mkdir(parents=True)
        people = list(range(1, ALONE + 2))
        theirs = stock.warm_seconds(plan, self.database, people)
        render_chunk(plan, chunk(self.database, people[:1]))
        began = perf_counter()
        rows = render_chunk(plan, chunk(self.database, people[1:]))
        ours = (perf_counter() - began) / ALONE
        assert all(row.state == "done" for row in rows)
        return {
            "what": "one summary in the batch, HTML and PDF",
            "against": "the same in one warm process with no isolation",
            "ours": f"{1000 * ours:.0f} ms",
            "theirs": f"{1000 * theirs:.0f} ms",
            "ratio": f"{ours / theirs:.1f}×",
            "target": f"within {WITHIN:g}×",
            "met": ours <= WITHIN * theirs,
        }

    def memory(self) -> dict[str, object]:
        """What parent, workers and zygotes hold after a tenth of a large batch, and at its end."""
        held: list[tuple[int, float]] = []
        order = self.order("memory", MEMORY_PEOPLE, ("html",))
        render(
            order, self.database, jobs=self.jobs, progress=lambda done, _all: held.append((done, _held_mb()))
        )
        early = next(mb for done, mb in held if done >= MEMORY_PEOPLE // 10)
        late = held[-1][1]
        return {
            "what": f"memory after {MEMORY_PEOPLE} summaries (parent, workers, zygotes)",
            "against": f"after {MEMORY_PEOPLE // 10}",
            "ours": f"{late:.0f} MB",
            "theirs": f"{early:.0f} MB",
            "ratio": f"{late / early:.2f}×",
            "target": f"no growth (within {GROWTH:g}×)",
            "met": late <= GROWTH * early,
        }


def invented(folder: Path, people: int) -> str:
    """The URL of a record of the invented panel."""
    demo.write(folder / "files", people=people)
    url = str(folder / "kanglu.sqlite")
    record.init(url)
    with record.open(url, purpose="administration") as store:
        intake.import_files(store, [folder / "files"])
    return url


def chunk(database: str, people: list[int]) -> Chunk:
    return Chunk(database, None, {number: f"K{number:06}" for number in people})


def _held_mb() -> float:
    """Memory of this process, its children (workers) and theirs (zygotes), in MB."""
    below: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        below.setdefault(parent, []).append(int(folder.name))
    me = os.getpid()
    workers = below.get(me, [])
    everyone = [me, *workers, *(zygote for worker in workers for zygote in below.get(worker, []))]
    return sum(map(_resident, everyone)) / 1e6


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _ten_thousand(a_minute: float) -> dict[str, object]:
    minutes = 10_000 / a_minute
    return {
        "what": "10,000 people, HTML and PDF, at that rate",
        "against": "–",
        "ours": f"{minutes:.0f} minutes",
        "theirs": "–",
        "ratio": "–",
        "target": f"at most {MINUTES} minutes",
        "met": minutes <= MINUTES,
    }


def _sizes(rows: list[Row]) -> list[dict[str, object]]:
    answer: list[dict[str, object]] = []
    for kind, most in (("pdf", PDF_KB), ("html", HTML_KB)):
        sizes = [row.files[kind].bytes / 1000 for row in rows]
        answer.append(
            {
                "what": f"{kind.upper()} of one summary, the largest",
                "against": f"the median: {median(sizes):.0f} KB",
                "ours": f"{max(sizes):.0f} KB",
                "theirs": "–",
                "ratio": "–",
                "target": f"at most {most} KB",
                "met": max(sizes) <= most,
            }
        )
    return answer
