"""Long work beside the pages: a process of its own, whose state lies in a folder."""

import os
import signal
import sys
import time

import pytest

from kanglu.errors import NotFound
from kanglu.jobs import Jobs
from kanglu.trust import Actor, Purpose, Role

WANG = Actor("wang", "王敏", Role.HEALTH_MANAGER)


@pytest.fixture
def jobs(store, clock, tmp_path):
    made = Jobs(tmp_path / "jobs", store.database, clock)
    yield made
    for child in made._children.values():
        child.kill()
        child.wait()


def begin(jobs, function, **arguments):
    return jobs.start(
        "test", f"kanglu.jobs_tried:{function}", arguments, actor=WANG, purpose=Purpose.CARE,
        as_of=jobs.clock().date(), about={"what": "a try"},
    )  # fmt: skip


@pytest.fixture
def tried(tmp_path, monkeypatch):
    """Functions for jobs to call, in a module that only their processes find."""
    package = tmp_path / "site"
    package.mkdir()
    (package / "sitecustomize.py").write_text(
        "import sys, types, time\n"
        "made = types.ModuleType('kanglu.jobs_tried')\n"
        "def people(store, progress, expression):\n"
        "    progress(1, 2)\n"
        "    return [store.actor.id, str(store.as_of), len(store.panel(expression))]\n"
        "def forever(store, progress):\n"
        "    progress(3, 10)\n"
        "    while True: time.sleep(0.01)\n"
        "def refused(store, progress):\n"
        "    from kanglu.errors import RecordError\n"
        "    raise RecordError('Not today.', remedy='Tomorrow.')\n"
        "def broken(store, progress):\n"
        "    raise RuntimeError('oh')\n"
        "for one in (people, forever, refused, broken): setattr(made, one.__name__, one)\n"
        "sys.modules['kanglu.jobs_tried'] = made\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(package), *sys.path]))


def until(jobs, name, wanted):
    """The job once it is as wanted."""
    while not wanted(job := jobs.get(name)):
        time.sleep(0.02)
    return job


@pytest.mark.usefixtures("tried")
def test_a_job_works_as_whoever_began_it_and_is_found_again(jobs, tmp_path, store, clock):
    begun = begin(jobs, "people", expression="all")
    assert (begun.kind, begun.owner, begun.about) == ("test", "wang", {"what": "a try"})
    ended = until(jobs, begun.id, lambda job: not job.running)
    assert (ended.state, ended.answer) == ("done", ["wang", "2026-06-30", 0])
    assert (ended.done, ended.total) == (1, 2)
    again = Jobs(tmp_path / "jobs", store.database, clock)
    assert again.get(begun.id) == ended
    assert [job.id for job in again.of("test", "wang")] == [begun.id]
    assert again.of("test", "li") == again.of("other") == []


@pytest.mark.usefixtures("tried")
@pytest.mark.parametrize(
    ("function", "error", "remedy"),
    [("refused", "Not today.", "Tomorrow."), ("broken", "Something went wrong in the work itself", "")],
)
def test_what_goes_wrong_is_said(jobs, function, error, remedy):
    ended = until(jobs, begin(jobs, function).id, lambda job: not job.running)
    assert ended.state == "failed"
    assert ended.error.startswith(error)
    assert ended.remedy == remedy


@pytest.mark.usefixtures("tried")
def test_the_newest_comes_first_even_within_a_second(jobs):
    begun = [begin(jobs, "people", expression="all").id for _ in range(4)]
    assert [job.id for job in jobs.of("test")] == begun[::-1]


@pytest.mark.usefixtures("tried")
def test_a_job_is_stopped(jobs):
    begun = begin(jobs, "forever")
    assert until(jobs, begun.id, lambda job: job.total).done == 3
    assert jobs.stop(begun.id).state == "stopped"
    assert jobs.stop(begun.id).state == "stopped"
    assert jobs._children[begun.id].returncode is not None


@pytest.mark.usefixtures("tried")
def test_a_job_that_was_killed_has_failed(jobs):
    begun = begin(jobs, "forever")
    until(jobs, begun.id, lambda job: job.total)
    os.killpg(jobs._children[begun.id].pid, signal.SIGKILL)
    ended = until(jobs, begun.id, lambda job: not job.running)
    assert (ended.state, ended.error) == ("failed", "The process that did the work was ended.")


@pytest.mark.parametrize("name", ["../jobs", "20260101T000000-0000000g", "", "20260630T010000-00000000"])
def test_what_is_no_job_is_not_found(jobs, name):
    with pytest.raises(NotFound):
        jobs.get(name)


@pytest.mark.parametrize("function", ["os:system", "kanglu.jobs", "kanglu.jobs:__import__", "kanglu:open; x"])
def test_only_functions_of_the_library_are_called(jobs, function):
    with pytest.raises(ValueError, match="no function of the library"):
        jobs.start("x", function, {}, actor=WANG, purpose=Purpose.CARE, as_of=jobs.clock().date())


@pytest.mark.usefixtures("tried")
def test_nobody_else_on_the_machine_reads_it(jobs):
    begun = begin(jobs, "people", expression="all")
    assert (jobs.folder / begun.id).stat().st_mode & 0o077 == 0
    said = (jobs.folder / begun.id / "job.json").read_text()
    assert "KANGLU_KEY" not in said
