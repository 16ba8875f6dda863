"""The tasks of people on a day: what rules gave, and what has become of it since.

Only facts are stored. The state of a task follows from the rules' last evaluation, from what people have done
since (by the same rules as in the evaluation, see `closing`), and from the day.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanglu.care.block import Block
from kanglu.care.blocks import block_of
from kanglu.care.book import in_force
from kanglu.care.calendar import NEVER, Ints, Mask, number
from kanglu.care.closing import ByHand, Closings
from kanglu.care.given import FAILED, OPEN, key_of
from kanglu.care.rows import texts
from kanglu.catalogue.rulebook import Rulebook
from kanglu.dates import end_of
from kanglu.record import Panel, Store
from kanglu.record.facts import TaskChange
from kanglu.record.frames import AHEAD
from kanglu.record.known import COLUMNS, Known
from kanglu.record.listed import ENDED
from kanglu.record.moment import Moment
from kanglu.record.rulings import Ruling

type Words = npt.NDArray[np.object_]

TASKS: Final = ("task", "referral", "recommendation")
"""The kinds of what rules give that ask somebody of the staff to act."""
CLOSED: Final = ("done", "failed", "cancelled")
ACTS: Final = ("communication", "task_change", "care_team")
"""The facts that say what people did to tasks, and whose they are."""
TASK_COLUMNS: Final = (
    "person_id", "record_number", "key", "kind", "code", "rule", "version", "period", "part", "state",
    "starts", "window_start", "due", "lapses", "ends", "days_late", "priority", "role", "owner", "channel",
    "based_on", "attempts", "last_outcome", "next_try", "snoozed_until", "reason", "inputs",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Acts:
    """What people did to the tasks of some people, and who looks after them.

    Parameters
    ----------
    known : the facts, of the kinds `ACTS` at least.
    """

    known: Known

    def frame(self, kind: str) -> pd.DataFrame:
        """The facts of a kind that count on the day, by person and time."""
        facts = pd.DataFrame(dict(self.known.tables[kind]))
        facts = facts[facts["effective"].notna()]
        if kind not in AHEAD:
            facts = facts[facts["effective"] <= end_of(self.known.as_of)]
        return facts.sort_values(["person_id", "effective", "id"], ignore_index=True)

    @cached_property
    def contacts(self) -> pd.DataFrame:
        """Calls and messages."""
        return self.frame("communication")

    @cached_property
    def changes(self) -> pd.DataFrame:
        """What was done by hand."""
        return self.frame("task_change")

    @property
    def attempts(self) -> pd.DataFrame:
        """The contacts that were tried about a task, and came to something."""
        found = self.contacts
        return found[(found["direction"] == "out") & found["about"].notna() & found["outcome"].notna()]

    @property
    def numbers(self) -> "pd.Series[str]":
        """Record numbers by person id."""
        return self.known.people.set_index("person_id")["record_number"]

    def block(self, rules: Rulebook) -> Block:
        """The same in columns, and nothing else of these people."""
        none = {
            name: {column: np.empty(0, dtype=_KINDS.get(column, np.object_)) for column in columns}
            for name, columns in COLUMNS.items()
        }
        return block_of(replace(self.known, tables=none | dict(self.known.tables)), rules)

    def with_change(self, change: TaskChange) -> "Acts":
        """As they would be with one more act."""
        said = {"id": np.iinfo(np.int64).max, **change._asdict()}
        table = {
            name: np.append(cells, np.array([said[name]], dtype=cells.dtype))
            for name, cells in self.known.tables["task_change"].items()
        }
        return Acts(replace(self.known, tables={**self.known.tables, "task_change": table}))


_KINDS: Final[Mapping[str, type[np.generic]]] = {
    "id": np.int64,
    "person_id": np.int64,
    "recorded_day": np.int32,
}


def tasks(
    store: Store,
    people: Panel | Sequence[int],
    as_of: date | None = None,
    known: date | None = None,
    *,
    rules: Rulebook | None = None,
) -> pd.DataFrame:
    """The tasks of people on a day, open and closed, one row a task.

    Parameters
    ----------
    people : a panel, or ids.
    as_of, known : the two times; the store's when None.
    rules : the rules in force; those of this installation when None.

    Returns
    -------
    Columns `TASK_COLUMNS`, by person, due day and key; days as ISO text. `state` is draft, ready, due,
    overdue, snoozed, done, failed or cancelled. `days_late` counts from the due day to the day, or to the one
    on which the task was closed. `owner` has taken it or was handed it, else is the member of the care team
    whose `role` it is. `next_try` follows from what came of the last attempt, `snoozed_until` is the day to
    which it was put off last.
    """
    moment = Moment(as_of or store.as_of, known or as_of or store.known)
    rows = results(store, people.ids if isinstance(people, Panel) else people, moment, TASKS)
    acts = acts_of(store, rows["person_id"].tolist(), moment)
    found = derived(rows, acts, rules or in_force(store))
    found["record_number"] = acts.numbers.reindex(found["person_id"]).to_numpy(dtype=object)
    return found[[*TASK_COLUMNS]]


def acts_of(store: Store, ids: Iterable[int], moment: Moment, *more: str) -> Acts:
    """What was done to the tasks of people, and `more` kinds of facts.

    It is read as the rules read: one row of the audit log. Whoever shows it to somebody reads the people.
    """
    return Acts(store.known_facts(sorted(set(ids)), (), moment.as_of, moment.known, (*ACTS, *more)))


def read_acts(store: Store, person_id: int, moment: Moment) -> Acts:
    """The same of one person while a batch is being entered; the caller has been audited already."""
    return Acts(store.known_entered(person_id, moment, ACTS))


def results(store: Store, ids: Sequence[int], moment: Moment, kinds: Sequence[str]) -> pd.DataFrame:
    """The stored results of the rules that are there on the day, columns as in `Ruling`."""
    day, stored = moment.as_of.isoformat(), store.results(ids, moment.known)
    return frame_of([one.row for one in stored if one.row.kind in kinds and one.row.starts <= day])


def frame_of(rows: Sequence[Ruling]) -> pd.DataFrame:
    """Results of rules as a frame; what is missing is None."""
    frame = pd.DataFrame(rows, columns=list(Ruling._fields), dtype=object)
    return frame.astype({"person_id": np.int64, "version": np.int64, "part": np.int64})


def derived(rows: pd.DataFrame, acts: Acts, rules: Rulebook) -> pd.DataFrame:
    """What has become of results of rules on the day of the acts: as `tasks`, without record numbers.

    Parameters
    ----------
    rows : columns as in `Ruling`; those that begin after the day are left out.
    acts : of the same people.
    """
    as_of = acts.known.as_of
    rows = rows[rows["starts"] <= as_of.isoformat()].reset_index(drop=True)
    named = zip(rows["rule"].tolist(), rows["period"].tolist(), rows["part"].tolist(), strict=True)
    rows["key"] = np.array([*(key_of(*one) for one in named), None], dtype=object)[:-1]
    today, closings = number(as_of), _closings(rows, acts, rules)
    opens, due = days_of(rows["window_start"]), days_of(rows["due"])
    changes = acts.changes
    snoozes = changes[changes["code"] == "snoozed"]
    until = days_of(pd.Series(_at(snoozes, "until", _last(snoozes, "task", rows))))
    open_ = closings.state == OPEN
    snoozed = open_ & (until > today) & (until < NEVER)
    rows["state"] = np.select(
        [~open_, snoozed, (opens > today) & (opens < NEVER), due > today, due == today],
        [closings.state, "snoozed", "draft", "ready", "due"],
        "overdue",
    )
    rows["ends"], rows["reason"] = _texts(closings.ends), closings.reason
    rows["days_late"] = np.maximum(np.minimum(today, closings.ends) - due, 0)
    rows["snoozed_until"] = _texts(until)
    _add_attempts(rows, acts, rules, open_)
    handings = changes[(changes["code"] == "handed_over") & changes["owner"].notna()]
    last = _last(handings, "task", rows)
    rows["owner"] = np.where(last >= 0, _at(handings, "owner", last), _carers(rows, acts))
    return rows.sort_values(["person_id", "due", "key"], ignore_index=True)


def _closings(rows: pd.DataFrame, acts: Acts, rules: Rulebook) -> Closings:
    """When, how and why each is closed by the day: by the evaluation, by hand since, or by its lapse."""
    today, block = number(acts.known.as_of), acts.block(rules)
    by_hand = ByHand(block, rules)
    person = np.searchsorted(block.ids, rows["person_id"].to_numpy(dtype=np.int64)).astype(np.int32)
    period, starts, parts = days_of(rows["period"]), days_of(rows["starts"]), rows["part"].tolist()
    found = Closings.none(len(rows))
    for at in rows.groupby(["rule", "part"]).indices.values():
        some, rule, part = Closings.none(len(at)), str(rows["rule"].iat[at[0]]), int(parts[at[0]])
        by_hand.close(some, rule, part, person[at], period[at], starts[at])
        found.ends[at], found.state[at], found.reason[at] = some.ends, some.state, some.reason
    found.by((days_of(rows["lapses"]) + 1).astype(np.int32), FAILED, "lapsed")
    ended = days_of(rows["ends"])
    stored = zip(ended.tolist(), rows["state"].tolist(), rows["reason"].tolist(), strict=True)
    for place, (key, closing) in enumerate(zip(rows["key"].tolist(), stored, strict=True)):
        if closing[0] <= today and not by_hand.reopened(int(person[place]), key, closing):
            found.ends[place], found.state[place], found.reason[place] = closing
    ahead = found.ends > today
    found.ends[ahead], found.state[ahead], found.reason[ahead] = NEVER, OPEN, None
    return found


def _add_attempts(rows: pd.DataFrame, acts: Acts, rules: Rulebook, open_: Mask) -> None:
    """How often somebody tried, what came of it last, and the next try of what is open."""
    tried = acts.attempts
    counts = Counter(_pairs(tried, "about"))
    rows["attempts"] = np.array([counts[one] for one in _pairs(rows, "key")], dtype=np.int64)
    last = _last(tried, "about", rows)
    outcomes, times = _at(tried, "outcome", last), _at(tried, "effective", last)
    rows["last_outcome"] = outcomes
    retries: list[str | None] = []
    for outcome, on, is_open in zip(outcomes, times, open_, strict=True):
        retry = rules.outcomes[outcome].retry if is_open and outcome in rules.outcomes else None
        retries.append(None if retry is None else retry.after(date.fromisoformat(on[:10])).isoformat())
    rows["next_try"] = np.array([*retries, None], dtype=object)[:-1]


def _carers(rows: pd.DataFrame, acts: Acts) -> Words:
    """The member of the care team, on the day, whose role each task is."""
    members = held_on(acts.frame("care_team"), acts.known.as_of)
    members = members[members["practitioner"].notna()]
    return _at(members, "practitioner", _last(members, "code", rows, "role"))


def held_on(stretches: pd.DataFrame, day: date) -> pd.DataFrame:
    """The episodes or memberships that hold on a day; on the one of its end it no longer does."""
    on, start, end = day.isoformat(), stretches["effective"].fillna(""), stretches["effective_end"].fillna("")
    lasts = (end > on) | ((end == "") & ~stretches["clinical_status"].isin(ENDED))
    return stretches[lasts & (start != "") & (start <= end_of(day))]


def _last(facts: pd.DataFrame, name: str, rows: pd.DataFrame, of: str = "key") -> Ints:
    """For each row the place of the last fact about it, which names it in column `name`; -1 for none."""
    places = {one: place for place, one in enumerate(_pairs(facts, name))}
    return np.array([places.get(one, -1) for one in _pairs(rows, of)], dtype=np.int32)


def _pairs(frame: pd.DataFrame, name: str) -> Iterable[tuple[int, str]]:
    """Each row's person and what it names; plain pairs, as pandas takes milliseconds for a few of them."""
    return zip(frame["person_id"].tolist(), frame[name].tolist(), strict=True)


def _at(facts: pd.DataFrame, name: str, places: Ints) -> Words:
    """The texts of a column at places; None for what is missing, and at -1."""
    column = facts[name]
    known = column.astype(object).where(column.notna(), other=None)
    cells: Words = np.array([*known.tolist(), None], dtype=object)
    return cells[places]


def days_of(column: "pd.Series[Any]") -> Ints:
    """ISO days as numbers; NEVER where there is none."""
    place, distinct = pd.factorize(column.to_numpy(dtype=object))
    known = [number(date.fromisoformat(str(text)[:10])) for text in distinct]
    return np.array([*known, NEVER], dtype=np.int32)[place]


def _texts(days: Ints) -> Words:
    return np.array([*texts(days), None], dtype=object)[:-1]
