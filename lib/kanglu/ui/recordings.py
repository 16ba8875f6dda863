"""Recordings of calls on a page: ask for permission, attach, list, play. Used on Today and on the Visit page.

A page takes `WithRecordings` among its bases and calls `open_recordings`; its template has a block that holds
``{% from "recordings.html" import recordings with context %}{{ recordings() }}``. One module of `apps/` hands
`ROUTES` on to the server. Each time the browser fetches a recording it is written down as played.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kanglu.care import consents
from kanglu.care.consents import Said
from kanglu.care.recordings import Recording, attach, play, recordings
from kanglu.errors import ConsentError, KangluError, Refused
from kanglu.i18n import Words
from kanglu.record.audio import MAX_BYTES, MAX_SECONDS
from kanglu.record.opened import in_china
from kanglu.retold import retold, told
from kanglu.trust import Action, ConsentPurpose, Resource
from kanglu.ui.bounds import Upload, brings_too_much
from kanglu.ui.page import act
from kanglu.ui.visitors import house_of, visitor_of

_AROUND = 64 * 1024
"""What a form may have around its file."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown: whose recordings, about which contact, where the person stands, and what there is."""

    record_number: str
    about: str
    said: Said
    items: tuple[Recording, ...]

    @property
    def may_attach(self) -> bool:
        """Whether the person's permission holds."""
        return self.said.answer == "allowed"

    @property
    def may_play(self) -> bool:
        """Whether what was recorded may be heard: not once the permission was withdrawn."""
        return self.said.answer in ("allowed", "ended")


class WithRecordings:
    """The part of a page that shows the recordings of one contact."""

    store: Any
    visitor: Any
    house: Any
    sound: Shown | None = None

    def open_recordings(self, record_number: str, about: str) -> None:
        """Show those of a contact: the key of its task or visit."""
        at = in_china(self.house.clock())
        held = self.store.facts([self.store.person(record_number).view.id], "consent", self.store.moment)
        said = consents.standing(held, ConsentPurpose.RECORDING, at)
        found = recordings(self.store, record_number, about) if self.may_listen else ()
        self.sound = Shown(record_number, about, said, found)

    @property
    def may_listen(self) -> bool:
        """Whether the visitor's role may hear recordings."""
        return bool(self.may(Action.READ, Resource.RECORDING))  # type: ignore[attr-defined]

    @property
    def may_write(self) -> bool:
        """Whether the visitor's role may enter facts."""
        return bool(self.may(Action.WRITE, Resource.FACTS))  # type: ignore[attr-defined]

    @property
    def evidences(self) -> Iterable[str]:
        """How a permission is usually given."""
        _: Words = self.visitor.words
        return (_("by telephone, asked at the start of the call"), _("signed form"), _("in person"))

    @staticmethod
    def length(seconds: float) -> str:
        """``3:07``, or ``1:02:05``."""
        minutes, rest = divmod(round(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

    @staticmethod
    def day_of(at: str) -> date:
        """The day of a time."""
        return date.fromisoformat(at[:10])

    @act
    def answer_recording(self, answer: Literal["allow", "refuse", "withdraw"], evidence: str) -> None:
        """Take down whether the person allows calls to be recorded."""
        if self.sound is None:
            return
        take_down = {"allow": consents.allow, "refuse": consents.refuse, "withdraw": consents.withdraw}
        who, by = self.sound.record_number, self.visitor.account.id
        take_down[answer](self.store, who, ConsentPurpose.RECORDING, self.house.today, evidence, by)
        self.open_recordings(who, self.sound.about)

    @act
    def recording_kept(self) -> None:
        """A recording came in by HTTP: show it."""
        if self.sound is not None:
            self.open_recordings(self.sound.record_number, self.sound.about)

    @act
    def close_recordings(self) -> None:
        """Show them no more."""
        self.sound = None


async def _attach(request: Request) -> Response:
    """Keep what was sent as a recording of the contact that the form names."""
    visitor, _ = visitor_of(request), visitor_of(request).words
    if brings_too_much(request, MAX_BYTES + _AROUND):
        return JSONResponse({"error": _too_much(_)}, 413)
    async with request.form(max_files=1, max_fields=8) as form:
        file, about, when = form.get("file"), form.get("about"), form.get("at")
        if not isinstance(file, UploadFile) or not isinstance(about, str) or not about:
            return JSONResponse({"error": _("Choose the file of the recording first.")}, 422)
        data = await file.read()
    house, number = house_of(request), request.path_params["record_number"]
    now = in_china(house.clock()).replace(tzinfo=None)

    def keep() -> Recording:
        store = house.store(visitor.actor)
        return attach(store, number, about, data, _time(when, now), visitor.account.id)

    try:
        kept = await run_in_threadpool(keep)
    except KangluError as error:
        return JSONResponse({"error": _told(error, _)}, 403 if isinstance(error, ConsentError) else 422)
    return JSONResponse({"id": kept.id, "seconds": kept.seconds, "sha256": kept.sha256}, 201)


async def _play(request: Request) -> Response:
    """The bytes of a recording; written down before they are given."""
    visitor, house = visitor_of(request), house_of(request)
    number, media = request.path_params["record_number"], request.path_params["media"]
    try:
        played = await run_in_threadpool(lambda: play(house.store(visitor.actor), number, media))
    except ConsentError as error:
        return JSONResponse({"error": _told(error, visitor.words)}, 403)
    return Response(played.data, media_type=played.content_type)


def _time(given: Any, now: datetime) -> datetime:
    """The time of the call that a form states; now, where it states none that is one."""
    try:
        return datetime.fromisoformat(str(given)).replace(tzinfo=None)
    except ValueError:
        return now


def _told(error: KangluError, _: Words) -> str:
    """Why not, in the visitor's language."""
    if isinstance(error, ConsentError):
        return _("Recording is not allowed by this person now. Nothing was kept and nothing is played.")
    if isinstance(error, Refused):
        return f"{_too_much(_)} {retold(error.what, _)}"
    return told(error, _)


def _too_much(_: Words) -> str:
    return _(
        "Not kept: a recording is WAV, MP3, M4A, AAC, OGG, Opus or AMR, at most {size} MB and {hours} hours.",
        size=MAX_BYTES // 1024**2,
        hours=MAX_SECONDS // 3600,
    )


ROUTES = (
    Upload("/recordings/{record_number}", _attach, most=MAX_BYTES + _AROUND),
    Route("/recordings/{record_number}/{media:int}", _play, methods=["GET"]),
)
