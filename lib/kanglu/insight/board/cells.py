"""A cell of the board: how many people, who they are, and for each the fact that puts him or her there."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from kanglu.insight.disclosure import Counts
from kanglu.insight.service.figure import Counted

type Kind = Literal["enrolled", "task", "pressure", "value", "visit", "no_visit", "contact", "team", "marks"]


@dataclass(frozen=True, slots=True)
class Because:
    """The fact that puts a person into a cell.

    Parameters
    ----------
    kind : what it is.
    day : its day as ISO text; None where it has none.
    codes : ids of the catalogue: the action of a task, the indicator of a value, tags and problems …
    values : numbers: the value, both pressures, the days that a task is late.
    """

    kind: Kind
    day: str | None = None
    codes: tuple[str, ...] = ()
    values: tuple[float, ...] = ()


type Why = Callable[[Sequence[int]], Mapping[int, Because]]


def unexplained(ids: Sequence[int]) -> Mapping[int, Because]:
    """No fact for anybody."""
    return {}


@dataclass(frozen=True, eq=False)
class Cell:
    """A number of the board that opens its list.

    Parameters
    ----------
    key : what names it on the board: ``register/hypertension/due``.
    n : how many: people, or the tasks, calls … of people.
    people : whose, in the order of the list.
    why : gives the facts that put people there.
    whose : whose each is of what is counted, where that is not people.
    """

    key: str
    n: int
    people: tuple[int, ...]
    why: Why = unexplained
    whose: tuple[int, ...] = ()

    @property
    def each(self) -> Counts:
        """Whose each is, see `disclosure.shown_counts`."""
        return np.array(self.whose or self.people, dtype=np.int64)


def cell(key: str, people: Collection[int], why: Why = unexplained) -> Cell:
    """A cell of people, each once, by id."""
    return Cell(key, len(people), tuple(sorted(people)), why)


def counted(key: str, some: Counted, why: Why = unexplained) -> Cell:
    """A count as a cell."""
    return Cell(key, some.n, tuple(sorted(some.people or ())), why, some.whose)


def of_tasks(key: str, tasks: pd.DataFrame, *, of_people: bool = False) -> Cell:
    """The tasks of a frame, those due first standing first; `of_people` counts whom they are of."""
    ordered = tasks.sort_values(["due", "person_id"], kind="stable")
    people = tuple(dict.fromkeys(ordered["person_id"].tolist()))
    whose = () if of_people else tuple(ordered["person_id"].tolist())
    return Cell(key, len(people) if of_people else len(tasks), people, tasks_why(ordered), whose)


def tasks_why(tasks: pd.DataFrame) -> Why:
    """Each person's first task by its due day: the action, the day, and how many days late."""

    def why(ids: Sequence[int]) -> Mapping[int, Because]:
        some = tasks[tasks["person_id"].isin(ids)].sort_values("due", kind="stable")
        first = some.drop_duplicates("person_id")
        rows = first[["person_id", "code", "due", "days_late"]].itertuples(index=False, name=None)
        return {
            person: Because("task", due if isinstance(due, str) else None, (code,), (float(late),))
            for person, code, due, late in rows
        }

    return why


def days_why(kind: Kind, days: Callable[[], pd.Series]) -> Why:
    """A day for each person, from a series by id; nothing for those who have none."""

    def why(ids: Sequence[int]) -> Mapping[int, Because]:
        found = days().reindex(list(ids)).dropna()
        texts = np.datetime_as_string(found.to_numpy(dtype="datetime64[D]"))
        return {int(one): Because(kind, str(day)) for one, day in zip(found.index, texts, strict=True)}

    return why


def contacts_why(contacts: pd.DataFrame, column: str) -> Why:
    """Each person's last contact of a frame: its day, and the code in a column."""

    def why(ids: Sequence[int]) -> Mapping[int, Because]:
        some = contacts[contacts["person_id"].isin(ids)].sort_values("effective", kind="stable")
        last = some.drop_duplicates("person_id", keep="last")
        rows = last[["person_id", "effective", column]].itertuples(index=False, name=None)
        return {
            person: Because("contact", day[:_DAY], (code,) if isinstance(code, str) else ())
            for person, day, code in rows
        }

    return why


_DAY: Final = len("2026-05-26")
