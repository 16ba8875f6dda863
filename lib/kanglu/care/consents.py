"""What a person allows, purpose by purpose: taken down, refused, withdrawn, and asked before acting on it.

A permission holds from its day until, and not on, the day of its end. A refusal stands over every permission
that is not later; of what was said at the same time, what was entered last stands. Who was not asked has
allowed nothing, and a time that is known only by month or year never helps a permission.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import pandas as pd

from kanglu.care.checks import now, require_known, require_reason
from kanglu.care.enrolment import entering
from kanglu.care.entered import as_entered, corrected, known_now
from kanglu.dates import end_of
from kanglu.errors import RecordError
from kanglu.record import Dossier, Store
from kanglu.record.facts import Consent
from kanglu.record.frames import rows_in
from kanglu.record.listed import UNSOUND
from kanglu.trust import ConsentPurpose

type Answer = Literal["allowed", "refused", "withdrawn", "ended", "not_asked"]
_READ = ("id", "code", "effective", "effective_end", "clinical_status", "status", "evidence", "author")
_ACTIVE, _REFUSED = "active", "refused"


@dataclass(frozen=True, slots=True)
class Said:
    """Where a person stands to a purpose at a time.

    Parameters
    ----------
    answer : ``not_asked`` where nothing is known, ``ended`` for a permission whose time is over,
        ``withdrawn`` for a refusal after a permission.
    since : from when on it stands, as the record says it; for a permission that has ended, its end.
    until : when a permission ends that holds.
    evidence, author : how it was said, and who took it down.
    """

    purpose: ConsentPurpose
    answer: Answer
    since: str | None = None
    until: str | None = None
    evidence: str | None = None
    author: str | None = None


def holds(consents: Dossier | pd.DataFrame, purpose: ConsentPurpose | str, at: date | datetime) -> bool:
    """Whether the person's permission for a purpose holds on a day, or at a time in China.

    Parameters
    ----------
    consents : a dossier, or its consents; both as they were known to whoever read them.
    """
    return standing(consents, purpose, at).answer == "allowed"


def standing(consents: Dossier | pd.DataFrame, purpose: ConsentPurpose | str, at: date | datetime) -> Said:
    """Where the person stands to a purpose; see `holds`."""
    wanted = ConsentPurpose(purpose)
    facts = consents.consents if isinstance(consents, Dossier) else consents
    by = at.strftime("%Y-%m-%dT%H:%M:%S") if isinstance(at, datetime) else end_of(at)
    said = [one for one in _statements(facts, wanted) if one.start <= by]
    allowed = [one for one in said if not one.refused]
    refusals = [one for one in said if one.refused and not one.over(by)]
    refusal = max(refusals, key=_Statement.order, default=None)
    later = [one for one in allowed if refusal is None or one.order() > refusal.order()]
    if holding := [one for one in later if not one.over(by)]:
        last = max(holding, key=_Statement.order)
        return Said(wanted, "allowed", last.since, last.end, last.evidence, last.author)
    if refusal is not None and not later:
        answer: Answer = "withdrawn" if allowed else "refused"
        return Said(wanted, answer, refusal.since, None, refusal.evidence, refusal.author)
    if later:
        last = max(later, key=lambda one: str(one.end))
        return Said(wanted, "ended", last.end, None, last.evidence, last.author)
    return Said(wanted, "not_asked")


def everything(consents: Dossier | pd.DataFrame, at: date | datetime) -> tuple[Said, ...]:
    """Where the person stands to each purpose."""
    return tuple(standing(consents, purpose, at) for purpose in ConsentPurpose)


def allow(
    store: Store,
    record_number: str,
    purpose: ConsentPurpose | str,
    day: date,
    evidence: str,
    by: str,
    *,
    until: date | None = None,
) -> None:
    """Take down that the person allows something from a day on.

    Parameters
    ----------
    evidence : how it was said: a signed form, by telephone.
    by : who took it down.
    until : the day from which it no longer holds.

    Raises `RecordError` for a day ahead, without evidence, or for an end that is not after the day.
    """
    if until is not None and until <= day:
        raise RecordError(
            f"It cannot hold from {day} until {until}.", where=record_number, remedy="Give a later end."
        )
    _say(store, record_number, purpose, day, evidence, by, _ACTIVE, until)


def refuse(
    store: Store, record_number: str, purpose: ConsentPurpose | str, day: date, evidence: str, by: str
) -> None:
    """Take down that the person does not allow something, from a day on; see `allow`."""
    _say(store, record_number, purpose, day, evidence, by, _REFUSED, None)


def withdraw(
    store: Store, record_number: str, purpose: ConsentPurpose | str, day: date, reason: str, by: str
) -> None:
    """Take down that the person withdraws a permission: it ends, and a refusal stands from then on.

    Raises `RecordError` when no permission holds on the day.
    """
    wanted = _purpose(purpose, record_number)
    with entering(store, record_number, day, f"withdraw consent {wanted}") as (person_id, number, writer):
        require_reason(reason, number)
        facts = known_now(store, person_id, "consent")
        if not holds(facts, wanted, day):
            raise RecordError(
                f"No permission for {wanted} holds on {day}.",
                where=number,
                remedy="Take down a refusal instead, if the person does not want it.",
            )
        when = _when(store, facts, wanted, day)
        for one in _permissions(facts, wanted, when):
            writer.add_many(corrected(one, one._replace(effective_end=when)))
        writer.add(_consent(person_id, wanted, when, _REFUSED, reason, by, None))


def _say(
    store: Store, record_number: str, purpose: ConsentPurpose | str, day: date, evidence: str, by: str,
    status: str, until: date | None,
) -> None:  # fmt: skip
    wanted = _purpose(purpose, record_number)
    with entering(store, record_number, day, f"consent {wanted} {status}") as (person_id, number, writer):
        if not evidence.strip():
            raise RecordError(
                "It needs evidence.", where=number, remedy="Say how it was said: signed form, by telephone."
            )
        when = _when(store, known_now(store, person_id, "consent"), wanted, day)
        writer.add(_consent(person_id, wanted, when, status, evidence, by, until))


def _purpose(purpose: ConsentPurpose | str, where: str) -> ConsentPurpose:
    require_known(purpose, "purpose of consent", list(ConsentPurpose), where)
    return ConsentPurpose(purpose)


def _when(store: Store, facts: pd.DataFrame, purpose: ConsentPurpose, day: date) -> str:
    """The day; the time of the clock where something was said on that day already, and it is today's."""
    at, text = now(store), day.isoformat()
    again = facts[(facts["code"] == purpose) & facts["effective"].fillna("").str.startswith(text)]
    return text if again.empty or day != at.date() else at.strftime("%Y-%m-%dT%H:%M:%S")


