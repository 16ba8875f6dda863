"""What a board is counted from: the facts of everybody and what the rules gave, read once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from kanglu.care.block import Block
from kanglu.care.book import in_force
from kanglu.care.calendar import number
from kanglu.care.marks import Marks, marks
from kanglu.care.tasks import ACTS, TASKS, Acts, derived, frame_of, held_on
from kanglu.catalogue.programmes import Programme
from kanglu.catalogue.rulebook import Rulebook
from kanglu.dates import add_months
from kanglu.insight.rates import INDICATORS, Period
from kanglu.insight.service.figure import Days
from kanglu.insight.service.seen import enrolments, living, visits_of
from kanglu.record import Store
from kanglu.record.known import Known, Readings
from kanglu.record.moment import Moment

MONTHS = 12
"""How many months a line of the board has, and how far back each of its points looks."""
FOLLOW_UP = "follow_up"
_TASKS = [
    *("person_id", "kind", "code", "rule", "state", "starts", "window_start", "due", "ends", "days_late"),
    *("owner", "next_try", "reason"),
]
_KINDS = (*ACTS, "condition", "encounter", "episode_of_care", "flag")


@dataclass(frozen=True, eq=False)
class Sources:
    """The facts that the board counts, of some people.

    Parameters
    ----------
    as_of, known : the two times.
    evaluated : the day of the rules' last evaluation; None before the first.
    people : by id: record_number, sex, birth_date, death_date, deceased.
    tasks : what rules asked of the staff, the columns of `care.tasks` that the board reads.
    tags : who has which tag on the day.
    readings : exact values of the control rates of the last 24 months, as `rates.Period` reads them.
    tables : the other facts, by table.
    """

    as_of: date
    known: date
    rules: Rulebook
    evaluated: str | None
    people: pd.DataFrame
    tasks: pd.DataFrame
    tags: Marks
    readings: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    block: Block

    def of(self, ids: Collection[int]) -> "Sources":
        """The same of some of the people."""
        kept = frozenset(ids)

        def some(frame: pd.DataFrame) -> pd.DataFrame:
            return frame[frame["person_id"].isin(kept)]

        return replace(
            self,
            people=self.people[self.people.index.isin(kept)],
            tasks=some(self.tasks),
            tags={tag: who & kept for tag, who in self.tags.items()},
            readings=some(self.readings),
            tables={name: some(frame) for name, frame in self.tables.items()},
        )

    @cached_property
    def alive(self) -> frozenset[int]:
        """Who lives on the day."""
        return living(self.people, Days(self.as_of, self.as_of)) - frozenset(
            self.people.index[self.people["deceased"]]
        )

    @cached_property
    def team(self) -> pd.DataFrame:
        """Who looks after whom on the day: person_id, code (the role), practitioner."""
        members = held_on(self.tables["care_team"], self.as_of)
        return members[members["practitioner"].notna() & members["person_id"].isin(self.alive)]

    def clients(self, practitioner: str) -> frozenset[int]:
        """The living people of whose care team somebody is, on the day."""
        return frozenset(self.team["person_id"][self.team["practitioner"] == practitioner])

    def enrolled(self, programme: str) -> pd.DataFrame:
        """Stretches in a programme that hold on the day: person_id, start, end."""
        spans = enrolments(self.tables["episode_of_care"], self.people, programme)
        day = np.datetime64(self.as_of)
        return spans[(spans["start"] <= day) & (spans["end"] > day)]

    def visits(self, programme: Programme) -> pd.DataFrame:
        """The visits of a programme up to the day, see `service.visits_of`."""
        return self._visits[programme.visit]

    @cached_property
    def _visits(self) -> Mapping[str, pd.DataFrame]:
        events = {one.visit: self.rules.events[one.visit] for one in self.rules.programmes.values()}
        met = self.tables["encounter"]
        return {
            name: visits_of(met, event) if event.table == "encounter" else visits_of(met.iloc[:0])
            for name, event in events.items()
        }

    def due_in(self, days: Days) -> pd.DataFrame:
        """The follow-ups that are due in a period."""
        mine = self._follow_ups
        return mine[(mine["due"] >= days.since.isoformat()) & (mine["due"] <= days.until.isoformat())]

    @cached_property
    def _follow_ups(self) -> pd.DataFrame:
        return self.tasks[(self.tasks["code"] == FOLLOW_UP) & self.tasks["due"].notna()]

    @cached_property
    def _period(self) -> Period:
        return Period(self.readings, self.people, {}, self.as_of)

    def year_to(self, until: date) -> Period:
        """What control rates are counted from, of the twelve months that end on a day."""
        days = Days.year_to(until)
        lived = self.people[self.people.index.isin(living(self.people, days))]
        return self._period.part(days.since, until, lived, self.problems_on(until))

    def problems_on(self, day: date) -> Mapping[str, frozenset[int]]:
        """Who has which problem on a day."""
        on, ids = number(day), self.block.ids
        return {
            name: frozenset(ids[some.person[some.on(on)]].tolist())
            for name, some in self.block.problems.items()
        }


def read(
    store: Store, as_of: date | None = None, known: date | None = None, *, rules: Rulebook | None = None
) -> Sources:
    """Everything that the board counts of everybody, as of a day; nothing is evaluated.

    It is read as the rules read, a row of the audit log for the whole. Whoever is shown who stands behind a
    number reads these people (`listing.listed`).
    """
    moment = Moment(as_of or store.as_of, known or as_of or store.known)
    book = rules or in_force(store)
    facts = store.known_facts(store.everybody(), INDICATORS, moment.as_of, moment.known, _KINDS)
    day = moment.as_of.isoformat()
    given = [one.row for one in store.current_results(None, moment.known) if one.row.starts <= day]
    bare = replace(facts, observations={})
    acts = Acts(replace(bare, tables={name: facts.tables[name] for name in ACTS}))
    tables = Acts(bare)
    last = store.last_evaluation()
    return Sources(
        moment.as_of,
        moment.known,
        book,
        None if last is None else last.as_of,
        _people(facts),
        derived(frame_of([row for row in given if row.kind in TASKS]), acts, book)[_TASKS],
        marks(frame_of([row for row in given if row.kind == "tag"]), tables.frame("flag"), moment.as_of),
        _readings(facts, moment.as_of),
        {name: tables.frame(name) for name in ("communication", "care_team", "encounter", "episode_of_care")},
        Acts(replace(bare, tables={"condition": facts.tables["condition"]})).block(book),
    )


def _people(facts: Known) -> pd.DataFrame:
    people = facts.people.set_index("person_id")
    died = people["died"].where(people["died"].notna() & (people["died"] <= facts.as_of.isoformat()), None)
    return people.assign(death_date=died, deceased=died.notna())


def _readings(facts: Known, as_of: date) -> pd.DataFrame:
    """The exact readings of the time that the lines look back on, as `rates.Period` reads them."""
    first, last = number(add_months(as_of, -2 * MONTHS)), number(as_of)
    parts = [_exact(name, some, first, last) for name, some in facts.observations.items()]
    none = np.empty(0, dtype=np.int64)
    nobody = Readings(
        none, none, none.astype(np.int32), none.astype(np.int16), np.empty(0), none.astype(np.int8)
    )
    found = pd.concat(parts or [_exact("", nobody, first, last)], ignore_index=True)
    return found.sort_values(["effective", "minute", "id"], ignore_index=True)


def _exact(indicator: str, some: Readings, first: int, last: int) -> pd.DataFrame:
    kept = (some.day > first) & (some.day <= last) & (some.comparator == 0) & ~np.isnan(some.value)
    place, days = pd.factorize(some.day[kept])
    texts = np.array(days, dtype="datetime64[D]").astype(str).astype(object)
    return pd.DataFrame(
        {
            "person_id": some.person[kept],
            "indicator": indicator,
            "effective": texts[place],
            "value": some.value[kept],
            "comparator": None,
            "minute": some.minute[kept],
            "id": some.id[kept],
        }
    )
