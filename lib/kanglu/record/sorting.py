"""Which of the facts that a source states are new, known already, corrections or withdrawals.

The rules, for the facts of one kind about one person:

- The same `source_key` with the same content is a **duplicate**; with changed content a **correction**, which
  becomes a new row that names the one it replaces. Status ``entered-in-error`` withdraws in the same way.
- Otherwise, a fact that says the same thing as a current one (`Kind.same`) is a duplicate, whoever states it:
  a blood pressure given as a panel and alone is one reading. Two values at one time from two source
  records are two facts.
- A file that was imported before does not take back what has been corrected since: what it said then and was
  replaced is a duplicate. The same words from a file not seen before are a correction again.

What is a duplicate does not depend on the order of the files: corrections are settled before new facts, and
of two new facts that say the same, the one with the smaller `source_key` is kept.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kanglu.record.facts import WITHDRAWN, Fact, Kind

Values = tuple[Any, ...]
Version = tuple[int, Values]


@dataclass(slots=True)
class Known:
    """What the record holds on the touched people, as far as it tells facts apart.

    Parameters
    ----------
    latest : id and content of the current version, by person and source key.
    current : id of the current fact that says the same thing.
    past : what has been said and replaced.
    batch_of : batch of each fact in `latest` and `current`.
    """

    latest: dict[tuple[int, str], Version] = field(default_factory=dict)
    current: dict[Values, int] = field(default_factory=dict)
    past: set[Values] = field(default_factory=set)
    batch_of: dict[int, int] = field(default_factory=dict)
    _also: dict[Values, list[int]] = field(default_factory=dict)

    def stand(self, same: Values, fact_id: int) -> None:
        """A fact that says this stands from now on, maybe beside others."""
        if same in self.current:
            self._also.setdefault(same, []).append(fact_id)
        else:
            self.current[same] = fact_id

    def fall(self, same: Values, fact_id: int) -> None:
        """A fact that said this has been replaced; another may go on saying it."""
        self.past.add(same)
        others = self._also.get(same, [])
        if self.current.get(same) != fact_id:
            if fact_id in others:
                others.remove(fact_id)
        elif others:
            self.current[same] = others.pop(0)
        else:
            del self.current[same]

    def learn(self, kind: Kind, rows: Iterable[Sequence[Any]]) -> None:
        """Take in rows of the record: the fact's fields, then id, batch_id, replaces."""
        held = list(rows)
        replaced = {row[-1] for row in held if row[-1] is not None}
        status = kind.content - 1
        for row in held:
            *_, key, fact_id, batch_id, _ = row
            same = sameness(kind, tuple(row[:-3]))
            if fact_id in replaced:
                self.past.add(same)
                continue
            self.batch_of[fact_id] = batch_id
            if key is not None:
                self.latest[row[0], key] = (fact_id, tuple(row[: kind.content]))
            if row[status] != WITHDRAWN:
                self.stand(same, fact_id)


@dataclass(slots=True)
class Sorted:
    """The facts to enter, from `first_id` on, and what became of all.

    Parameters
    ----------
    facts, replaces : facts to insert, and for each the id that it replaces or None.
    counts : new, duplicate, corrected, and withdrawn without being known.
    relied_on : how many duplicates each earlier batch accounts for.
    """

    first_id: int
    facts: list[Fact] = field(default_factory=list)
    replaces: list[int | None] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    relied_on: Counter[int] = field(default_factory=Counter)


def sameness(kind: Kind, fact: Values) -> Values:
    """What the fact says: two facts that agree in this are one. An uncoded fact is named by its display."""
    same = fact[: kind.same]
    return (*same, fact[-3]) if kind.coded and fact[2] is None else same


