"""From the days of a rule to what it gives: when each thing is there, due and closed, and how it goes out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kanglu.care.block import Block
from kanglu.care.calendar import NEVER, Ints, add, year_ends, year_starts
from kanglu.care.closing import ByHand, Closings, first_from, kind_of
from kanglu.care.given import CANCELLED, DONE, FAILED, Anchors, Given, forever, one_at_a_time, words
from kanglu.care.holding import Holding
from kanglu.care.periods import keys
from kanglu.catalogue.rulebook import Rulebook
from kanglu.catalogue.rules import Done, Gift, Rule
from kanglu.catalogue.spans import Span

MESSAGE_LAPSES = Span(days=7)
"""How long after its day a message may still go out where its rule says nothing."""
_ONCE_OPEN = frozenset({"task", "referral", "recommendation"})


@dataclass(frozen=True, eq=False)
class Giving:
    """Turns anchors into what is given, over one block."""

    rulebook: Rulebook
    holding: Holding
    by_hand: ByHand

    @property
    def block(self) -> Block:
        """The people."""
        return self.holding.block

    def give(
        self,
        rule: Rule,
        gift: Gift,
        part: int,
        anchors: Anchors,
        *,
        live: int,
        journey: str | None = None,
        period: Ints | None = None,
    ) -> list[Given]:
        """All that a gift gives, one `Given` for each of its times.

        Parameters
        ----------
        part : number of the gift's first time within its rule.
        anchors : the days from which it counts.
        live : the day from which the rule is in force; of a condition that held before, it gives on that day.
        journey, period : of a step of a journey.
        """
        named = anchors.day if period is None else period
        base = anchors.day
        if rule.on is None and journey is None and gift.kind != "tag":
            begun = anchors.end > live
            anchors, named = anchors.where(begun), named[begun]
            base = np.maximum(anchors.day, np.int32(live)).astype(np.int32)
        given = [
            self._given(rule, gift, part + at, anchors, base, add(base, offset), named, journey)
            for at, offset in enumerate(gift.at)
        ]
        if rule.on is None or journey is not None or gift.again or gift.kind not in _ONCE_OPEN:
            return given
        kept = one_at_a_time(anchors, np.maximum.reduce([one.ends for one in given]))
        return [one.where(kept) for one in given]

    def _given(
        self,
        rule: Rule,
        gift: Gift,
        part: int,
        anchors: Anchors,
        base: Ints,
        day: Ints,
        period: Ints,
        journey: str | None,
    ) -> Given:
        due = self._due(rule, gift, anchors, add(day, gift.due))
        opens = day if gift.opens is None else add(due, Span(-gift.opens.months, -gift.opens.days))
        opens = np.minimum(np.maximum(opens, base), due).astype(np.int32)
        span = gift.lapses or (MESSAGE_LAPSES if gift.kind == "message" else None)
        lapses = forever(len(due)) if span is None else add(due, span)
        given = Given(
            rule, gift, part, anchors.person, period, base, opens, due, lapses,
            forever(len(due)), words(len(due), "open"), words(len(due), None),
            self._channel(gift, anchors.person, day), anchors.fact, journey,
        )  # fmt: skip
        return self._closed(given, anchors)

    def _due(self, rule: Rule, gift: Gift, anchors: Anchors, due: Ints) -> Ints:
        """The due day, brought forward where so many visits a year would not be reached otherwise."""
        if gift.pace is None or rule.on is None or rule.on.visit is None:
            return due
        programme = rule.on.visit.programme
        if programme not in self.block.programmes:
            return due
        visits = self.holding.visits(programme).all
        person, day = anchors.person, anchors.day
        first_of_year = year_starts(day)
        so_far = visits.count(person, first_of_year, day)
        enrolled = self.block.programmes[programme]
        since = enrolled.start[enrolled.place(person, day)]
        months = 12 - (since.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12)
        whole_year = since <= first_of_year
        wanted = np.where(whole_year, gift.pace, np.ceil(gift.pace * months / 12))
        left = np.maximum(wanted - np.maximum(so_far, 1), 1)
        still = wanted > so_far
        spread = day + np.maximum((year_ends(day) - day) // left, 0)
        if gift.soonest is not None:
            spread = np.maximum(spread, add(day, gift.soonest))
        return np.asarray(np.where(still, np.minimum(due, spread), due), dtype=np.int32)

    def _channel(self, gift: Gift, person: Ints, day: Ints) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
        """The way of a message: that of the gift, else the first whose condition holds of the person."""
        chosen = words(len(person), gift.channel)
        if gift.kind != "message" or gift.channel is not None or "default" not in self.rulebook.sending:
            return chosen
        for choice in reversed(self.rulebook.sending["default"].channels):
            if choice.when is None:
                chosen[:] = choice.channel
            else:
                chosen[self.holding.of(choice.when).holds(person, day)] = choice.channel
        return chosen

    def _closed(self, given: Given, anchors: Anchors) -> Given:
        """The same with how it is closed, as far as is known."""
        gift, rule, person = given.gift, given.rule, given.person
        closings = Closings.none(len(given))
        if gift.kind == "tag":
            if gift.lasts is not None:
                closings.by(add(given.starts, gift.lasts), DONE, "lasted")
            closings.by(self.block.death[person], DONE, "dead")
            closings.by(anchors.end, DONE, "no_longer")
            return replace(given, ends=closings.ends, state=closings.state, reason=closings.reason)
        for wanted in gift.done:
            day = first_from(wanted, self.holding, person, self._counts_from(given, wanted))
            self._done_by(closings, given, day, kind_of(wanted))
        self.by_hand.close(closings, rule.id, given.part, person, given.period, given.starts)
        # Of several reasons on one day the first stands: who has died no longer meets any condition.
        closings.by(self.block.death[person], CANCELLED, "dead")
        if rule.programme is not None and rule.programme in self.block.programmes:
            enrolled = self.block.programmes[rule.programme]
            at = enrolled.place(person, given.starts)
            ended = np.where(at >= 0, enrolled.end[at], NEVER) if len(enrolled) else forever(len(given))
            closings.by(ended.astype(np.int32), CANCELLED, "programme_ended")
        if not gift.stays:
            no_longer = CANCELLED if gift.done or gift.kind == "message" else DONE
            closings.by(anchors.end, no_longer, "stopped" if given.journey else "no_longer")
        closings.by((given.lapses + 1).astype(np.int32), FAILED, "lapsed")
        return replace(given, ends=closings.ends, state=closings.state, reason=closings.reason)

    @staticmethod
    def _counts_from(given: Given, wanted: Done) -> Ints:
        """From which day on a fact closes what was given.

        What is of the kind that the rule answers counts from the day after: the visit that made a follow-up
        due does not do it. So does a contact, which may have been before; one about the task closes it by
        itself. Each part of a plan is closed by what happens from when it opens.
        """
        trigger = None if given.journey is not None else given.rule.on
        of_the_kind = trigger is not None and kind_of(wanted) in trigger.model_fields_set
        day = given.starts + 1 if of_the_kind or wanted.contact else given.starts
        return (np.maximum(day, given.opens) if len(given.gift.at) > 1 else day).astype(np.int32)

    @staticmethod
    def _done_by(closings: Closings, given: Given, day: Ints, reason: str) -> None:
        """A fact closes a task as done; a message that is still to be sent is no longer needed."""
        if given.gift.kind == "message":
            closings.by(day, CANCELLED, reason)
        else:
            closings.by(day, DONE, reason)


def share_visits(given: Sequence[Given]) -> list[Given]:
    """One visit serves every programme of a person: the next ones it made due are due on the earliest day.

    Only what the next visit closes and goes by the same code is shared; each keeps its own rule and reason.
    """
    groups: dict[str, list[int]] = {}
    for at, one in enumerate(given):
        answers_visit = one.rule.on is not None and one.rule.on.visit is not None
        if answers_visit and any(wanted.visit is not None for wanted in one.gift.done):
            groups.setdefault(one.gift.code, []).append(at)
    found = list(given)
    for places in groups.values():
        if len(places) > 1:
            for at, one in zip(places, _on_the_earliest([given[at] for at in places]), strict=True):
                found[at] = one
    return found


def _on_the_earliest(given: Sequence[Given]) -> list[Given]:
    person = np.concatenate([one.person for one in given])
    visit = keys(person, np.concatenate([one.period for one in given]))
    _, group = np.unique(visit, return_inverse=True)
    due = np.concatenate([one.due for one in given])
    earliest = np.full(int(group.max(initial=-1)) + 1, NEVER, dtype=np.int32)
    np.minimum.at(earliest, group, due)
    sooner = np.split(earliest[group], np.cumsum([len(one) for one in given])[:-1])
    return [_due_on(one, days) for one, days in zip(given, sooner, strict=True)]


def _due_on(given: Given, due: Ints) -> Given:
    """The same with an earlier due day; it opens as much earlier."""
    moved = due - given.due
    opens = np.maximum(given.opens + moved, given.starts).astype(np.int32)
    return replace(given, due=due, opens=np.minimum(opens, due).astype(np.int32))
