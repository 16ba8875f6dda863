"""Letters and scans of a person: kept encrypted, opened only with a right to, and each time written down."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from kanglu.care.checks import now
from kanglu.care.entered import known_now
from kanglu.errors import RecordError
from kanglu.record import Store
from kanglu.record.facts import Media
from kanglu.record.frames import rows_in
from kanglu.record.media import ATTACHMENT, Played
from kanglu.trust import Action, Resource, require

LONGEST = 120
"""Characters of a title."""
_READ = ("id", "display", "effective", "content_type", "sha256", "author")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A letter or a scan.

    Parameters
    ----------
    id : by which it is opened.
    title : what it is, in the words of who attached it.
    day : of the document, as ``YYYY-MM-DD``.
    content_type, sha256 : of the bytes as they came.
    author : who attached it.
    """

    id: int
    title: str
    day: str
    content_type: str
    sha256: str
    author: str


def attach(store: Store, record_number: str, title: str, data: bytes, day: date, by: str) -> Attachment:
    """Attach a document to a person; the same bytes again are the attachment there is.

    Parameters
    ----------
    title : what it is, at most `LONGEST` characters.
    day : of the document.
    by : who attaches it.

    Raises `Refused` for what is neither PDF, JPEG nor PNG or too large, see `papers.recognised`;
    `RecordError` for a day ahead or no title. Then nothing is written.
    """
    person = store.person(record_number).view
    said = " ".join(title.split())
    if not 0 < len(said) <= LONGEST:
        raise RecordError(
            f"The title has {len(said)} characters.",
            where=person.record_number,
            remedy=f"Say in 1 to {LONGEST} what it is.",
        )
    if day > now(store).date():
        raise RecordError(f"{day} lies ahead.", where=person.record_number, remedy="Give its own day.")
    with store.batch("attachment", kind="entry") as writer:
        kept = store.keep_paper(data)
        held = attachments_in(known_now(store, person.id, "media"))
        same = next((one for one in held if one.sha256 == kept.sha256), None)
        if same is None:
            writer.add(
                Media(
                    person.id, "kanglu", ATTACHMENT, day.isoformat(), content_type=kept.content_type,
                    sha256=kept.sha256, location=kept.location, author=by, display=said,
                    source=f"kanglu/{by}", source_key=f"attachment/{kept.sha256}",
                )
            )  # fmt: skip
    stored = attachments_in(known_now(store, person.id, "media"))
    return same or next(one for one in stored if one.sha256 == kept.sha256)


def attachments(store: Store, record_number: str) -> tuple[Attachment, ...]:
    """The attachments of a person, the latest document first."""
    return attachments_in(store.media_of(store.person(record_number).view))


def attachments_in(media: pd.DataFrame) -> tuple[Attachment, ...]:
    """Those among the media of one person, which were read already."""
    mine = media[media["code"] == ATTACHMENT]
    found = [
        Attachment(number, title or "", day or "", kind or "", sha256 or "", author or "")
        for number, title, day, kind, sha256, author in rows_in(mine, _READ)
    ]
    return tuple(sorted(found, key=lambda one: (one.day, one.id), reverse=True))


def open_attachment(store: Store, record_number: str, media_id: int) -> Played:
    """The bytes of an attachment and their media type; each call is a row of the audit log.

    Raises `PermissionDenied`, `NotFound`, and `RecordError` for a file that is gone or is not what was
    handed in.
    """
    require(store.actor, Action.READ, Resource.ATTACHMENT)
    return store.open_paper(store.person(record_number).view, media_id)
