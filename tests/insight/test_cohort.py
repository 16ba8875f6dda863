"""A panel's year: given people and what was measured of them, what a report may say."""

from datetime import date

import pytest

from kanglu.errors import ReportError
from kanglu.insight.cohort import summarise
from kanglu.record.facts import Condition, Identifier, Observation, PersonStatement

NATIONAL = "bp_control.last_visit.national_2017"


@pytest.fixture
def backend():
    """What is counted is the same whatever database the facts come from."""
    return "sqlite"


class Town:
    """People to enter, women born in 1960 unless said otherwise."""

    def __init__(self, store):
        self.store, self.facts, self.people = store, [], []

    def person(self, birth="1960-06-15", sex="female", death=None, **more):
        self.people.append((birth, sex, death, more))
        return len(self.people)

    def seen(self, person, indicator, value, effective="2025-05-01", **more):
        self.facts.append((Observation, person, (indicator, effective), {"value": value, **more}))

    def pressure(self, person, sbp, dbp, effective="2025-11-01"):
        self.seen(person, "sbp", sbp, effective)
        self.seen(person, "dbp", dbp, effective)

    def has(self, person, display):
        self.facts.append((Condition, person, (None, None, "2015-01-01"), {"display": display}))

    def report(self, year=2025, expression="all", as_of="2026-06-30"):
        with self.store.batch("invented") as writer:
            ids = [
                writer.person(
                    PersonStatement(
                        (Identifier("test", str(n)),), f"人{n}", sex, birth, death_date=death, **more
                    )
                )
                for n, (birth, sex, death, more) in enumerate(self.people, 1)
            ]
            for kind, person, where, more in self.facts:
                writer.add(kind(ids[person - 1], *where, **more))
        panel = self.store.panel(expression, as_of=as_of, known="2026-06-30")
        return summarise(panel, year, self.store.catalogue)


@pytest.fixture
def town(store):
    return Town(store)


def hypertensives(town, controlled, uncontrolled, unmeasured=0, effective="2025-11-01"):
    for sbp in [120] * controlled + [160] * uncontrolled + [None] * unmeasured:
        who = town.person()
        town.has(who, "原发性高血压")
        if sbp:
            town.pressure(who, sbp, 80, effective)


def rate(found, name=NATIONAL):
    return next(one for one in found.rates if one.definition == name)


def measured(found, indicator):
    return next(one.n for one in found.measured if one.indicator == indicator)


def distribution(found, indicator):
    return next(one for one in found.distributions if one.indicator == indicator)


def test_an_empty_panel_is_empty_and_not_hidden(town):
    found = town.report()
    assert (found.people, found.died, found.problems) == (0, 0, ())
    assert {(one.numerator, one.denominator, one.share) for one in found.rates} == {(0, 0, None)}
    assert {one.n for one in found.measured} == {0}
    assert found.ages.totals == (0, 0, 0)


def test_of_three_people_nothing_is_said(town):
    hypertensives(town, 2, 1)
    found = town.report()
    assert (found.people, found.died, found.problems) == (None, None, (("hypertension", None),))
    assert {one.denominator for one in found.rates} == {None}
    assert {one.n for one in found.measured} == {None}
    assert {one.n for one in found.distributions if one.indicator == "sbp"} == {None}
    assert {count for _low, counts in found.ages.bands for count in counts} == {None}


def test_a_rate_with_its_counts_and_its_year_before(town):
    hypertensives(town, 6, 5)
    for person in range(1, 12):
        town.pressure(person, 120 if person > 6 else 170, 80, "2024-11-01")
    one = rate(town.report())
    assert (one.numerator, one.denominator, one.share) == (6, 11, 6 / 11)
    assert (one.numerator_before, one.denominator_before, one.share_before) == (5, 11, 5 / 11)


@pytest.mark.parametrize(("controlled", "uncontrolled"), [(4, 10), (10, 4)])
def test_few_in_target_or_few_out_of_it_hide_the_numerator(town, controlled, uncontrolled):
    hypertensives(town, controlled, uncontrolled)
    one = rate(town.report())
    assert (one.numerator, one.denominator, one.share) == (None, 14, None)


