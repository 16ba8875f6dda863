"""Where the header of a sheet is: below titles, of one row or two, with a row of units below it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kanglu import units
from kanglu.errors import Refused, UnitError
from kanglu.intake.tables_grid import Cell, Grid
from kanglu.intake.tables_text import blank, looks_like_data, plain, text_of

_SEARCHED_ROWS = 25


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header as printed, the lowest row of it alone, the unit below it, its cells.

    The rows of a header are joined by a blank: ``血压 收缩压``; `own` is then ``收缩压``.
    """

    header: str
    own: str
    unit: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet cut into columns.

    Parameters
    ----------
    file : the document's name.
    sheet : the sheet's name, empty where there is only one.
    columns : all of the same length.
    rows : for each place in a column, the row number in the spreadsheet, the first row being 1.
    header_rows : the row numbers that the header takes, units included.
    torn : the row numbers of rows with more cells than the header: which is whose cannot be said.
    """

    file: str
    sheet: str
    columns: tuple[Column, ...]
    rows: Sequence[int]
    header_rows: tuple[int, ...]
    torn: tuple[int, ...] = ()

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers, in order."""
        return tuple(column.header for column in self.columns)

    @property
    def where(self) -> str:
        """File and sheet, as messages name them."""
        return f"{self.file} [{self.sheet}]" if self.sheet else self.file

    def row_name(self, place: int) -> str:
        """The row as people see it: its number, with the sheet where there are several."""
        return f"{self.sheet}!{self.rows[place]}" if self.sheet else str(self.rows[place])


def is_unit(text: str) -> bool:
    """Whether a text is a unit and nothing else; a number alone is none."""
    if not any(letter.isalpha() or letter in "%°‰" for letter in text):
        return False
    try:
        units.normalise(text)
    except UnitError:
        return False
    return True


def table(file: str, grid: Grid, knows: Callable[[str], bool]) -> Table:
    """Cut a sheet into columns.

    Parameters
    ----------
    knows : whether a text is the name of something that a column can hold. The header is the row with the
        most such names; without any it is the first row of more than one cell.

    Raises `Refused` where nothing stands below the header.
    """
    width = max(len(row) for row in grid.rows)
    rows = [[*row, *[""] * (width - len(row))] for row in grid.rows]
    top = _header_rows(rows, knows)
    below = top[-1] + 1
    has_units = below < len(rows) and _all_units(rows[below])
    head = [*top, below] if has_units else top
    unit_row = [_one_line(cell) for cell in rows[below]] if has_units else [""] * width
    filled = [
        place
        for place in range(head[-1] + 1, len(rows))
        if not all(blank(cell) for cell in rows[place]) and rows[place] != rows[top[-1]]
    ]
    ends = max(_end(grid.rows[place]) for place in top)
    torn = {place for place in filled if grid.text and _end(grid.rows[place]) > ends}
    kept = [place for place in filled if place not in torn]
    if not kept:
        what = (
            "Every row has more cells than the header." if torn else "There is a header and no row below it."
        )
        where = f"{file} [{grid.sheet}]" if grid.sheet else file
        raise Refused(what, where=where, remedy="Check the export.")
    numbers = (tuple(place + 1 for place in some) for some in (kept, head, sorted(torn)))
    names = _names([rows[place] for place in top])
    return Table(file, grid.sheet, _columns(names, unit_row, [rows[place] for place in kept]), *numbers)


def _columns(names: list[tuple[str, str]], unit_row: list[str], rows: list[list[Cell]]) -> tuple[Column, ...]:
    columns = zip(names, unit_row, zip(*rows, strict=True), strict=True)
    return tuple(
        Column(name, own, unit, cells)
        for (name, own), unit, cells in columns
        if name or not all(map(blank, cells))
    )


def _header_rows(rows: list[list[Cell]], knows: Callable[[str], bool]) -> list[int]:
    head = _header_row(rows, knows)
    if head and _groups(rows[head - 1], rows[head]):
        return [head - 1, head]
    if head + 1 < len(rows) and _groups(rows[head], rows[head + 1]):
        return [head, head + 1]
    return [head]


def _end(row: list[Cell]) -> int:
    """How many cells a row has, blank ones at its end apart."""
    return next((place for place in range(len(row), 0, -1) if not blank(row[place - 1])), 0)


def _header_row(rows: list[list[Cell]], knows: Callable[[str], bool]) -> int:
    best, chosen = 0, -1
    for place, row in enumerate(rows[:_SEARCHED_ROWS]):
        texts = {plain(cell) for cell in row if isinstance(cell, str) and not blank(cell)}
        known = sum(map(knows, texts)) if len(texts) > 1 or len(row) == 1 else 0
        if known > best:
            best, chosen = known, place
    if chosen >= 0:
        return chosen
    several = (place for place, row in enumerate(rows) if len({text_of(c) for c in row if not blank(c)}) > 1)
    return next(several, 0)


def _groups(upper: list[Cell], lower: list[Cell]) -> bool:
    """Whether `upper` and `lower` are one header of two rows: groups above, what is in them below.

    Either row leaves blank (or repeats, where cells were merged) what only the other one says.
    """
    if any(looks_like_data(cell) for cell in (*upper, *lower) if not blank(cell)) or _all_units(lower):
        return False
    above, under = [text_of(cell) for cell in upper], [text_of(cell) for cell in lower]
    pairs = [(a, u) for a, u in zip(above, under, strict=True) if a or u]
    alone = [a for a, u in pairs if not u or a == u]
    grouped = [u for a, u in pairs if u and a != u]
    spread = any(
        u and u != above[place] and (not above[place] or above[place] == above[place - 1])
        for place, u in enumerate(under)
        if place
    )
    return len(set(filter(None, above))) > 1 and bool(alone) and all(alone) and bool(grouped) and spread


def _names(rows: list[list[Cell]]) -> list[tuple[str, str]]:
    """For each column its whole name and the part in the lowest row."""
    if len(rows) == 1:
        return [(_one_line(cell), _one_line(cell)) for cell in rows[0]]
    names, group = [], ""
    for upper, lower in zip(*rows, strict=True):
        above, under = _one_line(upper), _one_line(lower)
        group = above or group
        if under and under != above:
            names.append((f"{group} {under}".strip(), under))
        else:
            names.append((above, above))
    return names


def _one_line(cell: Cell) -> str:
    return " ".join(cell.split()) if isinstance(cell, str) else text_of(cell)


def _all_units(row: list[Cell]) -> bool:
    texts = [text_of(cell) for cell in row if not blank(cell)]
    real = [text for text in texts if text not in ("-", "/")]
    return (
        bool(real)
        and all(isinstance(cell, str) for cell in row)
        and all(is_unit(text.strip("()[]")) for text in real)
    )
