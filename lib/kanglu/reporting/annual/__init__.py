"""The annual summary of one person, as blocks: a method for each part, in the order of the paper.

`report` reads the person's record once; what it says is computed by `kanglu.insight.annual`, and only
worded here.
"""

from kanglu.reporting.annual.report import AnnualReport, report

__all__ = ["AnnualReport", "report"]
