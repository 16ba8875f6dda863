"""Facts of many people in columns say the same as the frames of each person."""

import math
import random
from datetime import date

import pytest

from kanglu.record import Store, columns
from kanglu.record.columns import read_columns, read_columns_of
from kanglu.record.facts import (
    WITHDRAWN,
    Appointment,
    Condition,
    Fact,
    Identifier,
    Observation,
    PersonStatement,
)
from kanglu.record.moment import Moment
from kanglu.record.readings import read_observations, read_observations_of
from kanglu.record.tables import condition

JUNE = Moment(date(2026, 6, 30), date(2026, 6, 30))
MANY = ["sbp", "dbp", "ldl", "hba1c", "glucose", "smoking"]
"""More than are looked up one by one."""
DAY = (date(2026, 5, 26) - date(1970, 1, 1)).days


def enter(store: Store, *facts: Fact) -> None:
    with store.batch("b") as writer:
        for number in sorted({fact.person_id for fact in facts}):
            assert writer.person(PersonStatement((Identifier("mrn", str(number)),))) == number
        writer.add_many(facts)


def said(
    store: Store, *indicators: str, moment: Moment = JUNE, ids: list[int] | None = None
) -> list[tuple[object, ...]]:
    """Person, indicator, day since 26 May, minute, value, comparator, code of all that is read, in order."""
    with store.database.reading() as connection:
        if ids is None:
            found = read_observations(connection, indicators, moment, 1, 2000)
        else:
            found = read_observations_of(connection, indicators, moment, ids)
    return sorted(
        (int(person), name, int(day) - DAY, int(minute), None if math.isnan(value) else float(value),
         int(sign), None if one.code is None else one.code[at])
        for name, one in found.items()
        for at, (person, day, minute, value, sign) in enumerate(
            zip(one.person, one.day, one.minute, one.value, one.comparator, strict=True)
        )
    )  # fmt: skip


@pytest.fixture(params=["many", "few"])
def asked(request: pytest.FixtureRequest) -> list[str]:
    """Indicators asked for: read by person, or each by itself."""
    return MANY if request.param == "many" else ["sbp", "smoking"]


def test_a_reading_has_its_day_minute_value_comparator_and_code(store: Store, asked: list[str]) -> None:
    enter(
        store,
        Observation(1, "sbp", "2026-05-26", value=142.0),
        Observation(1, "sbp", "2026-05-26T08:02:59", value=97.29828000000001, comparator=">="),
        Observation(2, "smoking", "2026-05-27T23:59:00", value_code="never"),
        Observation(2, "sbp", "2026-05-25T00:00:00", value_text="7.75轻度乳糜", comparator="<"),
        Observation(2, "sbp", "2026-05-27", value=3.0, value_code="a,b"),
    )
    assert said(store, *asked) == [
        (1, "sbp", 0, -1, 142.0, 0, None),
        (1, "sbp", 0, 482, 97.29828000000001, 4, None),
        (2, "sbp", -1, 0, None, 1, None),
        (2, "sbp", 1, -1, 3.0, 0, "a,b"),
        (2, "smoking", 1, 1439, None, 0, "never"),
    ]


def test_days_are_counted_through_leap_years_and_far_back(store: Store, asked: list[str]) -> None:
    for number, day in enumerate(("1899-12-31", "1970-01-01", "2024-02-29", "2100-03-01"), start=1):
        enter(store, Observation(number, "sbp", day, value=1.0))
        [(_, _, since, *_)] = said(store, *asked, ids=[number])
        assert since + DAY == (date.fromisoformat(day) - date(1970, 1, 1)).days


def test_what_is_not_known_to_the_day_unsound_or_defaulted_is_left_out(
    store: Store, asked: list[str]
) -> None:
    enter(
        store,
        Observation(1, "sbp", "2026", value=1.0),
        Observation(1, "sbp", "2026-05", value=2.0),
        Observation(1, "sbp", None, value=3.0),
        Observation(1, "sbp", "2026-05-26", value=4.0, status="cancelled"),
        Observation(1, "sbp", "2026-05-26", value=5.0, origin="defaulted"),
        Observation(1, "sbp", "2026-05-26", value=6.0),
    )
    assert said(store, *asked) == [(1, "sbp", 0, -1, 6.0, 0, None)]


