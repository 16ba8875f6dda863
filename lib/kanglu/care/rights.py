"""The rights of people over their record: by when a request is answered, and what is handed over.

The Personal Information Protection Law (PIPL, 个人信息保护法) gives people the right to see their data, to be
given a copy, to have it corrected and erased, and asks for an answer in time (art. 44–50). GB/T 35273-2020
(8.7) reads that as within thirty days. What the law obliges an institution to keep, as medical records by
《医疗机构病历管理规定》 (15 years of outpatients, 30 of inpatients), is not erased before: such a request is
refused with that reason.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date, timedelta
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

import pandas as pd

from kanglu import csv_file
from kanglu.care.consents import everything
from kanglu.record import Dossier, Store
from kanglu.record.dossier import PARTS
from kanglu.record.frames import rows_in
from kanglu.record.media import ATTACHMENT
from kanglu.record.people import PersonView
from kanglu.record.requesting import RequestKind, RightsRequest
from kanglu.record.trail import Trace

ANSWER_WITHIN: Final = timedelta(days=30)
_OF_THE_RECORD: Final = ("person_id", "batch_id", "replaces")
_TRACES: Final = 1000


def due(received: date) -> date:
    """The day by which a request that came on a day is answered."""
    return received + ANSWER_WITHIN


def receive(store: Store, number: str, kind: RequestKind, received: date, wording: str) -> RightsRequest:
    """Take down a request; raises as `Store.receive_request` does."""
    view = store.person(number).view
    return store.receive_request(view, kind, received, due(received), wording)


def hand_over(store: Store, number: str) -> bytes:
    """Everything the record holds of a person, as a ZIP: tables, JSON, recordings and letters.

    What was said and measured, with its source and days; what rules gave; what was allowed; who looked. It is
    written down as an export. Raises `NotFound`, `PermissionDenied`.
    """
    dossier = store.dossier(number)
    view = dossier.person
    store.exported("everything", [view.record_number])
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as file:
        file.writestr("person.json", json.dumps(_who(store, dossier), ensure_ascii=False, indent=2))
        for part in PARTS:
            frame: pd.DataFrame = getattr(dossier, part)
            if len(frame):
                shown = frame.drop(columns=[name for name in _OF_THE_RECORD if name in frame])
                file.writestr(f"{part}.csv", _table([list(shown.columns), *_cells(shown)]))
        given = [one.row._asdict() for one in store.results([view.id])]
        if given:
            heads = [name for name in given[0] if name != "person_id"]
            file.writestr("rules.csv", _table([heads, *([row[name] for name in heads] for row in given)]))
        heads = [one.name for one in fields(Trace)]
        traces = ([getattr(one, name) for name in heads] for one in every_trace(store, view))
        file.writestr("access.csv", _table([heads, *traces]))
        for number, code, day, kind in rows_in(dossier.media, ("id", "code", "effective", "content_type")):
            opened = store.open_paper if code == ATTACHMENT else store.play_media
            ending = str(kind).rpartition("/")[2]
            file.writestr(f"files/{str(day)[:10]}-{code}-{number}.{ending}", opened(view, int(number)).data)
    return out.getvalue()


def every_trace(store: Store, view: PersonView) -> Iterator[Trace]:
    """All that the audit log says of a person, the latest first."""
    before = None
    while found := store.trail(view, before, _TRACES):
        yield from found
        if len(found) < _TRACES:
            return
        before = found[-1].id


def _who(store: Store, dossier: Dossier) -> dict[str, object]:
    who, identity = dossier.person, store.identity(dossier.person)
    return {
        "record_number": who.record_number, "name": who.name, "sex": who.sex,
        "birth_date": who.birth_date and who.birth_date.isoformat(),
        "identifiers": [{"system": system, "value": value} for system, value in identity.numbers],
        "telephones": list(identity.telephones), "addresses": list(identity.addresses),
        "as_of": dossier.as_of.isoformat(),
        "consents": [
            {"purpose": str(one.purpose), "answer": one.answer, "since": one.since, "until": one.until,
             "evidence": one.evidence}
            for one in everything(dossier, dossier.as_of)
        ],
    }  # fmt: skip


def _cells(frame: pd.DataFrame) -> Iterator[list[object]]:
    for row in frame.itertuples(index=False):
        yield ["" if cell is None or cell != cell else cell for cell in row]


def _table(rows: Iterable[Iterable[object]]) -> bytes:
    return csv_file.written(rows).encode("utf-8-sig")
