"""What the columns of a table mean: proposed once, kept as YAML for people to correct, used again.

A mapping lies in ``data/mappings/`` under the name that the intake gave it; a table with the same headers
finds it there. Mappings of formats that are known everywhere ship with Kanglu.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingABC
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from kanglu.catalogue.text import key
from kanglu.errors import CatalogueError
from kanglu.home import home

SHIPPED = Path(__file__).parent / "mappings"


class Role(StrEnum):
    """What a column holds."""

    PERSON = "person"
    NATIONAL_ID = "national_id"
    NAME = "name"
    SEX = "sex"
    BIRTH_DATE = "birth_date"
    PHONE = "phone"
    ADDRESS = "address"
    AGE = "age"
    DATE = "date"
    TIME = "time"
    RECORD = "record"
    INDICATOR = "indicator"
    BLOOD_PRESSURE = "blood_pressure"
    ITEM = "item"
    GROUP = "group"
    VALUE = "value"
    UNIT = "unit"
    REFERENCE = "reference"
    IGNORED = "ignored"
    UNKNOWN = "unknown"


def _pattern(text: str) -> str:
    try:
        groups = re.compile(text).groupindex
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from None
    if "person" not in groups:
        raise ValueError(f"{text!r} needs a group (?P<person>…), and may have (?P<date>…)")
    return text


type Pattern = Annotated[str, AfterValidator(_pattern)]
type Order = Literal["dmy", "mdy"]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ColumnMapping(_Entry):
    """One column.

    Parameters
    ----------
    header : as printed, rows of a header joined by a blank.
    role : what it holds; left out, what its header says.
    indicator, unit : catalogue id, and the unit of the numbers (UCUM or as printed).
    unit_from : where the unit stands; ``cells`` means each cell or row states its own.
    system : whose numbers they are, for identifiers.
    pattern : takes person (and date) out of a compound identifier.
    values : what written values mean: ``{"1": female, "2": male}``.
    confidence, why : how the proposal came about.
    """

    header: str
    role: Role = Role.UNKNOWN
    indicator: str | None = None
    unit: str | None = None
    unit_from: Literal["header", "unit row", "cells", "declared", "only unit"] | None = None
    system: str | None = None
    pattern: Pattern | None = None
    values: dict[str, str] = Field(default_factory=dict)
    confidence: Literal["certain", "likely", "none"] = "certain"
    why: str = ""


class OnePerson(_Entry):
    """Whom the whole file is about.

    Parameters
    ----------
    constant : the person's number, the same for the whole table.
    file : a regular expression for the file's name without suffix, with a group ``person``.
    system : whose number it is.
    """

    constant: str | None = None
    file: Pattern | None = None
    system: str | None = None


class Mapping(_Entry):
    """A table's columns and what the whole table has in common.

    Parameters
    ----------
    name : names the YAML file.
    form : wide (a row is a visit) or long (a row is a result).
    person : whom the whole table is about, whatever its columns say.
    date : when it was, where no column says.
    date_order : of day and month in ``4/12/2016``: dmy or mdy.
    columns : in the order of the table.
    """

    name: str
    form: Literal["wide", "long"] = "wide"
    person: OnePerson = OnePerson()
    date: str | None = None
    date_order: Order | None = None
    columns: tuple[ColumnMapping, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the headers that it maps."""
        return fingerprint(column.header for column in self.columns)

    def of(self, role: Role) -> list[int]:
        """The places of the columns with a role."""
        return [place for place, column in enumerate(self.columns) if column.role is role]

    def first(self, role: Role) -> int | None:
        """The place of the first column with a role."""
        return next(iter(self.of(role)), None)


def fingerprint(headers: Iterable[str]) -> str:
    """12 hex digits that are the same for the same headers in any order, width, case and spacing."""
    text = "\n".join(sorted(key(header) for header in headers))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def folder() -> Path:
    """Where an institution keeps its mappings."""
    return home() / "data" / "mappings"


