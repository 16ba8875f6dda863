"""Blocks as JSON data and back: `from_data(to_data(block)) == block`."""

from dataclasses import fields, is_dataclass
from typing import Any

from kanglu.errors import ReportError
from kanglu.reporting.blocks import model
from kanglu.reporting.charts import spec

_KINDS: dict[str, type[Any]] = {
    kind.__name__.lower(): kind
    for room in (model, spec)
    for kind in vars(room).values()
    if isinstance(kind, type) and is_dataclass(kind)
}
_FIELDS = {kind: tuple(field.name for field in fields(kind)) for kind in _KINDS.values()}


def to_data(part: Any) -> Any:
    """A block (or a part of one) as plain JSON data; `type` names its class in lower case."""
    if part is None or isinstance(part, str | int | float):
        return part
    if isinstance(part, tuple):
        return [to_data(item) for item in part]
    kind = type(part)
    return {"type": kind.__name__.lower()} | {name: to_data(getattr(part, name)) for name in _FIELDS[kind]}


def from_data(data: Any) -> Any:
    """The block that `to_data` wrote. Raises `ReportError` for data that is no block."""
    if isinstance(data, list):
        return tuple(from_data(item) for item in data)
    if not isinstance(data, dict):
        return data
    kind = _KINDS.get(data.get("type", ""))
    if kind is None:
        raise ReportError(
            f"There is no block of type {data.get('type')!r}.",
            remedy=f"Known types: {', '.join(sorted(_KINDS))}.",
        )
    try:
        return kind(**{name: from_data(value) for name, value in data.items() if name != "type"})
    except TypeError as error:
        raise ReportError(
            f"The data of a {data['type']} block does not fit: {error}.",
            remedy="Run the report again with this version of Kanglu.",
        ) from None
