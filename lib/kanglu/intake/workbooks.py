"""A workbook as it may be given to the library that reads it: of its kind, and no larger than it looks.

That library is fast and trusts what it is given: it takes memory for the rectangle that a sheet's cells span,
and unpacks a part whatever it claims to hold. So a workbook is unpacked here first, to its limits, its sheets
are measured, and what is handed on holds exactly that.
"""

import re
import zipfile
from io import BytesIO
from typing import Final

from kanglu.errors import Refused
from kanglu.intake.guard import Limits, guarded, reading

MOST_CELLS: Final = 20_000_000
"""Of one sheet, the empty ones between others included."""
MOST_BYTES: Final = 1 << 30
"""Of all parts when unpacked."""
_BOOK: Final = "xl/workbook.xml"
_SHEET: Final = re.compile(r"xl/.*sheet[^/]*\.xml", re.IGNORECASE)
_COLUMN: Final = re.compile(rb"""\sr=["']([A-Za-z]{1,7})\d""")
_ROW: Final = re.compile(rb"""\sr=["'][A-Za-z]{0,7}(\d{1,9})["']""")
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s/>]")
_BEGINS: Final = re.compile(rb"<(?:\w+:)?row[\s/>]")


def checked(content: bytes) -> bytes:
    """The workbook, with its parts stored as they are. Raises `Refused` for one that is too large or none."""
    out = BytesIO()
    with reading(), zipfile.ZipFile(BytesIO(content)) as archive:
        members = archive.infolist()
        claimed, most = (
            sum(one.file_size for one in members),
            min(MOST_BYTES, Limits().inflated(len(content))),
        )
        if claimed > most:
            raise Refused(
                f"It claims to grow from {len(content):,} to {claimed:,} bytes, as zip bombs do.",
                remedy="If it is real, save it as .csv.",
            )
        if _BOOK not in (one.filename for one in members):
            raise _unreadable("it is neither .xlsx nor .xls")
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as kept:
            for name in dict.fromkeys(one.filename for one in members if not one.is_dir()):
                with archive.open(name) as part:
                    data = guarded(part, most).read()  # type: ignore[arg-type]
                if _SHEET.fullmatch(name):
                    _measure(data)
                kept.writestr(name, data)
    return out.getvalue()


def _measure(sheet: bytes) -> None:
    """Raise `Refused` for a sheet whose cells span too many."""
    columns, rows = set(_COLUMN.findall(sheet)), set(_ROW.findall(sheet))
    begun = [match.start() for match in _BEGINS.finditer(sheet)]
    # Cells need not say where they are: then they stand one after the other.
    longest = max(
        (len(_CELL.findall(sheet, *ends)) for ends in zip(begun, [*begun[1:], len(sheet)], strict=True)),
        default=0,
    )
    wide = max(longest, max(map(_number, columns), default=0))
    high = max(len(begun), max(map(int, rows), default=0))
    if wide * high > MOST_CELLS:
        raise _unreadable(f"a sheet spans {wide * high:,} cells")


def _number(letters: bytes) -> int:
    """The number of a column: 1 for A, 16,384 for XFD."""
    found = 0
    for letter in letters.upper():
        found = found * 26 + letter - 64
    return found


def _unreadable(why: str) -> Refused:
    return Refused(
        f"It is no readable workbook ({why}).", remedy="Open it in a spreadsheet and save it again."
    )
