"""Changing rules by two people: one proposes, with a reason; another looks at it and makes it live.

A proposal holds whole entries and what each of them replaces. It is checked when it is made and again when it
is approved: linted, held to its examples, and refused when an entry is no longer what it was made for.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kanglu.care.book import in_force
from kanglu.care.comparing import Compared, compared
from kanglu.care.examples import Tried, try_out
from kanglu.care.specs import TEXTS, Different, differences, from_spec, to_spec
from kanglu.catalogue.rulebook import SECTIONS, Rulebook, load_rulebook
from kanglu.catalogue.rules import Rule
from kanglu.errors import CatalogueError, RecordError
from kanglu.record import Store
from kanglu.record.proposing import Proposed, State
from kanglu.record.publishing import Entry

_NUMBER = re.compile(r"\d+(?:\.\d*[1-9])?")


@dataclass(frozen=True, slots=True)
class Change:
    """An entry as it was and as it would be; `before` is None for a new one. Both are specs."""

    section: str
    id: str
    before: dict[str, Any] | None
    after: dict[str, Any]

    @property
    def name(self) -> str:
        """``rules/htn.enrol``."""
        return f"{self.section}/{self.id}"

    @property
    def differences(self) -> list[Different]:
        """Where the two differ."""
        return list(differences(self.before or {}, self.after))


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that somebody proposes.

    Parameters
    ----------
    revision : of the rulebook that it was made for.
    proposed, decided : instants.
    note : what whoever decided said.
    """

    id: int
    changes: tuple[Change, ...]
    reason: str
    revision: str
    proposed_by: str
    proposed: str
    state: State
    decided_by: str | None
    decided: str | None
    note: str | None

    @property
    def entries(self) -> list[Entry]:
        """What it would put in force."""
        return [(change.section, change.after) for change in self.changes]

    def to_data(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self)


def laid_over(store: Store, entries: Sequence[Entry]) -> Compared:
    """The rules in force, and the same with some entries in their place. Raises `CatalogueError`."""
    before = in_force(store)
    return compared(before, _with(before, store.published(), entries))


def _with(before: Rulebook, published: Sequence[Entry], entries: Sequence[Entry]) -> Rulebook:
    replaced = {(section, str(content["id"])) for section, content in entries}
    kept = [(section, one) for section, one in published if (section, str(one["id"])) not in replaced]
    return load_rulebook(before.catalogue, published=[*kept, *entries])


def changes_of(compared: Compared) -> tuple[Change, ...]:
    """The entries in which two rulebooks differ."""
    found = []
    for section in SECTIONS:
        old, new = getattr(compared.before, section), getattr(compared.after, section)
        for name in new:
            if old.get(name) != new[name]:
                before = None if name not in old else to_spec(old[name])
                found.append(Change(section, name, before, to_spec(new[name])))
    return tuple(found)


def failing(compared: Compared) -> list[Tried]:
    """The examples that no longer give what they say."""
    return [one for one in try_out(compared.after, list(compared.rules)) if not one.ok]


def adjusted(rule: Rule, tried: Sequence[Tried]) -> Rule:
    """The rule with these of its examples expecting what came of them; for the proposer to agree to.

    A due day that an example states is moved to the one that came out, and left out where there is none.
    """
    came = {one.example: one for one in tried if one.rule == rule.id}
    spec = to_spec(rule)
    for example in spec.get("examples", ()):
        if (one := came.get(example["name"])) is None:
            continue
        example["gives"] = list(one.gives)
        if "due" in example and example["due"] not in one.due:
            example.pop("due")
            if one.due:
                example["due"] = one.due[0]
    made: Rule = from_spec("rules", spec)
    return made


def still_saying(change: Change) -> list[tuple[str, str]]:
    """The words of a changed rule that go on naming a number that it no longer has: where, and which."""
    numbers = {
        number
        for one in change.differences
        if one.path not in ("version", *TEXTS)
        for number in _NUMBER.findall(str(one.before))
        if number not in _NUMBER.findall(str(one.after))
    }
    found = []
    for path in TEXTS:
        field, lang = path.split("/")
        said = _NUMBER.findall(change.after.get(field, {}).get(lang, ""))
        found += [(path, number) for number in sorted(numbers & set(said))]
    return found


