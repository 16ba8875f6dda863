"""One person's year: what the annual summary says, as data, without a word of any language.

`summarise` reads a dossier once and answers with frozen values. It looks at the facts that are effective up
to the end of the year (or up to the dossier's own day, or the day of death, when that is earlier); what
came later is counted, not shown. Nothing is guessed: a child is held against no adult range, a sex not
recorded against none of one sex, and a person who died is given no to-do list.
"""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from kanglu.catalogue import Catalogue
from kanglu.dates import end_of
from kanglu.errors import ReportError
from kanglu.insight.checks import Missing, missing
from kanglu.insight.findings import About, Judged, in_order, judge, ranked
from kanglu.insight.history import History, YearValue, history, last_day, later
from kanglu.insight.limits import ADULT, Limits, Side, side_of
from kanglu.insight.lines import YEARS, Line, lines
from kanglu.insight.lists import GROUPS, Happened, Listed, allergies, happened, medicines, problems
from kanglu.insight.pressure import Pressure, pressure
from kanglu.insight.scores import Scored, scored
from kanglu.insight.sources import Converted, Source, conversions, sources
from kanglu.record.dossier import Dossier
from kanglu.record.inputs import input_columns
from kanglu.record.people import PersonView


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator over the years: the figure of each (None: not measured) and where it lies."""

    indicator: str
    limits: Limits | None
    figures: tuple[YearValue | None, ...]
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class AnnualSummary:
    """All that an annual summary says.

    Parameters
    ----------
    until : the last day looked at: the end of the year, the day the record was asked as of, or the day of
        death, whichever is first.
    age : completed years, see `age_of`; None when it is not known.
    deceased : whether the person is known to have died, whenever that was.
    later : how many measurements lie after `until` and are not shown.
    judged : every indicator of the year, in the catalogue's order; `out` what is out of range, first first.
    rows : the indicators of the last years, in the catalogue's order; `years` the columns.
    """

    person: PersonView
    year: int
    until: date
    as_of: date
    catalogue_revision: str
    last_recorded: str | None
    age: int | None
    deceased: bool
    later: int
    measured: int
    judged: tuple[Judged, ...]
    out: tuple[Judged, ...]
    missing: tuple[Missing, ...]
    years: tuple[int, ...]
    rows: tuple[Row, ...]
    lines: tuple[Line, ...]
    pressure: Pressure | None
    scores: tuple[Scored, ...]
    problems: tuple[Listed, ...]
    medicines: tuple[Listed, ...]
    allergies: tuple[Listed, ...]
    happened: tuple[tuple[str, tuple[Happened, ...]], ...]
    sources: tuple[Source, ...]
    conversions: tuple[Converted, ...]
    unknown: int

    @property
    def changed(self) -> tuple[Judged, ...]:
        """What changed beyond noise, the largest change first."""
        found = [(one.change.size, one) for one in self.judged if one.change]
        return tuple(one for _, one in sorted(found, key=lambda pair: pair[0], reverse=True))

    @property
    def returned(self) -> tuple[Judged, ...]:
        """What is back in range."""
        return tuple(one for one in self.judged if one.returned)

    @property
    def adult(self) -> bool:
        """Whether the adult scores and lists are for this person; an unknown age is not adult."""
        return self.age is not None and self.age >= ADULT

    @property
    def empty(self) -> bool:
        """Whether nothing at all was measured in the year."""
        return self.measured == 0


def summarise(dossier: Dossier, year: int, catalogue: Catalogue) -> AnnualSummary:
    """The annual summary of a dossier's person.

    Raises `ReportError` for a year that begins after the day the dossier was read as of.
    """
    if date(year, 1, 1) > dossier.as_of:
        raise ReportError(
            f"The year {year} begins after {dossier.as_of.isoformat()}, the day the record is asked as of.",
            where=dossier.person.record_number,
            remedy="Choose an earlier year or a later day.",
        )
    until = min(dossier.as_of, date(year, 12, 31), dossier.person.death_date or date.max)
    deceased = dossier.person.deceased
    age = age_of(dossier, until)
    listed = problems(dossier.conditions, end_of(until), catalogue)
    current = frozenset(name for one in listed if one.current and one.sure for name in one.ids)
    about = About(dossier.person.sex, age, current)
    past = history(dossier.observations, end_of(until))
    judged = judge(catalogue, past, about, year)
    grown = about.adult and not deceased
    known = catalogue.indicators
    return AnnualSummary(
        person=dossier.person,
        year=year,
        until=until,
        as_of=dossier.as_of,
        catalogue_revision=catalogue.revision,
        last_recorded=dossier.last_recorded,
        age=age,
        deceased=deceased,
        later=later(dossier.observations, end_of(until)),
        measured=sum(len(past.in_year(name, year)) for name in past if name in known),
        judged=judged,
        out=ranked(judged, catalogue),
        missing=missing(past, about, until) if grown else (),
        years=tuple(range(year - YEARS + 1, year + 1)),
        rows=_rows(catalogue, past, about, year),
        lines=lines(catalogue, past, about, year),
        pressure=pressure(past, about, catalogue, year),
        scores=_scores(dossier, until, catalogue) if grown else (),
        problems=listed,
        medicines=medicines(dossier.medications, end_of(until), catalogue),
        allergies=allergies(dossier.allergies, end_of(until)),
        happened=tuple((kind, happened(getattr(dossier, kind), year, end_of(until))) for kind in GROUPS),
        sources=sources(past, known, year, dossier.batches),
        conversions=conversions(past, known, year),
        unknown=sum(len(past.in_year(name, year)) for name in past if name not in known),
    )


def age_of(dossier: Dossier, until: date) -> int | None:
    """Completed years on a day; of a person who died, at most those known to have been lived.

    Where the day of death is not known, they are those on the last day with a measurement.
    """
    person = dossier.person
    if not person.deceased or person.death_date is not None:
        return person.age_on(min(until, person.death_date or until))
    seen = last_day(dossier.observations, end_of(until))
    return person.age_on(date.fromisoformat(seen)) if seen is not None else None


def _rows(catalogue: Catalogue, past: History, about: About, year: int) -> tuple[Row, ...]:
    """The indicators that any of the last years knows."""
    span = range(year - YEARS + 1, year + 1)
    rows = []
    for name in in_order(catalogue, past):
        figures = tuple(past.year(name, each) for each in span)
        if any(figures):
            then = [about.limits(catalogue, name, year - each) for each in span]
            sides = tuple(side_of(figure, limits) for figure, limits in zip(figures, then, strict=True))
            rows.append(Row(name, then[-1], figures, sides))
    return tuple(rows)


def _scores(dossier: Dossier, until: date, catalogue: Catalogue) -> tuple[Scored, ...]:
    person = dossier.person
    people = pd.DataFrame({"sex": [person.sex], "birth_date": [person.birth_date]}, index=[person.id])
    facts = dossier.observations, dossier.conditions, dossier.medications
    return scored(input_columns(people, *facts, until, catalogue))
