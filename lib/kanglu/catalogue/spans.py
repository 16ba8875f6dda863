"""Lengths of calendar time as the catalogue writes them: ``3d``, ``2w``, ``6mo``, ``1y``, ``3mo-7d``."""

import re
from datetime import date, timedelta
from typing import Annotated, NamedTuple

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from kanglu.dates import add_months

_PART = re.compile(r"([+-]?)(\d{1,5})(mo|d|w|y)")
_WHOLE = re.compile(r"-?\d{1,5}(?:mo|d|w|y)(?:[+-]\d{1,5}(?:mo|d|w|y))*")
_PATTERN = f"^{_WHOLE.pattern}$"


class Span(NamedTuple):
    """Calendar months and days; months are counted first and clipped at the month's end."""

    months: int = 0
    days: int = 0

    def __str__(self) -> str:
        months = f"{self.months}mo" if self.months else ""
        days = f"{self.days:+d}d" if months else f"{self.days}d"
        return months + (days if self.days or not months else "")

    def after(self, day: date) -> date:
        """The day that lies a span after `day`: 30 November + 3mo is the last of February."""
        return add_months(day, self.months) + timedelta(days=self.days)

    @property
    def about(self) -> float:
        """The length in days, a month taken as its mean; for comparing spans, not for dates."""
        return self.months * 30.436875 + self.days


NOTHING = Span()


def parse_span(text: object) -> Span:
    """The span that a text states. Raises `ValueError` with the ways to write one."""
    if isinstance(text, Span):
        return text
    if not isinstance(text, str) or not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is not a length of time; write 3d, 2w, 6mo, 1y or 3mo-7d")
    months = days = 0
    for sign, number, unit in _PART.findall(text):
        count = int(f"{sign}{number}")
        months += count * {"mo": 1, "y": 12}.get(unit, 0)
        days += count * {"d": 1, "w": 7}.get(unit, 0)
    return Span(months, days)


def _positive(span: Span) -> Span:
    if span.about <= 0:
        raise ValueError("this length of time must be longer than nothing")
    return span


_JSON = WithJsonSchema({"type": "string", "pattern": _PATTERN, "examples": ["3d", "2w", "6mo", "3mo-7d"]})

type Offset = Annotated[Span, PlainValidator(parse_span), PlainSerializer(str), _JSON]
"""A span before (negative) or after a day."""
type Window = Annotated[
    Span, PlainValidator(lambda text: _positive(parse_span(text))), PlainSerializer(str), _JSON
]
"""A span longer than nothing."""
