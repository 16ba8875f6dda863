"""Blocks as plain text, for terminals, logs and searching."""

from typing import Any

from kanglu.reporting.blocks import model as m
from kanglu.reporting.charts.spec import Spark


def to_text(block: m.Block) -> str:
    """The words of a block, line by line."""
    return "\n".join(_lines(block))


def inline(text: Any) -> str:
    """The words of a text or a cell."""
    if isinstance(text, str):
        return text
    if isinstance(text, tuple):
        return "".join(inline(part) for part in text)
    return text.alt if isinstance(text, Spark) else str(text.text)


def _lines(block: m.Block) -> list[str]:
    match block:
        case m.Cover():
            return [block.title, block.subtitle, *(f"{name}: {value}" for name, value in block.items)]
        case m.Heading():
            return [f"{'#' * block.level} {block.text}"]
        case m.Prose() | m.Advice():
            return [inline(block.text)]
        case m.KeyValue():
            return [f"{name}: {inline(value)}" for name, value in block.items]
        case m.Table():
            head = " | ".join(c if isinstance(c, str) else c.text for c in block.columns)
            rows = [r.text if isinstance(r, m.Group) else " | ".join(map(inline, r)) for r in block.rows]
            return [text for text in (block.caption, head, *rows, block.note) if text]
        case m.Form():
            lines = [" | ".join(block.head)]
            for row in block.rows:
                label = f"{row.group} · {inline(row.label)}" if row.group else inline(row.label)
                lines.append(" | ".join((label, *map(inline, row.cells))))
            return lines
        case m.Chart():
            return [f"{block.spec.title}: {block.spec.alt}"]
        case m.Image():
            return [f"{block.caption}: {block.alt}" if block.caption else block.alt]
        case m.Findings():
            return [
                block.title,
                *(f"{f.name}: {f.value} {f.unit} {f.reference} {inline(f.change)}" for f in block.items),
            ]
        case m.Callout():
            return [block.title, *(f"- {inline(item)}" for item in block.items)]
        case m.Row() | m.Blocks():
            inner = block.blocks if isinstance(block, m.Row) else block.items
            return [line for part in inner for line in _lines(part)]
        case _:
            return []
