"""One person's year: given a record as of a day, what the summary says and what it leaves unsaid."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu.catalogue import load
from kanglu.errors import ReportError
from kanglu.insight.annual import summarise
from kanglu.record.facts import Identifier, Observation, PersonStatement

CATALOGUE = load()


@pytest.fixture
def backend():
    """What is summarised is the same whatever database the facts come from."""
    return "sqlite"


def of(woman, year=2025, as_of="2026-06-30"):
    return summarise(woman.dossier(as_of), year, CATALOGUE)


def row(summary, indicator):
    return next(each for each in summary.rows if each.indicator == indicator)


def test_of_nobody_measured_it_says_nothing_and_fails_at_nothing(someone):
    for woman in (someone(), someone(birth=None, sex="unknown"), someone(death="2001-01-01")):
        summary = of(woman)
        assert (summary.empty, summary.measured, summary.unknown, summary.later) == (True, 0, 0, 0)
        assert summary.judged == summary.out == summary.rows == summary.lines == summary.sources == ()
        assert summary.last_recorded is None


def test_the_year_goes_up_to_its_end_or_to_the_day_asked_for(someone):
    assert of(someone()).until == date(2025, 12, 31)
    assert of(someone(), as_of="2025-06-30").until == date(2025, 6, 30)
    assert of(someone(), as_of="2025-01-01").until == date(2025, 1, 1)
    with pytest.raises(ReportError, match="2025 begins after 2024-12-31"):
        of(someone(), as_of="2024-12-31")


def test_five_years_stand_side_by_side(someone):
    woman = (
        someone()
        .seen("sbp", 120, "2020-12-31")
        .seen("sbp", 121, "2021-01-01")
        .seen("sbp", 125, "2025-12-31T23:59:00")
    )
    summary = of(woman)
    assert summary.years == (2021, 2022, 2023, 2024, 2025)
    assert [figure and figure.value for figure in row(summary, "sbp").figures] == [121, None, None, None, 125]


@pytest.mark.parametrize(
    ("birth", "age", "side"),
    [("1960-12-31", 65, "in"), ("1961-01-01", 64, "high"), ("1960-06-15", 65, "in")],
)
def test_she_is_as_old_as_on_the_last_day(someone, birth, age, side):
    summary = of(someone(birth).has("高血压").seen("sbp", 145))
    assert (summary.age, row(summary, "sbp").sides[-1]) == (age, side)


def test_a_problem_sets_its_target_only_while_it_holds_and_when_it_is_sure(someone):
    def kind(**more):
        return of(someone().has("2型糖尿病", **more).seen("fpg", 6.5)).judged[0].limits.kind

    assert kind() == "target"
    assert kind(since="2026-01-01") == "reference"
    assert kind(effective_end="2025-12-31") == "reference"
    assert kind(effective_end="2026-01-01") == "target"
    assert kind(verification_status="provisional") == "reference"
    assert kind(status="entered-in-error") == "reference"


@pytest.mark.parametrize("who", [{"birth": None}, {"birth": "2010-01-01"}])
def test_of_unknown_age_or_a_child_nothing_is_marked_scored_or_missed(someone, who):
    woman = someone(**who).seen("sbp", 240).seen("urine_protein", value_code="4+").has("高血压")
    summary = of(woman)
    assert not summary.adult
    assert (summary.out, summary.missing, summary.scores, summary.pressure) == ((), (), (), None)
    assert {side for each in summary.rows for side in each.sides} == {"unknown"}
    assert summary.measured == 2


def test_the_18th_birthday(someone):
    child, grown = (of(someone(birth).seen("sbp", 145)) for birth in ("2008-01-01", "2007-12-31"))
    assert (child.age, child.adult, child.out, child.missing) == (17, False, (), ())
    assert (grown.age, grown.adult, len(grown.out)) == (18, True, 1)
    assert grown.missing
    assert grown.scores


def test_what_she_had_as_a_child_stays_unmarked_beside_the_years_of_the_adult(someone):
    woman = someone("2007-06-15")
    for year in (2023, 2024, 2025):
        woman.seen("sbp", 85, f"{year}-10-01")
    assert row(of(woman), "sbp").sides == ("unknown", "unknown", "unknown", "unknown", "low")


def test_a_sex_not_recorded_is_held_against_none_of_one_sex(someone):
    summary = of(someone(sex="unknown").seen("hgb", 110).seen("sbp", 150))
    assert [one.indicator for one in summary.out] == ["sbp"]
    assert row(summary, "hgb").limits is None


class TestDeath:
    def test_she_has_no_to_do_list_and_no_scores(self, someone):
        summary = of(someone(death="2025-08-01").seen("sbp", 150).has("高血压"))
        assert summary.deceased
        assert (summary.missing, summary.scores) == ((), ())
        assert [one.indicator for one in summary.out] == ["sbp"]

    def test_she_grows_no_older(self, someone):
        assert of(someone(death="2025-06-14")).age == 64
        assert of(someone(death="2025-06-15")).age == 65
        assert of(someone(death="2020-06-15")).age == 60

    def test_nothing_after_the_day_of_death_is_shown(self, someone):
        woman = (
            someone(death="2025-05-02").seen("sbp", 150, "2025-05-02T23:00:00").seen("sbp", 999, "2025-05-03")
        )
        woman.visit("门诊", "2025-05-01").visit("随访", "2025-05-03").has("痛风", "2025-06-01")
        summary = of(woman)
        assert (summary.until, summary.measured, summary.later) == (date(2025, 5, 2), 1, 1)
        assert [event.display for event in dict(summary.happened)["encounters"]] == ["门诊"]
        assert summary.problems == ()

    def test_a_year_after_it_is_empty(self, someone):
        summary = of(
            someone(death="2023-05-02").seen("sbp", 150, "2023-05-01").seen("sbp", 150, "2025-05-01")
        )
        assert (summary.empty, summary.judged, summary.later) == (True, (), 1)
        assert [figure is not None for figure in row(summary, "sbp").figures] == [
            False,
            False,
            True,
            False,
            False,
        ]

    def test_a_death_known_without_its_day_makes_nobody_older_than_the_last_measurement(self, someone):
        woman = someone(deceased=True).seen("sbp", 145, "2023-06-14")
        assert of(woman).age == 62
        assert of(woman.seen("sbp", 145, "2024-06-15")).age == 64
        assert of(someone(deceased=True)).age is None

    def test_who_died_after_the_year_was_alive_in_it(self, someone):
        summary = of(someone(death="2026-03-01").seen("sbp", 150, "2025-12-31"))
        assert (summary.until, summary.age, summary.deceased) == (date(2025, 12, 31), 65, True)


@pytest.mark.parametrize(
    "more", [{"origin": "defaulted"}, {"status": "entered-in-error"}, {"status": "cancelled"}]
)
def test_a_default_and_a_withdrawn_fact_say_nothing(someone, more):
    summary = of(someone().seen("sbp", 190, **more).seen("sbp", 190, "2026-01-01", **more))
    assert (summary.empty, summary.rows, summary.later) == (True, (), 0)


def test_codes_that_the_catalogue_does_not_know_are_counted(someone):
    summary = of(someone().seen("loinc|99999-9", 1).seen("loinc|99999-9", 1, "2024-05-01"))
    assert (summary.unknown, summary.measured, summary.rows) == (1, 0, ())


def test_what_changed_most_comes_first(someone):
    woman = someone()
    for name, before, after in (("alt", 20, 60), ("ldl_c", 4.0, 1.0), ("hba1c", 5.0, 8.0)):
        woman.seen(name, before, "2024-05-01").seen(name, after)
    changed = of(woman).changed
    assert [one.indicator for one in changed] == ["hba1c", "ldl_c", "alt"]
    assert [one.change.size for one in changed] == sorted((one.change.size for one in changed), reverse=True)


def test_what_is_back_in_range_is_told(someone):
    summary = of(someone().seen("sbp", 150, "2024-05-01").seen("sbp", 130))
    assert [one.indicator for one in summary.returned] == ["sbp"]
    assert summary.out == ()


def test_five_thousand_readings_of_one_indicator_are_one_row_and_one_line(someone):
    woman = someone()
    for at in range(5000):
        woman.seen(
            "sbp",
            120 + at % 30,
            f"{2021 + at % 5}-{at % 12 + 1:02d}-{at % 28 + 1:02d}T{at % 24:02d}:00:{at % 60:02d}",
        )
    summary = of(woman)
    assert summary.measured == 1000
    assert (len(summary.rows), len(summary.lines), summary.lines[0].by) == (1, 1, "month")
    assert len(summary.lines[0].points) <= 60
    assert summary.pressure is None


FACTS = st.lists(
    st.tuples(
        st.sampled_from(["sbp", "dbp", "ldl_c", "fpg", "weight", "height", "waist", "tsh"]),
        st.floats(1, 250).map(lambda value: round(value, 1)),
        st.dates(date(2020, 1, 1), date(2025, 12, 31)).map(date.isoformat),
    ),
    unique_by=lambda fact: (fact[0], fact[2]),
    max_size=25,
)


@given(facts=FACTS, order=st.randoms())
def test_the_order_of_facts_does_not_matter(someone, facts, order):
    one, other = someone(), someone()
    shuffled = order.sample(facts, len(facts))
    for woman, some in ((one, facts), (other, shuffled)):
        for fact in some:
            woman.seen(*fact, source="a.csv#1")
    assert without_order(of(one)) == without_order(of(other))


def without_order(summary):
    """Sources list their indicators by first appearance, which follows the order of import."""
    told = tuple(replace(one, indicators=tuple(sorted(one.indicators))) for one in summary.sources)
    return replace(summary, sources=told)


@given(facts=FACTS, later=FACTS)
def test_what_comes_after_the_cut_off_changes_nothing_but_its_count(someone, facts, later):
    woman = someone().has("高血压").takes("氨氯地平").allergic("青霉素")
    for fact in facts:
        woman.seen(*fact)
    before = of(woman)
    for name, value, day in later:
        woman.seen(name, value, f"2026{day[4:].replace('02-29', '02-28')}")
    woman.has("2型糖尿病", "2026-01-01").takes("二甲双胍", "2026-01-01").visit("门诊", "2026-01-01")
    woman.procedure("胃镜", "2026-02-01").vaccinated("流感疫苗", "2026-02-01")
    after = of(woman, as_of="2026-12-31")
    assert replace(after, later=0, as_of=before.as_of, last_recorded=before.last_recorded) == before
    assert after.later == len(later)


class TestStored:
    """Through a real record: corrections, and the two times."""

    @pytest.fixture
    def enter(self, store):
        def add(*facts, birth="1960-06-15"):
            with store.batch("invented") as writer:
                who = writer.person(PersonStatement((Identifier("test", "1"),), "王芳", "female", birth))
                writer.add_many(Observation(who, *fact, **more) for *fact, more in facts)
            return who

        return add

    def summary(self, store, **asked):
        dossier = next(iter(store.dossiers(store.panel("all", **asked).ids)))
        return summarise(dossier, 2025, store.catalogue)

    def test_a_corrected_value_replaces_the_first(self, store, clock, enter):
        enter(("ldl_c", "2025-05-01", {"value": 9.1, "source_key": "a"}))
        clock.pass_days(1)
        enter(("ldl_c", "2025-05-01", {"value": 1.9, "source_key": "a"}))
        (one,) = self.summary(store).judged
        assert (one.figure.value, one.figure.n, one.side) == (1.9, 1, "in")

    def test_a_value_withdrawn_at_its_source_is_gone(self, store, clock, enter):
        enter(("ldl_c", "2025-05-01", {"value": 9.1, "source_key": "a"}))
        clock.pass_days(1)
        enter(("ldl_c", "2025-05-01", {"value": 9.1, "source_key": "a", "status": "entered-in-error"}))
        assert self.summary(store).empty

    def test_a_birth_date_known_only_by_year_gives_no_age(self, store, enter):
        enter(("sbp", "2025-05-01", {"value": 250.0}), birth="1960")
        summary = self.summary(store)
        assert (summary.age, summary.out, summary.measured) == (None, (), 1)
