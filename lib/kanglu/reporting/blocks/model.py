"""The blocks a report is made of: small immutable values that carry content and know nothing of paper.

A block shows itself in a notebook (`_repr_mimebundle_`): as HTML, as plain text, and as the data from
which the PDF is set. Text is text: nothing in it is ever read as markup. Emphasis is a `Span`, a value
with a clinical level a `Mark`.
"""

from dataclasses import dataclass
from typing import Any, Literal

from kanglu.errors import ReportError
from kanglu.i18n import Lang
from kanglu.reporting.charts.spec import ChartSpec, Level, Spark

MIME = "application/vnd.kanglu.block+json"


class Block:
    """Base of all blocks."""

    __slots__ = ()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from kanglu.reporting.blocks.data import to_data
        from kanglu.reporting.blocks.markup import to_html
        from kanglu.reporting.blocks.plain import to_text

        return {"text/html": to_html(self), MIME: to_data(self), "text/plain": to_text(self)}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text with emphasis, or one that is kept `whole` at the end of a line."""

    text: str
    style: Literal["strong", "quiet", "whole"] = "strong"


@dataclass(frozen=True, slots=True)
class Mark:
    """A value with a clinical level, shown by glyph and colour; `label` says the level to screen readers."""

    text: str
    level: Level
    label: str = ""


@dataclass(frozen=True, slots=True)
class Blank:
    """A place of a form to write in: a `box` for the number of an answer, a `line` for words.

    Where nothing was asked, or nothing was answered, it is empty, and a pen may fill it.
    """

    text: str = ""
    style: Literal["box", "line"] = "line"


type Inline = str | Span | Mark | Blank
type Text = str | tuple[Inline, ...]
type Cell = str | Mark | Span | Spark


@dataclass(frozen=True, slots=True)
class Cover(Block):
    """What the document is and whom it is about; stands first and feeds every page's header and footer.

    Parameters
    ----------
    items : (label, value) pairs: record number, name, sex and age, …
    cut_off : a phrase for people, as it is printed on each page ("Data up to 30 Jun 2026").
    versions : phrases printed on each page ("Kanglu 0.1.0", "catalogue 3fa2…").
    record_number : printed on each page, so that a lost sheet finds its way back; never a name.
    document_title : of the file (window title, PDF metadata); the title where empty.
    """

    title: str
    subtitle: str = ""
    items: tuple[tuple[str, str], ...] = ()
    institution: str = ""
    cut_off: str = ""
    versions: tuple[str, ...] = ()
    lang: Lang = "en"
    record_number: str = ""
    document_title: str = ""


@dataclass(frozen=True, slots=True)
class Heading(Block):
    """A heading; level 1 opens a section, 2 a part of it, 3 a paragraph."""

    text: str
    level: int = 1

    def __post_init__(self) -> None:
        if self.level not in (1, 2, 3):
            raise ReportError(
                f"There is no heading of level {self.level}.", where=self.text, remedy="Use 1, 2 or 3."
            )


@dataclass(frozen=True, slots=True)
class Prose(Block):
    """A paragraph: `lead` opens a section, `note` explains in small print."""

    text: Text
    style: Literal["body", "lead", "note"] = "body"


@dataclass(frozen=True, slots=True)
class KeyValue(Block):
    """Labelled values in one to four columns."""

    items: tuple[tuple[str, Cell], ...]
    columns: int = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A table column: its heading, a second quiet line (`sub`: a date, a unit), where its cells align.

    Numbers align at the end ("end"): figures are of one width, so that their digits stand in columns.
    """

    text: str
    align: Literal["start", "end", "center"] = "start"
    sub: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A row that names the rows below it."""

    text: str


@dataclass(frozen=True, slots=True)
class Table(Block):
    """Rows of cells under columns; the first cell of a row is its header. The head repeats on each page."""

    columns: tuple[Column | str, ...]
    rows: tuple[tuple[Cell, ...] | Group, ...]
    caption: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows, 1):
            if not isinstance(row, Group) and len(row) != len(self.columns):
                raise ReportError(
                    f"Row {number} has {len(row)} cells for {len(self.columns)} columns.",
                    where=f"table {self.caption!r}",
                    remedy='Give every row one cell a column ("" for an empty one).',
                )


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row of a form: its label, and a cell a column; rows that follow each other share a `group`."""

    label: Text
    cells: tuple[Text, ...]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Form(Block):
    """A ruled form as on paper: under a head, labels at the left and a cell for each further column.

    Parameters
    ----------
    head : of the labels, then of each column.
    widths : of the labels and of each column, in any unit.
    """

    head: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[FormRow, ...]

    def __post_init__(self) -> None:
        sizes = {len(self.widths), *(len(row.cells) + 1 for row in self.rows)}
        if sizes != {len(self.head)}:
            raise ReportError(
                f"A form of {len(self.head)} columns has rows or widths of {sorted(sizes)}.",
                where=f"form {self.head[0]!r}",
                remedy="Give every row a label and one cell for each further column.",
            )


@dataclass(frozen=True, slots=True)
class Chart(Block):
    """A chart with its title as caption."""

    spec: ChartSpec
    lang: Lang = "en"


@dataclass(frozen=True, slots=True)
class Image(Block):
    """A picture that an analyst made: `data` is base64 for PNG and JPEG, text for SVG; `alt` is required."""

    data: str
    alt: str
    media: Literal["image/png", "image/jpeg", "image/svg+xml"] = "image/png"
    caption: str = ""

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise ReportError(
                "A picture has no text for people who cannot see it.",
                where=f"picture {self.caption!r}",
                remedy="Give `alt`: one sentence that says what it shows.",
            )


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that matters: an indicator, its value, what it is held against, and what changed."""

    name: str
    value: str
    level: Level
    unit: str = ""
    reference: str = ""
    change: Text = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Findings(Block):
    """What matters, as a compact list to open a report with."""

    items: tuple[Finding, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Callout(Block):
    """A boxed remark: a title and what it lists, with the level that gives its sign and colour."""

    title: str
    items: tuple[Text, ...] = ()
    level: Level = "watch"


@dataclass(frozen=True, slots=True)
class Advice(Block):
    """A sentence of advice and the rule (with version) that gave it."""

    text: Text
    rule: str = ""


@dataclass(frozen=True, slots=True)
class PageBreak(Block):
    """The next block begins a page."""


@dataclass(frozen=True, slots=True)
class Row(Block):
    """Blocks side by side: two on a line of A4, one under the other on a phone."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Blocks(Block):
    """Blocks in order, shown as one."""

    items: tuple[Block, ...]
