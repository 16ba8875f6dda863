"""Where numbers came from: given readings of a year, their files, days, origins and units."""

from kanglu.insight.history import history
from kanglu.insight.sources import conversions, file_of, sources

KNOWN = {"sbp", "tc", "fpg"}


def past(woman):
    return history(woman.frame("observation"), "2025-12-31T23:59:59")


def of(woman, year=2025):
    return sources(past(woman), KNOWN, year, woman.dossier().batches)


def test_measurements_are_grouped_by_file_and_origin_newest_first(someone):
    woman = someone()
    for row, day in enumerate(("2025-05-01", "2025-01-07T08:00:00", "2025-03-01"), 2):
        woman.seen("sbp", 120, day, source=f"labs.csv#{row}", origin="measured")
    woman.seen("tc", 5, "2025-05-01", source="labs.csv#9", origin="measured")
    woman.seen("fpg", 5, "2025-11-01", source="Observation/4711").seen(
        "fpg", 6, "2024-11-01", source="old.csv#1"
    )
    woman.seen("weight", 60, "2025-12-01", source="other.csv#1")
    first, second = of(woman)
    assert (first.file, first.origin, first.n) == ("Observation", "imported", 1)
    assert (second.file, second.n, second.first, second.last) == ("labs.csv", 4, "2025-01-07", "2025-05-01")
    assert second.indicators == ("sbp", "tc")
    assert (second.batch, second.recorded) == ("体检", "2026-01-05T01:00:00.000000Z")


def test_a_fact_without_a_source_is_named_by_its_batch(someone):
    assert of(someone().seen("sbp", 120))[0].file == "体检"


def test_a_file_is_what_stands_before_the_row():
    assert file_of("a#b.csv#17") == "a#b.csv"
    assert file_of("Observation/4711") == "Observation"
    assert file_of(None) == ""


def stated(woman, value, original, unit, **more):
    return woman.seen(
        "tc",
        value,
        unit="mmol/L",
        original_value=original,
        original_unit=unit,
        effective="2025-05-01",
        **more,
    )


def test_a_unit_is_converted_where_the_number_changed(someone):
    (found,) = conversions(past(stated(someone(), 5.17, "200", "mg/dL")), KNOWN, 2025)
    assert (found.indicator, found.stated, found.unit, found.n) == ("tc", "mg/dL", "mmol/L", 1)


def test_a_value_with_a_comparator_is_converted_too(someone):
    woman = stated(someone(), 5.17, ">200", "mg/dL", comparator=">")
    assert conversions(past(woman), KNOWN, 2025)[0].n == 1


def test_another_spelling_or_no_number_converts_nothing(someone):
    woman = stated(someone(), 5.17, "5.17", "mmol/l")
    stated(woman, 5.18, None, "mg/dL")
    woman.seen("tc", value_text="溶血", unit="mmol/L", original_value="溶血", original_unit="mg/dL")
    assert conversions(past(woman), KNOWN, 2025) == ()
    assert conversions(past(stated(someone(), 5.17, "200", "mg/dL")), KNOWN, 2024) == ()
