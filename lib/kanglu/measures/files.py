"""Scoring a CSV file: every column as it was, and the answer beside it."""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kanglu.errors import MeasureError
from kanglu.measures.registry import find
from kanglu.measures.score import STATUSES

ANSWER = ("value", "band", "status", "reason", "version")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A CSV file as text: how it was encoded and its lines ended, its header and its rows."""

    encoding: str
    line_end: str
    header: list[str]
    rows: list[list[str]]


def score_file(score_id: str, in_csv: Path, out_csv: Path, *, output: str | None = None) -> dict[str, int]:
    """Write the rows of a CSV file, in their order and as they are, with the answer beside them.

    The answer is five columns (`ANSWER`), and those of its own that a score has, such as one a constitution.

    The file is UTF-8, with or without a byte order mark, or GB18030, and stays what it was; values are
    written with all their digits. Its cells stay what they are, also those that a spreadsheet would take for
    a formula: programs read the file back, and whatever is in it was in it before. `output` chooses among the
    numbers of a score that can give several. Returns the number of rows and how many are ok, incomplete and
    not_applicable. Raises `MeasureError` for
    a file that cannot be read as such or written, or that lacks a required column.
    """
    score = find(score_id, output)
    sheet = _read(Path(in_csv))
    answer = score(pd.DataFrame(sheet.rows, columns=sheet.header, dtype=object))
    names = [*ANSWER, *(str(name) for name in answer if name not in (*ANSWER, "missing"))]
    _refuse_taken(names, sheet.header, Path(in_csv))
    _write(Path(out_csv), sheet, names, zip(*(_texts(answer[name]) for name in names), strict=True))
    counts = answer["status"].value_counts()
    return {"rows": len(sheet.rows), **{status: int(counts[status]) for status in STATUSES}}


def _texts(cells: pd.Series) -> list[str]:
    """A column of the answer as it is written: numbers with all their digits, nothing where there is none."""
    if cells.dtype == float:
        return [repr(number) if number == number else "" for number in cells.tolist()]
    return cells.astype(object).where(cells.notna(), "").tolist()


def _refuse_taken(names: Iterable[str], header: Sequence[str], path: Path) -> None:
    taken = [name for name in names if name in header]
    if taken:
        raise MeasureError(
            f"The file already has a column {taken[0]}.",
            where=f"{path}:1",
            remedy="Rename it, so that the answer can stand beside it.",
        )


def _write(path: Path, sheet: _Sheet, names: Sequence[str], answers: Iterable[tuple[object, ...]]) -> None:
    if not path.parent.is_dir():
        raise MeasureError("There is no such folder.", where=str(path.parent), remedy="Make it first.")
    unfinished = Path(f"{path}.part")
    with unfinished.open("w", encoding=sheet.encoding, newline="") as file:
        writer = csv.writer(file, lineterminator=sheet.line_end)
        writer.writerow([*sheet.header, *names])
        writer.writerows([*row, *answer] for row, answer in zip(sheet.rows, answers, strict=True))
    os.replace(unfinished, path)


def _read(path: Path) -> _Sheet:
    if not path.is_file():
        raise MeasureError("There is no such file.", where=str(path), remedy="Check the path.")
    text, encoding = _decoded(path)
    lines = csv.reader(io.StringIO(text, newline=""))
    header = next(lines, [])
    if not header:
        raise MeasureError("The file is empty.", where=str(path), remedy="Give it a header and rows.")
    rows = []
    for cells in lines:
        row = cells or [""] * (len(header) == 1)  # in a file of one column an empty line is an empty cell
        if not row:
            continue
        if len(row) != len(header):
            raise MeasureError(
                f"The row has {len(row)} cells, the header {len(header)}.",
                where=f"{path}:{lines.line_num}",
                remedy="Put cells that hold a comma in quotation marks.",
            )
        rows.append(row)
    return _Sheet(encoding, "\r\n" if "\r\n" in text else "\n", header, rows)


def _decoded(path: Path) -> tuple[str, str]:
    """The text of a file and its encoding; what Excel saves in China is GB18030."""
    content = path.read_bytes()
    for encoding in ("utf-8-sig",) if content.startswith(b"\xef\xbb\xbf") else ("utf-8", "gb18030"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
    raise MeasureError(
        "The file is neither UTF-8 nor GB18030 text.", where=f"{path}:{line}", remedy="Save it as CSV UTF-8."
    )
