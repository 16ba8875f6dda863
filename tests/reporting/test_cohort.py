"""A panel's year on paper: given what was counted, the words and numbers that a reader finds."""

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader

from kanglu import catalogue
from kanglu.home import shipped
from kanglu.i18n import words
from kanglu.insight.cohort import Ages, CohortReport, Distribution, Measured, Rate
from kanglu.insight.rates import DEFINITIONS
from kanglu.record.facts import Condition
from kanglu.reporting import render
from kanglu.reporting.blocks import Blocks, Chart, Cover, Row, Table, flatten, to_text
from kanglu.reporting.cohort import CohortPaper
from kanglu.reporting.cohort.definitions import definition

PARTS = ("opening", "people", "rates", "distributions", "missing", "notes")
YEAR = CohortReport(
    expression="hypertension",
    year=2025,
    until=date(2025, 12, 31),
    as_of=date(2026, 6, 30),
    known=date(2026, 6, 30),
    catalogue_revision="3fa29c01d4be",
    people=1200,
    died=7,
    ages=Ages(
        ("male", "female"),
        ((0, (0, 0, 0)), (18, (None, None, 9)), (35, (None, None, 691)), (85, (200, 300, 500))),
        (540, 660, 1200),
    ),
    problems=(("hypertension", 1200), ("ckd", None)),
    rates=(
        Rate("bp_control.last_visit.national_2017", 750, 1000, 700, 1000),
        Rate("hba1c_control.last_test.cds_2024", None, 31, 20, 30),
    ),
    distributions=(
        Distribution("sbp", 1100, 0, (100, 110, 120, 130), (27.3, 45.5, 27.3), (111, 118, 127)),
        Distribution("bmi", 19, None, (22, 24), (100.0,), None),
        Distribution("egfr", 0, None, (), (), None),
    ),
    measured=(Measured("sbp", 1100), Measured("tsh", None), Measured("uacr", 0)),
)


def paper(cohort=YEAR, lang="en"):
    return CohortPaper(cohort, catalogue.current(), words(lang))


def shown(cohort=YEAR, lang="en", parts=PARTS):
    """Every block of the parts, one by one."""
    made = paper(cohort, lang)
    blocks = [getattr(made, part)() for part in parts]
    assert all(isinstance(block, Blocks) for block in blocks)
    return list(flatten(blocks))


def text(*args, **more):
    return "\n".join(to_text(block) for block in shown(*args, **more))


def test_the_cover_says_which_panel_of_when_and_known_up_to_when():
    cover = shown()[0]
    assert isinstance(cover, Cover)
    assert (cover.title, cover.subtitle) == ("Panel report 2025", "hypertension")
    assert ("Period", "1 Jan 2025 to 31 Dec 2025") in cover.items
    assert cover.cut_off == "Data up to 30 Jun 2026"
    assert "catalogue 3fa29c01d4be" in cover.versions


def test_everybody_is_called_so():
    assert shown(replace(YEAR, expression="all"))[0].subtitle == "everybody on record"


def test_the_opening_says_how_many_and_how_they_are_controlled():
    said = text(parts=("opening",))
    assert "1,200 people were in the panel in 2025. 7 of them died in the period." in said
    assert "1,100 (91.7%) had their blood pressure measured." in said
    assert "Some rates are hidden" in said
    assert "70.0% (700/1,000) → 75.0% (750/1,000)" in said


def test_a_rate_stands_with_its_counts_its_year_before_and_its_definition():
    table = next(block for block in shown(parts=("rates",)) if isinstance(block, Table))
    rows = [to_text(replace(table, rows=(row,), caption="", note="")).splitlines()[-1] for row in table.rows]
    assert "Blood pressure in target, last visit | 750 | 1,000 | 75.0% | 700 | 1,000 | 70.0% | +5.0" in rows
    assert "HbA1c in target, last test | hidden | 31 | – | 20 | 30 | 66.7% | –" in rows
    said = text(parts=("rates",))
    assert "below 150/90 for those aged 65 or over" in said
    assert "quoted at second hand" in said


@pytest.mark.parametrize("name", list(DEFINITIONS))
def test_every_definition_has_its_words_in_both_languages(name):
    en, zh = definition(name, words("en")), definition(name, words("zh"))
    assert en.sentence != zh.sentence
    assert {en.topic, zh.topic} <= {"Hypertension", "Diabetes", "高血压", "糖尿病"}


