"""Kanglu 康录: the long-term record of a panel of people, who needs what today and why, and the paper.

`kanglu.open()` gives the store; `kanglu.measures` the scores. Everything else is imported from its room.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from kanglu import measures as measures
    from kanglu.record import open as open

__all__ = ["__version__", "measures", "open"]


def __getattr__(name: str) -> Any:
    """Load a room when it is first asked for, so that `import kanglu` costs nothing."""
    if name == "open":
        return import_module("kanglu.record").open
    if name == "measures":
        return import_module("kanglu.measures")
    raise AttributeError(f"module 'kanglu' has no attribute {name!r}")
