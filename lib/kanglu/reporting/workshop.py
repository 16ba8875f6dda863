"""From a job to its files: what one report takes, whoever runs it.

A `Workshop` is what is the same for all reports of a plan (notebook, exporter, typesetter), built once in a
process. It holds nothing of any person.
"""

import os
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from kanglu.errors import KangluError, ReportError
from kanglu.reporting.collect import collect, warnings_of
from kanglu.reporting.html import Printer
from kanglu.reporting.job import PARTIAL, File, Format, Job, Outcome, Plan
from kanglu.reporting.notebook import PARAMETERS

_MOST, _LONGEST = 20, 500
"""An outcome has to fit into the buffer of a socket: notes, and characters of each."""
_INJECTED = "injected-parameters"
Execute = Callable[[NotebookNode, Job], NotebookNode]


class Workshop:
    """The tools that a plan's reports are made with."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.notebook: NotebookNode = nbformat.read(plan.notebook, as_version=4)
        self.printer = Printer(plan.style)
        if "pdf" in plan.formats:
            from kanglu.reporting.fonts import find
            from kanglu.reporting.pdf import Press

            self.press = Press(plan.style, find())

    def produce(self, job: Job, execute: Execute) -> Outcome:
        """Run the notebook for a job and write its files; a failure is an outcome too, and leaves no file."""
        begun = time.perf_counter()
        try:
            done = execute(self.prepared(job), job)
            _raise_error_of(done)
            papers, notes = self.papers(done, self.plan.formats)
            files = {kind: write(self.plan.folder, f"{job.name}.{kind}", papers[kind]) for kind in papers}
        except MemoryError:
            return _failed(job, "took more memory than a report may")
        except KangluError as error:
            return _failed(job, str(error))
        except Exception as error:
            return _failed(job, f"{type(error).__name__}: {error}")
        told = tuple(note[:_LONGEST] for note in notes[:_MOST])
        return Outcome(job.name, "done", files, notes=told, seconds=round(time.perf_counter() - begun, 3))

    def prepared(self, job: Job) -> NotebookNode:
        """The notebook with the job's parameters."""
        return with_parameters(self.notebook, {**self.plan.parameters, **job.parameters})

    def papers(
        self, done: NotebookNode, formats: tuple[Format, ...]
    ) -> tuple[dict[Format, bytes], tuple[str, ...]]:
        """An executed notebook on paper, and what people should know of it."""
        pieces, notes = collect(done), warnings_of(done)
        papers: dict[Format, bytes] = {}
        if "html" in formats:
            papers["html"] = self.printer.print(pieces, self.plan.lang).encode()
        if "pdf" in formats:
            papers["pdf"], more = self.press.set([piece.data for piece in pieces], self.plan.as_of)
            notes += more
        return papers, tuple(notes)


def _failed(job: Job, reason: str) -> Outcome:
    return Outcome(job.name, "failed", reason=reason[:_LONGEST])


def with_parameters(nb: NotebookNode, parameters: Mapping[str, Any]) -> NotebookNode:
    """The notebook with a cell that sets these parameters, where papermill would put it; cells are shared."""
    lines = ["# Parameters", *(f"{name} = {value!r}" for name, value in parameters.items())]
    cell = NotebookNode(cell_type="code", source="\n".join(lines), outputs=[], execution_count=None)
    cell |= {"id": _INJECTED, "metadata": NotebookNode(tags=[_INJECTED])}
    cells = [one for one in nb.cells if _INJECTED not in one.metadata.get("tags", ())]
    given = (place for place, one in enumerate(cells, 1) if PARAMETERS in one.metadata.get("tags", ()))
    cells.insert(next(given, 0), cell)
    return NotebookNode(nb, cells=cells)


def _raise_error_of(nb: NotebookNode) -> None:
    """Raise the error that ended the notebook, if one did."""
    for number, cell in enumerate(nb.cells, 1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", ()):
                raise ReportError(f"{output.ename}: {output.evalue}", where=f"cell {number}")


def write(folder: Path, name: str, content: bytes) -> File:
    """A file that is either there as a whole or not at all.

    It is not forced to disk: after a power failure the next run finds by its hash that it is torn.
    """
    partial = folder / f".{name}{PARTIAL}"
    partial.write_bytes(content)
    os.replace(partial, folder / name)
    return File(name, len(content), sha256(content).hexdigest())
