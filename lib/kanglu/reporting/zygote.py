"""The zygote: a warm process without any person's data, which forks a child for each report.

It imports the libraries, reads the notebook, builds exporter and typesetter and runs all of it once for an
invented person. A child starts as its copy within milliseconds, is handed one person's facts over a socket of
its own, writes the report and ends. The zygote itself never reads from those sockets.

It stays single-threaded (a fork carries over no other thread): the kernel is asked to refuse threads, see
`confine.forbid_threads`. Typst then works in the calling thread, so that what it learned while warming up
(fonts, template) serves all children; where the kernel refuses nothing, each child starts Typst afresh.
"""

import gc
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import NoReturn

from nbformat import NotebookNode

from kanglu.errors import KangluError, ReportError
from kanglu.record import prefetched
from kanglu.reporting import confine, wire
from kanglu.reporting.blocks import Cover, to_data
from kanglu.reporting.facts import pack, unpack
from kanglu.reporting.job import Job, Plan
from kanglu.reporting.nobody import NUMBER, nobody
from kanglu.reporting.shell import emptied, run_cell
from kanglu.reporting.workshop import Workshop

IDLE_SECONDS = 120
"""A zygote that nobody asks for that long ends: workers of a cluster outlive the batch."""
_PROBE_SECONDS = 30


def main() -> None:
    """Serve the worker at the other end of the socket that the command line names, until it goes away."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    control = socket.socket(fileno=int(sys.argv[1]))
    plan: Plan = wire.receive(control)
    try:
        workshop = Workshop(plan)
        if "pdf" in plan.formats and _sets_after_fork(workshop, control) and confine.forbid_threads():
            _sets(workshop, "warm")
        if plan.personal:
            _rehearse(workshop)
    except KangluError as error:
        wire.send(control, error)
        return
    except Exception as error:
        wire.send(control, ReportError(f"{type(error).__name__}: {error}", where=str(plan.notebook)))
        return
    emptied()
    gc.collect()
    gc.freeze()
    wire.send(control, None)
    while select.select([control], [], [], IDLE_SECONDS)[0]:
        _message, descriptors, _flags, _address = socket.recv_fds(control, 1, 1)
        if not descriptors:
            return
        wire.send(control, _deliver(workshop, control, descriptors[0]))


# -- warming up -----------------------------------------------------------------------------------


def _rehearse(workshop: Workshop) -> None:
    """Make nobody's report, so that whatever is done once is done before the first child.

    Where the notebook cannot be run for nobody, its reports merely start a little colder. No PDF is made of
    it: typst would remember all of that document, and each child copy what it remembers.
    """
    plan = workshop.plan
    job = Job(NUMBER, {"person": NUMBER}, pack(nobody(plan.as_of, plan.known)))
    emptied()
    with suppress(Exception):
        job = wire.unpacked(wire.packed(job))
        with prefetched(unpack(job.facts or {})):
            workshop.papers(_run(workshop.prepared(job)), ("html",))


def _sets_after_fork(workshop: Workshop, control: socket.socket) -> bool:
    """Whether typst, where no thread can start, sets a document both before and after a fork."""
    probe = os.fork()
    if probe == 0:
        worked = confine.forbid_threads() and _sets(workshop, "before")
        second = os.fork()
        if second == 0:
            os._exit(0 if _sets(workshop, "after") else 1)
        worked = worked and os.waitpid(second, 0)[1] == 0
        os._exit(0 if worked else 1)
    return _await(probe, control, _PROBE_SECONDS) == ""


def _sets(workshop: Workshop, title: str) -> bool:
    """A page; a panic of typst's is no `Exception`."""
    try:
        workshop.press.set([to_data(Cover(title))], workshop.plan.as_of)
    except BaseException:
        return False
    return True


# -- children -------------------------------------------------------------------------------------


def _deliver(workshop: Workshop, control: socket.socket, descriptor: int) -> str:
    """Let a child make one report; answers what went wrong with the child, "" if it ended well."""
    zygote = os.getpid()
    child = os.fork()
    if child == 0:
        confine.die_with_parent(zygote)
        os.setpgid(0, 0)
        control.close()
        _serve(workshop, socket.socket(fileno=descriptor))
    os.close(descriptor)
    with suppress(OSError):
        os.setpgid(child, child)
    return _await(child, control, workshop.plan.seconds)


def _await(child: int, control: socket.socket, seconds: float) -> str:
    """Wait for a child; end it when its time is over, or when the worker is gone."""
    ended = os.pidfd_open(child)
    try:
        ready, _, _ = select.select([ended, control.fileno()], [], [], seconds)
    finally:
        os.close(ended)
    if not ready or control.fileno() in ready:
        for end in (os.killpg, os.kill):
            with suppress(ProcessLookupError):
                end(child, signal.SIGKILL)
    _child, status = os.waitpid(child, 0)
    if control.fileno() in ready:
        sys.exit()
    if not ready:
        return f"took longer than {seconds:g} seconds"
    if os.WIFSIGNALED(status):
        return f"its process was ended by {signal.Signals(os.WTERMSIG(status)).name}"
    code = os.WEXITSTATUS(status)
    return f"its process ended with code {code}" if code else ""


def _serve(workshop: Workshop, channel: socket.socket) -> NoReturn:
    """In the child: take the job, make the report, say how it went, end."""
    gc.disable()
    confine.limit_memory(workshop.plan.memory)
    wire.send(channel, workshop.produce(wire.receive(channel), _execute))
    os._exit(0)


def _execute(nb: NotebookNode, job: Job) -> NotebookNode:
    """Run the cells in this process, which knows this person and no other."""
    if job.facts is not None:
        prefetched(unpack(job.facts))
    return _run(nb)


def _run(nb: NotebookNode) -> NotebookNode:
    for cell in nb.cells:
        if not run_cell(cell):
            break
    return nb