def test_few_unmeasured_hide_how_many_have_the_problem(town):
    hypertensives(town, 6, 6, unmeasured=4)
    found = town.report()
    assert rate(found).denominator is None, "twelve of all sixteen would tell of the four others"


def test_few_unmeasured_among_many_others_hide_the_problem_s_count_and_not_the_rate(town):
    hypertensives(town, 6, 6, unmeasured=4)
    for _person in range(10):
        town.person()
    found = town.report()
    assert (rate(found).numerator, rate(found).denominator) == (6, 12)
    assert found.problems == (("hypertension", None),)


def test_a_year_that_differs_by_few_from_the_next_is_hidden(town):
    hypertensives(town, 6, 6)
    for person in range(1, 13):
        town.pressure(person, 120 if person <= 8 else 170, 80, "2024-11-01")
    one = rate(town.report())
    assert (one.numerator, one.numerator_before) == (6, None), "two were in target last year only"


def test_people_who_died_before_the_year_are_in_nothing(town):
    hypertensives(town, 6, 5)
    gone = town.person(death="2024-12-31")
    town.has(gone, "原发性高血压")
    town.pressure(gone, 120, 80, "2024-11-01")
    unknown_day = town.person(deceased=True)
    town.has(unknown_day, "原发性高血压")
    found = town.report()
    assert found.people == 11
    assert rate(found).denominator == 11
    assert dict(found.problems) == {"hypertension": 11}


def test_people_who_died_in_the_year_count_in_it_at_the_age_they_reached(town):
    for _person in range(6):
        town.person(birth="1960-06-15", death="2025-06-14")
        town.person()
    found = town.report()
    assert (found.people, found.died) == (12, 6)
    assert {low: counts[-1] for low, counts in found.ages.bands if counts[-1]} == {55: 6, 65: 6}


def test_people_not_born_by_the_end_are_not_in_it(town):
    for birth in ["2025-12-31"] * 5 + ["2026-01-01"] * 5:
        town.person(birth)
    assert town.report().people == 5


def test_ages_at_the_end_of_the_year_and_people_of_whom_age_or_sex_is_not_known(town):
    for _ in range(5):
        town.person("1960-12-31", "male")
        town.person("1961-01-01", "male")
        town.person("1960", "female")
        town.person("1960-12-31", "unknown")
    found = town.report().ages
    assert found.sexes == ("male", "female", "unknown")
    assert {low: counts for low, counts in found.bands if counts[-1]} == {
        55: (5, 0, 0, 5),
        65: (5, 0, 5, 10),
        None: (0, 5, 0, 5),
    }
    assert found.totals == (10, 5, 5, 20)


def test_the_year_ends_on_the_panel_s_day(town):
    hypertensives(town, 5, 5, effective="2025-07-01")
    hypertensives(town, 5, 5, effective="2025-06-30T23:00:00")
    found = town.report(as_of="2025-06-30")
    assert found.until == date(2025, 6, 30)
    assert rate(found).denominator == 10
    assert all("four_a_year" not in one.definition for one in found.rates)


def test_the_last_evening_of_the_year_is_in_it_and_the_next_morning_is_not(town):
    for person in range(1, 11):
        town.person()
        town.seen(person, "sbp", 120, "2025-12-31T23:00:00" if person <= 5 else "2026-01-01T00:00:00")
    assert measured(town.report(), "sbp") == 5


def test_a_year_not_begun_is_an_error(town):
    with pytest.raises(ReportError, match="2025 has not begun on 2024-12-31"):
        town.report(as_of="2024-12-31")


def test_problems_count_people_and_not_diagnoses(town):
    for _ in range(5):
        who = town.person()
        town.has(who, "原发性高血压")
        town.has(who, "高血压")
    assert town.report().problems == (("hypertension", 5),)


