"""A monthly report on paper: given a record and a month, what a reader finds, in both languages."""

import json
import re

import pytest
from tests.reporting.planned import begun, blocks_of, booked, called, store_of
from tests.someone import Someone

from kanglu.errors import ReportError
from kanglu.home import shipped
from kanglu.insight.monthly import days_of_month
from kanglu.record.facts import MedicationStatement
from kanglu.reporting.blocks import Chart, Cover, Heading, Table, to_text
from kanglu.reporting.monthly import report
from kanglu.reporting.order import plan_of

PARTS = ("opening", "adherence", "contacts", "ahead", "notes")
SECTIONS = {
    "en": ["Blood pressure", "Adherence", "Contacts", "Next dates", "How to read this report"],
    "zh": ["血压", "依从性", "联系情况", "接下来的日期", "阅读说明"],
}
NOT_CHINESE = re.compile(r"[A-Za-z]{3,}")
CODES = frozenset({"mmHg", "Kanglu", "PDC"})


@pytest.fixture
def managed() -> Someone:
    """A woman with high blood pressure, measured on six days of June, and a plan from 20 May 2025."""
    woman = Someone(birth="1961-06-15").has("高血压")
    for day in range(1, 7):
        woman.pressure(150, 92, f"2025-05-0{day}").pressure(130 + 3 * day, 80, f"2025-06-0{day}")
    called(begun(woman, "blood_pressure_3mo", "2025-05-20"), "2025-06-05T10:00:00")
    woman.seen("medication_adherence", value_code="interrupted", effective="2025-06-10")
    return booked(woman, "2025-07-08T09:00:00", "高血压随访")


def shown(someone, lang="en", month="2025-06", as_of="2025-06-30", parts=PARTS):
    paper = report(store_of(someone, as_of), "K000007", month, lang)
    return blocks_of(paper, parts)


def text(*args, **more):
    return "\n".join(to_text(block) for block in shown(*args, **more))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_sections_stand_in_the_order_of_the_paper(managed, lang):
    blocks = shown(managed, lang)
    assert isinstance(blocks[0], Cover)
    assert [one.text for one in blocks if isinstance(one, Heading) and one.level == 1] == SECTIONS[lang]


def test_the_notebook_shows_every_part_in_that_order():
    notebook = json.loads((shipped("notebooks") / "monthly_report.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"]]
    assert [cell for cell in cells if cell.startswith("report.")] == [f"report.{part}()" for part in PARTS]


def test_a_chinese_monthly_report_is_chinese(managed):
    said = text(managed, "zh")
    assert {word for word in NOT_CHINESE.findall(said) if word not in CODES} == set()


@pytest.mark.parametrize(("lang", "title"), [("en", "Monthly report, Jun 2025"), ("zh", "2025年6月健康月报")])
def test_the_cover_says_which_month(managed, lang, title):
    assert shown(managed, lang)[0].title == title


def test_the_curve_shows_each_day_of_the_month_with_the_target(managed):
    managed.pressure(199, 99, "2025-05-31").pressure(198, 98, "2025-07-01")
    [chart] = [one for one in shown(managed, as_of="2025-07-05") if isinstance(one, Chart)]
    systolic, diastolic = chart.spec.series
    assert [point.y for point in systolic.points] == [133, 136, 139, 142, 145, 148]
    assert [point.level for point in systolic.points] == ["ok", "ok", "ok", "high", "high", "high"]
    assert len(diastolic.points) == 6
    assert [band.label for band in chart.spec.bands] == ["target 90–139", "target 60–89"]
    first, after = chart.spec.x_range
    assert after - first == pytest.approx(30 / 365)


def test_the_mean_stands_beside_that_of_the_month_before(managed):
    said = text(managed, parts=("opening",))
    assert "It was measured on 6 days. The mean was 140/80 mmHg." in said
    assert "In the month before it was 150/92 mmHg" in said
    assert "Both values were within limits on 3 of 6 days (50 %)." in said


def test_too_few_days_give_no_mean():
    someone = Someone().has("高血压").pressure(150, 90, "2025-06-01").seen("sbp", 140, "2025-06-30")
    said = text(someone, parts=("opening",))
    assert "It was measured on 2 days. On fewer than 5 days, a mean says little: none is given." in said


def test_the_score_is_of_the_times_of_the_month_with_both_numbers(managed):
    said = text(managed, parts=("adherence",))
    [table] = [one for one in shown(managed, parts=("adherence",)) if isinstance(one, Table)]
    # Weekly times end on 2, 9, 16, 23 and 30 June; the first visit is due on 20 June and has until 12 July;
    # the first call is due on 3 June and has until 2 July, and was made on the 5th.
    assert [(row[2], row[3]) for row in table.rows] == [("5", "2"), ("0", "0"), ("1", "1")]
    assert "Adherence score 50.0%: 3 of 6 planned times of the month were kept." in said
    assert "Taking medicines, in the person's own words: interrupted (10 Jun 2025)." in said


def test_what_nobody_asked_is_not_zero():
    said = text(Someone(), parts=("adherence", "contacts"))
    assert "No plan ran in this month, so no adherence score is given." in said
    assert "Taking medicines, in the person's own words: not asked." in said
    assert "Days covered by medicines: not asked." in said
    assert "0%" not in said


def test_an_answer_of_the_month_before_is_none_of_this_one(managed):
    assert "own words: not asked" in text(managed, month="2025-07", as_of="2025-07-31", parts=("adherence",))


def test_medicines_are_covered_as_the_score_says(managed):
    for first, last in (("2025-05-02", "2025-05-31"), ("2025-06-06", "2025-06-30")):
        managed.add(
            MedicationStatement(7, None, None, first, last, intent="filler-order", display="氨氯地平")
        )
    said = text(managed, parts=("adherence",))
    assert "91.7%" in said  # 55 of the 60 days from 2 May to 30 June
    assert "180 days up to 30 Jun 2025" in said


def test_nothing_measured_draws_no_curve(managed):
    blocks = shown(managed, month="2025-04")
    assert not any(isinstance(one, Chart) for one in blocks)
    assert "No blood pressure was measured in this month." in "\n".join(map(to_text, blocks))


def test_the_next_dates_follow_the_day_looked_back_from(managed):
    said = text(managed, parts=("ahead",))
    assert "2025-07-08 09:00" in said
    assert "高血压随访" in said
    assert "A follow-up a month" in said


@pytest.mark.parametrize(
    ("month", "last"),
    [
        ("2025-02", "2025-02-28"),
        ("2024-02", "2024-02-29"),
        ("2025-04", "2025-04-30"),
        ("2025-12", "2025-12-31"),
    ],
)
def test_a_month_ends_on_its_last_day(month, last):
    first, end = days_of_month(month)
    assert (first.isoformat(), end.isoformat()) == (f"{month}-01", last)


@pytest.mark.parametrize("month", ["2025-13", "2025-6", "2025-00", "202506", "２０２５-06", "2025-06-01"])
def test_what_is_no_month_is_refused(month):
    with pytest.raises(ReportError, match=re.escape("Write it as 2025-06.")):
        days_of_month(month)


def test_a_month_that_has_not_begun_is_refused(managed):
    with pytest.raises(ReportError, match="begins after 2025-06-30"):
        shown(managed, month="2025-07")


def test_an_order_for_a_month_names_it(order):
    wanted = order("monthly", year=None, month="2025-06", formats=("html",))
    assert wanted.name == "monthly-2025-06-en"
    assert plan_of(wanted, None, 60).parameters["month"] == "2025-06"
