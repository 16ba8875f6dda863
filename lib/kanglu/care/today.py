"""What holds on the day itself, for a block of people, and in words why it holds of one of them.

`Holding` knows of all days; here only one is asked for, so that a part which cannot matter any more need not
be worked out: for a single person most of a catalogue's conditions end at their first part.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np

from kanglu.care.calendar import EVER, NEVER, Mask, day_of
from kanglu.care.evaluator import Evaluator
from kanglu.care.periods import Periods
from kanglu.catalogue import Indicator
from kanglu.catalogue import conditions as asked
from kanglu.catalogue.criteria import Change, Count, Gap, Measured
from kanglu.dates import age_on
from kanglu.i18n import Words
from kanglu.unit_text import unit_text

_ANY = Count.model_construct(of=("",), at_least=1)
_SIGNS = ("", "<", "≤", ">", "≥")


@dataclass(frozen=True, slots=True)
class Why:
    """Something that the record says: what, its value in words, and the day it is of.

    Of what has no value, a problem or a medicine, it is the day since when; what the source dated by month or
    year is since the first day of it.
    """

    what: str
    value: str | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Last:
    """The newest value of an indicator: a day's (see `Series.daily`), its comparator as a sign, or a code."""

    day: date
    value: float
    sign: str
    code: str | None

    def text(self, indicator: Indicator, _: Words) -> str | None:
        """The value in words, without its unit; None where there is no number and no code."""
        if self.code is not None:
            return _.name(indicator.codes[self.code].name) if self.code in indicator.codes else self.code
        if self.value != self.value:
            return None
        if indicator.kind == "boolean":
            return _("yes") if self.value else _("no")
        return f"{self.sign}{indicator.format(self.value)}"


