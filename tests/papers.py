"""Small documents to attach, of each kind that is kept."""

import struct
import zlib

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


def png(width: int = 8, height: int = 8) -> bytes:
    """A grey picture, whose head may say any size."""
    rows = b"".join(b"\0" + b"\x80" * 8 for _ in range(8))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (_chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(rows)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def jpeg(width: int = 8, height: int = 8) -> bytes:
    """The frame of a JPEG, without tables."""
    frame = struct.pack(">BBHBHHB3s", 0xFF, 0xC0, 11, 8, height, width, 1, b"\x01\x11\0")
    scan = b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + b"\x55" * 20
    return b"\xff\xd8\xff\xe0\0\x04ab" + frame + scan + b"\xff\xd9"


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
