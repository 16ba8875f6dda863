"""Blocks → PDF, by Typst: the blocks travel as data, the template `report.typ` lays them out."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import typst

from kanglu.errors import ReportError
from kanglu.reporting.blocks import document, from_data
from kanglu.reporting.fonts import Font, lacking

TEMPLATE = "report.typ"
STANDARD = "ua-1"
"""PDF/UA-1: tagged, titled, every picture with words for those who do not see it."""


class Press:
    """Sets documents with one style; made once in a process, since that reads fonts and template."""

    def __init__(self, style: Path, font: Font) -> None:
        self.font = font
        if not (style / TEMPLATE).is_file():
            raise ReportError(f"There is no {TEMPLATE} here.", where=str(style), remedy="Restore the folder.")
        folders = dict.fromkeys(str(face.parent) for face in (font.regular, font.bold))
        self._compiler = typst.Compiler(
            str(style / TEMPLATE), root=str(style), font_paths=list(folders), ignore_system_fonts=True
        )

    def set(self, blocks: Iterable[dict[str, Any]], day: date) -> tuple[bytes, list[str]]:
        """The blocks (as `collect_blocks` gives them) as a PDF, and what people should know about it.

        The same blocks and day give the same bytes. Raises `ReportError` where the template cannot set them.
        """
        data = orjson.dumps(document(from_data(block) for block in blocks)).decode()
        try:
            return self._compile(data, day, [STANDARD]), []
        except typst.TypstError as error:
            if STANDARD.upper() not in error.message.upper().replace("PDF/", ""):
                raise _refused(error) from None
            told = error.message
        try:
            pdf = self._compile(data, day, [])
        except typst.TypstError as error:
            raise _refused(error) from None
        return pdf, [_without_glyph(data, self.font) or f"not accessible to all readers: {told}"]

    def _compile(self, data: str, day: date, standards: list[Any]) -> bytes:
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        pdf = self._compiler.compile(
            format="pdf",
            sys_inputs={"data": data, "fonts": self.font.family},
            pdf_standards=standards,
            timestamp=midnight,
        )
        assert isinstance(pdf, bytes)
        return pdf


def _refused(error: typst.TypstError) -> ReportError:
    hints = " ".join(error.hints)
    return ReportError(
        f"The PDF cannot be set: {error.message}.", where=TEMPLATE, remedy=hints or "Mend the template."
    )


def _without_glyph(data: str, font: Font) -> str:
    missing = [f"{character} (U+{ord(character):04X})" for character in lacking(data, font)]
    return f"no glyph in {font.family}: {', '.join(missing)}" if missing else ""
