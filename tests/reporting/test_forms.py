"""The official forms: given what a record holds of visits and assessments, expect the cells of the paper."""

from datetime import date
from io import BytesIO
from types import SimpleNamespace

import orjson
import pytest
from pypdf import PdfReader

from kanglu import catalogue
from kanglu.errors import ReportError
from kanglu.home import shipped
from kanglu.record.facts import (
    Appointment,
    Encounter,
    EpisodeOfCare,
    Observation,
    QuestionnaireResponse,
)
from kanglu.reporting import forms, render
from kanglu.reporting.blocks import (
    Blank,
    Cover,
    Form,
    KeyValue,
    PageBreak,
    Prose,
    flatten,
    from_data,
    to_data,
    to_html,
)
from kanglu.reporting.blocks.plain import inline
from kanglu.reporting.collect import Piece
from kanglu.reporting.fonts import find
from kanglu.reporting.forms.cells import boxes
from kanglu.reporting.forms.report import number_on_form
from kanglu.reporting.html import Printer
from kanglu.reporting.notebook import FORMS
from kanglu.reporting.order import plan_of
from kanglu.reporting.pdf import Press

EMPTY_BOX, EMPTY_LINE = Blank("", "box"), Blank("")
UNITS = {"sbp": "mm[Hg]", "dbp": "mm[Hg]", "fpg": "mmol/L", "weight": "kg", "heart_rate": "/min"}


@pytest.fixture
def woman(someone):
    """A woman of 64, in both programmes since 2024."""
    made = someone().has("高血压").has("2型糖尿病")
    for programme in ("hypertension", "type2_diabetes"):
        made.add(EpisodeOfCare(7, "kanglu", programme, "2024-01-10", clinical_status="active"))
    return made


def seen(woman, day, mode="AMB", provider=None, **values):
    """Adds a follow-up visit with what was measured and asked on it; words are codes."""
    woman.add(Encounter(7, "kanglu", "follow-up", day, setting=mode, provider=provider))
    for name, value in values.items():
        coded = {"value_code": value} if isinstance(value, str) else {"value": float(value)}
        woman.add(Observation(7, name, day, unit=UNITS.get(name), **coded))
    return woman


def filled(woman, form, day, author=None, **answers):
    """Adds a questionnaire that was filled in."""
    said = orjson.dumps(answers).decode()
    return woman.add(QuestionnaireResponse(7, "kanglu", form, day, version="1", answers=said, author=author))


def shown(woman, form="hypertension", year=2025, lang="zh", as_of="2026-06-30"):
    """The blocks of a form, the head first."""
    store = SimpleNamespace(dossier=lambda number: woman.dossier(as_of), catalogue=catalogue.current())
    made = forms.report(store, form, "K000007", year, lang)
    return [made.head(), *flatten([made.sheets()])]


def sheets(woman, *args, **more):
    return [block for block in shown(woman, *args, **more) if isinstance(block, Form)]


def row(sheet, label):
    """The cells of a row."""
    return next(one.cells for one in sheet.rows if inline(one.label).startswith(label))


def blanks(cell):
    """What stands in the boxes and on the lines of a cell."""
    return [piece.text for piece in cell if isinstance(piece, Blank)]


# -- visits -------------------------------------------------------------------------------------


def test_a_visit_is_a_column_with_what_was_found_on_its_day(woman):
    seen(
        woman, "2025-03-01", "HH", sbp=138, dbp=86, weight=61.5, heart_rate=72, medication_adherence="regular"
    )
    [sheet] = sheets(woman)
    assert sheet.head == ("随访日期", "2025-03-01", "", "", "")
    assert blanks(row(sheet, "随访方式")[0]) == ["2"]
    assert blanks(row(sheet, "血压")[0]) == ["138", "86"]
    assert blanks(row(sheet, "体重")[0]) == ["61.5", ""]
    assert blanks(row(sheet, "心率")[0]) == ["72"]
    assert blanks(row(sheet, "服药依从性")[0]) == ["1"]
    assert inline(row(sheet, "随访方式")[0]) == "1 门诊 2 家庭 3 电话 2"


def test_what_was_not_asked_is_an_empty_place_and_never_a_zero(woman):
    [sheet] = sheets(seen(woman, "2025-03-01"))
    for cells in (one.cells for one in sheet.rows if inline(one.label) != "随访方式"):
        assert {text for cell in cells if not isinstance(cell, str) for text in blanks(cell)} <= {""}
    assert row(sheet, "血压")[0] == (EMPTY_LINE, " / ", EMPTY_LINE)
    assert row(sheet, "药物不良反应")[0][-3] == EMPTY_BOX
    assert blanks(row(sheet, "此次随访分类")[0]) == [""]


