"""Every indicator of the defaults holds together: limits, ranges, units, codes, names."""

import csv
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu import catalogue, units
from kanglu.catalogue import Indicator
from kanglu.catalogue.models import Band, check_digit
from kanglu.errors import UnitError

VECTORS = Path(__file__).parents[1] / "data" / "vectors"
CATALOGUE = catalogue.current()
ALL = list(CATALOGUE.indicators.values())
QUANTITIES = [one for one in ALL if one.kind == "quantity"]
NAMED_ELSEWHERE = """
sbp dbp heart_rate resting_heart_rate respiratory_rate body_temperature spo2 height weight bmi waist
hip whr body_fat wbc plt rbc hgb hct mcv mch mchc rdw_cv neut_pct lymph_pct mono_pct eos_pct
baso_pct neut lymph mono eos baso alt ast alp ggt ldh ck tbil dbil ibil total_protein albumin
globulin ag_ratio prealbumin creatinine uric_acid urea cystatin_c egfr uacr potassium sodium
chloride calcium phosphate magnesium bicarbonate tc tg hdl_c ldl_c non_hdl_c apo_a1 apo_b lp_a
homocysteine fpg glucose glucose_2h hba1c insulin_fasting c_peptide cgm_glucose ketone tsh ft3 ft4
t3 t4 pt aptt tt inr fibrinogen d_dimer afp cea ca125 ca199 ca153 ca724 psa fpsa nse cyfra211 scc
crp hs_crp esr ferritin vitamin_d urine_protein urine_glucose urine_blood urine_ketone urine_wbc
urine_ph urine_sg smoking_status passive_smoking alcohol_use alcohol_liang_day exercise_min_week
sleep_hours salt_g_day stress_level mood_score steps active_minutes sedentary_minutes energy_kcal
distance_km sleep_minutes minutes_in_bed family_history_ascvd family_history_diabetes
family_history_hypertension residence_north residence_urban
"""
WITH_NOISE = "tc tg hdl_c ldl_c fpg hba1c alt ast ggt creatinine urea uric_acid hgb wbc plt potassium tsh crp"


def ids(indicators: list[Indicator]) -> list[str]:
    return [one.id for one in indicators]


def test_there_are_enough() -> None:
    assert len(ALL) >= 130
    assert {one.group for one in ALL} == set(CATALOGUE.groups)


@pytest.mark.parametrize(
    "name",
    NAMED_ELSEWHERE.split(),
)
def test_what_other_rooms_name_is_there(name: str) -> None:
    assert name in CATALOGUE.indicators


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("sbp", "mm[Hg]"),
        ("hgb", "g/L"),
        ("creatinine", "umol/L"),
        ("tc", "mmol/L"),
        ("hba1c", "%"),
        ("egfr", "mL/min/{1.73_m2}"),
        ("uacr", "mg/g"),
        ("wbc", "10*9/L"),
        ("d_dimer", "mg/L"),
        ("exercise_min_week", "min/wk"),
    ],
)
def test_canonical_units(name: str, unit: str) -> None:
    assert CATALOGUE.indicators[name].unit == unit


@pytest.mark.parametrize("one", ALL, ids=ids(ALL))
def test_names_are_chinese_and_english(one: Indicator) -> None:
    assert set(one.name) == {"zh", "en"}
    assert not re.search(r"[一-鿿]", one.name["en"])
    assert all(unicodedata.normalize("NFKC", name) == name.strip() for name in one.name.values())


@pytest.mark.parametrize("one", ALL, ids=ids(ALL))
def test_every_name_leads_back(one: Indicator) -> None:
    for name in (one.id, *one.name.values(), *one.aliases):
        match = CATALOGUE.match_header(name)
        assert match is not None, name
        assert match.indicator is one, name


@pytest.mark.parametrize("one", ALL, ids=ids(ALL))
def test_every_code_leads_back(one: Indicator) -> None:
    for code in one.loinc:
        assert CATALOGUE.indicator_for_code("http://loinc.org", code) is one
        number, digit = code.split("-")
        assert check_digit(number) == int(digit)


