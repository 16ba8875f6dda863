"""A person's month as blocks: a method for each part, in the order of the paper.

`report` reads the person's record once; what it says is computed by `kanglu.insight.monthly`, and only worded
here.
"""

from kanglu.reporting.monthly.report import MonthlyReport, report

__all__ = ["MonthlyReport", "report"]
