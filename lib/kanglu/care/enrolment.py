"""From an opened card to a doctor and a manager: people, their programmes, and who looks after them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from kanglu.care.book import in_force
from kanglu.care.caseload import CARD, clients
from kanglu.care.checks import now, require_known, require_past, require_reason
from kanglu.care.entered import as_entered, corrected
from kanglu.care.tasks import held_on
from kanglu.catalogue.programmes import Member
from kanglu.catalogue.rulebook import Rulebook
from kanglu.errors import RecordError
from kanglu.record import BatchWriter, Store
from kanglu.record.facts import CareTeam, EpisodeOfCare, PersonStatement
from kanglu.record.identity import record_number as number_of
from kanglu.record.moment import Moment

_ASSIGNED: Final = ("doctor", "manager")


@dataclass(frozen=True, slots=True)
class Card:
    """A card that is open.

    Parameters
    ----------
    record_number : of the person.
    since : the day on which it was opened.
    new_person, new_card : whether they were not there before.
    """

    record_number: str
    since: str
    new_person: bool
    new_card: bool


@dataclass(frozen=True, slots=True)
class Assigned:
    """Who looks after a person from now on: ids of the staff."""

    doctor: str
    manager: str


def open_card(store: Store, statement: PersonStatement, day: date, by: str) -> Card:
    """Open a card for the person that the statement means, who is entered when new.

    The same person again has the card that is open and gets no second one. `by` says who opened it.
    Raises `RecordError` when it cannot be told who is meant, or an identifier is wrong.
    """
    require_past(store, day, "card")
    with store.batch("open card", kind="entry") as writer:
        person_id = writer.person(statement)
        if problems := writer.receipt.problems:
            raise RecordError(f"{problems[0].reason}.", where="card", remedy=problems[0].remedy)
        since = _enrolled_since(store, person_id, CARD, day)
        if since is None:
            writer.add(_episode(person_id, CARD, day, by))
    is_new = bool(writer.receipt.people)
    return Card(number_of(person_id), since or day.isoformat(), is_new, new_card=since is None)


def enrol(
    store: Store, record_number: str, programme: str, day: date, *, rules: Rulebook | None = None
) -> None:
    """Enrol a person in a programme from a day on. Raises `RecordError` for one that he or she is in."""
    with entering(store, record_number, day, f"enrol {programme}") as (person_id, number, writer):
        require_known(programme, "programme", (rules or in_force(store)).programmes, number)
        if (since := _enrolled_since(store, person_id, programme, day)) is not None:
            raise RecordError(
                f"The person is enrolled in {programme} since {since}.",
                where=number,
                remedy="There is nothing to do.",
            )
        writer.add(_episode(person_id, programme, day, store.actor.id))


def leave(store: Store, record_number: str, programme: str, day: date, reason: str) -> None:
    """End a programme of a person: on that day he or she is no longer enrolled."""
    with entering(store, record_number, day, f"leave {programme}") as (person_id, number, writer):
        require_reason(reason, number)
        held = _held(store, person_id, "episode_of_care", day)
        mine = as_entered(EpisodeOfCare, held[held["code"] == programme])
        if not mine:
            raise RecordError(
                f"On {day} the person is not enrolled in {programme!r}.",
                where=number,
                remedy=f"Enrolled then: {', '.join(held['code'].dropna()) or 'nothing'}.",
            )
        for one in mine:
            writer.add_many(corrected(one, _ended(one, day)._replace(reason=reason)))


def assign_doctor(
    store: Store, record_number: str, doctor: str, day: date, *, rules: Rulebook | None = None
) -> Assigned:
    """Give a person a doctor, and of the managers bound to that doctor the one with the fewest clients.

    Who had the person before ends on that day. Raises `RecordError` for somebody who is no doctor of the
    staff, a doctor nobody is bound to, and the doctor whom the person has.
    """
    staff = (rules or in_force(store)).staff
    with entering(store, record_number, day, "assign doctor") as (person_id, number, writer):
        doctors = {name: member for name, member in staff.items() if member.role == "doctor"}
        require_known(doctor, "doctor of the staff", doctors, number)
        team = as_entered(CareTeam, _held(store, person_id, "care_team", day))
        for one in as_entered(CareTeam, _held(store, person_id, "care_team", now(store).date())):
            if one.code in _ASSIGNED and one not in team:
                raise RecordError(
                    f"{one.practitioner} has the person since {one.effective}, which is after {day}.",
                    where=number,
                    remedy="Give a later day.",
                )
        if any(one.code == "doctor" and one.practitioner == doctor for one in team):
            raise RecordError(
                f"{doctors[doctor].name} ({doctor}) is the person's doctor already.",
                where=number,
                remedy="There is nothing to do.",
            )
        manager = _least_loaded(store, doctors[doctor], staff.values(), person_id, day, number)
        for role, chosen in zip(_ASSIGNED, (doctor, manager), strict=True):
            before = [one for one in team if one.code == role]
            for one in before:
                if one.practitioner != chosen:
                    writer.add_many(corrected(one, _ended(one, day)))
            if all(one.practitioner != chosen for one in before):
                writer.add(_carer(person_id, role, chosen, day, store.actor.id))
    return Assigned(doctor, manager)


def _least_loaded(
    store: Store, doctor: Member, staff: Iterable[Member], person_id: int, day: date, where: str
) -> str:
    """Of the managers bound to a doctor the one with the fewest other clients; of several the first by id."""
    bound = sorted(one.id for one in staff if one.role == "manager" and doctor.id in one.bound_to)
    if not bound:
        raise RecordError(
            f"No manager is bound to {doctor.name} ({doctor.id}).",
            where=where,
            remedy="Add the doctor to `bound_to` of a manager of the staff, or choose another doctor.",
        )
    many = clients(store, day, without=person_id)
    return min(bound, key=lambda name: (many.get(name, 0), name))


@contextmanager
def entering(
    store: Store, record_number: str, day: date, what: str
) -> Iterator[tuple[int, str, BatchWriter]]:
    """A person's id and number while nobody else writes, for something that happened on a day."""
    person = store.person(record_number).view
    require_past(store, day, person.record_number)
    with store.batch(f"{what} {person.record_number}", kind="entry") as writer:
        yield person.id, person.record_number, writer


