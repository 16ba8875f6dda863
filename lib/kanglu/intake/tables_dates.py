"""Dates as tables write them, a column at a time: day and month are told apart by proof, never by guess."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from kanglu.dates import partial
from kanglu.errors import DateError
from kanglu.intake.tables_grid import Cell
from kanglu.intake.tables_text import plain, text_of

Order = Literal["dmy", "mdy"]

_CLOCK = (
    r"(?:[T,\s]*(?P<half>上午|下午|晚上|中午)?\s*(?P<hour>\d{1,2})(?::|时|点)(?P<minute>\d{1,2})分?"
    r"(?::?(?P<second>\d{1,2})秒?(?:\.\d+)?)?\s*(?P<ampm>[AaPp]\.?[Mm]\.?)?(?:Z|[+-]\d\d:?\d\d)?)?"
)
_YEAR_FIRST = re.compile(
    r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})(?:\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?" + _CLOCK + r"|月)?"
)
_YEAR_LAST = re.compile(r"(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4})" + _CLOCK)
_WORDED = re.compile(
    r"(?:(?P<d>\d{1,2})[-\s]+(?P<w>[A-Za-z]{3,9})\.?|(?P<w2>[A-Za-z]{3,9})\.?\s+(?P<d2>\d{1,2}),?)[-,\s]+(?P<y>\d{4})"
    + _CLOCK
)
_COMPACT = re.compile(
    r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?:[T\s]?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?)?"
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_YEAR = re.compile(r"(?:19|20)\d\d年?")
_TIME = re.compile(_CLOCK.removesuffix("?"))
_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: number for number, name in enumerate(_NAMES.split(), 1)}
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 — wall clock, as in the sheet


@dataclass(frozen=True, slots=True)
class Dates:
    """A column of dates.

    Parameters
    ----------
    texts : ISO text as exact as the source, or None where the cell is blank or no date.
    wrong : places of cells that hold something that is no date.
    order : what was proven or declared of day and month, where the column needs it.
    ambiguous : day and month could be either, and nothing was declared.
    proof : a cell that allows no other order.
    contradiction : two cells that prove opposite orders, or one against the declared order.
    """

    texts: Sequence[str | None]
    wrong: frozenset[int] = frozenset()
    order: Order | None = None
    ambiguous: bool = False
    contradiction: tuple[str, ...] = ()
    proof: str = ""


def read_dates(cells: Sequence[Cell], declared: Order | None = None) -> Dates:
    """Read a column of dates; see `Dates` for what can be wrong with it."""
    texts = {plain(cell) for cell in cells if isinstance(cell, str)}
    written = sorted(text for text in texts if _YEAR_LAST.fullmatch(text))
    proofs = _proofs(written)
    order: Order | None = declared or next(iter(proofs), None)
    if len(proofs) > 1 or (declared and written and set(proofs) - {declared}):
        return Dates([None] * len(cells), order=declared, contradiction=tuple(sorted(proofs.values())))
    if written and order is None:
        return Dates([None] * len(cells), ambiguous=True)
    # Spreadsheets show midnight as a day alone: it is a day only where the whole column is.
    timed = any(type(cell) is datetime and cell.time() != time() for cell in cells)
    known: dict[Cell, str | None] = {}
    found: list[str | None] = []
    for cell in cells:
        if cell not in known:
            known[cell] = _one(cell, order, timed)
        found.append(known[cell])
    wrong = frozenset(place for place, text in enumerate(found) if text is None and text_of(cells[place]))
    found = _without_midnights(found, written)
    return Dates(found, wrong, order if written else None, proof=proofs.get(order, "") if order else "")


def _proofs(written: Sequence[str]) -> dict[Order, str]:
    """For each order of day and month, one cell that allows no other."""
    proofs: dict[Order, str] = {}
    for text in written:
        match = _YEAR_LAST.fullmatch(text)
        if match and int(match["a"]) > 12:
            proofs.setdefault("dmy", text)
        elif match and int(match["b"]) > 12:
            proofs.setdefault("mdy", text)
    return proofs


def _without_midnights(texts: list[str | None], written: Sequence[str]) -> list[str | None]:
    """A column in which every clock shows 0:00 states days; the clock is what the export added."""
    present = [text for text in texts if text]
    if written and present and all(text.endswith("T00:00:00") for text in present):
        return [text and text[:10] for text in texts]
    return texts


def read_times(cells: Sequence[Cell]) -> list[str | None]:
    """A column of times of day as ``HH:MM:SS``; None where the cell is blank or none."""
    return [_time(cell) for cell in cells]


def _time(cell: Cell) -> str | None:
    if isinstance(cell, datetime):
        return cell.strftime("%H:%M:%S")
    if isinstance(cell, time):
        return cell.strftime("%H:%M:%S")
    if isinstance(cell, timedelta):
        return str(_EXCEL_EPOCH + cell)[11:19] if cell < timedelta(days=1) else None
    if isinstance(cell, float) and 0 <= cell < 1:
        return str(_EXCEL_EPOCH + timedelta(seconds=round(cell * 86400)))[11:19]
    match = _TIME.fullmatch(text_of(cell))
    return _clock(match) if match else None


def _one(cell: Cell, order: Order | None, timed: bool) -> str | None:
    if isinstance(cell, datetime):
        if cell.microsecond > 999_000:  # a spreadsheet's fraction of a day, one bit short
            cell = (cell + timedelta(milliseconds=1)).replace(microsecond=0)
        return _plausible(cell.strftime("%Y-%m-%dT%H:%M:%S") if timed else cell.strftime("%Y-%m-%d"))
    if isinstance(cell, date):
        return _plausible(f"{cell.isoformat()}T00:00:00" if timed else cell.isoformat())
    text = text_of(cell)
    if not text or isinstance(cell, bool | time | timedelta):
        return None
    return _text(text, order)


def _text(text: str, order: Order | None) -> str | None:
    if match := _YEAR_FIRST.fullmatch(text):
        return _assemble(match["y"], match["m"], match["d"], match)
    if match := _YEAR_LAST.fullmatch(text):
        day, month = (match["a"], match["b"]) if order == "dmy" else (match["b"], match["a"])
        return _assemble(match["y"], month, day, match)
    if match := _COMPACT.fullmatch(text):
        return _assemble(match["y"], match["m"], match["d"], match)
    if match := _WORDED.fullmatch(text):
        number = _MONTHS.get((match["w"] or match["w2"])[:3].casefold())
        return _assemble(match["y"], str(number), match["d"] or match["d2"], match) if number else None
    if _SERIAL.fullmatch(text):
        moment = _EXCEL_EPOCH + timedelta(seconds=round(float(text) * 86400))
        return _plausible(moment.strftime("%Y-%m-%dT%H:%M:%S" if "." in text else "%Y-%m-%d"))
    return text[:4] if _YEAR.fullmatch(text) else None


def _assemble(year: str, month: str, day: str | None, match: re.Match[str]) -> str | None:
    text = f"{year}-{int(month):02}" + (f"-{int(day):02}" if day else "")
    if day and match["hour"]:
        clock = _clock(match)
        return _plausible(f"{text}T{clock}") if clock else None
    return _plausible(text)


def _clock(match: re.Match[str]) -> str | None:
    groups = match.groupdict()
    hour, half = int(groups["hour"]), groups.get("half") or (groups.get("ampm") or "").casefold()
    if half in ("下午", "晚上") or half.startswith("p"):
        hour += 12 if hour < 12 else 0
    elif half.startswith("a") and hour == 12:
        hour = 0
    try:
        return time(hour, int(groups["minute"]), int(groups["second"] or 0)).isoformat()
    except ValueError:
        return None


def _plausible(text: str) -> str | None:
    """The date, if the calendar has it and people now living can have been seen or born on it."""
    try:
        return partial(text) if "1880" <= text[:4] <= "2100" else None
    except DateError:
        return None
