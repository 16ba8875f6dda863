"""Who makes a worker's reports: a zygote that forks, or papermill's own engine where there is no `fork`."""

import os
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from kanglu.errors import ReportError
from kanglu.reporting import wire
from kanglu.reporting.job import Job, Outcome, Plan

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from kanglu.reporting.workshop import Workshop

_SAID_SECONDS = 5
_START = (
    "import sys; sys.modules['rfc3987_syntax'] = None; from kanglu.reporting import zygote; zygote.main()"
)
"""Without a library that nbformat's validator loads for a second, to check addresses that notebooks lack."""
_ENVIRONMENT = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_ENVIRONMENT["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1"
"""No threads of numerical libraries; memory in large pages, of which a fork has fewer to copy."""


class Task(Protocol):
    """One report: `start` once the one before has been finished, then `finish`."""

    def start(self) -> None: ...

    def finish(self) -> Outcome: ...


class Maker(Protocol):
    """Makes the reports of one plan, one after the other."""

    plan: Plan

    def task(self, job: Job) -> Task: ...

    @property
    def alive(self) -> bool: ...

    def close(self) -> None: ...


_maker: Maker | None = None


def maker_for(plan: Plan) -> Maker:
    """The maker of this process; a new one where the plan is another or the old one is gone."""
    global _maker
    if _maker is not None and (_maker.plan != plan or not _maker.alive):
        _maker.close()
        _maker = None
    if _maker is None:
        _maker = Zygote(plan) if plan.engine == "kanglu" else Kernels(plan)
    return _maker


# -- forking --------------------------------------------------------------------------------------


class Zygote:
    """A zygote of this process, see `kanglu.reporting.zygote`; it warms up while facts are read."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.control, theirs = socket.socketpair()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  closed with the zygote
        self._warm = False
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=os.environ | _ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
            )
        with suppress(OSError):  # of one that did not start, `wait_until_warm` tells
            wire.send(self.control, plan)

    def wait_until_warm(self) -> None:
        """Raises `ReportError` if it cannot be."""
        if self._warm:
            return
        try:
            error = wire.receive(self.control)
        except (EOFError, OSError):
            self._said.seek(0)
            last = self._said.read().decode(errors="replace").strip().splitlines()[-1:]
            error = ReportError(f"The process that makes reports did not start: {''.join(last)}")
        if error is not None:
            self.close()
            raise error
        self._warm = True

    def task(self, job: Job) -> "_Forked":
        return _Forked(self, job)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        self.control.close()
        self._said.close()
        self._process.wait()


class _Forked:
    """A report that a child of the zygote makes; its facts go to that child alone."""

    def __init__(self, zygote: Zygote, job: Job) -> None:
        self._zygote, self._name, self._job = zygote, job.name, wire.packed(job)

    def start(self) -> None:
        self._zygote.wait_until_warm()
        self._channel, theirs = socket.socketpair()
        with theirs, suppress(OSError):  # of a child that has died, `finish` hears
            socket.send_fds(self._zygote.control, [b"J"], [theirs.fileno()])
            theirs.close()
            self._channel.sendall(self._job)

    def finish(self) -> Outcome:
        outcome: Outcome | None = None
        try:
            ended: str = wire.receive(self._zygote.control)
        except (EOFError, OSError):
            ended = "the process that makes reports was ended"
            self._zygote.close()
        with self._channel, suppress(EOFError, OSError):
            self._channel.settimeout(_SAID_SECONDS)  # the child has ended: it will say nothing more
            outcome = wire.receive(self._channel)
        reason = ended or "its process ended before it was done"
        return outcome or Outcome(self._name, "failed", reason=reason)


# -- not forking ----------------------------------------------------------------------------------


class Kernels:
    """A new kernel for each notebook, which reads the store itself; HTML and PDF are made in this process."""

    alive = True

    def __init__(self, plan: Plan) -> None:
        from kanglu.reporting.workshop import Workshop

        self.plan = plan
        self._workshop = Workshop(plan)

    def task(self, job: Job) -> "_InKernel":
        return _InKernel(self._workshop, job)

    def close(self) -> None:
        pass


class _InKernel:
    def __init__(self, workshop: "Workshop", job: Job) -> None:
        self._workshop, self._job = workshop, replace(job, facts=None)

    def start(self) -> None:
        pass

    def finish(self) -> Outcome:
        return self._workshop.produce(self._job, self._execute)

    def _execute(self, nb: "NotebookNode", _job: Job) -> "NotebookNode":
        import papermill

        seconds = self._workshop.plan.seconds
        done: NotebookNode = papermill.execute_notebook(
            nb, None, progress_bar=False, execution_timeout=seconds, kernel_name="python3"
        )
        return done
