"""What each block says in HTML, in plain text and as data."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanglu.errors import ReportError
from kanglu.reporting.blocks import (
    MIME,
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
    Spark,
    Table,
    document,
    from_data,
    to_data,
    to_html,
    to_text,
)
from kanglu.reporting.blocks.paper import column_widths
from kanglu.reporting.charts import Band, ChartSpec, Event, Gap, Point, Series

LINE = ChartSpec("line", "LDL-C", "LDL-C fell from 3.2 to 2.4.", (Series("LDL-C", (Point(2025.4, 2.4),)),))

HTML = {
    "cover": (
        Cover("Summary", "2026", (("Name", "Li & Co"),), "Centre", "Data up to 30 Jun", ("Kanglu 1",), "en"),
        '<header class="k-cover" lang="en"><p class="k-institution">Centre</p><h1>Summary</h1>'
        '<p class="k-subtitle">2026</p><dl class="k-about"><div><dt>Name</dt><dd>Li &amp; Co</dd></div></dl>'
        '<p class="k-meta">Data up to 30 Jun · Kanglu 1</p></header>',
    ),
    "heading": (Heading("Years", 2), '<h3 class="k-h2">Years</h3>'),
    "prose": (
        Prose(("<b>", Span("a&b"), Mark('"', "high", "high")), "lead"),
        '<p class="k-prose k-lead">&lt;b&gt;<strong class="k-strong">a&amp;b</strong>'
        '<span class="k-mark k-high">&quot;<b class="k-glyph" aria-hidden="true">↑</b>'
        '<span class="k-said"> high</span></span></p>',
    ),
    "pairs": (
        KeyValue((("Waist", Mark("not measured", "missing")),), 1),
        '<dl class="k-kv k-cols1"><div><dt>Waist</dt>'
        '<dd><span class="k-mark k-missing">not measured</span></dd></div></dl>',
    ),
    "table": (
        Table(("Item", Column("2026", "end", "05-19")), (Group("Fat"), ("LDL-C", "2.4")), "Years", "Note"),
        '<div class="k-scroll" tabindex="0" role="region" aria-label="Years"><table class="k-table">'
        '<caption>Years</caption><thead><tr><th scope="col">Item</th>'
        '<th scope="col" class="k-end">2026<small>05-19</small></th></tr></thead><tbody>'
        '<tr class="k-group"><th scope="rowgroup" colspan="2"><span>Fat</span></th></tr>'
        '<tr><th scope="row">LDL-C</th><td class="k-end">2.4</td></tr></tbody></table></div>'
        '<p class="k-prose k-note">Note</p>',
    ),
    "picture": (
        Image("iVBORw0=", 'a "dot"', caption="Dot"),
        '<figure class="k-image"><figcaption>Dot</figcaption>'
        '<img src="data:image/png;base64,iVBORw0=" alt="a &quot;dot&quot;"></figure>',
    ),
    "findings": (
        Findings((Finding("LDL-C", "4.1", "high", "mmol/L", "target < 2.6", "up 0.9", "high"),)),
        '<section class="k-findings"><ul><li><span class="k-sign k-high" role="img" aria-label="high">↑'
        '</span><span class="k-name">LDL-C</span><span class="k-value k-high">4.1 '
        '<span class="k-unit">mmol/L</span></span><span class="k-reference">target &lt; 2.6</span>'
        '<span class="k-change">up 0.9</span></li></ul></section>',
    ),
    "callout": (
        Callout("Allergy", ("penicillin",), "critical"),
        '<aside class="k-callout k-critical"><p class="k-title">'
        '<span class="k-sign k-critical" aria-hidden="true">‼</span>Allergy</p>'
        "<ul><li>penicillin</li></ul></aside>",
    ),
    "advice": (
        Advice("Eat less salt.", "salt 1.0"),
        '<p class="k-advice">Eat less salt. <span class="k-rule">salt 1.0</span></p>',
    ),
    "break": (PageBreak(), '<div class="k-pagebreak" role="presentation"></div>'),
    "row": (
        Row((Heading("a"), Heading("b"))),
        '<div class="k-row"><h2 class="k-h1">a</h2><h2 class="k-h1">b</h2></div>',
    ),
}


@pytest.mark.parametrize(("block", "html"), HTML.values(), ids=HTML)
def test_html_of_a_block(block: Block, html: str) -> None:
    assert to_html(block) == html


def test_chart_stands_under_its_title_with_words_for_the_blind() -> None:
    html = to_html(Chart(LINE, "en"))
    assert html.startswith('<figure class="k-chart k-half"><figcaption>LDL-C</figcaption><svg')
    assert 'role="img" aria-label="LDL-C fell from 3.2 to 2.4."' in html


def test_a_block_shows_itself_in_a_notebook_as_html_data_and_text() -> None:
    block = Callout("Allergy", ("penicillin",), "critical")
    assert block._repr_mimebundle_() == {
        "text/html": to_html(block),
        MIME: to_data(block),
        "text/plain": "Allergy\n- penicillin",
    }


def test_plain_text_holds_every_word() -> None:
    rows = (Group("Lipids"), ("LDL-C", Mark("2.4", "ok")))
    table = Table(("Item", Column("2026", "end")), rows, "Years", "note")
    assert to_text(Blocks((Heading("H", 2), table))) == "## H\nYears\nItem | 2026\nLipids\nLDL-C | 2.4\nnote"


words = st.text(max_size=8)
numbers = st.floats(allow_nan=False, allow_infinity=False, width=32)
levels = st.sampled_from(["ok", "watch", "high", "low", "critical", "missing", "improved", "worsened"])
marks = st.builds(Mark, words, levels, words)
spans = st.builds(Span, words, st.sampled_from(["strong", "quiet"]))
sparks = st.builds(Spark, st.lists(st.none() | numbers, max_size=4).map(tuple), words, st.none() | numbers)
texts = words | st.lists(words | marks | spans, max_size=3).map(tuple)
cells = words | marks | spans | sparks
points = st.builds(Point, numbers | words, st.none() | numbers, levels, words)
specs = st.builds(
    ChartSpec,
    st.sampled_from(["line", "bar", "dumbbell", "histogram", "stacked"]),
    words,
    st.text("abc", min_size=1),
    st.lists(st.builds(Series, words, st.lists(points, max_size=3).map(tuple)), max_size=2).map(tuple),
    words,
    st.lists(st.builds(Band, st.none() | numbers, st.none() | numbers, words), max_size=2).map(tuple),
    st.lists(st.builds(Event, numbers, words), max_size=2).map(tuple),
    st.lists(st.builds(Gap, numbers, numbers), max_size=2).map(tuple),
    st.none() | st.integers(0, 3),
    st.none() | st.tuples(numbers, numbers),
)
tables = st.integers(1, 3).flatmap(
    lambda n: st.builds(
        Table,
        st.tuples(
            *[words | st.builds(Column, words, st.sampled_from(["start", "end", "center"]), words)] * n
        ),
        st.lists(st.builds(Group, words) | st.tuples(*[cells] * n), max_size=3).map(tuple),
        words,
    )
)
simple = st.one_of(
    st.builds(Heading, words, st.integers(1, 3)),
    st.builds(Prose, texts),
    st.builds(KeyValue, st.lists(st.tuples(words, cells), max_size=2).map(tuple)),
    tables,
    st.builds(Chart, specs),
    st.builds(
        Findings, st.lists(st.builds(Finding, words, words, levels, change=texts), max_size=2).map(tuple)
    ),
    st.builds(Callout, words, st.lists(texts, max_size=2).map(tuple), levels),
    st.builds(Advice, texts, words),
    st.builds(PageBreak),
    st.builds(Cover, words, words, st.lists(st.tuples(words, words), max_size=2).map(tuple)),
)
several = st.lists(simple, max_size=3).map(tuple)
blocks = simple | st.builds(Row, several) | st.builds(Blocks, several | st.tuples(st.builds(Row, several)))


@settings(max_examples=150)
@given(blocks)
def test_data_gives_back_the_block_it_came_from(block: Block) -> None:
    assert from_data(json.loads(json.dumps(to_data(block)))) == block


def test_data_of_no_known_block_is_refused_by_name() -> None:
    with pytest.raises(ReportError, match="no block of type 'video'"):
        from_data({"type": "video"})
    with pytest.raises(ReportError, match="heading block does not fit"):
        from_data({"type": "heading", "text": "a", "colour": "red"})


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (
            lambda: Table(("a", "b"), (("1", "2"), ("1",)), "Years"),
            r"'Years': Row 2 has 1 cells for 2 columns",
        ),
        (lambda: Image("", " ", caption="Dot"), r"'Dot': A picture has no text"),
        (lambda: ChartSpec("line", "LDL-C", "", ()), r"'LDL-C': A chart has no text"),
        (lambda: Point(2024.0, float("nan")), "not a number"),
        (lambda: Heading("Years", 4), "Years: There is no heading of level 4"),
    ],
)
def test_a_block_that_cannot_be_shown_cannot_be_made(make, why: str) -> None:
    with pytest.raises(ReportError, match=why):
        make()


def test_a_document_has_one_cover_that_feeds_its_pages() -> None:
    data = document([Cover("Summary", lang="en"), Blocks((Heading("Years"), Blocks((PageBreak(),))))])
    assert data["meta"]["document_title"] == "Summary"
    assert data["meta"]["page_label"] == "Page {page} of {pages}"
    assert [block["type"] for block in data["blocks"]] == ["heading", "pagebreak"]
    with pytest.raises(ReportError, match="has 0"):
        document([Heading("Years")])
    with pytest.raises(ReportError, match="has 2"):
        document([Cover("a"), Cover("b")])


def test_charts_and_sparks_reach_the_page_drawn() -> None:
    table = Table(("a", "b"), (("1", Spark((1.0, 2.0), "rising")),))
    chart, row = document([Cover("a"), Chart(LINE), Row((Chart(LINE), table))])["blocks"]
    assert chart["svg"].startswith("<svg")
    assert chart["alt"] == LINE.alt
    assert row["blocks"][1]["rows"][0][1]["alt"] == "rising"


def test_columns_share_the_width_so_that_only_long_texts_wrap() -> None:
    columns = [Column("Item"), Column("2026", "end"), Column("Text")]
    short = column_widths(columns, (("LDL-C", "2.4", "fine"),), 300)
    assert sum(short) == pytest.approx(300, abs=0.3)
    assert short[0] + short[2] > 250
    long = column_widths(columns, (("LDL-C", "2.4", "窦性心律" * 60),), 300)
    assert sum(long) == pytest.approx(300, abs=0.3)
    assert long[1] == short[1]
    assert long[2] > 200
