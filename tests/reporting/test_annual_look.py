"""How an annual summary looks to the people it is handed to, whatever the sources wrote."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kanglu.catalogue import current
from kanglu.i18n import words
from kanglu.insight.limits import Limits
from kanglu.record.facts import (
    AllergyIntolerance,
    Condition,
    Encounter,
    Identifier,
    MedicationStatement,
    Observation,
    PersonStatement,
)
from kanglu.reporting import annual
from kanglu.reporting.blocks import Block, Blocks, Column, Mark, Span, Table, flatten, to_html, to_text
from kanglu.reporting.blocks.paper import column_widths
from kanglu.reporting.charts.scale import text_width
from kanglu.reporting.charts.spec import Spark
from kanglu.reporting.charts.svg import spark_svg
from kanglu.reporting.wording import day_in_year, file_text, limits_text, plain_name, signed, span_text
from kanglu.unit_text import unit_text

SNOMED = "http://snomed.info/sct"
EN, ZH = words("en"), words("zh")


@pytest.fixture
def backend() -> str:
    """Reports are the same whatever database the facts come from."""
    return "sqlite"


@pytest.fixture
def summary_of(store: Any) -> Callable[..., annual.AnnualReport]:
    """The summary of 2025 of a person with these facts (each made for the person's id)."""

    def make(*facts: Any, lang: str = "en", **person: Any) -> annual.AnnualReport:
        stated = {"name": "人", "sex": "female", "birth_date": "1970-01-01", **person}
        with store.batch("a folder/of/files.csv") as writer:
            who = writer.person(PersonStatement((Identifier("test", "1"),), **stated))
            for fact in facts:
                writer.add(fact(who))
        number = store.panel("all").record_numbers[0]
        return annual.report(store, number, 2025, lang)

    return make


def problem(display: str, since: str = "2020-01-01", **other: Any) -> Callable[[int], Condition]:
    return lambda who: Condition(who, SNOMED, None, since, display=display, **other)


def reading(indicator: str, day: str, value: float, unit: str) -> Callable[[int], Observation]:
    return lambda who: Observation(who, indicator, day, value=value, unit=unit)


def tables(blocks: Blocks) -> Iterator[Table]:
    return (block for block in flatten([blocks]) if isinstance(block, Table))


def said(blocks: Block) -> str:
    return to_text(blocks)


def test_problems_stand_without_the_tags_of_their_terminology_and_apart_from_circumstances(
    summary_of,
) -> None:
    care = summary_of(
        problem("Anemia (disorder)"),
        problem("Prediabetes (finding)"),
        problem("Full-time employment (finding)"),
        problem("Refugee (person)"),
    ).care()
    (listed,) = tables(care)
    assert {row[0] for row in listed.rows} == {"Anemia", "Prediabetes"}
    assert "Findings and circumstances: " in said(care)
    assert "Full-time employment" in said(care)
    assert "(finding)" not in said(care)
    assert [column.text for column in listed.columns] == ["Problem", "Since"]  # nobody remarked on anything


def test_a_problem_named_with_and_without_its_tag_is_one(summary_of) -> None:
    care = summary_of(problem("Asthma"), problem("Asthma (disorder)", "2021-02-03")).care()
    (listed,) = tables(care)
    assert [row[0] for row in listed.rows] == ["Asthma"]


def test_long_lists_are_cut_and_say_how_much_more_there_is(summary_of) -> None:
    care = summary_of(
        *(problem(f"Injury {n} (disorder)") for n in range(18)),
        *(
            problem(f"Cold {n} (disorder)", effective_end=f"20{n:02}-03-04", clinical_status="resolved")
            for n in range(10, 23)
        ),
    ).care()
    assert len(next(tables(care)).rows) == 15
    assert "and 3 more" in said(care)
    past = next(line for line in said(care).splitlines() if line.startswith("Past problems"))
    assert past.startswith("Past problems: Cold 22 (until 2022), Cold 21")
    assert past.endswith("and 3 more")


def test_what_the_year_brought_names_days_without_the_year(summary_of) -> None:
    visit = lambda day: lambda who: Encounter(who, None, None, day, display="Check up (procedure)")  # noqa: E731
    facts = (visit("2025-05-20"), visit("2025-11-02"))
    assert "Visits: Check up (20 May, 2 Nov)" in said(summary_of(*facts).care())
    assert "就诊: Check up（5月20日、11月2日）" in said(summary_of(*facts, lang="zh").care())


def allergy(display: str) -> Callable[[int], AllergyIntolerance]:
    return lambda who: AllergyIntolerance(who, SNOMED, None, "2020-01-01", display=display)


def test_a_stated_absence_of_allergies_is_no_allergy(summary_of) -> None:
    report = summary_of(allergy("No Known Latex Allergy (situation)"), allergy("Cashew nuts"))
    assert "Cashew nuts" in said(report.opening())
    assert "Latex" not in said(report.opening())
    assert "Allergies: No Known Latex Allergy." in said(report.care())


def test_only_years_that_know_something_are_columns(summary_of) -> None:
    report = summary_of(reading("weight", "2025-03-01", 60, "kg"), birth_date=None)
    (table,) = tables(report.years())
    assert [column.text for column in table.columns] == ["Indicator", "Unit", "2025"]
    assert said(report.years()).startswith("# Measured in 2025")

    report = summary_of(reading("weight", "2023-03-01", 61, "kg"))
    (table,) = tables(report.years())
    assert [column.text for column in table.columns][2:5] == ["2023", "2024", "2025"]


def test_without_an_age_the_report_says_so_and_not_that_this_is_a_child(summary_of) -> None:
    opening = said(summary_of(reading("sbp", "2025-03-01", 130, "mm[Hg]"), birth_date=None).opening())
    assert "The age is not recorded" in opening
    assert "child" not in opening
    assert "Age: not recorded" in opening


def test_a_child_is_told_of_as_a_child(summary_of) -> None:
    opening = said(summary_of(reading("height", "2025-03-01", 110, "cm"), birth_date="2019-05-01").opening())
    assert "Reference ranges of adults are not applied to a child." in opening


def test_the_dead_are_named_as_such_with_the_day_in_one_line(summary_of) -> None:
    opening = said(summary_of(death_date="2024-02-03").opening())
    assert "This person died on 3 Feb 2024" in opening
    assert "Age at death: 54 years" in opening


def test_an_empty_record_gets_a_sentence_on_scores_not_a_table(summary_of) -> None:
    risks = summary_of().risks()
    assert not list(tables(risks))
    assert "No score could be made. Not asked or measured: " in said(risks)


def test_trends_that_say_nothing_share_a_line(summary_of) -> None:
    values = {"2021": 120, "2022": 131, "2023": 118, "2024": 130, "2025": 121}
    report = summary_of(*(reading("sbp", f"{year}-03-01", v, "mm[Hg]") for year, v in values.items()))
    trends = report.trends()
    assert not list(tables(trends))
    assert "No clear trend over the years: Systolic blood pressure." in said(trends)


def test_a_critical_value_has_its_unit_before_its_day(summary_of) -> None:
    opening = said(summary_of(reading("potassium", "2025-03-01", 7.5, "mmol/L")).opening())
    assert "Potassium 7.50 mmol/L (1 Mar 2025)" in opening


def test_converted_units_are_told_once_a_pair(summary_of) -> None:
    def stated(indicator: str, value: float, original: float) -> Callable[[int], Observation]:
        return lambda who: Observation(
            who,
            indicator,
            "2025-03-01",
            value=value,
            unit="mmol/L",
            original_value=str(original),
            original_unit="mg/dL",
        )

    sources = summary_of(stated("tc", 5.17, 200), stated("hdl_c", 1.29, 50)).sources()
    assert "Units converted: mg/dL to mmol/L (Total cholesterol, HDL cholesterol)." in said(sources)


@pytest.mark.parametrize(
    ("unit", "en", "zh"),
    [
        ("{pack}.a", "pack-years", "包·年"),
        ("{liang}/d", "liang/d", "两/日"),
        ("[pH]", "", ""),
        ("1", "", ""),
        ("/d", "/d", "/日"),
        ("umol/L", "μmol/L", "μmol/L"),
        ("u[IU]/mL", "μIU/mL", "μIU/mL"),
        ("mm[Hg]", "mmHg", "mmHg"),
    ],
)
def test_units_are_those_of_people(unit: str, en: str, zh: str) -> None:
    assert (unit_text(unit, EN), unit_text(unit, ZH)) == (en, zh)


def test_an_open_end_of_an_interval_is_the_last_value_within() -> None:
    bmi, sbp = current().indicators["bmi"], current().indicators["sbp"]
    assert limits_text(bmi, Limits(18.5, 24.0, "reference", high_inclusive=False), EN) == "18.5–23.9"
    assert limits_text(sbp, Limits(90.0, 140.0, "reference", high_inclusive=False), EN) == "90–139"
    fpg = Limits(3.9, 6.1, "reference", high_inclusive=False)
    assert limits_text(current().indicators["fpg"], fpg, EN) == "3.90–6.09"
    assert limits_text(sbp, Limits(None, 140.0, "target", high_inclusive=False), EN) == "<140"
    assert limits_text(bmi, Limits(18.5, 24.0, "reference", high_inclusive=True), EN) == "18.5–24"


@pytest.mark.parametrize(
    ("display", "plain"),
    [
        ("Anemia (disorder)", "Anemia"),
        ("Haemophilia (A)", "Haemophilia (A)"),
        ("Rehabilitation therapy (regime/therapy)", "Rehabilitation therapy"),
        ("EEG (procedure) (procedure)", "EEG (procedure)"),
        ("(finding)", "(finding)"),
    ],
)
def test_only_the_tag_at_the_end_of_a_name_is_dropped(display: str, plain: str) -> None:
    assert plain_name(display) == plain


def test_days_changes_and_files_are_set_right() -> None:
    assert signed(-58.2) == "−58"
    assert signed(3.14, 1) == "+3.1"
    assert day_in_year("2025-05", EN) == "May"
    assert day_in_year("2025", EN) == "2025"
    assert span_text("2025-01-02", "2025-01-02T08:00:00", EN) == "2025-01-02"
    assert span_text("2025-01-02", "2025-03-04", ZH) == "2025-01-02 至 2025-03-04"
    assert file_text("a/b/labs.csv") == "labs.csv"
    long = file_text("Ali_Herman_75c71918-f07f-4492-af1a-ce006a1e8aaf.json")
    assert len(long) == 36
    assert long.endswith("…a1e8aaf.json")


def test_where_room_is_short_numbers_stay_whole_and_names_wrap_least() -> None:
    columns = [
        Column("Indicator"),
        Column("Unit"),
        *(Column(str(y), "end") for y in range(2021, 2026)),
        Column("Range"),
    ]
    many = (
        "Mean corpuscular haemoglobin",
        Span("pg", "quiet"),
        *["28.3"] * 4,
        "132\u00a0×222",
        "27–34",
    )
    odd = (
        "Estimated GFR",
        Span("mL/min/1.73 m²", "quiet"),
        *["–"] * 3,
        Mark("somewhat", "high"),
        "–",
        "not at all / a little bit",
    )
    widths = column_widths(columns, (*[many] * 20, odd), 499)
    assert sum(widths) == pytest.approx(499, abs=0.6)
    assert widths[6] > text_width("132\u00a0×222", 8.5) + 17.9
    assert widths[5] >= text_width("somewhat", 8.5) + 18
    assert widths[0] >= text_width("Mean corpuscular haemoglobin", 8.5) + 9
    assert widths[7] < text_width("not at all / a little bit", 8.5)


def test_the_glyph_of_a_mark_has_its_room_beside_the_text() -> None:
    band = Mark("G3a mildly to moderately decreased", "watch")
    score, class_ = column_widths([Column("Score"), Column("Class")], (("eGFR", band),), 499)
    assert class_ / score * (text_width("Score", 8.0) + 9) > text_width(band.text, 8.5) + 9 + 9


def scores_of(report: annual.AnnualReport) -> dict[str, tuple[Any, ...]]:
    """The rows of all tables of scores, by the score's name."""
    return {row[0]: row[1:] for table in tables(report.risks()) for row in table.rows}


BMI = [reading("height", "2025-03-01", 170, "cm"), reading("weight", "2025-03-01", 60, "kg")]
PRESSURE = [reading("sbp", "2025-03-01", 104, "mm[Hg]"), reading("dbp", "2025-03-01", 70, "mm[Hg]")]


def test_a_score_that_does_not_apply_names_what_rules_it_out_and_not_what_is_missing(summary_of) -> None:
    said = scores_of(summary_of(*BMI, *PRESSURE, birth_date="1930-01-01"))
    assert said["Chinese Diabetes Risk Score"] == ("outside what it was made for: age 95",)
    assert said["Risk stratum in high blood pressure (China)"] == (
        "blood pressure below 130/85 mmHg, where its table begins",
    )


def test_cautions_are_in_the_language_of_the_report(summary_of) -> None:
    liver = (("ast", 20, "U/L"), ("alt", 20, "U/L"), ("plt", 200, "10*9/L"), ("hba1c", 3.5, "%"))
    facts = [reading(name, "2025-03-01", value, unit) for name, value, unit in liver]
    text = said(summary_of(*facts, birth_date="1999-01-01", lang="zh").risks())
    assert "数值超出建模范围，结果为外推" in text
    assert "age_years" not in text


def test_a_waist_without_a_sex_has_no_class_and_the_report_stands(summary_of) -> None:
    waist = reading("waist", "2025-03-01", 92, "cm")
    assert "waist: no class without the sex" in said(summary_of(*BMI, waist, sex="unknown").risks())


def test_lone_values_of_a_spark_are_dots() -> None:
    drawn = spark_svg(Spark((1.0, None, 2.0, None, 1.5), "every other year"))
    assert drawn.count("<circle") == 4  # the last one also stands out
    assert "<path" not in drawn


def test_on_a_phone_a_table_of_years_opens_at_the_newest() -> None:
    line = Spark((60.0, 61.0), "Weight")
    years = Table(("Indicator", "2024", "2025", "Course"), (("Weight", "60", "61", line),))
    assert 'class="k-scroll k-newest-last"' in to_html(years)
    assert '<th scope="col" class="k-drawn">Course</th>' in to_html(years)  # which a phone leaves out
    assert "k-newest-last" not in to_html(Table(("Problem", "Since"), (("Asthma", "2020"),)))


def test_a_medicine_taken_again_is_not_also_past(summary_of) -> None:
    def medicine(since: str, **other: Any) -> Callable[[int], MedicationStatement]:
        return lambda who: MedicationStatement(who, None, None, since, display="Metformin 500 MG", **other)

    care = summary_of(
        medicine("2020-01-01", effective_end="2021-01-01", clinical_status="completed"),
        medicine("2024-01-01", clinical_status="active"),
    ).care()
    assert "Past medicines" not in said(care)
    assert said(care).count("Metformin") == 1


def test_the_summary_stands_in_chinese_without_english_of_its_own(summary_of) -> None:
    report = summary_of(
        problem("高血压"),
        *(reading("sbp", f"{year}-03-01", 150, "mm[Hg]") for year in (2023, 2024, 2025)),
        lang="zh",
    )
    text = said(Blocks((report.opening(), report.years(), report.trends(), report.risks(), report.care())))
    names = {
        "China",
        "PAR",
        "CKD",
        "EPI",
        "CDS",
        "FIB",
        "TyG",
        "ASCVD",
        "Theil",
        "Sen",
        "mmHg",
        "Kanglu",
        "HDL",
    }
    assert set(re.findall(r"[A-Za-z]{2,}", text)) <= names


def test_glucose_of_a_sensor_stands_beside_its_goals(summary_of) -> None:
    def sensor(at: int) -> Callable[[int], Observation]:
        when = f"2025-03-{1 + at // 96:02}T{at % 96 // 4:02}:{15 * (at % 4):02}:00"
        return reading("cgm_glucose", when, 8.0 if at % 4 else 15.0, "mmol/L")

    (table,) = tables(summary_of(*map(sensor, range(96)), lang="zh").trends())
    assert table.rows[0] == ("目标范围内（3.9–10.0 mmol/L）", "75%", ">70%")
    assert table.rows[2] == ("其中高于 13.9 mmol/L", "25%", "<5%")
    assert not any("GMI" in row[0] for row in table.rows)  # one day is no estimate of HbA1c
    assert "不足14天" in table.note
