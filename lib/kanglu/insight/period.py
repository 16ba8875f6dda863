"""A person over some days: who it is, the days that count, the contacts and visits in them."""

from dataclasses import dataclass
from datetime import date, timedelta

from kanglu.care.contacting import Contacts, contacts
from kanglu.care.dispensed import Covered, covered
from kanglu.care.evaluator import Evaluator
from kanglu.care.plans import plans_of
from kanglu.care.progress import Progress, progress
from kanglu.dates import end_of
from kanglu.errors import ReportError
from kanglu.insight.annual import age_of
from kanglu.insight.findings import About
from kanglu.insight.lists import problems
from kanglu.insight.service.seen import visits_of
from kanglu.record import Dossier
from kanglu.record.people import PersonView

LOOK_BACK = timedelta(days=179)
"""The 180 days up to a day, over which it is worked out how well medicines were covered."""


@dataclass(frozen=True, slots=True)
class Period:
    """What is known of a person from one day to another.

    Parameters
    ----------
    since, last : the days asked for.
    until : the last day that counts: `last`, the day the record was asked as of, or the day of death.
    plans : what has become by `until` of each plan that ran on any of these days.
    visits : on how many days the person was seen or visited, or telephoned as a visit.
    medicines : how well each was covered in the 180 days up to `until`; empty where dispensing is not known.
    """

    person: PersonView
    since: date
    last: date
    until: date
    as_of: date
    age: int | None
    about: About
    catalogue_revision: str
    last_recorded: str | None
    plans: tuple[Progress, ...]
    contacts: Contacts
    visits: int
    medicines: tuple[Covered, ...]

    @property
    def goals(self) -> int:
        """The goals of all its plans."""
        return sum(len(one.goals) for one in self.plans)

    @property
    def met(self) -> int:
        """How many of them are met."""
        return sum(one.met for one in self.plans)


def period_of(
    dossier: Dossier, since: date, last: date, evaluator: Evaluator, plan: str | None = None
) -> Period:
    """A dossier's person from one day to another, both counting.

    Parameters
    ----------
    evaluator : looks at the dossier, its plans at least.
    plan : id of the plan that is meant; all when None.

    Raises `ReportError` for days in the wrong order, and for a time that begins after the dossier's day.
    """
    person = dossier.person
    if last < since:
        raise ReportError(
            f"{last} is before {since}.", where=person.record_number, remedy="Give the earlier day first."
        )
    if since > dossier.as_of:
        raise ReportError(
            f"The time from {since} begins after {dossier.as_of}, the day the record is asked as of.",
            where=person.record_number,
            remedy="Choose an earlier time or a later day.",
        )
    until = min(last, dossier.as_of, person.death_date or date.max)
    catalogue = evaluator.rulebook.catalogue
    listed = problems(dossier.conditions, end_of(until), catalogue)
    age = age_of(dossier, until)
    current = frozenset(name for one in listed if one.current and one.sure for name in one.ids)
    running = [
        one for one in plans_of(dossier) if one.meets(since, until) and plan in (None, one.template.id)
    ]
    return Period(
        person=person,
        since=since,
        last=last,
        until=until,
        as_of=dossier.as_of,
        age=age,
        about=About(person.sex, age, current),
        catalogue_revision=catalogue.revision,
        last_recorded=dossier.last_recorded,
        plans=tuple(progress(dossier, one, until, evaluator=evaluator) for one in running),
        contacts=contacts(dossier.communications, since, until),
        visits=_visits(dossier, since, until),
        medicines=covered(dossier.medications, until - LOOK_BACK, until),
    )


def _visits(dossier: Dossier, since: date, until: date) -> int:
    days = visits_of(dossier.encounters)["effective"].str[: len("2026-05-26")]
    return int(days[(days >= since.isoformat()) & (days <= until.isoformat())].nunique())