@dataclass(eq=False)
class Today:
    """Works out conditions on the day of a block, each once."""

    evaluator: Evaluator
    _masks: dict[str, Mask] = field(default_factory=dict)
    _lasts: dict[str, list[Last | None]] = field(default_factory=dict)
    _starts: dict[str, dict[int, int]] = field(default_factory=dict)
    _told: dict[tuple[str, int, str], tuple[Why, ...]] = field(default_factory=dict)

    def mask(self, condition: asked.Condition) -> Mask:
        """Of whom a condition holds; people who died before have no such day."""
        key = condition.key
        if key not in self._masks:
            self._masks[key] = self._work_out(condition)
        return self._masks[key]

    def _work_out(self, condition: asked.Condition) -> Mask:
        match condition:
            case asked.AllOf():
                found = np.ones(len(self.evaluator.block), dtype=bool)
                for part in condition.all:
                    if not found.any():
                        break
                    found &= self.mask(part)
                return found
            case asked.AnyOf():
                found = np.zeros(len(self.evaluator.block), dtype=bool)
                for part in condition.any:
                    if found.all():
                        break
                    found |= self.mask(part)
                return found
            case asked.Not():
                return np.asarray(~self.mask(condition.not_))
            case asked.IsLatest() if self.evaluator.block.readings.keys().isdisjoint(condition.latest.of):
                return np.zeros(len(self.evaluator.block), dtype=bool)
            case _:
                return self._people(self.evaluator.holding.of(condition))

    def _people(self, periods: Periods) -> Mask:
        found = np.zeros(len(self.evaluator.block), dtype=bool)
        found[periods.person[periods.on(self.evaluator.block.as_of)]] = True
        return found

    # -- in words ----------------------------------------------------------------------------------

    def whys(self, condition: asked.Condition, person: int, _: Words) -> Iterator[Why]:
        """What of a condition holds of one person of whom it does."""
        match condition:
            case asked.AllOf() | asked.AnyOf():
                for part in condition.parts:
                    if self.mask(part)[person]:
                        yield from self.whys(part, person, _)
            case asked.Not():
                return
            case asked.IsHeld():
                yield from self.whys(condition.held.when, person, _)
            case _:
                # Several rows ask the same of one person.
                told = (condition.key, person, _.lang)
                if told not in self._told:
                    self._told[told] = tuple(self._why(condition, person, _))
                yield from self._told[told]

    def _why(self, condition: asked.Condition, person: int, _: Words) -> Iterator[Why]:
        rules, wanted = self.evaluator.rulebook, condition.asked
        catalogue = rules.catalogue
        match condition:
            case asked.HasProblem() | asked.HadProblem():
                yield Why(_.name(catalogue.problems[wanted].name), None, self._since(condition, person))
            case asked.TakesDrug():
                yield Why(_.name(catalogue.drug_classes[wanted].name), None, self._since(condition, person))
            case asked.HasTag():
                yield Why(_.name(rules.tags[wanted].name), None, self._since(condition, person))
            case asked.InProgramme():
                yield Why(_.name(rules.programmes[wanted].name), None, self._since(condition, person))
            case asked.IsVisited():
                yield Why(_.name(rules.programmes[wanted.programme].name))
            case asked.IsEvent():
                yield Why(_.name(rules.events[wanted.type].name))
            case asked.IsAge():
                yield Why(_("Age"), str(self.age(person)))
            case asked.IsSex():
                yield Why(_("Sex"), _("male") if wanted == "male" else _("female"))
            case asked.IsOnDays():
                for node in asked.walk(condition.days.when):
                    if isinstance(node.asked, Measured):
                        yield from self._measured(node.asked.of, person, _)
            case _ if isinstance(wanted, Measured | Change | Gap) and wanted.of:
                yield from self._measured(wanted.of, person, _)

    def _measured(self, names: tuple[str, ...], person: int, _: Words) -> Iterator[Why]:
        """The newest value of indicators that stand for the same."""
        found = [(last.day, name, last) for name in names if (last := self.last(name, person)) is not None]
        indicators = self.evaluator.rulebook.catalogue.indicators
        if not found:
            yield Why(_.name(indicators[names[0]].name), _("not recorded"))
            return
        day, name, last = max(found, key=lambda one: one[0])
        text = last.text(indicators[name], _)
        unit = "" if text is None or last.code is not None else unit_text(indicators[name].unit, _)
        yield Why(_.name(indicators[name].name), None if text is None else f"{text} {unit}".rstrip(), day)

    def _since(self, condition: asked.Condition, person: int) -> date | None:
        """From which day it has held; None where nobody knows."""
        key = condition.key
        if key not in self._starts:
            periods = self.evaluator.holding.of(condition)
            on = periods.on(self.evaluator.block.as_of)
            self._starts[key] = dict(
                zip(periods.person[on].tolist(), periods.start[on].tolist(), strict=True)
            )
        start = self._starts[key].get(person, EVER)
        return day_of(start) if start > EVER else None

    def last(self, name: str, person: int) -> Last | None:
        """The newest value of an indicator up to the day."""
        if name not in self._lasts:
            self._lasts[name] = list(self._newest(name))
        return self._lasts[name][person]

    def _newest(self, name: str) -> Iterator[Last | None]:
        block = self.evaluator.block
        series = self.evaluator.holding.series((name,))
        points, _held, value = series.daily(_ANY, None)
        everybody = np.arange(len(block), dtype=np.int32)
        day = np.full(len(block), block.as_of, dtype=np.int32)
        at, of_day = series.at.last_before(everybody, day), points.last_before(everybody, day)
        for reading, place in zip(at.tolist(), of_day.tolist(), strict=True):
            if place < 0:
                yield None
                continue
            code = None if series.code is None else series.code[reading]
            exact = float(value[place])
            if exact != exact:
                sign = _SIGNS[int(series.comparator[reading])]
                yield Last(day_of(points.day[place]), float(series.value[reading]), sign, code)
            else:
                yield Last(day_of(points.day[place]), exact, "", code)

    def age(self, person: int) -> int | None:
        """Completed years; None when the day of birth is not known."""
        return self._ages[person]

    @cached_property
    def _ages(self) -> list[int | None]:
        today = day_of(self.evaluator.block.as_of)
        births = self.evaluator.block.birth.tolist()
        return [None if birth >= NEVER else age_on(day_of(birth), today) for birth in births]
