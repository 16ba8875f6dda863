"""What is a recording is told by its bytes: given a file, expect its kind and length, or a refusal."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import sounds

from kanglu.errors import Refused
from kanglu.record import audio
from kanglu.record.audio import MAX_SECONDS, Sound, recognised


@pytest.mark.parametrize(
    ("data", "kind", "seconds"),
    [
        (sounds.wav(1.5), "audio/wav", 1.5),
        (sounds.mp3(50), "audio/mpeg", 1.31),
        (sounds.mp3(50, sounds.id3()), "audio/mpeg", 1.31),
        (sounds.mp4(3), "audio/mp4", 3.0),
        (sounds.aac(50), "audio/aac", 3.2),
        (sounds.aac(50, rate=11), "audio/aac", 6.4),
        (sounds.ogg(2.0), "audio/ogg", 2.0),
        (sounds.amr(100), "audio/amr", 2.0),
        (b"#!AMR-WB\n" + (b"\x04" + bytes(17)) * 50, "audio/amr-wb", 1.0),
    ],
    ids=["wav", "mp3", "mp3 with a tag", "m4a", "aac 16 kHz", "aac 8 kHz", "opus", "amr", "amr-wb"],
)
def test_sound_is_known_by_its_bytes(data: bytes, kind: str, seconds: float) -> None:
    assert recognised(data) == Sound(kind, pytest.approx(seconds, abs=0.02))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (sounds.mp4(handler=b"vide"), "a video"),
        (sounds.mp4(handler=b"text"), "no sound"),
        (sounds.avi(), "a video"),
        (b"\x1aE\xdf\xa3" + bytes(100), "a video"),
        (sounds.ogg(first=b"\x80theora" + bytes(40)), "a video"),
        (sounds.ogg(first=b"\x7fFLAC" + bytes(40)), "no sound that Kanglu knows"),
        (sounds.zipped(), "a ZIP archive"),
        (b"%PDF-1.7", "a PDF"),
        (b"  <!doctype html><script>alert(1)</script>", "a web page"),
        (b"\xff\xd8\xff\xe0 JFIF", "a picture"),
        (b"MZ" + bytes(100), "a program"),
        (b"not sound at all", "not a recording that Kanglu knows"),
        (sounds.id3() + b"<html>", "not a recording that Kanglu knows"),
        (b"\xff\xfb\x90\x00 and then words that are no frame", "not a recording that Kanglu knows"),
        (sounds.wav()[:44], "no sound"),
        (sounds.wav()[:30], "no sound"),
        (b"#!AMR\n", "no sound"),
        (b"\0\0\0\x10ftypM4A \0\0\0\0", "no sound"),
        (sounds.wav(MAX_SECONDS + 1, rate=100), "4.0 hours"),
    ],
)  # fmt: skip
def test_what_is_no_recording_is_refused_and_named(data: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        recognised(data)
    assert refused.value.remedy


def test_four_hours_and_fifty_megabytes_are_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert recognised(sounds.wav(MAX_SECONDS, rate=100)).seconds == MAX_SECONDS
    data = sounds.wav()
    monkeypatch.setattr(audio, "MAX_BYTES", len(data))
    assert recognised(data)
    monkeypatch.setattr(audio, "MAX_BYTES", len(data) - 1)
    with pytest.raises(Refused, match="MB"):
        recognised(data)


def test_a_recorder_that_was_cut_off_states_a_wrong_length_and_the_bytes_count() -> None:
    whole = sounds.wav(2.0)
    for stated in (0, 0xFFFFFFFF):
        cut = whole[:40] + stated.to_bytes(4, "little") + whole[44:8044]
        assert recognised(cut) == Sound("audio/wav", 1.0)


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"RIFF\0\0\0\0WAVE", b"\0\0\0\x10ftyp", b"OggS", b"ID3", b"\xff\xf1", b"\xff\xfb",
                     b"#!AMR\n", sounds.mp4()[:60], sounds.ogg()[:40], sounds.wav()[:40]]),
)  # fmt: skip
def test_whatever_comes_is_a_sound_or_a_refusal(rest: bytes, begins: bytes) -> None:
    with suppress(Refused):
        assert recognised(begins + rest).content_type.startswith("audio/")