def test_a_zero_that_was_answered_is_a_zero(woman):
    [sheet] = sheets(seen(woman, "2025-03-01", cigarettes_day=0, adverse_reaction=0))
    assert blanks(row(sheet, "日吸烟量")[0]) == ["0", ""]
    assert blanks(row(sheet, "药物不良反应")[0]) == ["1", ""]


def test_what_was_found_on_another_day_is_not_the_visits(woman):
    seen(woman, "2025-03-01", sbp=138, dbp=86).seen("sbp", 170, "2025-03-02").seen("sbp", 120, "2025-02-28")
    assert blanks(row(sheets(woman)[0], "血压")[0]) == ["138", "86"]


def test_pressures_of_one_day_are_their_mean_as_in_the_rules(woman):
    seen(woman, "2025-03-01", sbp=139, dbp=80).pressure(140, 80, "2025-03-01")
    [sheet] = sheets(woman)
    assert blanks(row(sheet, "血压")[0]) == ["140", "80"]  # 139.5, half up
    assert blanks(row(sheet, "此次随访分类")[0]) == ["2"]


@pytest.mark.parametrize(("visits", "columns"), [(4, [4]), (5, [4, 1]), (8, [4, 4])])
def test_four_visits_stand_on_a_sheet(woman, visits, columns):
    for month in range(1, visits + 1):
        seen(woman, f"2025-{month:02d}-05", sbp=130, dbp=80)
    blocks = shown(woman)
    found = [block for block in blocks if isinstance(block, Form)]
    assert [sum(map(bool, sheet.head[1:])) for sheet in found] == columns
    assert sum(isinstance(block, PageBreak) for block in blocks) == len(columns) - 1
    assert all(len(sheet.head) == 5 for sheet in found)


def test_the_visits_of_the_year_only_and_none_after_the_day(woman):
    for day in ("2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01"):
        seen(woman, day, sbp=130, dbp=80)
    assert sheets(woman)[0].head[1:3] == ("2025-01-01", "2025-12-31")
    assert sheets(woman, as_of="2025-12-30")[0].head[1:3] == ("2025-01-01", "")


def test_a_year_without_a_visit_gives_a_sheet_to_write_on(woman):
    _head, note, sheet = shown(woman)
    assert isinstance(note, Prose) and inline(note.text).startswith("档案中没有2025年")
    assert set(sheet.head[1:]) == {""}


def test_a_visit_outside_the_programme_is_not_on_its_form(someone):
    assert set(sheets(seen(someone().has("高血压"), "2025-03-01", sbp=130, dbp=80))[0].head[1:]) == {""}


# -- classes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "number"),
    [
        ({"sbp": 139, "dbp": 89}, "1"),
        ({"sbp": 140, "dbp": 89}, "2"),
        ({"sbp": 139, "dbp": 90}, "2"),
        ({"sbp": 139, "dbp": 89, "adverse_reaction": 1}, "3"),
        ({"sbp": 150, "dbp": 89, "adverse_reaction": 1}, "3"),
        ({"sbp": 139, "dbp": 89, "complication_new": 1}, "4"),
        ({"sbp": 150, "dbp": 95, "complication_new": 1, "adverse_reaction": 1}, "4"),
        ({"adverse_reaction": 0}, ""),
        ({"sbp": 139}, ""),
    ],
)
def test_the_class_is_the_number_of_the_worst_that_fits(woman, found, number):
    [sheet] = sheets(seen(woman, "2025-03-01", **found))
    assert blanks(row(sheet, "此次随访分类")[0]) == [number]


def test_the_limit_is_another_from_the_65th_birthday_on(woman):
    seen(woman, "2025-06-14", sbp=149, dbp=80)
    seen(woman, "2025-06-15", sbp=149, dbp=80)
    cells = row(sheets(woman)[0], "此次随访分类")
    assert [blanks(cell) for cell in cells[:2]] == [["2"], ["1"]]


@pytest.mark.parametrize(
    ("found", "number"),
    [
        ({"sbp": 180, "dbp": 80}, "2"),
        ({"sbp": 180, "dbp": 80, "complication_new": 1}, "4"),
        ({"sbp": 130, "dbp": 80, "danger_headache": 1}, ""),
    ],
)
def test_an_emergency_is_said_in_words_and_never_printed_as_controlled(woman, found, number):
    [sheet] = sheets(seen(woman, "2025-03-01", **found))
    cell = row(sheet, "此次随访分类")[0]
    assert blanks(cell) == [number]
    assert inline(cell).endswith("危急情况")