@pytest.mark.parametrize("one", QUANTITIES, ids=ids(QUANTITIES))
def test_limits_lie_within_each_other(one: Indicator) -> None:
    assert one.possible is not None, "say what is physically possible"
    low, high = one.possible
    for band in (*one.reference, *one.targets):
        assert band.low is None or low <= band.low <= high
        assert band.high is None or low <= band.high <= high
        if one.critical and isinstance(band, catalogue.ReferenceRange):
            critical_low, critical_high = one.critical
            assert critical_low is None or band.low is None or critical_low < band.low
            assert critical_high is None or band.high is None or band.high < critical_high
    if one.critical:
        assert low < (one.critical[0] or high) <= high
        assert low <= (one.critical[1] or low) < high


@pytest.mark.parametrize("one", ALL, ids=ids(ALL))
def test_a_person_has_at_most_one_range(one: Indicator) -> None:
    for sex in ("male", "female", None):
        own = [band for band in one.reference if band.sex == sex]
        for age in range(121):
            assert sum(band.fits(sex, age) for band in own) <= 1, (sex, age)


@pytest.mark.parametrize("one", [one for one in ALL if one.reference], ids=lambda one: one.id)
def test_every_range_states_its_source(one: Indicator) -> None:
    assert all(band.source or one.source for band in one.reference)
    assert all(target.source or one.source for target in one.targets)


@pytest.mark.parametrize("one", QUANTITIES, ids=ids(QUANTITIES))
def test_every_unit_converts_there_and_back(one: Indicator) -> None:
    assert one.possible is not None
    for unit in one.units:
        for value in (*one.possible, sum(one.possible) / 2):
            assert one.convert(one.express(value, unit), unit) == pytest.approx(value, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("one", QUANTITIES, ids=ids(QUANTITIES))
def test_a_factor_within_a_dimension_is_the_one_of_ucum(one: Indicator) -> None:
    assert one.unit is not None
    for unit, conversion in one.units.items():
        try:
            expected = units.factor(unit, one.unit)
        except UnitError:
            continue
        if "{" not in unit + one.unit and one.unit not in ("1", "%") and unit != "1":
            assert conversion.factor / conversion.divide_by == pytest.approx(expected, rel=1e-9), unit


@pytest.mark.parametrize("one", QUANTITIES, ids=ids(QUANTITIES))
def test_laboratory_values_know_their_noise(one: Indicator) -> None:
    if one.variation:
        assert 0 < one.variation.cv_within < 60
        assert 0 < one.variation.cv_analytical < 30
        assert one.variation.source or one.variation_source


def test_the_core_laboratory_values_have_a_variation() -> None:
    for name in WITH_NOISE.split():
        assert CATALOGUE.indicators[name].variation, name


@pytest.mark.parametrize("one", [one for one in ALL if one.codes], ids=lambda one: one.id)
def test_every_spelling_of_an_answer_leads_to_its_code(one: Indicator) -> None:
    for code, answer in one.codes.items():
        for spelling in (code, *answer.name.values(), *answer.aliases):
            assert one.code_for(spelling) == code
        for system in ("snomed", "loinc"):
            for coded in getattr(answer, system):
                assert one.code_for_coding(system, coded) == code


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("阴性", "neg"),
        ("-", "neg"),
        ("（－）", "neg"),
        ("Negative", "neg"),
        ("阴性(-)", "neg"),
        ("±", "trace"),
        ("+-", "trace"),
        ("弱阳性", "trace"),
        ("+", "1+"),
        ("1+", "1+"),
        ("＋", "1+"),
        ("阳性(+)", "1+"),
        ("++", "2+"),
        ("(++)", "2+"),
        ("+++", "3+"),
        ("4+", "4+"),
        ("未查", None),
        ("", None),
    ],
)
def test_urine_strip_results_as_printed(printed: str, code: str | None) -> None:
    assert CATALOGUE.indicators["urine_protein"].code_for(printed) == code


@pytest.mark.parametrize(
    ("snomed", "code"),
    [
        ("266919005", "never"),
        ("8517006", "former"),
        ("449868002", "current"),
        ("77176002", "current"),
        ("1", None),
    ],
)
def test_smoking_status_by_snomed(snomed: str, code: str | None) -> None:
    assert CATALOGUE.indicators["smoking_status"].code_for_coding("snomed", snomed) == code


ANALYTES = {"total_cholesterol": "tc", "triglycerides": "tg"}


