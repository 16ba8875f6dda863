"""YAML files read fast, and a mistake shown where it stands: file, line, key and the line itself.

Values come from libyaml through PyYAML (a tenth of the time ruamel.yaml takes, which matters at each start
of the command line), with the scalars of YAML 1.2: ``no`` is a word and ``1:30`` is no number. Places are
only worked out when a mistake must be shown.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import yaml

from kanglu.errors import CatalogueError

type Path_ = tuple[str | int, ...]

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """YAML 1.2 core scalars; a key that stands twice is a mistake."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value):
            seen: set[str] = set()
            for name, _ in node.value:
                if name.value in seen:
                    raise yaml.MarkedYAMLError(
                        problem=f"{name.value!r} stands twice", problem_mark=name.start_mark
                    )
                seen.add(name.value)
        return mapping


for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"[-+]?\d+", "-+0123456789"),
    ("float", r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?", "-+.0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


@dataclass(frozen=True)
class Source:
    """A file that was read."""

    name: str
    text: str

    def line_of(self, path: Path_) -> int:
        """The line (from 1) on which the value at `path` stands, or the nearest part of the path."""
        node = _composed(self.text)
        line = 0
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return line + 1

    def show(self, line: int) -> str:
        """The line with its number."""
        lines = self.text.splitlines()
        return f"    {line} | {lines[line - 1]}" if 0 < line <= len(lines) else ""


@lru_cache(maxsize=16)
def _composed(text: str) -> Any:
    """The nodes of a text, each with its line."""
    return yaml.compose(text, Loader=_Loader)


def _child(node: Any, step: str | int) -> tuple[int, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == str(step):
                return name.start_mark.line, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line, node.value[step]
    return None


class Place(NamedTuple):
    """Where an entry stands."""

    source: Source
    path: Path_

    @property
    def where(self) -> str:
        """``file:line``."""
        return f"{self.source.name}:{self.source.line_of(self.path)}"


@dataclass(frozen=True)
class Fault:
    """One mistake in a catalogue file."""

    source: Source
    path: Path_
    what: str
    remedy: str = ""
    at: int | None = None

    @property
    def line(self) -> int:
        """The line, from 1: known where the parser stopped, else looked for."""
        return self.source.line_of(self.path) if self.at is None else self.at

    @property
    def where(self) -> str:
        steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path).lstrip(
            "."
        )
        return f"{self.source.name}:{self.line}" + (f" {steps}" if steps else "")


def error_of(faults: Sequence[Fault]) -> CatalogueError:
    """One error that shows every fault with its line."""
    shown = [
        f"{fault.what} {fault.remedy}".rstrip() + f"\n{fault.source.show(fault.line)}" for fault in faults
    ]
    if len(faults) == 1:
        return CatalogueError(shown[0], where=faults[0].where)
    listed = "\n".join(f"{fault.where}: {text}" for fault, text in zip(faults, shown, strict=True))
    return CatalogueError(f"{len(faults)} mistakes in the catalogue:\n{listed}")


def read(path: Path, root: Path | None = None) -> tuple[Source, dict[str, Any], Fault | None]:
    """A YAML file whose top is a mapping; where it cannot be read, nothing and the fault.

    The file is called by its name, or by its path from `root`.
    """
    name = path.relative_to(root).as_posix() if root else path.name
    try:
        source = Source(name, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        source = Source(name, "")
        return (
            source,
            {},
            Fault(source, (), f"Byte {error.start} is not UTF-8.", "Save the file as UTF-8.", at=1),
        )
    try:
        content = yaml.load(source.text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        last = len(source.text.splitlines())
        line = min(error.problem_mark.line + 1, last) if error.problem_mark else last
        return source, {}, Fault(source, (), f"This is not YAML: {error.problem}.", at=line)
    if content is not None and not isinstance(content, dict):
        return source, {}, Fault(source, (), "The file must be a mapping of keys to values.", at=1)
    return source, content or {}, None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``Did you mean 'unit'?``, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"Did you mean {near[0]!r}?" if near else ""
