"""What conditions mean, said as plainly as Python can: one person and one day at a time, no columns.

Written from the docstrings of `kanglu.catalogue.criteria` and `conditions`, to hold the engine to them.
Nothing here looks at a fact later than the day it is asked about.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from tests.care.known import Person, Reading
from tests.care.valued import (
    COMPARE,
    Value,
    ago,
    as_wanted,
    fraction,
    grouped,
    in_hours,
    is_pressure,
    last_ended,
    together,
    unit_of,
)

from kanglu.care.calendar import NEVER, day_of, number
from kanglu.catalogue import current
from kanglu.catalogue.programmes import Programme
from kanglu.catalogue.spans import Span
from kanglu.dates import age_on


@dataclass(eq=False)
class Plainly:
    """Answers for one person, over the days from `first` to `last`; `applies`: from when gaps may count."""

    person: Person
    first: int
    last: int
    programmes: dict[str, Programme]
    applies: Any = None
    _asked: dict[str, dict[int, bool]] = field(default_factory=dict)
    _known: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def concerned(self) -> list[int]:
        """The days from which a gap counts for somebody who never had anything."""
        since, death = self.person.since, self.person.death
        if self.applies is None:
            return [since] if since < death else []
        held, found = Plainly(self.person, self.first, self.last, self.programmes).days(self.applies), []
        for start in range(self.first, self.last + 1):
            if held[start] and not held.get(start - 1, False):
                over = next((day for day in range(start, self.last + 1) if not held[day]), NEVER)
                found += [max(start, since)] if since < over else []
        return found

    def days(self, condition: Any) -> dict[int, bool]:
        """Whether a condition holds, on each of the days."""
        if condition.key not in self._asked:
            ask = getattr(self, f"_{next(iter(type(condition).model_fields)).strip('_')}")
            self._asked[condition.key] = {
                day: ask(condition.asked, day) for day in range(self.first, self.last + 1)
            }
        return self._asked[condition.key]

    def _once[T](self, work: Callable[[Any], T], wanted: Any) -> T:
        """What does not depend on the day, worked out once."""
        key = f"{work.__name__} {wanted!r}"
        if key not in self._known:
            self._known[key] = work(wanted)
        return self._known[key]

    # -- joined ------------------------------------------------------------------------------------

    def _all(self, parts: Any, day: int) -> bool:
        return all(self.days(part)[day] for part in parts)

    def _any(self, parts: Any, day: int) -> bool:
        return any(self.days(part)[day] for part in parts)

    def _not(self, part: Any, day: int) -> bool:
        return not self.days(part)[day]

    def _held(self, wanted: Any, day: int) -> bool:
        held, began = self.days(wanted.when), day
        if not held[day]:
            return False
        while began > self.first and held[began - 1]:
            began -= 1
        return began == self.first or number(wanted.for_.after(day_of(began))) <= day

    def _days(self, wanted: Any, day: int) -> bool:
        held = self.days(wanted.when)
        before = range(ago(day, wanted.within) + 1, day + 1)
        return sum(held.get(one, held[self.first]) for one in before) >= wanted.at_least

    # -- measured ----------------------------------------------------------------------------------

    def _limits(self, wanted: Any, of: Sequence[str]) -> dict[str, float]:
        limits: dict[str, float] = dict(wanted.limits)
        if wanted.unit is None:
            return limits
        convert = current().indicators[of[0]].convert
        return {name: convert(limit, wanted.unit) for name, limit in limits.items()}

    def _readings(self, of: Sequence[str], at: Any, until: int) -> list[Reading]:
        """The readings known by a day, in order; those of a night count from the day on which it ends."""
        return [one for one in self._all_readings(of, at) if one.day <= until]

    def _all_readings(self, of: Sequence[str], at: Any) -> list[Reading]:
        found = []
        for one in self.person.readings:
            if one.indicator in of and (at is None or (one.minute >= 0 and in_hours(one.minute, at))):
                first, last = (0, 1) if at is None else at.minutes
                evening, morning = first >= last and one.minute >= first, first >= last > one.minute
                found.append(
                    replace(one, day=one.day + evening, minute=one.minute + (1440 if morning else 0))
                )
        return sorted(found, key=lambda one: (one.day, one.minute))

    def _values(self, wanted: Any, until: int) -> list[Value]:
        """The values of the days up to one."""
        return [value for value in self._once(self._all_values, wanted) if value.day <= until]

    def _all_values(self, wanted: Any) -> list[Value]:
        pressure = is_pressure(wanted)
        by = getattr(wanted, "day", None) or ("mean" if pressure else "last")
        limits = self._limits(wanted, wanted.of)
        readings = self._all_readings(wanted.of, getattr(wanted, "at", None))
        return [together(day, some, by, wanted, limits, pressure) for day, some in grouped(readings, int)]

    def _latest(self, wanted: Any, day: int) -> bool:
        values = self._values(wanted, day)
        if not values or not values[-1].ok:
            return False
        return wanted.within is None or ago(day, wanted.within) <= values[-1].day

    def _on_day(self, wanted: Any, day: int) -> bool:
        return any(value.ok and value.day == day for value in self._values(wanted, day))

    def _stretch(self, wanted: Any, day: int) -> list[Value]:
        return [value for value in self._values(wanted, day) if value.day > ago(day, wanted.within)]

    def _every(self, wanted: Any, day: int) -> bool:
        values = self._stretch(wanted, day)
        return len(values) >= wanted.at_least and all(value.ok for value in values)

    def _count(self, wanted: Any, day: int) -> bool:
        compared = wanted.has_numbers or wanted.codes
        if wanted.each != "reading" and compared and (wanted.day or is_pressure(wanted)):
            days = [value.day for value in self._stretch(wanted, day) if value.ok]
        else:
            limits = self._limits(wanted, wanted.of)
            days = [
                one.day
                for one in self._readings(wanted.of, wanted.at, day)
                if one.day > ago(day, wanted.within) and (not compared or as_wanted(one, wanted, limits))
            ]
        found = len(days) if wanted.each == "reading" else len({unit_of(one, wanted.each) for one in days})
        return found >= (wanted.at_least or 0) and (wanted.at_most is None or found <= wanted.at_most)

    def _mean(self, wanted: Any, day: int) -> bool:
        exact = [value.exact for value in self._stretch(wanted, day) if value.exact is not None]
        if len(exact) < wanted.at_least:
            return False
        mean = sum(exact) / len(exact)
        return all(
            COMPARE[name](mean, fraction(limit)) for name, limit in self._limits(wanted, wanted.of).items()
        )

    def _change(self, wanted: Any, day: int) -> bool:
        both = Span(wanted.within.months + wanted.against.months, wanted.within.days + wanted.against.days)
        recent, earlier = ago(day, wanted.within), ago(day, both)
        if wanted.event is not None:
            points = [(one.day, Fraction(1)) for one in self.person.events if one.what == wanted.event]
        else:
            points = [(one.day, one.exact) for one in self._values(wanted, day) if one.exact is not None]
        now = [value for at, value in points if recent < at <= day]
        before = [value for at, value in points if earlier < at <= recent]
        if len(before) < wanted.at_least or (wanted.event is None and len(now) < wanted.at_least):
            return False
        if wanted.event is not None:
            ratio = Fraction(wanted.within.about) / Fraction(wanted.against.about)
            new, old = Fraction(len(now)), len(before) * ratio
        else:
            new, old = sum(now) / len(now), sum(before) / len(before)
        if wanted.relative and old == 0:
            return False
        difference = 100 * (new - old) / abs(old) if wanted.relative else new - old
        plain = wanted.relative or wanted.event is not None
        limits = dict(wanted.limits) if plain else self._limits(wanted, wanted.of)
        return all(COMPARE[name](round(float(difference), 9), limit) for name, limit in limits.items())

    def _slope(self, wanted: Any, day: int) -> bool:
        points = [(one.day, one.exact) for one in self._stretch(wanted, day) if one.exact is not None]
        if len(points) < wanted.at_least:
            return False
        middle = Fraction(sum(at for at, _ in points), len(points))
        level = sum(value for _, value in points) / len(points)
        rise = sum((at - middle) * (value - level) for at, value in points)
        steep = rise / sum((at - middle) ** 2 for at, _ in points) * Fraction(wanted.per.about)
        limits = self._limits(wanted, wanted.of)
        return all(COMPARE[name](round(float(steep), 9), limit) for name, limit in limits.items())

    def _streak(self, wanted: Any, day: int) -> bool:
        if wanted.per == "reading":
            limits = self._limits(wanted, wanted.of)
            newest = self._readings(wanted.of, wanted.at, day)[-wanted.length :]
            return len(newest) == wanted.length and all(as_wanted(one, wanted, limits) for one in newest)
        ended, units = last_ended(day, wanted.per), self._once(self._units, wanted)
        return all(units.get(ended - back, False) for back in range(wanted.length))

    def _units(self, wanted: Any) -> dict[int, bool]:
        """Whether the days, nights, weeks or months with readings are as wanted."""
        limits, pressure = self._limits(wanted, wanted.of), is_pressure(wanted)
        readings = self._all_readings(wanted.of, wanted.at)
        if wanted.per in ("week", "month") and (wanted.day or pressure) and not wanted.codes:
            # Days with a value of their own: the week or month is made of these.
            readings = [
                Reading("", one.day, -1, float("nan") if one.exact is None else float(one.exact))
                for one in self._once(self._all_values, wanted)
            ]
            pressure = False
        return {
            unit: together(unit, some, wanted.by, wanted, limits, pressure).ok
            for unit, some in grouped(readings, lambda at: unit_of(at, wanted.per))
        }

    # -- who and what ------------------------------------------------------------------------------

    def _gap(self, wanted: Any, day: int) -> bool:
        if wanted.visit is not None:
            points = [at for at, _ in self.visits(wanted.visit, day)]
        elif wanted.event is not None:
            points = [one.day for one in self.person.events if one.what == wanted.event and one.day <= day]
        else:
            points = [one.day for one in self._readings(wanted.of, None, day)]
        if self._empty_long_enough(wanted, points, day):
            return True
        # What comes on the day on which the gap begins leaves it that day.
        before = [one for one in points if one < day]
        return (
            len(before) < len(points)
            and self._empty_long_enough(wanted, before, day)
            and not self._empty_long_enough(wanted, before, day - 1)
        )

    def _empty_long_enough(self, wanted: Any, points: list[int], day: int) -> bool:
        if points:
            last = max(points)
        else:
            starts = [start for start in self.concerned if start <= day]
            if not starts:
                return False
            last = starts[-1]
        if wanted.months is not None:
            return unit_of(day, "month") - unit_of(last, "month") > wanted.months
        return day - last > (wanted.days or 7 * (wanted.weeks or 0))

    def _age(self, wanted: Any, day: int) -> bool:
        if self.person.birth == NEVER or day < self.person.birth:
            return False
        age = age_on(day_of(self.person.birth), day_of(day))
        return all(COMPARE[name](age, limit) for name, limit in wanted.limits.items())

    def _sex(self, wanted: Any, day: int) -> bool:
        return bool(self.person.sex == wanted)

    def _problem(self, wanted: Any, day: int) -> bool:
        return any(one.what == wanted and one.start <= day < one.end for one in self.person.problems)

    def _had(self, wanted: Any, day: int) -> bool:
        return any(one.what == wanted and one.start <= day for one in self.person.problems)

    def _drug(self, wanted: Any, day: int) -> bool:
        return any(one.what == wanted and one.start <= day < one.end for one in self.person.drugs)

    def _programme(self, wanted: Any, day: int) -> bool:
        return any(one.what == wanted and one.start <= day < one.end for one in self.person.programmes)

    def _care_team(self, wanted: Any, day: int) -> bool:
        return any(one.what == wanted and one.start <= day < one.end for one in self.person.carers)

    def _tag(self, wanted: Any, day: int) -> bool:
        return any(one.what == wanted and one.start <= day < one.end for one in self.person.tags)

    def _event(self, wanted: Any, day: int) -> bool:
        return self._recent((one.day for one in self.person.events if one.what == wanted.type), wanted, day)

    def _booking(self, wanted: Any, day: int) -> bool:
        return any(
            one.made <= day <= one.start
            and (wanted.type is None or one.what == wanted.type)
            and (wanted.ahead is None or ago(one.start, wanted.ahead) <= day)
            for one in self.person.bookings
        )

    def _contact(self, wanted: Any, day: int) -> bool:
        return self._recent(
            (
                one.day
                for one in self.person.contacts
                if (wanted.direction is None or one.direction == wanted.direction)
                and (not wanted.channel or one.channel in wanted.channel)
                and (not wanted.outcome or one.outcome in wanted.outcome)
                and (not wanted.topic or one.topic in wanted.topic)
            ),
            wanted,
            day,
        )

    def _message(self, wanted: Any, day: int) -> bool:
        return self._recent(
            (
                one.day
                for one in self.person.contacts
                if one.direction == "in"
                and (not wanted.channel or one.channel in wanted.channel)
                and (wanted.at is None or in_hours(one.minute, wanted.at))
                and any(word.casefold() in (one.text or "").casefold() for word in wanted.keywords)
            ),
            wanted,
            day,
        )

    def _recent(self, days: Iterable[int], wanted: Any, day: int) -> bool:
        return sum(ago(day, wanted.within) <= one <= day for one in days) >= wanted.at_least

    def _visited(self, wanted: Any, day: int) -> bool:
        classed = [(at, name) for at, name in self.visits(wanted.programme, day) if name]
        if not classed or classed[-1][1] not in wanted.class_:
            return False
        return wanted.within is None or ago(day, wanted.within) <= classed[-1][0]

    def visits(self, programme: str, until: int) -> list[tuple[int, str | None]]:
        """The days of visits during the programme, and the class of each."""
        meant = self.programmes[programme]
        days = sorted({one.day for one in self.person.events if one.what == meant.visit and one.day <= until})
        return [
            (day, next((one.id for one in meant.classes if self.days(one.when)[day]), None))
            for day in days
            if self._programme(programme, day)
        ]
