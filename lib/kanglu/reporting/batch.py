"""A whole panel on paper: who, what, where to; in chunks over processes; resumable.

Chunks of people go to the workers of an executor: local processes, or those of a Dask cluster that sees
the same folders and database. The parent keeps the manifest. A report that fails takes no other with it;
the chunks of a worker that dies are tried again.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from math import ceil
from pathlib import Path
from typing import Any

from kanglu.care.checks import now
from kanglu.care.permitted import permitted, reason_of
from kanglu.errors import ReportError
from kanglu.record import open as open_record
from kanglu.reporting import confine
from kanglu.reporting.job import Outcome, Plan
from kanglu.reporting.manifest import Manifest, Row, row_of
from kanglu.reporting.order import Order, plan_of
from kanglu.reporting.worker import Chunk, render_chunk
from kanglu.trust import Actor, ConsentPurpose

Progress = Callable[[int, int], None]
"""Told how many of how many reports are done, whenever that has changed."""
PEOPLE_AT_A_TIME = 100
_TURNS = 8
"""Chunks that each worker gets at least, so that progress shows and none waits long for the last."""
_STRIKES = 3


@dataclass(frozen=True)
class Done:
    """How a batch ended: how many reports were made, and were still as before; which failed, and why.

    `left_out` are the people who refused the use of their facts for care, or withdrew it, and since when.
    """

    folder: Path
    made: int
    skipped: int
    failed: Mapping[str, str]
    left_out: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "folder": str(self.folder)}

    def to_text(self) -> str:
        left_out = f", {len(self.left_out)} left out" if self.left_out else ""
        said = (
            f"{self.made} made, {self.skipped} unchanged, {len(self.failed)} failed{left_out}: {self.folder}"
        )
        each = {**self.failed, **{name: f"left out, {why}" for name, why in self.left_out.items()}}
        return "\n".join([said, *(f"  {name}: {reason}" for name, reason in each.items())])


def render(
    order: Order,
    database: str | None = None,
    *,
    actor: Actor | None = None,
    jobs: int | None = None,
    timeout: float = 60,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> Done:
    """Make the reports of an order. Killed at any moment, the same call goes on where it was.

    Parameters
    ----------
    database, actor : see `kanglu.record.open`.
    jobs : processes at work; one a core when None.
    timeout : seconds after which a report is given up.
    scheduler : address of a Dask scheduler whose workers (of one thread each) do the work instead.

    Raises
    ------
    ReportError : before anything is written, where the order cannot be carried out at all (no such
        notebook, no font, another batch in the folder). What goes wrong with one report is in the answer.
    """
    plan = plan_of(order, database, timeout)
    with Manifest(plan.folder) as manifest, _hands(jobs, scheduler) as hands:
        before = dict(manifest.rows)
        people, left_out = _people(order, plan, database, actor)
        manifest.leave_out(
            row_of(plan, Outcome(name, "left_out", reason=why)) for name, why in left_out.items()
        )
        chunks = _chunks(people, database, actor, before, hands.number)
        total = sum(len(chunk.people) for chunk in chunks)
        ended: list[Row] = []
        for rows in _rendered(plan, chunks, hands):
            manifest.add(row for row in rows if row.state != "skipped")
            ended += rows
            if progress is not None:
                progress(len(ended), total)
    failed = {row.name: row.reason for row in ended if row.state == "failed"}
    same = sum(row.state == "skipped" for row in ended)
    return Done(plan.folder, len(ended) - same - len(failed), same, failed, left_out)


def _people(
    order: Order, plan: Plan, database: str | None, actor: Actor | None
) -> tuple[dict[int, str], dict[str, str]]:
    """Whom the order is about, by id; and who is left out by what they said of care until now, and why."""
    if not plan.personal:
        return {0: order.name}, {}
    with open_record(database, actor=actor, purpose="report", as_of=plan.as_of, known=plan.known) as store:
        people = store.panel(order.panel).people
        numbers = dict(zip(people["person_id"].tolist(), people["record_number"].tolist(), strict=True))
        found = permitted(store, list(numbers), ConsentPurpose.CARE, now(store))
    left_out = {numbers[one]: reason_of(said) for one, said in found.left_out.items()}
    return {one: numbers[one] for one in found.ids}, left_out


def _chunks(
    people: Mapping[int, str],
    database: str | None,
    actor: Actor | None,
    before: Mapping[str, Row],
    hands: int,
) -> list[Chunk]:
    """The people in chunks."""
    ids, numbers = list(people), list(people.values())
    size = min(PEOPLE_AT_A_TIME, max(1, ceil(len(ids) / (hands * _TURNS))))
    return [
        Chunk(
            database,
            actor,
            dict(zip(ids[start : start + size], numbers[start : start + size], strict=True)),
            {name: before[name] for name in numbers[start : start + size] if name in before},
        )
        for start in range(0, len(ids), size)
    ]


# -- processes ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Hands:
    """Who does the work: how many at a time, and how to get an executor of them (a new one if it broke)."""

    number: int
    executor: Callable[[], Executor]


@contextmanager
def _hands(jobs: int | None, scheduler: str | None) -> Iterator[_Hands]:
    if scheduler is None:
        number = jobs or getattr(os, "process_cpu_count", os.cpu_count)() or 1  # the first from 3.13 on
        yield _Hands(number, lambda: _local(number))
        return
    try:
        from distributed import Client
    except ImportError:
        raise ReportError(
            "A cluster needs Dask.", where=scheduler, remedy="Install it: pip install 'kanglu[cluster]'."
        ) from None
    with Client(scheduler) as client:
        yield _Hands(max(1, len(client.nthreads())), lambda: client.get_executor(pure=False))


def _local(number: int) -> Executor:
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(number, mp_context=spawn, initializer=_begin_worker, initargs=(os.getpid(),))


def _begin_worker(parent: int) -> None:
    """In a worker: end quietly with the parent, or when the user interrupts it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    confine.die_with_parent(parent)


