"""Control rates of a panel: who counts, and who of them is in target, each by a definition with an id.

Source of the definitions: 国家基本公共卫生服务规范(第三版), 2017 (persons from 35 years with primary
hypertension or type 2 diabetes; control of the last visit of those seen in the year; below 140/90, from 65
years below 150/90; fasting glucose below 7.0 mmol/L; four visits and four glucose tests a year), and for the
last six months Guangdong and Shenzhen 2011. Both are quoted at second hand and have not been held against the
issued texts. HbA1c below 7.0 %: 中国糖尿病防治指南(2024版), no indicator of the programme.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from kanglu.dates import add_months, ages_on, end_of
from kanglu.insight.derived import births_of, days_of

PROGRAMME_AGE = 35
OLDER = 65
SBP_BELOW, SBP_BELOW_OLDER, DBP_BELOW = 140, 150, 90
FPG_BELOW_MMOL_L = 7.0
HBA1C_BELOW_PERCENT = 7.0
TIMES_A_YEAR = 4
MONTHS = 6

type Groups = tuple[frozenset[int], frozenset[int]]
"""Who is in target, and who of them all counts."""


@dataclass(frozen=True)
class Period:
    """What rates are counted from.

    Parameters
    ----------
    readings : the sound observations of the period: person_id, indicator, effective, value, comparator.
    people : indexed by person_id, with `birth_date`; only they count.
    problems : who has which problem at the end of the period.
    until : the last day of the period.
    """

    readings: pd.DataFrame
    people: pd.DataFrame
    problems: Mapping[str, frozenset[int]]
    until: date

    @cached_property
    def exact(self) -> pd.DataFrame:
        """The readings that are numbers to calculate with, oldest first."""
        readings = self.readings
        exact = readings[readings["value"].notna() & readings["comparator"].isna()]
        return exact.sort_values("effective", kind="stable")

    @cached_property
    def pressures(self) -> pd.DataFrame:
        """Each person's days with both pressures: the mean of the day's readings, half up to whole mmHg."""
        both = self.exact[self.exact["indicator"].isin(["sbp", "dbp"])]
        if both.empty:
            nothing = pd.DataFrame({"person_id": [], "day": [], "sbp": [], "dbp": [], "age": []})
            return nothing.astype({"person_id": np.int64, "day": object})
        means = both.assign(day=both["effective"].str[:10]).pivot_table(
            index=["person_id", "day"], columns="indicator", values="value", aggfunc="mean"
        )
        whole = (means.reindex(columns=["sbp", "dbp"]).dropna() + 0.5) // 1
        whole = whole.reset_index()
        births = births_of(self.people.reindex(whole["person_id"]))
        return whole.assign(age=ages_on(births, days_of(whole["day"])))

    def part(
        self, since: date, until: date, people: pd.DataFrame, problems: Mapping[str, frozenset[int]]
    ) -> "Period":
        """A shorter time within this one, for the people and the problems of its own end.

        What was worked out for the days of the whole is kept: rates by month cost one look at the readings.
        """
        exact, begin = self.exact, since.isoformat()
        inside = (exact["effective"] >= begin) & (exact["effective"] <= end_of(until))
        part = Period(exact[inside & exact["person_id"].isin(people.index)], people, problems, until)
        days = self.pressures
        inside = (days["day"] >= begin) & (days["day"] <= until.isoformat())
        # A cached property keeps its value under its own name.
        part.__dict__["pressures"] = days[inside & days["person_id"].isin(people.index)]
        return part

    def patients(self, problem: str) -> frozenset[int]:
        """Who of the people has a problem and the age of the programme at the end of the period."""
        ages = ages_on(births_of(self.people), self.until)
        return self.problems.get(problem, frozenset()) & frozenset(self.people.index[ages >= PROGRAMME_AGE])

    def pressures_of(self, problem: str) -> pd.DataFrame:
        """The days with both pressures of the patients with a problem."""
        return self.pressures[self.pressures["person_id"].isin(self.patients(problem))]

    def values_of(self, indicator: str, patients: frozenset[int]) -> pd.DataFrame:
        """The exact values of an indicator of these patients, oldest first."""
        exact = self.exact
        return exact[(exact["indicator"] == indicator) & exact["person_id"].isin(patients)]


def rates(period: Period) -> dict[str, Groups]:
    """Every rate that is due, by its definition: who is in target, and who counts.

    What is asked for a whole year is not due before the year's end.
    """
    whole_year = (period.until.month, period.until.day) == (12, 31)
    return {name: count(period) for name, count in DEFINITIONS.items() if whole_year or name not in YEARLY}


def rate(name: str, period: Period) -> Groups:
    """One rate by its definition, whether it is due or not."""
    return DEFINITIONS[name](period)


def _bp_last_visit(period: Period) -> Groups:
    last = period.pressures_of("hypertension").groupby("person_id").last()
    limit = np.where(last["age"] >= OLDER, SBP_BELOW_OLDER, SBP_BELOW)
    return _groups((last["sbp"] < limit) & (last["dbp"] < DBP_BELOW))


def _bp_last_six_months(period: Period) -> Groups:
    last = period.pressures_of("hypertension").groupby("person_id").last()
    in_target = (last["sbp"] < SBP_BELOW) & (last["dbp"] < DBP_BELOW)
    return _groups(in_target & (days_of(last["day"]) >= np.datetime64(_six_months_before(period.until))))


def _six_months_before(until: date) -> date:
    """The first day that six months do not carry past `until`, clipped at the ends of months."""
    start = add_months(until, -MONTHS)
    return start if add_months(start, MONTHS) >= until else start + timedelta(days=1)


def _bp_four_a_year(period: Period) -> Groups:
    return _groups(period.pressures_of("hypertension").groupby("person_id")["day"].nunique() >= TIMES_A_YEAR)


def _fpg_last_test(period: Period) -> Groups:
    values = period.values_of("fpg", period.patients("type2_diabetes"))
    return _groups(values.groupby("person_id")["value"].last() < FPG_BELOW_MMOL_L)


def _fpg_four_a_year(period: Period) -> Groups:
    values = period.values_of("fpg", period.patients("type2_diabetes"))
    days = values["effective"].str[:10].groupby(values["person_id"]).nunique()
    return _groups(days >= TIMES_A_YEAR)


def _hba1c_last_test(period: Period) -> Groups:
    values = period.values_of(
        "hba1c", period.problems.get("diabetes", frozenset()) & set(period.people.index)
    )
    return _groups(values.groupby("person_id")["value"].last() < HBA1C_BELOW_PERCENT)


def _groups(in_target: pd.Series) -> Groups:
    return frozenset(in_target.index[in_target]), frozenset(in_target.index)


DEFINITIONS: Mapping[str, Callable[[Period], Groups]] = {
    "bp_control.last_visit.national_2017": _bp_last_visit,
    "bp_control.last_six_months.guangdong_2011": _bp_last_six_months,
    "bp_visits.four_a_year.national_2017": _bp_four_a_year,
    "fpg_control.last_test.national_2017": _fpg_last_test,
    "fpg_tests.four_a_year.national_2017": _fpg_four_a_year,
    "hba1c_control.last_test.cds_2024": _hba1c_last_test,
}
YEARLY = frozenset({"bp_visits.four_a_year.national_2017", "fpg_tests.four_a_year.national_2017"})
"""The definitions that a period shorter than the year cannot meet."""
INDICATORS = ("sbp", "dbp", "fpg", "hba1c")
"""What the definitions read."""