def sort_out(kind: Kind, facts: Iterable[tuple[Fact, bool]], known: Known, first_id: int) -> Sorted:
    """Classify facts; `known` is brought up to date with them.

    Parameters
    ----------
    facts : each with whether it comes from a file that was imported before.
    known : what the record holds on all their people.
    first_id : id that the first new row will have.
    """
    found = Sorted(first_id)
    unheard: list[tuple[Fact, bool]] = []
    for pair in facts:
        if not _revised(kind, *pair, known, found):
            unheard.append(pair)
    for fact, again in unheard:
        if not _revised(kind, fact, again, known, found):
            _enter(kind, fact, again, known, found)
    return found


def _revised(kind: Kind, fact: Fact, again: bool, known: Known, found: Sorted) -> bool:
    """Settle a fact whose source key is known: the same, or a correction. False when the key is not."""
    key = fact.source_key
    version = None if key is None else known.latest.get((fact[0], key))
    if version is None:
        return False
    held_id, held = version
    if fact[: kind.content] == held or (again and _said_then(kind, fact, known)):
        _duplicate(held_id, known, found)
        return True
    known.fall(sameness(kind, (*held, *fact[kind.content :])), held_id)
    _correct(kind, fact, held_id, known, found)
    return True


def _said_then(kind: Kind, fact: Fact, known: Known) -> bool:
    """Whether a file imported before said this then: it stands by another record, or was replaced since."""
    same = sameness(kind, fact)
    return same in known.past or (fact.status != WITHDRAWN and same in known.current)


def _correct(kind: Kind, fact: Fact, held_id: int, known: Known, found: Sorted) -> None:
    new_id = found.first_id + len(found.facts)
    found.facts.append(fact)
    found.replaces.append(held_id)
    found.counts["corrected"] += 1
    if fact.source_key is not None:
        known.latest[fact[0], fact.source_key] = (new_id, fact[: kind.content])
    if fact.status != WITHDRAWN:
        known.stand(sameness(kind, fact), new_id)


def _enter(kind: Kind, fact: Fact, again: bool, known: Known, found: Sorted) -> None:
    """A fact that its source has not stated before: new, or said already by another."""
    key, same = fact.source_key, sameness(kind, fact)
    held_id = known.current.get(same)
    withdrawn = fact.status == WITHDRAWN
    if again and same in known.past and (withdrawn or held_id is None):
        found.counts["duplicate"] += 1
    elif withdrawn:
        if held_id is not None and key is None:
            _withdraw(kind, fact, held_id, known, found)
        else:
            found.counts["unknown"] += 1
    elif held_id is not None:
        _duplicate(held_id, known, found)
        _prefer(kind, fact, held_id, known, found)
    else:
        new_id = found.first_id + len(found.facts)
        known.current[same] = new_id
        if key is not None:
            known.latest[fact[0], key] = (new_id, fact[: kind.content])
        found.facts.append(fact)
        found.replaces.append(None)
        found.counts["new"] += 1


def _withdraw(kind: Kind, fact: Fact, held_id: int, known: Known, found: Sorted) -> None:
    """Withdraw what is named by its content only; the withdrawal continues under the key it was held by."""
    known.fall(sameness(kind, fact), held_id)
    key = next((key for (_, key), (one, _) in known.latest.items() if one == held_id), None)
    _correct(kind, fact._replace(source_key=key), held_id, known, found)


def _prefer(kind: Kind, fact: Fact, held_id: int, known: Known, found: Sorted) -> None:
    """Of two new facts that say the same, keep the one with the smaller source key."""
    key, slot = fact.source_key, held_id - found.first_id
    if key is None or slot < 0 or found.replaces[slot] is not None:
        return
    kept = found.facts[slot].source_key
    if kept is None or key < kept:
        if kept is not None:
            del known.latest[fact[0], kept]
        known.latest[fact[0], key] = (held_id, fact[: kind.content])
        found.facts[slot] = fact


def _duplicate(held_id: int, known: Known, found: Sorted) -> None:
    found.counts["duplicate"] += 1
    if held_id in known.batch_of:
        found.relied_on[known.batch_of[held_id]] += 1
