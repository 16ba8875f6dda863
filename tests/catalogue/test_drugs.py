"""Which classes a medicine belongs to, by code and by the names prescriptions print."""

import pytest

from kanglu import catalogue
from kanglu.catalogue.models import DrugClass

CATALOGUE = catalogue.current()

NAMED = [
    ("苯磺酸氨氯地平片", {"antihypertensive", "calcium_channel_blocker"}),
    ("硝苯地平控释片 30mg", {"antihypertensive", "calcium_channel_blocker"}),
    ("缬沙坦氢氯噻嗪片", {"antihypertensive", "arb", "thiazide", "diuretic"}),
    ("厄贝沙坦", {"antihypertensive", "arb"}),
    ("盐酸贝那普利片", {"antihypertensive", "acei"}),
    ("琥珀酸美托洛尔缓释片", {"antihypertensive", "beta_blocker"}),
    ("呋塞米片", {"diuretic"}),
    ("阿托伐他汀钙片", {"statin", "lipid_lowering"}),
    ("瑞舒伐他汀", {"statin", "lipid_lowering"}),
    ("依折麦布", {"lipid_lowering"}),
    ("盐酸二甲双胍缓释片", {"antidiabetic", "metformin"}),
    ("格列美脲片", {"antidiabetic", "sulfonylurea"}),
    ("达格列净", {"antidiabetic", "sglt2_inhibitor"}),
    ("西格列汀二甲双胍片", {"antidiabetic", "dpp4_inhibitor", "metformin"}),
    ("甘精胰岛素注射液", {"antidiabetic", "insulin"}),
    ("门冬胰岛素30", {"antidiabetic", "insulin"}),
    ("阿司匹林肠溶片", {"antiplatelet"}),
    ("华法林钠片", {"anticoagulant"}),
    ("非布司他片", {"urate_lowering"}),
    ("左甲状腺素钠片", {"thyroid_hormone"}),
    ("24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet", {"antidiabetic", "metformin"}),
    ("Amlodipine 5 MG Oral Tablet", {"antihypertensive", "calcium_channel_blocker"}),
    ("Simvastatin 20 MG Oral Tablet", {"statin", "lipid_lowering"}),
    ("insulin human, isophane 70 UNT/ML", {"antidiabetic", "insulin"}),
    ("olmesartan medoxomil", {"antihypertensive", "arb"}),
    ("Humulin R", {"antidiabetic", "insulin"}),
    ("Coumadin 5mg tablet", {"anticoagulant"}),
    ("Aspirin 81 MG Oral Tablet", {"antiplatelet"}),
]


@pytest.mark.parametrize(("text", "expected"), NAMED)
def test_a_name_leads_to_its_classes(text: str, expected: set[str]) -> None:
    assert set(CATALOGUE.drug_classes_for(None, None, text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "无",
        "甲磺酸伊马替尼(格列卫)",
        "未服用阿司匹林",
        "停用二甲双胍",
        "青霉素过敏",
        "Aspirin allergy",
        "胰岛素泵耗材",
        "胰岛素注射笔针头",
        "奥氮平以外",
        "Acetaminophen 325 MG Oral Tablet",
        "aspirinoid",
    ],
)
def test_what_is_not_taken_or_only_sounds_alike_has_no_class(text: str) -> None:
    assert not set(CATALOGUE.drug_classes_for(None, None, text)) - {"antipsychotic"}


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "316672", {"statin", "lipid_lowering"}),
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "860975", {"antidiabetic", "metformin"}),
        (
            "http://www.nlm.nih.gov/research/umls/rxnorm",
            "316049",
            {"antihypertensive", "thiazide", "diuretic"},
        ),
        ("http://www.whocc.no/atc", "C09CA03", {"antihypertensive", "arb"}),
        ("http://www.whocc.no/atc", "C10AA05", {"statin", "lipid_lowering"}),
        ("http://www.whocc.no/atc", "a10ae04", {"antidiabetic", "insulin"}),
        ("http://www.whocc.no/atc", "B01AC06", {"antiplatelet"}),
        ("http://www.whocc.no/atc", "C03CA01", {"diuretic"}),
        ("http://www.whocc.no/atc", "J01CA04", set()),
        ("http://hl7.org/fhir/sid/ndc", "0056-1072-70", {"anticoagulant"}),
    ],
)
def test_a_code_leads_to_its_classes(system: str, code: str, expected: set[str]) -> None:
    assert set(CATALOGUE.drug_classes_for(system, code, None)) == expected


@pytest.mark.parametrize("drugs", CATALOGUE.drug_classes.values(), ids=lambda drugs: drugs.id)
def test_every_class_answers_to_its_own_names_and_codes(drugs: DrugClass) -> None:
    for word in drugs.keywords:
        assert drugs.id in CATALOGUE.drug_classes_for(None, None, f"{word} 10mg"), word
    for system in ("rxnorm", "snomed", "ndc", "atc"):
        for code in getattr(drugs, system):
            assert drugs.id in CATALOGUE.drug_classes_for(system, code, None)
