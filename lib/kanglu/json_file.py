"""Small files of JSON, which are there as a whole or not at all."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write(path: Path, said: Mapping[str, Any]) -> None:
    """Put a file in place at once."""
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(said, ensure_ascii=False), "utf-8")
    partial.replace(path)


def read(path: Path) -> dict[str, Any] | None:
    """What a file says; None when there is none."""
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    return found
