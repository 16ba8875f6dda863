"""What a cell says, before anyone knows what it means: plain text, marks for "not measured", numbers."""

import re
import unicodedata
from datetime import date, datetime, time
from functools import lru_cache

from kanglu.intake.tables_grid import Cell
from kanglu.intake.tables_words import words


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Full-width forms brought to their ordinary ones, blanks and control characters at the ends removed."""
    return (
        unicodedata.normalize("NFKC", text).replace("－", "-").replace("−", "-").strip(" \t\r\n\u200b\ufeff")
    )


def text_of(cell: Cell) -> str:
    """The cell as a person reads it in the file; whole numbers without a decimal point."""
    if isinstance(cell, str):
        return plain(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e16 else repr(cell)
    if isinstance(cell, date | datetime | time):
        return cell.isoformat()
    return str(cell)


def blank(cell: Cell) -> bool:
    """Nothing was entered."""
    return isinstance(cell, str) and not plain(cell)


def not_measured(text: str) -> bool:
    """Someone wrote down that there is no value."""
    return text.casefold() in words("not_measured")


_DATA = re.compile(r"[-+<>≤≥~]?\s*\d[\d\s.,:/年月日时分秒%+*↑↓-]*\S{0,3}|[+-]+|.*\d{4}[-/年.]\d{1,2}.*")


def looks_like_data(cell: Cell) -> bool:
    """A number, a date, a mark: what stands below a header and never in it."""
    if not isinstance(cell, str):
        return True
    text = plain(cell)
    return bool(text) and (not_measured(text) or _DATA.fullmatch(text) is not None)
