"""Recordings of calls: no permission, no recording; each play is written down, and gives what came."""

import hashlib
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests import sounds
from tests.care.ruled import people

from kanglu.care import consents, recordings
from kanglu.errors import ConsentError, NotFound, PermissionDenied, RecordError, Refused
from kanglu.record import Store, tables
from kanglu.record import open as open_record
from kanglu.record.media import media_folder
from kanglu.trust import Actor, Role

WHO, BY, CALL = "K000001", "wang", "test.call@2026-06-01#0"
AT, TODAY = datetime(2026, 6, 30, 8, 30), date(2026, 6, 30)


@pytest.fixture
def allowed(store: Store) -> Store:
    """Two people; the first allows recording since 20 June."""
    people(store, "张三", "李四")
    consents.allow(store, WHO, "recording", date(2026, 6, 20), "signed form", BY)
    return store


def files(store: Store) -> list[Path]:
    folder = media_folder(store.database.url)
    return sorted(folder.iterdir()) if folder.is_dir() else []


def played(store: Store) -> list[tuple[str, str, int]]:
    """Who played what of whom, by the audit log."""
    event = tables.audit_event.c
    with store.database.reading() as connection:
        rows = connection.execute(select(event).where(event.action == "play recording").order_by(event.id))
        return [(row.actor, row.person, json.loads(row.detail)["media"]) for row in rows]


def test_a_recording_is_attached_with_its_length_and_hash(allowed: Store) -> None:
    data = sounds.wav(1.5)
    kept = recordings.attach(allowed, WHO, CALL, data, AT, BY)
    assert kept == recordings.Recording(
        1, CALL, "2026-06-30T08:30:00", 1.5, "audio/wav", hashlib.sha256(data).hexdigest(), BY
    )
    assert recordings.recordings(allowed, WHO) == (kept,)
    assert recordings.recordings(allowed, WHO, "another call") == ()
    assert recordings.recordings(allowed, "K000002") == ()


def test_the_file_is_encrypted_and_for_its_owner_alone(allowed: Store) -> None:
    data = sounds.wav(first=b"secret words of the call")
    kept = recordings.attach(allowed, WHO, CALL, data, AT, BY)
    [file] = files(allowed)
    assert file.name == f"{kept.sha256}.enc"
    assert file.stat().st_mode & 0o077 == 0
    assert b"secret" not in file.read_bytes()
    assert b"RIFF" not in file.read_bytes()


def test_each_play_gives_the_bytes_and_is_written_down(allowed: Store) -> None:
    data = sounds.mp3()
    kept = recordings.attach(allowed, WHO, CALL, data, AT, BY)
    for _ in range(2):
        given = recordings.play(allowed, WHO, kept.id)
        assert (given.data, given.content_type) == (data, "audio/mpeg")
    assert played(allowed) == [("local", WHO, kept.id)] * 2
    assert allowed.verify().ok


@pytest.mark.parametrize("at", [datetime(2026, 6, 19, 23, 59), datetime(2026, 1, 1)])
def test_a_call_before_the_permission_is_refused_and_nothing_is_written(allowed: Store, at: datetime) -> None:
    with pytest.raises(ConsentError, match="not asked"):
        recordings.attach(allowed, WHO, CALL, sounds.wav(), at, BY)
    assert (files(allowed), recordings.recordings(allowed, WHO)) == ([], ())


def test_without_any_answer_nothing_is_attached(allowed: Store) -> None:
    with pytest.raises(ConsentError, match="not asked"):
        recordings.attach(allowed, "K000002", CALL, sounds.wav(), AT, BY)
    assert files(allowed) == []


def test_after_a_withdrawal_nothing_is_attached_and_nothing_played(allowed: Store) -> None:
    kept = recordings.attach(allowed, WHO, CALL, sounds.wav(), AT, BY)
    consents.withdraw(allowed, WHO, "recording", TODAY, "不想录音", BY)
    with pytest.raises(ConsentError, match="withdrew"):
        recordings.attach(allowed, WHO, CALL, sounds.wav(2), AT, BY)
    with pytest.raises(ConsentError, match="withdrew"):
        recordings.play(allowed, WHO, kept.id)
    assert played(allowed) == []
    assert len(files(allowed)) == 1


def test_what_was_recorded_by_a_permission_that_ended_is_played_and_no_more_attached(
    store: Store, clock: Any
) -> None:
    people(store, "张三")
    consents.allow(store, WHO, "recording", TODAY, "by telephone", BY, until=date(2026, 7, 1))
    data = sounds.wav()
    kept = recordings.attach(store, WHO, CALL, data, AT, BY)
    clock.pass_days(1)
    assert recordings.play(store, WHO, kept.id).data == data
    with pytest.raises(ConsentError, match="ended"):
        recordings.attach(store, WHO, CALL, sounds.wav(2), AT, BY)


