"""What is a sound recording: known by its bytes, never by a file's name or what somebody calls it."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from kanglu.errors import Refused

MAX_BYTES: Final = 50 * 1024 * 1024
MAX_SECONDS: Final = 4 * 3600
_REMEDY: Final = "Attach the recording as WAV, MP3, M4A, AAC, OGG, Opus or AMR."
_OTHERS: Final = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"%PDF", "a PDF document"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"\x00\x00\x01\xba", "a video"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"<", "a web page or XML text"),
    (b"\xef\xbb\xbf<", "a web page or XML text"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)
_AMR_BYTES: Final = (13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1)
_AMR_WB_BYTES: Final = (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1)
"""Bytes of a frame of 20 ms by its type, the head with it (RFC 4867)."""
_AAC_RATES: Final = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_MP3_RATES: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_MP3_KBITS: Final = {
    (3, 3): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Kilobits a second by version (3 is MPEG 1, 2 and 0 are MPEG 2, 2.5) and layer (3 is I, 2 II, 1 III)."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What a recording is: its media type and its length in seconds."""

    content_type: str
    seconds: float


def recognised(data: bytes) -> Sound:
    """What kind of recording the bytes are.

    Raises `Refused` for what is no sound, is empty, broken or a video, and for more than `MAX_BYTES` or
    `MAX_SECONDS`.
    """
    if not data:
        raise Refused("The recording is empty.", remedy="Record it again, or attach another file.")
    if len(data) > MAX_BYTES:
        raise Refused(
            f"The recording has {len(data) / 1024**2:.1f} MB; at most {MAX_BYTES // 1024**2} MB are kept.",
            remedy="Save it with a lower quality, or attach it in parts.",
        )
    sound = _sound(data)
    if not 0 < sound.seconds < float("inf"):
        raise Refused("The recording holds no sound.", remedy="Listen to the file, then attach it again.")
    if sound.seconds > MAX_SECONDS:
        raise Refused(
            f"The recording lasts {sound.seconds / 3600:.1f} hours; at most {MAX_SECONDS // 3600} are kept.",
            remedy="Attach the part that is the call.",
        )
    return Sound(sound.content_type, round(sound.seconds, 2))


def _sound(data: bytes) -> Sound:
    if data.startswith(b"RIFF") and data[8:12] == b"WAVE":
        return Sound("audio/wav", _wav_seconds(data))
    if data[4:8] == b"ftyp":
        tracks = set(_handlers(data))
        _refuse_pictures(b"vide" in tracks)
        return Sound("audio/mp4", _told_seconds(data) if b"soun" in tracks else 0.0)
    if data.startswith(b"OggS"):
        return _ogg(data)
    if data.startswith(b"#!AMR-WB\n"):
        return Sound("audio/amr-wb", _amr_seconds(data, 9, _AMR_WB_BYTES))
    if data.startswith(b"#!AMR\n"):
        return Sound("audio/amr", _amr_seconds(data, 6, _AMR_BYTES))
    start = _after_tag(data)
    if aac := _aac_seconds(data, start):
        return Sound("audio/aac", aac)
    if _is_mp3(data, start):
        return Sound("audio/mpeg", _told_seconds(data))
    _refuse_pictures(data.startswith(b"RIFF") and data[8:12] == b"AVI ")
    known = next((what for begins, what in _OTHERS if data.lstrip().startswith(begins)), None)
    raise Refused(f"The file is {known}, not a recording." if known else "The file is not a recording "
                  "that Kanglu knows.", remedy=_REMEDY)  # fmt: skip


def _refuse_pictures(is_video: bool) -> None:
    if is_video:
        raise Refused("The file is a video, not a recording.", remedy="Attach its sound alone.")


def _told_seconds(data: bytes) -> float:
    """What the file says of its length, by a library that reads the head of each format."""
    from tinytag import TinyTag, TinyTagException

    try:
        read = TinyTag.get(file_obj=BytesIO(data), tags=False)
    except (TinyTagException, struct.error, ValueError, IndexError, OverflowError, ZeroDivisionError):
        raise Refused("The recording is broken: its length cannot be read.", remedy=_REMEDY) from None
    return read.duration or 0.0


