"""Limits on what a file may grow to, and plain words for what can be wrong with a damaged one."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import RawIOBase
from typing import BinaryIO

from kanglu.errors import Refused

_MB = 1 << 20
_BLOCK = 64 * _MB


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
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
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


class Guarded(RawIOBase, BinaryIO):
    """A stream that stops at a limit, whatever the container said of its size."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream, self._left, self._limit = stream, limit, limit

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """The next `size` bytes, all of them when negative. Raises `Refused` above the limit."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(_BLOCK), b""))
        with reading():
            block = self._stream.read(min(size, self._left + 1))
        self._left -= len(block)
        if self._left < 0:
            raise Refused(
                f"It grows to more than {self._limit:,} bytes, as zip bombs do.",
                remedy="If it is real, split it into smaller files.",
            )
        return block

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]
        block = self.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()
