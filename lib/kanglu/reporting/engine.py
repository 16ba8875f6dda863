"""The papermill engine `kanglu`: the cells of a notebook in this process, in a fresh namespace.

``papermill --engine kanglu in.ipynb out.ipynb -p year 2025`` uses it like any other engine. It saves the
start of a kernel, two thirds of a short notebook's time. What one process cannot give is isolation from
earlier notebooks' modules; the batch (`kanglu.reporting.batch`) therefore forks a process for each report.

Papermill imports this module while it is being imported itself: import papermill, not this.
"""

from typing import Any

from nbformat import NotebookNode
from papermill.engines import Engine, NotebookExecutionManager

from kanglu.reporting.shell import fresh, run_cell


class KangluEngine(Engine):  # type: ignore[misc]
    """Runs cells in an IPython shell of this process."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        execution_timeout: float | None = None,
        **_others: Any,
    ) -> None:
        """Run the notebook of `nb_man` up to its first error, as papermill asks of an engine.

        Parameters
        ----------
        execution_timeout : seconds that one cell may take.
        """
        with fresh():
            for number, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, number)
                went_well = run_cell(cell, execution_timeout)
                if not went_well:
                    nb_man.cell_exception(cell, cell_index=number)
                nb_man.cell_complete(cell, cell_index=number)
                nb_man.autosave_cell()
                if not went_well:
                    break
        nb_man.nb.metadata["language_info"] = language()


def language() -> NotebookNode:
    """What a Python kernel says of its language, for tools that read executed notebooks."""
    from ipykernel.ipkernel import IPythonKernel

    return NotebookNode(IPythonKernel.language_info)
