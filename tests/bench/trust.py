"""What the guard costs: an evaluation, a batch of reports and a search with it, and with nothing instead.

Without it no right is asked for, no wall stands before a record, nobody is asked for consent and nothing is
written into the audit log: code that nobody could run, made here to measure the difference.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from unittest.mock import patch

import numpy as np
from tests.bench import panel, search
from tests.bench.reports import chunk, invented

from kanglu import care, record
from kanglu.care.permitted import permitted
from kanglu.catalogue import load_rulebook
from kanglu.record import Store
from kanglu.record.opened import Opened
from kanglu.reporting import Order
from kanglu.reporting.job import Plan
from kanglu.reporting.order import plan_of
from kanglu.reporting.worker import render_chunk
from kanglu.trust import Actor, ConsentPurpose, Role, require

PEOPLE, REPORTS, SEARCHES, TIMES = 4_000, 40, 40, 3
MOST = 1.1
MANAGER = Actor("chen", "陈静", Role.HEALTH_MANAGER, "chen_jing")
"""Of those before whom a wall stands."""


def run() -> list[dict[str, object]]:
    """Three rows: the seconds with the guard, and without."""
    with TemporaryDirectory(prefix="kanglu-bench-") as folder:
        return [
            _row(f"rules over {PEOPLE:,} people, with rights, wall and audit", *_evaluation(Path(folder))),
            _row(f"{REPORTS} annual summaries, with rights, consent and audit", *_batch(Path(folder))),
            _row(
                f"a search among {search.PEOPLE:,} people, with rights, wall and audit",
                *_search(Path(folder)),
            ),
        ]


def _evaluation(folder: Path) -> tuple[float, float]:
    path = str(folder / "rules.sqlite")
    panel.make(Path(path), PEOPLE)
    rules, known = load_rulebook(), panel.LAST_DAY + timedelta(days=365)
    with record.open(path, actor=MANAGER, as_of=panel.LAST_DAY, known=known) as store:

        def evaluated() -> None:
            care.evaluate(store, rules, as_of=panel.LAST_DAY, known=known, scope="full", jobs=1)

        return _both(evaluated, evaluated)


def _batch(folder: Path) -> tuple[float, float]:
    database, people = invented(folder, REPORTS), list(range(1, REPORTS + 1))
    order = Order("annual", "all", 2025, "zh", date.today(), out=folder / "reports")
    plan: Plan = plan_of(order, database, 60)
    plan.folder.mkdir(parents=True)
    made = partial(render_chunk, plan, chunk(database, people))

    def asked_first() -> None:
        with record.open(database, purpose="report") as store:
            permitted(store, people, ConsentPurpose.CARE, store.clock())
        made()

    return _both(asked_first, made)


def _search(folder: Path) -> tuple[float, float]:
    path = str(folder / "search.sqlite")
    record.init(path)
    who = search.make(path, search.PEOPLE)
    with record.open(path, actor=MANAGER, purpose="care") as store:
        found = partial(_found, store, who)
        return tuple(one / SEARCHES / len(search.ways()) for one in _both(found, found))  # type: ignore[return-value]


def _found(store: Store, who: list[search.Person]) -> None:
    for place in np.random.default_rng(5).integers(len(who), size=SEARCHES).tolist():
        for said in search.ways().values():
            store.search(said(who[place], place + 1), search.LIMIT)


def _both(guarded: Callable[[], object], bare: Callable[[], object]) -> tuple[float, float]:
    """The least seconds of either, in turns."""
    with_it, without = list[float](), list[float]()
    for _ in range(TIMES):
        with_it.append(_seconds(guarded))
        with unguarded():
            without.append(_seconds(bare))
    return min(with_it), min(without)


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


@contextmanager
def unguarded() -> Iterator[None]:
    """No right is asked for, no wall stands, and nothing is written into the audit log."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(Opened, "_wall", lambda _self: None))
        stack.enter_context(patch.object(Opened, "_audit", lambda *_: None))
        for module in [one for one in sys.modules.values() if getattr(one, "require", None) is require]:
            stack.enter_context(patch.object(module, "require", lambda *_: None))
        yield


def _row(what: str, ours: float, theirs: float) -> dict[str, object]:
    def shown(seconds: float) -> str:
        return f"{seconds:.2f} s" if seconds > 1 else f"{1000 * seconds:.1f} ms"

    return {
        "what": what, "against": "the same without them", "ours": shown(ours), "theirs": shown(theirs),
        "ratio": f"{ours / theirs:.2f}×", "target": f"at most {MOST}×", "met": ours <= MOST * theirs,
    }  # fmt: skip
