"""Blocks: what a report is made of, as values.

`model` holds the blocks, `markup` and `plain` show them as HTML and text, `data` carries them as JSON out of
an executed notebook, `paper` makes of them what the typesetter reads. Build a report by displaying blocks
in order, a `Cover` first.
"""

from kanglu.reporting.blocks.data import from_data, to_data
from kanglu.reporting.blocks.markup import to_html
from kanglu.reporting.blocks.model import (
    MIME,
    Advice,
    Blank,
    Block,
    Blocks,
    Callout,
    Cell,
    Chart,
    Column,
    Cover,
    Finding,
    Findings,
    Form,
    FormRow,
    Group,
    Heading,
    Image,
    Inline,
    KeyValue,
    Mark,
    PageBreak,
    Prose,
    Row,
    Span,
    Table,
    Text,
)
from kanglu.reporting.blocks.paper import document, flatten
from kanglu.reporting.blocks.plain import to_text
from kanglu.reporting.charts.spec import Level, Spark

__all__ = [
    "MIME",
    "Advice",
    "Blank",
    "Block",
    "Blocks",
    "Callout",
    "Cell",
    "Chart",
    "Column",
    "Cover",
    "Finding",
    "Findings",
    "Form",
    "FormRow",
    "Group",
    "Heading",
    "Image",
    "Inline",
    "KeyValue",
    "Level",
    "Mark",
    "PageBreak",
    "Prose",
    "Row",
    "Span",
    "Spark",
    "Table",
    "Text",
    "document",
    "flatten",
    "from_data",
    "to_data",
    "to_html",
    "to_text",
]
