"""Batches that were ordered on a page: kept in a folder, and nothing handed out that no manifest names."""

import orjson
import pytest

from kanglu.errors import NotFound, ReportError
from kanglu.reporting.batches import Batches, order_of
from kanglu.reporting.manifest import NAME

ORDER = {
    "report": "annual",
    "panel": "all",
    "lang": "zh",
    "year": 2025,
    "as_of": "2026-01-01",
    "formats": ["html"],
}


@pytest.fixture
def batches(tmp_path):
    return Batches(tmp_path / "batches")


def begun(batches, owner="wang", stamp="20260101T090000", **said):
    return batches.begin(ORDER | said, owner, 2, "2026-01-01T01:00:00Z", stamp)


def made(batch, name="K000001", state="done", file="K000001.html"):
    """A report as a batch leaves it: its file, and its row in the manifest."""
    folder = batch.folder / batch.name
    folder.mkdir(exist_ok=True)
    (folder / file).write_text("<p>made</p>")
    row = {
        "name": name, "state": state, "reason": "no font" if state == "failed" else "", "input": "",
        "as_of": "", "last_recorded": None, "catalogue": None, "parameters": {}, "versions": {},
        "notes": [], "seconds": 1.0,
        "files": {"html": {"name": file, "bytes": 11, "sha256": "0"}},
    }  # fmt: skip
    with (folder / NAME).open("ab") as manifest:
        manifest.write(orjson.dumps(row) + b"\n")
    return folder / file


def test_a_batch_is_found_again_with_all_that_was_ordered(batches):
    one = begun(batches)
    again = Batches(batches.folder).get(one.id)
    assert again == one
    assert (again.owner, again.total, again.started) == ("wang", 2, "2026-01-01T01:00:00Z")
    assert again.order == ORDER
    assert order_of(again.order).name == "annual-2025-zh"
    assert one.folder.stat().st_mode & 0o077 == 0


def test_the_newest_comes_first_and_others_do_not_see_it(batches):
    first = begun(batches)
    second = begun(batches, owner="li", stamp="20260102T090000")
    assert [one.id for one in batches.all()] == [second.id, first.id]
    assert [one.id for one in batches.all("wang")] == [first.id]
    assert Batches(batches.folder / "none").all() == []


def test_a_file_is_handed_out_by_the_name_that_the_manifest_gives_it(batches):
    one = begun(batches)
    path = made(one)
    assert one.file("K000001.html") == (path, "K000001")
    assert list(one.files()) == [("K000001", "K000001.html", path)]


@pytest.mark.parametrize(
    "name",
    ["../batch.json", "batch.json", "manifest.jsonl", "K000002.html", "", "/etc/passwd", "K000001.pdf"],
)
def test_nothing_else_is_handed_out(batches, name):
    one = begun(batches)
    made(one)
    (one.folder / one.name / "K000002.html").write_text("laid here by somebody")
    with pytest.raises(NotFound):
        one.file(name)


def test_neither_is_what_has_failed_or_is_gone(batches):
    one = begun(batches)
    made(one, state="failed")
    with pytest.raises(NotFound):
        one.file("K000001.html")
    made(one).unlink()
    with pytest.raises(NotFound, match="no longer there"):
        one.file("K000001.html")
    assert list(one.files()) == []


@pytest.mark.parametrize("name", ["..", "../batches", "20260101T090000-zzzzzzzz", "20260101T090000-00000000"])
def test_what_is_no_batch_is_not_found(batches, name):
    begun(batches)
    with pytest.raises(NotFound):
        batches.get(name)


def test_days_of_an_order_become_days(batches):
    order = order_of(ORDER | {"report": "stage", "year": None, "since": "2025-03-01", "until": "2025-05-31"})
    assert order.name == "stage-2025-03-01-2025-05-31-zh"


def test_a_batch_is_carried_out_and_goes_on(batches, tmp_path, monkeypatch):
    from kanglu import record
    from kanglu.reporting import batches as carrying

    monkeypatch.setenv("KANGLU_DATABASE_URL", str(tmp_path / "k.sqlite"))
    record.init(str(tmp_path / "k.sqlite"))
    one = begun(batches, panel="all")
    asked = {}
    monkeypatch.setattr(carrying, "render", lambda order, **rest: _refuse(asked, order, rest))
    with record.open(str(tmp_path / "k.sqlite")) as store, pytest.raises(ReportError):
        carrying.carry_out(store, print, order=one.order, folder=str(one.folder))
    assert asked["order"].out == one.folder
    assert asked["rest"]["actor"].id == "local"


def _refuse(asked, order, rest):
    asked.update(order=order, rest=rest)
    raise ReportError("enough")
