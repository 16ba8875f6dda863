"""What is a letter or a scan: known by its bytes, never by a file's name or what somebody calls it."""

import struct
import zlib
from typing import Final

from kanglu.errors import Refused

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_SIDE: Final = 20_000
"""Most pixels of a picture's side: a small file may otherwise unfold to more than a browser holds."""
_REMEDY: Final = "Attach a PDF, a JPEG or a PNG."
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_TAIL: Final = 2048
_NO_SIZE: Final = {0xC4, 0xC8, 0xCC}
"""Markers among those of a JPEG's frame that are none."""


def recognised(data: bytes) -> str:
    """The media type of a document: ``application/pdf``, ``image/jpeg`` or ``image/png``.

    Raises `Refused` for anything else, what is empty, cut off, or more than `MAX_BYTES` or `MAX_SIDE`.
    """
    if not data:
        raise Refused("The file is empty.", remedy="Scan it again, or attach another file.")
    if len(data) > MAX_BYTES:
        raise Refused(
            f"The file has {len(data) / 1024**2:.1f} MB; at most {MAX_BYTES // 1024**2} MB are kept.",
            remedy="Scan it with a lower resolution, or attach it in parts.",
        )
    if data.startswith(b"%PDF-"):
        if b"%%EOF" not in data[-_TAIL:]:
            raise _broken("PDF")
        return "application/pdf"
    if data.startswith(_PNG):
        _require_side(_png_size(data))
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        _require_side(_jpeg_size(data))
        return "image/jpeg"
    raise Refused("The file is no document that Kanglu keeps.", remedy=_REMEDY)


def _require_side(size: tuple[int, int]) -> None:
    if not 0 < max(size) <= MAX_SIDE or not min(size):
        raise Refused(
            f"The picture measures {size[0]} × {size[1]} pixels; a side has 1 to {MAX_SIDE}.",
            remedy="Scan it with a lower resolution.",
        )


def _png_size(data: bytes) -> tuple[int, int]:
    """Width and height, when every chunk to the last is there and its sum is right."""
    at, size = len(_PNG), (0, 0)
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        content, end = data[at + 8 : at + 8 + length], at + 12 + length
        if end > len(data) or zlib.crc32(name + content) != struct.unpack_from(">I", data, end - 4)[0]:
            break
        if name == b"IHDR" and length == 13:
            size = struct.unpack_from(">II", content)
        if name == b"IEND":
            return size
        at = end
    raise _broken("PNG")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height, when the picture itself follows and has an end."""
    at, size = 2, (0, 0)
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], struct.unpack_from(">H", data, at + 2)[0]
        if marker == 0xFF:
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in _NO_SIZE and at + 9 <= len(data):
            height, width = struct.unpack_from(">HH", data, at + 5)
            size = width, height
        if marker == 0xDA:
            if data.find(b"\xff\xd9", at) < 0:
                break
            return size
        at += 2 + max(length, 2)
    raise _broken("JPEG")


def _broken(kind: str) -> Refused:
    return Refused(f"The {kind} is broken or cut off.", remedy="Scan it again, or attach another file.")
