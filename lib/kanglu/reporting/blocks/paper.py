"""Blocks as the data that `reports/style/report.typ` sets: charts drawn, columns measured."""

import re
from base64 import b64decode
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from kanglu.errors import ReportError
from kanglu.i18n import words
from kanglu.reporting.blocks import model as m
from kanglu.reporting.blocks.data import to_data
from kanglu.reporting.blocks.plain import inline
from kanglu.reporting.charts.scale import text_width
from kanglu.reporting.charts.spec import Spark
from kanglu.reporting.charts.svg import spark_svg, to_svg

_PAGE = 499.0  # points between the margins of A4
_HALF = (_PAGE - 28.0) / 2
_PADDING = 9.0
_SIGNED = 9.0  # the room in which the glyph of a mark stands
_APART = 7.0  # between a column of numbers and text
_HEAD = 8.0 / 8.5  # heads are set smaller than cells
_SPARK = 45.0
_BOLD = 1.06
_STEP = 4.0
_TOGETHER = 4  # so many Chinese characters are not parted


def flatten(blocks: Iterable[m.Block]) -> list[m.Block]:
    """The blocks in order, with every `Blocks` opened."""
    flat: list[m.Block] = []
    for block in blocks:
        if isinstance(block, m.Blocks):
            flat.extend(flatten(block.items))
        else:
            flat.append(block)
    return flat


def document(blocks: Iterable[m.Block]) -> dict[str, Any]:
    """What the template sets, as JSON data: ``{"meta": the cover, "blocks": […]}``.

    Raises `ReportError` where there is not exactly one `Cover`.
    """
    flat = flatten(blocks)
    covers = [block for block in flat if isinstance(block, m.Cover)]
    if len(covers) != 1:
        raise ReportError(
            f"A report has one cover; this one has {len(covers)}.", remedy="Display one `Cover` block."
        )
    cover = covers[0]
    meta = to_data(cover) | {
        "document_title": cover.document_title or cover.title,
        "page_label": words(cover.lang)("Page {page} of {pages}"),
    }
    return {"meta": meta, "blocks": [_set(block, _PAGE) for block in flat if not isinstance(block, m.Cover)]}


def _set(part: Any, width: float) -> Any:
    """A block as the template reads it, for a column of `width` points."""
    match part:
        case m.Chart():
            spec = part.spec
            points = width if spec.size == "full" else min(width, _HALF)
            said = {"title": spec.title, "unit": spec.unit, "alt": spec.alt}
            return {"type": "chart", "svg": to_svg(spec, part.lang), "width": points, **said}
        case m.Table():
            return _table(part, width)
        case m.Image():
            return _image(part)
        case m.Row():
            half = width if len(part.blocks) == 1 else _HALF
            return {"type": "row", "blocks": [_set(block, half) for block in part.blocks]}
        case Spark():
            return {"type": "spark", "alt": part.alt, "svg": spark_svg(part)}
        case tuple():
            return [_set(item, width) for item in part]
    if not is_dataclass(part):
        return part
    own = {field.name: _set(getattr(part, field.name), width) for field in fields(part)}
    return {"type": type(part).__name__.lower(), **own}


def _image(image: m.Image) -> dict[str, Any]:
    data = image.data.encode() if image.media == "image/svg+xml" else b64decode(image.data)
    kind = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}[image.media]
    return {
        "type": "image",
        "format": kind,
        "bytes": list(data),
        "alt": image.alt,
        "caption": image.caption,
    }


def _table(table: m.Table, width: float) -> dict[str, Any]:
    columns = [c if isinstance(c, m.Column) else m.Column(c) for c in table.columns]
    return {
        "type": "table",
        "columns": [{"text": c.text, "align": c.align, "sub": c.sub} for c in columns],
        "widths": column_widths(columns, table.rows, width),
        "rows": [_set(row, width) for row in table.rows],
        "caption": table.caption,
        "note": table.note,
    }