def _wav_seconds(data: bytes) -> float:
    """From the bytes that are there: recorders that were cut off state a wrong length."""
    at, a_second, held = 12, 0, 0
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"fmt " and at + 24 <= len(data):
            a_second = struct.unpack_from("<I", data, at + 16)[0]
        if name == b"data":
            held += min(size or len(data), len(data) - at - 8)
            if not size:
                break
        at += 8 + size + size % 2
    return held / a_second if a_second else 0.0


def _handlers(data: bytes) -> Iterator[bytes]:
    """The kinds of the tracks in an MP4 file: ``soun``, ``vide`` …"""
    inside = {b"moov", b"trak", b"mdia"}
    waiting = [(0, len(data))]
    while waiting:
        at, end = waiting.pop()
        while at + 8 <= end:
            size, name = struct.unpack_from(">I4s", data, at)
            head = 8
            if size == 1 and at + 16 <= end:
                size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
            stop = end if size == 0 else at + size
            if size and size < head:
                return
            if name in inside:
                waiting.append((at + head, min(stop, end)))
            if name == b"hdlr":
                yield data[at + head + 8 : at + head + 12]
            at = stop


def _ogg(data: bytes) -> Sound:
    """Opus, Vorbis or Speex in OGG; a stream that holds pictures is named in one of the first pages."""
    begins = data[:4096]
    _refuse_pictures(b"\x80theora" in begins or b"OVP80" in begins)
    if not any(codec in begins for codec in (b"OpusHead", b"\x01vorbis", b"Speex   ")):
        raise Refused("The OGG file holds no sound that Kanglu knows.", remedy=_REMEDY)
    return Sound("audio/ogg", _told_seconds(data))


def _amr_seconds(data: bytes, at: int, sizes: tuple[int, ...]) -> float:
    frames = 0
    while at < len(data):
        at += sizes[(data[at] >> 3) & 15]
        frames += at <= len(data)
    return frames * 0.02


def _after_tag(data: bytes) -> int:
    """Where the sound begins behind an ID3 tag, which gives its size in seven bits a byte."""
    if data[:3] != b"ID3" or len(data) < 10:
        return 0
    size = sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
    return 10 + size


def _aac_seconds(data: bytes, at: int) -> float:
    """The length of ADTS frames, one after the other; 0 when these are none."""
    frames, rate = 0, 0
    while at + 7 <= len(data) and data[at] == 0xFF and data[at + 1] & 0xF6 == 0xF0:
        place = (data[at + 2] >> 2) & 15
        size = ((data[at + 3] & 3) << 11) | (data[at + 4] << 3) | (data[at + 5] >> 5)
        if place >= len(_AAC_RATES) or size < 7:
            break
        frames, rate, at = frames + 1, _AAC_RATES[place], at + size
    return frames * 1024 / rate if frames > 1 else 0.0


def _is_mp3(data: bytes, at: int) -> bool:
    """Whether two frames of MPEG sound follow each other, or one is all there is."""
    size = _mp3_frame(data, at)
    return bool(size) and (at + size == len(data) or bool(_mp3_frame(data, at + size)))


def _mp3_frame(data: bytes, at: int) -> int:
    """The size of the frame that begins here; 0 when none does."""
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:
        return 0
    version, layer = (data[at + 1] >> 3) & 3, (data[at + 1] >> 1) & 3
    bits, place, padding = data[at + 2] >> 4, (data[at + 2] >> 2) & 3, (data[at + 2] >> 1) & 1
    if version == 1 or layer == 0 or bits in (0, 15) or place == 3:
        return 0
    kbits = _MP3_KBITS[(3, layer) if version == 3 else (2, 3 if layer == 3 else 2)][bits]
    rate = _MP3_RATES[version][place]
    if layer == 3:
        return (12 * kbits * 1000 // rate + padding) * 4
    samples = 72 if layer == 1 and version != 3 else 144
    return samples * kbits * 1000 // rate + padding
