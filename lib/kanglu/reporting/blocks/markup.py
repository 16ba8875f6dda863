"""Blocks as HTML: semantic, escaped, readable without the style sheet `reports/style/report.css`."""

from html import escape
from itertools import groupby
from typing import Any

from kanglu.reporting.blocks import model as m
from kanglu.reporting.charts.spec import Level, Spark
from kanglu.reporting.charts.svg import spark_svg, to_svg

GLYPHS: dict[Level, str] = {
    "ok": "✓",
    "watch": "△",
    "high": "↑",
    "low": "↓",
    "critical": "‼",
    "missing": "–",
    "improved": "✓",
    "worsened": "▲",
}
_QUIET: tuple[Level, ...] = ("ok", "missing")


def to_html(block: m.Block) -> str:
    """The block as an HTML fragment; text is escaped, attributes quoted, nothing is fetched."""
    match block:
        case m.Cover():
            return _cover(block)
        case m.Heading():
            level = block.level + 1
            return f'<h{level} class="k-h{block.level}">{escape(block.text)}</h{level}>'
        case m.Prose():
            return f'<p class="k-prose k-{block.style}">{inline(block.text)}</p>'
        case m.KeyValue():
            pairs = "".join(f"<div><dt>{escape(k)}</dt><dd>{inline(v)}</dd></div>" for k, v in block.items)
            return f'<dl class="k-kv k-cols{min(max(block.columns, 1), 4)}">{pairs}</dl>'
        case m.Table():
            return _table(block)
        case m.Form():
            return _form(block)
        case m.Chart():
            return _chart(block)
        case m.Image():
            return _image(block)
        case m.Findings():
            return _findings(block)
        case m.Callout():
            return _callout(block)
        case m.Advice():
            rule = f' <span class="k-rule">{escape(block.rule)}</span>' if block.rule else ""
            return f'<p class="k-advice">{inline(block.text)}{rule}</p>'
        case m.PageBreak():
            return '<div class="k-pagebreak" role="presentation"></div>'
        case m.Row():
            return f'<div class="k-row">{"".join(map(to_html, block.blocks))}</div>'
        case m.Blocks():
            return "\n".join(map(to_html, block.items))
        case _:
            raise TypeError(f"{type(block).__name__} is not a block.")


def inline(text: Any) -> str:
    """A text or a cell as HTML."""
    if isinstance(text, str):
        return escape(text)
    if isinstance(text, tuple):
        return "".join(map(inline, text))
    if isinstance(text, m.Mark):
        return _mark(text)
    if isinstance(text, m.Blank):
        return f'<span class="k-blank k-{text.style}">{escape(text.text)}</span>'
    if isinstance(text, Spark):
        return spark_svg(text)
    tag = "strong" if text.style == "strong" else "span"
    return f'<{tag} class="k-{text.style}">{escape(text.text)}</{tag}>'


def _mark(mark: m.Mark) -> str:
    glyph = "" if mark.level in _QUIET else f'<b class="k-glyph" aria-hidden="true">{GLYPHS[mark.level]}</b>'
    said = f'<span class="k-said"> {escape(mark.label)}</span>' if mark.label else ""
    return f'<span class="k-mark k-{mark.level}">{escape(mark.text)}{glyph}{said}</span>'


def _sign(level: Level, label: str = "") -> str:
    said = f' role="img" aria-label="{escape(label)}"' if label else ' aria-hidden="true"'
    return f'<span class="k-sign k-{level}"{said}>{GLYPHS[level]}</span>'


def _cover(cover: m.Cover) -> str:
    items = "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in cover.items)
    meta = " · ".join(map(escape, filter(None, (cover.cut_off, *cover.versions))))
    return (
        f'<header class="k-cover" lang="{cover.lang}">'
        + (f'<p class="k-institution">{escape(cover.institution)}</p>' if cover.institution else "")
        + f"<h1>{escape(cover.title)}</h1>"
        + (f'<p class="k-subtitle">{escape(cover.subtitle)}</p>' if cover.subtitle else "")
        + (f'<dl class="k-about">{items}</dl>' if items else "")
        + (f'<p class="k-meta">{meta}</p>' if meta else "")
        + "</header>"
    )


