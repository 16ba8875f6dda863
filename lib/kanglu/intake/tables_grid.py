"""Files of cells, read as they stand: delimited text in any of the encodings in use, XLSX, XLS.

Nothing is interpreted here. A `Grid` holds the cells of one sheet with the row numbers that a person sees
when the file is open in a spreadsheet.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO

from kanglu.errors import Refused
from kanglu.intake.workbooks import checked

type Cell = str | float | int | bool | date | datetime | time | timedelta

_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
_DELIMITERS = ",\t;|"
_SNIFFED_ROWS = 60
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one sheet.

    Parameters
    ----------
    sheet : the sheet's name; empty for text files and workbooks of one sheet.
    rows : the cells, ragged as they are; ``rows[0]`` is row 1.
    text : whether separators cut the rows into cells, so that one too many moves all that follow.
    """

    sheet: str
    rows: list[list[Cell]]
    text: bool = False


def grids(content: bytes) -> list[Grid]:
    """Every visible sheet that holds anything. Raises `Refused` for what is no table file."""
    if content.startswith((_OLE, _ZIP)):
        return list(_workbook(content))
    text = decode(content)
    start = text[:200].lstrip().casefold()
    if start.startswith(("<html", "<!doctype", "<table", "<?xml")):
        raise Refused(
            "It is a web page with a table in it, not a workbook.",
            remedy="Open it in a spreadsheet and save it as .xlsx or .csv.",
        )
    rows: list[list[Cell]] = [list(row) for row in _records(text)]
    return [Grid("", rows, text=True)] if any(any(row) for row in rows) else []


def decode(content: bytes) -> str:
    """The text of a file: what its mark says, else UTF-8 if all of it is, else GB18030 if all of it is.

    The order is safe: a Chinese text in GB18030 is practically never valid UTF-8. Raises `Refused` with the
    byte and the line where a file stops being either.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _strict(content, encoding)
    if sideways := _unmarked_utf16(content):
        return _strict(content, sideways)
    if b"\x00" in content:
        raise Refused(
            "It holds zero bytes: it is not text.", remedy="Save it as .xlsx, or as .csv in UTF-8 or GB18030."
        )
    failures = []
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            failures.append((error.start, encoding))
    raise _undecodable(content, *max(failures))


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(content, error.start, encoding) from None


def _undecodable(content: bytes, place: int, encoding: str) -> Refused:
    line = content.count(b"\n", 0, place) + 1
    return Refused(
        f"It is neither UTF-8 nor GB18030 text: byte 0x{content[place]:02X} at offset {place}, line {line}, "
        f"cannot be read (nearest: {encoding.removesuffix('-sig').upper()}).",
        remedy="Save it again as UTF-8, and look at that line.",
    )


def _unmarked_utf16(content: bytes) -> str | None:
    """UTF-16 without its mark gives itself away: every other byte of its commas and digits is zero."""
    sample = content[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 8 < len(sample) or min(even, odd) * 8 > max(even, odd):
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _records(text: str) -> list[list[str]]:
    """The records of a delimited text; a quotation mark inside a cell need not be doubled."""
    delimiter = _delimiter(text)
    for strict in (True, False):
        reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=strict)
        records, line = [], 1
        try:
            for record in reader:
                records.append(record)
                line = reader.line_num + 1
        except csv.Error as error:
            if strict and "expected after" in str(error):
                continue
            raise Refused(
                f"A quotation mark opened after line {line} is never closed.",
                remedy="Close it, or double the quotation marks that belong to the text.",
            ) from None
        break
    return records


def _delimiter(text: str) -> str:
    """The separator that cuts the first rows into the same number of cells, the most cells first."""
    best, chosen = (0.0, 0), ","
    for delimiter in _DELIMITERS:
        widths = []
        try:
            for row in csv.reader(StringIO(text[:200_000], newline=""), delimiter=delimiter):
                widths += [len(row)] if row else []
                if len(widths) == _SNIFFED_ROWS:
                    break
        except csv.Error:
            continue
        if widths:
            width, times = Counter(widths).most_common(1)[0]
            fit = (times / len(widths) * (width > 1), width)
            if fit > best:
                best, chosen = fit, delimiter
    return chosen


def _workbook(content: bytes) -> Iterator[Grid]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    content = checked(content) if content.startswith(_ZIP) else content
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        shown = [
            (place, meta.name)
            for place, meta in enumerate(book.sheets_metadata)
            if meta.typ is SheetTypeEnum.WorkSheet and meta.visible is SheetVisibleEnum.Visible
        ]
        for place, name in shown:
            sheet = book.get_sheet_by_index(place)
            rows = sheet.to_python(skip_empty_area=False)
            _spread_merged(rows, sheet.merged_cell_ranges or [])
            if any(cell != "" for row in rows for cell in row):
                yield Grid(name if len(shown) > 1 else "", rows)
    except CalamineError as error:
        locked = "assword" in f"{type(error).__name__} {error}"
        raise Refused(
            "The workbook is protected by a password."
            if locked
            else f"It is no readable workbook ({error}).",
            remedy="Save it without a password." if locked else "Open it in a spreadsheet and save it again.",
        ) from None


def _spread_merged(rows: list[list[Cell]], ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """A merged cell holds for every row and column that it spans; the file states it in the first only."""
    for (top, left), (bottom, right) in ranges:
        if top < len(rows) and left < len(rows[top]):
            for row in rows[top : bottom + 1]:
                row[left : right + 1] = [rows[top][left]] * len(row[left : right + 1])
