"""Files in: containers are opened, documents recognised and read, and every import leaves a receipt.

`import_files` is the one door; `explain` shows what it would take the columns of a table for. `reader` says
what a reader of a format is; `fhir` and `tables` are the two.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kanglu.intake.explaining import explain as explain
    from kanglu.intake.importing import import_files as import_files
    from kanglu.intake.mapping import Mapping as Mapping
    from kanglu.intake.mapping import load as load_mapping
    from kanglu.intake.receipt import Receipt as Receipt

__all__ = ["Mapping", "Receipt", "explain", "import_files", "load_mapping"]

_HOME = {
    "Mapping": ("mapping", "Mapping"),
    "Receipt": ("receipt", "Receipt"),
    "explain": ("explaining", "explain"),
    "import_files": ("importing", "import_files"),
    "load_mapping": ("mapping", "load"),
}


def __getattr__(name: str) -> Any:
    """Load the room's parts when they are first asked for."""
    if name in _HOME:
        module, own = _HOME[name]
        return getattr(import_module(f"kanglu.intake.{module}"), own)
    raise AttributeError(f"module 'kanglu.intake' has no attribute {name!r}")
