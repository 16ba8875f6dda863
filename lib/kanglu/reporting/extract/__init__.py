"""An extract on disk: the rows as CSV, a manifest, and the report on its anonymity in Chinese and English."""

from kanglu.reporting.extract.report import report
from kanglu.reporting.extract.writing import Written, write

__all__ = ["Written", "report", "write"]
