"""What charts show, and what they must never do: join a gap, lose a label, leave the page."""

import re
from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanglu.dates import year_at
from kanglu.reporting.charts import (
    Band,
    ChartSpec,
    Event,
    Gap,
    Point,
    Series,
    Spark,
    spark_svg,
    to_svg,
)
from kanglu.reporting.charts.palette import LEVELS
from kanglu.reporting.charts.scale import (
    day_of,
    fit_range,
    nice_ticks,
    number,
    shorten,
    spread,
    text_width,
    tick_labels,
    time_ticks,
    wrap,
)


def line(*points: Point, **more: object) -> ChartSpec:
    return ChartSpec("line", "SBP", "SBP over the years", (Series("SBP", points),), "mmHg", **more)  # type: ignore[arg-type]


def strokes(svg: str, colour: str) -> list[str]:
    """The joined lines of a colour, as path data."""
    return re.findall(rf'<path d="(M[^"]*)" fill="none" stroke="{colour}"', svg)


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(
    ("effective", "year"),
    [
        ("2024", 2024.5),
        ("2024-01", 2024 + 0.5 / 12),
        ("2024-01-01", 2024.0),
        ("2023-07-02T12:00", 2023 + 182 / 365),
    ],
)
def test_effective_time_on_the_axis(effective: str, year: float) -> None:
    assert year_at(effective) == pytest.approx(year)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_has_its_own_place(day: date) -> None:
    assert day_of(year_at(day)) == day


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 100, [0, 20, 40, 60, 80, 100]),
        (5.4, 7.2, [5.5, 6.0, 6.5, 7.0]),
        (-1.2, 1.1, [-1.0, -0.5, 0.0, 0.5, 1.0]),
        (3.0, 3.0, [3.0]),
    ],
)
def test_ticks_are_round(low: float, high: float, ticks: list[float]) -> None:
    assert nice_ticks(low, high) == ticks


def test_tick_labels_share_their_decimals() -> None:
    assert tick_labels([-0.5, 0.0, 0.5]) == ["−0.5", "0.0", "0.5"]
    assert tick_labels([50.0, 100.0]) == ["50", "100"]


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (5.0, None, "5"),
        (5.678912, None, "5.679"),
        (123456.7, None, "123457"),
        (5.0, 2, "5.00"),
        (-1.5, 1, "−1.5"),
    ],
)
def test_numbers_are_printed_as_people_write_them(value: float, decimals: int | None, text: str) -> None:
    assert number(value, decimals) == text


def test_range_takes_in_near_bands_and_leaves_far_ones() -> None:
    low, high = fit_range([5.4, 7.2], [Band(3.9, 6.0, "")])
    assert low < 3.9 < 7.2 < high
    low, high = fit_range([5.4, 7.2], [Band(0, 200, "")])
    assert high < 10
    assert fit_range([0.01, 0.4])[0] == 0.0
    assert fit_range([]) == (0.0, 1.0)


def test_years_stand_in_their_middle_and_months_at_their_start() -> None:
    assert time_ticks(2022, 2025, 10) == [(2022.5, "2022"), (2023.5, "2023"), (2024.5, "2024")]
    assert [label for _, label in time_ticks(1960, 2020, 7)] == [
        "1960",
        "1970",
        "1980",
        "1990",
        "2000",
        "2010",
    ]
    assert [label for _, label in time_ticks(2026.0, 2026.45, 3)] == ["2026-01", "2026-03", "2026-05"]
    assert [label for _, label in time_ticks(2026.0, 2026 + 10 / 365, 3)] == ["01-01", "01-08"]


def test_labels_are_moved_apart_in_their_order() -> None:
    assert spread([50, 52, 10], 11, 0, 100) == [50, 61, 10]
    assert spread([98, 99], 11, 0, 100) == [89, 100]


def test_long_names_are_balanced_over_two_lines_or_cut() -> None:
    assert wrap("血压", 10, 100) == ["血压"]
    assert wrap("高血压血压达标率", 10, 50) == ["高血压血压", "达标率"]
    assert wrap("Total cholesterol", 10, 60) == ["Total", "cholesterol"]
    assert shorten("高密度脂蛋白胆固醇", 10, 50) == "高密度脂…"


def test_line_joins_values_but_never_across_a_gap_or_an_empty_value() -> None:
    years = [Point(2021.5, 120.0), Point(2022.5, 125.0), Point(2023.5, 130.0), Point(2024.5, 128.0)]
    assert len(strokes(to_svg(line(*years)), LEVELS["ok"])) == 1
    assert len(strokes(to_svg(line(*years, gaps=(Gap(2022.6, 2023.4),))), LEVELS["ok"])) == 2
    empty = [*years[:2], Point(2023.0, None), *years[2:]]
    assert len(strokes(to_svg(line(*empty)), LEVELS["ok"])) == 2


def test_value_out_of_range_differs_in_shape_not_only_in_colour() -> None:
    calm = to_svg(line(Point(2021.5, 120.0), Point(2022.5, 130.0)))
    high = to_svg(line(Point(2021.5, 120.0), Point(2022.5, 150.0, "high")))
    assert calm.count("<circle") == 2
    assert high.count("<circle") == 1
    assert LEVELS["high"] in high
    assert LEVELS["high"] not in calm


def test_last_value_is_labelled_with_its_comparator_and_decimals() -> None:
    assert "<6.20" in texts(to_svg(line(Point(2021.5, 5.0), Point(2022.5, 6.2, "ok", "<"), decimals=2)))