def test_the_same_bytes_about_the_same_contact_are_one_recording(allowed: Store) -> None:
    first = recordings.attach(allowed, WHO, CALL, sounds.wav(), AT, BY)
    again = recordings.attach(allowed, WHO, CALL, sounds.wav(), AT.replace(hour=8, minute=45), "zhao")
    other = recordings.attach(allowed, WHO, "another call", sounds.wav(), AT, BY)
    assert again == first
    assert {one.about for one in recordings.recordings(allowed, WHO)} == {CALL, "another call"}
    assert other.sha256 == first.sha256
    assert len(files(allowed)) == 1


@pytest.mark.parametrize("data", [b"", b"<html>", sounds.zipped(), sounds.mp4(handler=b"vide")])
def test_an_upload_that_is_no_audio_is_refused_and_nothing_is_written(allowed: Store, data: bytes) -> None:
    before = len(allowed.batches())
    with pytest.raises(Refused):
        recordings.attach(allowed, WHO, CALL, data, AT, BY)
    assert (files(allowed), len(allowed.batches())) == ([], before)


def test_a_call_that_lies_ahead_is_refused(allowed: Store) -> None:
    with pytest.raises(RecordError, match="lies ahead"):
        recordings.attach(allowed, WHO, CALL, sounds.wav(), datetime(2026, 6, 30, 9, 1), BY)


def test_a_recording_belongs_to_its_person(allowed: Store) -> None:
    kept = recordings.attach(allowed, WHO, CALL, sounds.wav(), AT, BY)
    consents.allow(allowed, "K000002", "recording", TODAY, "signed form", BY)
    with pytest.raises(NotFound, match="no recording"):
        recordings.play(allowed, "K000002", kept.id)
    with pytest.raises(NotFound, match="no recording"):
        recordings.play(allowed, WHO, kept.id + 1)


@pytest.mark.parametrize(("role", "purpose"), [(Role.ANALYST, "analysis"), (Role.OPERATOR, "administration")])
def test_some_roles_may_not_listen(allowed: Store, clock: Any, role: Role, purpose: str) -> None:
    kept = recordings.attach(allowed, WHO, CALL, sounds.wav(), AT, BY)
    url = allowed.database.url.render_as_string(hide_password=False)
    with open_record(url, actor=Actor("x", "X", role), purpose=purpose, clock=clock) as other:
        for ask in (lambda: recordings.play(other, WHO, kept.id), lambda: recordings.recordings(other, WHO)):
            with pytest.raises(PermissionDenied, match="may not read recording"):
                ask()
    assert played(allowed) == []


def test_a_file_that_was_changed_swapped_or_lost_is_not_played(allowed: Store) -> None:
    first = recordings.attach(allowed, WHO, CALL, sounds.wav(), AT, BY)
    second = recordings.attach(allowed, WHO, CALL, sounds.wav(2), AT, BY)
    mine, other = (media_folder(allowed.database.url) / f"{one.sha256}.enc" for one in (first, second))
    whole = mine.read_bytes()
    for wrong in (whole[:-1], whole[:20] + bytes([whole[20] ^ 1]) + whole[21:], b"", other.read_bytes()):
        mine.write_bytes(wrong)
        with pytest.raises(RecordError, match="The recording cannot be decrypted"):
            recordings.play(allowed, WHO, first.id)
    mine.unlink()
    with pytest.raises(RecordError, match="not there"):
        recordings.play(allowed, WHO, first.id)


def test_an_undo_leaves_an_orphan_that_is_swept_and_nothing_else(allowed: Store) -> None:
    gone = recordings.attach(allowed, WHO, CALL, sounds.wav(), AT, BY)
    batch = int(allowed.batches()["id"].max())
    kept = recordings.attach(allowed, WHO, CALL, sounds.wav(2), AT, BY)
    assert allowed.sweep_media() == ()
    allowed.undo(batch)
    left = media_folder(allowed.database.url) / f"{'0' * 64}.enc.part"
    foreign = left.with_name("notes.txt")
    left.touch()
    foreign.touch()
    assert set(allowed.sweep_media()) == {f"{gone.sha256}.enc", left.name}
    assert [one.name for one in files(allowed)] == sorted([f"{kept.sha256}.enc", foreign.name])
    assert recordings.play(allowed, WHO, kept.id).data == sounds.wav(2)


def test_a_recording_named_by_another_contact_too_is_not_swept(allowed: Store) -> None:
    recordings.attach(allowed, WHO, CALL, sounds.wav(), AT, BY)
    batch = int(allowed.batches()["id"].max())
    recordings.attach(allowed, WHO, "another call", sounds.wav(), AT, BY)
    allowed.undo(batch)
    assert allowed.sweep_media() == ()
