"""Measures of the service: what it did for people and what came of it, never a number alone.

Each function answers a `Figure`: the id of its definition, the day and the period, numerator and denominator
with the people in both, and what is told apart. The definitions stand in the docstrings, word by word, with
their sources. The functions work on frames of facts as ``store.panel(…).facts(kind)`` gives them, and of rows
of `rule_result`. The figures are exact: what may be shown of small numbers, `insight.disclosure` decides.
"""

from kanglu.insight.service.barriers import Barriers, Ranked, rank_barriers
from kanglu.insight.service.calls import call_outcomes
from kanglu.insight.service.falling import Falling, find_falling
from kanglu.insight.service.figure import Counted, Days, Figure
from kanglu.insight.service.hospital import readmissions
from kanglu.insight.service.programmes import control, managed, managed_to_standard
from kanglu.insight.service.reminders import Hour, Hours, Proposal, propose_hour, reminder_hours
from kanglu.insight.service.seen import visits_of
from kanglu.insight.service.tasks import (
    Reminded,
    follow_up_completion,
    follow_up_in_time,
    recommendations,
    recommendations_taken_up,
)
from kanglu.insight.service.visits import retention, revisits, visits_a_year, visits_after_first_call

__all__ = [
    "Barriers",
    "Counted",
    "Days",
    "Falling",
    "Figure",
    "Hour",
    "Hours",
    "Proposal",
    "Ranked",
    "Reminded",
    "call_outcomes",
    "control",
    "find_falling",
    "follow_up_completion",
    "follow_up_in_time",
    "managed",
    "managed_to_standard",
    "propose_hour",
    "rank_barriers",
    "readmissions",
    "recommendations",
    "recommendations_taken_up",
    "reminder_hours",
    "retention",
    "revisits",
    "visits_a_year",
    "visits_after_first_call",
    "visits_of",
]