def path_of(mapping: Mapping, into: Path | None = None) -> Path:
    """The file that keeps a mapping: its name, and the fingerprint of its headers."""
    safe = re.sub(r"[^\w.-]+", "-", mapping.name).strip("-.") or "table"
    return (into or folder()) / f"{safe}-{mapping.fingerprint}.yaml"


def save(mapping: Mapping, into: Path | None = None) -> Path:
    """Write a mapping for people to edit; gives the file."""
    path = path_of(mapping, into)
    path.parent.mkdir(parents=True, exist_ok=True)
    unsure = Path(f"{path}.part")
    with unsure.open("w", encoding="utf-8") as stream:
        stream.write(_PREFACE)
        said = mapping.model_dump(mode="json", exclude_defaults=True)
        said["columns"] = [{"header": one["header"], "role": "unknown"} | one for one in said["columns"]]
        _yaml().dump(said, stream)
    unsure.replace(path)
    return path


_PREFACE = """\
# What the columns of this table mean. Edit it: files with the same headers are read by it from now on.
#   role: person, national_id, name, sex, birth_date, phone, address, age, date, time, record, indicator,
#         blood_pressure, item, group, value, unit, reference, ignored, unknown
#   Whole table: person: {constant: "1001"} or {file: '(?P<person>\\d+)_.*'}; date: 2026-05-26
#                date_order: dmy or mdy
#   Column: indicator: hgb; unit: g/L (also where the header lies); values: {"1": female, "2": male}
"""


def load(path: Path) -> Mapping:
    """Read a mapping. Raises `CatalogueError` with file, line and key of a mistake."""
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise CatalogueError(
            f"The mapping cannot be read: {error.strerror}.", where=str(path), remedy="Check the name."
        ) from None
    return _load(path, changed)


@lru_cache(maxsize=256)
def _load(path: Path, changed: int) -> Mapping:
    try:
        data = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise CatalogueError(
            f"The mapping is not YAML: {error}.", where=str(path), remedy="Mend or delete it."
        ) from None
    try:
        return Mapping.model_validate(_plain(data) or {})
    except ValidationError as error:
        first = error.errors()[0]
        where = f"{path}:{_line(data, first['loc'])} {'.'.join(map(str, first['loc']))}"
        raise CatalogueError(f"{first['msg']}.", where=where, remedy="Mend the mapping.") from None


def _plain(data: Any) -> Any:
    """YAML's own types as plain ones; a date that YAML recognised becomes text again."""
    if isinstance(data, MappingABC):
        return {str(name): _plain(value) for name, value in data.items()}
    if isinstance(data, Sequence) and not isinstance(data, str):
        return [_plain(value) for value in data]
    if data is None or isinstance(data, bool):
        return data
    return str(data)


def _line(data: Any, path: Sequence[int | str]) -> int:
    line = 1
    for step in path:
        try:
            marks = data.lc
            line = (marks.item(step) if isinstance(step, int) else marks.key(step))[0] + 1
            data = data[step]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line


def find(headers: Sequence[str], stem: str, kept_in: Path | None = None) -> tuple[Mapping, bool] | None:
    """The mapping for a table, and whether it is the institution's own.

    One of its own has the same headers, in any order. One that ships fits a table that has all the headers
    that it names, from a file whose name (`stem`) is of the form it declares.
    """
    wanted, present = fingerprint(headers), set(map(key, headers))
    for mapping in _all(kept_in or folder()):
        if mapping.fingerprint == wanted:
            return mapping, True
    for mapping in _all(SHIPPED):
        named = {key(column.header) for column in mapping.columns}
        if named <= present and (not mapping.person.file or re.search(mapping.person.file, stem)):
            return mapping, False
    return None


def _all(place: Path) -> list[Mapping]:
    return [load(path) for path in sorted(place.glob("*.yaml"))] if place.is_dir() else []


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.width, yaml.allow_unicode, yaml.sort_base_mapping_type_on_output = 110, True, False  # type: ignore[assignment]
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
