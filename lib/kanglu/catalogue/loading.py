"""Defaults and the institution's overlay, merged and checked as a whole; every mistake of a load is shown."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from kanglu.catalogue.catalogue import Catalogue, names_of
from kanglu.catalogue.models import DrugClass, Group, Indicator, Problem
from kanglu.catalogue.reading import Fault, Path_, Source, did_you_mean, error_of, read
from kanglu.home import home

DEFAULTS = Path(__file__).parent / "defaults"
_SECTIONS: Mapping[str, type[BaseModel]] = {
    "indicators": Indicator,
    "problems": Problem,
    "drug_classes": DrugClass,
}
_FILE_KEYS = ("group", "defaults", "disable", *_SECTIONS)


@dataclass
class _Drawer:
    """What was read of one section so far: by id, the content and where it stands."""

    content: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[str, tuple[Source, Path_]] = field(default_factory=dict)


@dataclass
class _Heap:
    """All that was read, and all that was wrong with it."""

    drawers: dict[str, _Drawer] = field(
        default_factory=lambda: {name: _Drawer() for name in (*_SECTIONS, "groups")}
    )
    faults: list[Fault] = field(default_factory=list)


def load(overlay: Path | None = None) -> Catalogue:
    """The catalogue: the package's defaults under the files of `overlay` (default: ``data/catalogue/``).

    An entry of the overlay is added, or replaces the default of its id as a whole; ``disable`` lists ids to
    take out. Raises `CatalogueError` with every mistake: file, line, key, and what was probably meant.
    """
    heap = _Heap()
    for folder in (DEFAULTS, home() / "data" / "catalogue" if overlay is None else overlay):
        _read_layer(folder, heap)
    merged = {name: drawer.content for name, drawer in heap.drawers.items()}
    models = {name: _build(name, heap) for name in (*_SECTIONS, "groups")}
    indicators: dict[str, Indicator] = models["indicators"]
    _check_claims(indicators, heap)
    _check_references(models, heap)
    if heap.faults:
        raise error_of(heap.faults)
    text = json.dumps(merged, ensure_ascii=False, sort_keys=True)
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


def schema() -> dict[str, Any]:
    """The JSON Schema of an indicator file, for editors."""
    entry = Indicator.model_json_schema(ref_template="#/$defs/{model}")
    shared = entry.pop("$defs", {})
    entry["required"] = [name for name in entry["required"] if name != "group"]
    group = Group.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Kanglu indicators",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "group": {"anyOf": [{"type": "string"}, group]},
            "defaults": {"type": "object", "description": "keys that every indicator of the file takes over"},
            "disable": {"type": "array", "items": {"type": "string"}},
            "indicators": {"type": "array", "items": {"$ref": "#/$defs/Indicator"}},
        },
        "$defs": {**shared, "Indicator": entry},
    }


def _read_layer(folder: Path, heap: _Heap) -> None:
    """All files of a layer; ids may not come twice in it."""
    if not folder.is_dir():
        return
    seen: dict[tuple[str, str], str] = {}
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("indicators/*.yaml")]):
        source, content, fault = read(path)
        if fault:
            heap.faults.append(fault)
        for name in content:
            if name not in _FILE_KEYS:
                heap.faults.append(
                    Fault(source, (name,), f"Unknown key {name!r}.", did_you_mean(name, _FILE_KEYS))
                )
        shared = {**_group_of(source, content, heap), **(content.get("defaults") or {})}
        for section, place, entry in _entries(source, content, heap):
            name = str(entry.get("id"))
            if (section, name) in seen:
                what = f"{name!r} is defined twice, here and in {seen[section, name]}."
                heap.faults.append(Fault(source, (*place, "id"), what))
            seen[section, name] = source.name
            heap.drawers[section].content[name] = {**shared, **entry} if section == "indicators" else entry
            heap.drawers[section].places[name] = (source, place)
        _disable(source, content, heap)


def _group_of(source: Source, content: dict[str, Any], heap: _Heap) -> dict[str, str]:
    """The group of a file: defined where it is a mapping, only named where it is a text."""
    group = content.get("group")
    if isinstance(group, dict) and "id" in group:
        heap.drawers["groups"].content[group["id"]] = group
        heap.drawers["groups"].places[group["id"]] = (source, ("group",))
        return {"group": group["id"]}
    return {"group": group} if isinstance(group, str) else {}


def _entries(
    source: Source, content: dict[str, Any], heap: _Heap
) -> Iterator[tuple[str, Path_, dict[str, Any]]]:
    for section in _SECTIONS:
        listed = content.get(section) or []
        if not isinstance(listed, list):
            heap.faults.append(Fault(source, (section,), f"{section} must be a list."))
            continue
        for number, entry in enumerate(listed):
            if isinstance(entry, dict) and "id" in entry:
                yield section, (section, number), entry
            else:
                heap.faults.append(Fault(source, (section, number), "An entry must be a mapping with an id."))


def _disable(source: Source, content: dict[str, Any], heap: _Heap) -> None:
    for number, name in enumerate(content.get("disable") or []):
        drawers = [heap.drawers[section] for section in _SECTIONS if name in heap.drawers[section].content]
        if not drawers:
            known = [known for section in _SECTIONS for known in heap.drawers[section].content]
            what = f"There is no {name!r} to disable."
            heap.faults.append(Fault(source, ("disable", number), what, did_you_mean(str(name), known)))
        for drawer in drawers:
            del drawer.content[name]


def _build(section: str, heap: _Heap) -> dict[str, Any]:
    """The models of a section; what does not fit is a fault."""
    model = _SECTIONS.get(section, Group)
    built: dict[str, Any] = {}
    for name, content in heap.drawers[section].content.items():
        try:
            built[name] = model.model_validate(content)
        except ValidationError as error:
            source, place = heap.drawers[section].places[name]
            heap.faults.extend(_fault(source, place, model, dict(one)) for one in error.errors())
    return built


def _fault(source: Source, place: Path_, model: type[BaseModel], error: dict[str, Any]) -> Fault:
    path: Path_ = (*place, *error["loc"])
    last = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        known = _fields_at(model, error["loc"])
        return Fault(source, path, f"Unknown key {last!r}.", did_you_mean(last, known))
    if error["type"] == "missing":
        return Fault(source, path, f"The key {last!r} is missing.")
    message = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    given = error.get("input")
    path += getattr(error.get("ctx", {}).get("error"), "path", ())
    shown = f" (given: {given!r})" if isinstance(given, str | int | float) else ""
    expected = error.get("ctx", {}).get("expected")
    words = [word.strip("' ") for word in str(expected).replace(" or ", ",").split(",")] if expected else []
    return Fault(source, path, f"{message}{shown}.", did_you_mean(str(given), words))


def _fields_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """The keys that may stand where an unknown one was found."""
    definitions = model.model_json_schema().get("$defs", {})
    known = (
        {name for part in definitions.values() for name in part.get("properties", {})}
        if len(loc) > 1
        else set()
    )
    return sorted(known) if known else sorted(model.model_fields)


def _check_claims(indicators: Mapping[str, Indicator], heap: _Heap) -> None:
    """No two indicators may answer to one name or one LOINC code."""
    claimed: dict[tuple[str, str], str] = {}
    for indicator in indicators.values():
        claims = [("loinc", code, code) for code in indicator.loinc]
        claims += [("aliases", name, written) for name, written in names_of(indicator).items()]
        for kind, claim, written in claims:
            owner = claimed.setdefault((kind, claim), indicator.id)
            if owner != indicator.id:
                source, place = heap.drawers["indicators"].places[indicator.id]
                what = f"{indicator.id} claims {written!r}, which {owner} has."
                heap.faults.append(Fault(source, (*place, kind), what, "Give it to one of them."))


def _check_references(models: Mapping[str, Mapping[str, Any]], heap: _Heap) -> None:
    """What an entry names must exist, and its limits must lie within each other."""

    def fault(section: str, name: str, path: Path_, what: str, remedy: str = "") -> None:
        source, place = heap.drawers[section].places[name]
        heap.faults.append(Fault(source, (*place, *path), what, remedy))

    def known(section: str, name: str, path: Path_, wanted: str, where: str) -> None:
        if wanted not in models[where] and wanted not in heap.drawers[where].content:
            fault(section, name, path, f"There is no {wanted!r}.", did_you_mean(wanted, models[where]))

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
                fault(
                    "indicators", name, path, f"{limit:g} lies outside what is possible {indicator.possible}."
                )


def _limits(indicator: Indicator) -> Iterator[tuple[Path_, float | None]]:
    for field_name in ("reference", "targets"):
        for number, band in enumerate(getattr(indicator, field_name)):
            yield (field_name, number, "low"), band.low
            yield (field_name, number, "high"), band.high
    for limit in indicator.critical or ():
        yield ("critical",), limit


def _in_order(indicators: Mapping[str, Indicator], groups: Mapping[str, Group]) -> dict[str, Indicator]:
    """Sorted as reports show them: by group, then by stated order, then as written."""
    placed = sorted(indicators.values(), key=lambda one: (groups[one.group].order, one.order))
    return {one.id: one.model_copy(update={"order": number}) for number, one in enumerate(placed, start=1)}
