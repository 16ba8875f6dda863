"""Blocks as the data that `reports/style/report.typ` sets: charts drawn, columns measured."""

from base64 import b64decode
from collections.abc import Iterable
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

    Columns get what their longest cell needs. Room to spare goes to texts; where it is short the widest
    columns give way, so that numbers stay on one line and long texts wrap, but none below its longest word.
    """
    needs = [max(text_width(c.text, 8.0), text_width(c.sub, 7.0)) for c in columns]
    for row in rows:
        if not isinstance(row, m.Group):
            needs = [max(need, _cell_width(cell)) for need, cell in zip(needs, row, strict=True)]
    ends = [c.align == "end" for c in columns]
    needs = [need + _PADDING + (_SIGNED if end else 0) for need, end in zip(needs, ends, strict=True)]
    for k in range(1, len(needs)):
        needs[k] += _APART if ends[k - 1] and not ends[k] else 0
    spare = width - sum(needs)
    if spare >= 0:
        shares = [0.0 if end else need for need, end in zip(needs, ends, strict=True)]
        whole = sum(shares) or 1.0
        return [round(need + spare * part / whole, 1) for need, part in zip(needs, shares, strict=True)]
    least = [0.0] * len(columns)
    for row in rows:
        if not isinstance(row, m.Group):
            least = [max(so_far, _word_width(cell)) for so_far, cell in zip(least, row, strict=True)]
    cap = _cap(needs, width)
    stiff = [word + _PADDING > cap for word in least]
    fixed = sum(word + _PADDING for word, is_stiff in zip(least, stiff, strict=True) if is_stiff)
    cap = _cap([need for need, is_stiff in zip(needs, stiff, strict=True) if not is_stiff], width - fixed)
    return [
        round(word + _PADDING if is_stiff else min(need, cap), 1)
        for need, word, is_stiff in zip(needs, least, stiff, strict=True)
    ]


def _cell_width(cell: m.Cell) -> float:
    return 45.0 if isinstance(cell, Spark) else text_width(inline(cell), 8.5)


def _word_width(cell: m.Cell) -> float:
    """The longest word of a Latin text; Chinese may be parted anywhere."""
    if isinstance(cell, Spark):
        return _cell_width(cell)
    return max((text_width(word, 8.5) for word in inline(cell).split() if word.isascii()), default=0.0)


def _cap(needs: list[float], width: float) -> float:
    """The width above which columns are cut so that all of them together take `width`."""
    left, places = width, len(needs)
    for need in sorted(needs):
        if need * places >= left:
            return left / places
        left, places = left - need, places - 1
    return width
