"""What the service did with a person and for them: contacts, appointments, programmes, team, tags, forms.

The rules stand on these as they stand on measurements. The fields that every fact has are told in `facts`.
"""

from typing import Literal, NamedTuple

from kanglu.record.origin import Origin


class Communication(NamedTuple):
    """A contact, tried or made (FHIR Communication); the code is its topic.

    `direction` is in or out, seen from the service; `channel` is phone, voice, sms, wechat, app, email,
    letter, visit or search. `outcome` is reached, no_answer, refused, wrong_number, moved, dead, opened …
    `about` is the key text of the task or message it is about (basedOn), `reason` a coded barrier
    (statusReason), `text` the words.
    """

    person_id: int
    system: str | None
    code: str | None
    effective: str | None
    effective_end: str | None = None
    clinical_status: str | None = None
    direction: Literal["in", "out"] | None = None
    channel: str | None = None
    outcome: str | None = None
    about: str | None = None
    reason: str | None = None
    text: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


class Appointment(NamedTuple):
    """A time agreed on (FHIR Appointment); `effective` is its start and may lie ahead.

    The code is its type, `clinical_status` booked, arrived, fulfilled, cancelled, noshow …, `booked` when it
    was made (created).
    """

    person_id: int
    system: str | None
    code: str | None
    effective: str | None
    effective_end: str | None = None
    clinical_status: str | None = None
    booked: str | None = None
    provider: str | None = None
    reason: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


class EpisodeOfCare(NamedTuple):
    """Being enrolled in a programme, or under a contract (FHIR EpisodeOfCare).

    The code is the programme's id, or ``card`` for a reporting card; `clinical_status` is active, finished,
    cancelled …, `reason` says why it ended: moved, dead, declined …
    """

    person_id: int
    system: str | None
    code: str | None
    effective: str | None
    effective_end: str | None = None
    clinical_status: str | None = None
    reason: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


class CareTeam(NamedTuple):
    """One member of the team that looks after the person (FHIR CareTeam.participant).

    The code is the role (doctor, manager, nurse), `practitioner` the stable id of the member.
    """

    person_id: int
    system: str | None
    code: str | None
    effective: str | None
    effective_end: str | None = None
    clinical_status: str | None = None
    practitioner: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


class Flag(NamedTuple):
    """A tag that somebody set by hand (FHIR Flag); `clinical_status` is active or inactive.

    Tags that rules give are no facts: they stand among the results of the rules.
    """

    person_id: int
    system: str | None
    code: str | None
    effective: str | None
    effective_end: str | None = None
    clinical_status: str | None = None
    reason: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


class TaskChange(NamedTuple):
    """What somebody did to a task (FHIR Task, Provenance).

    The code is snoozed, cancelled, handed_over, completed, failed or reopened; `task` is the key text of the
    task, `until` the day to which it is put off, `owner` the practitioner who has it from then on.
    """

    person_id: int
    system: str | None
    code: str | None
    effective: str | None
    effective_end: str | None = None
    clinical_status: str | None = None
    task: str | None = None
    until: str | None = None
    owner: str | None = None
    reason: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


class QuestionnaireResponse(NamedTuple):
    """A form that was filled, whole or in part (FHIR QuestionnaireResponse).

    The code is the questionnaire's id and `version` its edition; `clinical_status` is completed, in-progress,
    stopped … `answers` are the raw answers as JSON, by the id of the item; of a questionnaire that the
    catalogue does not know, its items as they came. `author` is who filled it in. Answers that are
    measurements or facts of their own stand as observations beside it.
    """

    person_id: int
    system: str | None
    code: str | None
    effective: str | None
    effective_end: str | None = None
    clinical_status: str | None = None
    version: str | None = None
    answers: str | None = None
    author: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


class Media(NamedTuple):
    """A recording or picture that belongs to a contact or a visit (FHIR Media); its bytes lie in a file.

    The code says what it is (``recording``), `about` is the key of the contact, task or visit it belongs to,
    `content_type` its media type, `seconds` its length, `sha256` the hash of its bytes as they came and
    `location` the name of the encrypted file.
    """

    person_id: int
    system: str | None
    code: str | None
    effective: str | None
    effective_end: str | None = None
    clinical_status: str | None = None
    about: str | None = None
    content_type: str | None = None
    seconds: float | None = None
    sha256: str | None = None
    location: str | None = None
    author: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None


class Consent(NamedTuple):
    """What a person allowed or refused (FHIR Consent); it holds from `effective` until `effective_end`.

    The code is the purpose (care, research, marketing, quality, training, recording), `clinical_status` is
    active for a permission and refused for a refusal, `evidence` says how it was given (signed form 12,
    by telephone), `author` who took it down.
    """

    person_id: int
    system: str | None
    code: str | None
    effective: str | None
    effective_end: str | None = None
    clinical_status: str | None = None
    evidence: str | None = None
    author: str | None = None
    origin: Origin = "imported"
    status: str = "final"
    display: str | None = None
    source: str | None = None
    source_key: str | None = None
