"""The catalogue: what Kanglu knows of indicators, problems and drugs, as typed definitions read from YAML.

The defaults ship in ``defaults/`` (one file a group of indicators); an institution overlays them in
``data/catalogue/``. `load` merges and checks both, `current` is the catalogue of this installation.
`load_rulebook` does so for the rules and all they name, which are read only when asked for. Nothing here
knows the database.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kanglu.catalogue.catalogue import Catalogue, HeaderMatch, system_of
from kanglu.catalogue.loading import current, load
from kanglu.catalogue.models import (
    Code,
    Conversion,
    DrugClass,
    Group,
    Indicator,
    Problem,
    ReferenceRange,
    Target,
    Variation,
)

if TYPE_CHECKING:
    from kanglu.catalogue.rulebook import Rulebook as Rulebook
    from kanglu.catalogue.rulebook import load_rulebook as load_rulebook
    from kanglu.catalogue.schemas import schema as schema

LOINC_NOTICE: Final = (
    (Path(__file__).parent / "defaults" / "NOTICE-LOINC.txt").read_text(encoding="utf-8").strip()
)
"""What LOINC's licence wants printed wherever its codes are shown."""

__all__ = [
    "LOINC_NOTICE",
    "Catalogue",
    "Code",
    "Conversion",
    "DrugClass",
    "Group",
    "HeaderMatch",
    "Indicator",
    "Problem",
    "ReferenceRange",
    "Rulebook",
    "Target",
    "Variation",
    "current",
    "load",
    "load_rulebook",
    "schema",
    "system_of",
]

_LATER: Final = {"Rulebook": "rulebook", "load_rulebook": "rulebook", "schema": "schemas"}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Load what rules need when it is first asked for: most commands do without."""
        if name in _LATER:
            return getattr(import_module(f"kanglu.catalogue.{_LATER[name]}"), name)
        raise AttributeError(f"module 'kanglu.catalogue' has no attribute {name!r}")
