"""The tasks of people on a day: what rules gave, and what has become of it since.

Only facts are stored. The state of a task follows from the rules' last evaluation, from what people have done
since (by the same rules as in the evaluation, see `closing`), and from the day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanglu.care.block import Block
from kanglu.care.blocks import ENDED, block_of
from kanglu.care.calendar import NEVER, Ints, Mask, number
from kanglu.care.closing import ByHand, Closings
from kanglu.care.given import FAILED, OPEN, key_of
from kanglu.care.rows import texts
from kanglu.catalogue.rulebook import Rulebook, rulebook
from kanglu.dates import end_of
from kanglu.record import Panel, Store
from kanglu.record.known import COLUMNS, Known
from kanglu.record.moment import Moment
from kanglu.record.panel import read_facts
from kanglu.record.rulings import Ruling

type State = Literal["draft", "ready", "due", "overdue", "snoozed", "done", "failed", "cancelled"]
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
    """What people did to the tasks of some people: frames of facts, columns as the tables of the record.

    Parameters
    ----------
    communication, task_change : contacts, and acts, by person and time.
    care_team : who looks after them.
    """

    communication: pd.DataFrame
    task_change: pd.DataFrame
    care_team: pd.DataFrame

    @cached_property
    def attempts(self) -> pd.DataFrame:
        """The contacts that were tried about a task, and came to something."""
        found = self.communication
        return found[(found["direction"] == "out") & found["about"].notna() & found["outcome"].notna()]

    def block(self, ids: npt.NDArray[np.int64], as_of: date, rules: Rulebook) -> Block:
        """The same in columns, and nothing else of these people (ids ascending)."""
        people = pd.DataFrame({"person_id": ids, "recorded_day": np.zeros(len(ids), dtype=np.int32)})
        for name in ("record_number", "sex", "birth_date", "died"):
            people[name] = None
        frames: Mapping[str, pd.DataFrame] = {
            "communication": self.communication,
            "task_change": self.task_change,
        }
        tables = {
            name: {column: _column(frames.get(name), column, ids) for column in columns}
            for name, columns in COLUMNS.items()
        }
        return block_of(Known(as_of, people, {}, tables), rules)


def _column(facts: pd.DataFrame | None, name: str, ids: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    kind = {"id": np.int64, "person_id": np.int64, "recorded_day": np.int32}.get(name, np.object_)
    if facts is None:
        return np.empty(0, dtype=kind)
    cells = facts.loc[facts["person_id"].isin(ids), name]
    return _nothing_missing(cells) if kind is np.object_ else cells.to_numpy(dtype=kind)


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
    Columns `TASK_COLUMNS`, by person, due day and key; days as ISO text. `days_late` counts from the due day
    to the day, or to the one on which the task was closed. `owner` has taken it or was handed it, else is the
    member of the care team whose `role` it is. `next_try` follows from what came of the last attempt,
    `snoozed_until` is the day to which it was put off last.
    """
    moment = Moment(as_of or store.as_of, known or as_of or store.known)
    rows = results(store, people.ids if isinstance(people, Panel) else people, moment, TASKS)
    acts = acts_of(store, rows["person_id"].tolist(), moment)
    return numbered(store, derived(rows, acts, moment.as_of, rules or rulebook()), moment)[[*TASK_COLUMNS]]


def numbered(store: Store, found: pd.DataFrame, moment: Moment) -> pd.DataFrame:
    """The same with the record numbers of the people."""
    people = store.people(sorted(set(found["person_id"].tolist())), moment).set_index("person_id")
    return found.assign(record_number=people["record_number"].reindex(found["person_id"]).to_numpy())


def acts_of(store: Store, ids: Iterable[int], moment: Moment) -> Acts:
    """What was done to the tasks of people; each read is audited."""
    concerned = sorted(set(ids))
    return Acts(*(store.facts(concerned, kind, moment) for kind in ACTS))


def read_acts(store: Store, ids: Sequence[int], moment: Moment) -> Acts:
    """The same while a batch is being entered; the caller has been audited already."""
    with store.database.reading() as connection:
        return Acts(*(read_facts(connection, ids, kind, moment, None) for kind in ACTS))


def results(store: Store, ids: Sequence[int], moment: Moment, kinds: Sequence[str]) -> pd.DataFrame:
    """The stored results of the rules that are there on the day, columns as in `Ruling`."""
    day, stored = moment.as_of.isoformat(), store.results(ids, moment.known)
    return frame_of([one.row for one in stored if one.row.kind in kinds and one.row.starts <= day])


