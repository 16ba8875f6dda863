"""One person's facts on their way to the process that makes the report.

Most kinds of fact are absent from most records, and an empty frame takes as long to pack as a full one: it is
left out, and the receiving side puts its own in its place.
"""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any

import pandas as pd

from kanglu.record import Dossier
from kanglu.record.dossier import PARTS
from kanglu.record.frames import COLUMNS, frame
from kanglu.record.tables import FACTS


def pack(dossier: Dossier) -> dict[str, Any]:
    """What a dossier says, without its empty frames."""
    said = {part.name: getattr(dossier, part.name) for part in fields(dossier)}
    return {name: value for name, value in said.items() if name not in PARTS or len(value)}


def unpack(packed: Mapping[str, Any]) -> Dossier:
    """The dossier that was packed."""
    return Dossier(**{**empty(), **packed})


@cache
def empty() -> dict[str, pd.DataFrame]:
    """A frame without rows for each kind of fact."""
    return {part: frame(FACTS[table], COLUMNS[table], ()) for part, table in PARTS.items()}
