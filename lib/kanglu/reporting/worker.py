"""A worker of a batch: reads the facts of a chunk of people and has their reports made, one by one.

It is a member of any `concurrent.futures.Executor` whose members are processes. While one report is being
made it packs the facts of the next.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock

from kanglu.record import Dossier
from kanglu.record import open as open_record
from kanglu.reporting.facts import pack
from kanglu.reporting.job import Job, Plan
from kanglu.reporting.makers import Task, maker_for
from kanglu.reporting.manifest import Row, clear_earlier, input_hash, row_of, unchanged
from kanglu.trust import Actor

_ONE_CHUNK = Lock()
"""Two threads of one process must not share its maker."""


@dataclass(frozen=True)
class Chunk:
    """Reports that are made together, at most a hundred.

    Parameters
    ----------
    database, actor : where the facts are, and who reads them.
    people : record numbers by id; for a report about many, its name.
    before : rows of an earlier run, by name; what is unchanged since is not made again.
    """

    database: str | None
    actor: Actor | None
    people: Mapping[int, str]
    before: Mapping[str, Row] = field(default_factory=dict)


@dataclass(frozen=True)
class _Underway:
    """A report that was begun."""

    plan: Plan
    task: Task
    name: str
    input: str
    facts: Dossier | None

    def finished(self) -> Row:
        outcome = self.task.finish()
        clear_earlier(self.plan.folder, self.name, outcome.files)
        return row_of(self.plan, outcome, self.facts, self.input)


def render_chunk(plan: Plan, chunk: Chunk) -> list[Row]:
    """Make some reports; answers a row for each, whether done, failed or skipped."""
    rows: list[Row] = []
    underway: _Underway | None = None
    with _ONE_CHUNK:
        maker = maker_for(plan)
        for job, facts in _jobs(plan, chunk):
            input_now = input_hash(plan, facts)
            before = chunk.before.get(job.name)
            if facts is not None and before is not None and unchanged(before, input_now, plan.folder):
                rows.append(replace(before, state="skipped"))
                continue
            task = maker.task(job)
            if underway is not None:
                rows.append(underway.finished())
            if not maker.alive:
                maker = maker_for(plan)
                task = maker.task(job)
            task.start()
            underway = _Underway(plan, task, job.name, input_now, facts)
        if underway is not None:
            rows.append(underway.finished())
    return rows


def _jobs(plan: Plan, chunk: Chunk) -> Iterator[tuple[Job, Dossier | None]]:
    """The jobs of a chunk, and the facts that each is about (None where it reads the store itself)."""
    if not plan.personal:
        yield from ((Job(name, {}), None) for name in chunk.people.values())
        return
    store = open_record(
        chunk.database, actor=chunk.actor, purpose="report", as_of=plan.as_of, known=plan.known
    )
    with store:
        for facts in store.dossiers(list(chunk.people)):
            name = facts.person.record_number
            yield Job(name, {"person": name}, pack(facts)), facts
