"""How values, ranges, units and days are written for people; the only place that decides it."""

import re
from datetime import date

from kanglu.catalogue import Indicator
from kanglu.i18n import Words
from kanglu.insight.findings import Judged
from kanglu.insight.history import Reading, YearValue
from kanglu.insight.limits import Limits, Side
from kanglu.reporting.charts.spec import Level

NOTHING = "–"
_TAG = re.compile(
    r" \((disorder|finding|situation|event|person|social concept|occupation|life style|environment"
    r"|morphologic abnormality|body structure|observable entity|qualifier value|procedure|regime/therapy"
    r"|substance|product|medicinal product|clinical drug|organism|physical object|record artifact)\)$"
)
"""What SNOMED CT ends a fully specified name with: the kind of the concept, for terminologists."""
_FILE_LENGTH = 36


def number(indicator: Indicator, value: float, comparator: str | None = None) -> str:
    """A value with the decimals of its indicator, and its comparator before it."""
    return f"{_sign(comparator)}{indicator.format(value)}"


def _sign(comparator: str | None) -> str:
    return {"<=": "≤", ">=": "≥", None: ""}.get(comparator, comparator or "")


def signed(value: float, digits: int = 0) -> str:
    """A change with its sign, a true minus: ``+3.1``, ``−58``."""
    return f"{value:+.{digits}f}".replace("-", "−")


def plain_name(display: str) -> str:
    """A name without what SNOMED CT ends it with: ``Anemia`` for ``Anemia (disorder)``."""
    return _TAG.sub("", display)


def kind_of_name(display: str) -> str:
    """The kind that SNOMED CT ends a name with (``finding``), or nothing."""
    found = _TAG.search(display)
    return found[1] if found else ""


def file_text(path: str) -> str:
    """The name of a file without its folders; a very long one with its middle left out."""
    name = path.rsplit("/", 1)[-1]
    if len(name) <= _FILE_LENGTH:
        return name
    return f"{name[: _FILE_LENGTH - 13]}…{name[-12:]}"


def figure_text(indicator: Indicator, figure: YearValue | Reading, _: Words) -> str:
    """A figure as it is printed: a number, the name of a code, or the words of the source."""
    if indicator.kind == "boolean" and figure.value is not None:
        return _("yes") if figure.value else _("no")
    if figure.value is not None:
        return number(indicator, figure.value, figure.comparator)
    if figure.code is not None:
        code = indicator.codes.get(figure.code)
        return _.name(code.name) if code else figure.code
    return plain_name(figure.text) if figure.text else NOTHING


def limits_text(indicator: Indicator, limits: Limits | None, _: Words) -> str:
    """An interval: ``3.9–6.1``, ``<140``, ``≥1.0``; the names of the normal codes of a coded result.

    Between two ends, an upper one that is not itself in range is written as the last value below it, as
    laboratories do: ``18.5–23.9`` for 18.5 to below 24.
    """
    if limits is None:
        return ""
    low = None if limits.low is None else f"{limits.low:g}"
    high = None if limits.high is None else f"{limits.high:g}"
    if low is not None and high is not None and float(low) > 0:
        return f"{low}–{high}" if limits.high_inclusive else _up_to(indicator, float(low), float(high))
    if high is not None:
        return f"{'≤' if limits.high_inclusive else '<'}{high}"
    if low is not None:
        return f"{'≥' if limits.low_inclusive else '>'}{low}"
    names = [_.name(indicator.codes[code].name) for code in limits.codes if code in indicator.codes]
    return (" / ").join(names)


def _up_to(indicator: Indicator, low: float, high: float) -> str:
    digits = indicator.decimals
    return f"{low:.{digits}f}–{high - 10.0**-digits:.{digits}f}"


def day_text(effective: str | None, _: Words) -> str:
    """A day, month or year, as exact as the source: ``2025年3月1日``, ``Mar 2025``, ``2025``."""
    if not effective:
        return NOTHING
    if len(effective) >= 10:
        return _.day(date.fromisoformat(effective[:10]))
    if len(effective) == 4:
        return f"{effective}年" if _.lang == "zh" else effective
    year, month = effective[:4], int(effective[5:7])
    if _.lang == "zh":
        return f"{year}年{month}月"
    return f"{date(2000, month, 1):%b} {year}"


def day_short(effective: str | None) -> str:
    """The same for table cells: ``2025-03-01``, ``2025-03``, ``2025``."""
    return effective[:10] if effective else NOTHING


def day_in_year(effective: str, _: Words) -> str:
    """A day or month under a heading that names the year: ``5月20日``, ``20 May``, ``May``."""
    if len(effective) < 7:
        return effective
    month = date(2000, int(effective[5:7]), 1)
    day = str(int(effective[8:10])) if len(effective) >= 10 else ""
    if _.lang == "zh":
        return f"{month.month}月{day}日" if day else f"{month.month}月"
    return f"{day} {month:%b}".strip()


def span_text(first: str | None, last: str | None, _: Words) -> str:
    """From one day to another; one day where they are the same."""
    start, end = day_short(first), day_short(last)
    return start if start == end else _("{start} to {end}", start=start, end=end)


def listing(texts: list[str] | tuple[str, ...], _: Words) -> str:
    """Several names in a row: ``、`` in Chinese, commas in English."""
    return ("、" if _.lang == "zh" else ", ").join(texts)


def sex_text(sex: str, _: Words) -> str:
    """FHIR's administrative gender in words."""
    known = {"male": _("male"), "female": _("female"), "other": _("other sex")}
    return known.get(sex, _("not recorded"))


def origin_text(origin: str, _: Words) -> str:
    """How a fact was obtained, in words."""
    return {
        "measured": _("measured"),
        "reported": _("told by the person"),
        "imported": _("imported"),
        "derived": _("calculated"),
    }.get(origin, origin)


def level_of(side: Side, critical: bool = False) -> Level:
    """How a figure is marked."""
    if critical:
        return "critical"
    return "high" if side == "high" else "low" if side == "low" else "ok"


def judged_level(one: Judged) -> Level:
    """How the figure of a judged indicator is marked."""
    return level_of(one.side, bool(one.critical))


def level_text(level: Level, _: Words) -> str:
    """A level in words, for those who do not see its sign."""
    return {
        "ok": _("in range"),
        "watch": _("to watch"),
        "high": _("high"),
        "low": _("low"),
        "critical": _("critical"),
        "missing": _("not measured"),
        "improved": _("better"),
        "worsened": _("worse"),
    }[level]
