"""Trends in words, charts and tables."""

import pytest

from kanglu.catalogue import load
from kanglu.i18n import LANGS, words
from kanglu.insight.trends import trends
from kanglu.reporting.charts import to_svg
from kanglu.reporting.trends import chart, event_text, said, table, title

CATALOGUE = load()


@pytest.fixture
def found(someone):
    """Total cholesterol that rises year by year, with a gap; one weight; a medicine and a visit."""
    her = someone().has("高血压").takes("氨氯地平", "2024-07-01").visit("随访", "2025-03-01", setting="AMB")
    for day, value in (
        ("2016-05-01", 3.0), ("2019-05-01", 3.5), ("2020-05-01", 4.0), ("2021-05-01", 4.4),
        ("2022-05-01", 4.9), ("2023-05-01", 5.4), ("2024-05-01", 5.9), ("2025-05-01", 8.0),
    ):  # fmt: skip
        her.seen("tc", value, day, unit="mmol/L")
    her.seen("weight", 60, "2016-05-01").pressure(150, 80)
    return lambda *chosen, years=None: trends(her.dossier(), CATALOGUE, chosen, years)


def test_the_change_is_said_in_words(found):
    shown = found("tc")
    sentences = said(shown, shown.charts[0], CATALOGUE, words("en"))
    assert sentences[0].startswith("Total cholesterol: last 8.00 mmol/L on 1 May 2025, high (")
    assert any("more than noise would make" in one and "a worsening" in one for one in sentences)
    assert any(one.endswith(": rising.") for one in sentences)
    assert "No values between 2016 and 2019." in sentences


def test_few_values_are_no_trend_and_none_are_said_to_be_none(found):
    shown = found("weight", "sbp", "dbp", years=2)
    assert said(shown, shown.charts[0], CATALOGUE, words("en")) == (
        "Weight: nothing was measured in this time.",
    )
    pressure = said(shown, shown.charts[1], CATALOGUE, words("en"))
    assert "Too few years with values to speak of a trend." in pressure
    assert chart(shown, shown.charts[0], CATALOGUE, words("en")) is None


@pytest.mark.parametrize("lang", LANGS)
def test_a_chart_has_bands_gaps_events_and_words_for_the_blind(found, lang):
    _ = words(lang)
    shown = found("tc")
    spec = chart(shown, shown.charts[0], CATALOGUE, _, shown.happened)
    assert spec.title == title(shown.charts[0], CATALOGUE, _)
    assert [event.label for event in spec.events] == ["+氨氯地平", ""]
    assert len(spec.gaps) == 1
    assert spec.bands
    assert spec.alt in to_svg(spec, lang)


def test_the_table_says_the_same_as_the_chart(found):
    shown = found("sbp", "dbp", "tc")
    rows = table(shown.charts[1], CATALOGUE, words("en"))
    assert len(rows) == 8
    assert (rows[0].day, rows[0].value, rows[0].level) == ("2025-05-01", "8.00", "high")
    assert {row.name for row in table(shown.charts[0], CATALOGUE, words("en"))} == {
        "Systolic blood pressure",
        "Diastolic blood pressure",
    }
    assert title(shown.charts[0], CATALOGUE, words("en")) == "Blood pressure"


def test_events_have_words(found):
    _ = words("en")
    assert [event_text(one, _) for one in found("tc").happened] == ["Began 氨氯地平", "Visit"]
