"""Questionnaires and filled forms as FHIR: what is written is read back equal; strangers are kept whole."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu.catalogue import current
from kanglu.catalogue.answering import hold
from kanglu.catalogue.questionnaire_files import questionnaires
from kanglu.catalogue.questionnaires import NUMBERS, Item, Questionnaire
from kanglu.errors import Refused
from kanglu.intake import import_files
from kanglu.intake.answers import packed, unpacked
from kanglu.intake.fhir import Draft, Lookups
from kanglu.intake.fhir.collecting import Found
from kanglu.intake.fhir.document import read_resources
from kanglu.intake.fhir.questionnaires import from_fhir, to_fhir
from kanglu.intake.fhir.responses import bundle
from kanglu.record.facts import WITHDRAWN, Observation, QuestionnaireResponse

Read = Callable[..., Draft]
INDICATORS = current().indicators
FORMS = questionnaires()
PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1950-02-03"}


def form(**fields: Any) -> dict[str, Any]:
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "r",
        "questionnaire": "urn:kanglu:questionnaire:phq9|1",
        "status": "completed",
        "subject": {"reference": "Patient/p"},
        "authored": "2026-06-01",
        **fields,
    }


def coded(item: str, code: str) -> dict[str, Any]:
    return {"linkId": item, "answer": [{"valueCoding": {"code": code}}]}


# -- questionnaires --------------------------------------------------------------------------------

words = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)
names = st.fixed_dictionaries({"zh": words, "en": words})
ends = st.integers(-9, 9).map(float)


@st.composite
def items(
    draw: st.DrawFn, depth: int = 1, before: list[dict[str, Any]] | None = None
) -> list[dict[str, Any]]:
    """Items of every kind, each asked or not by those before."""
    found: list[dict[str, Any]] = []
    known = [] if before is None else before
    kinds = ["display", "boolean", "choice", "integer", "decimal", "date", "text"] + ["group"] * depth
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(kinds))
        item: dict[str, Any] = {"id": f"i{len(known)}", "kind": kind, "text": draw(names)}
        earlier = [one for one in known if one["kind"] in ("boolean", "integer", "choice")]
        known.append(item)
        if earlier and draw(st.booleans()):
            item["enable_when"] = [draw(conditions(draw(st.sampled_from(earlier))))]
            item["enable_any"] = draw(st.booleans())
        if kind == "group":
            item["items"] = draw(items(depth - 1, known))
        elif kind != "display":
            item["required"] = draw(st.booleans())
            item["covered_by"] = draw(st.sampled_from([None, "i0"]))
            item["measured"] = draw(st.booleans())
        if kind == "choice":
            codes = draw(st.lists(words, min_size=1, max_size=3, unique=True))
            scores = st.none() | st.integers(0, 5).map(float)
            item["options"] = [{"code": one, "name": draw(names), "score": draw(scores)} for one in codes]
            item["repeats"] = draw(st.booleans())
        if kind in NUMBERS:
            item |= {"unit": draw(st.sampled_from([None, "kg", "mmol/L"])), "low": draw(st.none() | ends)}
            item["high"] = draw(st.none() | st.just(99.0))
        item["help"] = draw(st.none() | names)
        found.append(item)
    return found


def conditions(asked: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    exists = st.fixed_dictionaries(
        {"item": st.just(asked["id"]), "op": st.just("exists"), "value": st.booleans()}
    )
    values = {"boolean": st.booleans(), "integer": st.integers(-9, 9)}.get(asked["kind"])
    ops = st.sampled_from(["=", "!=", ">="] if asked["kind"] == "integer" else ["=", "!="])
    if values is None:
        values = st.sampled_from([option["code"] for option in asked["options"]])
    return exists | st.fixed_dictionaries({"item": st.just(asked["id"]), "op": ops, "value": values})


@pytest.mark.parametrize("one", FORMS.editions.values(), ids=lambda one: one.edition)
def test_what_ships_is_read_back_equal(one: Questionnaire) -> None:
    assert from_fhir(json.loads(json.dumps(to_fhir(one)))) == one


@given(items(), names, st.integers(1, 99), st.sampled_from([None, "3mo", "1y"]))
def test_any_questionnaire_is_read_back_equal(
    asked: list[dict[str, Any]], name: dict[str, str], version: int, again: str | None
) -> None:
    one = Questionnaire.model_validate(
        {
            "id": "any_one",
            "version": version,
            "name": name,
            "source": {"doc": "ours", "checked_on": "2026-01-02"},
            "licence": "ours",
            "population": {"age_from": 18, "pregnant": False},
            "due_again": again,
            "items": asked,
            "scores": [{"measure": "phq9", "columns": {"phq9_1": "i0"}, "observed": {"value": "phq9"}}],
        }
    )
    written = json.loads(json.dumps(to_fhir(one)))
    assert from_fhir(written) == one


def test_the_common_elements_stand_where_fhir_has_them() -> None:
    written = to_fhir(FORMS.get("ipaq_sf"))
    asked = {item["linkId"]: item for item in written["item"]}
    assert asked["vig_min"]["enableWhen"] == [{"question": "vig_days", "operator": ">", "answerInteger": 0}]
    extensions = {one["url"].rpartition("/")[2]: one for one in asked["vig_days"]["extension"]}
    assert extensions["minValue"]["valueInteger"] == 0
    assert extensions["maxValue"]["valueInteger"] == 7
    assert extensions["questionnaire-unit"]["valueCoding"]["code"] == "d/wk"
    option = to_fhir(FORMS.get("phq9"))["item"][1]["answerOption"][3]["valueCoding"]
    assert (option["code"], option["display"]) == ("3", "几乎每天")
    assert option["extension"][0]["valueDecimal"] == 3


def test_a_questionnaire_of_others_is_refused() -> None:
    with pytest.raises(Refused, match="no questionnaire that Kanglu wrote"):
        from_fhir({"resourceType": "Questionnaire", "status": "active", "item": []})


# -- responses -------------------------------------------------------------------------------------


def test_a_form_becomes_itself_and_the_observations_among_its_answers(draft: Read) -> None:
    read = draft(PATIENT, form(author={"reference": "Practitioner/wang"}, item=[coded("phq9_9", "2")]))
    assert read.troubles == []
    response, item9 = read.facts
    assert response == QuestionnaireResponse(
        0, "kanglu", "phq9", "2026-06-01", None, "completed", "1", '{"phq9_9":"2"}', "Practitioner/wang",
        "imported", "final", FORMS.get("phq9").name["zh"], "test.json#[1]", "QuestionnaireResponse/r#phq9",
    )  # fmt: skip
    assert item9 == Observation(
        0, "phq9_item9", "2026-06-01", value=2.0, unit="{score}", original_value="2",
        source="test.json#[1]", source_key="QuestionnaireResponse/r#phq9#phq9_item9",
    )  # fmt: skip


def test_nested_items_and_quantities_are_read(draft: Read) -> None:
    resource = form(
        questionnaire="urn:kanglu:questionnaire:followup_diabetes|1",
        item=[
            coded("mode", "clinic"),
            {
                "linkId": "tests",
                "item": [{"linkId": "fpg", "answer": [{"valueQuantity": {"value": 126, "unit": "mg/dL"}}]}],
            },
        ],
    )
    response, fpg = draft(PATIENT, resource).facts
    assert unpacked(response.answers) == {"mode": "clinic", "fpg": {"value": 126.0, "unit": "mg/dL"}}
    assert fpg.value == pytest.approx(6.99, abs=0.01)
    assert (fpg.unit, fpg.original_value, fpg.original_unit) == ("mmol/L", "126", "mg/dL")


@pytest.mark.parametrize(
    "canonical",
    ["http://example.org/q|2", "urn:kanglu:questionnaire:phq9|7", "urn:kanglu:questionnaire:unknown|1", None],
)
def test_a_form_of_an_unknown_questionnaire_is_kept_whole(canonical: str | None, draft: Read) -> None:
    item = [{"linkId": "1.1", "text": "Anything", "answer": [{"valueString": "at all"}]}]
    read = draft(PATIENT, form(questionnaire=canonical, item=item))
    assert read.troubles == []
    (response,) = read.facts
    assert unpacked(response.answers) == item
    assert response.system is None
    assert (response.code, response.version) == (tuple(canonical.split("|")) if canonical else (None, None))


def test_a_form_with_an_answer_off_its_scale_is_set_aside_and_says_which(draft: Read) -> None:
    read = draft(PATIENT, form(item=[coded("phq9_1", "4"), coded("phq9_10", "1")]))
    assert read.facts == []
    [trouble] = read.troubles
    assert "phq9_1: '4' is none of its answers" in trouble.reason
    assert "phq9_10: phq9 has no such item" in trouble.reason


def test_a_form_entered_in_error_is_withdrawn(draft: Read) -> None:
    read = draft(PATIENT, form(status=WITHDRAWN, item=[coded("phq9_9", "2")]))
    assert {fact.status for fact in read.facts} == {WITHDRAWN}


def test_a_form_dated_ahead_is_set_aside(store: Any, write: Callable[..., Path]) -> None:
    receipt = import_files(store, [write("f.json", [PATIENT, form(authored="2026-07-09")])])
    assert [problem.reason for problem in receipt.problems] == ["It is dated 2026-07-09, in the future."]


def answers_of(item: Item) -> st.SearchStrategy[Any]:
    """Anything that may be answered to an item."""
    indicator = INDICATORS.get(item.indicator or "")
    codes = st.sampled_from([option.code for option in item.options]) if item.options else st.nothing()
    low, high = (indicator.possible if indicator and indicator.possible else None) or (0, 99)
    low, high = max(item.low or low, low), min(high if item.high is None else item.high, high)
    return {
        "boolean": st.booleans(),
        "choice": st.lists(codes, min_size=1, unique=True) if item.repeats else codes,
        "integer": st.integers(int(low), int(high)),
        "decimal": st.floats(low, high).map(lambda value: round(value, 1)).filter(lambda v: low <= v <= high),
        "date": st.dates(date(2020, 1, 1), date(2026, 6, 30)).map(str),
        "text": words,
    }[item.kind]


@given(st.data(), st.sampled_from(sorted(FORMS.editions)))
def test_any_form_is_read_back_equal(data: st.DataObject, edition: str) -> None:
    one = FORMS.editions[edition]
    drawn: dict[str, Any] = {}
    for name, item in one.by_id.items():
        if item.answerable and data.draw(st.booleans()):
            given_ = {**drawn, name: data.draw(answers_of(item))}
            if not hold(one, given_, INDICATORS).faults:
                drawn = given_
    answers = dict(hold(one, drawn, INDICATORS).answers)
    day = str(date(2026, 6, 30) - timedelta(days=1))
    row = QuestionnaireResponse(
        1, "kanglu", one.id, day, clinical_status="in-progress", version=str(one.version),
        answers=packed(answers), author="wang",
    )._asdict()  # fmt: skip
    written = json.loads(json.dumps(bundle("K000001", [row], FORMS)))
    found = Found()
    found.collect(written)
    response = read_resources("test.json", found, Lookups(current())).facts[0]
    kept = ("system", "code", "effective", "clinical_status", "version", "answers", "author")
    assert {name: getattr(response, name) for name in kept} == {name: row[name] for name in kept}
