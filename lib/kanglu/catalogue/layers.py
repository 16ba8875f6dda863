"""Layers of YAML files: what ships, what the institution lays over it, what was published; merged by id.

A file lists entries by section. An entry replaces the one of its id in the layers below as a whole;
``disable`` takes entries out, as a list of ids or as ``{rules: [id], tags: [id]}``. Nothing is raised here:
what is wrong is a fault, and a load shows all of its faults at once.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ValidationError

from kanglu.catalogue.reading import Fault, Path_, Place, Source, did_you_mean, read
from kanglu.home import home

DEFAULTS = Path(__file__).parent / "defaults"
CATALOGUE = ("indicators", "problems", "drug_classes")
RULEBOOK = (
    *("rules", "programmes", "journeys", "events", "tags", "actions"),
    *("messages", "outcomes", "barriers", "sending", "staff", "plans"),
)
ADVICE = ("advice", "allergens")
type Shelf = Literal["indicators", "rulebook", "advice"]
type Folder = Literal[""] | Shelf
SECTIONS: Mapping[Shelf, tuple[str, ...]] = {"indicators": CATALOGUE, "rulebook": RULEBOOK, "advice": ADVICE}
"""What is read together, by its folder; a file above the folders may hold sections of each."""
_ALL = tuple(name for sections in SECTIONS.values() for name in sections)
_SHARED = ("group", "defaults", "disable")
_KEYS: Mapping[Folder, tuple[str, ...]] = {
    "": (*_SHARED, *_ALL),
    "indicators": (*_SHARED, *CATALOGUE),
    "rulebook": ("disable", *RULEBOOK),
    "advice": ("disable", *ADVICE),
}


@dataclass
class Drawer:
    """What was read of one section so far: by id, the content and where it stands or stood."""

    content: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)


@dataclass
class Heap:
    """All that was read of some sections, and all that was wrong with it.

    `elsewhere` gives the ids of the other sections: a file may disable those too.
    """

    sections: tuple[str, ...]
    elsewhere: Callable[[], Collection[str]]
    drawers: dict[str, Drawer] = field(init=False)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        groups = ("groups",) if "indicators" in self.sections else ()
        self.drawers = {name: Drawer() for name in (*self.sections, *groups)}

    @property
    def merged(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The content by section and id."""
        return {section: drawer.content for section, drawer in self.drawers.items()}

    def fault(self, section: str, name: str, path: Path_, what: str, remedy: str = "") -> None:
        """Note what is wrong at a place of an entry."""
        source, place = self.drawers[section].places[name]
        self.faults.append(Fault(source, (*place, *path), what, remedy))


def read_layers(shelf: Shelf, overlay: Path | None) -> Heap:
    """The sections of a folder: what ships under the files of `overlay` (default: ``data/catalogue/``)."""

    def elsewhere() -> Collection[str]:
        others = [_read_layers(other, overlay, tuple) for other in SECTIONS if other != shelf]
        return {name for heap in others for drawer in heap.drawers.values() for name in drawer.places}

    return _read_layers(shelf, overlay, cache(elsewhere))


def _read_layers(shelf: Shelf, overlay: Path | None, elsewhere: Callable[[], Collection[str]]) -> Heap:
    catalogue = shelf == "indicators"
    heap = Heap(SECTIONS[shelf], elsewhere)
    pattern = "indicators/*.yaml" if catalogue else f"{shelf}/**/*.yaml"
    for layer in (DEFAULTS, home() / "data" / "catalogue" if overlay is None else overlay):
        found: dict[Path, Folder] = dict.fromkeys(layer.glob(pattern), shelf)
        if catalogue or layer is not DEFAULTS:
            found |= dict.fromkeys(layer.glob("*.yaml"), "")
        _read_layer(found, None if catalogue else layer, heap)
    return heap


def read_changed(path: Path, heap: Heap) -> None:
    """One file as a layer of its own, over all others."""
    _read_layer({path: ""}, None, heap)


