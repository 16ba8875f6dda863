"""A name that comes from outside is never a path: of an upload, a member of a zip, a report, a recording."""

import io
import zipfile
from urllib.parse import quote

import pytest

from kanglu.errors import RecordError
from kanglu.intake import import_files
from kanglu.reporting.batches import Batches
from kanglu.trust import Actor, Role

TRICKS = (
    "../../../etc/passwd", "..\\..\\..\\etc\\passwd", "/etc/passwd", "C:\\Windows\\w.ini", "a/../b",
    "....//....//b", "%2e%2e%2f%2e%2e%2fb", "a\x00.csv", "\u2025/\u2025/b", "~root/b", "CON", ".", "..",
    "", " ", "-rf", "`id`", "$(id)", "a\nb", "\u202efdp.exe",
)  # fmt: skip
ROOT = Actor("root", "root", Role.ADMIN)


@pytest.fixture(scope="module")
def batch(site):
    number = site.asked("select record_number from person")[0]
    order = {
        "report": "annual",
        "panel": number,
        "year": 2025,
        "lang": "zh",
        "as_of": "2026-01-01",
        "formats": ["html"],
    }
    batches = Batches(site.house.folder / "reports" / "out" / "batches")
    return batches.begin(order, "chen", 1, "2026-01-01T01:00:00Z", "20260101T010000")


def outside(site):
    """All files but those where uploads wait."""
    return {
        path
        for path in site.house.folder.rglob("*")
        if "arriving" not in path.parts and "kanglu.sqlite" not in path.name
    }


@pytest.mark.parametrize("trick", TRICKS)
def test_an_upload_lies_where_uploads_lie_whatever_it_is_called(site, trick):
    before, data = outside(site), site.house.folder / "data"
    data.mkdir(exist_ok=True)
    with site.http("chen") as client:
        answer = client.post("/intake/files", files={"files": (f"{trick}.csv", b"a,b\n1,2\n")})
    assert answer.status_code in (200, 400, 422)
    assert {path for path in outside(site) - before if path.is_file()} == set()
    for path in data.rglob("*"):
        assert path.resolve().is_relative_to(data.resolve())
        assert not path.is_symlink()


@pytest.mark.parametrize("trick", TRICKS)
def test_a_report_is_named_by_its_batch_alone(site, batch, trick):
    with site.http("chen") as client:
        for path in (
            f"/reports/{batch.id}/files/{quote(trick, safe='')}",
            f"/reports/{quote(trick, safe='')}/all.zip",
            f"/reports/{quote(trick, safe='')}/files/batch.json",
        ):
            answer = client.get(path)
            assert answer.status_code in (200, 303, 404), path
            assert "root:" not in answer.text
            assert '"owner"' not in answer.text


def test_members_of_a_zip_are_written_nowhere(site, tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for place, trick in enumerate(TRICKS):
            archive.writestr(f"{trick}{place}.csv", "身份证号,日期,收缩压\n1,2025-01-01,120\n")
            inner = io.BytesIO()
            with zipfile.ZipFile(inner, "w") as within:
                within.writestr(f"{trick}.csv", "a,b\n1,2\n")
            archive.writestr(f"{trick}{place}.zip", inner.getvalue())
    (tmp_path / "a.zip").write_bytes(out.getvalue())
    before = {*tmp_path.parent.rglob("*"), *site.house.folder.rglob("*")}
    with site.house.store(ROOT) as store:
        receipt = import_files(store, [tmp_path / "a.zip"])
    assert all(".." not in one.file.split("/") for one in receipt.problems)
    new = {*tmp_path.parent.rglob("*"), *site.house.folder.rglob("*")} - before
    assert {path for path in new if "mappings" not in path.parts and path.name != "data"} == set()


@pytest.mark.parametrize(
    "where", ["../kanglu.sqlite", "/etc/passwd", "x.enc", "", "a" * 64, "../" + "a" * 64 + ".enc"]
)
def test_a_recording_is_read_from_its_folder_alone(site, where):
    with site.house.store(ROOT) as store, pytest.raises(RecordError, match=r"decrypt|not there"):
        store._bytes(where, "0" * 64, "The recording")
