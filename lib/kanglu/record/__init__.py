"""The record: tables, migrations and the `Store`, the one way to read and write facts.

`open` gives the store, `init` makes or upgrades the database. What may be said of a person stands in
`facts`; a batch of it is entered through `Store.batch` and taken back through `Store.undo`. Every fact has
two times and an origin, nothing is overwritten, and every read is as of a day and audited.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kanglu.record.dossier import Dossier as Dossier
    from kanglu.record.dossier import prefetched as prefetched
    from kanglu.record.panel import Panel as Panel
    from kanglu.record.people import PersonView as PersonView
    from kanglu.record.person import Person as Person
    from kanglu.record.receipt import Receipt as Receipt
    from kanglu.record.setup import init as init
    from kanglu.record.store import Store as Store
    from kanglu.record.store import open as open
    from kanglu.record.writing import BatchWriter as BatchWriter

__all__ = [
    "BatchWriter",
    "Dossier",
    "Panel",
    "Person",
    "PersonView",
    "Receipt",
    "Store",
    "init",
    "open",
    "prefetched",
]

_HOME = {
    "BatchWriter": "writing",
    "Dossier": "dossier",
    "Panel": "panel",
    "Person": "person",
    "PersonView": "people",
    "Receipt": "receipt",
    "Store": "store",
    "init": "setup",
    "open": "store",
    "prefetched": "dossier",
}


def __getattr__(name: str) -> Any:
    """Load a module when one of its names is first asked for: `facts` and `inputs` need no database."""
    if name in _HOME:
        return getattr(import_module(f"kanglu.record.{_HOME[name]}"), name)
    raise AttributeError(f"module 'kanglu.record' has no attribute {name!r}")
