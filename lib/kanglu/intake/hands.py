"""Reading FHIR documents in several processes, so that parsing and writing go on at the same time.

A process is forked before the batch begins, is given documents to read, and answers with plain data; only the
parent speaks to the database. Where forking is not to be had or not safe (a threaded server), or the input
is small, the same work is done in place.
"""

import gc
import multiprocessing
import os
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

from kanglu.catalogue import Catalogue
from kanglu.errors import KangluError, Refused
from kanglu.intake.fhir import Draft, Lookups, drafts
from kanglu.intake.reader import Document

WORTH_IT = 16 << 20
"""Bytes of FHIR from which on more processes pay."""


class Read(NamedTuple):
    """A FHIR document, read: its SHA-256 and its drafts, or why it is refused."""

    name: str
    sha256: str
    drafts: list[Draft]
    refused: Refused | None = None


type Answer = Callable[[], Read]


@contextmanager
def hands(catalogue: Catalogue, size: int) -> Iterator[tuple[Callable[[Document], Answer], int]]:
    """Gives what takes a document and promises its reading, and how many promises to keep open.

    Parameters
    ----------
    size : bytes to be read, as far as known.
    """
    processes = os.cpu_count() or 1
    if size < WORTH_IT or processes < 2 or not _may_fork():
        lookups = Lookups(catalogue)
        yield lambda document: partial(_read, document, lookups), 0
        return
    with ProcessPoolExecutor(
        processes, multiprocessing.get_context("fork"), initializer=_begin, initargs=(catalogue,)
    ) as pool:
        try:
            _fork(pool)
            yield (
                lambda document: partial(_wait, pool.submit(_read_here, document), document.name),
                2 * processes,
            )
        finally:
            pool.shutdown(cancel_futures=True)


def _may_fork() -> bool:
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1


def _fork(pool: ProcessPoolExecutor) -> None:
    """Start the processes now, before there is a transaction."""
    with warnings.catch_warnings():
        # The only other threads are those of numpy's BLAS, which knows about forking.
        warnings.simplefilter("ignore", DeprecationWarning)
        pool.submit(os.getpid).result()


def _wait(promised: Future[Read], name: str) -> Read:
    try:
        return promised.result()
    except BrokenProcessPool:
        raise KangluError(
            "A process that was reading died, for want of memory perhaps. Nothing was imported.",
            where=name,
            remedy="Import fewer or smaller files at a time.",
        ) from None


@contextmanager
def no_cycles() -> Iterator[None]:
    """Facts, made by the hundred thousand, hold no cycles, and looking for some costs a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


_lookups: Lookups


def _begin(catalogue: Catalogue) -> None:
    global _lookups
    _lookups = Lookups(catalogue)
    gc.disable()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A killed parent cannot tell its children; without it they would wait for ever."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _read_here(document: Document) -> Read:
    return _read(document, _lookups)


def _read(document: Document, lookups: Lookups) -> Read:
    try:
        sha256, found = drafts(document, lookups)
        return Read(document.name, sha256, list(found))
    except Refused as error:
        return Read(document.name, "", [], error)
