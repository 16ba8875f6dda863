"""Tables for people as CSV, in which no cell is a formula when a spreadsheet opens it.

Every table that a person takes out of Kanglu to open in a spreadsheet is written here. A name, a note or a
unit that came in from elsewhere and begins like a formula (``=HYPERLINK(…)``) would else be carried out
on the computer of whoever opens it. What machines read back (`kanglu score`, JSON, extracts for
research) keeps its cells as they are: a changed cell would no longer be the value.
"""

import csv
import re
from collections.abc import Iterable
from io import StringIO
from typing import Final

_FORMULA: Final = re.compile(r"[\s\x00-\x1f\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?")


def plain(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before text that begins like one."""
    if not isinstance(cell, str) or _NUMBER.fullmatch(cell) or not _FORMULA.match(cell):
        return cell
    return f"'{cell}"


def written(rows: Iterable[Iterable[object]]) -> str:
    """Rows as the text of a CSV file."""
    out = StringIO()
    csv.writer(out).writerows([plain(cell) for cell in row] for row in rows)
    return out.getvalue()
