"""Recordings of telephone calls: attached only by permission, played only while it is not withdrawn.

A call is recorded under the person's permission for `ConsentPurpose.RECORDING`. It is asked for twice: at the
time of the call, and when the recording is attached. Once the person has withdrawn it or refused, nothing is
attached, and nothing that was recorded before is played, by anybody: the files stay until they are removed by
who keeps the record. A permission that merely came to its end lets what was recorded under it be played.
"""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from kanglu.care.checks import now
from kanglu.care.consents import Said, standing
from kanglu.care.entered import known_now
from kanglu.errors import ConsentError, RecordError
from kanglu.record import Store
from kanglu.record.facts import Media
from kanglu.record.frames import rows_in
from kanglu.record.media import RECORDING, Played
from kanglu.trust import Action, ConsentPurpose, Resource, require

_READ = ("id", "about", "effective", "seconds", "content_type", "sha256", "author")


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording of a call.

    Parameters
    ----------
    id : by which it is played.
    about : the key of the task, contact or visit it belongs to.
    at : when the call was, as the record says it.
    seconds, content_type, sha256 : of the bytes as they came.
    author : who attached it.
    """

    id: int
    about: str
    at: str
    seconds: float
    content_type: str
    sha256: str
    author: str


def attach(store: Store, record_number: str, about: str, data: bytes, at: datetime, by: str) -> Recording:
    """Attach the recording of a call; the same bytes about the same contact again are the one there is.

    Parameters
    ----------
    about : the key of the task, contact or visit.
    at : when the call was, in China, without a zone.
    by : who attaches it.

    Raises `ConsentError` unless the person allows recording, at the time of the call and now; `Refused` for
    what is no recording; `RecordError` for a time ahead. Then nothing is written.
    """
    person = store.person(record_number).view
    if at > now(store).replace(tzinfo=None):
        raise RecordError(
            f"{at:%Y-%m-%d %H:%M} lies ahead.", where=person.record_number, remedy="Give the call's time."
        )
    with store.batch(f"recording {about}", kind="entry") as writer:
        consents = known_now(store, person.id, "consent")
        for when in (at, now(store).replace(tzinfo=None)):
            _require_allowed(standing(consents, ConsentPurpose.RECORDING, when), when, person.record_number)
        kept = store.keep_media(data)
        held = [one for one in _recordings(known_now(store, person.id, "media")) if one.about == about]
        same = next((one for one in held if one.sha256 == kept.sha256), None)
        if same is None:
            writer.add(
                Media(
                    person.id, "kanglu", RECORDING, at.strftime("%Y-%m-%dT%H:%M:%S"), about=about,
                    content_type=kept.sound.content_type, seconds=kept.sound.seconds, sha256=kept.sha256,
                    location=kept.location, author=by, origin="measured", source=f"kanglu/{by}",
                    source_key=f"{about}/{kept.sha256}",
                )
            )  # fmt: skip
    stored = _recordings(known_now(store, person.id, "media"))
    return same or next(one for one in stored if (one.about, one.sha256) == (about, kept.sha256))


def recordings(store: Store, record_number: str, about: str | None = None) -> tuple[Recording, ...]:
    """The recordings of a person, the newest first; of one contact, when it is named."""
    require(store.actor, Action.READ, Resource.RECORDING)
    found = _recordings(store.media_of(store.person(record_number).view))
    return tuple(one for one in reversed(found) if about in (None, one.about))


def play(store: Store, record_number: str, media_id: int) -> Played:
    """The bytes of a recording and their media type; each call is a row of the audit log.

    Raises `PermissionDenied` for a role that may not listen, `ConsentError` when the person has withdrawn the
    permission, `NotFound`, and `RecordError` for a file that is gone or is not what was handed in.
    """
    require(store.actor, Action.READ, Resource.RECORDING)
    person = store.person(record_number).view
    said = standing(known_now(store, person.id, "consent"), ConsentPurpose.RECORDING, now(store))
    if said.answer not in ("allowed", "ended"):
        raise ConsentError(
            _refusal(said), where=person.record_number, remedy="It is not played while that stands."
        )
    return store.play_media(person, media_id)


def _require_allowed(said: Said, when: datetime, where: str) -> None:
    if said.answer != "allowed":
        raise ConsentError(
            f"{_refusal(said)} So nothing of {when:%Y-%m-%d %H:%M} may be attached.",
            where=where,
            remedy="Ask for permission to record, and take it down.",
        )


def _refusal(said: Said) -> str:
    return {
        "not_asked": "The person was not asked whether calls may be recorded.",
        "refused": f"The person refused on {said.since} to have calls recorded.",
        "withdrawn": f"The person withdrew the permission to record calls on {said.since}.",
        "ended": f"The permission to record calls ended on {said.since}.",
    }[said.answer]


def _recordings(media: pd.DataFrame) -> list[Recording]:
    mine = media[media["code"] == RECORDING]
    return [
        Recording(number, about or "", at or "", seconds or 0.0, kind or "", sha256 or "", author or "")
        for number, about, at, seconds, kind, sha256, author in rows_in(mine, _READ)
    ]
