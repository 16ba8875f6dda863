"""The few marks charts are drawn with, collected as SVG text."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Literal

from kanglu.reporting.charts.palette import INK
from kanglu.reporting.charts.spec import Level

type Place = tuple[float, float]
type Scale = Callable[[float], float]


class Pen:
    """Collects marks for a drawing of `width` by `height` units; renderers may change the height."""

    def __init__(self, width: float, height: float = 0.0) -> None:
        self.width, self.height = width, height
        self.marks: list[str] = []

    def rect(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        self.marks.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>'
        )

    def line(self, a: Place, b: Place, stroke: str, width: float = 0.75, dash: str = "") -> None:
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.marks.append(
            f'<path d="M{a[0]:.1f} {a[1]:.1f}L{b[0]:.1f} {b[1]:.1f}" stroke="{stroke}" '
            f'stroke-width="{width}"{dashed}/>'
        )

    def path(self, places: Sequence[Place], stroke: str, width: float = 1.5) -> None:
        """A line through places, joined round."""
        d = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        self.marks.append(
            f'<path d="M{d}" fill="none" stroke="{stroke}" stroke-width="{width}" stroke-linejoin="round" '
            'stroke-linecap="round"/>'
        )

    def dot(self, x: float, y: float, radius: float, fill: str, stroke: str = "") -> None:
        edge = f' stroke="{stroke}" stroke-width="1.2"' if stroke else ""
        self.marks.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{fill}"{edge}/>')

    def sign(self, x: float, y: float, level: Level, fill: str, size: float = 3.6) -> None:
        """A marker whose shape says the level without its colour: up, down, diamond, square."""
        s = size
        shape = {
            "high": ((0, -s), (s, s * 0.8), (-s, s * 0.8)),
            "low": ((0, s), (s, -s * 0.8), (-s, -s * 0.8)),
            "critical": ((0, -s * 1.3), (s * 1.3, 0), (0, s * 1.3), (-s * 1.3, 0)),
        }.get(level, ((-s * 0.8, -s * 0.8), (s * 0.8, -s * 0.8), (s * 0.8, s * 0.8), (-s * 0.8, s * 0.8)))
        d = "L".join(f"{x + dx:.1f} {y + dy:.1f}" for dx, dy in shape)
        self.marks.append(f'<path d="M{d}Z" fill="{fill}" stroke="#fff" stroke-width="0.8"/>')

    def text(
        self,
        x: float,
        y: float,
        text: str,
        fill: str = INK,
        size: float = 10.0,
        anchor: Literal["start", "middle", "end"] = "start",
        bold: bool = False,
    ) -> None:
        """Text on the baseline `y`."""
        where = "" if anchor == "start" else f' text-anchor="{anchor}"'
        large = "" if size == 10 else f' font-size="{size:g}"'
        weight = ' font-weight="700"' if bold else ""
        self.marks.append(
            f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}"{large}{where}{weight}>{escape(text)}</text>'
        )
