"""Limits on what a file may grow to, and plain words for what can be wrong with a damaged one."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from typing import Any, BinaryIO

from kanglu.errors import Refused

_MB = 1 << 20
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError, OverflowError,
)  # fmt: skip
_BLOCK = 64 * _MB
_BUFFER = 1 << 16


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an input may hold before it is taken for an attack or a mistake.

    Parameters
    ----------
    document : bytes of one document when decompressed; it is parsed in memory.
    total : bytes of one archive when decompressed.
    ratio : decompressed bytes for each compressed one, for members above `free` bytes.
    free : bytes below which the ratio does not matter: small files of one repeated letter are no harm.
    depth : archives within archives.
    members : files of one archive.
    """

    document: int = 2048 * _MB
    total: int = 64 * 1024 * _MB
    ratio: int = 200
    free: int = 32 * _MB
    depth: int = 3
    members: int = 1_000_000

    def inflated(self, compressed: int) -> int:
        """The most bytes that a member of so many compressed bytes may claim."""
        return min(self.document, max(self.free, compressed * self.ratio))


@contextmanager
def reading() -> Iterator[None]:
    """Turns what the libraries raise for damaged input into a `Refused` with a remedy."""
    try:
        yield
    except Refused:
        raise
    except _DAMAGED as error:
        raise Refused(
            f"The file is damaged or cut off ({error}).", remedy="Fetch or export it again."
        ) from error
    except NotImplementedError as error:
        raise Refused(
            "It is packed by a method that Kanglu does not know.", remedy="Pack it as a plain zip."
        ) from error
    except RuntimeError as error:
        raise Refused(
            "It is encrypted with a password.", remedy="Unpack the archive with its password first."
        ) from error
    except OSError as error:
        raise Refused(
            f"The file cannot be read ({error}).", remedy="Check it, and fetch it again if it is damaged."
        ) from error


def guarded(stream: BinaryIO, limit: int) -> BinaryIO:
    """A buffered stream that stops with `Refused` at a limit, whatever the container said of its size."""
    return BufferedReader(_Guard(stream, limit), _BUFFER)


class _Guard(RawIOBase):
    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream, self._left, self._limit = stream, limit, limit

    def readable(self) -> bool:
        return True

    def readall(self) -> bytes:
        return b"".join(iter(lambda: self._block(_BLOCK), b""))

    def readinto(self, buffer: Any, /) -> int:
        block = self._block(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def _block(self, size: int) -> bytes:
        with reading():
            block = self._stream.read(min(size, self._left + 1))
        self._left -= len(block)
        if self._left < 0:
            raise Refused(
                f"It grows to more than {self._limit:,} bytes, as zip bombs do.",
                remedy="If it is real, split it into smaller files.",
            )
        return block

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()