def test_what_is_hidden_is_called_hidden():
    said = text(parts=("people",))
    assert "18–34 | hidden | hidden | 9" in said
    assert "Chronic kidney disease: hidden" in said
    assert "Hypertension: 1,200 (100.0%)" in said


def test_bands_without_anybody_at_the_ends_are_left_out():
    assert "0–17" not in text(parts=("people",))


def test_a_histogram_needs_three_bars_and_numbers_stand_for_all():
    rows = [block for block in shown(parts=("distributions",)) if isinstance(block, Row)]
    charts = [chart.spec for row in rows for chart in row.blocks]
    assert [chart.title for chart in charts] == ["Systolic blood pressure"]
    assert charts[0].alt == (
        "Share of adults by Systolic blood pressure (mmHg): 100–110: 27.3%, 110–120: 45.5%, 120–130: 27.3%"
    )
    said = text(parts=("distributions",))
    assert "Systolic blood pressure | mmHg | 1,100 | – | 118 | 111–127 | 90–139" in said
    assert "Body mass index | kg/m² | 19 | hidden | – | –" in said
    assert "Estimated GFR" not in said, "nobody was measured: that stands among the missing"


def test_the_missing_are_counted_the_most_missing_first_and_the_hidden_last():
    chart = next(block for block in shown(parts=("missing",)) if isinstance(block, Chart))
    assert [(point.x, point.label) for point in chart.spec.series[0].points] == [
        ("Urine albumin/creatinine ratio", "1,200 (100.0%)"),
        ("Systolic blood pressure", "100 (8.3%)"),
        ("Thyroid-stimulating hormone", "hidden"),
    ]


def test_a_part_of_a_year_is_said_to_be_one():
    assert "looked at up to 30 Jun 2025" in text(replace(YEAR, until=date(2025, 6, 30)), parts=("notes",))
    assert "looked at up to" not in text(parts=("notes",))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_of_a_small_panel_the_report_says_only_that_it_is_small(lang):
    said = text(replace(YEAR, people=None, died=None), lang)
    assert words(lang)("This panel is too small to report on") in said
    assert not re.search(r"\b(7|9|691|1,?100|1,?000|750)\b", said)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_empty_panel_is_said_to_be_empty(lang):
    nobody = replace(YEAR, people=0, died=0, problems=(), distributions=(), measured=())
    assert words(lang)("Nobody is in this panel: there is nothing to report.") in text(nobody, lang)


def test_the_chinese_report_has_no_english_sentence():
    said = re.sub(r"[a-z0-9_]+\.[a-z0-9_.]+|Kanglu|catalogue|hypertension", "", text(lang="zh"))
    assert re.findall(r"[A-Za-z]+(?: [A-Za-z]+)+", said.replace("mmHg", "").replace("CKD-EPI", "")) == []


# -- the notebook --------------------------------------------------------------------------------------


def test_the_notebook_is_short_plain_and_has_run_for_nobody():
    nb = json.loads(shipped("notebooks/cohort_report.ipynb").read_text("utf-8"))
    code = [cell for cell in nb["cells"] if cell["cell_type"] == "code"]
    assert len(nb["cells"]) <= 10
    assert [cell["id"] for cell in nb["cells"]] == ["parameters", "load", *PARTS]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert nb["metadata"]["kernelspec"]["name"] == "python3"
    given = re.findall(r"^(\w+) =", "".join(code[0]["source"]), re.MULTILINE)
    assert given == ["panel", "year", "lang", "as_of", "known", "database"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_panel_s_report_is_made_by_the_batch_in_both_formats(lang, panel_of, store, order):
    url = panel_of(12)
    people = store.panel().ids
    with store.batch("diagnoses") as writer:
        for person in people[:6]:
            writer.add(Condition(person, None, None, "2020-01-01", display="高血压"))

    done = render(order("cohort", lang=lang), url)

    assert (done.made, done.failed) == (1, {})
    page = (done.folder / f"cohort-2025-{lang}.html").read_text("utf-8")
    assert words(lang)("Panel report {year}", year=2025) in page
    pdf = PdfReader(done.folder / f"cohort-2025-{lang}.pdf")
    printed = "".join("".join(sheet.extract_text().split()) for sheet in pdf.pages)
    assert "".join(words(lang)("How to read this report").split()) in printed
    assert "人1" not in page + printed, "names stand in no report on many"
