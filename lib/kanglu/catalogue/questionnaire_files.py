"""Questionnaires read from files, beside the rulebook's: every version of each, checked as a whole.

The defaults ship in ``defaults/questionnaires/``; an institution puts its own into
``data/catalogue/questionnaires/``. A file adds questionnaires and versions, and takes out by ``disable``; it
does not change a version that is there, since answers may hold to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kanglu.catalogue.catalogue import Catalogue
from kanglu.catalogue.layers import DEFAULTS, Heap, build
from kanglu.catalogue.loading import current
from kanglu.catalogue.questionnaire_lint import mistakes
from kanglu.catalogue.questionnaires import Questionnaire
from kanglu.catalogue.reading import Fault, Place, Source, did_you_mean, error_of, read
from kanglu.errors import NotFound
from kanglu.home import home

SECTION = "questionnaires"


@dataclass(frozen=True)
class Questionnaires:
    """All questionnaires of an installation: every version, by ``id/version``."""

    editions: Mapping[str, Questionnaire]

    @property
    def newest(self) -> dict[str, Questionnaire]:
        """The newest version of each, by id."""
        return {one.id: one for one in sorted(self.editions.values(), key=lambda one: one.version)}

    def get(self, name: str, version: int | str | None = None) -> Questionnaire:
        """A questionnaire, of a version or the newest. Raises `NotFound`."""
        newest = self.newest
        found = newest.get(name) if version is None else self.editions.get(f"{name}/{version}")
        if found is None:
            near = did_you_mean(name, newest) if name not in newest else ""
            what = f"There is no questionnaire {name!r}{'' if version is None else f' version {version}'}."
            raise NotFound(what, remedy=near or "`kanglu form list` lists them.")
        return found


def load_questionnaires(
    overlay: Path | None = None,
    catalogue: Catalogue | None = None,
    measures: Mapping[str, tuple[str, ...]] | None = None,
) -> Questionnaires:
    """What ships and what the files in `overlay` (default: ``data/catalogue/``) add.

    Parameters
    ----------
    catalogue : whose indicators answers are observations of; the current one when None.
    measures : the columns that each measure reads, by its id; measures are not checked when None.

    Raises `CatalogueError` with every mistake: file, line, key, and what was probably meant.
    """
    heap = Heap((SECTION,), tuple)
    for layer in (DEFAULTS, home() / "data" / "catalogue" if overlay is None else overlay):
        _read_layer(sorted(layer.glob(f"{SECTION}/*.yaml")), heap)
    editions = build(SECTION, Questionnaire, heap)
    for name, one in editions.items():
        for path, what, remedy in mistakes(one, (catalogue or current()).indicators, measures):
            heap.fault(SECTION, name, path, what, remedy)
    if heap.faults:
        raise error_of(heap.faults)
    return Questionnaires(MappingProxyType(editions))


@cache
def questionnaires() -> Questionnaires:
    """The questionnaires of this installation, read once."""
    return load_questionnaires()


def _read_layer(files: list[Path], heap: Heap) -> None:
    drawer = heap.drawers[SECTION]
    for path in files:
        source, content, fault = read(path)
        if fault:
            heap.faults.append(fault)
        for name in content:
            if name not in (SECTION, "disable"):
                near = did_you_mean(str(name), (SECTION, "disable"))
                heap.faults.append(Fault(source, (name,), f"Unknown key {name!r}.", near))
        _disable(source, content.get("disable") or [], heap)
        for number, entry in enumerate(content.get(SECTION) or []):
            place = Place(source, (SECTION, number))
            if not isinstance(entry, dict) or "id" not in entry:
                heap.faults.append(Fault(*place, "An entry must be a mapping with an id."))
                continue
            edition = f"{entry['id']}/{entry.get('version')}"
            if edition in drawer.content:
                what = f"{edition} is there already, in {drawer.places[edition].where}."
                remedy = "Answers may hold to it: count the version up."
                heap.faults.append(Fault(source, (*place.path, "version"), what, remedy))
            else:
                drawer.content[edition], drawer.places[edition] = entry, place


def _disable(source: Source, names: Any, heap: Heap) -> None:
    content = heap.drawers[SECTION].content
    for number, name in enumerate(names if isinstance(names, list) else [names]):
        editions = [edition for edition in content if edition.partition("/")[0] == name]
        if not editions:
            known = [edition.partition("/")[0] for edition in content]
            what = f"There is no {name!r} to disable."
            heap.faults.append(Fault(source, ("disable", number), what, did_you_mean(str(name), known)))
        for edition in editions:
            del content[edition]