@pytest.mark.parametrize(("fpg", "number"), [(6.99, "1"), (7.0, "2"), (3.9, ""), (16.7, "2")])
def test_the_fasting_glucose_decides_the_class_of_the_diabetes_form(woman, fpg, number):
    [sheet] = sheets(seen(woman, "2025-03-01", fpg=fpg, hba1c=6.5), "diabetes")
    assert blanks(row(sheet, "此次随访分类")[0]) == [number]
    assert blanks(row(sheet, "糖化血红蛋白")[0]) == ["6.5"]


# -- answers, medicines, what follows -------------------------------------------------------------


def test_the_answers_of_the_form_fill_what_is_no_measurement(woman):
    seen(woman, "2025-03-01", weight=70, exercise_days_week=3, salt_level="heavy")
    filled(
        woman,
        "followup_hypertension",
        "2025-03-01",
        symptoms=["numbness", "headache", "other"],
        symptoms_other="夜尿增多",
        weight_target=66,
        bmi_kg_m2=25.348,
        exercise_each=30,
        exercise_times_target=5,
        salt_taste_target="light",
        adverse_what="干咳",
        referral_reason="连续两次不满意",
        next_visit="2025-03-15",
    )
    [sheet] = sheets(woman)
    assert blanks(row(sheet, "症状")[0]) == ["2", "8", "", "", "夜尿增多"]
    assert blanks(row(sheet, "体重")[0]) == ["70.0", "66"]
    assert blanks(row(sheet, "体质指数")[0]) == ["25.3"]
    assert blanks(row(sheet, "运动")[0]) == ["3", "30", "5", ""]
    assert blanks(row(sheet, "摄盐")[0]) == ["重", "轻"]
    assert row(sheet, "原因")[0] == "连续两次不满意"
    assert row(sheet, "下次随访日期")[0] == "2025-03-15"
    assert blanks(row(sheet, "症状")[1]) == ["", "", "", "", ""]


def test_all_symptoms_have_a_box():
    assert [piece.text for piece in boxes(range(1, 7), 4) if isinstance(piece, Blank)] == list("123456")
    assert sum(isinstance(piece, Blank) for piece in boxes([], 4)) == 4


def test_the_label_of_the_symptoms_numbers_them_as_the_paper_does(woman):
    [sheet] = sheets(seen(woman, "2025-03-01"))
    said = inline(next(one.label for one in sheet.rows if inline(one.label).startswith("症状")))
    assert "1 无症状 2 头痛头晕 3 恶心呕吐" in said
    assert "9 下肢水肿" in said and "10" not in said


def test_medicines_are_those_taken_on_the_day_each_with_its_dosage(woman):
    woman.takes("氨氯地平片 5mg", "2024-01-01", dosage="每日一次")
    woman.takes("缬沙坦胶囊 80mg", "2025-03-02").takes("美托洛尔片", "2020", effective_end="2025-02-28")
    woman.takes("二甲双胍片 0.5g", "2024-01-01")
    seen(woman, "2025-03-01")
    seen(woman, "2025-03-02")
    [sheet] = sheets(woman)
    assert row(sheet, "药物名称1")[:3] == ("氨氯地平片 5mg 每日一次",) * 2 + ("",)
    assert row(sheet, "药物名称2")[:2] == ("", "缬沙坦胶囊 80mg")
    assert row(sheet, "其他药物")[:2] == ("二甲双胍片 0.5g", "二甲双胍片 0.5g")


def test_no_medicine_of_the_programme_is_left_out(woman):
    for name in ("氨氯地平", "缬沙坦", "氢氯噻嗪", "美托洛尔"):
        woman.takes(name)
    for name in ("二甲双胍", "格列美脲", "达格列净", "西格列汀", "甘精胰岛素"):
        woman.takes(name)
    seen(woman, "2025-03-01")
    assert row(sheets(woman)[0], "其他药物")[0].startswith("美托洛尔\n二甲双胍")
    [diabetes] = sheets(woman, "diabetes")
    assert row(diabetes, "药物名称3")[0] == "达格列净\n西格列汀"
    assert row(diabetes, "胰岛素")[0] == "甘精胰岛素"


