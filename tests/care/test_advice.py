"""A person's advice: chosen by what the record holds, never against it, at most a page, the same anywhere."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanglu.care.advice import A_KIND, KINDS, PAGE, Advised, advice_of, advise, choose
from kanglu.care.invented import Invented, known_of
from kanglu.catalogue.advice import advice_book
from kanglu.record.facts import (
    AllergyIntolerance,
    Condition,
    Fact,
    Identifier,
    MedicationStatement,
    Observation,
    PersonStatement,
)

BOOK = advice_book()
CATALOGUE = BOOK.rules.catalogue
DAY = date(2026, 11, 22)
WOMAN = Invented(1, date(1970, 1, 1), "female", date(2020, 1, 1))


def problem(name: str, **other: Any) -> Condition:
    return Condition(1, None, None, "2020-05-01", display=CATALOGUE.problems[name].name["zh"], **other)


def drug(name: str) -> MedicationStatement:
    code = CATALOGUE.drug_classes[name].atc[0]
    return MedicationStatement(1, "http://www.whocc.no/atc", code, "2024-01-01")


def value(indicator: str, number: float, day: str = "2026-10-01") -> Observation:
    return Observation(1, indicator, day, value=number, unit=CATALOGUE.indicators[indicator].unit)


def coded(indicator: str, code: str, day: str = "2026-10-01") -> Observation:
    return Observation(1, indicator, day, value_code=code)


def allergy(text: str, **other: Any) -> AllergyIntolerance:
    return AllergyIntolerance(1, None, None, None, display=text, **other)


def advised(
    *facts: Fact, who: Invented = WOMAN, lang: Any = "zh", limit: int = 200, as_of: date = DAY
) -> Advised:
    return choose(known_of([who], facts, as_of), BOOK, lang, limit=limit)[1]


def ids(found: Advised) -> set[str]:
    return {one.id for one in found.given}


def because(found: Advised) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {one.id: (one.because, one.of) for one in found.withheld}


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ([problem("hypertension")], "diet.salt.hypertension"),
        ([value("salt_g_day", 9)], "diet.salt.high_intake"),
        ([value("ldl_c", 3.4)], "diet.fat.cholesterol"),
        ([problem("gout")], "diet.purine.gout"),
        ([value("potassium", 5.1)], "diet.ckd.potassium"),
        ([problem("diabetes"), value("hba1c", 7.0)], "diet.glucose.high"),
        ([drug("anticoagulant")], "medicine.anticoagulant"),
        ([drug("insulin")], "diet.glucose.hypo_snack"),
        ([value("phq9", 10)], "mind.phq9.moderate"),
        ([value("phq9", 15)], "mind.phq9.severe"),
        ([value("sbp", 180, "2026-11-01")], "exercise.pressure_first"),
        ([problem("heart_failure")], "monitoring.weight.hf"),
        ([coded("smoking_status", "current")], "rest.smoking"),
        ([coded("tcm_qi_deficiency", "tendency")], "tcm.qi_deficiency.diet"),
        ([problem("diabetes")], "monitoring.hba1c"),
    ],
)
def test_what_the_record_holds_brings_its_advice(facts: list[Fact], wanted: str) -> None:
    assert wanted in ids(advised(*facts))


@pytest.mark.parametrize(
    ("facts", "unwanted"),
    [
        ([value("ldl_c", 3.39)], "diet.fat.cholesterol"),
        ([value("ldl_c", 5, "2025-11-21")], "diet.fat.cholesterol"),
        ([value("potassium", 5.0)], "diet.ckd.potassium"),
        ([problem("hypertension", clinical_status="resolved")], "diet.salt.hypertension"),
        ([problem("hypertension", verification_status="refuted")], "diet.salt.hypertension"),
        ([coded("tcm_qi_deficiency", "no")], "tcm.qi_deficiency.diet"),
        ([problem("diabetes"), value("hba1c", 6.5)], "monitoring.hba1c"),
    ],
)
def test_what_it_does_not_hold_brings_none(facts: list[Fact], unwanted: str) -> None:
    assert unwanted not in ids(advised(*facts))


def test_an_old_value_counts_to_its_last_day() -> None:
    assert "diet.fat.cholesterol" in ids(advised(value("ldl_c", 5, "2025-11-22")))


# -- contradictions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "gone"),
    [
        ("花生过敏", "diet.nuts"),
        ("Allergy to peanut (finding)", "diet.nuts"),
        ("坚果", "diet.nuts"),
        ("海鲜过敏", "diet.fish"),
        ("Soya", "diet.soy"),
    ],
)
def test_an_allergy_takes_away_what_recommends_its_food(written: str, gone: str) -> None:
    facts = [problem("dyslipidaemia")]
    assert gone in _held_at_all(advised(*facts))
    found = advised(*facts, allergy(written))
    assert gone not in ids(found)
    assert because(found)[gone][0] == "allergy"


def _held_at_all(found: Advised) -> set[str]:
    return ids(found) | {one.id for one in found.withheld if one.because == "page"}


def test_an_allergy_among_the_diagnoses_counts() -> None:
    said = Condition(1, None, None, "2020-01-01", display="花生过敏")
    assert because(advised(problem("dyslipidaemia"), said))["diet.nuts"] == ("allergy", ("坚果",))


@pytest.mark.parametrize(
    "entry",
    [
        allergy("No known allergy to nuts"),
        allergy("否认坚果过敏"),
        allergy("坚果", clinical_status="resolved"),
        allergy("坚果", verification_status="refuted"),
        allergy("坚果", status="entered-in-error"),
        allergy("青霉素"),
    ],
)
def test_what_is_no_allergy_takes_nothing_away(entry: AllergyIntolerance) -> None:
    assert "diet.nuts" in _held_at_all(advised(problem("dyslipidaemia"), entry))


def test_a_suspected_allergy_counts() -> None:
    found = advised(problem("dyslipidaemia"), allergy("坚果", verification_status="unconfirmed"))
    assert because(found)["diet.nuts"][0] == "allergy"


def test_a_warning_of_a_food_stays_for_those_who_are_allergic_to_it() -> None:
    assert "diet.purine.gout" in ids(advised(problem("gout"), allergy("虾过敏")))


@pytest.mark.parametrize(
    ("facts", "row", "why"),
    [
        ([problem("hypertension"), drug("acei")], "diet.salt.substitute", "血管紧张素转换酶抑制剂"),
        ([problem("hypertension"), problem("ckd")], "diet.vegetables.hypertension", "慢性肾脏病"),
        ([drug("anticoagulant")], "diet.vegetables.general", "抗凝药"),
        ([problem("gout"), problem("heart_failure")], "diet.purine.water", "心力衰竭"),
        ([problem("diabetes"), problem("chd")], "exercise.aerobic.diabetes", "冠心病"),
        ([coded("tcm_qi_stagnation", "yes"), problem("pregnancy")], "tcm.qi_stagnation.acupoint", "妊娠"),
    ],
)
def test_a_disease_or_a_medicine_takes_away_what_harms(facts: list[Fact], row: str, why: str) -> None:
    reason, of = because(advised(*facts))[row]
    assert reason == "condition"
    assert why in of


def test_weak_kidneys_are_known_from_creatinine_alone() -> None:
    """A man of 70 with 180 µmol/L has an eGFR of some 36: potassium is not for him."""
    man = Invented(1, date(1956, 1, 1), "male", date(2020, 1, 1))
    found = advised(problem("hypertension"), value("creatinine", 180), who=man)
    assert because(found)["diet.vegetables.hypertension"][0] == "condition"
    assert because(found)["diet.salt.substitute"] == ("condition", ("估算肾小球滤过率",))


def test_a_stated_egfr_comes_before_the_derived_one() -> None:
    man = Invented(1, date(1956, 1, 1), "male", date(2020, 1, 1))
    found = advised(problem("hypertension"), value("creatinine", 180), value("egfr", 80), who=man)
    assert "diet.vegetables.hypertension" in _held_at_all(found)


def test_rows_of_one_topic_are_alternatives() -> None:
    found = advised(problem("hypertension"), value("salt_g_day", 9))
    assert "diet.salt.high_intake" in ids(found)
    assert because(found)["diet.salt.hypertension"] == ("topic", ("diet.salt.high_intake",))


def test_a_row_that_excludes_others_stands_alone() -> None:
    found = advised(problem("anaemia"), value("hgb", 80), value("exercise_min_week", 30))
    assert "exercise.anaemia" in ids(found)
    assert because(found)["exercise.aerobic.low"] == ("excluded", ("exercise.anaemia",))


# -- who, how much, in which words -----------------------------------------------------------------


@pytest.mark.parametrize(
    "who",
    [
        Invented(1, date(2008, 11, 23), "female", date(2020, 1, 1)),
        Invented(1, None, "female", date(2020, 1, 1)),
        Invented(1, date(1970, 1, 1), "female", date(2020, 1, 1), died=date(2026, 11, 22)),
    ],
)
def test_children_the_dead_and_those_of_unknown_age_are_given_none(who: Invented) -> None:
    found = advised(problem("hypertension"), who=who)
    assert (found.given, found.withheld) == ((), ())


def test_the_eighteenth_birthday_makes_an_adult() -> None:
    assert advised(who=Invented(1, date(2008, 11, 22), "female", date(2020, 1, 1))).given


def test_a_page_holds_twelve_sentences_and_four_of_a_kind() -> None:
    sick = [problem(name) for name in ("hypertension", "diabetes", "gout", "copd", "osteoporosis", "chd")]
    found = advised(*sick, *map(drug, ("insulin", "statin", "antiplatelet", "nitrate")), limit=PAGE)
    assert len(found.given) == PAGE
    assert max(sum(one.kind == kind for one in found.given) for kind in KINDS) <= A_KIND
    cut = {one.id for one in found.withheld if one.because == "page"}
    assert cut
    full = {kind for kind in KINDS if sum(one.kind == kind for one in found.given) == A_KIND}
    last = max(BOOK.rows[one.id].order for one in found.given)
    assert all(BOOK.rows[one].kind in full or BOOK.rows[one].order >= last for one in cut)


def test_advice_comes_by_kind() -> None:
    places = [KINDS.index(one.kind) for one in advised(problem("diabetes"), limit=PAGE).given]
    assert places == sorted(places)


def test_a_sentence_says_the_persons_numbers_and_why_it_is_there() -> None:
    for lang, text, why in (
        (
            "zh",
            "您2026年10月1日的低密度脂蛋白胆固醇是4.21 mmol/L，偏高",
            ("低密度脂蛋白胆固醇", "4.21 mmol/L"),
        ),
        ("en", "Your LDL cholesterol was 4.21 mmol/L on 1 Oct 2026", ("LDL cholesterol", "4.21 mmol/L")),
    ):
        (row,) = [
            one for one in advised(value("ldl_c", 4.21), lang=lang).given if one.id == "diet.fat.cholesterol"
        ]
        assert row.text.startswith(text)
        assert [(one.what, one.value, one.on) for one in row.why] == [(*why, date(2026, 10, 1))]
        assert row.source == "成人高脂血症食养指南(2023年版) · 少盐控糖，限制饱和脂肪和胆固醇"
        assert (row.strength, row.version, row.checked) == ("strong", 1, False)


def test_only_what_holds_is_named_as_the_reason() -> None:
    (row,) = [one for one in advised(problem("chd")).given if one.id == "diet.fat.chd"]
    assert [(one.what, one.on) for one in row.why] == [("冠心病", date(2020, 5, 1))]


def test_what_was_never_measured_is_said_to_be_not_recorded() -> None:
    (row,) = [one for one in advised(problem("diabetes")).given if one.id == "monitoring.hba1c"]
    assert ("糖化血红蛋白", "未记录") in [(one.what, one.value) for one in row.why]


@pytest.mark.parametrize(("day", "row"), [("2026-11-21", "season.lidong"), ("2026-11-22", "season.xiaoxue")])
def test_the_season_has_its_sentence(day: str, row: str) -> None:
    found = advised(as_of=date.fromisoformat(day))
    (given,) = [one for one in found.given if one.topic == "season"]
    assert given.id == row
    assert given.why[-1].what == "节气"


def test_each_of_many_is_given_what_they_would_be_given_alone() -> None:
    people = [
        Invented(n, date(1950 + n, 1, 1), "male" if n % 2 else "female", date(2020, 1, 1))
        for n in range(1, 6)
    ]
    facts = [
        fact._replace(person_id=who.id)
        for who in people
        for fact in [
            (problem("gout"), value("sbp", 120 + 15 * who.id), drug("statin"), allergy("鱼"))[who.id % 4]
        ]
    ]
    together = choose(known_of(people, facts, DAY), BOOK, "zh")
    for who in people:
        alone = choose(known_of([who], [one for one in facts if one.person_id == who.id], DAY), BOOK, "zh")
        assert together[who.id] == alone[who.id]


# -- whatever the record holds ---------------------------------------------------------------------

_PROBLEMS = st.lists(st.sampled_from(sorted(CATALOGUE.problems)), max_size=6, unique=True)
_DRUGS = st.lists(
    st.sampled_from(sorted(name for name, one in CATALOGUE.drug_classes.items() if one.atc)),
    max_size=5,
    unique=True,
)
_VALUES = st.fixed_dictionaries(
    {},
    optional={
        "sbp": st.integers(90, 200),
        "ldl_c": st.floats(1, 6),
        "hba1c": st.floats(5, 11),
        "bmi": st.floats(16, 36),
        "egfr": st.integers(10, 110),
        "potassium": st.floats(3, 6),
        "uric_acid": st.integers(200, 600),
        "phq9": st.integers(0, 27),
        "sleep_hours": st.integers(3, 11),
    },
)
_ALLERGIES = st.lists(st.sampled_from(sorted(BOOK.allergens)), max_size=3, unique=True)


@settings(max_examples=60, deadline=None)
@given(_PROBLEMS, _DRUGS, _VALUES, _ALLERGIES, st.integers(1930, 2008), st.sampled_from(["male", "female"]))
def test_no_advice_stands_against_another_or_against_the_record(
    problems: list[str], drugs: list[str], values: dict[str, float], allergies: list[str], born: int, sex: str
) -> None:
    facts: Iterable[Fact] = [
        *map(problem, problems),
        *map(drug, drugs),
        *(value(name, number) for name, number in values.items()),
        *(allergy(BOOK.allergens[name].keywords[0]) for name in allergies),
    ]
    who = Invented(1, date(born, 1, 1), sex, date(2020, 1, 1))
    found = advised(*facts, who=who, lang="en", limit=PAGE)
    rows = [BOOK.rows[one.id] for one in found.given]
    assert len(rows) <= PAGE
    assert len({row.topic for row in rows}) == len(rows)
    for row in rows:
        assert not set(row.excludes) & ids(found)
        assert not set(allergies) & BOOK.names[row.id]
    for one in found.given:
        assert "{" not in one.text
        assert "not known" not in one.text
        assert one.why
    assert not {one.id for one in found.withheld} & ids(found)


# -- the same anywhere -----------------------------------------------------------------------------


@pytest.fixture
def backend() -> str:
    """Advice is the same whatever database the facts come from."""
    return "sqlite"


def test_a_notebook_says_what_the_record_says(store: Any) -> None:
    with store.batch("a folder/of/files.csv") as writer:
        who = writer.person(
            PersonStatement((Identifier("test", "1"),), name="人", sex="female", birth_date="1950-03-01")
        )
        for fact in (
            *(problem("hypertension"), problem("diabetes"), drug("statin"), allergy("花生过敏")),
            *(value("sbp", 152, "2025-06-01"), value("creatinine", 150, "2025-06-01")),
            coded("smoking_status", "current", "2025-06-01"),
        ):
            writer.add(fact._replace(person_id=who))
    number = store.panel("all").record_numbers[0]
    person = store.person(number).view
    day = date(2025, 12, 31)
    from_store = advise(store, [person.id], as_of=day, known=store.known)[person.id]
    from_dossier = advice_of(store.dossier(number), day, "zh")
    assert from_store == from_dossier
    assert from_store.given
    assert {one.because for one in from_store.withheld} >= {"allergy", "condition", "topic"}
