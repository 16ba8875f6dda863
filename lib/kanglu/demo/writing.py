"""Writing the demo's files: resources a line each, and tables as spreadsheets save them."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson


def write_ndjson(path: Path, resources: Iterable[Mapping[str, Any]]) -> Path:
    """Write FHIR resources, one a line."""
    path.write_bytes(b"".join(orjson.dumps(resource) + b"\n" for resource in resources))
    return path


def write_table(path: Path, rows: Iterable[Sequence[object]], encoding: str = "utf-8") -> Path:
    """Write the rows of a table, its head first."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path
