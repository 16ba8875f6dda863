"""A stage summary on paper: given a record and two days, what a reader finds, in both languages."""

import json
import re
from datetime import date

import pytest
from tests.reporting.planned import begun, blocks_of, booked, called, store_of
from tests.someone import Someone

from kanglu.errors import DateError, ReportError
from kanglu.home import shipped
from kanglu.reporting.blocks import Callout, Cover, Heading, Table, to_text
from kanglu.reporting.order import plan_of
from kanglu.reporting.stage import report

PARTS = ("opening", "compared", "plans", "contacts", "ahead", "notes")
SECTIONS = {
    "en": [
        "The stage in short",
        "Start and end",
        "Plans",
        "Contacts",
        "The next plan",
        "Next dates",
        "How to read this report",
    ],
    "zh": ["本阶段概要", "期初与期末对比", "干预计划", "联系情况", "下一步计划", "接下来的日期", "阅读说明"],
}
NOT_CHINESE = re.compile(r"[A-Za-z]{3,}")
CODES = frozenset({"mmHg", "Kanglu", "mmol", "PDC"})


@pytest.fixture
def managed() -> Someone:
    """A woman of 64 with high blood pressure, and three months of a plan from 1 March 2025."""
    woman = Someone().has("高血压").pressure(152, 94, "2025-02-20").seen("ldl_c", 4.0, "2025-02-20")
    begun(woman, "blood_pressure_3mo", "2025-03-01")
    for day in ("2025-03-04", "2025-03-12", "2025-04-02"):
        woman.pressure(144, 88, day)
    called(woman, "2025-03-20T10:00:00", "no_answer")
    called(woman, "2025-03-21T10:00:00")
    called(woman, "2025-05-02T10:00:00", "refused", "time")
    return woman.seen("ldl_c", 2.0, "2025-05-20").pressure(138, 90, "2025-05-20")


def shown(
    someone, lang="en", since="2025-03-01", until="2025-05-31", as_of="2025-06-30", plan=None, parts=PARTS
):
    paper = report(store_of(someone, as_of), "K000007", since, until, plan, lang)
    return blocks_of(paper, parts)


def text(*args, **more):
    return "\n".join(to_text(block) for block in shown(*args, **more))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_sections_stand_in_the_order_of_the_paper(managed, lang):
    blocks = shown(managed, lang)
    assert isinstance(blocks[0], Cover)
    assert [one.text for one in blocks if isinstance(one, Heading) and one.level == 1] == SECTIONS[lang]


def test_the_notebook_shows_every_part_in_that_order():
    notebook = json.loads((shipped("notebooks") / "stage_summary.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"]]
    assert [cell for cell in cells if cell.startswith("report.")] == [f"report.{part}()" for part in PARTS]


def test_a_chinese_stage_summary_is_chinese(managed):
    said = text(managed, "zh")
    assert {word for word in NOT_CHINESE.findall(said) if word not in CODES} == set()


def test_the_cover_says_who_and_of_which_days(managed):
    cover = shown(managed)[0]
    assert (cover.title, cover.subtitle, cover.record_number) == ("Stage summary", "王芳", "K000007")
    assert ("Period", "1 Mar 2025 to 31 May 2025") in cover.items
    assert cover.cut_off == "Data up to 30 Jun 2025"


def test_the_start_stands_beside_the_end(managed):
    said = text(managed, parts=("compared",))
    assert "152 (2025-02-20)" in said
    assert "138 (2025-05-20)" in said
    assert "−9.2" in said
    assert "−50.0" in said  # LDL cholesterol, which is beyond chance
    assert "better" in said
    assert "Beyond chance, 1 changed for the better and 0 for the worse." in text(managed, parts=("opening",))


def test_what_was_measured_on_the_first_day_is_the_start_and_after_the_last_is_not_the_end():
    someone = Someone().seen("weight", 80, "2025-03-01").seen("weight", 78, "2025-05-31")
    said = text(someone.seen("weight", 60, "2025-06-01"), parts=("compared",))
    assert "80.0 (2025-03-01)" in said
    assert "78.0 (2025-05-31)" in said
    assert "60.0" not in said


def test_goals_and_planned_times_are_numbers_with_their_denominators(managed):
    said = text(managed, parts=("plans",))
    assert "It ran from 1 Mar 2025 until 31 May 2025. Its goals are due by 1 Jun 2025." in said
    goals, actions = (block for block in shown(managed, parts=("plans",)) if isinstance(block, Table))
    assert [cell.text for cell in (row[-1] for row in goals.rows)] == ["reached", "open"]
    pressure, visits, calls, together = ([*row[2:5], row[5].text] for row in actions.rows)
    assert pressure == ["14", "14", "4", "28.6%"]
    assert visits == ["2", "2", "0", "0.0%"]
    assert calls == ["3", "3", "1", "33.3%"]
    assert together == ["19", "19", "5", "26.3%"]