def _permissions(facts: pd.DataFrame, purpose: ConsentPurpose, when: str) -> list[Consent]:
    """The permissions that have not ended, as they were entered."""
    mine = facts[(facts["code"] == purpose) & (facts["clinical_status"] == _ACTIVE)]
    said = as_entered(Consent, mine)
    begun = [one for one in said if one.effective is not None and one.effective <= when]
    return [one for one in begun if one.effective_end is None or one.effective_end > when]


def _consent(
    person_id: int,
    purpose: ConsentPurpose,
    when: str,
    status: str,
    evidence: str,
    by: str,
    until: date | None,
) -> Consent:
    return Consent(
        person_id, "kanglu", purpose.value, when, None if until is None else until.isoformat(), status,
        evidence.strip(), by, origin="measured", source=f"kanglu/{by}",
        source_key=f"{purpose}/{status}/{when}",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Statement:
    """A permission or a refusal; it counts from `start` on, which is no earlier than `since` may mean."""

    id: int
    start: str
    end: str | None
    refused: bool
    since: str | None
    evidence: str | None
    author: str | None

    def order(self) -> tuple[str, int]:
        """By the time it counts from, then by when it was entered."""
        return self.start, self.id

    def over(self, by: str) -> bool:
        """Whether its end has come."""
        return self.end is not None and self.end <= by


def _statements(facts: pd.DataFrame, purpose: ConsentPurpose) -> Iterator[_Statement]:
    for number, code, since, end, state, status, evidence, author in rows_in(facts, _READ):
        refused = state == _REFUSED
        if code != purpose or status in UNSOUND or state not in (_ACTIVE, _REFUSED):
            continue
        if refused:
            yield _Statement(number, since or "", end, refused, since, evidence, author)
        elif since is not None:
            yield _Statement(number, _latest(since), end, refused, since, evidence, author)


def _latest(time: str) -> str:
    """The last day that a time may mean which is known by its month or year."""
    if len(time) == len("2026"):
        return f"{time}-12-31"
    return f"{time}-{monthrange(int(time[:4]), int(time[5:]))[1]}" if len(time) == len("2026-05") else time
