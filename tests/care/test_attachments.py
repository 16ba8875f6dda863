"""Letters and scans of a person: kept encrypted, found again, opened only with a right, and written down."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests import papers, sounds

from kanglu import record
from kanglu.care.attachments import attach, attachments, open_attachment
from kanglu.errors import NotFound, PermissionDenied, RecordError, Refused
from kanglu.record import Store, tables
from kanglu.record.facts import Identifier, Media, PersonStatement
from kanglu.record.media import media_folder
from kanglu.trust import Actor, Role

WHO, TODAY, BY = "K000001", date(2026, 6, 30), "chen"


@pytest.fixture
def people(store: Store) -> Store:
    """Two people."""
    with store.batch("people") as writer:
        for number in ("1", "2"):
            writer.person(PersonStatement((Identifier("mrn", number),), "人"))
    return store


def files(store: Store) -> list[Path]:
    folder = media_folder(store.database.url)
    return sorted(folder.iterdir()) if folder.is_dir() else []


def opened(store: Store) -> list[tuple[str, str]]:
    event = tables.audit_event.c
    with store.database.reading() as connection:
        rows = connection.execute(
            select(event.actor, event.person).where(event.action == "open attachment").order_by(event.id)
        )
        return [(row.actor, row.person) for row in rows]


def test_a_letter_is_kept_encrypted_and_opened_as_it_came(people: Store) -> None:
    kept = attach(people, WHO, "  出院小结 \n", papers.PDF, date(2026, 6, 1), BY)
    assert (kept.title, kept.day, kept.content_type) == ("出院小结", "2026-06-01", "application/pdf")
    [file] = files(people)
    assert b"PDF" not in file.read_bytes()
    for _ in range(2):
        given = open_attachment(people, WHO, kept.id)
        assert (given.data, given.content_type) == (papers.PDF, "application/pdf")
    assert opened(people) == [("local", WHO)] * 2
    assert people.verify().ok


def test_they_are_listed_the_latest_document_first(people: Store) -> None:
    for day, data in (
        (date(2025, 1, 1), papers.png()),
        (TODAY, papers.jpeg()),
        (date(2024, 5, 5), papers.PDF),
    ):
        attach(people, WHO, "x", data, day, BY)
    assert [one.day for one in attachments(people, WHO)] == ["2026-06-30", "2025-01-01", "2024-05-05"]
    assert attachments(people, "K000002") == ()


def test_the_same_document_twice_is_one(people: Store) -> None:
    first = attach(people, WHO, "a", papers.PDF, TODAY, BY)
    assert attach(people, WHO, "b", papers.PDF, TODAY, BY) == first
    assert len(attachments(people, WHO)) == 1


@pytest.mark.parametrize("data", [b"", b"<html>", sounds.wav(1), papers.PDF[:20]])
def test_what_is_no_document_is_refused_and_nothing_is_written(people: Store, data: bytes) -> None:
    with pytest.raises(Refused):
        attach(people, WHO, "x", data, TODAY, BY)
    assert (files(people), attachments(people, WHO)) == ([], ())


@pytest.mark.parametrize(
    ("title", "day", "says"),
    [("x", date(2026, 7, 1), "ahead"), (" ", TODAY, "0 characters"), ("x" * 121, TODAY, "121 characters")],
)
def test_a_day_ahead_and_no_title_are_refused(people: Store, title: str, day: date, says: str) -> None:
    with pytest.raises(RecordError, match=says):
        attach(people, WHO, title, papers.PDF, day, BY)
    assert files(people) == []


def test_another_persons_is_not_opened_nor_a_recording_past_its_consent(people: Store) -> None:
    kept = attach(people, WHO, "x", papers.PDF, TODAY, BY)
    with pytest.raises(NotFound):
        open_attachment(people, "K000002", kept.id)
    with people.batch("sound") as writer:
        sound = people.keep_media(sounds.wav(1))
        said = {"sha256": sound.sha256, "location": sound.location, "content_type": "audio/wav"}
        writer.add(Media(1, "kanglu", "recording", "2026", **said))
    view = people.person(WHO).view
    with pytest.raises(NotFound, match="no attachment 2"):
        open_attachment(people, WHO, 2)
    with pytest.raises(NotFound, match="no recording 1"):
        people.play_media(view, kept.id)


@pytest.mark.parametrize(("role", "purpose"), [(Role.ANALYST, "analysis"), (Role.OPERATOR, "administration")])
def test_who_does_not_look_after_people_opens_none(
    people: Store, database_url: str, clock: Any, role: Role, purpose: str
) -> None:
    attach(people, WHO, "x", papers.PDF, TODAY, BY)
    view = people.person(WHO).view
    actor = Actor("o", "O", role)
    with (
        record.open(database_url, actor=actor, purpose=purpose, clock=clock) as other,
        pytest.raises(PermissionDenied),
    ):
        other.open_paper(view, 1)
    assert opened(people) == []
