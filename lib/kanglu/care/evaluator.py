"""All rules of a rulebook over one block of people: what they give, for every day at once.

Nothing here asks what day it is: the days of conditions follow from the facts, and what is given from those
days. So one evaluation of the last day gives what evaluations of each day before would have given.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from kanglu.care import anchors
from kanglu.care.block import Block
from kanglu.care.calendar import EVER, NEVER, Ints
from kanglu.care.closing import ByHand
from kanglu.care.given import Anchors, Given
from kanglu.care.giving import Giving, share_visits
from kanglu.care.holding import Holding
from kanglu.care.journeys import travel
from kanglu.care.periods import Periods, all_of, any_of
from kanglu.care.visits import Visits, classify
from kanglu.catalogue.rulebook import Rulebook
from kanglu.catalogue.rules import Gift, Rule

type Live = Callable[[str], int]


@dataclass(eq=False)
class Evaluator:
    """Works out what rules give over one block; each rule once.

    Parameters
    ----------
    block, rulebook : the people, and the rules.
    live : from which day a rule is in force.
    """

    block: Block
    rulebook: Rulebook
    live: Live = lambda rule: EVER
    _given: dict[str, list[Given]] = field(default_factory=dict)
    _visits: dict[str, Visits] = field(default_factory=dict)
    _tags: dict[str, Periods] = field(default_factory=dict)
    _held: dict[str, Periods] = field(default_factory=dict)

    @cached_property
    def holding(self) -> Holding:
        """The days of conditions."""
        return Holding(self.block, self.rulebook.catalogue, self.visits, self.tagged)

    @cached_property
    def giving(self) -> Giving:
        """From days to what is given."""
        return Giving(self.rulebook, self.holding, ByHand(self.block, self.rulebook))

    def run(self, rules: Iterable[str] | None = None) -> list[Given]:
        """What the rules (all when None) give, everything that is or was there, and what is to come."""
        wanted = self.rulebook.order if rules is None else rules
        return share_visits([given for name in wanted for given in self.given(name)])

    def given(self, name: str) -> list[Given]:
        """What one rule gives."""
        if name not in self._given:
            rule = self.rulebook.rules[name]
            part, found = 0, list[Given]()
            for gift in rule.gives:
                found += self._gift(rule, gift, part)
                part += len(gift.at)
            self._given[name] = found
        return self._given[name]

    def _gift(self, rule: Rule, gift: Gift, part: int) -> list[Given]:
        begun, live = self.begun(rule, gift), self.live(rule.id)
        if gift.kind == "journey":
            return travel(self.giving, rule, gift, part, begun, live)
        return self.giving.give(rule, gift, part, begun, live=live)

    def begun(self, rule: Rule, gift: Gift) -> Anchors:
        """The days on which a rule begins to concern people."""
        if rule.on is not None:
            return anchors.of_events(rule, self.holding, self.tasks, self.live(rule.id))
        return anchors.of_state(self.held(rule), self.block, gift)

    def held(self, rule: Rule) -> Periods:
        """The days on which a rule without a trigger holds."""
        if rule.id not in self._held:
            self._held[rule.id] = anchors.held(rule, self.holding)
        return self._held[rule.id]

    def tasks(self, code: str) -> list[Given]:
        """All that rules give under a code."""
        return share_visits(
            [
                given
                for rule in self._givers_of("task", code)
                for given in self.given(rule.id)
                if given.gift.task == code
            ]
        )

    def visits(self, programme: str) -> Visits:
        """The classified visits of a programme."""
        if programme not in self._visits:
            found = classify(self.block, self.rulebook.programmes[programme], self.holding.of)
            self._visits[programme] = found
        return self._visits[programme]

    def tagged(self, tag: str) -> Periods:
        """The days on which people have a tag: by a rule or by hand. What was set by hand goes first."""
        if tag not in self._tags:
            given = any_of([self._tag_days(rule, tag) for rule in self._givers_of("tag", tag)])
            taken_away = self.block.untagged.get(tag)
            if taken_away is not None and len(taken_away) and len(given):
                given = all_of([given, taken_away.not_on(len(self.block))])
            by_hand = self.block.tagged.get(tag)
            self._tags[tag] = given if by_hand is None else any_of([given, by_hand])
        return self._tags[tag]

    def _tag_days(self, rule: Rule, tag: str) -> Periods:
        if rule.on is None:
            return self.held(rule)
        found = [one for one in self.given(rule.id) if one.gift.tag == tag]
        return any_of([Periods.of(one.person, one.starts, one.ends) for one in found])

    def _givers_of(self, kind: str, code: str) -> list[Rule]:
        return self._givers.get((kind, code), [])

    @cached_property
    def _givers(self) -> Mapping[tuple[str, str], list[Rule]]:
        found: dict[tuple[str, str], list[Rule]] = {}
        for rule in self.rulebook.rules.values():
            for gift in rule.gives:
                listed = found.setdefault((gift.kind, gift.code), [])
                if rule not in listed:
                    listed.append(rule)
        return found

    def next_changes(self, given: Iterable[Given]) -> Ints:
        """For each person the first day after the block's on which something changes by itself, or NEVER."""
        soonest = self.block.later.copy()
        for one in given:
            for day in (one.starts, one.ends):
                _note(soonest, one.person, day, self.block.as_of)
        for periods in self._held.values():
            for day in (periods.start, periods.end):
                _note(soonest, periods.person, day, self.block.as_of)
        return soonest


def _note(soonest: Ints, person: Ints, day: Ints, as_of: int) -> None:
    ahead = (day > as_of) & (day < NEVER)
    np.minimum.at(soonest, person[ahead], day[ahead])
