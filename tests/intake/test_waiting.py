"""Files that wait: whose they are, what is not kept, and how long they stay."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from kanglu.catalogue import current
from kanglu.errors import NotFound, RecordError, Refused
from kanglu.intake import waiting as waiting_files
from kanglu.intake.previewing import preview
from kanglu.intake.waiting import MOST_FILES, Waiting
from kanglu.trust.keys import Keys

NOW = datetime(2026, 6, 30, 1, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Waiting:
    return Waiting(tmp_path / "arriving", Keys(bytes(32)))


def brought(place: Waiting, *names: str, by: str = "chen", now: datetime = NOW) -> waiting_files.Lot:
    return place.bring([(name, BytesIO(b"a,b\n1,2\n")) for name in names], by, now)


def test_files_wait_for_whoever_brought_them_and_for_nobody_else(place: Waiting) -> None:
    lot = brought(place, "体检.csv", "b.json")
    assert lot.files == (("体检.csv", 8), ("b.json", 8))
    with lot.clear() as paths:
        assert [path.name for path in paths] == ["体检.csv", "b.json"]
        assert [path.read_bytes() for path in paths] == [b"a,b\n1,2\n"] * 2
    assert not paths[0].parent.exists()
    assert place.lot(lot.id, "chen") == lot
    assert lot.folder.stat().st_mode & 0o077 == 0
    assert place.lots("chen") == [lot]
    assert place.lots("he") == []
    for id, by in ((lot.id, "he"), ("0" * 16, "chen"), ("../arriving", "chen")):
        with pytest.raises(NotFound):
            place.lot(id, by)


def test_the_newest_lot_comes_first_and_goes_when_it_is_thrown_away(place: Waiting) -> None:
    first = brought(place, "a.csv")
    second = brought(place, "b.csv", now=NOW + timedelta(minutes=1))
    assert place.lots("chen") == [second, first]
    place.drop(second)
    assert place.lots("chen") == [first]
    assert not second.folder.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/cron.d/a.csv", "a.csv"),
        ("C:\\体检\\a.CSV", "a.CSV"),
        ("a\x00\n.csv", "a.csv"),
        ("..a.csv", "a.csv"),
        ("x" * 300 + ".csv", "x" * 120 + ".csv"),
    ],
)
def test_a_name_is_never_a_path(place: Waiting, given: str, kept: str) -> None:
    lot = brought(place, given)
    assert lot.files[0][0] == kept
    assert [path.name for path in (lot.folder / "files").iterdir()] == [kept]
    with lot.clear() as paths:
        assert [path.name for path in paths] == [kept]


def test_two_files_of_one_name_are_both_kept(place: Waiting) -> None:
    assert [name for name, _ in brought(place, "a.csv", "A.csv").files] == ["a.csv", "A (2).csv"]


@pytest.mark.parametrize("name", ["a.exe", "a", ".csv", "", "a.csv.sh", "a.pdf"])
def test_other_kinds_are_refused_and_nothing_is_kept(place: Waiting, name: str) -> None:
    with pytest.raises(Refused, match="kind that is not taken in"):
        brought(place, "good.csv", name)
    assert list(place.folder.iterdir()) == []


def test_too_many_too_much_and_nothing_are_refused(place: Waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match=f"More than {MOST_FILES}"):
        brought(place, *(f"{number}.csv" for number in range(MOST_FILES + 1)))
    with pytest.raises(Refused, match="No file"):
        brought(place)
    monkeypatch.setattr(waiting_files, "MOST_BYTES", 15)
    with pytest.raises(Refused, match="larger than"):
        brought(place, "a.csv", "b.csv")
    assert list(place.folder.iterdir()) == []


def test_what_has_waited_for_a_day_goes(place: Waiting) -> None:
    old = brought(place, "a.csv")
    brought(place, "b.csv", by="he", now=NOW + timedelta(hours=25))
    assert not old.folder.exists()


def test_what_was_seen_is_kept_with_the_lot(place: Waiting) -> None:
    lot = brought(place, "a.csv")
    assert lot.preview() is None
    with lot.clear() as paths:
        seen = preview(paths, current())
    lot.keep(seen)
    assert place.lot(lot.id, "chen").preview() == seen


def test_files_wait_encrypted_and_large_ones_come_back_whole(place: Waiting) -> None:
    content = b"".join(b"%d,1391234\n" % number for number in range(300_000))
    lot = place.bring([("a.csv", BytesIO(content)), ("b.csv", BytesIO(b""))], "chen", NOW)
    assert lot.files == (("a.csv", len(content)), ("b.csv", 0))
    assert b"1391234" not in (lot.folder / "files" / "a.csv").read_bytes()
    with lot.clear() as [large, empty]:
        assert large.read_bytes() == content
        assert empty.read_bytes() == b""


def test_what_was_changed_moved_or_cut_while_it_waited_is_not_taken_in(place: Waiting) -> None:
    content = b"a,b\n1,2\n" * 400_000
    lot = place.bring([("a.csv", BytesIO(content)), ("b.csv", BytesIO(content[::-1]))], "chen", NOW)
    path = lot.folder / "files" / "a.csv"
    sealed = path.read_bytes()
    first = int.from_bytes(sealed[:4]) + 4
    other = (lot.folder / "files" / "b.csv").read_bytes()
    for changed in (
        sealed[:40] + b"x" + sealed[41:], sealed[first:], sealed[:first], sealed[:-1], sealed[:2], b"",
        sealed[first : 2 * first] + sealed[:first] + sealed[2 * first :], other,
    ):  # fmt: skip
        path.write_bytes(changed)
        with pytest.raises(RecordError), lot.clear():
            pass