def rows(name: str) -> list[dict[str, str]]:
    with (VECTORS / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows("unit_conversions.csv"), ids=lambda row: row["case_id"])
def test_conversions_of_the_vectors(row: dict[str, str]) -> None:
    one = CATALOGUE.indicators[ANALYTES.get(row["analyte"], row["analyte"])]
    value = one.express(one.convert(float(row["value"]), row["unit_from"]), row["unit_to"])
    assert value == pytest.approx(float(row["expected"]), abs=10 ** -len(row["expected"].split(".")[1]))


@pytest.mark.parametrize("row", rows("hba1c_conversion.csv"), ids=lambda row: row["case_id"])
def test_hba1c_between_ngsp_and_ifcc(row: dict[str, str]) -> None:
    hba1c = CATALOGUE.indicators["hba1c"]
    percent, ifcc = float(row["hba1c_ngsp_percent"]), float(row["hba1c_ifcc_mmol_mol_exact"])
    assert hba1c.express(percent, "mmol/mol") == pytest.approx(ifcc, abs=1e-4)
    assert hba1c.convert(ifcc, "mmol/mol") == pytest.approx(percent, abs=1e-5)


def test_the_constants_are_the_catalogues() -> None:
    of = CATALOGUE.indicators
    assert of["glucose"].express(1, "mg/dL") == pytest.approx(units.GLUCOSE)
    assert of["ldl_c"].express(1, "mg/dL") == pytest.approx(units.CHOLESTEROL)
    assert of["tg"].express(1, "mg/dL") == pytest.approx(units.TRIGLYCERIDE)
    assert of["creatinine"].convert(1, "mg/dL") == pytest.approx(units.CREATININE)
    assert of["uric_acid"].convert(1, "mg/dL") == pytest.approx(units.URIC_ACID)
    assert of["uacr"].convert(1, "mg/mmol") == pytest.approx(units.UACR)
    assert of["hba1c"].convert(0, "mmol/mol") == pytest.approx(units.HBA1C_OFFSET)


@pytest.mark.parametrize(
    ("name", "value", "unit", "expected"),
    [
        ("uric_acid", 188.86, "mmol/L", 188860),
        ("sbp", 16, "kPa", 120.00985),
        ("weight", 120, "斤", 60),
        ("height", 1.72, "m", 172),
        ("body_temperature", 98.6, "°F", 37),
        ("hgb", 14.5, "g/dL", 145),
        ("hct", 0.45, "L/L", 45),
        ("urea", 14, "mg/dL", 4.9975),
        ("ft4", 1.2, "ng/dL", 15.445),
        ("alt", 40, "IU/L", 40),
        ("wbc", 6500, "/uL", 6.5),
        ("d_dimer", 0.5, "mg/L DDU", 1.0),
        ("urine_sg", 1.015, None, 1.015),
        ("inr", 1.1, "", 1.1),
    ],
)
def test_conversions_that_laboratories_ask_for(
    name: str, value: float, unit: str | None, expected: float
) -> None:
    assert CATALOGUE.indicators[name].convert(value, unit) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "unit"),
    [("sbp", None), ("sbp", ""), ("tc", "kg"), ("tc", "cans"), ("hgb", "G/L"), ("lp_a", "nmol/L")],
)
def test_a_unit_that_does_not_fit_is_refused_and_names_those_that_do(name: str, unit: str | None) -> None:
    with pytest.raises(UnitError) as error:
        CATALOGUE.indicators[name].convert(1, unit)
    assert error.value.remedy


def test_what_contradicts_its_unit_is_not_possible() -> None:
    of = CATALOGUE.indicators
    assert not of["uric_acid"].possible_value(of["uric_acid"].convert(188.86, "mmol/L"))
    assert not of["total_protein"].possible_value(of["total_protein"].convert(65.5, "g/dL"))
    assert not of["globulin"].possible_value(of["globulin"].convert(2.9, "g/L"))
    assert of["sbp"].possible_value(220)
    assert not of["sbp"].possible_value(0)


