"""A stage of a person's care as blocks: a method for each part, in the order of the paper.

`report` reads the person's record once; what it says is computed by `kanglu.insight.stage`, and only worded
here.
"""

from kanglu.reporting.stage.report import StageReport, report

__all__ = ["StageReport", "report"]
