"""Tiny sound files, made byte by byte, and things that only look like some."""

import io
import struct
import wave
import zlib


def wav(seconds: float = 1.0, rate: int = 8000, first: bytes = b"") -> bytes:
    """Silence at 8 bits; `first` makes the bytes differ."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(rate)
        out.writeframes(first + bytes([128]) * (int(seconds * rate) - len(first)))
    return file.getvalue()


def mp3(frames: int = 50, tag: bytes = b"") -> bytes:
    """MPEG 1 layer III, 128 kbit/s at 44.1 kHz: 26 ms a frame of 417 bytes."""
    return tag + (b"\xff\xfb\x90\x00" + bytes(413)) * frames


def id3(size: int = 20) -> bytes:
    """An ID3 tag with nothing in it."""
    return b"ID3\x03\x00\x00" + bytes([0, 0, size >> 7, size & 127]) + bytes(size)


def aac(frames: int = 50, rate: int = 8) -> bytes:
    """ADTS frames of 1,024 samples at 16 kHz, each of 32 bytes."""
    head = bytes([0xFF, 0xF1, 0x40 | rate << 2, 0x40, 32 >> 3, (32 & 7) << 5 | 0x1F, 0xFC])
    return (head + bytes(25)) * frames


def amr(frames: int = 100) -> bytes:
    """Frames of 20 ms at 12.2 kbit/s."""
    return b"#!AMR\n" + (b"\x3c" + bytes(31)) * frames


def box(name: bytes, *inside: bytes) -> bytes:
    """A box of an MP4 file."""
    content = b"".join(inside)
    return struct.pack(">I4s", len(content) + 8, name) + content


def mp4(seconds: int = 3, handler: bytes = b"soun") -> bytes:
    """An MP4 file with one track and a length in its head, but no samples."""
    mvhd = box(b"mvhd", bytes(12), struct.pack(">II", 1000, seconds * 1000), bytes(80))
    hdlr = box(b"hdlr", bytes(8), handler, bytes(13))
    mdhd = box(b"mdhd", bytes(12), struct.pack(">II", 1000, seconds * 1000), bytes(4))
    trak = box(b"trak", box(b"mdia", mdhd, hdlr))
    return box(b"ftyp", b"M4A ", bytes(4), b"M4A mp42") + box(b"moov", mvhd, trak)


def ogg(seconds: float = 2.0, first: bytes | None = None) -> bytes:
    """Opus in OGG: the two heads, and a last page that says how far it went."""
    head = first or b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 16000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 0) + struct.pack("<I", 0)
    pages = ((2, 0, head), (0, 0, tags), (4, int(seconds * 48000), b"\xfc\xff\xfe"))
    return b"".join(_page(kind, until, at, content) for at, (kind, until, content) in enumerate(pages))


def _page(kind: int, until: int, at: int, content: bytes) -> bytes:
    head = b"OggS" + struct.pack("<BBqIII", 0, kind, until, 7, at, 0) + bytes([1, len(content)])
    return head + content


def zipped() -> bytes:
    """A ZIP archive that calls itself a recording."""
    import zipfile

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        out.writestr("call.wav", wav())
    return file.getvalue()


def avi() -> bytes:
    """The beginning of a video."""
    return b"RIFF" + struct.pack("<I", 100) + b"AVI LIST" + zlib.compress(bytes(80))