@pytest.mark.parametrize(
    ("name", "sex", "age", "low", "high"),
    [
        ("creatinine", "male", 59, 57, 97),
        ("creatinine", "male", 60, 57, 111),
        ("creatinine", "female", 59.9, 41, 73),
        ("creatinine", "female", None, 41, 73),
        ("hgb", "female", 40, 115, 150),
        ("alp", "female", 49, 35, 100),
        ("alp", "female", 50, 50, 135),
        ("waist", "male", 40, None, 90),
        ("sbp", None, None, 90, 140),
    ],
)
def test_the_range_of_a_person(
    name: str, sex: str | None, age: float | None, low: float | None, high: float | None
) -> None:
    found = CATALOGUE.indicators[name].range_for(sex, age)
    assert found is not None
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize(
    ("name", "sex", "age"),
    [
        ("hgb", None, 40),
        ("hgb", "other", 40),
        ("hgb", "male", 17),
        ("sbp", "male", 17),
        ("psa", "female", 60),
    ],
)
def test_where_no_range_is_known_none_is_given(name: str, sex: str | None, age: float) -> None:
    assert CATALOGUE.indicators[name].range_for(sex, age) is None


@pytest.mark.parametrize(
    ("value", "position"), [(89, "low"), (90, "within"), (139.9, "within"), (140, "high"), (180, "high")]
)
def test_a_hundred_and_forty_is_high_and_ninety_is_not_low(value: float, position: str) -> None:
    found = CATALOGUE.indicators["sbp"].range_for("male", 50)
    assert found is not None
    assert found.position(value) == position


def test_a_closed_end_belongs_to_the_range() -> None:
    assert Band(low=1, high=2).position(2) == "within"
    assert Band(low=1, high=2, low_inclusive=False).position(1) == "low"
    assert Band(low=1).position(1e9) == "within"


@pytest.mark.parametrize(
    ("name", "age", "problems", "high"),
    [
        ("sbp", 64, ("hypertension",), 140),
        ("sbp", 65, ("hypertension",), 150),
        ("sbp", 65, (), None),
        ("dbp", 80, ("hypertension",), 90),
        ("hba1c", 50, ("diabetes",), 7.0),
        ("hba1c", 50, (), None),
        ("fpg", 50, frozenset({"diabetes", "hypertension"}), 7.0),
        ("ldl_c", 50, ("chd",), 1.8),
        ("ldl_c", 50, (), None),
    ],
)
def test_the_target_of_a_person(name: str, age: float, problems: tuple[str, ...], high: float | None) -> None:
    target = CATALOGUE.indicators[name].target_for(age, problems)
    assert (target.high if target else None) == high


def test_the_target_for_a_waist_needs_the_sex() -> None:
    waist = CATALOGUE.indicators["waist"]
    assert waist.target_for(40) is None
    target = waist.target_for(40, sex="female")
    assert target is not None
    assert target.high == 85


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("hba1c", 7.04, "7.0"),
        ("sbp", 120.0, "120"),
        ("tc", 4.996, "5.00"),
        ("base_excess", -0.04, "0.0"),
        ("urine_sg", 1.015, "1.015"),
    ],
)
def test_values_are_written_with_their_decimals(name: str, value: float, text: str) -> None:
    assert CATALOGUE.indicators[name].format(value) == text


def test_vital_signs_come_first() -> None:
    order = [one.order for one in ALL]
    assert order == sorted(order)
    assert ALL[0].id == "sbp"


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        CATALOGUE.indicators["sbp"] = ALL[1]  # type: ignore[index]
    with pytest.raises(ValueError, match="frozen"):
        ALL[0].unit = "kPa"  # type: ignore[misc]


def test_loincs_notice_stands_with_the_definitions() -> None:
    notice = Path(catalogue.__file__).parent / "defaults" / "NOTICE-LOINC.txt"
    assert notice.read_text(encoding="utf-8").strip() == catalogue.LOINC_NOTICE
    assert "http://loinc.org/license" in catalogue.LOINC_NOTICE


@given(st.integers(1, 9_999_999))
def test_a_wrong_check_digit_is_always_seen(number: int) -> None:
    digit = check_digit(str(number))
    for wrong in set(range(10)) - {digit}:
        with pytest.raises(ValueError, match="check digit"):
            Indicator(
                id="x", group="g", kind="text", name={"zh": "甲", "en": "a"}, loinc=(f"{number}-{wrong}",)
            )


def test_reading_twice_gives_the_same_revision() -> None:
    assert catalogue.load().revision == CATALOGUE.revision
    assert re.fullmatch(r"[0-9a-f]{12}", CATALOGUE.revision)
