"""Putting changed rules in force: only what is sound, does what its examples say, and counts as new."""

from pathlib import Path

from kanglu.care.book import in_force
from kanglu.care.comparing import changed_by
from kanglu.care.examples import try_out
from kanglu.catalogue.reading import read
from kanglu.catalogue.rulebook import SECTIONS, Rulebook
from kanglu.errors import CatalogueError
from kanglu.record import Store


def publish(store: Store, path: Path) -> Rulebook:
    """Put the rules of a file in force, from now on, and give all that are in force then.

    Raises `CatalogueError` when the file, or what comes of it, is refused, when one of its rules does not do
    what its examples say, or when a changed rule keeps its version; then nothing changes.
    """
    before = in_force(store)
    compared = changed_by(path, before, published=store.published())
    _, content, _ = read(path)
    entries = [(section, entry) for section in SECTIONS for entry in content.get(section) or []]
    for name in (str(entry["id"]) for section, entry in entries if section == "rules"):
        old, new = before.rules.get(name), compared.after.rules[name]
        if old is not None and old != new and new.version <= old.version:
            raise CatalogueError(
                f"The rule {name} has changed and is still of version {new.version}.",
                where=path.name,
                remedy=f"Count it up to {old.version + 1}: what a rule gave names the version that gave it.",
            )
    failed = [one for one in try_out(compared.after, list(compared.rules)) if not one.ok]
    if failed:
        first = failed[0]
        raise CatalogueError(
            f"The example {first.example!r} of {first.rule} gives {', '.join(first.gives) or 'nothing'}, "
            f"not {', '.join(first.expected) or 'nothing'}.",
            where=path.name,
            remedy="Correct the rule or the example; kanglu rules test --file shows all that fail.",
        )
    store.publish(entries)
    return in_force(store)
