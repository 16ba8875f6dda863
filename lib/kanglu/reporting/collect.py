"""An executed notebook → the blocks that its reader sees.

Blocks are taken as they are. What an analyst shows plainly becomes a block: a data frame a table, a figure a
picture, printed or plain text and markdown prose. What cannot be put on paper is an error, never a gap.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

from nbformat import NotebookNode

from kanglu.errors import ReportError
from kanglu.reporting.blocks import MIME, Block, Image, Prose, to_data, to_html
from kanglu.reporting.frames import table_of
from kanglu.reporting.prose import prose_of

HIDDEN = "remove-cell"
"""Tag of a cell that speaks to analysts and not to readers of the report."""
_Picture = Literal["image/svg+xml", "image/png", "image/jpeg"]
_PICTURES: tuple[_Picture, ...] = get_args(_Picture)


@dataclass(frozen=True, slots=True)
class Piece:
    """A block that a notebook shows, for both papers: as data for the PDF, and as HTML."""

    data: dict[str, Any]
    html: str


def collect(nb: NotebookNode) -> list[Piece]:
    """All that the reader sees, in order. Raises `ReportError` naming a cell that cannot be put on paper."""
    pieces: list[Piece] = []
    for number, cell in enumerate(nb.cells, 1):
        if HIDDEN in cell.metadata.get("tags", ()):
            continue
        if cell.cell_type == "markdown":
            pieces += _made(prose_of(cell.source, number))
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if MIME in data:
                pieces.append(Piece(data[MIME], data["text/html"]))
            else:
                pieces += _made(_plain(output, number, _heading(pieces)))
    return pieces


def collect_blocks(nb: NotebookNode) -> list[dict[str, Any]]:
    """The blocks of `collect` as data."""
    return [piece.data for piece in collect(nb)]


def warnings_of(nb: NotebookNode) -> list[str]:
    """What cells wrote to stderr: not for the reader of the report, but for whoever runs it."""
    return [
        f"cell {number}: {output.text.strip()}"
        for number, cell in enumerate(nb.cells, 1)
        for output in cell.get("outputs", ())
        if output.output_type == "stream" and output.name == "stderr"
    ]


def _made(blocks: Iterator[Block]) -> list[Piece]:
    return [Piece(to_data(block), to_html(block)) for block in blocks]


def _heading(pieces: list[Piece]) -> str:
    """What stands above; it names a picture that brings no words of its own."""
    texts = [piece.data["text"] for piece in pieces if piece.data["type"] == "heading"]
    return texts[-1] if texts else "Figure"


def _plain(output: NotebookNode, cell: int, heading: str) -> Iterator[Block]:
    """The blocks that an output without blocks stands for."""
    if output.output_type == "error":
        return
    if output.output_type == "stream":
        if output.name == "stdout":
            yield from _lines(output.text)
        return
    data = {media: "".join(text) if isinstance(text, list) else text for media, text in output.data.items()}
    if picture := next((media for media in _PICTURES if media in data), None):
        said = output.metadata.get("alt") or output.metadata.get(picture, {}).get("alt")
        yield Image(data[picture].strip(), said or heading, picture)
    elif "text/html" in data and (table := table_of(data["text/html"])):
        yield table
    elif "text/html" not in data and "text/markdown" in data:
        yield from prose_of(data["text/markdown"], cell)
    elif set(data) == {"text/plain"}:
        yield from _lines(data["text/plain"])
    else:
        raise ReportError(
            f"What this cell shows cannot be put on paper: {', '.join(sorted(data))}.",
            where=f"cell {cell}",
            remedy="Show a block of kanglu.reporting.blocks, a data frame, a picture or text.",
        )


def _lines(text: str) -> Iterator[Block]:
    return (Prose(line) for line in text.splitlines() if line.strip())
