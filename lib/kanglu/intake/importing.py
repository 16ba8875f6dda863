"""The one door for files: containers opened, each document given to its reader, one batch, one receipt."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from kanglu.errors import Refused
from kanglu.intake.containers import Refusal, documents
from kanglu.intake.fhir import Lookups, Settling, drafts, is_json, is_lines
from kanglu.intake.hands import Answer, hands, no_cycles
from kanglu.intake.mapping import Mapping
from kanglu.intake.reader import Document, Reader
from kanglu.intake.receipt import Receipt
from kanglu.intake.sniffing import refuse_foreign
from kanglu.intake.tables import TableReader

if TYPE_CHECKING:
    from kanglu.record import BatchWriter, Store

type Progress = Callable[[int, str], None]
_LOOK_AHEAD = 64


class _NothingTaken(Exception):
    """Leaves the batch without a trace."""


def import_files(
    store: "Store",
    paths: Sequence[Path | str],
    *,
    mapping: Mapping | None = None,
    progress: Progress | None = None,
) -> Receipt:
    """Take in files, folders, zips: one batch, entered as a whole or not at all.

    Parameters
    ----------
    store : an open record.
    paths : what to import.
    mapping : what the columns of the tables mean; proposed or remembered when None.
    progress : called after each document with how many are done, and its name.

    Returns
    -------
    The receipt. A file that is refused is a problem in it and does not stop the others; when not one file
    could be read, there is no batch.
    """
    with TemporaryDirectory(prefix="kanglu-") as scratch:
        places = [Path(path) for path in paths]
        found = documents(places, Path(scratch))
        first = list(islice(found, _LOOK_AHEAD))
        size = sum(one.size for one in first if isinstance(one, Document) and is_json(one))
        with hands(store.catalogue, size) as (give, ahead), no_cycles():
            door = _Door(store, TableReader(mapping), Path(scratch), progress)
            label = ", ".join(place.resolve().name for place in places)
            try:
                with store.batch(label, "import") as writer:
                    door.open(writer)
                    door.take(_promised(chain(first, found), give), ahead)
            except _NothingTaken:
                return door.receipt(None)
            return door.receipt(writer)


type _Promise = Refusal | Document | tuple[Document, Answer]


def _promised(found: Iterable[Document | Refusal], give: Callable[[Document], Answer]) -> Iterator[_Promise]:
    """Each thing found, with FHIR that can be read in one piece given to other hands already."""
    for one in found:
        if isinstance(one, Document):
            try:
                refuse_foreign(one)
            except Refused as error:
                yield Refusal.of(one.name, error)
                continue
            if is_json(one) and not is_lines(one):
                yield one, give(one)
                continue
        yield one


class _Door:
    """One import on its way."""

    def __init__(self, store: "Store", tables: Reader, scratch: Path, progress: Progress | None) -> None:
        self._catalogue, self._tables = store.catalogue, tables
        self._lookups = Lookups(store.catalogue)
        self._latest = (store.clock() + timedelta(days=1)).date().isoformat() + "T23:59:59"
        self._scratch, self._progress = scratch, progress
        self._refusals: list[Refusal] = []
        self._taken = self._done = 0

    def open(self, writer: "BatchWriter") -> None:
        self._writer = writer
        self._settling = Settling(writer, self._latest, self._scratch)

    def take(self, promised: Iterable[_Promise], ahead: int) -> None:
        """Take everything in, keeping `ahead` promises open. Raises `_NothingTaken` when all is refused."""
        waiting: deque[_Promise] = deque()
        for one in promised:
            waiting.append(one)
            if len(waiting) > ahead:
                self._one(waiting.popleft())
        while waiting:
            self._one(waiting.popleft())
        if not self._taken:
            raise _NothingTaken
        self._settling.finish()

    def _one(self, promise: _Promise) -> None:
        name = promise[0].name if isinstance(promise, tuple) else promise.name
        try:
            if isinstance(promise, Refusal):
                self._refuse(promise)
            else:
                self._fhir(promise[1]) if isinstance(promise, tuple) else self._other(promise)
                self._taken += 1
        except Refused as error:
            self._refuse(Refusal.of(name, error))
        self._done += 1
        if self._progress:
            self._progress(self._done, name)

    def _fhir(self, answer: Answer) -> None:
        read = answer()
        if read.refused:
            raise read.refused
        for draft in read.drafts:
            self._settling.enter(draft, read.sha256)

    def _other(self, document: Document) -> None:
        if is_lines(document):
            sha256, found = drafts(document, self._lookups)
            for draft in found:
                self._settling.enter(draft, sha256)
        elif self._tables.claims(document):
            self._writer.file(document.name, document.fingerprint())
            self._tables.read(document, self._writer, self._catalogue)
        else:
            raise Refused(
                "It is nothing that Kanglu reads.",
                remedy="Kanglu takes FHIR R4 as JSON or NDJSON, and tables as CSV, XLSX or XLS.",
            )

    def _refuse(self, refusal: Refusal) -> None:
        self._refusals.append(refusal)
        self._writer.problem(refusal.name, "", "", refusal.reason, refusal.remedy, quarantined=0)

    def receipt(self, writer: "BatchWriter | None") -> Receipt:
        """What became of it; without a writer, of an import of which nothing was taken in."""
        return Receipt.of(writer.receipt if writer else None, self._refusals)
