"""Reports: notebooks run fast, one process a person, and put on paper as HTML and PDF.

`render` carries out an `Order` for a whole panel. Blocks and charts are what notebooks show; `engine` runs
cells, `zygote` forks a process for each report, `worker` feeds it, `batch` and `manifest` keep the whole.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kanglu.reporting.batch import Done as Done
    from kanglu.reporting.batch import render as render
    from kanglu.reporting.order import Order as Order

__all__ = ["Done", "Order", "render"]

_HOME = {"Done": "batch", "Order": "order", "render": "batch"}


def __getattr__(name: str) -> Any:
    """Load a part when it is first asked for: notebooks need blocks and charts, not the batch."""
    if name in _HOME:
        return getattr(import_module(f"kanglu.reporting.{_HOME[name]}"), name)
    raise AttributeError(f"module 'kanglu.reporting' has no attribute {name!r}")
