"""Calendar arithmetic: leap days, month ends, partial dates, the last instant of a day."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu import dates
from kanglu.errors import DateError

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("2019", "2019"),
        ("2019-05", "2019-05"),
        ("2019-05-26", "2019-05-26"),
        (" 2019-05-26 ", "2019-05-26"),
        ("2020-02-29", "2020-02-29"),
        ("2019-05-26T08:02", "2019-05-26T08:02:00"),
        ("2019-05-26 08:02:23", "2019-05-26T08:02:23"),
        ("2019-05-26T08:02:23.123456789", "2019-05-26T08:02:23"),
        ("2019-05-26T08:02:23Z", "2019-05-26T08:02:23"),
        ("2019-05-26T08:02:23.5+08:00", "2019-05-26T08:02:23"),
        ("2019-05-26T08:02:23-0400", "2019-05-26T08:02:23"),
        ("2019-05-26T23:59:59", "2019-05-26T23:59:59"),
    ],
)
def test_an_effective_time_keeps_the_exactness_of_its_source(stated: str, kept: str) -> None:
    assert dates.partial(stated) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "26.5.2019",
        "2019-5-26",
        "2019-13",
        "2019-00",
        "2019-02-29",
        "2100-02-29",
        "2019-04-31",
        "0000-01-01",
        "2019-05-26T24:00:00",
        "2019-05-26T08:60",
        "2019-05-26T08:02:60",
        "2019-05-26T08",
        "2019-05-26T08:02:23+25:00",
        "2019-05T08:00",
        "２０１９-05-26",
        "20190526",
        "2019-W21-7",
        "yesterday",
    ],
)
def test_what_is_no_date_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(DateError) as error:
        dates.partial(text)
    assert error.value.remedy


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 12, 31)))
def test_a_full_time_survives_and_sorts_as_it_happened(moment: datetime) -> None:
    text = dates.partial(moment.isoformat())
    assert text == moment.replace(microsecond=0).isoformat()
    assert dates.partial(text) == text
    assert (
        text <= dates.end_of(moment.date()) < dates.partial((moment.date() + timedelta(days=1)).isoformat())
    )


@pytest.mark.parametrize(
    "text", ["2026-02-29", "20260526", "2026-W21-2", "2026-05", "26.5.2026", "2026-05-26T00:00"]
)
def test_a_day_must_be_written_in_full(text: str) -> None:
    with pytest.raises(DateError):
        dates.parse_day(text)


@given(DAYS)
def test_a_day_reads_back(day: date) -> None:
    assert dates.parse_day(day.isoformat()) == day


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(1960, 6, 30), date(2026, 6, 29), 65),
        (date(1960, 6, 30), date(2026, 6, 30), 66),
        (date(1960, 2, 29), date(2026, 2, 28), 65),
        (date(1960, 2, 29), date(2026, 3, 1), 66),
        (date(1960, 2, 29), date(2024, 2, 29), 64),
        (date(2026, 1, 1), date(2026, 1, 1), 0),
    ],
)
def test_age_changes_on_the_birthday(born: date, on: date, age: int) -> None:
    assert dates.age_on(born, on) == age


@given(st.lists(DAYS, min_size=1, max_size=20), DAYS)
def test_ages_of_a_column_are_the_ages_of_its_people(births: list[date], on: date) -> None:
    assert dates.ages_on(births, on).tolist() == [dates.age_on(born, on) for born in births]


def test_an_unknown_birth_date_gives_an_unknown_age() -> None:
    ages = dates.ages_on(np.array(["1960-06-30", "NaT"], dtype="datetime64[D]"), date(2026, 6, 30))
    assert ages[0] == 66
    assert np.isnan(ages[1])


def test_each_person_may_have_a_day_of_their_own() -> None:
    on = np.array(["2026-06-29", "2026-06-30", "NaT"], dtype="datetime64[D]")
    ages = dates.ages_on(np.full(3, "1960-06-30", dtype="datetime64[D]"), on)
    assert ages[:2].tolist() == [65, 66]
    assert np.isnan(ages[2])


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 5, 31), 0, date(2026, 5, 31)),
    ],
)
def test_months_are_clipped_at_their_end(day: date, months: int, then: date) -> None:
    assert dates.add_months(day, months) == then


@given(DAYS, st.integers(-1200, 1200))
def test_months_land_in_the_month_asked_for(day: date, months: int) -> None:
    then = dates.add_months(day, months)
    assert (then.year - day.year) * 12 + then.month - day.month == months
    assert then.day == day.day or (then.day < day.day and (then + timedelta(days=1)).day == 1)


@pytest.mark.parametrize("months", [120_000, -120_000])
def test_months_out_of_the_calendar_are_refused(months: int) -> None:
    with pytest.raises(DateError):
        dates.add_months(date(2026, 1, 1), months)


def test_a_day_in_shanghai_ends_at_four_in_the_afternoon_utc() -> None:
    assert dates.last_instant(date(2026, 6, 30)) == "2026-06-30T15:59:59.999999Z"


def test_a_day_whose_last_hour_comes_twice_ends_with_the_second() -> None:
    # Paraguay put its clocks back from midnight to 23:00 on 24 March 2024: 24:00 was 04:00 UTC.
    assert dates.last_instant(date(2024, 3, 23), "America/Asuncion") == "2024-03-24T03:59:59.999999Z"


@given(DAYS, st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Asuncion", "Africa/Cairo", "UTC"]))
def test_the_last_instant_is_of_the_day_and_the_next_is_not(day: date, zone: str) -> None:
    last = datetime.fromisoformat(dates.last_instant(day, zone))
    assert last.astimezone(ZoneInfo(zone)).date() == day
    assert (last + timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date() == day + timedelta(days=1)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.integers(-14, 14), st.integers(-14, 14))
def test_instants_sort_as_text_whatever_their_zone(moment: datetime, first: int, second: int) -> None:
    one = moment.replace(tzinfo=timezone(timedelta(hours=first)))
    other = moment.replace(tzinfo=timezone(timedelta(hours=second)))
    assert (dates.instant(one) < dates.instant(other)) == (one < other)
    assert datetime.fromisoformat(dates.instant(one)) == one


def test_an_instant_has_microseconds_and_is_in_utc() -> None:
    assert (
        dates.instant(datetime(2026, 6, 30, 8, tzinfo=ZoneInfo("Asia/Shanghai")))
        == "2026-06-30T00:00:00.000000Z"
    )
    assert dates.instant(datetime(87, 1, 2, tzinfo=UTC)) == "0087-01-02T00:00:00.000000Z"


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(DateError):
        dates.instant(datetime(2026, 6, 30))
