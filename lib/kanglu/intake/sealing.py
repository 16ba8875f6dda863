"""Files that lie encrypted on the disk, and are clear in memory alone while they are read.

A sealed file is a row of blocks, each with its length before it and encrypted for its place in its own file:
a block that was changed, moved, left out or taken from another file is noticed.
"""

import os
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final

from kanglu.trust.keys import HEAD_BYTES, Keys

_BLOCK: Final = 1 << 20
_LENGTH: Final = struct.Struct(">I")
_MEMORY: Final = Path("/dev/shm")
"""Where Linux has a file system that never reaches the disk."""


def seal(stream: BinaryIO, path: Path, keys: Keys, room: int) -> int | None:
    """Write a new file; gives how many bytes it holds, None where it holds more than `room`."""
    size = place = 0
    with path.open("xb") as file:
        block, more = stream.read(_BLOCK), True
        while more:
            size += len(block)
            if size > room:
                return None
            after = stream.read(_BLOCK)
            more = bool(after)
            cipher = keys.encrypt_bytes(block, _about(path, place, last=not more))
            file.write(_LENGTH.pack(len(cipher)) + cipher)
            block, place = after, place + 1
    return size


def unsealed(path: Path, keys: Keys) -> Iterator[bytes]:
    """What a file holds, a block at a time. Raises `RecordError` where it is damaged or of another key."""
    with path.open("rb") as file:
        cipher, place, more = _next(file), 0, True
        while more:
            after = _next(file)
            more = bool(after)
            yield keys.decrypt_bytes(cipher, _about(path, place, last=not more), "A file that waits")
            cipher, place = after, place + 1


def written_with(path: Path) -> bytes:
    """What a sealed file says of the key it was written with, as `Keys.head` does."""
    with path.open("rb") as file:
        file.seek(_LENGTH.size)
        return file.read(HEAD_BYTES)


@contextmanager
def clear(sealed: Iterable[Path], keys: Keys) -> Iterator[list[Path]]:
    """The files as they were, in a folder of their own that is gone afterwards."""
    place = str(_MEMORY) if os.access(_MEMORY, os.W_OK) else None
    with TemporaryDirectory(prefix="kanglu-", dir=place) as folder:
        found = []
        for path in sealed:
            found.append(Path(folder) / path.name)
            with found[-1].open("wb") as file:
                file.writelines(unsealed(path, keys))
        yield found


def _next(file: BinaryIO) -> bytes:
    """The next block as it lies there; empty at the end, and where the rest was cut off."""
    length = file.read(_LENGTH.size)
    return file.read(_LENGTH.unpack(length)[0]) if len(length) == _LENGTH.size else b""


def _about(path: Path, place: int, *, last: bool) -> bytes:
    """What a block is, so that it is none anywhere else: its lot, file, place, and whether it is the last."""
    return f"{path.parent.parent.name}/{path.name}/{place}/{'end' if last else 'more'}".encode()