def test_medicines_written_at_the_visit_stand_as_they_were_written(woman):
    filled(
        seen(woman.takes("氨氯地平"), "2025-03-01"),
        "followup_hypertension",
        "2025-03-01",
        medicines="氨氯地平半片",
    )
    [sheet] = sheets(woman)
    assert [row(sheet, label)[0] for label in ("药物名称1", "药物名称2", "其他药物")] == [
        "氨氯地平半片",
        "",
        "",
    ]


def test_the_next_date_is_the_booking_that_follows_and_none_is_made_up(woman):
    for day in ("2025-03-01", "2025-06-01", "2025-09-01"):
        seen(woman, day)
    for day in ("2025-03-01", "2025-06-01", "2025-12-01"):
        woman.add(Appointment(7, "kanglu", "follow_up_booking", f"{day}T09:00", clinical_status="booked"))
    woman.add(Appointment(7, "kanglu", "follow_up_booking", "2025-08-30", clinical_status="cancelled"))
    assert row(sheets(woman)[0], "下次随访日期") == ("2025-06-01", "", "2025-12-01", "")


def test_a_weak_pulse_of_the_foot_has_its_side(woman):
    seen(woman, "2025-03-01", dorsalis_pedis_pulse="weak_left")
    seen(woman, "2025-06-01", dorsalis_pedis_pulse="absent")
    left, absent, *_ = row(sheets(woman, "diabetes")[0], "足背动脉搏动")
    assert (blanks(left), blanks(absent)) == (["2"], ["3"])
    assert inline(left).endswith("左侧减弱")


def test_who_is_not_of_the_staff_is_named_as_recorded(woman):
    assert row(sheets(seen(woman, "2025-03-01", provider="周医生"))[0], "医生签名")[0] == "周医生"


# -- assessments --------------------------------------------------------------------------------

ABLE = {
    f"self_care_{item}": "independent" for item in ("eating", "washing", "dressing", "toileting", "moving")
}


def test_self_care_shows_the_points_of_each_item_and_the_grade(someone):
    old = someone("1950-06-15")
    filled(
        old,
        "self_care_5",
        "2025-04-02",
        **ABLE | {"self_care_washing": "light", "self_care_dressing": "moderate"},
    )
    _head, sheet, result = shown(old, "self_care")
    assert sheet.head[5:] == ("2025\n04-02", "", "", "")
    assert [blanks(one.cells[4]) for one in sheet.rows[:6]] == [["0"], ["1"], ["3"], ["0"], ["0"], ["4"]]
    assert inline(result.text).endswith("4分：轻度依赖")


def test_self_care_half_filled_has_no_total(someone):
    old = filled(someone("1950-06-15"), "self_care_5", "2025-04-02", self_care_eating="unable")
    _head, sheet = shown(old, "self_care")
    assert [blanks(one.cells[4]) for one in sheet.rows[:6]] == [["5"], [""], [""], [""], [""], [""]]


def test_five_assessments_need_a_second_sheet(someone):
    old = someone("1950-06-15")
    for month in range(1, 6):
        filled(old, "self_care_5", f"2025-{month:02d}-01", **ABLE)
    assert [sum(map(bool, sheet.head[5:])) for sheet in sheets(old, "self_care")] == [4, 1]


def chosen(cells):
    """The option in a box."""
    return [place for place, cell in enumerate(cells, 1) if isinstance(cell[0], Blank)]


def test_constitution_marks_each_answer_and_judges_the_nine_types(someone):
    old = someone("1950-06-15")
    answers = {f"tcm33_{place}": "2" for place in range(1, 34)} | {"tcm33_2": "5", "tcm33_3": "4"}
    filled(old, "tcm_33", "2025-04-02", "林医生", **answers)
    questions, judged = sheets(old, "constitution")
    assert len(questions.rows) == 33
    assert [chosen(one.cells) for one in questions.rows[:4]] == [[2], [5], [4], [2]]
    assert judged.head[1] == "气虚质" and judged.head[-1] == "平和质"
    points, verdicts, _guidance = (one.cells for one in judged.rows)
    assert (blanks(points[0]), verdicts[0]) == (["13"], "是")
    assert (blanks(points[1]), verdicts[1], verdicts[-1]) == (["8"], "否", "否")
    signed = next(block for block in shown(old, "constitution") if isinstance(block, KeyValue))
    assert [said for _label, said in signed.items] == ["2025-04-02", "林医生"]


