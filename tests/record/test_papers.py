"""What is kept as a letter or scan: known by its bytes, whole, and of a bounded size."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import papers, sounds

from kanglu.errors import Refused
from kanglu.record.papers import MAX_BYTES, MAX_SIDE, recognised


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (papers.PDF, "application/pdf"),
        (papers.png(), "image/png"),
        (papers.jpeg(), "image/jpeg"),
        (papers.png(MAX_SIDE, 1), "image/png"),
    ],
)
def test_each_kind_is_known_by_its_content(data: bytes, kind: str) -> None:
    assert recognised(data) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"", b"<html>", b"MZ\x90", b"PK\x03\x04", b"GIF89a", sounds.wav(1), b"<svg xmlns='x'/>",
        b" %PDF-1.4 %%EOF", papers.PDF[:-10], papers.png()[:-4], papers.jpeg()[:-2], papers.jpeg()[:12],
        papers.png().replace(b"IDAT", b"IDAU"), papers.png(MAX_SIDE + 1, 1), papers.png(0, 8),
        papers.jpeg(0, 8),
        papers.jpeg(1, MAX_SIDE + 1),
    ],
)  # fmt: skip
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        recognised(data)


def test_the_limit_is_a_limit() -> None:
    filled = b"%PDF-1.4" + bytes(MAX_BYTES - 13) + b"%%EOF"
    assert (len(filled), recognised(filled)) == (MAX_BYTES, "application/pdf")
    with pytest.raises(Refused, match="at most 20 MB"):
        recognised(b"%PDF-1.4" + bytes(MAX_BYTES - 12) + b"%%EOF")


@given(st.sampled_from([papers.PDF, papers.png(), papers.jpeg()]), st.data())
def test_no_damage_is_more_than_a_refusal(whole: bytes, data: st.DataObject) -> None:
    bent = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for place in data.draw(st.lists(st.integers(0, max(len(bent) - 1, 0)), max_size=4)):
        bent[place : place + 1] = data.draw(st.binary(min_size=1, max_size=1))
    with suppress(Refused):
        recognised(bytes(bent))
