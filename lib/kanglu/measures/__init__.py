"""Measures: pure functions on numbers and frames; they know no database, no clock and no user.

`SCORES` holds every clinical score by id; `score` answers a frame with value, band, status, missing,
reason and version, row by row, and `score_file` does the same for a CSV file. One module a family
(`body`, `kidney`, `cardiovascular`, `diabetes`, `blood_pressure`, `metabolic`, `liver`, …); `CARDIOVASCULAR`
says which of the cardiovascular risk scores comes first; `trends`, `variability` and `glucose` look at a
series of one person over time.
"""

from kanglu.measures.blood_pressure import bp_class, bp_row
from kanglu.measures.cardiovascular import china_par
from kanglu.measures.columns import Column, Input, Inputs, Unit
from kanglu.measures.files import score_file
from kanglu.measures.glucose import GlucoseRanges, glucose_ranges
from kanglu.measures.registry import CARDIOVASCULAR, SCORES, find, score
from kanglu.measures.score import STATUSES, Band, Contributor, Output, Score
from kanglu.measures.trends import Trend, changed, classify, reference_change_value, segments, trend
from kanglu.measures.variability import (
    PopulationFit,
    TimeInRange,
    Variability,
    fit_population,
    time_in_range,
    variability,
    vim,
)

__all__ = [
    "CARDIOVASCULAR",
    "SCORES",
    "STATUSES",
    "Band",
    "Column",
    "Contributor",
    "GlucoseRanges",
    "Input",
    "Inputs",
    "Output",
    "PopulationFit",
    "Score",
    "TimeInRange",
    "Trend",
    "Unit",
    "Variability",
    "bp_class",
    "bp_row",
    "changed",
    "china_par",
    "classify",
    "find",
    "fit_population",
    "glucose_ranges",
    "reference_change_value",
    "score",
    "score_file",
    "segments",
    "time_in_range",
    "trend",
    "variability",
    "vim",
]
