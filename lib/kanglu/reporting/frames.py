"""A table in HTML, as pandas shows a frame → a `Table` block."""

from html.parser import HTMLParser

from kanglu.reporting.blocks import Column, Table

_QUIET = {"style", "script"}
_ALLOWED = {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"}
_ALLOWED |= {"style", "div", "p", "br", "span", "b", "i"}


class _Reader(HTMLParser):
    """Reads the one table of a fragment into rows of (text, is heading), spans filled in."""

    def __init__(self) -> None:
        super().__init__()
        self.head: list[list[str]] = []
        self.body: list[list[str]] = []
        self.caption, self.note, self.tables, self.foreign = "", "", 0, False
        self._below: dict[int, tuple[int, str]] = {}
        self._row: list[str] | None = None
        self._text: list[str] | None = None
        self._span = (1, 1)
        self._in_head, self._quiet = False, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.foreign |= tag not in _ALLOWED
        self._quiet |= tag in _QUIET
        named = dict(attrs)
        if tag == "table":
            self.tables += 1
        elif tag == "thead":
            self._in_head = True
        elif tag == "tr":
            self._row = []
        elif tag in ("td", "th"):
            self._text = []
            self._span = (int(named.get("colspan") or 1), int(named.get("rowspan") or 1))
        elif tag in ("caption", "p"):
            self._text = []
        elif tag == "br" and self._text is not None:
            self._text.append(" ")

    def handle_data(self, data: str) -> None:
        if self._quiet:
            return
        if self._text is not None:
            self._text.append(data)
        elif data.strip():
            self.foreign = True

    def handle_endtag(self, tag: str) -> None:
        if tag in _QUIET:
            self._quiet = False
        elif tag == "thead":
            self._in_head = False
        elif tag == "tr" and self._row is not None:
            self._fill_from_above()
            (self.head if self._in_head else self.body).append(self._row)
            self._row = None
        elif self._text is not None and tag in ("td", "th", "caption", "p"):
            text, self._text = "".join(self._text).strip(), None
            if tag == "caption":
                self.caption = text
            elif self._row is None:
                self.note = text
            else:
                self._put(text)

    def _put(self, text: str) -> None:
        self._fill_from_above()
        assert self._row is not None
        across, down = self._span
        for _ in range(across):
            if down > 1:
                self._below[len(self._row)] = (down - 1, text)
            self._row.append(text)

    def _fill_from_above(self) -> None:
        assert self._row is not None
        while len(self._row) in self._below:
            left, text = self._below.pop(len(self._row))
            if left > 1:
                self._below[len(self._row)] = (left - 1, text)
            self._row.append(text)


def table_of(html: str) -> Table | None:
    """The table of an HTML fragment; None where it holds anything else, or more than one."""
    reader = _Reader()
    reader.feed(html)
    rows = reader.body
    if reader.foreign or reader.tables != 1 or not (rows or reader.head):
        return None
    width = max(map(len, [*reader.head, *rows]))
    levels = zip(*_even(reader.head, width), strict=True)
    heads = [" · ".join(dict.fromkeys(filter(None, names))) for names in levels]
    body = tuple(map(tuple, _even(rows, width)))
    columns = tuple(
        Column(head, "end" if place and body and all(_number(row[place]) for row in body) else "start")
        for place, head in enumerate(heads or [""] * width)
    )
    return Table(columns, body, caption=reader.caption, note=reader.note)


def _even(rows: list[list[str]], width: int) -> list[list[str]]:
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _number(text: str) -> bool:
    try:
        float(text.replace(",", "").rstrip("%") or "nan")
    except ValueError:
        return text in ("NaN", "NaT", "None", "<NA>", "...")
    return True
