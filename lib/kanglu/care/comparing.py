"""What changed rules would mean: for whom something is added, dropped or moved, now or over a past time.

Both sets of rules are worked out over the same facts, and nothing is stored. A rule is compared together
with those that read its tags or answer its tasks.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from kanglu.care.blocks import block_of
from kanglu.care.calendar import NEVER, Ints, Mask, number
from kanglu.care.evaluation import PEOPLE_IN_A_BLOCK
from kanglu.care.evaluator import Evaluator
from kanglu.care.evidence import Evidence
from kanglu.care.given import Given
from kanglu.care.looking import indicators
from kanglu.care.rows import rows_of
from kanglu.catalogue import conditions as asked
from kanglu.catalogue.rulebook import Rulebook, load_rulebook, rulebook
from kanglu.catalogue.rules import Rule
from kanglu.dates import add_months
from kanglu.record import Store
from kanglu.record.rulings import Ruling

type Published = Sequence[tuple[str, Mapping[str, Any]]]
type Progress = Callable[[int, int], None]
type Moved = tuple[str, str, str | None, str | None]
"""Kind, code, and the due days (or the day since when) before and after; None where there is none."""

_DECIDING = ("programmes", "journeys", "events", "outcomes", "sending")
"""Sections that any rule may depend on; the others only give names."""
WORKING_DAYS_A_MONTH = 21
_TASKS = frozenset({"task", "referral"})


@dataclass(frozen=True, slots=True)
class Compared:
    """Two rulebooks, and the rules in which they differ, directly or by what they read."""

    before: Rulebook
    after: Rulebook
    rules: tuple[str, ...]


def changed_by(
    path: Path, rules: Rulebook | None = None, overlay: Path | None = None, published: Published = ()
) -> Compared:
    """The rules in force, and the same with those of a file in their place.

    Parameters
    ----------
    rules, overlay, published : the rules in force, and the layers that they came from.

    Raises `CatalogueError` when the file, or what comes of it, is refused; the rules in force stay.
    """
    before = rules or (load_rulebook(overlay=overlay, published=published) if published else rulebook())
    return compared(before, load_rulebook(before.catalogue, overlay, published, path))


def compared(before: Rulebook, after: Rulebook) -> Compared:
    """Two rulebooks, with the rules in which they differ."""
    differing = {
        name for name in {*before.rules, *after.rules} if before.rules.get(name) != after.rules.get(name)
    }
    others = any(getattr(before, section) != getattr(after, section) for section in _DECIDING)
    touched = set(after.rules) if others else _touched(before, after, differing)
    return Compared(before, after, tuple(name for name in after.order if name in touched))


def _touched(before: Rulebook, after: Rulebook, differing: set[str]) -> set[str]:
    """The rules that differ, and those that read the tags or answer the tasks of one that does."""
    found = set(differing)
    while True:
        given = {
            (gift.kind, gift.code)
            for rules in (before, after)
            for name in found
            if name in rules.rules
            for gift in rules.rules[name].gives
        }
        more = {name for name, rule in after.rules.items() if _reads(rule) & given} - found
        if not more:
            return found
        found |= more


def _reads(rule: Rule) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for condition in (rule.applies, rule.when):
        for node in asked.walk(condition) if condition is not None else ():
            if isinstance(node, asked.HasTag):
                found.add(("tag", node.tag))
    if rule.on is not None and rule.on.task is not None:
        found.update(("task", code) for code in rule.on.task.code)
    return found


@dataclass(frozen=True, slots=True)
class Differs:
    """What new rules change for one person on a day."""

    record_number: str
    added: tuple[Moved, ...]
    dropped: tuple[Moved, ...]
    moved: tuple[Moved, ...]

    def to_data(self) -> dict[str, object]:
        """The same as plain data."""
        return asdict(self)


def diff(
    store: Store,
    compared: Compared,
    ids: Sequence[int],
    *,
    as_of: date,
    known: date,
    progress: Progress = lambda done, total: None,
) -> list[Differs]:
    """For whom the new rules change what is there on a day, and what. Nothing is stored."""
    found: list[Differs] = []
    live = dict.fromkeys({*compared.before.rules, *compared.after.rules}, number(as_of))
    for before, after in _both(store, compared, ids, as_of, known, live, progress):
        old, new = (_open_rows(side, compared.rules) for side in (before, after))
        numbers = dict(zip(before.block.ids.tolist(), before.block.numbers.tolist(), strict=True))
        found += _differing(old, new, numbers)
    return found


def _open_rows(side: Evaluator, rules: Sequence[str]) -> dict[tuple[int, str, str], Ruling]:
    """What is open by person, kind and code; of several the one due first."""
    wanted = [name for name in rules if name in side.rulebook.rules]
    rows = [
        row
        for row in rows_of(side.run(wanted), side.block, Evidence(side), side.live)
        if row.state == "open" and row.based_on is None
    ]
    rows.sort(key=lambda row: row.due or row.starts, reverse=True)
    return {(row.person_id, row.kind, row.code): row for row in rows}


def _differing(
    before: Mapping[tuple[int, str, str], Ruling],
    after: Mapping[tuple[int, str, str], Ruling],
    numbers: Mapping[int, str],
) -> Iterator[Differs]:
    changes: dict[int, tuple[list[Moved], list[Moved], list[Moved]]] = {}
    for key in sorted({*before, *after}):
        days = [None if row is None else row.due or row.starts for row in (before.get(key), after.get(key))]
        if days[0] == days[1]:
            continue
        place = 0 if days[0] is None else 1 if days[1] is None else 2
        changes.setdefault(key[0], ([], [], []))[place].append((key[1], key[2], days[0], days[1]))
    for person, (added, dropped, moved) in changes.items():
        yield Differs(numbers[person], tuple(added), tuple(dropped), tuple(moved))


@dataclass(slots=True)
class Month:
    """One month under one of two sets of rules.

    Parameters
    ----------
    month : as ``2026-03``.
    given, due : tasks that were given, and that fell due.
    a_day : those due, by working day and manager.
    """

    month: str
    given: int = 0
    due: int = 0
    a_day: float = 0.0


@dataclass(frozen=True, slots=True)
class Simulated:
    """A past time under the rules in force and under changed ones.

    Parameters
    ----------
    before, after : by month.
    managers, capacity : how many, and how many contacts a day each can make.
    added, dropped : record numbers of those who get something only by the changed, only by the old rules.
    gifts : by kind and code, how often each was given before and after.
    """

    since: date
    until: date
    people: int
    rules: tuple[str, ...]
    managers: int
    capacity: float
    before: tuple[Month, ...]
    after: tuple[Month, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    gifts: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def to_data(self) -> dict[str, object]:
        """The same as plain data."""
        gifts = {f"{kind} {code}": list(counts) for (kind, code), counts in self.gifts.items()}
        return {**asdict(self), "gifts": gifts}


def simulate(
    store: Store,
    compared: Compared,
    ids: Sequence[int],
    *,
    since: date,
    until: date,
    known: date,
    managers: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Simulated:
    """Replay changed rules over a past time: what they would have given each month, and to whom.

    Parameters
    ----------
    since, until : the first and last day. Who was what on a day follows from the facts of that day; they are
        taken as they are known on `known`.
    managers : among how many people the tasks are shared; the managers of the staff, else one, when None.
    """
    names = _months(since, until)
    sides = ({name: Month(name) for name in names}, {name: Month(name) for name in names})
    gifts: tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]] = (Counter(), Counter())
    whom: tuple[set[str], set[str]] = (set(), set())
    live = dict.fromkeys({*compared.before.rules, *compared.after.rules}, number(since))
    span = number(since), number(until)
    for both in _both(store, compared, ids, until, known, live, progress):
        for side, months, counts, people in zip(both, sides, gifts, whom, strict=True):
            for given in side.run([name for name in compared.rules if name in side.rulebook.rules]):
                _count(given, span, months, counts)
                people.update(side.block.numbers[given.person[_given_in(given, span)]].tolist())
    staff = [one for one in compared.after.staff.values() if one.role == "manager"]
    shared = managers or len(staff) or 1
    capacity = sum(one.capacity for one in staff) / len(staff) if staff else 20.0
    for months in sides:
        for month in months.values():
            month.a_day = month.due / WORKING_DAYS_A_MONTH / shared
    return Simulated(
        since, until, len(ids), compared.rules, shared, capacity,
        tuple(sides[0].values()), tuple(sides[1].values()),
        tuple(sorted(whom[1] - whom[0])), tuple(sorted(whom[0] - whom[1])),
        {key: (gifts[0][key], gifts[1][key]) for key in sorted({*gifts[0], *gifts[1]})},
    )  # fmt: skip


def _given_in(given: Given, span: tuple[int, int]) -> Mask:
    """What was given within the time, or was there when it began."""
    return np.asarray((given.starts <= span[1]) & (given.ends >= span[0]) & (given.ends >= given.starts))


def _count(
    given: Given, span: tuple[int, int], months: Mapping[str, Month], counts: Counter[tuple[str, str]]
) -> None:
    kept = given.where(_given_in(given, span))
    counts[kept.gift.kind, kept.gift.code] += len(kept)
    if kept.gift.kind not in _TASKS:
        return
    for name, day in (("given", np.maximum(kept.starts, span[0])), ("due", kept.due)):
        wanted = (day >= span[0]) & (day <= span[1])
        if name == "due":
            wanted &= (day < kept.ends) | (day == kept.ends)
        for month, count in zip(*_by_month(day[wanted].astype(np.int32)), strict=True):
            setattr(months[month], name, getattr(months[month], name) + count)


def _by_month(days: Ints) -> tuple[list[str], list[int]]:
    month, count = np.unique(days.astype("datetime64[D]").astype("datetime64[M]"), return_counts=True)
    return [str(one) for one in month], count.tolist()


def _months(since: date, until: date) -> list[str]:
    found, first = [], since.replace(day=1)
    while first <= until:
        found.append(f"{first:%Y-%m}")
        first = add_months(first, 1)
    return found


def _both(
    store: Store,
    compared: Compared,
    ids: Sequence[int],
    as_of: date,
    known: date,
    live: Mapping[str, int],
    progress: Progress,
) -> Iterator[tuple[Evaluator, Evaluator]]:
    """Both sets of rules over the same facts, a block of people at a time."""
    wanted = sorted(indicators(compared.before) | indicators(compared.after))
    for start in range(0, len(ids), PEOPLE_IN_A_BLOCK):
        some = ids[start : start + PEOPLE_IN_A_BLOCK]
        facts = store.known_facts(some, wanted, as_of, known)
        before, after = (
            Evaluator(block_of(facts, rules), rules, lambda rule: live.get(rule, NEVER))
            for rules in (compared.before, compared.after)
        )
        yield before, after
        progress(min(start + PEOPLE_IN_A_BLOCK, len(ids)), len(ids))
