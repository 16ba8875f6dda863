"""Load against capacity: what waits for each of the staff, what lies ahead, and how many days that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import mean, stdev
from typing import Final

import pandas as pd

from kanglu.care.calendar import number
from kanglu.care.queue import WORKABLE
from kanglu.care.tasks import days_of
from kanglu.catalogue.programmes import Member
from kanglu.insight.board.cells import Because, Cell, Why, cell, of_tasks
from kanglu.insight.board.register import open_
from kanglu.insight.board.sources import Sources

WEEKS: Final = 4
"""How many weeks ahead are counted."""
WORKING_DAYS: Final = 5
"""Days of a week on which people are contacted; holidays are not known here."""
PAST_WEEKS: Final = 12
"""How many past weeks an expectation goes by."""
_T_95: Final = 2.201
"""97.5 % quantile of Student's t with `PAST_WEEKS` - 1 degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Expected:
    """People of a week to be expected from the past weeks, with the 95 % interval of one more such week."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """What one member of the staff has to do; `member` is None for what nobody owns.

    Parameters
    ----------
    clients : people of whose care team the member is.
    open, due_today, due_week, overdue : tasks; the week is the day and the six after it.
    waiting : people who can be contacted now: the window of a task has opened and no later try is agreed on.
    days : working days that the waiting are, at the member's capacity; None without a capacity.
    weeks : people by the week in which a task of theirs is due, the first that of the day.
    expected : see `Expected`; None where nothing fell due in the past weeks.
    """

    member: Member | None
    clients: Cell
    open: Cell
    due_today: Cell
    due_week: Cell
    overdue: Cell
    waiting: Cell
    days: float | None
    weeks: tuple[Cell, ...]
    expected: Expected | None

    @property
    def capacity_a_week(self) -> int | None:
        """Contacts in five working days."""
        return None if self.member is None else self.member.capacity * WORKING_DAYS


def loads(sources: Sources, owner: str | None = None) -> tuple[Load, ...]:
    """The load of every manager, of everybody else who owns an open task, and what nobody owns.

    One contact serves all that is to be done for a person, as in the queue: capacity is in people.
    `owner` is the one member that is asked for.
    """
    tasks = sources.tasks.assign(day=days_of(sources.tasks["due"]))
    owned = {str(name): some for name, some in tasks.groupby("owner")}
    staff = sources.rules.staff
    wanted = [one for one in staff.values() if one.role == "manager" or _has_open(owned.get(one.id))]
    wanted = sorted(wanted, key=lambda one: one.role != "manager")
    nothing = tasks.iloc[:0]
    found = [_load(sources, one, owned.get(one.id, nothing)) for one in wanted if owner in (None, one.id)]
    rest = tasks[tasks["owner"].isna()]
    return (*found, *([_load(sources, None, rest)] if owner is None and _has_open(rest) else ()))


def _has_open(tasks: pd.DataFrame | None) -> bool:
    return tasks is not None and bool(open_(tasks).any())


def _load(sources: Sources, member: Member | None, mine: pd.DataFrame) -> Load:
    tasks, today = mine[open_(mine)], number(sources.as_of)
    name = "nobody" if member is None else member.id
    day = tasks["day"]

    def key(what: str) -> str:
        return f"load/{name}/{what}"

    def due(first: int, days: int) -> pd.DataFrame:
        return tasks[(day >= first) & (day < first + days)]

    waiting = of_tasks(key("waiting"), _workable(tasks, sources.as_of.isoformat()), of_people=True)
    clients = frozenset[int]() if member is None else sources.clients(member.id)
    return Load(
        member,
        cell(key("clients"), clients, _team_why(sources, name)),
        of_tasks(key("open"), tasks),
        of_tasks(key("due_today"), due(today, 1)),
        of_tasks(key("due_week"), due(today, 7)),
        of_tasks(key("overdue"), tasks[day < today]),
        waiting,
        None if member is None else waiting.n / member.capacity,
        tuple(of_tasks(key(f"week_{at + 1}"), due(today + 7 * at, 7), of_people=True) for at in range(WEEKS)),
        _expected(mine, today),
    )


def _workable(tasks: pd.DataFrame, day: str) -> pd.DataFrame:
    return tasks[tasks["state"].isin(WORKABLE) & (tasks["next_try"].isna() | (tasks["next_try"] <= day))]


def _expected(tasks: pd.DataFrame, today: int) -> Expected | None:
    """From the people whose tasks fell due in each of the past weeks, whatever became of them."""
    past = tasks[(tasks["day"] < today) & (tasks["day"] >= today - 7 * PAST_WEEKS)]
    weeks = past["person_id"].groupby((today - 1 - past["day"]) // 7).nunique()
    counts = weeks.reindex(range(PAST_WEEKS), fill_value=0).tolist()
    if not any(counts):
        return None
    middle, reach = mean(counts), _T_95 * stdev(counts) * sqrt(1 + 1 / PAST_WEEKS)
    return Expected(middle, middle - reach, middle + reach)


def _team_why(sources: Sources, name: str) -> Why:
    def why(ids: Sequence[int]) -> Mapping[int, Because]:
        wanted = sources.team
        mine = wanted[(wanted["practitioner"] == name) & wanted["person_id"].isin(ids)]
        rows = mine[["person_id", "effective", "code"]].itertuples(index=False, name=None)
        return {int(one): Because("team", since[:10], (role,)) for one, since, role in rows}

    return why
