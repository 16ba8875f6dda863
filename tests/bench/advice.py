"""Advice for ten thousand people of an invented panel, with every sentence and its why, and one by one."""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.panel import LAST_DAY, make
from tests.bench.rules import KNOWN

from kanglu import care, record
from kanglu.catalogue.advice import advice_book

PEOPLE = 10_000
ALONE = 60
SECONDS = 10


def run() -> list[dict[str, object]]:
    """A row."""
    advice_book()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "panel.sqlite"
        make(path, PEOPLE)
        with record.open(str(path), as_of=LAST_DAY, known=KNOWN) as store:
            ids = store.everybody()

            def everybody() -> None:
                assert len(care.advise(store, ids, lang="zh")) == PEOPLE

            def alone() -> None:
                for one in ids[:ALONE]:
                    care.advise(store, [one], lang="zh")

            together = min(_timed(everybody) for _ in range(2))
            apart = _timed(alone) / ALONE * PEOPLE
    return [
        {
            "what": f"advice for {PEOPLE:,} people",
            "against": f"the same one person at a time, {ALONE} of them",
            "ours": f"{together:.1f} s",
            "theirs": f"{apart / 60:.1f} minutes",
            "ratio": f"{apart / together:.0f}×",
            "target": f"{SECONDS} s",
            "met": together <= SECONDS,
        }
    ]


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
