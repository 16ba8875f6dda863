"""FHIR resources that tell what a service did: contacts, appointments, programmes, teams, hand-set tags."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from itertools import chain
from typing import Literal

from kanglu.intake.fhir.draft import Concept, Malformed
from kanglu.intake.fhir.elements import (
    Resource,
    all_words,
    code_of,
    concepts,
    date,
    node,
    nodes,
    period,
    text,
    words_of,
)
from kanglu.intake.fhir.seen import Seen
from kanglu.record.facts import (
    WITHDRAWN,
    Appointment,
    CareTeam,
    Communication,
    EpisodeOfCare,
    Fact,
    Flag,
)

_NOTHING = Concept(None, None, None)
_CHANNELS = {
    "PHONE": "phone",
    "SMSWRIT": "sms",
    "EMAILWRIT": "email",
    "MAILWRIT": "letter",
    "ONLINEWRIT": "app",
    "FACE": "visit",
}
"""Modes of participation (HL7 v3) in the words of the record; other codes stay as they are."""
_FROM_HOME = ("Patient", "RelatedPerson")


def communication(resource: Resource, seen: Seen) -> Communication:
    """A contact: its words, its way, and what came of it."""
    topic = node(resource, "topic")
    system, code, display = concepts(topic, "topic")[0] if topic else _NOTHING
    sent, received = date(resource, "sent"), date(resource, "received")
    status = text(resource, "status")
    reason = node(resource, "statusReason")
    return Communication(
        seen.subject,
        system,
        code,
        sent or received,
        received if sent else None,
        clinical_status=status,
        direction=_direction(resource, seen),
        channel=_channel(resource),
        outcome=text(reason, "text"),
        about=next(filter(None, map(_named, nodes(resource, "basedOn"))), None),
        reason=code_of(resource, "statusReason"),
        text="\n".join(filter(None, (text(each, "contentString") for each in nodes(resource, "payload"))))
        or None,
        status=WITHDRAWN if status == WITHDRAWN else "final",
        display=display,
        source=seen.source,
        source_key=seen.key(code or display, set()),
    )


def _direction(resource: Resource, seen: Seen) -> Literal["in", "out"] | None:
    """In, when the patient or a relative sent it; out, when somebody else did or the patient received it."""
    if sender := node(resource, "sender"):
        return "in" if _from_home(sender, seen) else "out"
    received = any(_from_home(each, seen) for each in nodes(resource, "recipient"))
    return "out" if received else None


def _channel(resource: Resource) -> str | None:
    for medium in nodes(resource, "medium"):
        codes = (text(coding, "code") for coding in nodes(medium, "coding"))
        if code := next(filter(None, codes), None):
            return _CHANNELS.get(code, code)
        if words := text(medium, "text"):
            return words
    return None


def appointment(resource: Resource, seen: Seen) -> Appointment:
    """A time agreed on; a cancelled one says why."""
    types = [*nodes(resource, "serviceType"), node(resource, "appointmentType")]
    named = next(filter(None, types), None)
    system, code, display = concepts(named, "serviceType")[0] if named else _NOTHING
    start, end = date(resource, "start"), date(resource, "end")
    if start and end and end[: len(start)] < start[: len(end)]:
        raise Malformed("end", f"It ends ({end}) before it starts ({start}).")
    status = text(resource, "status")
    others = (each for each in _actors(resource) if not _from_home(each, seen))
    return Appointment(
        seen.subject,
        system,
        code,
        start,
        end,
        clinical_status=status,
        booked=date(resource, "created"),
        provider="; ".join(filter(None, (words_of(each) or _named(each) for each in others))) or None,
        reason=words_of(node(resource, "cancelationReason")) or all_words(resource, "reasonCode"),
        status=WITHDRAWN if status == WITHDRAWN else "final",
        display=display or text(resource, "description"),
        source=seen.source,
        source_key=seen.key(code or display, set()),
    )


def episode_of_care(resource: Resource, seen: Seen) -> EpisodeOfCare:
    """Being enrolled, in what its type names."""
    types = nodes(resource, "type")
    system, code, display = concepts(types[0], "type")[0] if types else _NOTHING
    start, end = period(resource, "period")
    status = text(resource, "status")
    return EpisodeOfCare(
        seen.subject,
        system,
        code,
        start,
        end,
        clinical_status=status,
        status=WITHDRAWN if status == WITHDRAWN else "final",
        display=display,
        source=seen.source,
        source_key=seen.key(code or display, set()),
    )


def care_team(resource: Resource, seen: Seen) -> Iterator[CareTeam]:
    """The members of a team, each with their role; the patient is none."""
    whole, status = period(resource, "period"), text(resource, "status")
    used: set[str] = set()
    for participant in nodes(resource, "participant"):
        member = node(participant, "member")
        if _from_home(member, seen):
            continue
        roles = nodes(participant, "role")
        system, code, display = concepts(roles[0], "participant.role")[0] if roles else _NOTHING
        start, end = period(participant, "period") if participant.get("period") else whole
        practitioner = _named(member) or text(member, "display")
        yield CareTeam(
            seen.subject,
            system,
            code,
            start,
            end,
            clinical_status=status,
            practitioner=practitioner,
            status=WITHDRAWN if status == WITHDRAWN else "final",
            display=display or text(member, "display"),
            source=seen.source,
            source_key=seen.key(practitioner or code or display, used),
        )


def flag(resource: Resource, seen: Seen) -> Flag:
    """A tag that somebody set."""
    system, code, display = concepts(node(resource, "code"), "code")[0]
    start, end = period(resource, "period")
    status = text(resource, "status")
    return Flag(
        seen.subject,
        system,
        code,
        start,
        end,
        clinical_status=status,
        status=WITHDRAWN if status == WITHDRAWN else "final",
        display=display,
        source=seen.source,
        source_key=seen.key(code or display, set()),
    )


SERVICE: Mapping[str, Callable[[Resource, Seen], Fact]] = {
    "Communication": communication,
    "Appointment": appointment,
    "EpisodeOfCare": episode_of_care,
    "Flag": flag,
}


def whose(resource: Resource, people: Container[str]) -> tuple[str, Resource]:
    """The field that names the person, and the reference in it.

    An appointment has participants, one of whom is the patient; a contact may name the patient only as the
    one who sent or received it.
    """
    for field in ("patient", "subject"):
        if field in resource:
            return field, node(resource, field)
    if resource.get("resourceType") == "Appointment":
        return "participant", _patient_of(_actors(resource), people)
    contacts = chain(nodes(resource, "recipient"), [node(resource, "sender")])
    return "subject", _patient_of(contacts, people)


def _patient_of(references: Iterable[Resource], people: Container[str]) -> Resource:
    found = (each for each in references if _kind_of(each) == "Patient" or each.get("reference") in people)
    return next(found, {})


def _from_home(reference: Resource, seen: Seen) -> bool:
    """Whether this is the patient or a relative."""
    names = seen.draft.subjects[seen.subject].names
    return _kind_of(reference) in _FROM_HOME or reference.get("reference") in names


def _actors(resource: Resource) -> list[Resource]:
    """Who or what takes part in an appointment."""
    return [node(each, "actor") for each in nodes(resource, "participant")]


def _kind_of(reference: Resource) -> str | None:
    """The type of what is referred to, where the reference says it."""
    if stated := text(reference, "type"):
        return stated
    literal = (text(reference, "reference") or "").partition("/_history/")[0].partition("?")[0]
    parts = literal.split("/")
    return parts[-2] if len(parts) > 1 else parts[0] or None


def _named(reference: Resource) -> str | None:
    """What a reference calls its target: its literal, else a number of the target."""
    return text(reference, "reference") or text(node(reference, "identifier"), "value")
