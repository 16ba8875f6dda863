"""Letters and scans on the page of a person: attach, list, open.

A page takes `WithAttachments` among its bases and calls `list_attachments` with what it has read; its
template has a block that holds ``{% from "attachments.html" import attachments with context %}`` and
``{{ attachments() }}``.
Each time the browser fetches one it is written down as opened.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import quote

import pandas as pd
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kanglu.care.attachments import Attachment, attach, attachments, attachments_in, open_attachment
from kanglu.errors import Refused
from kanglu.i18n import Words
from kanglu.record.papers import MAX_BYTES
from kanglu.trust import Action, Resource
from kanglu.ui.bounds import Upload, brings_too_much, day
from kanglu.ui.page import act
from kanglu.ui.visitors import house_of, visitor_of

_AROUND: Final = 64 * 1024
"""What a form may have around its file."""
KINDS: Final[Mapping[str, str]] = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}


class WithAttachments:
    """The part of a person's page that shows attachments."""

    store: Any
    number: str
    attached: tuple[Attachment, ...] = ()

    def list_attachments(self, media: pd.DataFrame) -> None:
        """Show those among the media of the person, which the page has read."""
        self.attached = attachments_in(media) if self.may_open else ()

    @property
    def may_open(self) -> bool:
        """Whether the visitor's role may open letters and scans."""
        return bool(self.may(Action.READ, Resource.ATTACHMENT))  # type: ignore[attr-defined]

    @staticmethod
    def kind_of(one: Attachment) -> str:
        """What kind of file it is, in a word."""
        return KINDS.get(one.content_type, "")

    @staticmethod
    def dated(one: Attachment) -> date:
        """The day of the document."""
        return date.fromisoformat(one.day)

    @act(parts=("attachments",))
    def attachment_kept(self) -> None:
        """A document came in by HTTP: show it."""
        self.attached = attachments(self.store, self.number)
        self.tell(self._("The document is kept."))  # type: ignore[attr-defined]


async def _attach(request: Request) -> Response:
    """Keep what was sent as a letter or scan of the person."""
    visitor, _ = visitor_of(request), visitor_of(request).words
    if brings_too_much(request, MAX_BYTES + _AROUND):
        return JSONResponse({"error": _too_much(_)}, 413)
    async with request.form(max_files=1, max_fields=8) as form:
        file, title, dated = form.get("file"), str(form.get("title", "")), day(str(form.get("day", "")))
        if not isinstance(file, UploadFile) or not file.size:
            return JSONResponse({"error": _("Choose the file first.")}, 422)
        data = await file.read()
    house, number = house_of(request), request.path_params["record_number"]

    def keep() -> Attachment:
        store = house.store_of(visitor)
        return attach(store, number, title, data, dated or house.today, visitor.account.id)

    try:
        kept = await run_in_threadpool(keep)
    except Refused:
        return JSONResponse({"error": _too_much(_)}, 422)
    return JSONResponse({"id": kept.id, "sha256": kept.sha256}, 201)


async def _open(request: Request) -> Response:
    """The bytes of an attachment; written down before they are given."""
    visitor, house = visitor_of(request), house_of(request)
    number, media = request.path_params["record_number"], request.path_params["media"]
    given = await run_in_threadpool(lambda: open_attachment(house.store_of(visitor), number, media))
    name = quote(f"{number}-{media}.{KINDS.get(given.content_type, 'bin').lower()}")
    headers = {"content-disposition": f'inline; filename="{name}"', "cache-control": "no-store"}
    return Response(given.data, media_type=given.content_type, headers=headers)


def _too_much(_: Words) -> str:
    return _(
        "Not kept: a document is a whole PDF, JPEG or PNG of at most {size} MB.", size=MAX_BYTES // 1024**2
    )


ROUTES: Final = (
    Upload("/attachments/{record_number}", _attach, most=MAX_BYTES + _AROUND),
    Route("/attachments/{record_number}/{media:int}", _open, methods=["GET"]),
)
