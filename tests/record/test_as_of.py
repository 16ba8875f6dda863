"""Every read is as of a day, and knowing what was known by a day."""

from datetime import date
from typing import Any

import pytest

from kanglu.errors import DateError, NotFound
from kanglu.record import Store
from kanglu.record import open as open_record
from kanglu.record.facts import Condition, Identifier, Observation, PersonStatement


def at(store: Store, as_of: str, known: str | None = None) -> Store:
    """The same record, opened for another moment."""
    url = store.database.url.render_as_string(hide_password=False)
    return open_record(url, as_of=as_of, known=known, clock=store.clock)


def enter(store: Store, *facts: Observation | Condition, **person: Any) -> None:
    with store.batch("b") as writer:
        writer.person(PersonStatement((Identifier("mrn", "1"),), source_key="Patient/1", **person))
        writer.add_many(facts)


def weight(effective: str | None, value: float, key: str | None = None) -> Observation:
    return Observation(1, "weight", effective, value=value, unit="kg", source_key=key)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-05-25", [71.0, 72.0]),
        ("2026-05-26", [71.0, 72.0, 73.0, 74.0]),
        ("2026-05-27", [71.0, 72.0, 73.0, 74.0, 75.0]),
    ],
)
def test_facts_count_until_the_end_of_the_day(store: Store, as_of: str, expected: list[float]) -> None:
    enter(
        store,
        weight("2026-05-27T00:00:00", 75),
        weight("2026-05-26T23:59:59", 74),
        weight("2026-05-26", 73),
        weight("2026-05", 72),
        weight("2025", 71),
    )
    with at(store, as_of, known="2026-06-30") as then:
        assert then.person("K000001").series("weight")["value"].tolist() == expected


def test_a_fact_without_a_time_counts_once_it_is_known(store: Store) -> None:
    enter(store, weight(None, 70))
    with at(store, "1990-01-01", known="2026-06-30") as then:
        assert then.dossier("K000001").observations["value"].tolist() == [70]


def test_the_day_of_recording_ends_at_midnight_in_shanghai(store: Store, clock: Any) -> None:
    clock.pass_days(14.9 / 24)  # 23:54 of 30 June in Shanghai
    enter(store, weight("2026-06-01", 70, "o/1"))
    clock.pass_days(0.2 / 24)  # six minutes past midnight
    enter(store, weight("2026-06-01", 80, "o/1"))
    with at(store, "2026-06-30") as then:
        assert then.person("K000001").series("weight")["value"].tolist() == [70]
    with at(store, "2026-06-30", known="2026-07-01") as then:
        assert then.person("K000001").series("weight")["value"].tolist() == [80]


def test_known_follows_as_of_so_that_an_answer_stays_the_same(store: Store, clock: Any) -> None:
    enter(store, weight("2026-06-01", 70))
    clock.pass_days(30)
    enter(store, weight("2026-06-02", 71))
    with at(store, "2026-06-30") as then:
        assert (then.as_of, then.known) == (date(2026, 6, 30), date(2026, 6, 30))
        assert then.person("K000001").series("weight")["value"].tolist() == [70]


def test_a_correction_of_the_time_moves_the_fact(store: Store, clock: Any) -> None:
    """The old version must not come back on a day before the new version's time."""
    enter(store, weight("2026-01-01", 70, "o/1"))
    enter(store, weight("2026-05-01", 70, "o/1"))
    with at(store, "2026-03-01", known="2026-06-30") as then:
        assert then.person("K000001").series("weight").empty


def test_nobody_is_known_before_they_were_recorded(store: Store) -> None:
    enter(store, weight("2019", 70))
    with at(store, "2026-06-29") as then:
        assert len(then.panel("all")) == 0
        with pytest.raises(NotFound, match="as known on 2026-06-29"):
            then.person("K000001")


def test_who_people_are_is_versioned_too(store: Store, clock: Any) -> None:
    enter(store, name="王方", sex="female", birth_date="1960-02-29")
    clock.pass_days(10)
    enter(store, name="王芳", sex="female", birth_date="1960-02-29", death_date="2026-07-08")
    now = at(store, "2026-07-10").person("K000001").view
    assert (now.name, now.death_date, now.deceased) == ("王芳", date(2026, 7, 8), True)
    before = at(store, "2026-06-30").person("K000001").view
    assert (before.name, before.death_date, before.deceased) == ("王方", None, False)
    in_life = at(store, "2026-07-07", known="2026-07-10").person("K000001").view
    assert (in_life.name, in_life.death_date, in_life.deceased) == ("王芳", None, False)


def test_what_one_source_leaves_out_another_gives(store: Store, clock: Any) -> None:
    with store.batch("b") as writer:
        for key, more in (
            ("b", {"birth_date": "1960-02-29"}),
            ("a", {"name": "王芳", "birth_date": "1960"}),
            ("c", {"sex": "female"}),
        ):
            writer.person(PersonStatement((Identifier("mrn", "1"),), source_key=key, **more))  # type: ignore[arg-type]
    view = store.person("K000001").view
    assert (view.name, view.sex, view.birth_date) == ("王芳", "female", date(1960, 2, 29))


@pytest.mark.parametrize(("birth", "age"), [("1960-07-01", 65), ("1960-06-30", 66), ("1960-06", None)])
def test_an_age_needs_the_whole_birth_date(store: Store, birth: str, age: int | None) -> None:
    enter(store, birth_date=birth)
    assert store.person("K000001").view.age_on(store.as_of) == age


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [(None, None, [1, 2, 3]), ("2024", None, [2, 3]), (None, "2024", [1, 2]), ("2024-05-02", "2025-01", [3])],
)
def test_a_series_has_bounds_as_exact_as_wished(
    store: Store, since: str | None, until: str | None, expected: list[float]
) -> None:
    enter(store, weight("2023-12-31", 1), weight("2024-05-01T08:00:00", 2), weight("2025-01-31", 3))
    series = store.person("K000001").series("weight", since, until)
    assert series["value"].tolist() == expected


def test_a_day_that_is_none_is_refused(database_url: str) -> None:
    with pytest.raises(DateError, match="2026-02-30"):
        open_record(database_url, as_of="2026-02-30")