def test_a_correction_and_a_withdrawal_count_from_the_day_they_are_known(
    store: Store, clock, asked: list[str]
) -> None:
    first = Observation(1, "sbp", "2026-05-26", value=412.0, source_key="o/1")
    other = Observation(1, "sbp", "2026-05-27", value=150.0, source_key="o/2")
    enter(store, first, other)
    clock.pass_days(1)
    enter(store, first._replace(value=142.0), other._replace(status=WITHDRAWN))
    july = Moment(date(2026, 6, 30), date(2026, 7, 1))
    assert [row[4] for row in said(store, *asked)] == [412.0, 150.0]
    assert [row[4] for row in said(store, *asked, moment=july)] == [142.0]
    assert said(store, *asked, moment=Moment(date(2026, 6, 30), date(2026, 6, 29))) == []


def test_what_is_effective_later_is_read_too(store: Store, asked: list[str]) -> None:
    enter(store, Observation(1, "sbp", "2027-01-01", value=1.0))
    assert len(said(store, *asked)) == 1


def test_only_the_people_and_indicators_asked_for_are_read(store: Store) -> None:
    enter(*(store,), *(Observation(one, "sbp", "2026-05-26", value=1.0) for one in (1, 2, 3)),
          Observation(1, "weight", "2026-05-26", value=70.0))  # fmt: skip
    assert [row[:2] for row in said(store, *MANY, ids=[1, 3])] == [(1, "sbp"), (3, "sbp")]
    with store.database.reading() as connection:
        assert list(read_observations(connection, MANY, JUNE, 2, 2)["sbp"].person) == [2]
        assert read_observations(connection, ["ldl"], JUNE, 1, 3) == {}
        assert read_observations_of(connection, MANY, JUNE, []) == {}


def test_more_people_than_a_query_takes_are_read_whole(store: Store, monkeypatch) -> None:
    monkeypatch.setattr(columns, "PEOPLE_A_QUERY", 2)
    enter(store, *(Observation(one, "sbp", "2026-05-26", value=float(one)) for one in range(1, 8)))
    assert [row[4] for row in said(store, *MANY)] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    assert [row[4] for row in said(store, *MANY, ids=[7, 5, 3, 1, 1])] == [1.0, 3.0, 5.0, 7.0]


def test_a_value_is_read_to_its_last_bit(store: Store) -> None:
    """Short decimals, converted values, sums that miss a decimal by a bit, and what no record should hold."""
    chance = random.Random(1)
    values = {0.0, 0.1 + 0.2, -5.5, -0.00005, 1e-300, -1e300, 2.0**63, 922337203685477.6}
    for _ in range(500):
        short = round(chance.uniform(-300, 300), chance.randrange(6))
        values |= {short, short * 18.0182, math.nextafter(short, math.inf), chance.uniform(-1e12, 1e12)}
    enter(store, *(Observation(1, "sbp", "2026-05-26", value=one) for one in values))
    assert [row[4] for row in said(store, *MANY)] == sorted(values)
    assert [row[4] for row in said(store, "sbp")] == sorted(values)


def test_columns_of_a_table_have_types_that_do_not_depend_on_what_is_in_them(store: Store) -> None:
    with store.database.reading() as connection:
        names = ("id", "person_id", "code", "effective", "recorded_day")
        nobody = read_columns(connection, "condition", names, JUNE, 1, 9)
    assert {name: str(column.dtype) for name, column in nobody.items()} == {
        "id": "int64", "person_id": "int64", "code": "object", "effective": "object", "recorded_day": "int32",
    }  # fmt: skip


def test_columns_of_a_table_are_of_what_stands(store: Store, clock) -> None:
    """Learned at 17:00 UTC on 30 June, which is 1 July in China."""
    gone = Condition(1, None, "E11", "2020", source_key="c/1")
    enter(store, gone, Condition(2, None, "I10", None), Appointment(1, None, "clinic", "2027-01-01"))
    clock.pass_days(16 / 24)
    enter(store, gone._replace(code="E11.9"), Condition(1, None, "J45", "2021", status="entered-in-error"))
    july = Moment(date(2026, 6, 30), date(2026, 7, 1))
    names = ("person_id", "code", "effective", "recorded_day")
    with store.database.reading() as connection:
        found = read_columns(connection, "condition", names, july, 1, 9)
        rows = sorted(zip(*(column.tolist() for column in found.values()), strict=True))
        assert rows == [(1, "E11.9", "2020", DAY + 36), (2, "I10", None, DAY + 35)]
        [code] = read_columns_of(connection, "condition", ["code"], JUNE, [1]).values()
        assert code.tolist() == ["E11"]
        where = [condition.c.code == "I10"]
        [person] = read_columns(connection, "condition", ["person_id"], july, 1, 9, where).values()
        assert person.tolist() == [2]
        [start] = read_columns(connection, "appointment", ["effective"], JUNE, 1, 9).values()
        assert start.tolist() == ["2027-01-01"]
