"""The indicators of a programme: who is managed, who to the standard, who is in target."""

from datetime import date

import numpy as np
import pandas as pd

from kanglu.errors import ReportError
from kanglu.insight.rates import TIMES_A_YEAR, Period, rates
from kanglu.insight.service.figure import Counted, Days, Figure, persons
from kanglu.insight.service.seen import FACE_TO_FACE, enrolments, within


def control(period: Period, as_of: date) -> dict[str, Figure]:
    """Control rates of a year up to a day, by definition: who is in target, of whom.

    The definitions and their sources are those of `insight.rates`, which also says which of them are due.
    """
    days = Days(date(period.until.year, 1, 1), period.until)
    return {
        name: Figure(name, as_of, days, persons(in_target), persons(counted))
        for name, (in_target, counted) in rates(period).items()
    }


def managed(
    episodes: pd.DataFrame,
    visits: pd.DataFrame,
    people: pd.DataFrame,
    programme: str,
    days: Days,
    as_of: date,
    estimate: int,
) -> Figure:
    """健康管理率: persons managed in the year / estimated patients in the area.

    Managed: enrolled in the programme, and alive, on a day of the year up to `as_of`. `estimate` is the
    number of patients in the area (adults × prevalence), which the record cannot know. Apart: ``seen``,
    those of the managed with a face-to-face visit in that time while enrolled.

    Source: 国家基本公共卫生服务规范(第三版), 2017, at second hand, not held against the issued text; what
    makes a person managed is our reading.

    Raises `ReportError` for an estimate below nought.
    """
    if estimate < 0:
        raise ReportError(
            f"{estimate} patients cannot be estimated in the area.",
            remedy="State adults × prevalence as a whole number.",
        )
    who = _enrolled(episodes, people, programme, days, as_of)
    times = _times(episodes, visits, people, programme, days, as_of)
    return Figure(
        f"{programme}_managed.enrolled_in_year.national_2017",
        as_of,
        days,
        persons(who),
        Counted(estimate, None),
        {"seen": persons(times.index)},
    )


def managed_to_standard(
    episodes: pd.DataFrame,
    visits: pd.DataFrame,
    people: pd.DataFrame,
    programme: str,
    year: int,
    as_of: date,
) -> dict[str, Figure]:
    """规范管理率: managed to the standard / managed in the year, by each definition that is due.

    Managed as in `managed`. To the standard, nationally: four face-to-face visits in the year or more; due
    when the year is over. By the counting of Guangdong and Shenzhen 2011: one visit or more by the end of
    March, two by June, three by September, four by December; due when the first quarter is over, and counted
    up to the last quarter that is. Visits are days, while enrolled. Who was enrolled for a part of the year
    is asked no less: the copies state no exception.

    Sources: 国家基本公共卫生服务规范(第三版), 2017; Guangdong and Shenzhen 2011; both at second hand, not
    held against the issued texts.
    """
    found = {}
    quarters = [
        end for end in pd.date_range(f"{year}-01-01", f"{year}-12-31", freq="QE").date if end <= as_of
    ]
    for name, ends, asked in (
        ("four_visits.national_2017", quarters[3:], TIMES_A_YEAR),
        ("visits_by_quarter.guangdong_2011", quarters, len(quarters)),
    ):
        if not ends:
            continue
        days = Days(date(year, 1, 1), ends[-1])
        who = _enrolled(episodes, people, programme, days, as_of)
        times = _times(episodes, visits, people, programme, days, as_of)
        definition = f"{programme}_managed_to_standard.{name}"
        found[definition] = Figure(
            definition, as_of, days, persons(times.index[times >= asked]), persons(who)
        )
    return found


def _enrolled(
    episodes: pd.DataFrame, people: pd.DataFrame, programme: str, days: Days, as_of: date
) -> frozenset[int]:
    spans = enrolments(episodes, people, programme)
    until = np.datetime64(min(days.until, as_of))
    in_time = (spans["start"] <= until) & (spans["end"] > np.datetime64(days.since))
    return frozenset(spans["person_id"][in_time].tolist())


def _times(
    episodes: pd.DataFrame,
    visits: pd.DataFrame,
    people: pd.DataFrame,
    programme: str,
    days: Days,
    as_of: date,
) -> pd.Series:
    """On how many days of the period each person had a face-to-face visit while enrolled, by id."""
    met = within(visits[visits["mode"] == FACE_TO_FACE], days, as_of)
    both = met.merge(enrolments(episodes, people, programme), on="person_id")
    inside = both[(both["day"] >= both["start"]) & (both["day"] < both["end"])]
    return inside.groupby("person_id")["day"].nunique()
