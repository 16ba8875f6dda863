"""What the rules have given one person, told from the stored results: tags and tasks, each with its why."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from kanglu.care.dossiers import known_of
from kanglu.care.given import key_of
from kanglu.care.marks import marks
from kanglu.care.tasks import CLOSED, TASKS, Acts, derived, frame_of, held_on
from kanglu.care.wording import About, called, sentence
from kanglu.catalogue.rulebook import Rulebook
from kanglu.i18n import Words
from kanglu.record import Dossier
from kanglu.record.frames import rows_in
from kanglu.record.listed import UNSOUND
from kanglu.record.rulings import Ruling


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that holds on the day.

    Parameters
    ----------
    because : the sentence of its rule, or the reason of whoever set it; empty where nobody gave one.
    since : from when it holds, as exact as the record.
    rule, version, source, clause : of the rule that gave it; None for a tag set by hand.
    """

    code: str
    name: str
    meaning: str
    because: str
    since: str
    rule: str | None
    version: int | None
    source: str | None
    clause: str | None

    @property
    def by_hand(self) -> bool:
        """Whether somebody set it."""
        return self.rule is None


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it stands on the day; `key` is how acts refer to it, `owner` a member of the staff."""

    key: str
    kind: str
    name: str
    because: str
    state: str
    since: str
    due: str | None
    days_late: int
    ended: str | None
    priority: int
    role: str | None
    owner: str | None
    attempts: int
    rule: str
    version: int

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self.state not in CLOSED


@dataclass(frozen=True, eq=False)
class Given:
    """Everything that the rules gave a dossier's person.

    Parameters
    ----------
    rulings : the stored results of the rules for this person, as they held on the dossier's day.
    named : whether the reader may know who people are, and what they wrote.
    """

    dossier: Dossier
    rulings: Collection[Ruling]
    rules: Rulebook
    say: Words
    named: bool = True

    @cached_property
    def _acts(self) -> Acts:
        return Acts(known_of(self.dossier, self.dossier.as_of, ()))

    def tags(self) -> tuple[Tag, ...]:
        """The tags that hold, those of the rules first; what was taken away by hand is not among them."""
        day = self.dossier.as_of
        ruled = [one for one in self.rulings if one.kind == "tag"]
        found = marks(frame_of(ruled), self._acts.frame("flag"), day)
        on, by_rule = day.isoformat(), dict[str, Ruling]()
        for one in ruled:
            if one.starts <= on and (one.ends is None or one.ends > on):
                by_rule[one.code] = one
        by_hand = dict(self._by_hand(on))
        told = [self._tag(code, by_rule.get(code), by_hand.get(code)) for code, who in found.items() if who]
        return tuple(sorted(told, key=lambda one: (one.by_hand, one.name)))

    def _by_hand(self, on: str) -> Iterator[tuple[str, tuple[str, str]]]:
        """Since when and why each tag stands that was set by hand."""
        columns = ("code", "effective", "effective_end", "clinical_status", "status", "reason")
        for code, since, end, state, status, reason in rows_in(self.dossier.flags, columns):
            over = end is not None and end[:10] <= on
            if code is not None and status not in UNSOUND and state != "inactive" and not over:
                yield code, (since or "", (self.named and reason) or "")

    def _tag(self, code: str, ruling: Ruling | None, by_hand: tuple[str, str] | None) -> Tag:
        known = self.rules.tags.get(code)
        name = code if known is None else self.say.name(known.name)
        meaning = "" if known is None or known.meaning is None else self.say.name(known.meaning)
        if ruling is None or by_hand is not None:
            since, reason = by_hand or ("", "")
            return Tag(code, name, meaning, reason, since, None, None, None, None)
        rule = self.rules.rules.get(ruling.rule)
        source = None if rule is None else " ".join(filter(None, (rule.source.doc, rule.source.part)))
        clause = None if rule is None else rule.source.clause
        because = self.because(ruling)
        return Tag(code, name, meaning, because, ruling.starts, ruling.rule, ruling.version, source, clause)

    def tasks(self) -> tuple[Task, ...]:
        """The tasks, open ones first: what is overdue and most urgent before the rest; closed ones by day."""
        wanted = {
            key_of(one.rule, one.period, one.part): one
            for one in self.rulings
            if one.kind in TASKS and one.starts <= self.dossier.as_of.isoformat()
        }
        rows = derived(frame_of([*wanted.values()]), self._acts, self.rules)
        told = [self._task(row, wanted[row["key"]]) for row in rows.to_dict("records")]
        open_ = sorted((one for one in told if one.open), key=_urgency)
        closed = sorted((one for one in told if not one.open), key=lambda one: one.ended or "", reverse=True)
        return (*open_, *closed)

    def _task(self, row: Mapping[Any, Any], ruling: Ruling) -> Task:
        owner = row["owner"]
        member = self.rules.staff.get(owner) if owner else None
        return Task(
            key=row["key"],
            kind=ruling.kind,
            name=called(self.rules, row["key"], self.say),
            because=self.because(ruling),
            state=row["state"],
            since=ruling.starts,
            due=ruling.due,
            days_late=int(row["days_late"]),
            ended=row["ends"],
            priority=ruling.priority or 0,
            role=ruling.role,
            owner=member.name if member else owner,
            attempts=int(row["attempts"]),
            rule=ruling.rule,
            version=ruling.version,
        )

    def because(self, ruling: Ruling) -> str:
        """The sentence of the rule with the person's numbers; empty where the rule is no longer known."""
        if ruling.rule not in self.rules.rules:
            return ""
        return sentence(self.rules, ruling, self.about, self.dossier.as_of, self.say)

    @cached_property
    def about(self) -> About:
        """The person, as far as sentences may name them."""
        person, day = self.dossier.person, self.dossier.as_of
        if not self.named:
            return About(person.name, person.age_on(day))
        said = rows_in(self.dossier.communications, ("id", "text"))
        quotes = {number: text for number, text in said if text is not None}
        doctors = (name for role, name, _since in team(self.dossier, self.rules) if role == "doctor")
        return About(person.name, person.age_on(day), next(doctors, None), None, quotes)


def team(dossier: Dossier, rules: Rulebook) -> Iterator[tuple[str, str, str]]:
    """Who looks after the person on the day: role, name, and since when."""
    held: pd.DataFrame = held_on(dossier.care_team, dossier.as_of)
    for role, who, since in rows_in(held, ("code", "practitioner", "effective")):
        if role is not None and who is not None:
            member = rules.staff.get(who)
            yield role, member.name if member else who, since


def _urgency(task: Task) -> tuple[object, ...]:
    waits = task.state in ("snoozed", "draft")
    late = task.state == "overdue"
    return waits, not late, -task.priority, task.due or date.max.isoformat(), task.key
