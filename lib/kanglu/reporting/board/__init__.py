"""The board in words and charts: what each number means, why somebody is in a list, lines and bars."""

from kanglu.reporting.board.charts import barrier_bars, load_bars, monthly_line, percent
from kanglu.reporting.board.definitions import Meaning, apart_name, meaning, state_name
from kanglu.reporting.board.reasons import because_text, mark_name

__all__ = [
    "Meaning",
    "apart_name",
    "barrier_bars",
    "because_text",
    "load_bars",
    "mark_name",
    "meaning",
    "monthly_line",
    "percent",
    "state_name",
]
