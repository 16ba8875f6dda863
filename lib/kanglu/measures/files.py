"""Scoring a CSV file: every column as it was, and the answer beside it."""

import csv
import io
import os
from pathlib import Path

import pandas as pd

from kanglu.errors import MeasureError
from kanglu.measures.registry import find
from kanglu.measures.score import STATUSES

ANSWER = ("value", "band", "status", "reason", "version")


def score_file(score_id: str, in_csv: Path, out_csv: Path) -> dict[str, int]:
    """Write the rows of a CSV file, in their order and as they are, with the answer in five more columns.

    The file is UTF-8, with or without a byte order mark (which is kept); values are written with all their
    digits. Returns the number of rows and how many are ok, incomplete and not_applicable. Raises
    `MeasureError` for a file that cannot be read as such, or that lacks a required column.
    """
    score = find(score_id)
    header, rows, encoding = _read(Path(in_csv))
    frame = pd.DataFrame(rows, columns=header, dtype=object)
    answer = score(frame)[list(ANSWER)]
    value = [repr(number) if number == number else "" for number in answer["value"].tolist()]
    rest = [answer[name].astype(object).where(answer[name].notna(), "").tolist() for name in ANSWER[1:]]
    unfinished = Path(f"{out_csv}.part")
    with unfinished.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*header, *ANSWER])
        writer.writerows(
            [*row, *more] for row, more in zip(rows, zip(value, *rest, strict=True), strict=True)
        )
    os.replace(unfinished, out_csv)
    counts = answer["status"].value_counts()
    return {"rows": len(rows), **{status: int(counts[status]) for status in STATUSES}}


def _read(path: Path) -> tuple[list[str], list[list[str]], str]:
    """The header, the rows and the encoding of a CSV file."""
    if not path.is_file():
        raise MeasureError("There is no such file.", where=str(path), remedy="Check the path.")
    content = path.read_bytes()
    encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise MeasureError(
            "The file is not UTF-8 text.", where=f"{path}:{line}", remedy="Save it as CSV UTF-8."
        ) from None
    lines = csv.reader(io.StringIO(text, newline=""))
    header = next(lines, [])
    if not header:
        raise MeasureError("The file is empty.", where=str(path), remedy="Give it a header and rows.")
    taken = [name for name in ANSWER if name in header]
    if taken:
        raise MeasureError(
            f"The file already has a column {taken[0]}.",
            where=f"{path}:1",
            remedy="Rename it, so that the answer can stand beside it.",
        )
    rows = []
    for row in lines:
        if not row:
            continue
        if len(row) != len(header):
            raise MeasureError(
                f"The row has {len(row)} cells, the header {len(header)}.",
                where=f"{path}:{lines.line_num}",
                remedy="Put cells that hold a comma in quotation marks.",
            )
        rows.append(row)
    return header, rows, encoding