def test_where_two_lines_end_together_both_values_are_readable() -> None:
    names = ("低密度脂蛋白胆固醇浓度测定", "总胆固醇")
    series = tuple(Series(name, (Point(2021.5, 3.0), Point(2022.5, 2.6))) for name in names)
    svg = to_svg(ChartSpec("line", "Lipids", "Lipids", series, decimals=2))
    labels = [t for t in ElementTree.fromstring(svg) if (t.text or "").endswith("2.60")]
    assert len(labels) == 2
    assert abs(float(labels[0].get("y", 0)) - float(labels[1].get("y", 0))) >= 11


def test_band_label_and_events_are_written() -> None:
    spec = line(
        Point(2021.5, 120.0),
        Point(2023.5, 130.0),
        bands=(Band(90, 139, "target 90–139"),),
        events=(Event(2022.0, "statin"), Event(2022.1, "diet")),
    )
    written = texts(to_svg(spec))
    assert {"target 90–139", "statin", "diet"} <= set(written)


def test_an_event_without_words_is_a_mark_at_the_time_axis() -> None:
    svg = to_svg(
        line(Point(2021.5, 120.0), Point(2023.5, 130.0), events=(Event(2022.0, "statin"), Event(2023.0, "")))
    )
    heights = [
        round(float(foot) - float(head), 1)
        for x, head, x_too, foot in re.findall(
            r'd="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)" stroke="#5b6770"', svg
        )
        if x == x_too and float(foot) - float(head) > 4
    ]
    assert heights[0] == 5.0
    assert len(heights) == 2
    assert heights[1] > 60


def test_of_two_bands_one_within_the_other_both_are_seen() -> None:
    both = line(
        Point(2021.5, 120.0), bands=(Band(None, 130, "a"), Band(None, 80, "b")), y_range=(60.0, 140.0)
    )
    assert to_svg(both).count('stroke="#fff"') == 2


def test_ten_thousand_readings_keep_their_peak_in_a_small_picture() -> None:
    points = [Point(2024 + k / 10_000, 500.0 if k == 5_000 else 6.0 + k % 3) for k in range(10_000)]
    svg = to_svg(line(*points, y_range=(0.0, 500.0)))
    assert len(svg) < 15_000
    (path,) = strokes(svg, LEVELS["ok"])
    heights = [float(place.split()[1]) for place in path[1:].split("L")]
    assert sum(height < min(heights) + 1 for height in heights) == 1


def test_text_in_a_chart_is_never_markup() -> None:
    svg = to_svg(ChartSpec("bar", "t", 'a "<b>" & c', (Series("", (Point("<i>&", 1.0),)),)))
    assert texts(svg)[0] == "<i>&"
    assert ElementTree.fromstring(svg).get("aria-label") == 'a "<b>" & c'


def test_bar_without_a_value_says_so() -> None:
    points = (Point("a", 60.0), Point("b", None), Point("c", None, label="< 10 people"))
    assert texts(to_svg(ChartSpec("bar", "t", "alt", (Series("", points),)))) == [
        "a",
        "60",
        "b",
        "–",
        "c",
        "< 10 people",
    ]


def test_shares_are_parts_of_their_own_category() -> None:
    series = tuple(Series(n, (Point("all", v),)) for n, v in (("low", 1.0), ("normal", 3.0)))
    assert texts(to_svg(ChartSpec("stacked", "t", "alt", series)))[-2:] == ["25%", "75%"]


def test_spark_breaks_at_an_empty_value_and_marks_the_last() -> None:
    svg = spark_svg(Spark((1.0, 2.0, None, 3.0, 9.0), "rising", 0.0, 5.0))
    assert len(strokes(svg, LEVELS["ok"])) == 2
    assert LEVELS["high"] in svg
    assert 'aria-label="rising"' in svg
    assert "<circle" not in spark_svg(Spark((None, None), "nothing"))


names = st.text("abc 血压高<&", max_size=30)
values = st.none() | st.floats(-1e4, 1e6)
over_time = st.lists(st.tuples(st.floats(1950, 2030), values), max_size=6).map(
    lambda rows: tuple(Point(x, y) for x, y in sorted(rows, key=lambda row: row[0]))
)
in_classes = st.lists(st.tuples(names, values), max_size=5, unique_by=lambda row: row[0]).map(
    lambda rows: tuple(Point(x, y) for x, y in rows)
)


def charts(kind: str, points: st.SearchStrategy[tuple[Point, ...]]) -> st.SearchStrategy[ChartSpec]:
    series = st.lists(st.builds(Series, names, points), min_size=1, max_size=3).map(tuple)
    bands = st.lists(st.builds(Band, values, values, names), max_size=2).map(tuple)
    events = st.lists(st.builds(Event, st.floats(1950, 2030), names), max_size=3).map(tuple)
    size = st.sampled_from(["half", "full"])
    return st.builds(ChartSpec, st.just(kind), names, st.just("alt"), series, names, bands, events, size=size)


@settings(max_examples=200, deadline=None)
@given(
    charts("line", over_time)
    | charts("bar", in_classes)
    | charts("dumbbell", in_classes)
    | charts("stacked", in_classes)
    | charts("histogram", over_time)
)
def test_whatever_the_data_every_word_stays_inside_the_picture(spec: ChartSpec) -> None:
    root = ElementTree.fromstring(to_svg(spec))
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        wide = text_width(text.text or "", float(text.get("font-size", 10)))
        share = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor", "start")]
        left = float(text.get("x", 0)) - share * wide
        assert left >= -1, text.text
        assert left + wide <= width + 1, text.text
        assert 0 < float(text.get("y", 0)) <= height