def propose(store: Store, entries: Sequence[Entry], reason: str) -> Proposal:
    """Propose entries, each in place of the one of its id; a second person decides.

    Raises `CatalogueError` when what comes of them is refused, when a changed rule keeps its version, and
    when examples contradict it; `RecordError` without a reason, and when nothing would change.
    """
    if not reason.strip():
        raise RecordError("A proposal needs a reason.", remedy="Say why, for whoever decides and for later.")
    found = laid_over(store, entries)
    changes = changes_of(found)
    if not changes:
        raise RecordError("This changes nothing: the rules in force say the same.")
    check(found)
    row = store.propose_rules(
        [asdict(change) for change in changes],
        reason.strip(),
        found.before.revision,
        [change.name for change in changes],
    )
    return _proposal(row)


def check(compared: Compared) -> None:
    """Raise `CatalogueError` when a changed rule keeps its version, or an example is contradicted."""
    for name, new in compared.after.rules.items():
        old = compared.before.rules.get(name)
        if old is not None and old != new and new.version <= old.version:
            raise CatalogueError(
                f"The rule {name} has changed and is still of version {new.version}.",
                where=f"rules/{name}",
                remedy=f"Count it up to {old.version + 1}: what a rule gave names the version that gave it.",
            )
    if failed := failing(compared):
        raise CatalogueError(
            " ".join(map(failure, failed)),
            where=", ".join(dict.fromkeys(f"rules/{one.rule}" for one in failed)),
            remedy="Correct the rule or the examples.",
        )


def failure(one: Tried) -> str:
    """What an example that fails should have given, and what it gives."""
    given, wanted = (", ".join(codes) or "nothing" for codes in (one.gives, one.expected))
    if one.due and one.gives == one.expected:
        due = ", ".join(one.due)
        return f"The example {one.example!r} of {one.rule} gives {given} due {due}, not on the day it states."
    return f"The example {one.example!r} of {one.rule} gives {given}, not {wanted}."


def proposals(store: Store, state: State | None = None) -> list[Proposal]:
    """Proposals of a state, or all, the newest first."""
    return [_proposal(row) for row in store.rule_proposals(state)]


def proposal(store: Store, number: int) -> Proposal:
    """One proposal. Raises `NotFound`."""
    return _proposal(store.rule_proposal(number))


def approve(store: Store, number: int) -> Rulebook:
    """Put in force exactly what was proposed, and give the rulebook that is in force then.

    Raises `PermissionDenied` for one's own, and `RecordError` when it is decided already or when an entry is
    no longer what the proposal was made for; it says what has changed there.
    """
    wanted, seen = proposal(store, number), store.published()
    before = in_force(store)
    if wanted.state == "proposed" and (moved := _moved_on(before, wanted)):
        raise RecordError(
            f"The rulebook has moved on since: {'; '.join(moved)}.",
            where=f"proposal {number}",
            remedy="Reject it, and propose the change anew for the rules of today.",
        )
    if wanted.state == "proposed":
        check(compared(before, _with(before, seen, wanted.entries)))
    store.approve_rules(number, wanted.entries, seen)
    return in_force(store)


def reject(store: Store, number: int, note: str) -> None:
    """Reject a proposal, saying why. Raises `RecordError` without a note, else as `approve`."""
    if not note.strip():
        raise RecordError("A rejection needs a note.", remedy="Say why, for whoever proposed it.")
    store.reject_rules(number, note.strip(), [change.name for change in proposal(store, number).changes])


def withdraw(store: Store, number: int) -> None:
    """Take one's own proposal back."""
    store.withdraw_rules(number, [change.name for change in proposal(store, number).changes])


def _moved_on(book: Rulebook, wanted: Proposal) -> list[str]:
    """What has changed in the entries of a proposal since it was made."""
    said = []
    for change in wanted.changes:
        entry = getattr(book, change.section).get(change.id)
        now = None if entry is None else to_spec(entry)
        if now == change.before:
            continue
        if now is None or change.before is None:
            said.append(f"{change.name} is {'gone' if now is None else 'there already'}")
            continue
        places = [f"{one.path} from {one.before} to {one.after}" for one in differences(change.before, now)]
        said.append(f"{change.name}: {', '.join(places)}")
    return said


def _proposal(row: Proposed) -> Proposal:
    changes = tuple(Change(**one) for one in row.content)
    return Proposal(
        row.id, changes, row.reason, row.revision, row.proposed_by, row.recorded, row.state, row.decided_by,
        row.decided, row.note,
    )  # fmt: skip
