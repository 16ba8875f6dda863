"""Files of answers: one form as a JSON object, or a row a form as JSON or CSV, heads named as the items."""

import csv
import io
from pathlib import Path
from typing import Any

import orjson

from kanglu.errors import FormError


def read_forms(path: Path) -> list[dict[str, Any]]:
    """The answers of each form of a file; empty cells are no answers.

    Raises `FormError` for a file that is neither JSON nor CSV, or has no form in it.
    """
    if not path.is_file():
        raise FormError("There is no such file.", where=str(path), remedy="Check the path.")
    content = path.read_bytes()
    found = _json(content, path) if path.suffix.lower() == ".json" else _csv(content, path)
    if not found:
        raise FormError("There is no form in it.", where=str(path), remedy="Give heads, and a row a form.")
    return found


def _json(content: bytes, path: Path) -> list[dict[str, Any]]:
    remedy = 'Write {"phq9_1": 0, …}, or a list of these.'
    try:
        data = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise FormError(f"It is not JSON: {error}.", where=str(path), remedy=remedy) from None
    found = data if isinstance(data, list) else [data]
    if not all(isinstance(one, dict) for one in found):
        raise FormError("It is no object of answers.", where=str(path), remedy=remedy)
    return found


def _csv(content: bytes, path: Path) -> list[dict[str, Any]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise FormError(
            "It is neither UTF-8 nor GB18030 text.", where=str(path), remedy="Save it as CSV UTF-8."
        )
    lines = csv.reader(io.StringIO(text, newline=""))
    heads = next(lines, [])
    found = []
    for cells in lines:
        if len(cells) not in (0, len(heads)):
            raise FormError(
                f"The row has {len(cells)} cells, the header {len(heads)}.",
                where=f"{path}:{lines.line_num}",
                remedy="Put cells that hold a comma in quotation marks.",
            )
        if cells:
            found.append(dict(zip(heads, cells, strict=True)))
    return found
