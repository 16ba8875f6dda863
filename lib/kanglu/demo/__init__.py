"""The demo panel: invented Chinese people, always the same, written as the files a centre would get.

Nobody in it exists. ID numbers begin with 99, which no county has; telephone numbers with 100, which no
operator has. `write(folder, people=2000)` writes what `kanglu import` then reads like any other file:
people, problems and medicines as FHIR NDJSON, one check-up table a year (one of them in GB18030, as old
systems print them), a long table of follow-up readings, a table of steps, what was asked when cards were
opened, and what the centre did with its people, as FHIR NDJSON again. `write_edges(folder, demo_rules())`
adds two people for each rule: one to whom it gives something on 1 January 2026, and one a step short of it.
"""

from kanglu.demo.edges import write_edges
from kanglu.demo.files import write
from kanglu.demo.rules import demo_rules

__all__ = ["demo_rules", "write", "write_edges"]
