"""A panel's year as blocks: a method for each part, in the order of the paper.

`report` reads the panel once; what it says is computed by `kanglu.insight.cohort`, and only worded here.
"""

from kanglu.reporting.cohort.report import CohortPaper, report

__all__ = ["CohortPaper", "report"]
