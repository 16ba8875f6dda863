"""The rules in force in a record: what ships, the institution's files, and what was published there."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from kanglu.catalogue.rulebook import Rulebook, load_rulebook, rulebook
from kanglu.record import Store


def in_force(store: Store) -> Rulebook:
    """The rules in force in a record. Raises `CatalogueError` when its layers do not fit together."""
    published = store.published()
    return _laid_over(_frozen(published)) if published else rulebook()


def _frozen(published: list[tuple[str, Mapping[str, Any]]]) -> tuple[tuple[str, str], ...]:
    return tuple((section, orjson.dumps(content).decode()) for section, content in published)


@lru_cache(maxsize=4)
def _laid_over(published: tuple[tuple[str, str], ...]) -> Rulebook:
    return load_rulebook(published=[(section, orjson.loads(content)) for section, content in published])
