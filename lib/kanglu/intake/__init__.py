"""Files in: containers are opened, documents recognised and read, and every import leaves a receipt.

`import_files` is the one door. `reader` says what a reader of a format is; `fhir` and `tables` are the two.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kanglu.intake.importing import import_files as import_files
    from kanglu.intake.receipt import Receipt as Receipt

__all__ = ["Receipt", "import_files"]


def __getattr__(name: str) -> Any:
    """Load the room's parts when they are first asked for."""
    if name == "import_files":
        from kanglu.intake.importing import import_files

        return import_files
    if name == "Receipt":
        from kanglu.intake.receipt import Receipt

        return Receipt
    raise AttributeError(f"module 'kanglu.intake' has no attribute {name!r}")