def test_bmi_and_egfr_that_follow_from_others_are_counted_and_said_to_be_derived(town):
    for person in range(1, 11):
        town.person()
        town.seen(person, "weight", 64.0)
        town.seen(person, "height", 160.0)
        if person <= 5:
            town.seen(person, "bmi", 25.0)
        town.seen(person, "creatinine", 60.0)
    found = town.report()
    assert (distribution(found, "bmi").n, distribution(found, "bmi").derived) == (10, 5)
    assert (distribution(found, "egfr").n, distribution(found, "egfr").derived) == (10, 10)
    assert (measured(found, "bmi"), measured(found, "egfr")) == (10, 10)


def with_values(town, indicator, values):
    for value in values:
        town.seen(town.person(), indicator, value)
    return distribution(town.report(), indicator)


def test_a_value_on_an_edge_belongs_to_the_bin_above(town):
    found = with_values(town, "sbp", [139.0] * 5 + [140.0] * 6)
    assert dict(zip(found.edges, found.shares, strict=False)) == {130.0: 45.5, 140.0: 54.5}


def test_the_tails_are_drawn_together_until_no_bin_is_small(town):
    found = with_values(town, "sbp", [75.0, 95.0] + [105.0] * 5 + [115.0] * 9 + [125.0] * 4 + [155.0, 230.0])
    assert found.edges == (100.0, 110.0, 120.0, 130.0)
    assert found.shares == (31.8, 40.9, 27.3), "7, 9 and 6 people"
    assert found.n == 22


def test_the_last_exact_value_of_the_year_counts(town):
    for person in range(1, 6):
        town.person()
        town.seen(person, "fpg", 9.1, "2025-02-01")
        town.seen(person, "fpg", 5.1, "2025-08-01")
        town.seen(person, "fpg", 33.3, "2025-09-01", comparator=">")
        town.seen(person, "fpg", 12.1, "2025-10-01", origin="defaulted")
    found = distribution(town.report(), "fpg")
    assert (found.edges, found.shares) == ((5.0, 5.5), (100.0,))


@pytest.mark.parametrize(("people", "quartiles"), [(19, None), (20, (120.0, 120.0, 120.0))])
def test_quartiles_need_five_people_beyond_each(town, people, quartiles):
    assert with_values(town, "sbp", [120.0] * people).quartiles == quartiles


def test_children_are_in_no_distribution_and_few_of_them_hide_how_many_were_measured(town):
    for birth in ["1960-06-15"] * 10 + ["2015-06-15"] * 3:
        town.seen(town.person(birth), "sbp", 110.0)
    for _ in range(6):
        town.person()
    found = town.report()
    assert distribution(found, "sbp").n == 10
    assert measured(found, "sbp") is None


def test_few_adults_without_a_value_hide_how_many_have_one_and_not_how_the_values_lie(town):
    for number in range(24):
        who = town.person()
        if number >= 4:
            town.seen(who, "height", 160.0)
            town.seen(who, "weight", 50.0 if number % 2 else 64.0)
    for _ in range(10):
        town.person("2015-06-15")
    found = town.report()
    bmi = distribution(found, "bmi")
    assert (bmi.n, bmi.derived, measured(found, "bmi")) == (None, None, None)
    assert sum(bmi.shares) == 100.0
    assert bmi.quartiles is not None


@pytest.mark.parametrize(("measured_people", "shown"), [(4, None), (5, 5), (11, 11), (12, None), (16, 16)])
def test_few_measured_or_few_left_out_are_hidden(town, measured_people, shown):
    for person in range(1, 17):
        town.person()
        if person <= measured_people:
            town.seen(person, "tsh", 2.0)
    assert measured(town.report(), "tsh") == shown


def test_what_is_not_known_by_the_panel_s_moment_does_not_count(town, clock, store):
    hypertensives(town, 5, 5)
    town.report()
    clock.pass_days(10)
    with store.batch("late") as writer:
        for person in range(1, 11):
            writer.add(Observation(person, "sbp", "2025-12-01", value=190.0))
            writer.add(Observation(person, "dbp", "2025-12-01", value=100.0))

    def controlled(known):
        return rate(summarise(store.panel(known=known, as_of="2026-06-30"), 2025, store.catalogue)).numerator

    assert (controlled("2026-06-30"), controlled("2026-07-10")) == (5, 0)
