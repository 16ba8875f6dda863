"""The Chinese font of the PDF: finding it, and saying which characters it cannot show."""

import os
import struct
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from kanglu.errors import ReportError

ENVIRONMENT = "KANGLU_FONTS"
FAMILIES = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC")
"""Families that the template asks for, the best first. Each needs a regular and a bold face."""
REMEDY = (
    "Install one: `apt-get install fonts-noto-cjk` (Debian, Ubuntu), `dnf install google-noto-sans-cjk-fonts`"
    f" (Fedora); or put NotoSansSC-Regular and -Bold into a folder and name it in {ENVIRONMENT}."
)
_PLACES = {
    "darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
    "win32": ("C:/Windows/Fonts", "~/AppData/Local/Microsoft/Windows/Fonts"),
}
_UNIX = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_NAMES = ("notosanscjk", "notosanssc", "notosanshans", "sourcehansans", "msyh", "pingfang")


@dataclass(frozen=True)
class Font:
    """A family and the files of its two faces; `index` is the place of each within its file."""

    family: str
    regular: Path
    bold: Path
    regular_index: int = 0
    bold_index: int = 0


@cache
def find() -> Font:
    """The first of `FAMILIES` that is here with both faces.

    Looks in the folders of ``KANGLU_FONTS`` (separated like PATH), the checkout's ``reports/style/fonts`` and
    where the system keeps fonts. Raises `ReportError` where there is none.
    """
    import typst

    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=_folders())
    faces: dict[tuple[str, int], tuple[Path, int]] = {}
    for face in found.fonts():
        if face.style == "normal" and face.path:
            faces.setdefault((face.family, face.weight), (Path(face.path), face.index))
    for family in FAMILIES:
        if (regular := faces.get((family, 400))) and (bold := faces.get((family, 700))):
            return Font(family, regular[0], bold[0], regular[1], bold[1])
    half = sorted({family for family, _weight in faces if family in FAMILIES})
    raise ReportError(
        f"{half[0]} lacks its bold or its regular face." if half else "There is no Chinese font for the PDF.",
        where=", ".join(map(str, _places())),
        remedy=REMEDY,
    )


def _places() -> list[Path]:
    from kanglu.home import shipped

    own = [Path(part) for part in os.environ.get(ENVIRONMENT, "").split(os.pathsep) if part]
    usual = _PLACES.get(sys.platform, _UNIX)
    return [*own, shipped("reports/style/fonts"), *(Path(place).expanduser() for place in usual)]


def _folders() -> list[str]:
    """Folders with files that by their name may be one of the families: typst reads all of a folder."""
    found = {
        str(path.parent): None
        for place in _places()
        for path in sorted(place.rglob("*.[ot]t[fc]"))
        if path.name.lower().replace("-", "").replace("_", "").startswith(_NAMES)
    }
    return list(found)


def lacking(text: str, font: Font) -> list[str]:
    """The characters of `text` for which the font has no glyph, each once, in order of their code."""
    wanted = np.fromiter({ord(character) for character in text if character > "\x7f"}, dtype=np.uint32)
    return [chr(code) for code in np.sort(wanted[~covered(font)[wanted]])]


@cache
def covered(font: Font) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """For every Unicode code point: has the regular face a glyph? Reads the font's `cmap` (OpenType 1.9)."""
    with font.regular.open("rb") as file:
        start = 0
        if (head := file.read(12))[:4] == b"ttcf":
            file.seek(12 + 4 * font.regular_index)
            (start,) = struct.unpack(">I", file.read(4))
            file.seek(start)
            head = file.read(12)
        for _ in range(struct.unpack(">H", head[4:6])[0]):
            tag, _sum, offset, length = struct.unpack(">4sIII", file.read(16))
            if tag == b"cmap":
                file.seek(offset)
                return _code_points(file.read(length))
    raise ReportError("The font has no character map.", where=str(font.regular), remedy=REMEDY)


def _code_points(table: bytes) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """What the subtables of format 12 (all planes) and 4 (the basic plane) map to a glyph."""
    has = np.zeros(0x110000, dtype=np.bool_)
    (count,) = struct.unpack(">H", table[2:4])
    for record in range(count):
        (offset,) = struct.unpack(">I", table[8 + 8 * record : 12 + 8 * record])
        (kind,) = struct.unpack(">H", table[offset : offset + 2])
        if kind == 12:
            (groups,) = struct.unpack(">I", table[offset + 12 : offset + 16])
            for first, last, glyph in np.frombuffer(table, ">u4", groups * 3, offset + 16).reshape(-1, 3):
                has[first + (glyph == 0) : last + 1] = True
        elif kind == 4:
            segments = struct.unpack(">H", table[offset + 6 : offset + 8])[0] // 2
            ends = np.frombuffer(table, ">u2", segments, offset + 14)
            starts = np.frombuffer(table, ">u2", segments, offset + 16 + 2 * segments)
            for first, last in zip(starts, ends, strict=True):
                has[first : int(last) + 1] = True
    has[0xFFFF] = False
    return has
