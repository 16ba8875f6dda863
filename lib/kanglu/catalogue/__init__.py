"""The catalogue: what Kanglu knows of indicators, problems and drugs, as typed definitions read from YAML.

The defaults ship in ``defaults/`` (one file a group of indicators); an institution overlays them in
``data/catalogue/``. `load` merges and checks both, `current` is the catalogue of this installation. Nothing
here knows the database.
"""

from pathlib import Path
from typing import Final

from kanglu.catalogue.catalogue import Catalogue, HeaderMatch, system_of
from kanglu.catalogue.loading import current, load, schema
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
    "Target",
    "Variation",
    "current",
    "load",
    "schema",
    "system_of",
]
