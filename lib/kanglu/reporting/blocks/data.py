"""Blocks as JSON data and back: `from_data(to_data(block)) == block`; and the data a PDF is set from."""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from kanglu.errors import ReportError
from kanglu.i18n import words
from kanglu.reporting.blocks import model
from kanglu.reporting.blocks.model import Block, Blocks, Chart, Cover
from kanglu.reporting.charts import spec
from kanglu.reporting.charts.svg import spark_svg, to_svg

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


def flatten(blocks: Iterable[Block]) -> list[Block]:
    """The blocks in order, with every `Blocks` opened."""
    flat: list[Block] = []
    for block in blocks:
        if isinstance(block, Blocks):
            flat.extend(flatten(block.items))
        else:
            flat.append(block)
    return flat


def document(blocks: Iterable[Block]) -> dict[str, Any]:
    """What `reports/style/report.typ` sets: ``{"meta": cover, "blocks": […]}``, charts drawn as SVG text.

    Raises `ReportError` where there is not exactly one `Cover`.
    """
    flat = flatten(blocks)
    covers = [block for block in flat if isinstance(block, Cover)]
    if len(covers) != 1:
        raise ReportError(
            f"A report has one cover; this one has {len(covers)}.", remedy="Display one `Cover` block."
        )
    _ = words(covers[0].lang)
    meta = to_data(covers[0]) | {
        "document_title": covers[0].document_title or covers[0].title,
        "page_label": _("Page {page} of {pages}"),
    }
    return {"meta": meta, "blocks": [_for_paper(block) for block in flat if not isinstance(block, Cover)]}


def _for_paper(part: Any) -> Any:
    if isinstance(part, tuple):
        return [_for_paper(item) for item in part]
    if isinstance(part, Blocks):
        return {"type": "blocks", "items": _for_paper(part.items)}
    if isinstance(part, Chart):
        drawn = part.spec
        return {
            "type": "chart",
            "title": drawn.title,
            "unit": drawn.unit,
            "alt": drawn.alt,
            "size": drawn.size,
            "svg": to_svg(drawn, part.lang),
        }
    if isinstance(part, spec.Spark):
        return {"type": "spark", "alt": part.alt, "svg": spark_svg(part)}
    if is_dataclass(part) and not isinstance(part, type):
        kind = type(part)
        return {"type": kind.__name__.lower()} | {
            name: _for_paper(getattr(part, name)) for name in _FIELDS[kind]
        }
    return part
