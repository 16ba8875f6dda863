"""What a reader of files is: the seam between containers (folders, archives) and formats (FHIR, tables).

A *container* is opened once and hands out `Document`s one after the other; for each, the first
`Reader` that claims it reads it and says what it found to the batch's `Writer`. A reader keeps nothing
from one document to the next; what must be known of a whole import (people named in one file and
referred to in another) is settled by the intake itself.

A reader never raises for a single bad row or resource: it says `writer.problem(...)` and goes on.
It raises `Refused` when the document as a whole is not what it can take; the intake turns that into a
problem of the receipt that names the file, and goes on with the next document.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from kanglu.catalogue import Catalogue
    from kanglu.record import facts

HEAD_BYTES = 4096
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Document:
    """One file of an import, wherever it lies: on disk, in a zip, behind gzip.

    Parameters
    ----------
    name : how people know it, the container included: ``exports.zip/fhir/a.json``. Never a path to open.
    size : bytes when decompressed, as far as the container says.
    head : its first 4 KB (all of it when shorter), to sniff at.
    opener : gives a fresh stream over the decompressed bytes, which enforces the limits on size.
    """

    name: str
    size: int
    head: bytes
    opener: Callable[[], BinaryIO]

    @property
    def basename(self) -> str:
        """The last part of the name, in lower case: what a reader judges a suffix by."""
        return self.name.rpartition("/")[2].lower()

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """A stream over the document; read it once, front to back."""
        stream = self.opener()
        try:
            yield stream
        finally:
            stream.close()

    def content(self) -> bytes:
        """The whole document in memory. Raises `Refused` when it is damaged or larger than allowed."""
        with self.open() as stream:
            return stream.read()

    def fingerprint(self) -> str:
        """The SHA-256 of the whole; raises `Refused` as `content` does, and holds one block at a time."""
        digest = sha256()
        with self.open() as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
        return digest.hexdigest()

    @classmethod
    def of(cls, name: str, content: bytes) -> "Document":
        """A document that lies in memory already (tests, forms)."""
        return cls(name, len(content), content[:HEAD_BYTES], lambda: BytesIO(content))


class Writer(Protocol):
    """What a reader may say to a batch; `kanglu.record.BatchWriter` is one."""

    def file(self, name: str, sha256: str) -> None:
        """Say which file the following facts come from; the intake does so before `Reader.read`."""

    def person(self, statement: "facts.PersonStatement") -> int:
        """Find the person by any of the identifiers, else enter a new one; gives the id, or `NOBODY`."""

    def find(self, identifiers: "Iterable[facts.Identifier]") -> int | None:
        """The person that the identifiers mean; None when the record knows none. Nobody is entered."""

    def add(self, fact: "facts.Fact") -> None:
        """Enter one fact (a dataclass of `kanglu.record.facts`); doubles are recognised by the record."""

    def add_many(self, many: "Iterable[facts.Fact]") -> None:
        """Enter many facts."""

    def problem(
        self, file: str, row: str, field: str, reason: str, remedy: str, *, quarantined: int = 1
    ) -> None:
        """Set something aside, with where it stands and why: ``row`` is a row number or ``Type/id``.

        `quarantined` is the number of facts concerned; 0 for a remark on one that is entered all the same.
        """

    def read(self, type: str, count: int = 1) -> None:
        """Count resources (``Patient``) or rows (``row``) as read."""

    def skip(self, type: str, count: int = 1) -> None:
        """Count resources or columns as known about but not taken in."""


class Reader(Protocol):
    """One format."""

    def claims(self, document: Document) -> bool:
        """Whether this document is of the reader's format, judged by `document.head` and the name alone."""

    def read(self, document: Document, writer: Writer, catalogue: "Catalogue") -> None:
        """Read it whole. Raises `Refused` for what cannot be read at all, before anything is written."""
