"""What a notebook shows, as one HTML file that opens with no network; and what cannot be shown, by name."""

import base64
import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from kanglu.errors import ReportError
from kanglu.home import shipped
from kanglu.reporting.blocks import Image, Table
from kanglu.reporting.collect import collect, collect_blocks, warnings_of
from kanglu.reporting.frames import table_of
from kanglu.reporting.html import Printer
from kanglu.reporting.shell import fresh, run_cell

COVER = "from kanglu.reporting.blocks import *\nCover('年度总结', document_title='K000123 · 2025', lang='zh')"
DOT = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


MARKDOWN = """# One

Some **strong**
words, [linked](https://example.org).

- a
- b

2. x

| k | v |
| - | - |
| 1 | 2 |

<!-- not for the reader -->
"""


def executed(*cells):
    """A notebook of these cells (text is code), run."""
    nb = new_notebook(cells=[new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells])
    with fresh():
        assert all(run_cell(cell) for cell in nb.cells)
    return nb


def page(*cells):
    return Printer(shipped("reports/style")).print(collect(executed(*cells)), "zh")


def test_the_page_holds_all_it_needs_and_runs_nothing():
    html = page(COVER, "Prose('文字 <script>alert(1)</script>')")

    assert html.startswith('<!doctype html>\n<html lang="zh">')
    assert "<title>K000123 · 2025</title>" in html
    assert re.search(
        r"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:",
        html,
    )
    assert "<script" not in html and "&lt;script&gt;" in html
    assert not re.search(r"(src|href)=[\"']?(?!data:)\w", html), "nothing is fetched"
    assert (shipped("reports/style") / "report.css").read_text().strip() in html


def test_code_and_prompts_are_not_for_the_reader():
    html = page(COVER, "secret_name = 1\nProse('read this')")

    assert "read this" in html
    assert "secret_name" not in html and "Out[" not in html


def test_a_data_frame_is_a_table_on_both_papers():
    frame = "import pandas as pd\npd.DataFrame({'value': [1.5, 2], 'unit': ['<mm>', 'kg']}, index=['a', 'b'])"

    (block,) = collect_blocks(executed(frame))

    assert block["type"] == "table"
    assert [(column["text"], column["align"]) for column in block["columns"]] == [
        ("", "start"), ("value", "end"), ("unit", "start"),
    ]  # fmt: skip
    assert block["rows"] == [["a", "1.5", "<mm>"], ["b", "2.0", "kg"]]
    assert "&lt;mm&gt;" in page(frame)


def test_a_frame_with_levels_names_them_and_keeps_its_note():
    frame = """
import pandas as pd
index = pd.MultiIndex.from_product([["x", "y"], range(5)], names=["group", "n"])
pd.options.display.max_rows = 4
shown = pd.DataFrame({("a", "b"): range(10)}, index=index)
shown"""

    (block,) = collect_blocks(
        executed(
            frame,
        )
    )

    assert block["note"] == "10 rows × 1 columns"
    assert all(len(row) == len(block["columns"]) for row in block["rows"])
    assert block["rows"][0] == ["x", "0", "0"]


def test_a_figure_is_a_picture_with_words_for_those_who_do_not_see_it():
    figure = f"""
class Figure:
    def _repr_png_(self): return __import__('base64').b64decode('{DOT}'), {{"alt": "a dot"}}
Figure()"""

    blocks = collect_blocks(
        executed(new_markdown_cell("## Dots"), figure, figure.replace('"alt": "a dot"', ""))
    )

    assert [(block["alt"], block["media"]) for block in blocks[1:]] == [
        ("a dot", "image/png"),
        ("Dots", "image/png"),
    ]
    assert blocks[1]["data"] == DOT


def test_markdown_is_headings_prose_lists_and_tables():
    blocks = collect_blocks(executed(new_markdown_cell(MARKDOWN)))

    assert [block["type"] for block in blocks] == ["heading", "prose", "prose", "prose", "prose", "table"]
    assert blocks[1]["text"] == [
        "Some ", {"type": "span", "text": "strong", "style": "strong"}, " ", "words, ", "linked", ".",
    ]  # fmt: skip
    assert [block["text"] for block in blocks[2:5]] == [["· ", "a"], ["· ", "b"], ["2. ", "x"]]
    assert blocks[5]["rows"] == [["1", "2"]]


def test_printed_and_plain_values_are_lines_of_prose():
    blocks = collect_blocks(
        executed("print('one\\n\\ntwo')", "6 * 7", "from IPython.display import Markdown\nMarkdown('*x*')")
    )

    assert [block["text"] for block in blocks[:3]] == ["one", "two", "42"]
    assert blocks[3]["text"] == [{"type": "span", "text": "x", "style": "strong"}]


def test_a_cell_for_analysts_is_left_out():
    hidden = new_markdown_cell("How to change this report", metadata={"tags": ["remove-cell"]})

    assert collect_blocks(executed(hidden, "Out")) == collect_blocks(executed("Out"))


def test_warnings_are_told_to_the_operator_and_not_to_the_reader():
    nb = executed("import sys\nprint('old data', file=sys.stderr)", "'seen'")

    assert [block["text"] for block in collect_blocks(nb)] == ["'seen'"]
    assert warnings_of(nb) == ["cell 1: old data"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("from IPython.display import HTML\nHTML('<video></video>')", "cell 2: .*text/html, text/plain"),
        ("from IPython.display import Latex\nLatex('$x$')", "cell 2: .*text/latex, text/plain"),
        ("from IPython.display import JSON\nJSON({})", "cell 2: .*application/json, text/plain"),
        (new_markdown_cell("![a picture](x.png)"), "cell 2: .*image"),
        (new_markdown_cell("$$x^2$$"), "cell 2: .*math"),
        (new_markdown_cell("<div>raw</div>"), "cell 2: .*block_html"),
    ],
)
def test_what_cannot_be_put_on_paper_is_an_error_that_names_the_cell(cell, said):
    with pytest.raises(ReportError, match=said):
        collect(executed(COVER, cell))


def test_html_that_is_more_than_a_table_is_not_taken_for_one():
    assert isinstance(table_of("<table><tr><td>1</td></tr></table>"), Table)
    assert table_of("<table><tr><td>1</td></tr></table><table></table>") is None
    assert table_of("<form><table><tr><td>1</td></tr></table></form>") is None
    assert table_of("words <table><tr><td>1</td></tr></table>") is None


def test_an_svg_is_taken_as_it_is():
    svg = "class Drawing:\n    def _repr_svg_(self): return '<svg/>'\nDrawing()"

    (block,) = collect_blocks(executed(svg))

    assert block == {
        "type": "image",
        "data": "<svg/>",
        "alt": "Figure",
        "media": "image/svg+xml",
        "caption": "",
    }
    assert Image(**{name: block[name] for name in ("data", "alt", "media")})
