"""Reading `Known`: everything that rules are evaluated over, of some people at a moment."""

from collections.abc import Collection, Sequence

import pandas as pd
from sqlalchemy import Connection, func, or_, select

from kanglu.record.columns import days_in_china, fetched, read_columns_of
from kanglu.record.identity import chunks
from kanglu.record.known import COLUMNS, Known
from kanglu.record.moment import Moment, standing
from kanglu.record.people import people_frame
from kanglu.record.readings import read_observations_of
from kanglu.record.tables import demographics, person
from kanglu.trust.keys import Keys

PEOPLE_A_QUERY = 5000


def read_known(
    connection: Connection,
    ids: Sequence[int],
    indicators: Sequence[str],
    moment: Moment,
    *,
    kinds: Collection[str] = tuple(COLUMNS),
    mask: Keys | None = None,
) -> Known:
    """The facts of these people; those whom the record did not know by then are left out.

    Of the tables beside observations those of `kinds` are read.
    """
    parts = list(chunks(sorted(set(ids)), PEOPLE_A_QUERY)) or [[]]
    people = pd.concat([_people(connection, some, moment, mask) for some in parts], ignore_index=True)
    known = people["person_id"].tolist()
    tables = {name: read_columns_of(connection, name, COLUMNS[name], moment, known) for name in kinds}
    observations = read_observations_of(connection, indicators, moment, known)
    return Known(moment.as_of, people, observations, tables)


def _people(connection: Connection, ids: list[int], moment: Moment, mask: Keys | None) -> pd.DataFrame:
    people = people_frame(connection, moment, person.c.id.in_(ids), mask=mask)
    recorded = dict(fetched(connection, select(person.c.id, person.c.recorded).where(person.c.id.in_(ids))))
    people["recorded_day"] = days_in_china([recorded[one] for one in people["person_id"].tolist()])
    people["died"] = people["death_date"]
    undated = people["deceased"] & people["death_date"].isna()
    heard = _heard_of_death(connection, people.loc[undated, "person_id"].tolist(), moment)
    people.loc[undated, "died"] = [heard[one] for one in people.loc[undated, "person_id"].tolist()]
    return people[["person_id", "record_number", "sex", "birth_date", "died", "recorded_day"]]


def _heard_of_death(connection: Connection, ids: list[int], moment: Moment) -> dict[int, str]:
    """The days on which the deaths of people became known, by id."""
    said = demographics.c
    query = (
        select(said.person_id, func.min(said.recorded))
        .where(
            said.person_id.in_(ids),
            or_(said.deceased, said.death_date.is_not(None)),
            standing(demographics, moment),
        )
        .group_by(said.person_id)
    )
    rows = fetched(connection, query)
    days = days_in_china([recorded for _, recorded in rows]).astype("datetime64[D]").astype(str)
    return {person_id: str(day) for (person_id, _), day in zip(rows, days, strict=True)}
