"""The notebook of a report: where it is, and which parameters it takes."""

import ast
import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from kanglu.errors import ReportError
from kanglu.home import shipped

FORMS = ("hypertension", "diabetes", "self_care", "constitution")
"""The official forms, each a report of its own by the name ``form_…``; one notebook prints them all."""
REPORTS = {
    "annual": "notebooks/annual_summary.ipynb",
    "stage": "notebooks/stage_summary.ipynb",
    "monthly": "notebooks/monthly_report.ipynb",
    "cohort": "notebooks/cohort_report.ipynb",
    **{f"form_{form}": "notebooks/official_form.ipynb" for form in FORMS},
}
"""The reports that ship with Kanglu, by the name they go by."""
SETTLED = {f"form_{form}": {"form": form} for form in FORMS}
"""The parameters that the name of a report settles."""
PARAMETERS = "parameters"
"""Tag of the cell that assigns the parameters, as papermill knows it."""


def find(report: str) -> Path:
    """The notebook of a report, by its name or its path. Raises `ReportError`."""
    path = shipped(REPORTS[report]) if report in REPORTS else Path(report)
    if not path.is_file() or path.suffix != ".ipynb":
        raise ReportError(
            f"There is no report {report!r}.",
            remedy=f"Say {', '.join(REPORTS)}, or the path of a notebook (….ipynb).",
        )
    return path.resolve()


def declared(path: Path) -> set[str]:
    """The parameters that a notebook takes: the names its `parameters` cell assigns. Raises `ReportError`."""
    try:
        return {name for source in _parameter_cells(path) for name in _assigned(source)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SyntaxError) as error:
        raise ReportError(
            f"This is no notebook: {error}.", where=str(path), remedy="Open it in JupyterLab and save it."
        ) from None


def require_declared(known: set[str], parameters: Mapping[str, Any], where: Path) -> None:
    """Raise `ReportError` for a parameter that is not among those the notebook takes."""
    for name in parameters:
        if name not in known:
            close = get_close_matches(name, known, 1)
            raise ReportError(
                f"The notebook has no parameter {name!r}.",
                where=str(where),
                remedy=f"Did you mean {close[0]!r}?" if close else f"It takes {', '.join(sorted(known))}.",
            )


def _parameter_cells(path: Path) -> Iterator[str]:
    """Read without nbformat, whose import takes longer than all else that the parent of a batch does."""
    for cell in json.loads(path.read_bytes())["cells"]:
        if PARAMETERS in cell["metadata"].get("tags", ()):
            yield "".join(cell["source"])


def _assigned(source: str) -> Iterator[str]:
    for statement in ast.parse(source).body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        yield from (target.id for target in targets if isinstance(target, ast.Name))