def _read_layer(files: Mapping[Path, Folder], root: Path | None, heap: Heap) -> None:
    """All files of a layer, called by their path from `root`; ids may not come twice in it."""
    seen: dict[tuple[str, str], str] = {}
    for path in sorted(files):
        folder = files[path]
        source, content, fault = read(path, root)
        if fault:
            heap.faults.append(fault)
        for name in content:
            if name not in _KEYS[folder]:
                heap.faults.append(Fault(source, (name,), *_stranger(name, folder)))
        _take(source, content, seen, heap)
        _disable(source, content.get("disable") or [], folder, heap)


def read_published(published: Sequence[tuple[str, Mapping[str, Any]]], heap: Heap) -> None:
    """Entries with their section, as a layer of its own."""
    seen: dict[tuple[str, str], str] = {}
    for number, (section, content) in enumerate(published, start=1):
        text = yaml.safe_dump({section: [dict(content)]}, allow_unicode=True, sort_keys=False)
        source = Source(f"published {number:03}", text)
        if section not in heap.sections:
            near = did_you_mean(section, heap.sections)
            heap.faults.append(Fault(source, (section,), f"Unknown section {section!r}.", near))
        _take(source, {section: [dict(content)]}, seen, heap)


def _stranger(name: object, folder: Folder) -> tuple[str, str]:
    """What is wrong with a key that may not stand there, and the remedy."""
    if name in _KEYS[""]:
        return f"{name} cannot stand in the folder {folder}.", "Put it into a file of the folder above."
    return f"Unknown key {name!r}.", did_you_mean(str(name), _KEYS[folder])


def _take(source: Source, content: dict[str, Any], seen: dict[tuple[str, str], str], heap: Heap) -> None:
    """The entries of a file into their drawers."""
    shared = {**_group_of(source, content, heap), **(content.get("defaults") or {})}
    for section, place, entry in _entries(source, content, heap):
        name = str(entry.get("id"))
        if (section, name) in seen:
            what = f"{name!r} is defined twice, here and in {seen[section, name]}."
            heap.faults.append(Fault(source, (*place, "id"), what))
        seen[section, name] = source.name
        heap.drawers[section].content[name] = {**shared, **entry} if section == "indicators" else entry
        # The last defined comes last, whatever it replaces.
        heap.drawers[section].places.pop(name, None)
        heap.drawers[section].places[name] = Place(source, place)


def _group_of(source: Source, content: dict[str, Any], heap: Heap) -> dict[str, str]:
    """The group of a file: defined where it is a mapping, only named where it is a text."""
    group = content.get("group") if "groups" in heap.drawers else None
    if isinstance(group, dict) and "id" in group:
        heap.drawers["groups"].content[group["id"]] = group
        heap.drawers["groups"].places[group["id"]] = Place(source, ("group",))
        return {"group": group["id"]}
    return {"group": group} if isinstance(group, str) else {}


def _entries(
    source: Source, content: dict[str, Any], heap: Heap
) -> Iterator[tuple[str, Path_, dict[str, Any]]]:
    for section in heap.sections:
        listed = content.get(section) or []
        if not isinstance(listed, list):
            heap.faults.append(Fault(source, (section,), f"{section} must be a list."))
            continue
        for number, entry in enumerate(listed):
            if isinstance(entry, dict) and "id" in entry:
                yield section, (section, number), entry
            else:
                heap.faults.append(Fault(source, (section, number), "An entry must be a mapping with an id."))


def _disable(source: Source, listed: Any, folder: Folder, heap: Heap) -> None:
    """Take out what a file disables: ids, or ids by section."""
    if not isinstance(listed, dict):
        _take_out(source, ("disable",), listed, heap.sections, heap, heap.elsewhere if not folder else tuple)
        return
    for section, names in listed.items():
        if section in heap.sections:
            _take_out(source, ("disable", section), names or [], (section,), heap, tuple)
        elif section not in _ALL or section not in _KEYS[folder]:
            heap.faults.append(Fault(source, ("disable", section), *_stranger(section, folder)))


