"""One person's values over the years: which matter most, their lines, and what happened meanwhile."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from kanglu.catalogue import Catalogue
from kanglu.dates import add_months, end_of
from kanglu.errors import NotFound
from kanglu.insight.annual import age_of
from kanglu.insight.findings import About, Judged, in_order, judge
from kanglu.insight.history import History, history
from kanglu.insight.lines import Line, line
from kanglu.insight.lists import medicines, problems
from kanglu.insight.service.seen import visits_of
from kanglu.record import Dossier
from kanglu.record.people import PersonView

MOST_POINTS: Final = 400
"""More readings than this in the time shown are drawn as the median of each month."""
FIRST_SHOWN: Final = 4
"""How many charts are shown before anybody has chosen; both pressures are one."""
TOGETHER: Final = ("sbp", "dbp")
"""Two indicators that people read as one."""
_DAY: Final = len("2026-05-26")

type Kind = Literal["visit", "started", "stopped"]


@dataclass(frozen=True, slots=True)
class Happened:
    """A visit, or a medicine that was begun or ended: the day, and the medicine's words."""

    day: str
    kind: Kind
    what: str


@dataclass(frozen=True, slots=True)
class Trends:
    """A person's values from one day to another.

    Parameters
    ----------
    since, until : the days of the time shown, both counting.
    available : every indicator with a number, in the catalogue's order, and how many in all time.
    charts : the chosen indicators; both pressures stand together. What has no number in the time is empty.
    judged : each chosen indicator of the year of its last value, see `findings.judge`.
    happened : visits and changes of medicines in the time, oldest first.
    """

    person: PersonView
    since: date
    until: date
    about: About
    available: tuple[tuple[str, int], ...]
    charts: tuple[tuple[Line, ...], ...]
    judged: tuple[Judged, ...]
    happened: tuple[Happened, ...]

    @property
    def chosen(self) -> tuple[str, ...]:
        """The indicators shown, in order."""
        return tuple(one.indicator for lines in self.charts for one in lines)


def trends(
    dossier: Dossier, catalogue: Catalogue, chosen: Sequence[str] | None = None, years: int | None = None
) -> Trends:
    """The trends of a dossier's person up to its day, or to the day of death.

    Parameters
    ----------
    chosen : indicators to show, in order; the most relevant when None, see `relevant`.
    years : how far to look back; to the first value of any when None.

    Raises `NotFound` for an indicator of which there is no number.
    """
    until = min(dossier.as_of, dossier.person.death_date or date.max)
    listed = problems(dossier.conditions, end_of(until), catalogue)
    current = frozenset(name for one in listed if one.current and one.sure for name in one.ids)
    about = About(dossier.person.sex, age_of(dossier, until), current)
    past = history(dossier.observations, end_of(until))
    available = _available(past, catalogue)
    names = relevant(past, about, catalogue) if chosen is None else chosen
    for name in names:
        if name not in dict(available):
            raise NotFound(
                f"There is no number of {name!r} up to {until}.",
                where=dossier.person.record_number,
                remedy="Choose one that was measured.",
            )
    since = add_months(until, -12 * years) if years is not None else _first(past, available, until)
    return Trends(
        dossier.person,
        since,
        until,
        about,
        available,
        tuple(_charts(past, names, about, catalogue, since)),
        tuple(_judged(past, names, about, catalogue)),
        tuple(_happened(dossier, catalogue, since, until)),
    )


def relevant(past: History, about: About, catalogue: Catalogue) -> tuple[str, ...]:
    """What to show first: what the person's problems set a target for, what is out of range, key indicators.

    Of each only those with at least two values, in the catalogue's order; both pressures count as one.
    """
    many = [name for name, n in _available(past, catalogue) if n > 1]
    latest = {one.indicator: one for one in _judged(past, many, about, catalogue)}

    def rank(name: str) -> int:
        one = latest.get(name)
        if one is not None and one.limits is not None and one.limits.kind == "target" and _by_problem(name):
            return 0
        if not catalogue.indicators[name].key:
            return 3
        return 1 if one is not None and one.out else 2

    def _by_problem(name: str) -> bool:
        targets = catalogue.indicators[name].targets
        return any(target.when in about.problems for target in targets if target.when is not None)

    ordered = sorted(many, key=rank)
    groups = dict.fromkeys(TOGETHER if name in TOGETHER else (name,) for name in ordered)
    first = [name for group in list(groups)[:FIRST_SHOWN] for name in group]
    return tuple(name for name in first if name in many)


def _available(past: History, catalogue: Catalogue) -> tuple[tuple[str, int], ...]:
    counts = (
        (name, sum(one.value is not None for one in past.of(name))) for name in in_order(catalogue, past)
    )
    return tuple((name, n) for name, n in counts if n and catalogue.indicators[name].kind == "quantity")


def _first(past: History, available: Sequence[tuple[str, int]], until: date) -> date:
    """The first day of the year of the first value of any."""
    years = [int(past.of(name)[0].effective[:4]) for name, _ in available]
    return date(min(years, default=until.year), 1, 1)


def _charts(
    past: History, names: Sequence[str], about: About, catalogue: Catalogue, since: date
) -> Iterator[tuple[Line, ...]]:
    groups = dict.fromkeys(TOGETHER if name in TOGETHER else (name,) for name in names)
    for group in groups:
        yield tuple(_line(past, name, about, catalogue, since) for name in group if name in names)


def _line(past: History, name: str, about: About, catalogue: Catalogue, since: date) -> Line:
    readings = [
        one
        for one in past.of(name)
        if one.value is not None and one.effective >= since.isoformat()[: len(one.effective)]
    ]
    return line(name, readings, about.limits(catalogue, name), MOST_POINTS)


def _judged(past: History, names: Sequence[str], about: About, catalogue: Catalogue) -> Iterator[Judged]:
    by_year: dict[int, list[str]] = {}
    for name in names:
        last = past.last(name)
        if last is not None:
            by_year.setdefault(int(last.effective[:4]), []).append(name)
    for year, some in by_year.items():
        for one in judge(catalogue, past, about, year):
            if one.indicator in some:
                yield one


def _happened(dossier: Dossier, catalogue: Catalogue, since: date, until: date) -> list[Happened]:
    first, last = since.isoformat(), until.isoformat()
    days = visits_of(dossier.encounters)["effective"].str[:_DAY].drop_duplicates().tolist()
    found = [Happened(day, "visit", "") for day in days]
    for one in medicines(dossier.medications, end_of(until), catalogue):
        if one.since is not None:
            found.append(Happened(one.since[:_DAY], "started", one.display))
        if one.until is not None:
            found.append(Happened(one.until[:_DAY], "stopped", one.display))
    return sorted((one for one in found if first <= one.day <= last), key=lambda one: (one.day, one.kind))
