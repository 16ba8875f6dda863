"""Markdown, as analysts write it between cells → `Heading`, `Prose` and `Table` blocks."""

from collections.abc import Iterator
from typing import Any

from nbconvert.filters.markdown_mistune import MarkdownWithMath

from kanglu.errors import ReportError
from kanglu.reporting.blocks import Block, Heading, Inline, Prose, Span, Table

_Token = dict[str, Any]


def prose_of(source: str, cell: int) -> Iterator[Block]:
    """The blocks that markdown of a cell stands for. Raises `ReportError` for what has no place on paper."""
    parsed = MarkdownWithMath(renderer=None)(source)  # type: ignore[arg-type]  # None asks for the tree
    assert isinstance(parsed, list)
    return _blocks(parsed, cell)


def _blocks(tokens: list[_Token], cell: int, lead: str = "") -> Iterator[Block]:
    for token in tokens:
        inner = token.get("children", [])
        match token["type"]:
            case "heading":
                yield Heading(_plain(inner, cell), min(token["attrs"]["level"], 3))
            case "paragraph" | "block_text":
                yield Prose((lead, *_inline(inner, cell)) if lead else tuple(_inline(inner, cell)))
            case "list":
                first = token["attrs"].get("start", 1)
                for number, item in enumerate(inner, first):
                    sign = f"{number}. " if token["attrs"]["ordered"] else "· "
                    yield from _blocks(item["children"], cell, lead + sign)
            case "block_quote":
                yield from _blocks(inner, cell, lead)
            case "block_code":
                yield from (Prose(line) for line in token["raw"].splitlines() if line.strip())
            case "table":
                yield _table(inner, cell)
            case "blank_line" | "thematic_break":
                pass
            case "block_html" if token["raw"].lstrip().startswith("<!--"):
                pass
            case kind:
                raise _no_place(kind, cell)


def _inline(tokens: list[_Token], cell: int) -> Iterator[Inline]:
    for token in tokens:
        inner = token.get("children", [])
        match token["type"]:
            case "text" | "codespan":
                yield token["raw"]
            case "strong" | "emphasis":
                yield Span(_plain(inner, cell))
            case "link" | "strikethrough":
                yield from _inline(inner, cell)
            case "softbreak" | "linebreak":
                yield " "
            case kind:
                raise _no_place(kind, cell)


def _plain(tokens: list[_Token], cell: int) -> str:
    return "".join(part if isinstance(part, str) else part.text for part in _inline(tokens, cell))


def _table(parts: list[_Token], cell: int) -> Table:
    head, *bodies = parts
    columns = tuple(_plain(one["children"], cell) for one in head["children"])
    rows = [row["children"] for body in bodies for row in body["children"]]
    return Table(columns, tuple(tuple(_plain(one["children"], cell) for one in row) for row in rows))


def _no_place(kind: str, cell: int) -> ReportError:
    return ReportError(
        f"Markdown of the kind {kind} has no place on paper.",
        where=f"cell {cell}",
        remedy="Write headings, paragraphs, lists and tables; show pictures from a code cell.",
    )
