"""Evaluating a panel: the rules over all for whom something may have changed, and what follows, stored.

What is stored is what the rules give by the facts as they are known, no more and no less: each evaluation
works it out anew for the people it looks at, withdraws what no longer follows and enters what is new. So the
same evaluation twice changes nothing, a late entry or a correction changes what it should, and one that was
killed is simply run again.
"""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from kanglu.care.blocks import block_of
from kanglu.care.book import in_force
from kanglu.care.calendar import NEVER, number
from kanglu.care.evaluator import Evaluator
from kanglu.care.evidence import Evidence
from kanglu.care.looking import indicators
from kanglu.care.rows import rows_of, texts
from kanglu.catalogue.rulebook import Rulebook
from kanglu.errors import RecordError
from kanglu.record import Store
from kanglu.record.rulings import Ruling, Stored

PEOPLE_IN_A_BLOCK = 5000
FEW = 2 * PEOPLE_IN_A_BLOCK
"""Up to so many people are not worth the start of a second process."""

type Scope = Literal["changed", "full"]
type Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What an evaluation did.

    Parameters
    ----------
    as_of, revision : the day, and the rules that were in force.
    people : how many were looked at.
    entered, withdrawn : rows by kind (tag, task …) that are new, and that no longer follow.
    open : what is open now of the people who were looked at, by kind.
    """

    as_of: date
    revision: str
    people: int
    entered: Counter[str] = field(default_factory=Counter)
    withdrawn: Counter[str] = field(default_factory=Counter)
    open: Counter[str] = field(default_factory=Counter)

    def to_data(self) -> dict[str, object]:
        """The same as plain data."""
        return {
            "as_of": self.as_of.isoformat(),
            "revision": self.revision,
            "people": self.people,
            "entered": dict(sorted(self.entered.items())),
            "withdrawn": dict(sorted(self.withdrawn.items())),
            "open": dict(sorted(self.open.items())),
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """What must change in the record of some people: rows to enter, rows to withdraw, and their state.

    `states` has a row a person: id, and the first day on which something changes without new facts, or None.
    """

    entered: list[Ruling]
    withdrawn: list[int]
    states: list[tuple[int, str | None]]
    withdrawn_kinds: Counter[str]
    open: Counter[str]


@dataclass(frozen=True, slots=True)
class _Work:
    """What a process needs to evaluate people; it opens its own connection."""

    store: Store
    rules: Rulebook
    as_of: date
    known: date
    live: Mapping[str, int]

    def differ(self, ids: Sequence[int]) -> Difference:
        """The difference between what follows for these people and what is stored."""
        found = evaluator_of(self.store, self.rules, ids, self.as_of, self.known, self.live)
        given = found.run()
        evidence = Evidence(found)
        rows = list(rows_of(given, found.block, evidence, lambda rule: self.live.get(rule, NEVER)))
        stored = self.store.current_results(ids, self.known)
        changes = texts(found.next_changes(given))
        states = list(zip(found.block.ids.tolist(), changes, strict=True))
        return _difference(rows, stored, self.rules, states)


def evaluate(
    store: Store,
    rules: Rulebook | None = None,
    *,
    as_of: date | None = None,
    known: date | None = None,
    scope: Scope = "changed",
    people: Sequence[int] | None = None,
    since: date | None = None,
    jobs: int = 1,
    progress: Progress = lambda done, total: None,
) -> Evaluated:
    """Bring what the rules give up to a day.

    Parameters
    ----------
    store : opened for writing.
    rules : the rules in force; those of the record when None.
    as_of, known : the two times; the store's when None.
    scope : those for whom something may have changed since the last evaluation, or everybody.
    people : only these ids, whatever the scope.
    since : the day from which rules not yet in force are; `as_of` when None.
    jobs : processes.
    progress : called with people done and people in all.

    Raises `RecordError` for a day before the last evaluation: what was done since would seem never to have
    been asked for. To look back, use `explain` or `simulate`, which store nothing.
    """
    book, store = rules or in_force(store), store.for_rules()
    day, knowing = as_of or store.as_of, known or as_of or store.known
    _refuse_the_past(store, day)
    live = _live(store, book, since or day)
    chosen = _chosen(store, book, day, scope, people)
    kind = "people" if people is not None else scope
    number_ = store.begin_evaluation(day, knowing, book.revision, kind, len(chosen))
    work = _Work(store, book, day, knowing, live)
    result = Evaluated(day, book.revision, len(chosen))
    done = 0
    for some, found in _differences(work, chosen, jobs):
        store.write_results(number_, day, book.revision, found.entered, found.withdrawn, found.states)
        result.entered.update(row.kind for row in found.entered)
        result.withdrawn.update(found.withdrawn_kinds)
        result.open.update(found.open)
        done += len(some)
        progress(done, len(chosen))
    store.complete_evaluation(number_, {**result.to_data()})
    return result


def evaluator_of(
    store: Store,
    rules: Rulebook,
    ids: Sequence[int],
    as_of: date,
    known: date,
    live: Mapping[str, int],
) -> Evaluator:
    """The rules over these people, as of a day; nothing is stored."""
    facts = store.known_facts(ids, sorted(indicators(rules)), as_of, known)
    return Evaluator(block_of(facts, rules), rules, lambda rule: live.get(rule, NEVER))


def _refuse_the_past(store: Store, day: date) -> None:
    last = store.last_evaluation()
    if last is not None and day < date.fromisoformat(last.as_of):
        raise RecordError(
            f"The rules were evaluated as of {last.as_of} already, which is after {day}.",
            remedy="If the clock was set back, set it right. `kanglu rules explain --as-of` looks back.",
        )


def _live(store: Store, rules: Rulebook, since: date) -> dict[str, int]:
    """From which day each rule is in force; those that are new are from now on.

    A new version keeps the day of the rule's first: what it goes on giving keeps its name.
    """
    first: dict[str, str] = {}
    versions = set()
    for rule, version, live_from in store.rule_versions():
        versions.add((rule, version))
        first[rule] = min(live_from, first.get(rule, live_from))
    fresh = [
        (rule.id, rule.version, rule.model_dump_json(by_alias=True, exclude_defaults=True), since.isoformat())
        for rule in rules.rules.values()
        if (rule.id, rule.version) not in versions
    ]
    if fresh:
        store.enter_rule_versions(fresh)
    return {rule: number(date.fromisoformat(first.get(rule, since.isoformat()))) for rule in rules.rules}


def _chosen(
    store: Store, rules: Rulebook, day: date, scope: Scope, people: Sequence[int] | None
) -> list[int]:
    if people is not None:
        return sorted(set(people))
    if scope == "full":
        return store.everybody()
    return store.people_to_evaluate(day, rules.revision)


def _differences(work: _Work, chosen: Sequence[int], jobs: int) -> Iterator[tuple[Sequence[int], Difference]]:
    blocks = [chosen[at : at + PEOPLE_IN_A_BLOCK] for at in range(0, len(chosen), PEOPLE_IN_A_BLOCK)]
    if jobs == 1 or len(chosen) <= FEW:
        for ids in blocks:
            yield ids, work.differ(ids)
        return
    global _shared
    _shared = work
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("fork")) as pool:
        yield from zip(blocks, pool.map(_differ, blocks), strict=True)


_shared: _Work | None = None


def _differ(ids: Sequence[int]) -> Difference:
    assert _shared is not None
    return _shared.differ(ids)


def _difference(
    rows: Sequence[Ruling], stored: Sequence[Stored], rules: Rulebook, states: list[tuple[int, str | None]]
) -> Difference:
    """What to enter and to withdraw, so that what is stored is what follows.

    What an earlier version of a rule gave, and what was closed before the version changed, stays as it was.
    """
    wanted = {row.key: row for row in rows}
    withdrawn: list[int] = []
    kinds: Counter[str] = Counter()
    for one in stored:
        rule = rules.rules.get(one.row.rule)
        of_before = rule is None or rule.version != one.row.version
        if of_before and one.row.state != "open":
            wanted.pop(one.row.key, None)
        elif wanted.get(one.row.key) == one.row:
            del wanted[one.row.key]
        else:
            withdrawn.append(one.id)
            kinds[one.row.kind] += 1
    opened = Counter(row.kind for row in rows if row.state == "open")
    return Difference(list(wanted.values()), withdrawn, states, kinds, opened)
