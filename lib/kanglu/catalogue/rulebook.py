"""The rulebook: rules, programmes, journeys and all that they name, merged from three layers and checked.

The defaults ship in ``defaults/rulebook/``; an institution lays its files over them
(``data/catalogue/*.yaml`` and ``data/catalogue/rulebook/``); what was published from the database comes on
top. What is refused gives nothing at all, so the rules in use stay in use.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from kanglu.catalogue.catalogue import Catalogue
from kanglu.catalogue.layers import build, read_changed, read_layers, read_published
from kanglu.catalogue.lint import lint
from kanglu.catalogue.loading import current, load
from kanglu.catalogue.plans import PlanTemplate
from kanglu.catalogue.programmes import (
    ActionType,
    Barrier,
    EventType,
    Journey,
    Member,
    MessageType,
    Outcome,
    Programme,
    Sending,
    TagType,
)
from kanglu.catalogue.reading import Place, error_of
from kanglu.catalogue.rules import Rule

SECTIONS: Mapping[str, type[BaseModel]] = {
    "rules": Rule,
    "programmes": Programme,
    "journeys": Journey,
    "events": EventType,
    "tags": TagType,
    "actions": ActionType,
    "messages": MessageType,
    "outcomes": Outcome,
    "barriers": Barrier,
    "sending": Sending,
    "staff": Member,
    "plans": PlanTemplate,
}


@dataclass(frozen=True)
class Rulebook:
    """All that rules are made of, merged, checked and frozen; entries by id.

    `revision` (12 hex digits) names the content of rulebook and catalogue. `order` lists the rules so that
    each comes after those whose tags or tasks it reads. `sources` says where each rule stands.
    """

    revision: str
    catalogue: Catalogue
    rules: Mapping[str, Rule]
    programmes: Mapping[str, Programme]
    journeys: Mapping[str, Journey]
    events: Mapping[str, EventType]
    tags: Mapping[str, TagType]
    actions: Mapping[str, ActionType]
    messages: Mapping[str, MessageType]
    outcomes: Mapping[str, Outcome]
    barriers: Mapping[str, Barrier]
    sending: Mapping[str, Sending]
    staff: Mapping[str, Member]
    plans: Mapping[str, PlanTemplate]
    order: tuple[str, ...]
    sources: Mapping[str, Place]

    def __post_init__(self) -> None:
        for name in (*SECTIONS, "sources"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))


def load_rulebook(
    catalogue: Catalogue | None = None,
    overlay: Path | None = None,
    published: Sequence[tuple[str, Mapping[str, Any]]] = (),
    changed: Path | None = None,
) -> Rulebook:
    """The rulebook: what ships, under the files of `overlay`, under what was `published`.

    `published` lists entries as JSON has them, each with its section: ``("rules", {"id": …})``. `changed` is
    a file that is laid over all of it, to see what would come of it. `catalogue` is by default that of the
    same overlay. Raises `CatalogueError` with every mistake: file, line, key, and
    what was probably meant.
    """
    if catalogue is None:
        catalogue = current() if overlay is None else load(overlay)
    heap = read_layers("rulebook", overlay)
    read_published(published, heap)
    if changed is not None:
        read_changed(changed, heap)
    entries: dict[str, dict[str, Any]] = {name: build(name, model, heap) for name, model in SECTIONS.items()}
    text = json.dumps([catalogue.revision, heap.merged], ensure_ascii=False, sort_keys=True)
    unordered = Rulebook(
        revision=hashlib.sha256(text.encode()).hexdigest()[:12],
        catalogue=catalogue,
        **entries,
        order=(),
        sources={name: heap.drawers["rules"].places[name] for name in entries["rules"]},
    )
    order = lint(unordered, heap)
    if heap.faults:
        raise error_of(sorted(heap.faults, key=lambda fault: (fault.source.name, fault.line)))
    return replace(unordered, order=order)


@cache
def rulebook() -> Rulebook:
    """The rulebook of this installation, read once; without what was published."""
    return load_rulebook()