def test_a_goal_is_missed_once_its_day_is_over(managed):
    said = text(managed, parts=("plans",), until="2025-06-01")
    assert "missed" in said


def test_contacts_are_counted_with_what_stood_in_the_way(managed):
    said = text(managed, parts=("contacts",))
    assert "1 of 3 contacts that were tried reached the person." in said
    assert "no time" in said
    assert "Days covered by medicines: not asked." in said


def test_what_was_not_reached_is_for_the_next_plan(managed):
    [callout] = [one for one in shown(managed, parts=("ahead",)) if isinstance(one, Callout)]
    assert callout.title == "Three months for blood pressure is over; for the next plan"
    assert callout.items == ("Diastolic pressure within target: open",)
    [callout] = [
        one for one in shown(managed, parts=("ahead",), as_of="2025-05-31") if isinstance(one, Callout)
    ]
    assert callout.title == "Three months for blood pressure goes on"


def test_the_next_dates_are_those_after_the_day_looked_back_from(managed):
    booked(managed, "2025-05-01T09:00:00", "过去的随访")
    booked(managed, "2025-05-09T09:30:00")
    booked(managed, "2025-05-10T09:30:00", "取消的随访", "cancelled")
    said = text(managed, parts=("ahead",), until="2025-05-01", as_of="2025-05-01")
    assert "2025-05-09 09:30" in said
    assert "Booking of a follow-up" in said
    assert "2025-06-01" in said  # goals are due, and the plan ends
    assert "过去" not in said
    assert "取消" not in said


def test_a_plan_can_be_chosen(managed):
    begun(managed, "weight_loss_3mo", "2025-04-01")
    assert text(managed, parts=("plans",)).count("Its goals are due by") == 2
    said = text(managed, parts=("plans",), plan="weight_loss_3mo")
    assert "Three months of losing weight" in said
    assert "Three months for blood pressure" not in said


def test_a_plan_that_ended_the_day_before_is_none_of_the_stage(managed):
    assert "No plan ran in this time." in text(
        managed, parts=("plans",), since="2025-06-01", until="2025-06-30"
    )
    assert "Three months for" in text(managed, parts=("plans",), since="2025-05-31", until="2025-06-30")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nobodys_stage_says_what_is_not_there(lang):
    said = text(Someone(), lang)
    for sentence in {
        "en": (
            "No plan ran in this time.",
            "Nothing is booked or planned.",
            "No call with an outcome is recorded.",
        ),
        "zh": ("本期没有进行中的计划。", "没有预约或计划。", "没有记录联系结果。"),
    }[lang]:
        assert sentence in said


def test_a_stage_that_is_not_over_says_so_and_a_death_ends_it(managed):
    assert "only the days up to 15 May 2025 count" in text(managed, as_of="2025-05-15")
    died = Someone(death="2025-04-10").pressure(150, 90, "2025-03-05")
    said = text(begun(died, "blood_pressure_3mo", "2025-03-01"))
    assert "This person died on 10 Apr 2025" in said
    assert "Nothing is booked or planned." in said


def test_days_that_cannot_be_are_refused(managed):
    with pytest.raises(ReportError, match="2025-05-30 is before 2025-05-31"):
        shown(managed, since="2025-05-31", until="2025-05-30")
    with pytest.raises(ReportError, match="begins after 2025-06-30"):
        shown(managed, since="2025-07-01", until="2025-07-31")
    with pytest.raises(DateError):
        shown(managed, since="2025-02-30")
    with pytest.raises(ReportError, match="K000007 was loaded"):
        report(store_of(managed, "2025-06-30"), "K000008", "2025-03-01", "2025-05-31", None, "en")


# -- orders ----------------------------------------------------------------------------------------


def test_an_order_for_a_stage_names_its_days(order):
    wanted = order("stage", year=None, since=date(2025, 3, 1), until=date(2025, 5, 31), formats=("html",))
    assert wanted.name == "stage-2025-03-01-2025-05-31-en"
    plan = plan_of(wanted, None, 60)
    assert (plan.parameters["since"], plan.parameters["until"]) == ("2025-03-01", "2025-05-31")
    assert plan.personal
    assert "year" not in plan.parameters


@pytest.mark.parametrize(
    ("report_", "said", "remedy"),
    [
        ("stage", {}, "--from 2025-03-01 and --to 2025-05-31"),
        ("monthly", {}, "--month 2025-06"),
        ("annual", {"year": None, "month": "2025-06"}, "--year 2025"),
        ("monthly", {"year": 2025, "month": "2025-06"}, "no parameter 'year'"),
        ("annual", {"year": 2025, "month": "2025-06"}, "no parameter 'month'"),
    ],
)
def test_a_report_is_told_its_time_and_no_other(order, report_, said, remedy):
    with pytest.raises(ReportError, match=re.escape(remedy)):
        plan_of(order(report_, formats=("html",), **said), None, 60)
