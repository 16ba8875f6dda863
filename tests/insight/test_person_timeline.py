"""The seven kinds of contact between a person and the service, told from the record."""

import pytest

from kanglu.catalogue.rulebook import rulebook
from kanglu.i18n import words
from kanglu.insight.person import KINDS, timeline
from kanglu.record.facts import (
    Appointment,
    Communication,
    Encounter,
    MedicationStatement,
    Observation,
    QuestionnaireResponse,
)


def told(one, lang="en"):
    """Day, kind and words of each event."""
    events = timeline(one.dossier(), rulebook(), words(lang))
    return [(event.day, event.kind, event.what, event.detail) for event in events]


def call(on, **more):
    return Communication(7, "kanglu", more.pop("code", None), on, **more)


def test_each_of_the_seven_kinds_is_told_with_its_day_and_source(someone):
    one, filled, on = someone(), {"intent": "filler-order", "source": "s"}, "2026-01-01T09:00:00"
    one.add(call(on, direction="out", channel="phone", outcome="reached", source="calls.csv#2"))
    one.add(Encounter(7, None, None, "2026-01-02", setting="AMB", display="Follow-up", source="his.csv#3"))
    one.add(call("2026-01-03", direction="in", channel="sms", about="htn@2026#0", text="Better", source="s"))
    one.add(MedicationStatement(7, None, None, "2026-01-04", "2026-02-02", display="Amlodipine", **filled))
    one.add(QuestionnaireResponse(7, "kanglu", "lifestyle", "2026-01-05", author="chen"))
    one.add(call("2026-01-06", direction="in", channel="search", text="low salt", source="s"))
    one.add(Encounter(7, None, None, "2026-01-07", setting="VR", display="Video", source="s"))
    events = timeline(one.dossier(), rulebook(), words("en"))
    assert [event.kind for event in reversed(events)] == list(KINDS)
    assert all(event.source and len(event.day) == 10 for event in events)
    assert [(event.what, event.detail) for event in reversed(events)] == [
        ("Contact by telephone", "reached"),
        ("Follow-up", "in the practice"),
        ("Wrote by text message", "Better"),
        ("Handed out: Amlodipine", "lasts until 2026-02-02"),
        ("Lifestyle and family history", "chen"),
        ("Searched for", "low salt"),
        ("Video", "online or by telephone"),
    ]


@pytest.mark.parametrize(
    ("fact", "kind"),
    [
        (call("2026-01-01", direction="in", channel="wechat", text="?"), "question"),
        (call("2026-01-01", direction="in", channel="wechat", code="consultation", text="?"), "consultation"),
        (call("2026-01-01", direction="out", channel="sms", text="!"), "contact"),
        (call("2026-01-01"), "contact"),
        (QuestionnaireResponse(7, "kanglu", "followup_hypertension", "2026-01-01"), "feedback"),
        (QuestionnaireResponse(7, "kanglu", "satisfaction", "2026-01-01"), "feedback"),
        (QuestionnaireResponse(7, "kanglu", "phq9", "2026-01-01"), "lifestyle"),
        (Observation(7, "medication_adherence", "2026-01-01", value_code="interrupted"), "adherence"),
        (Appointment(7, "kanglu", "check_up_booking", "2026-01-01", clinical_status="noshow"), "visit"),
    ],
)
def test_what_belongs_to_which_kind(someone, fact, kind):
    assert [event[1] for event in told(someone().add(fact))] == [kind]


@pytest.mark.parametrize(
    "fact",
    [
        call(None, direction="in", text="undated"),
        call("2026-01-01", direction="in", text="withdrawn", status="entered-in-error"),
        call("2026-01-01", direction="out", clinical_status="not-done"),
        Encounter(7, None, None, "2026-01-01", clinical_status="planned"),
        MedicationStatement(7, None, None, "2026-01-01", intent="order", display="only asked for"),
        Observation(7, "medication_adherence", "2026-01-01", value_code="regular", origin="defaulted"),
        Observation(7, "sbp", "2026-01-01", value=140.0),
    ],
)
def test_what_did_not_happen_is_not_told(someone, fact):
    assert told(someone().add(fact)) == []


def test_the_newest_comes_first_and_what_lies_ahead_is_marked(someone):
    one = someone().visit("Visit", "2026-05-01").visit("Earlier", "2026-04")
    one.add(Appointment(7, None, None, "2026-07-01T09:30:00", clinical_status="booked", display="Booked"))
    events = timeline(one.dossier("2026-06-30"), rulebook(), words("en"))
    assert [(event.day, event.time, event.ahead) for event in events] == [
        ("2026-07-01", "09:30", True),
        ("2026-05-01", "", False),
        ("2026-04", "", False),
    ]


def test_outcomes_barriers_and_places_are_said_in_words(someone):
    one = someone().add(
        call("2026-01-01", direction="out", channel="phone", outcome="refused", reason="cost")
    )
    assert told(one, "zh") == [("2026-01-01", "contact", "电话联系", "拒绝 · 费用负担")]
    assert told(one)[0][3] == "refused · cost"
    odd = someone().add(call("2026-01-01", direction="out", channel="pigeon", outcome="flew"))
    assert told(odd)[0][2:] == ("Contact by pigeon", "flew")
