"""Dates as tables write them; which is day and which month must be proven or said."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu.intake.tables_dates import read_dates, read_times


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-05-26", "2026-05-26"),
        ("2026/5/26", "2026-05-26"),
        ("2026.5.26", "2026-05-26"),
        ("2026年5月26日", "2026-05-26"),
        ("2026年05月", "2026-05"),
        ("2026", "2026"),
        ("2026-05", "2026-05"),
        ("20260526", "2026-05-26"),
        (20260526.0, "2026-05-26"),
        ("２０２６－０５－２６", "2026-05-26"),
        ("202605260802", "2026-05-26T08:02:00"),
        ("20260526080223", "2026-05-26T08:02:23"),
        ("2026-05-26 08:02", "2026-05-26T08:02:00"),
        ("2026-05-26T08:02:23Z", "2026-05-26T08:02:23"),
        ("2026-05-26 08:02:23.517", "2026-05-26T08:02:23"),
        ("2026/5/26 下午 3:05", "2026-05-26T15:05:00"),
        ("2026年5月26日 8时2分", "2026-05-26T08:02:00"),
        ("26-May-2026", "2026-05-26"),
        ("May 26, 2026", "2026-05-26"),
        ("46168", "2026-05-26"),
        (46168.0, "2026-05-26"),
        (46168.335, "2026-05-26T08:02:24"),
        (date(2026, 5, 26), "2026-05-26"),
        (datetime(2026, 5, 26, 8, 2), "2026-05-26T08:02:00"),
        (datetime(2026, 5, 26, 8, 1, 59, 999_990), "2026-05-26T08:02:00"),
        ("2024-02-29", "2024-02-29"),
    ],
)
def test_one_way_to_write_a_date(written: object, meant: str) -> None:
    assert read_dates([written]).texts == [meant]  # type: ignore[list-item]


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-30",
        "2025-02-29",
        "26-5-26",
        "0000-01-01",
        "明天",
        "2026-13-01",
        True,
        time(8, 0),
        "3005-01-01",
    ],
)
def test_what_is_no_date_is_named_by_its_place(written: object) -> None:
    dates = read_dates(["2026-05-26", written, ""])  # type: ignore[list-item]
    assert (dates.texts, dates.wrong) == (["2026-05-26", None, None], {1})


def test_month_first_is_proven_by_one_day_above_twelve() -> None:
    dates = read_dates(["4/12/2016", "4/13/2016"])
    assert (dates.texts, dates.order, dates.proof) == (["2016-04-12", "2016-04-13"], "mdy", "4/13/2016")


def test_day_first_is_proven_likewise() -> None:
    assert read_dates(["12/4/2016", "13/4/2016"]).texts == ["2016-04-12", "2016-04-13"]


def test_twelve_proves_nothing() -> None:
    dates = read_dates(["12/12/2016", "4/12/2016"])
    assert dates.ambiguous
    assert dates.texts == [None, None]


def test_a_declared_order_settles_it() -> None:
    assert read_dates(["4/12/2016"], "dmy").texts == ["2016-12-04"]


def test_a_declared_order_that_a_cell_disproves_is_a_contradiction() -> None:
    assert read_dates(["4/13/2016"], "dmy").contradiction == ("4/13/2016",)


def test_two_orders_in_one_column_are_a_contradiction() -> None:
    assert read_dates(["4/13/2016", "13/4/2016"]).contradiction == ("13/4/2016", "4/13/2016")


def test_american_times() -> None:
    texts = read_dates(
        ["4/13/2016 2:47:30 AM", "4/13/2016 12:05 AM", "4/13/2016 12:05 PM", "4/13/2016 23:59"]
    ).texts
    assert texts == [
        "2016-04-13T02:47:30",
        "2016-04-13T00:05:00",
        "2016-04-13T12:05:00",
        "2016-04-13T23:59:00",
    ]


def test_a_column_of_nothing_but_midnights_states_days() -> None:
    assert read_dates(["4/13/2016 0:00", "4/12/2016 0:00"]).texts == ["2016-04-13", "2016-04-12"]
    assert read_dates([datetime(2016, 4, 13), datetime(2016, 4, 14)]).texts == ["2016-04-13", "2016-04-14"]


def test_a_midnight_among_times_is_a_time() -> None:
    """Spreadsheets hand over midnight as a day alone."""
    assert read_dates([date(2021, 9, 15), datetime(2021, 9, 15, 0, 15)]).texts == [
        "2021-09-15T00:00:00",
        "2021-09-15T00:15:00",
    ]


@given(st.datetimes(datetime(1900, 3, 1), datetime(2099, 12, 31)))
def test_what_a_spreadsheet_stores_as_a_number_is_the_same_moment(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    if serial > 10000 and not serial.is_integer():
        assert read_dates([serial]).texts == [moment.isoformat()]


@given(
    st.dates(date(1900, 1, 1), date(2100, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d"]),
)
def test_every_day_of_the_calendar_in_every_writing(day: date, writing: str) -> None:
    assert read_dates([day.strftime(writing)]).texts == [day.isoformat()]


def test_times_of_day() -> None:
    cells = [
        "8:02",
        "08:02:23",
        "下午3:05",
        "8时2分",
        time(8, 2),
        0.335,
        timedelta(hours=8),
        "",
        "morning",
        "25:00",
    ]
    assert read_times(cells) == [
        "08:02:00", "08:02:23", "15:05:00", "08:02:00", "08:02:00", "08:02:24", "08:00:00", None, None, None,
    ]  # fmt: skip