def _held(store: Store, person_id: int, kind: str, day: date) -> pd.DataFrame:
    """The person's episodes or carers on a day, by all that is known now."""
    return held_on(store.facts_entered(person_id, kind, Moment(day, now(store).date())), day)


def _enrolled_since(store: Store, person_id: int, programme: str, day: date) -> str | None:
    """Since when the person is in a programme, on the day or now; None when it is free."""
    held = pd.concat([_held(store, person_id, "episode_of_care", on) for on in (day, now(store).date())])
    starts = held.loc[held["code"] == programme, "effective"]
    return None if starts.empty else str(starts.iloc[0])[:10]


def _ended[Fact: (EpisodeOfCare, CareTeam)](fact: Fact, day: date) -> Fact:
    """A stretch of time as it is when it ends on a day."""
    return fact._replace(effective_end=day.isoformat(), clinical_status="finished")


def _episode(person_id: int, programme: str, day: date, by: str) -> EpisodeOfCare:
    return EpisodeOfCare(
        person_id, "kanglu", programme, day.isoformat(), clinical_status="active", origin="measured",
        source=f"kanglu/{by}", source_key=f"{programme}/{day}",
    )  # fmt: skip


def _carer(person_id: int, role: str, member: str, day: date, by: str) -> CareTeam:
    return CareTeam(
        person_id, "kanglu", role, day.isoformat(), clinical_status="active", practitioner=member,
        origin="measured", source=f"kanglu/{by}", source_key=f"{role}/{member}/{day}",
    )  # fmt: skip
