"""Putting changed rules in force: only what is sound, does what its examples say, and counts as new."""

from pathlib import Path

from kanglu.care.book import in_force
from kanglu.care.comparing import changed_by
from kanglu.care.proposing import Proposal, check, propose
from kanglu.catalogue.reading import read
from kanglu.catalogue.rulebook import SECTIONS, Rulebook
from kanglu.errors import CatalogueError
from kanglu.record import Store
from kanglu.record.publishing import Entry


def publish(store: Store, path: Path) -> Rulebook:
    """Put the rules of a file in force, from now on, and give all that are in force then.

    Raises `CatalogueError` when the file, or what comes of it, is refused, when one of its rules does not do
    what its examples say, or when a changed rule keeps its version; then nothing changes.
    """
    entries = entries_of(path)
    check(changed_by(path, in_force(store), published=store.published()))
    store.publish(entries)
    return in_force(store)


def propose_file(store: Store, path: Path, reason: str) -> Proposal:
    """Propose the rules of a file, refused as `publish` would refuse them; a second person decides."""
    entries = entries_of(path)
    changed_by(path, in_force(store), published=store.published())
    return propose(store, entries, reason)


def entries_of(path: Path) -> list[Entry]:
    """What a file lists, each with its section. Raises `CatalogueError` for what a record cannot keep."""
    _, content, fault = read(path)
    if fault is not None:
        raise CatalogueError(fault.what, where=fault.where, remedy=fault.remedy)
    if strangers := [name for name in content if name not in SECTIONS]:
        raise CatalogueError(
            f"A record keeps no {' and no '.join(strangers)}: only {', '.join(SECTIONS)}.",
            where=path.name,
            remedy="Take it out of this file; put it into a file of data/catalogue/.",
        )
    return [(section, entry) for section in SECTIONS for entry in content.get(section) or []]
