"""Entries of the rulebook and their specs: plain data, as a file or the record holds them.

An entry and its spec turn into each other without a loss; a path such as ``when/all/0/gap/days`` leads to a
value in the spec.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from kanglu.catalogue.programmes import Programme
from kanglu.catalogue.rulebook import SECTIONS
from kanglu.catalogue.rules import Rule
from kanglu.errors import CatalogueError

type Value = float | int | str
type Owner = Rule | Programme
TEXTS = ("name/zh", "name/en", "explain/zh", "explain/en")
"""The words of a rule that may be changed with its numbers."""


class Different(NamedTuple):
    """A place at which two specs differ, and what stands there; None where nothing does."""

    path: str
    before: Any
    after: Any


def to_spec(entry: BaseModel) -> dict[str, Any]:
    """An entry as plain data, without what it does not say; a default that it states stays."""
    return entry.model_dump(mode="json", by_alias=True, exclude_unset=True)


def from_spec(section: str, spec: Mapping[str, Any]) -> Any:
    """An entry from plain data. Raises `CatalogueError` with all that is wrong and where."""
    try:
        return SECTIONS[section].model_validate(spec)
    except ValidationError as error:
        wrong = [
            f"{'/'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()
        ]
        raise CatalogueError("; ".join(wrong), where=f"{section}/{spec.get('id')}") from None


def changed[E: Owner](entry: E, values: Mapping[str, Value]) -> E:
    """The entry with other values at some paths, or other words (`TEXTS`); a rule's version counts up.

    Raises `CatalogueError` for a path that leads nowhere, and for values that cannot be.
    """
    section, spec = ("rules" if isinstance(entry, Rule) else "programmes"), to_spec(entry)
    for path, value in values.items():
        _put(spec, path, value, f"{section}/{entry.id}")
    if isinstance(entry, Rule) and from_spec(section, spec) != entry:
        spec["version"] = entry.version + 1
    made: E = from_spec(section, spec)
    return made


def _put(spec: dict[str, Any], path: str, value: Value, where: str) -> None:
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("/"))
    place: Any = spec
    try:
        for step in steps:
            place = place[step]
        place[last]
    except (KeyError, IndexError, TypeError):
        raise CatalogueError(f"There is no {path!r} to change.", where=where) from None
    place[last] = value


def differences(before: Any, after: Any, path: str = "") -> Iterator[Different]:
    """Where two specs differ, each place once, as deep as they can be compared."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            yield from differences(before.get(name), after.get(name), f"{path}/{name}".lstrip("/"))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for at, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, f"{path}/{at}")
    elif before != after:
        yield Different(path, before, after)
