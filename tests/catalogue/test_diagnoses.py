"""Which problems a diagnosis is, by code and by name, and which it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu import catalogue
from kanglu.catalogue.models import Problem

CATALOGUE = catalogue.current()
SCT = "http://snomed.info/sct"

CODED = [
    (SCT, "44054006", {"diabetes", "type2_diabetes"}),
    (SCT, "46635009", {"diabetes", "type1_diabetes"}),
    (SCT, "59621000", {"hypertension"}),
    (SCT, "38341003", {"hypertension"}),
    (SCT, "15777000", {"prediabetes"}),
    (SCT, "714628002", {"prediabetes"}),
    (SCT, "53741008", {"chd"}),
    (SCT, "22298006", {"chd", "myocardial_infarction"}),
    (SCT, "230690007", {"stroke"}),
    (SCT, "266257000", {"tia"}),
    (SCT, "431855005", {"ckd"}),
    (SCT, "431856006", {"ckd"}),
    (SCT, "433144002", {"ckd"}),
    (SCT, "127013003", {"diabetes", "diabetic_nephropathy", "ckd"}),
    (SCT, "90781000119102", {"diabetes", "type2_diabetes", "diabetic_nephropathy", "ckd"}),
    (SCT, "11687002", {"gestational_diabetes"}),
    (SCT, "398254007", {"gestational_hypertension"}),
    (SCT, "49436004", {"atrial_fibrillation"}),
    (SCT, "88805009", {"heart_failure"}),
    (SCT, "160903007", set()),
    ("ICD-10", "E11.9", {"diabetes", "type2_diabetes"}),
    (
        "http://hl7.org/fhir/sid/icd-10-cm",
        "E11.22",
        {"diabetes", "type2_diabetes", "diabetic_nephropathy", "ckd"},
    ),
    ("icd10", "E11.900x001", {"diabetes", "type2_diabetes"}),
    ("icd10", "e119", {"diabetes", "type2_diabetes"}),
    ("icd10", "E10.900", {"diabetes", "type1_diabetes"}),
    ("icd10", "I10.x00", {"hypertension"}),
    ("icd10", "I10.x00x002", {"hypertension"}),
    ("icd10", "R73.000x001", {"prediabetes"}),
    ("icd10", "O24.400", {"gestational_diabetes"}),
    ("icd10", "O13.x00", {"gestational_hypertension"}),
    ("icd10", "I25.103", {"chd"}),
    ("icd10", "I21.900", {"chd", "myocardial_infarction"}),
    ("icd10", "I63.900", {"stroke"}),
    ("icd10", "N18.903", {"ckd"}),
    ("icd10", "E23.2", set()),
    ("icd10", "I27.0", set()),
    ("icd10", "Z82.4", set()),
    ("icd10", "Z83.3", set()),
    ("icd10", "D07.5", set()),
]


@pytest.mark.parametrize(("system", "code", "expected"), CODED)
def test_a_code_decides(system: str, code: str, expected: set[str]) -> None:
    assert set(CATALOGUE.problems_for(system, code, None)) == expected


NAMED = [
    ("高血压", {"hypertension"}),
    ("高血压病", {"hypertension"}),
    ("高血压病3级（极高危）", {"hypertension"}),
    ("高血压2级 很高危", {"hypertension"}),
    ("原发性高血压", {"hypertension"}),
    ("高血压病史10年", {"hypertension"}),
    ("Hypertension", {"hypertension"}),
    ("Essential hypertension (disorder)", {"hypertension"}),
    ("Hypertension, unspecified", {"hypertension"}),
    ("HTN", {"hypertension"}),
    ("糖尿病", {"diabetes"}),
    ("2型糖尿病", {"diabetes", "type2_diabetes"}),
    ("２型糖尿病", {"diabetes", "type2_diabetes"}),
    ("Ⅱ型糖尿病", {"diabetes", "type2_diabetes"}),
    ("2型糖尿病，不伴有并发症", {"diabetes", "type2_diabetes"}),
    ("2型糖尿病性周围神经病变", {"diabetes", "type2_diabetes", "diabetic_neuropathy"}),
    ("糖尿病肾病", {"diabetes", "diabetic_nephropathy", "ckd"}),
    ("1型糖尿病", {"diabetes", "type1_diabetes"}),
    ("Type 2 diabetes mellitus without complications", {"diabetes", "type2_diabetes"}),
    ("Diabetes", {"diabetes"}),
    ("T2DM", {"diabetes", "type2_diabetes"}),
    ("糖尿病前期", {"prediabetes"}),
    ("Prediabetes", {"prediabetes"}),
    ("Prediabetes (finding)", {"prediabetes"}),
    ("糖耐量异常", {"prediabetes"}),
    ("妊娠期糖尿病", {"gestational_diabetes"}),
    ("妊娠糖尿病", {"gestational_diabetes"}),
    ("Gestational diabetes mellitus", {"gestational_diabetes"}),
    ("Diabetes mellitus in pregnancy", {"gestational_diabetes"}),
    ("妊娠期高血压", {"gestational_hypertension"}),
    ("Hypertension in pregnancy", {"gestational_hypertension"}),
    ("高血压前期", {"prehypertension"}),
    ("冠心病", {"chd"}),
    ("冠状动脉粥样硬化性心脏病", {"chd"}),
    ("冠心病 PCI术后", {"chd"}),
    ("陈旧性心肌梗死", {"chd", "myocardial_infarction"}),
    ("Coronary Heart Disease", {"chd"}),
    ("脑梗死", {"stroke"}),
    ("脑梗死后遗症", {"stroke"}),
    ("Stroke", {"stroke"}),
    ("慢性肾脏病3期", {"ckd"}),
    ("Chronic kidney disease stage 3 (disorder)", {"ckd"}),
    ("非酒精性脂肪性肝病", {"fatty_liver"}),
    ("高脂血症", {"dyslipidaemia"}),
    ("fatty liver disease", {"fatty_liver"}),
    ("osteoporosis", {"osteoporosis"}),
]


@pytest.mark.parametrize(("text", "expected"), NAMED)
def test_a_name_decides_where_no_code_does(text: str, expected: set[str]) -> None:
    assert set(CATALOGUE.problems_for(None, None, text)) == expected
    assert set(CATALOGUE.problems_for("http://example.org/local", "X1", text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "无",
        "无高血压",
        "否认高血压、糖尿病",
        "未患糖尿病",
        "患者无高血压病史",
        "高血压：无",
        "高血压(无)",
        "糖尿病 否",
        "高血压家族史",
        "糖尿病家族史阳性",
        "父亲高血压",
        "高血压待排",
        "糖尿病？",
        "糖尿病可能",
        "疑似糖尿病",
        "冠心病不除外",
        "糖尿病筛查",
        "高血压风险评估",
        "Family history of diabetes mellitus",
        "Family history: hypertension",
        "Hypertension - family history",
        "No hypertension",
        "Suspected stroke",
        "Diabetes mellitus ruled out",
        "Hypertension: no",
        "At risk for diabetes",
        "Diabetes insipidus",
        "尿崩症",
        "肺动脉高压",
        "Pulmonary hypertension",
        "Portal hypertension",
        "门静脉高压",
        "颅内高压",
        "Heat stroke",
        "中风险",
        "我妈妈有糖尿病怎么办",
        "strokes of the pen",
        "hypertensionx",
    ],
)
def test_a_sentence_a_doubt_a_relative_is_no_diagnosis(text: str) -> None:
    assert CATALOGUE.problems_for(None, None, text) == ()


def test_a_code_goes_before_the_text() -> None:
    assert CATALOGUE.problems_for(SCT, "15777000", "Diabetes") == ("prediabetes",)


@pytest.mark.parametrize("system", ["snomed", "SCT", SCT, SCT + "/", "urn:oid:2.16.840.1.113883.6.96"])
def test_a_code_system_has_many_names(system: str) -> None:
    assert "hypertension" in CATALOGUE.problems_for(system, "59621000", None)


@pytest.mark.parametrize("problem", CATALOGUE.problems.values(), ids=lambda problem: problem.id)
def test_every_problem_answers_to_its_own_names_and_codes(problem: Problem) -> None:
    for name in (*problem.names, *problem.keywords, problem.name["zh"]):
        assert problem.id in CATALOGUE.problems_for(None, None, name), name
    for code in problem.snomed:
        assert problem.id in CATALOGUE.problems_for("snomed", code, None)
    for code in problem.icd10:
        assert problem.id in CATALOGUE.problems_for("icd10", code, None)


@pytest.mark.parametrize("problem", CATALOGUE.problems.values(), ids=lambda problem: problem.id)
def test_every_snomed_code_has_its_check_digit(problem: Problem) -> None:
    for code in problem.snomed:
        assert verhoeff(code), code


def verhoeff(number: str) -> bool:
    """Whether the last digit checks the others, as SNOMED CT identifiers have it (dihedral group D5)."""

    def times(a: int, b: int) -> int:
        turned = (a + b if a < 5 else a - b) % 5
        return turned + 5 * ((a < 5) != (b < 5))

    moved = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    check = 0
    for place, figure in enumerate(reversed(number)):
        digit = int(figure)
        for _ in range(place % 8):
            digit = moved[digit]
        check = times(check, digit)
    return check == 0


@given(st.text(max_size=30), st.sampled_from(["无", "否认", "未见"]))
def test_a_text_that_begins_with_a_denial_is_never_a_diagnosis(text: str, denial: str) -> None:
    assert CATALOGUE.problems_for(None, None, denial + text) == ()