def column_widths(
    columns: list[m.Column], rows: tuple[tuple[m.Cell, ...] | m.Group, ...], width: float
) -> list[float]:
    """Points for each column, `width` in all.

    Columns get what their longest cell needs, and room to spare goes to texts. Where it is short every column
    has what its longest word or number needs, and the rest goes where it saves most lines.
    """
    contents = _contents(columns, rows, _cell_width, max)
    needs = [max(need, text_width(c.sub, 7.0)) for need, c in zip(contents, columns, strict=True)]
    ends = [c.align == "end" for c in columns]
    needs = [need + _PADDING + (_SIGNED if end else 0) for need, end in zip(needs, ends, strict=True)]
    for k in range(1, len(needs)):
        needs[k] += _APART if ends[k - 1] and not ends[k] else 0
    spare = width - sum(needs)
    if spare >= 0:
        shares = [0.0 if end else need for need, end in zip(needs, ends, strict=True)]
        whole = sum(shares) or 1.0
        return [round(need + spare * part / whole, 1) for need, part in zip(needs, shares, strict=True)]
    padding = [need - content for need, content in zip(needs, contents, strict=True)]
    least = [
        content + pad
        for content, pad in zip(_contents(columns, rows, _least_width, max), padding, strict=True)
    ]
    if sum(least) >= width:
        return [round(each * width / sum(least), 1) for each in least]
    return _shared(_contents(columns, rows, _cell_width, list), least, padding, width)


def _contents[T](
    columns: list[m.Column],
    rows: tuple[tuple[m.Cell, ...] | m.Group, ...],
    measure: Callable[[m.Cell, m.Column], float],
    take: Callable[[Iterable[float]], T],
) -> list[T]:
    """For each column its cells and head, measured."""
    cells = [row for row in rows if not isinstance(row, m.Group)]
    return [
        take([_HEAD * measure(column.text, column), *(measure(row[k], column) for row in cells)])
        for k, column in enumerate(columns)
    ]


def _shared(
    contents: list[list[float]], least: list[float], padding: list[float], width: float
) -> list[float]:
    """What is left beyond the least goes, step by step, where it saves most lines."""
    widths = list(least)

    def saving(k: int) -> float:
        room = max(widths[k] - padding[k], 1.0)
        return sum(content for content in contents[k] if content > room) / room**2

    savings = [saving(k) for k in range(len(widths))]
    for step in [_STEP] * int((width - sum(least)) / _STEP):
        best = max(range(len(widths)), key=savings.__getitem__)
        widths[best] += step
        savings[best] = saving(best)
    widths[max(range(len(widths)), key=savings.__getitem__)] += width - sum(widths)
    return [round(each, 1) for each in widths]


def _cell_width(cell: m.Cell, column: m.Column) -> float:
    if isinstance(cell, Spark):
        return _SPARK
    strong = _weight(cell)
    glyph = _SIGNED if isinstance(cell, m.Mark) and strong > 1 and column.align != "end" else 0.0
    return text_width(inline(cell), 8.5) * strong + glyph


def _weight(cell: m.Cell) -> float:
    """How much wider than plain a text is set: what stands out is bold."""
    strong = isinstance(cell, m.Mark) and cell.level not in ("ok", "missing")
    return _BOLD if strong or (isinstance(cell, m.Span) and cell.style == "strong") else 1.0


def _least_width(cell: m.Cell, column: m.Column) -> float:
    """The longest word: of Latin text a word, of Chinese a few characters, of numbers all of them."""
    if isinstance(cell, Spark):
        return _SPARK
    text = inline(cell)
    if column.align == "end" and any(map(str.isdigit, text)):
        return text_width(text, 8.5) * _weight(cell)
    words = (word if word.isascii() else word[:_TOGETHER] for word in re.split(r"[ \n]|(?<=-)", text))
    return max((text_width(word, 8.5) for word in words), default=0.0) * _weight(cell)