def _take_out(
    source: Source,
    path: Path_,
    names: Any,
    sections: Sequence[str],
    heap: Heap,
    elsewhere: Callable[[], Collection[str]],
) -> None:
    if not isinstance(names, list):
        heap.faults.append(Fault(source, path, f"{path[-1]} must be a list of ids."))
        return
    for number, name in enumerate(map(str, names)):
        holding = [section for section in sections if name in heap.drawers[section].content]
        if not holding and name not in elsewhere():
            known = [known for section in sections for known in heap.drawers[section].content]
            what = f"There is no {name!r} to disable."
            heap.faults.append(Fault(source, (*path, number), what, did_you_mean(name, known)))
        if len(holding) > 1 and holding[0] in RULEBOOK:
            what = f"{name!r} is an id of {' and of '.join(holding)}."
            remedy = f"Say which: disable: {{{holding[0]}: [{name}]}}."
            heap.faults.append(Fault(source, (*path, number), what, remedy))
        for section in holding:
            del heap.drawers[section].content[name]


def build[M: BaseModel](section: str, model: type[M], heap: Heap) -> dict[str, M]:
    """The models of a section; what does not fit is a fault."""
    built: dict[str, M] = {}
    for name, content in heap.drawers[section].content.items():
        try:
            built[name] = model.model_validate(content)
        except ValidationError as error:
            source, place = heap.drawers[section].places[name]
            heap.faults.extend(_fault(source, place, model, dict(one)) for one in error.errors())
    return built


def _fault(source: Source, place: Path_, model: type[BaseModel], error: dict[str, Any]) -> Fault:
    # A union names its branch by the key that stands there, so that the key comes twice.
    steps = [
        step for before, step in pairwise((None, *error["loc"])) if step != before or isinstance(step, int)
    ]
    path: Path_ = (*place, *steps)
    last = str(steps[-1]) if steps else ""
    given = error.get("input")
    context = error.get("ctx", {})
    if error["type"] == "extra_forbidden":
        known = _fields_at(model, tuple(steps[:-1]))
        return Fault(source, path, f"Unknown key {last!r}.", did_you_mean(last, known))
    if error["type"] == "missing":
        return Fault(source, path, f"The key {last!r} is missing.")
    if error["type"] == "union_tag_not_found":
        return _no_condition(source, path, model, tuple(steps), given)
    message = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    path += getattr(context.get("error"), "path", ())
    shown = f" (given: {given!r})" if isinstance(given, str | int | float) else ""
    expected = context.get("expected")
    words = [word.strip("' ") for word in str(expected).replace(" or ", ",").split(",")] if expected else []
    return Fault(source, path, f"{message}{shown}.", did_you_mean(str(given), words))


def _no_condition(source: Source, path: Path_, model: type[BaseModel], steps: Path_, given: object) -> Fault:
    known = _fields_at(model, steps)
    what = f"A condition is one of {', '.join(known)}; this"
    if not isinstance(given, dict) or not given:
        return Fault(source, path, f"{what} is {given!r}.")
    keys = [str(key) for key in given]
    if len(keys) > 1:
        joined = ", ".join(f"{{{key}: …}}" for key in keys)
        return Fault(source, path, f"{what} has {' and '.join(keys)}.", f"Write all: [{joined}].")
    return Fault(source, (*path, keys[0]), f"{what} has {keys[0]!r}.", did_you_mean(keys[0], known))


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _fields_at(model: type[BaseModel], steps: Path_) -> list[str]:
    """The keys that may stand at a place of an entry."""
    schema = _schema(model)

    def branches(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            yield node
            yield from branches(schema.get("$defs", {}).get(str(node.get("$ref", "")).rpartition("/")[2]))
            for part in (*node.get("anyOf", ()), *node.get("oneOf", ())):
                yield from branches(part)

    found = list(branches(schema))
    for step in steps:
        children = [
            node.get("items")
            if isinstance(step, int)
            else node.get("properties", {}).get(step, node.get("additionalProperties"))
            for node in found
        ]
        found = [branch for child in children for branch in branches(child)]
    return list(dict.fromkeys(name for node in found for name in node.get("properties", {})))
