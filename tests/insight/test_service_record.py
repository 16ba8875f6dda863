"""Measures of the service over a record: the facts are entered, and read as of a day."""

from datetime import date

import pytest
from tests.insight.served import counts

from kanglu.catalogue.rulebook import rulebook
from kanglu.insight.service import (
    Days,
    managed,
    managed_to_standard,
    rank_barriers,
    readmissions,
    reminder_hours,
    visits_a_year,
    visits_after_first_call,
    visits_of,
)
from kanglu.record.facts import Communication, Encounter, EpisodeOfCare, Identifier, PersonStatement

MARCH = Days.month(2026, 3)
KEY = "a.rule@2026-03-01#0"


@pytest.fixture
def backend():
    """What is counted is the same whatever database the facts come from."""
    return "sqlite"


@pytest.fixture
def panel(store):
    """Two people: one enrolled, called, seen and readmitted; one who died after her discharge."""
    with store.batch("invented") as writer:
        one, other = (
            writer.person(
                PersonStatement(
                    (Identifier("test", name),), f"人{name}", "female", "1960-06-15", death_date=death
                )
            )
            for name, death in (("甲", None), ("乙", "2026-03-20"))
        )
        writer.add(EpisodeOfCare(one, None, "hypertension", "2026-01-01"))
        writer.add(Encounter(one, None, "follow-up", "2026-03-16", setting="AMB"))
        writer.add(Encounter(one, None, None, "2026-03-01", "2026-03-03", setting="IMP"))
        writer.add(Encounter(one, None, None, "2026-04-02", "2026-04-05", setting="IMP"))
        writer.add(Encounter(other, None, None, "2026-03-01", "2026-03-03", setting="IMP"))
        call = {"direction": "out", "channel": "phone", "outcome": "reached"}
        writer.add(Communication(one, None, None, "2026-03-01T10:00:00", **call))
        writer.add(
            Communication(
                other,
                None,
                None,
                "2026-03-05",
                direction="out",
                channel="phone",
                outcome="refused",
                reason="cost",
            )
        )
        writer.add(
            Communication(one, None, None, "2026-03-01T09:00:00", direction="out", channel="sms", about=KEY)
        )
        writer.add(Communication(one, None, None, "2026-03-01T09:30:00", direction="in", channel="sms"))

    def read(as_of):
        return store.panel("all", as_of=as_of, known="2026-06-30"), date.fromisoformat(as_of)

    return read


def test_the_facts_of_a_panel_make_figures(panel):
    asked, as_of = panel("2026-04-30")
    people = asked.people.set_index("person_id")
    encounters, contacts = asked.facts("encounter"), asked.facts("communication")
    episodes, visits = asked.facts("episode_of_care"), visits_of(encounters)
    assert counts(readmissions(encounters, people, MARCH, as_of)) == (1, 1, {"died": 1})
    assert counts(visits_after_first_call(contacts, visits, people, MARCH, as_of)) == (1, 1, {})
    assert counts(visits_a_year(visits, people, as_of, as_of)["face_to_face"]) == (
        1, 2, {"0": 1, "1": 1, "died": 1},
    )  # fmt: skip
    found = managed(episodes, visits, people, "hypertension", Days.year(2026), as_of, 40)
    assert counts(found) == (1, 40, {"seen": 1})
    [standard] = managed_to_standard(episodes, visits, people, "hypertension", 2026, as_of).values()
    assert counts(standard) == (1, 1, {})
    [hour] = reminder_hours(contacts, MARCH, 4, as_of).rows
    assert (hour.hour, counts(hour.answered)) == (9, (1, 1, {}))
    [cost] = rank_barriers(contacts, rulebook(), MARCH, as_of).rows
    assert (cost.barrier.id, cost.share.value) == ("cost", 1.0)


def test_as_of_an_earlier_day_what_came_later_is_not_there(panel):
    asked, as_of = panel("2026-04-01")
    people = asked.people.set_index("person_id")
    found = readmissions(asked.facts("encounter"), people, MARCH, as_of)
    assert counts(found) == (0, 0, {"not_yet": 2})
    asked, as_of = panel("2026-03-15")
    assert not asked.people["deceased"].any()
    visits = visits_of(asked.facts("encounter"))
    found = visits_after_first_call(
        asked.facts("communication"), visits, asked.people.set_index("person_id"), MARCH, as_of
    )
    assert counts(found) == (0, 0, {"not_yet": 1})


def test_of_an_empty_record_there_are_figures_without_a_value(store):
    asked = store.panel("all", as_of="2026-04-30", known="2026-06-30")
    people, as_of = asked.people.set_index("person_id"), date(2026, 4, 30)
    encounters, contacts = asked.facts("encounter"), asked.facts("communication")
    visits = visits_of(encounters)
    assert readmissions(encounters, people, MARCH, as_of).value is None
    assert visits_after_first_call(contacts, visits, people, MARCH, as_of).value is None
    assert visits_a_year(visits, people, as_of, as_of)["telephone"].value is None
    assert reminder_hours(contacts, MARCH, 4, as_of).rows == ()
