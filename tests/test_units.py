"""Units as printed become UCUM; factors within a dimension; constants that the vectors were made with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu import units
from kanglu.errors import UnitError
from kanglu.unit_words import EXACT, WRITTEN

PRINTED = [
    ("mmHg", "mm[Hg]"),
    ("MMHG", "mm[Hg]"),
    ("mm Hg", "mm[Hg]"),
    ("mm[Hg]", "mm[Hg]"),
    ("毫米汞柱", "mm[Hg]"),
    ("×10⁹/L", "10*9/L"),
    ("x10^9/L", "10*9/L"),
    ("10^9/L", "10*9/L"),
    ("10*9/L", "10*9/L"),
    ("10E9/L", "10*9/L"),
    ("*10^9/l", "10*9/L"),
    ("G/L", "10*9/L"),
    ("10^12/L", "10*12/L"),
    ("×10¹²/L", "10*12/L"),
    ("T/L", "10*12/L"),
    ("10^3/uL", "10*3/uL"),
    ("K/uL", "10*3/uL"),
    ("K/ul", "10*3/uL"),
    ("M/uL", "10*6/uL"),
    ("μmol/L", "umol/L"),
    ("µmol/L", "umol/L"),
    ("umol/l", "umol/L"),
    ("UMOL/L", "umol/L"),
    ("mmol / L", "mmol/L"),
    ("ｍｍｏｌ／Ｌ", "mmol/L"),
    ("mg / dl", "mg/dL"),
    ("mg/dl", "mg/dL"),
    ("g/l", "g/L"),
    ("G/DL", "g/dL"),
    ("U/L", "U/L"),
    ("u/l", "U/L"),
    ("IU/L", "[IU]/L"),
    ("[iU]/L", "[IU]/L"),
    ("mIU/L", "m[IU]/L"),
    ("μIU/mL", "u[IU]/mL"),
    ("m[IU]/L", "m[IU]/L"),
    ("bpm", "/min"),
    ("次/分", "/min"),
    ("beats/min", "/min"),
    ("℃", "Cel"),
    ("°C", "Cel"),
    ("°F", "[degF]"),
    ("kg/m²", "kg/m2"),
    ("kg/㎡", "kg/m2"),
    ("Kg/m2", "kg/m2"),
    ("mL/min/1.73m²", "mL/min/{1.73_m2}"),
    ("ml/min/1.73㎡", "mL/min/{1.73_m2}"),
    ("mL/(min·1.73m²)", "mL/min/{1.73_m2}"),
    ("mL/min/{1.73_m2}", "mL/min/{1.73_m2}"),
    ("mm/h", "mm/h"),
    ("mm/1h", "mm/h"),
    ("个/HP", "/[HPF]"),
    ("/HPF", "/[HPF]"),
    ("μg/mL FEU", "ug/mL{FEU}"),
    ("%", "%"),
    ("％", "%"),
    ("fL", "fL"),
    ("fl", "fL"),
    ("pg/ml", "pg/mL"),
    ("斤", "{jin}"),
    ("厘米", "cm"),
    ("公斤", "kg"),
    ("分钟/周", "min/wk"),
    ("mmol/mol", "mmol/mol"),
    ("10*3/uL", "10*3/uL"),
    ("{score}", "{score}"),
    ("258813002", "mmol/L"),
]


@pytest.mark.parametrize(("printed", "ucum"), PRINTED)
def test_what_laboratories_print_becomes_ucum(printed: str, ucum: str) -> None:
    assert units.normalise(printed) == ucum


@pytest.mark.parametrize("ucum", sorted({*WRITTEN.values(), *EXACT.values()}))
def test_ucum_is_left_as_it_is(ucum: str) -> None:
    assert units.normalise(ucum) == ucum


@pytest.mark.parametrize(
    "text", ["", " ", "WBC", "餐后2h", "左", "mmol//L", "10*", "/", "mg/dL/", "foo/L", "2.5", "kgkg"]
)
def test_what_is_no_unit_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(UnitError) as error:
        units.normalise(text)
    assert error.value.remedy


FACTORS = [
    ("g/L", "mg/dL", 100),
    ("g/dL", "g/L", 10),
    ("mmol/L", "umol/L", 1000),
    ("kg", "[lb_av]", 2.2046226218488),
    ("[lb_av]", "kg", 0.45359237),
    ("[in_i]", "cm", 2.54),
    ("m", "cm", 100),
    ("[ft_i]", "cm", 30.48),
    ("kPa", "mm[Hg]", 7.5006157584566),
    ("cm[Hg]", "mm[Hg]", 10),
    ("wk", "d", 7),
    ("h", "min", 60),
    ("min/d", "min/wk", 7),
    ("h/wk", "min/wk", 60),
    ("10*3/uL", "10*9/L", 1),
    ("10*6/uL", "10*12/L", 1),
    ("/uL", "10*9/L", 0.001),
    ("/[HPF]", "/[HPF]", 1),
    ("ng/mL", "ug/L", 1),
    ("pg/mL", "ng/L", 1),
    ("mg/mmol", "g/mol", 1),
    ("u[IU]/mL", "m[IU]/L", 1),
    ("U/mL", "kU/L", 1),
    ("ukat/L", "U/L", 60),
    ("%", "1", 0.01),
    ("L/L", "%", 100),
    ("mL/min/{1.73_m2}", "mL/min", 1),
    ("kcal", "kJ", 4.184),
    ("[Cal]", "kcal", 1),
    ("g/cm2", "kg/m2", 10),
]


@pytest.mark.parametrize(("source", "target", "expected"), FACTORS)
def test_a_factor_within_a_dimension(source: str, target: str, expected: float) -> None:
    assert units.factor(source, target) == pytest.approx(expected, rel=1e-12)
    assert units.factor(target, source) == pytest.approx(1 / expected, rel=1e-12)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("mg/dL", "mmol/L"),
        ("kg", "cm"),
        ("U/L", "[IU]/L"),
        ("Cel", "K"),
        ("mm[Hg]", "mm"),
        ("mmol/mol", "mmol/L"),
        ("x", "g"),
    ],
)
def test_units_of_two_dimensions_have_no_factor(source: str, target: str) -> None:
    with pytest.raises(UnitError):
        units.factor(source, target)


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (98.6, "[degF]", "Cel", 37.0),
        (37.0, "Cel", "[degF]", 98.6),
        (0, "Cel", "K", 273.15),
        (-40, "Cel", "[degF]", -40),
    ],
)
def test_temperatures_convert_with_their_offset(
    value: float, source: str, target: str, expected: float
) -> None:
    assert units.convert(value, source, target) == pytest.approx(expected)


@given(st.floats(-1e6, 1e6), st.sampled_from(FACTORS))
def test_there_and_back_is_the_same_value(value: float, units_pair: tuple[str, str, float]) -> None:
    source, target, _ = units_pair
    assert units.convert(units.convert(value, source, target), target, source) == pytest.approx(
        value, rel=1e-12
    )


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused_and_reading_is_stable(text: str) -> None:
    try:
        found = units.normalise(text)
    except UnitError:
        return
    assert units.normalise(found) == found