def _table(table: m.Table) -> str:
    columns = [c if isinstance(c, m.Column) else m.Column(c) for c in table.columns]
    classes = [_column_class(k, c, table) for k, c in enumerate(columns)]
    head = "".join(
        f'<th scope="col"{style}>{escape(c.text)}{f"<small>{escape(c.sub)}</small>" if c.sub else ""}</th>'
        for c, style in zip(columns, classes, strict=True)
    )
    body = []
    for row in table.rows:
        if isinstance(row, m.Group):
            name = f'<th scope="rowgroup" colspan="{len(columns)}"><span>{escape(row.text)}</span></th>'
            body.append(f'<tr class="k-group">{name}</tr>')
            continue
        cells = [f'<th scope="row"{classes[0]}>{inline(row[0])}</th>']
        cells += [f"<td{style}>{inline(c)}</td>" for c, style in zip(row[1:], classes[1:], strict=True)]
        body.append(f"<tr>{''.join(cells)}</tr>")
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    note = f'<p class="k-prose k-note">{escape(table.note)}</p>' if table.note else ""
    label = f' role="region" aria-label="{escape(table.caption)}"' if table.caption else ""
    # On a phone a table of years opens at its end, where the newest are.
    newest_last = " k-newest-last" if sum(c.text.isdigit() for c in columns) > 1 else ""
    return (
        f'<div class="k-scroll{newest_last}" tabindex="0"{label}><table class="k-table">{caption}'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>{note}"
    )


def _form(form: m.Form) -> str:
    grouped = any(row.group for row in form.rows)
    share = 100 / sum(form.widths)
    columns = "".join(f'<col style="width:{width * share:.1f}%">' for width in form.widths)
    columns = f'<col class="k-narrow">{columns}' if grouped else columns
    label, *heads = form.head
    head = f'<th scope="col"{' colspan="2"' if grouped else ""}>{escape(label)}</th>'
    head += "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = []
    for group, rows in groupby(form.rows, key=lambda row: row.group):
        together = list(rows)
        for place, row in enumerate(together):
            first = ""
            if group and not place:
                first = f'<th scope="rowgroup" rowspan="{len(together)}">{escape(group)}</th>'
            wide = ' colspan="2"' if grouped and not group else ""
            cells = "".join(f"<td>{inline(cell)}</td>" for cell in row.cells)
            body.append(f'<tr>{first}<th scope="row"{wide}>{inline(row.label)}</th>{cells}</tr>')
    return (
        f'<div class="k-scroll" tabindex="0"><table class="k-form"><colgroup>{columns}</colgroup>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _column_class(place: int, column: m.Column, table: m.Table) -> str:
    drawn = any(isinstance(row[place], Spark) for row in table.rows if not isinstance(row, m.Group))
    name = {"start": "k-drawn" if drawn else "", "end": "k-end", "center": "k-center"}[column.align]
    return f' class="{name}"' if name else ""


def _chart(chart: m.Chart) -> str:
    spec = chart.spec
    unit = f' <span class="k-unit">{escape(spec.unit)}</span>' if spec.unit else ""
    return (
        f'<figure class="k-chart k-{spec.size}"><figcaption>{escape(spec.title)}{unit}</figcaption>'
        f"{to_svg(spec, chart.lang)}</figure>"
    )


def _image(image: m.Image) -> str:
    from base64 import b64encode

    data = image.data
    if image.media == "image/svg+xml":
        data = b64encode(data.encode()).decode()
    caption = f"<figcaption>{escape(image.caption)}</figcaption>" if image.caption else ""
    return (
        f'<figure class="k-image">{caption}'
        f'<img src="data:{image.media};base64,{escape(data)}" alt="{escape(image.alt)}"></figure>'
    )


def _findings(findings: m.Findings) -> str:
    items = "".join(_finding(item) for item in findings.items)
    title = f'<p class="k-title">{escape(findings.title)}</p>' if findings.title else ""
    return f'<section class="k-findings">{title}<ul>{items}</ul></section>'


def _finding(item: m.Finding) -> str:
    unit = f' <span class="k-unit">{escape(item.unit)}</span>' if item.unit else ""
    return (
        f'<li>{_sign(item.level, item.label)}<span class="k-name">{escape(item.name)}</span>'
        f'<span class="k-value k-{item.level}">{escape(item.value)}{unit}</span>'
        f'<span class="k-reference">{escape(item.reference)}</span>'
        f'<span class="k-change">{inline(item.change)}</span></li>'
    )


def _callout(callout: m.Callout) -> str:
    items = "".join(f"<li>{inline(item)}</li>" for item in callout.items)
    return (
        f'<aside class="k-callout k-{callout.level}"><p class="k-title">{_sign(callout.level)}'
        f"{escape(callout.title)}</p>{f'<ul>{items}</ul>' if items else ''}</aside>"
    )
