import pytest

from kanglu.errors import ReportError
from kanglu.reporting.blocks import (
    Cover,
    Group,
    Heading,
    Mark,
    Prose,
    Span,
    Table,
    document,
    from_data,
    to_data,
    to_html,
)


def test_text_is_never_markup() -> None:
    assert to_html(Prose(("<b>", Span("a&b"), Mark('"', "high")))) == (
        '<p class="k-prose k-body">&lt;b&gt;<strong class="k-strong">a&amp;b</strong>'
        '<span class="k-mark k-high">&quot;<b class="k-glyph" aria-hidden="true">↑</b></span></p>'
    )


def test_table_carries_its_headers_for_screen_readers() -> None:
    table = Table(("Indicator", "2026"), (Group("Lipids"), ("LDL-C", Mark("4.1", "high", "high"))), "Years")
    html = to_html(table)
    assert '<th scope="col">2026</th>' in html
    assert '<th scope="row">LDL-C</th>' in html
    assert '<th scope="rowgroup" colspan="2">Lipids</th>' in html
    assert "<caption>Years</caption>" in html
    assert from_data(to_data(table)) == table


def test_row_of_wrong_length_is_refused_by_name() -> None:
    with pytest.raises(ReportError, match=r"table 'Years': Row 2 has 1 cells for 2 columns"):
        Table(("a", "b"), (("1", "2"), ("1",)), caption="Years")


def test_a_document_has_one_cover() -> None:
    data = document([Cover("Annual summary", lang="en"), Heading("Years")])
    assert data["meta"]["document_title"] == "Annual summary"
    assert [block["type"] for block in data["blocks"]] == ["heading"]
    with pytest.raises(ReportError, match="has 0"):
        document([Heading("Years")])