@dataclass(frozen=True)
class _Turn:
    """A chunk, and how often its worker died with it."""

    chunk: Chunk
    strikes: int = 0


def _rendered(plan: Plan, chunks: list[Chunk], hands: _Hands) -> Iterator[list[Row]]:
    """The rows of each chunk as it ends.

    A worker that dies breaks its pool, and what was under way is tried again in a new one: each chunk alone,
    since one of them may be what kills workers.
    """
    waiting = [_Turn(chunk) for chunk in reversed(chunks)]
    while waiting:
        with hands.executor() as executor:
            underway: dict[Future[list[Row]], _Turn] = {}
            whole = True
            while underway or (whole and waiting):
                while whole and waiting and _fits(waiting[-1], underway.values(), 2 * hands.number):
                    try:
                        future = executor.submit(render_chunk, plan, waiting[-1].chunk)
                    except BrokenProcessPool:
                        whole = False
                    else:
                        underway[future] = waiting.pop()
                for future in wait(underway, return_when=FIRST_COMPLETED).done:
                    turn = underway.pop(future)
                    try:
                        yield future.result()
                    except BrokenProcessPool:
                        whole = False
                        if turn.strikes + 1 < _STRIKES:
                            waiting.append(_Turn(turn.chunk, turn.strikes + 1))
                        else:
                            yield _all_failed(plan, turn.chunk, "its worker was ended")
                    except Exception as error:
                        yield _all_failed(plan, turn.chunk, str(error) or type(error).__name__)


def _fits(turn: _Turn, underway: Collection[_Turn], most: int) -> bool:
    """Whether a chunk may join those under way; one whose worker died is tried alone."""
    if not underway:
        return True
    return len(underway) < most and not turn.strikes and not any(other.strikes for other in underway)


def _all_failed(plan: Plan, chunk: Chunk, reason: str) -> list[Row]:
    return [row_of(plan, Outcome(name, "failed", reason=reason)) for name in chunk.people.values()]