def frame_of(rows: Sequence[Ruling]) -> pd.DataFrame:
    """Results of rules as a frame; what is missing is None."""
    frame = pd.DataFrame(rows, columns=list(Ruling._fields), dtype=object)
    return frame.astype({"person_id": np.int64, "version": np.int64, "part": np.int64})


def derived(rows: pd.DataFrame, acts: Acts, as_of: date, rules: Rulebook) -> pd.DataFrame:
    """What has become of results of rules on a day: as `tasks`, without record numbers.

    Parameters
    ----------
    rows : columns as in `Ruling`; those that begin after the day are left out.
    acts : of the same people.
    """
    rows = rows[rows["starts"] <= as_of.isoformat()].reset_index(drop=True)
    named = zip(rows["rule"].tolist(), rows["period"].tolist(), rows["part"].tolist(), strict=True)
    rows["key"] = np.array([*(key_of(*one) for one in named), None], dtype=object)[:-1]
    today, closings = number(as_of), _closings(rows, acts, as_of, rules)
    opens, due = days_of(rows["window_start"]), days_of(rows["due"])
    changes = acts.task_change
    until = days_of(_last(changes[changes["code"] == "snoozed"], "task", rows)["until"])
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
    handed = _last(changes[(changes["code"] == "handed_over") & changes["owner"].notna()], "task", rows)
    rows["owner"] = np.where(handed["owner"].notna(), handed["owner"], _carers(rows, acts, as_of))
    return rows.sort_values(["person_id", "due", "key"], ignore_index=True)


def _closings(rows: pd.DataFrame, acts: Acts, as_of: date, rules: Rulebook) -> Closings:
    """When, how and why each is closed by the day: by the evaluation, by hand since, or by its lapse."""
    today, ids = number(as_of), np.unique(rows["person_id"].to_numpy(dtype=np.int64))
    by_hand = ByHand(acts.block(ids, as_of, rules), rules)
    person = np.searchsorted(ids, rows["person_id"].to_numpy()).astype(np.int32)
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
    counts = tried.groupby(["person_id", "about"]).size()
    rows["attempts"] = counts.reindex(_names(rows)).fillna(0).to_numpy(dtype=np.int64)
    last = _last(tried, "about", rows)
    rows["last_outcome"] = last["outcome"]
    retries: list[str | None] = []
    for outcome, on, is_open in zip(last["outcome"].tolist(), last["effective"].tolist(), open_, strict=True):
        retry = rules.outcomes[outcome].retry if is_open and outcome in rules.outcomes else None
        retries.append(None if retry is None else retry.after(date.fromisoformat(on[:10])).isoformat())
    rows["next_try"] = np.array([*retries, None], dtype=object)[:-1]


def _carers(rows: pd.DataFrame, acts: Acts, as_of: date) -> Words:
    """The member of the care team, on the day, whose role each task is."""
    members = held_on(acts.care_team, as_of)
    members = members[members["practitioner"].notna()]
    return _nothing_missing(_last(members, "code", rows, "role")["practitioner"])


def held_on(stretches: pd.DataFrame, day: date) -> pd.DataFrame:
    """The episodes or memberships that hold on a day; on the one of its end it no longer does."""
    on, start, end = day.isoformat(), stretches["effective"].fillna(""), stretches["effective_end"].fillna("")
    lasts = (end > on) | ((end == "") & ~stretches["clinical_status"].isin(ENDED))
    return stretches[lasts & (start != "") & (start <= end_of(day))]


def _last(facts: pd.DataFrame, name: str, rows: pd.DataFrame, of: str = "key") -> pd.DataFrame:
    """For each row the last fact about it, which names it in column `name`; None where there is none."""
    last = facts.drop_duplicates(["person_id", name], keep="last").set_index(["person_id", name])
    found = last.reindex(_names(rows, of)).reset_index(drop=True).astype(object)
    return found.where(found.notna(), other=None)


def _names(rows: pd.DataFrame, of: str = "key") -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([rows["person_id"], rows[of]])


def _nothing_missing(column: "pd.Series[Any]") -> Words:
    """Texts in an array; None for what is missing."""
    cells = column.to_numpy(dtype=object, copy=True)
    cells[column.isna().to_numpy()] = None
    return cells


def days_of(column: "pd.Series[Any]") -> Ints:
    """ISO days as numbers; NEVER where there is none."""
    place, distinct = pd.factorize(column.to_numpy(dtype=object))
    known = [number(date.fromisoformat(str(text)[:10])) for text in distinct]
    return np.array([*known, NEVER], dtype=np.int32)[place]


def _texts(days: Ints) -> Words:
    return np.array([*texts(days), None], dtype=object)[:-1]
