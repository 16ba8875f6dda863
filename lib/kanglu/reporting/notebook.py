"""Reading a report's notebook, and giving it its parameters."""

import ast
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from kanglu.errors import ReportError
from kanglu.home import shipped

REPORTS = {"annual": "notebooks/annual_summary.ipynb", "cohort": "notebooks/cohort_report.ipynb"}
"""The reports that ship with Kanglu, by the name they go by."""
_GIVEN, _INJECTED = "parameters", "injected-parameters"


def find(report: str) -> Path:
    """The notebook of a report, by its name or its path. Raises `ReportError`."""
    path = shipped(REPORTS[report]) if report in REPORTS else Path(report)
    if not path.is_file() or path.suffix != ".ipynb":
        raise ReportError(
            f"There is no report {report!r}.",
            remedy=f"Say {' or '.join(REPORTS)}, or the path of a notebook (….ipynb).",
        )
    return path.resolve()


def read(path: Path) -> NotebookNode:
    """A notebook as nbformat 4. Raises `ReportError` where the file is none."""
    try:
        nb: NotebookNode = nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError, nbformat.reader.NotJSONError) as error:
        raise ReportError(
            f"This is no notebook: {error}", where=str(path), remedy="Open it in JupyterLab and save it."
        ) from None
    return nb


def declared(nb: NotebookNode) -> set[str]:
    """The parameters that a notebook takes: the names its `parameters` cell assigns."""
    place = _tagged(nb, _GIVEN)
    tree = ast.parse(nb.cells[place].source) if place is not None else ast.Module([], [])
    names: set[str] = set()
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        names.update(target.id for target in targets if isinstance(target, ast.Name))
    return names


def require_declared(nb: NotebookNode, parameters: Mapping[str, Any], where: Path) -> None:
    """Raise `ReportError` for a parameter that the notebook does not take."""
    known = declared(nb)
    for name in parameters:
        if name not in known:
            close = get_close_matches(name, known, 1)
            raise ReportError(
                f"The notebook has no parameter {name!r}.",
                where=str(where),
                remedy=f"Did you mean {close[0]!r}?" if close else f"It takes {', '.join(sorted(known))}.",
            )


def with_parameters(nb: NotebookNode, parameters: Mapping[str, Any]) -> NotebookNode:
    """The notebook with a cell that sets these parameters, where papermill would put it; cells are shared."""
    lines = ["# Parameters", *(f"{name} = {value!r}" for name, value in parameters.items())]
    cell = new_code_cell("\n".join(lines), metadata={"tags": [_INJECTED]})
    cells = [one for one in nb.cells if _INJECTED not in one.metadata.get("tags", ())]
    place = _tagged(nb, _GIVEN)
    cells.insert(0 if place is None else place + 1, cell)
    return NotebookNode(nb, cells=cells)


def _tagged(nb: NotebookNode, tag: str) -> int | None:
    places = (place for place, cell in enumerate(nb.cells) if tag in cell.metadata.get("tags", ()))
    return next(places, None)
