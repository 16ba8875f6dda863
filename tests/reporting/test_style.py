"""The template and the style sheet: what they promise for any document."""

import json
import re
from functools import cache
from io import BytesIO

import pytest
import typst
from pypdf import PdfReader

from kanglu.home import shipped
from kanglu.reporting.blocks import (
    Advice,
    Block,
    Blocks,
    Callout,
    Chart,
    Column,
    Cover,
    Finding,
    Findings,
    Group,
    Heading,
    Image,
    KeyValue,
    Mark,
    PageBreak,
    Prose,
    Row,
    Span,
    Table,
    document,
    to_html,
)
from kanglu.reporting.blocks.markup import GLYPHS
from kanglu.reporting.charts import ChartSpec, palette

STYLE = shipped("reports/style")
CSS = (STYLE / "report.css").read_text(encoding="utf-8")
TEMPLATE = (STYLE / "report.typ").read_text(encoding="utf-8")


@cache
def press() -> typst.Compiler:
    return typst.Compiler(str(STYLE / "report.typ"))


def pages(blocks: list[Block]) -> list[str]:
    """The words of each page of the PDF, without spaces: Typst parts Chinese from Latin by a little room."""
    pdf, warnings = press().compile_with_warnings(
        sys_inputs={"data": json.dumps(document(blocks))}, pdf_standards=["ua-1"]
    )
    assert not warnings, warnings[0].message
    assert len(pdf) < 600_000
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def test_nothing_in_a_record_is_read_as_markup() -> None:
    hostile = '#panic() *bold* _it_ $x$ \\ `r` <label> @ref // no "quotes" <script>alert(1)</script>'
    blocks = [
        Cover(hostile, hostile, ((hostile, hostile),), hostile, hostile, (hostile,), "en", hostile),
        Heading(hostile),
        Table((hostile,), (Group(hostile), (Mark(hostile, "high"),)), hostile, hostile),
        Callout(hostile, (hostile,), "watch"),
        Findings((Finding(hostile, hostile, "low", hostile, hostile, hostile, hostile),), hostile),
        KeyValue(((hostile, Span(hostile)),)),
        Advice(hostile, hostile),
    ]
    assert "".join(hostile.split()) in "".join(pages(blocks))
    assert "<script" not in "".join(map(to_html, blocks))


@pytest.mark.parametrize("rows", range(48, 54))
def test_a_group_never_stands_alone_at_the_foot_of_a_page(rows: int) -> None:
    filled = tuple((f"row {k}", str(k)) for k in range(rows))
    table = Table(("Item", Column("2026", "end")), (*filled, Group("Lipids"), ("LDL-C", "2.40")))
    for page in pages([Cover("Summary", lang="en"), table]):
        assert ("Lipids" in page) == ("LDL-C" in page)
        assert "Item2026" in page, "the head repeats"


def test_every_block_can_be_set_empty() -> None:
    blocks = [
        Cover("Summary"),
        Table(("a", Column("b", "end")), ()),
        Row(()),
        Blocks(()),
        Findings(()),
        KeyValue(()),
        Callout("None"),
        Prose(""),
        Prose(()),
        Chart(ChartSpec("line", "", "nothing was measured", ())),
        PageBreak(),
        Image('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"/>', "blank", "image/svg+xml"),
    ]
    assert len(pages(blocks)) == 2


def test_the_palette_is_one() -> None:
    for level, colour in palette.LEVELS.items():
        assert re.search(rf"\.k-{level} \{{ --level: {colour} \}}", CSS), level
        assert f"{level}: {'accent' if level == 'ok' else f'rgb("{colour}")'}," in TEMPLATE, level
        assert f'{level}: "{GLYPHS[level]}",' in TEMPLATE, level
    for name in ("ink", "quiet", "hair", "faint", "accent"):
        colour = getattr(palette, name.upper())
        assert f"--{name}: {colour};" in CSS
        assert f'#let {name} = rgb("{colour}")' in TEMPLATE


def test_levels_can_be_read_on_paper_and_told_apart_in_grey() -> None:
    def luminance(colour: str) -> float:
        parts = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for colour in (*palette.LEVELS.values(), palette.INK, palette.QUIET, *palette.SERIES):
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5, colour
    assert (
        len(
            {
                GLYPHS[level]
                for level in ("watch", "high", "low", "critical", "missing", "improved", "worsened")
            }
        )
        == 7
    )
