"""A process that is killed in the middle of a batch leaves nothing of it; two writers do not collide."""

import multiprocessing
import os
import signal
import subprocess
import sys
from typing import Any

from kanglu import record
from kanglu.record.facts import Identifier, Observation, PersonStatement

_DIES = """
import sys
from kanglu import record
from kanglu.record.facts import Identifier, Observation, PersonStatement

with record.open(sys.argv[1]) as store, store.batch("half") as writer:
    person = writer.person(PersonStatement((Identifier("mrn", "2"),), name="李四"))
    writer.add_many(Observation(person, "weight", "2026", value=float(n)) for n in range(5000))
    writer.flush()
    print("flushed", flush=True)
    sys.stdin.read()
"""


def enter(store: Any, number: int, weights: int) -> None:
    with store.batch("b") as writer:
        person = writer.person(PersonStatement((Identifier("mrn", str(number)),), name=f"人{number}"))
        writer.add_many(Observation(person, "weight", "2026", value=float(n)) for n in range(weights))


def test_a_batch_killed_half_way_leaves_nothing(store: Any, database_url: str) -> None:
    enter(store, 1, 3)
    before = store.status()
    child = subprocess.Popen(
        [sys.executable, "-c", _DIES, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "flushed\n"
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    child.stdout.close()
    assert store.status() == before
    assert store.verify().ok
    enter(store, 2, 3)
    assert store.status()["people"] == 2


def _read_and_write(url: str, number: int) -> None:
    with record.open(url) as store:
        for _ in range(5):
            enter(store, number, 20)
            list(store.dossiers(store.panel("all").ids))
    os._exit(0)


def test_processes_write_and_read_side_by_side(store: Any, database_url: str) -> None:
    fresh = multiprocessing.get_context("spawn")
    children = [fresh.Process(target=_read_and_write, args=(database_url, number)) for number in (1, 2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0]
    assert store.status()["people"] == 2
    assert store.status()["facts"]["observation"] == 40
    assert store.verify().ok


def test_a_forked_process_opens_connections_of_its_own(store: Any) -> None:
    enter(store, 1, 3)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if len(next(store.dossiers([1])).observations) == 3 else 2
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    assert store.status()["people"] == 1
    assert store.verify().ok
