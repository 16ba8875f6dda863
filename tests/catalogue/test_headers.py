"""Headers of real tables lead to an indicator and its unit, and what is something else does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu import catalogue

CATALOGUE = catalogue.current()

HEADERS = [
    # Chinese laboratories and check-up tables
    ("总胆固醇(mmol/L)", "tc", "mmol/L"),
    ("总胆固醇（mmol/L）", "tc", "mmol/L"),
    ("TC [mg/dL]", "tc", "mg/dL"),
    ("胆固醇", "tc", None),
    ("甘油三酯(TG)mmol/L", "tg", "mmol/L"),
    ("低密度脂蛋白胆固醇（LDL-C）", "ldl_c", None),
    ("收缩压", "sbp", None),
    ("高压", "sbp", None),
    ("收缩压(mmHg)", "sbp", "mm[Hg]"),
    ("收缩压(mmHg)(右)", "sbp", "mm[Hg]"),
    ("血压(收缩压)", "sbp", None),
    ("空腹血糖 mmol/L", "fpg", "mmol/L"),
    ("葡萄糖(空腹)", "fpg", None),
    ("GLU", "glucose", None),
    ("血糖(餐后2h)", "glucose_2h", None),
    ("血糖(mmol/L)(餐后2h)", "glucose_2h", "mmol/L"),
    ("糖化血红蛋白(%)", "hba1c", "%"),
    ("谷丙转氨酶 (ALT) U/L", "alt", "U/L"),
    ("丙氨酸氨基转移酶", "alt", None),
    ("白细胞计数(WBC)(10^9/L)", "wbc", "10*9/L"),
    ("血小板（×10⁹/L）", "plt", "10*9/L"),
    ("NEUT%", "neut_pct", None),
    ("NEUT#", "neut", None),
    ("中性粒细胞百分比(%)", "neut_pct", "%"),
    ("肌酐(μmol/L)", "creatinine", "umol/L"),
    ("K+", "potassium", None),
    ("A/G", "ag_ratio", None),
    ("AG", "anion_gap", None),
    ("尿蛋白", "urine_protein", None),
    ("体重(斤)", "weight", "{jin}"),
    ("脂蛋白(a)", "lp_a", None),
    ("脂蛋白(a)(mg/L)", "lp_a", "mg/L"),
    ("eGFR (mL/min/{1.73_m2})", "egfr", "mL/min/{1.73_m2}"),
    # the Shanghai diabetes summaries and sensor files
    ("Height (m)", "height", "m"),
    ("BMI (kg/m2)", "bmi", "kg/m2"),
    ("Smoking History (pack year)", "pack_years", "{pack}.a"),
    ("Alcohol Drinking History (drinker/non-drinker)", "alcohol_use", None),
    ("Fasting Plasma Glucose (mg/dl)", "fpg", "mg/dL"),
    ("2-hour Postprandial Plasma Glucose (mg/dl)", "glucose_2h", "mg/dL"),
    ("HbA1c (mmol/mol)", "hba1c", "mmol/mol"),
    ("Glycated Albumin (%)", "glycated_albumin", "%"),
    ("Estimated Glomerular Filtration Rate  (ml/min/1.73m2) ", "egfr", "mL/min/{1.73_m2}"),
    ("Uric Acid (mmol/L)", "uric_acid", "mmol/L"),
    ("CGM (mg / dl)", "cgm_glucose", "mg/dL"),
    ("CGM ", "cgm_glucose", None),
    ("CBG (mg / dl)", "glucose", "mg/dL"),
    ("Blood Ketone (mmol / L)", "ketone", "mmol/L"),
    # blood-pressure series, a wearable, a survey
    ("Sys.mmHg.", "sbp", "mm[Hg]"),
    ("Dias.mmHg.", "dbp", "mm[Hg]"),
    ("Pulse.bpm.", "heart_rate", "/min"),
    ("SYST", "sbp", None),
    ("TotalSteps", "steps", None),
    ("SedentaryMinutes", "sedentary_minutes", None),
    ("TotalMinutesAsleep", "sleep_minutes", None),
    ("WeightKg", "weight", "kg"),
    ("WeightPounds", "weight", "[lb_av]"),
    ("TotalCholesterolMgdl", "tc", "mg/dL"),
    ("BodyMassIndexKgm2", "bmi", "kg/m2"),
    ("StandingHeightCm", "height", "cm"),
    # Kanglu's own columns
    ("tc_mmol_l", "tc", "mmol/L"),
    ("creatinine_umol_l", "creatinine", "umol/L"),
    ("sbp_mmhg", "sbp", "mm[Hg]"),
]


@pytest.mark.parametrize(("header", "name", "unit"), HEADERS)
def test_headers_of_real_tables(header: str, name: str, unit: str | None) -> None:
    match = CATALOGUE.match_header(header)
    assert match is not None
    assert (match.indicator.id, match.unit) == (name, unit)
    assert CATALOGUE.indicator_for_alias(header) is match.indicator


@pytest.mark.parametrize(
    "header",
    [
        "",
        "(mmol/L)",
        "mmol/L",
        "姓名",
        "日期",
        "ID",
        "Date",
        "血糖(运动后)",
        "白细胞(RBC)",
        "收缩压变化",
        "Duration of Diabetes (years)",
        "Gender (Female=1, Male=2)",
        "bpDelta",
        "Type of Diabetes",
        "Insulin dose - s.c.",
        "高血压",
        "糖尿病",
        "饮食",
    ],
)
def test_what_is_no_indicator_leads_nowhere(header: str) -> None:
    assert CATALOGUE.match_header(header) is None


@pytest.mark.parametrize(
    "system", ["loinc", "http://loinc.org", "LN", "LOINC", "urn:oid:2.16.840.1.113883.6.1"]
)
def test_a_code_system_has_many_names(system: str) -> None:
    found = CATALOGUE.indicator_for_code(system, "8480-6")
    assert found is not None
    assert found.id == "sbp"


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("loinc", "85354-9"),
        ("loinc", "55284-4"),
        ("loinc", None),
        ("snomed", "8480-6"),
        (None, "8480-6"),
        ("loinc", ""),
    ],
)
def test_a_panel_and_a_foreign_code_are_no_indicator(system: str | None, code: str | None) -> None:
    assert CATALOGUE.indicator_for_code(system, code) is None


@given(st.text(max_size=40))
def test_any_header_is_read_or_left(text: str) -> None:
    match = CATALOGUE.match_header(text)
    assert match is None or match.indicator.id in CATALOGUE.indicators


@given(st.sampled_from(HEADERS), st.sampled_from(["", " ", "\t", "　"]), st.booleans())
def test_space_and_width_around_a_header_do_not_count(
    header: tuple[str, str, str | None], space: str, wide: bool
) -> None:
    text = f"{space}{header[0]}{space}"
    if wide:
        text = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)
    match = CATALOGUE.match_header(text)
    assert match is not None
    assert (match.indicator.id, match.unit) == header[1:]
