"""The demo panel: invented Chinese people, always the same, written as the files a centre would get.

Nobody in it exists. ID numbers begin with 99, which no county has; telephone numbers with 100, which no
operator has. `write(folder, people=2000)` writes what `kanglu import` then reads like any other file:
people, problems and medicines as FHIR NDJSON, one check-up table a year (one of them in GB18030, as old
systems print them), a long table of follow-up readings and a table of steps.
"""

from kanglu.demo.files import write

__all__ = ["write"]