@pytest.mark.parametrize(
    ("measured", "question", "answer"),
    [
        ({"bmi_kg_m2": 23.99}, 9, [1]),
        ({"bmi_kg_m2": 24}, 9, [2]),
        ({"waist_cm": 105}, 28, [4]),
        ({"waist_cm": 105.1}, 28, [5]),
        ({"colds_per_year": 7}, 14, []),
        ({"colds_per_year": 8}, 14, [4]),
        ({}, 9, []),
    ],
)
def test_an_answer_that_was_measured_instead_follows_from_it(someone, measured, question, answer):
    old = filled(someone("1950-06-15"), "tcm_33", "2025-04-02", tcm33_1="3", **measured)
    assert chosen(sheets(old, "constitution")[0].rows[question - 1].cells) == answer


def test_a_half_filled_constitution_judges_nothing(someone):
    old = filled(someone("1950-06-15"), "tcm_33", "2025-04-02", tcm33_1="3")
    points, verdicts, _guidance = (one.cells for one in sheets(old, "constitution")[1].rows)
    assert {text for cell in points for text in blanks(cell)} == {""}
    assert set(verdicts) == {""}


# -- the form as a paper ------------------------------------------------------------------------


def printed(blocks):
    """The text of each page of the PDF."""
    pdf, told = Press(shipped("reports/style"), find()).set(map(to_data, blocks), date(2026, 6, 30))
    assert told == []
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


@pytest.mark.parametrize("form", forms.FORMS)
def test_a_sheet_of_each_form_is_a_page(woman, form):
    for month in (1, 4, 7, 10):
        seen(woman, f"2025-{month:02d}-05", sbp=185, dbp=80, fpg=6.1, adverse_reaction=1)
    for name in ("氨氯地平", "缬沙坦", "氢氯噻嗪", "二甲双胍", "甘精胰岛素"):
        woman.takes(name, dosage="每日一次,每次一片")
    [page] = printed(shown(woman, form))
    assert "K000007" in page


def test_the_second_sheet_is_a_page_that_names_the_person(woman):
    for month in range(1, 6):
        seen(woman, f"2025-{month:02d}-05", sbp=130, dbp=80)
    _first, second = printed(shown(woman))
    assert all(said in second for said in ("王芳", "K000007", "2025-05-05"))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", forms.FORMS)
def test_every_form_travels_as_data_to_both_papers(woman, form, lang):
    blocks = shown(seen(woman, "2025-03-01", sbp=130, dbp=80, fpg=6.1), form, lang=lang)
    assert all(from_data(to_data(block)) == block for block in blocks)
    assert printed(blocks)
    pieces = [Piece(to_data(one), to_html(one)) for one in blocks]
    assert 'class="k-form"' in Printer(shipped("reports/style")).print(pieces, lang)


def test_in_english_a_form_says_it_in_english(woman):
    [sheet] = sheets(seen(woman, "2025-03-01", sbp=138, dbp=86), lang="en")
    assert inline(row(sheet, "Way of the visit")[0]) == "1 clinic 2 home 3 phone 1"
    assert all(inline(one.label).isascii() or "²" in inline(one.label) for one in sheet.rows)


def test_the_head_names_the_person_and_leaves_room_for_the_number(woman):
    cover = shown(woman)[0]
    assert isinstance(cover, Cover)
    assert (cover.title, cover.subtitle) == ("高血压患者随访服务记录表", "王芳")
    assert dict(cover.items)["编号"] == "□□□-□□□□□"
    assert cover.record_number == "K000007"


def test_of_seventeen_digits_the_form_prints_the_last_eight():
    assert number_on_form("11010500100112345") == "001-12345"
    assert number_on_form("1101050010011234") == number_on_form("K000007") == "□□□-□□□□□"


def test_each_form_is_a_report_of_the_batch_by_its_name(order):
    assert set(FORMS) == set(forms.FORMS)
    wanted = order("form_diabetes", lang="zh")
    assert wanted.name == "form_diabetes-2025-zh"
    assert plan_of(wanted, None, 60).parameters["form"] == "diabetes"


def test_a_panel_is_put_on_forms(panel_of, order):
    done = render(order("form_hypertension", lang="zh"), panel_of(2), jobs=1)
    assert (done.made, done.failed) == (2, {})
    names = {path.name for path in done.folder.iterdir() if path.suffix in (".html", ".pdf")}
    assert names == {f"K00000{person}.{kind}" for person in (1, 2) for kind in ("html", "pdf")}


def test_a_form_that_there_is_not(woman):
    with pytest.raises(ReportError, match="There is no form 'gout'"):
        shown(woman, "gout")


def test_rows_of_a_form_have_a_cell_for_each_column():
    with pytest.raises(ReportError, match="rows or widths"):
        Form(("日期", "一"), (1.0, 1.0, 1.0), ())
