"""The register: of each programme who is enrolled, due, overdue, in target or not, unseen, lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from kanglu.care.tasks import CLOSED
from kanglu.catalogue.programmes import Programme
from kanglu.catalogue.rules import Rule
from kanglu.insight.board.cells import Because, Cell, Why, cell, days_why, of_tasks
from kanglu.insight.board.sources import Sources
from kanglu.insight.rates import Period, rate
from kanglu.insight.service.figure import Days

CONTROL: Final[Mapping[str, str]] = {
    "hypertension": "bp_control.last_visit.national_2017",
    "type2_diabetes": "fpg_control.last_test.national_2017",
}
"""By which definition a programme's people are in target; a programme without one has no such cells."""
STATES: Final = (
    "enrolled", "due", "overdue", "in_target", "not_in_target", "not_measured", "never_visited", "lost",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Registered:
    """One programme's row: its cells by state; a state that has no definition here has no cell."""

    programme: Programme
    cells: Mapping[str, Cell]


def register(sources: Sources) -> tuple[Registered, ...]:
    """A row a programme that is for somebody in particular, in the catalogue's order.

    Definitions, all of the living who are enrolled on the day:

    due, overdue : has an open task that a rule of the programme gave, or that its visit closes, whose window
        has opened and which is due on the day or later (due), or was due before it (overdue). Who has both
        counts in both.
    in_target, not_in_target : by the definition in `CONTROL`, of the twelve months to the day.
    not_measured : the others: no value of these months that the definition counts.
    never_visited : no visit of the programme since the enrolment.
    lost : visited since the enrolment, but not in the twelve months to the day. Our definition.
    """
    period = sources.year_to(sources.as_of)
    every = sources.rules.programmes.values()
    return tuple(_row(sources, one, period) for one in every if one.applies is not None)


def _row(sources: Sources, programme: Programme, period: Period) -> Registered:
    spans = sources.enrolled(programme.id)
    who = frozenset(spans["person_id"].tolist())
    found = {
        "enrolled": cell(
            _key(programme, "enrolled"),
            who,
            days_why("enrolled", lambda: spans.groupby("person_id")["start"].min()),
        ),
        **_tasks(sources, programme, who),
        **_target(programme, who, period),
        **_visits(sources, programme, spans),
    }
    return Registered(programme, {state: found[state] for state in STATES if state in found})


def _key(programme: Programme, state: str) -> str:
    return f"register/{programme.id}/{state}"


def _tasks(sources: Sources, programme: Programme, who: frozenset[int]) -> dict[str, Cell]:
    rules = [one.id for one in sources.rules.rules.values() if _serves(one, programme)]
    tasks, day = sources.tasks, sources.as_of.isoformat()
    mine = tasks[
        tasks["rule"].isin(rules) & tasks["person_id"].isin(who) & (tasks["kind"] == "task") & open_(tasks)
    ]
    opened = mine["window_start"].isna() | (mine["window_start"] <= day)
    due = mine["due"].fillna("9999")
    return {
        "due": of_tasks(_key(programme, "due"), mine[opened & (due >= day)], of_people=True),
        "overdue": of_tasks(_key(programme, "overdue"), mine[due < day], of_people=True),
    }


def _serves(rule: Rule, programme: Programme) -> bool:
    closed_by_visit = any(done.event == programme.visit for gift in rule.gives for done in gift.done)
    return rule.programme == programme.id or (rule.programme is None and closed_by_visit)


def open_(tasks: pd.DataFrame) -> "pd.Series[bool]":
    """Which tasks are not closed."""
    return ~tasks["state"].isin(CLOSED)


def _target(programme: Programme, who: frozenset[int], period: Period) -> dict[str, Cell]:
    if programme.id not in CONTROL:
        return {}
    definition = CONTROL[programme.id]
    in_target, counted = rate(definition, period)
    why = readings_why(definition, period)
    parts = {
        "in_target": who & in_target,
        "not_in_target": (who & counted) - in_target,
        "not_measured": who - counted,
    }
    return {state: cell(_key(programme, state), some, why) for state, some in parts.items()}


def readings_why(definition: str, period: Period) -> Why:
    """The values that a control rate goes by: the last pressures, or the last value of the indicator."""
    indicator = definition.partition("_")[0]

    def pressures(ids: Sequence[int]) -> Mapping[int, Because]:
        days = period.pressures
        last = days[days["person_id"].isin(ids)].sort_values("day").drop_duplicates("person_id", keep="last")
        rows = last[["person_id", "day", "sbp", "dbp"]].itertuples(index=False, name=None)
        return {int(one): Because("pressure", day, ("sbp", "dbp"), (sbp, dbp)) for one, day, sbp, dbp in rows}

    def values(ids: Sequence[int]) -> Mapping[int, Because]:
        last = period.values_of(indicator, frozenset(ids)).drop_duplicates("person_id", keep="last")
        rows = last[["person_id", "effective", "value"]].itertuples(index=False, name=None)
        return {int(one): Because("value", day, (indicator,), (value,)) for one, day, value in rows}

    return pressures if indicator == "bp" else values


def _visits(sources: Sources, programme: Programme, spans: pd.DataFrame) -> dict[str, Cell]:
    begin = spans.groupby("person_id")["start"].min()
    visits = sources.visits(programme)
    mine = visits[visits["person_id"].isin(begin.index)]
    since = mine["day"].to_numpy() >= begin.reindex(mine["person_id"]).to_numpy()
    last = mine[since].groupby("person_id")["day"].max()
    year = np.datetime64(Days.year_to(sources.as_of).since)
    return {
        "never_visited": cell(
            _key(programme, "never_visited"),
            frozenset(begin.index) - frozenset(last.index),
            days_why("no_visit", lambda: begin),
        ),
        "lost": cell(
            _key(programme, "lost"), last.index[last < year].tolist(), days_why("visit", lambda: last)
        ),
    }
