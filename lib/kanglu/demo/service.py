"""What the invented health centre does with its people: cards, programmes, visits, calls, bookings, hospital.

The proportions are invented too. They draw from numbers of their own, so that who the people are and what
was measured does not depend on them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from kanglu.catalogue.programmes import Member
from kanglu.dates import add_months
from kanglu.demo.health import Course
from kanglu.demo.people import FIRST_YEAR, LAST_YEAR, YEARS, People
from kanglu.demo.resources import OWN
from kanglu.record.facts import Appointment, CareTeam, Communication, Encounter, EpisodeOfCare, Fact

_FIRST, _LAST = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
_SETTINGS, _OF_SETTINGS = ("AMB", "HH", "VR"), (0.72, 0.1, 0.18)
_OUTCOMES = ("reached", "no_answer", "busy", "switched_off", "postponed", "refused", "wrong_number")
_OF_OUTCOMES = (0.6, 0.18, 0.05, 0.04, 0.04, 0.06, 0.03)
_BARRIERS = ("cost", "transport", "time", "side_effects", "no_need", "forgot", "elsewhere")
_SAID = (
    ("请问周六上午可以量血压吗?", "wechat"),
    ("这两天血压有点高,要紧吗?", "wechat"),
    ("降压药快吃完了,想开药。", "app"),
    ("血糖仪不会用,能教教我吗?", "app"),
    ("吃了药有点咳嗽,是副作用吗?", "wechat"),
    ("低盐饮食怎么做", "search"),
)
_ILL = ("肺炎", "脑梗死", "冠心病", "慢性阻塞性肺疾病急性加重", "胆囊结石")


@dataclass(frozen=True)
class Visit:
    """A follow-up of somebody (by place in the panel), and whether a pressure was dangerously high."""

    order: int
    day: date
    danger: bool


def serve(
    people: People,
    course: Course,
    visits: Iterable[Visit],
    staff: Collection[Member],
    rng: np.random.Generator,
) -> Iterator[tuple[int, Fact]]:
    """Everything the service did, each with the place in the panel of the person it is about."""
    teams = {
        one.id: [other.id for other in staff if one.id in other.bound_to]
        for one in staff
        if one.role == "doctor"
    }
    by_person: dict[int, list[Visit]] = {}
    for seen in visits:
        by_person.setdefault(seen.order, []).append(seen)
    for order in range(len(people)):
        mine = by_person.get(order, [])
        for fact in (
            *_cards(teams, rng),
            *_programmes(people, course, order, rng),
            *_check_ups(course, order),
            *_follow_ups(mine, rng),
            *_contacts(bool(mine), rng),
            *_bookings(bool(mine), rng),
            *_hospital(people.age[order], rng),
        ):
            yield order, fact


def _cards(teams: Mapping[str, Sequence[str]], rng: np.random.Generator) -> Iterator[Fact]:
    """Most have a card from the first year, some came later; nearly all have a doctor and a manager."""
    drawn = rng.random(3)
    if drawn[0] >= 0.93:
        return
    span = 90 if drawn[0] < 0.8 else (_LAST - _FIRST).days
    opened = _FIRST + timedelta(days=int(drawn[1] * span))
    yield EpisodeOfCare(0, OWN, "card", opened.isoformat())
    if drawn[2] < 0.97:
        assigned = (opened + timedelta(days=int(rng.integers(0, 4)))).isoformat()
        doctor = str(rng.choice(list(teams)))
        yield CareTeam(0, OWN, "doctor", assigned, practitioner=doctor)
        yield CareTeam(0, OWN, "manager", assigned, practitioner=str(rng.choice(teams[doctor])))


def _programmes(people: People, course: Course, order: int, rng: np.random.Generator) -> Iterator[Fact]:
    """Six in seven of the diagnosed are in the programme from the year after the diagnosis, if old enough."""
    adult = add_months(people.births[order], 12 * 35)
    for programme, since in (
        ("hypertension", course.hypertension_since[order]),
        ("type2_diabetes", course.diabetes_since[order]),
    ):
        begins = None if np.isnan(since) else date(max(int(since) + 1, FIRST_YEAR), 1, 4)
        enrolled = rng.random() < 0.86
        if enrolled and begins is not None and adult <= begins <= _LAST:
            yield EpisodeOfCare(0, OWN, programme, begins.isoformat())
    old = max(add_months(people.births[order], 12 * 65), _FIRST) + timedelta(days=int(rng.integers(5, 60)))
    if rng.random() < 0.8 and old <= _LAST:
        yield EpisodeOfCare(0, OWN, "elderly", old.isoformat())


def _check_ups(course: Course, order: int) -> Iterator[Fact]:
    for column in np.flatnonzero(course.attended[order]):
        yield Encounter(0, OWN, "check-up", course.days[order][column].isoformat(), display="健康体检")


def _follow_ups(visits: Iterable[Visit], rng: np.random.Generator) -> Iterator[Fact]:
    """The visits; after a dangerous pressure most are reached by telephone the next day."""
    for seen in visits:
        setting = str(rng.choice(_SETTINGS, p=_OF_SETTINGS))
        yield Encounter(0, OWN, "follow-up", seen.day.isoformat(), setting=setting, display="随访")
        if seen.danger and rng.random() < 0.9:
            next_day = (seen.day + timedelta(days=1)).isoformat()
            yield _call(f"{next_day}T09:{rng.integers(10, 60)}:00", "reached")


def _contacts(managed: bool, rng: np.random.Generator) -> Iterator[Fact]:
    """A call or two in the last year for some, and what a few wrote in its last quarter."""
    for _ in range(rng.binomial(2, 0.3 if managed else 0.05)):
        outcome = str(rng.choice(_OUTCOMES, p=_OF_OUTCOMES))
        barrier = str(rng.choice(_BARRIERS)) if outcome in ("refused", "postponed") else None
        day = date(LAST_YEAR, 1, 4) + timedelta(days=int(rng.integers(0, 355)))
        yield _call(f"{day.isoformat()}T{rng.integers(14, 17)}:{rng.integers(10, 60)}:00", outcome, barrier)
    if rng.random() < (0.12 if managed else 0.02):
        text, channel = _SAID[rng.integers(len(_SAID))]
        day = _LAST - timedelta(days=int(rng.integers(0, 90)))
        when = f"{day.isoformat()}T{rng.integers(10, 21)}:{rng.integers(10, 60)}:00"
        yield Communication(0, None, None, when, direction="in", channel=channel, text=text)
        if channel != "search" and day < _LAST and rng.random() < 0.8:
            yield _call(f"{(day + timedelta(days=1)).isoformat()}T09:{rng.integers(10, 60)}:00", "reached")


def _call(when: str, outcome: str, barrier: str | None = None) -> Communication:
    return Communication(
        0, OWN, "follow_up", when, direction="out", channel="phone", outcome=outcome, reason=barrier
    )


def _bookings(managed: bool, rng: np.random.Generator) -> Iterator[Fact]:
    """Some have booked for the weeks ahead; some did before, and not all of them came."""
    if rng.random() < (0.15 if managed else 0.04):
        kind = "follow_up_booking" if managed else "check_up_booking"
        yield _booking(kind, _LAST + timedelta(days=int(rng.integers(2, 25))), "booked", rng)
    if rng.random() < 0.1:
        day = date(LAST_YEAR, 2, 1) + timedelta(days=int(rng.integers(0, 300)))
        yield _booking("check_up_booking", day, "fulfilled" if rng.random() < 0.85 else "noshow", rng)


def _booking(kind: str, day: date, status: str, rng: np.random.Generator) -> Appointment:
    """A time on a day, booked some weeks earlier but within the panel's years."""
    made = min(day - timedelta(days=int(rng.integers(3, 21))), _LAST)
    start = f"{day.isoformat()}T{rng.integers(10, 17)}:{rng.choice(['00', '30'])}:00"
    return Appointment(0, OWN, kind, start, clinical_status=status, booked=made.isoformat())


def _hospital(age: float, rng: np.random.Generator) -> Iterator[Fact]:
    """Stays in hospital, more often with age; some are back within a month."""
    for column in np.flatnonzero(rng.random(len(YEARS)) < (0.08 if age >= 65 else 0.02)):
        into = date(YEARS[column], 1, 1) + timedelta(days=int(rng.integers(0, 300)))
        for _ in range(1 + int(rng.random() < 0.12)):
            out = into + timedelta(days=int(rng.integers(4, 14)))
            ill = str(rng.choice(_ILL))
            stay = Encounter(0, None, None, into.isoformat(), out.isoformat(), setting="IMP", reason=ill)
            yield stay._replace(display="住院")
            into = out + timedelta(days=int(rng.integers(5, 28)))
