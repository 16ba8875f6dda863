"""Defaults and the institution's overlay, merged and checked as a whole; every mistake of a load is shown."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from kanglu.catalogue.catalogue import Catalogue, names_of
from kanglu.catalogue.layers import Heap, build, read_layers
from kanglu.catalogue.models import DrugClass, Group, Indicator, Problem
from kanglu.catalogue.reading import Fault, Path_, did_you_mean, error_of

MODELS: Mapping[str, type[BaseModel]] = {
    "indicators": Indicator,
    "problems": Problem,
    "drug_classes": DrugClass,
    "groups": Group,
}


def load(overlay: Path | None = None) -> Catalogue:
    """The catalogue: the package's defaults under the files of `overlay` (default: ``data/catalogue/``).

    An entry of the overlay is added, or replaces the default of its id as a whole; ``disable`` lists ids to
    take out. Raises `CatalogueError` with every mistake: file, line, key, and what was probably meant.
    """
    heap = read_layers("indicators", overlay)
    models: dict[str, dict[str, Any]] = {name: build(name, model, heap) for name, model in MODELS.items()}
    indicators: dict[str, Indicator] = models["indicators"]
    _check_claims(indicators, heap)
    _check_references(models, heap)
    if heap.faults:
        raise error_of(heap.faults)
    text = json.dumps(heap.merged, ensure_ascii=False, sort_keys=True)
    return Catalogue(
        revision=hashlib.sha256(text.encode()).hexdigest()[:12],
        indicators=_in_order(indicators, models["groups"]),
        problems=models["problems"],
        drug_classes=models["drug_classes"],
        groups=dict(sorted(models["groups"].items(), key=lambda item: item[1].order)),
    )


@cache
def current() -> Catalogue:
    """The catalogue of this installation, read once."""
    return load()


def _check_claims(indicators: Mapping[str, Indicator], heap: Heap) -> None:
    """No two indicators may answer to one name or one LOINC code."""
    claimed: dict[tuple[str, str], str] = {}
    for indicator in indicators.values():
        claims = [("loinc", code, code) for code in indicator.loinc]
        claims += [("aliases", name, written) for name, written in names_of(indicator).items()]
        for kind, claim, written in claims:
            owner = claimed.setdefault((kind, claim), indicator.id)
            if owner != indicator.id:
                what = f"{indicator.id} claims {written!r}, which {owner} has."
                heap.fault("indicators", indicator.id, (kind,), what, "Give it to one of them.")


def _check_references(models: Mapping[str, Mapping[str, Any]], heap: Heap) -> None:
    """What an entry names must exist, and its limits must lie within each other."""

    def known(section: str, name: str, path: Path_, wanted: str, where: str) -> None:
        if wanted not in models[where] and wanted not in heap.drawers[where].content:
            heap.fault(section, name, path, f"There is no {wanted!r}.", did_you_mean(wanted, models[where]))

    for section in ("problems", "drug_classes"):
        for name, entry in models[section].items():
            for parent in entry.kind_of:
                known(section, name, ("kind_of",), parent, section)
    for name, indicator in models["indicators"].items():
        if indicator.group not in models["groups"] and indicator.group not in heap.drawers["groups"].content:
            source, _ = heap.drawers["indicators"].places[name]
            near = did_you_mean(indicator.group, models["groups"])
            heap.faults.append(Fault(source, ("group",), f"There is no group {indicator.group!r}.", near))
        for number, target in enumerate(indicator.targets):
            if target.when:
                known("indicators", name, ("targets", number, "when"), target.when, "problems")
        for path, limit in _limits(indicator):
            if limit is not None and not indicator.possible_value(limit):
                what = f"{limit:g} lies outside what is possible {indicator.possible}."
                heap.fault("indicators", name, path, what)


def _limits(indicator: Indicator) -> Iterator[tuple[Path_, float | None]]:
    for field_name in ("reference", "targets"):
        for number, band in enumerate(getattr(indicator, field_name)):
            yield (field_name, number, "low"), band.low
            yield (field_name, number, "high"), band.high
    for limit in indicator.critical or ():
        yield ("critical",), limit
    if indicator.plausible is not None:
        yield ("plausible", "low"), indicator.plausible.low
        yield ("plausible", "high"), indicator.plausible.high


def _in_order(indicators: Mapping[str, Indicator], groups: Mapping[str, Group]) -> dict[str, Indicator]:
    """Sorted as reports show them: by group, then by stated order, then as written."""
    placed = sorted(indicators.values(), key=lambda one: (groups[one.group].order, one.order))
    return {one.id: one.model_copy(update={"order": number}) for number, one in enumerate(placed, start=1)}
