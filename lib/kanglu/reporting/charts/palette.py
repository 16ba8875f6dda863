"""The colours of paper: ink, one accent, and a colour a clinical level, each dark enough to read in grey.

`reports/style/report.css` and `report.typ` carry the same values; a test holds the three together.
"""

from kanglu.reporting.charts.spec import Level

INK = "#1f2933"
QUIET = "#5b6770"
HAIR = "#d8dde0"
FAINT = "#f3f6f7"
ACCENT = "#17617a"
ACCENT_LIGHT = "#a9c8d3"
TARGET = "#e3efe8"
REFERENCE = "#eceff1"

LEVELS: dict[Level, str] = {
    "ok": ACCENT,
    "watch": "#8a5a00",
    "high": "#b42318",
    "low": "#1d5fad",
    "critical": "#8f1414",
    "missing": "#6b7680",
    "improved": "#2b7148",
    "worsened": "#b42318",
}
SERIES = (ACCENT, "#66757f", "#96602a", "#6d5a8c")
SHARES = ("#17617a", "#5d94a8", "#a9c8d3", "#dbe7ec", "#c9ced2")

# Typst knows the first two; a page's style sheet overrides the attribute with its own stack.
FONT = "Noto Sans CJK SC, Noto Sans SC, sans-serif"
