"""Folders, zips and gzip: what comes out, in what order, and what is refused by name."""

import gzip
import os
import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from kanglu.errors import Refused
from kanglu.intake.containers import Refusal, documents
from kanglu.intake.guard import Limits
from kanglu.intake.reader import Document

_MB = 1 << 20


def opened(*paths: Path, scratch: Path, limits: Limits | None = None) -> dict[str, bytes | str]:
    """Content of every document, or the reason of its refusal, by name."""
    scratch.mkdir(exist_ok=True)
    found: dict[str, bytes | str] = {}
    for one in documents(paths, scratch, limits):
        if isinstance(one, Refusal):
            found[one.name] = one.reason
            continue
        try:
            found[one.name] = one.content()
        except Refused as error:
            found[one.name] = error.what
    return found


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    memory = BytesIO()
    with zipfile.ZipFile(memory, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return memory.getvalue()


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "scratch"


def test_a_folder_is_walked_in_order_of_name_without_hidden_files(tmp_path: Path, scratch: Path) -> None:
    folder = tmp_path / "in"
    for name in ("b.json", "a.json", "sub/c.json", ".DS_Store", "__MACOSX/a.json", ".git/config"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    assert list(opened(folder, scratch=scratch)) == ["in/a.json", "in/b.json", "in/sub/c.json"]


def test_a_zip_a_zip_within_it_and_gzip_give_their_documents(tmp_path: Path, scratch: Path) -> None:
    inner = zipped({"deep.json": b"deep"})
    path = tmp_path / "all.zip"
    path.write_bytes(zipped({"a.json": b"a", "inner.zip": inner, "b.json.gz": gzip.compress(b"b")}))
    assert opened(path, scratch=scratch) == {
        "all.zip/a.json": b"a",
        "all.zip/inner.zip/deep.json": b"deep",
        "all.zip/b.json": b"b",
    }


def test_zips_within_zips_end_at_a_depth(tmp_path: Path, scratch: Path) -> None:
    content = zipped({"core.json": b"core"})
    for _ in range(5):
        content = zipped({"layer.zip": content})
    path = tmp_path / "onion.zip"
    path.write_bytes(content)
    ((name, reason),) = opened(path, scratch=scratch).items()
    assert name.startswith("onion.zip/layer.zip")
    assert reason == "It is an archive too deep inside others."


def test_a_workbook_is_a_document_although_it_is_a_zip(tmp_path: Path, scratch: Path) -> None:
    content = zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})
    path = tmp_path / "labs.xlsx"
    path.write_bytes(content)
    assert opened(path, scratch=scratch) == {"labs.xlsx": content}


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a/./b/../c.json", "a/b/c.json"),
        ("bell\x07.json", "bell.json"),
    ],
)
def test_a_name_in_an_archive_is_a_label_and_leads_nowhere(
    name: str, label: str, tmp_path: Path, scratch: Path
) -> None:
    path = tmp_path / "odd.zip"
    path.write_bytes(zipped({name: b"x"}))
    assert opened(path, scratch=scratch) == {f"odd.zip/{label}": b"x"}
    assert list(scratch.iterdir()) == []


def test_chinese_names_of_old_archivers_are_read(tmp_path: Path, scratch: Path) -> None:
    raw = "体检.json".encode("gb18030")
    content = zipped({"x" * len(raw): b"x"}).replace(b"x" * len(raw), raw)
    path = tmp_path / "old.zip"
    path.write_bytes(content)
    assert list(opened(path, scratch=scratch)) == ["old.zip/体检.json"]


def test_a_truncated_zip_is_refused_and_the_rest_goes_on(tmp_path: Path, scratch: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    whole = zipped({"a.json": os.urandom(5000)})
    (folder / "cut.zip").write_bytes(whole[:3000])
    (folder / "good.json").write_text("{}")
    found = opened(folder, scratch=scratch)
    assert "damaged or cut off" in str(found["in/cut.zip"])
    assert found["in/good.json"] == b"{}"


def test_a_damaged_member_is_refused_when_it_is_read(tmp_path: Path, scratch: Path) -> None:
    content = bytearray(zipped({"a.json": b"A" * 500, "b.json": b"B" * 500}, zipfile.ZIP_STORED))
    content[content.index(b"A" * 500) + 100] = 0
    path = tmp_path / "bad.zip"
    path.write_bytes(bytes(content))
    found = opened(path, scratch=scratch)
    assert "damaged or cut off" in str(found["bad.zip/a.json"])
    assert found["bad.zip/b.json"] == b"B" * 500


def test_a_truncated_gzip_is_refused(tmp_path: Path, scratch: Path) -> None:
    path = tmp_path / "a.json.gz"
    path.write_bytes(gzip.compress(os.urandom(50_000))[:-20])
    assert "damaged or cut off" in str(opened(path, scratch=scratch)["a.json"])


def test_an_encrypted_member_is_refused(tmp_path: Path, scratch: Path) -> None:
    content = bytearray(zipped({"secret.json": b"x"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", content, content.index(signature) + offset, 1)
    path = tmp_path / "locked.zip"
    path.write_bytes(bytes(content))
    assert opened(path, scratch=scratch) == {"locked.zip/secret.json": "It is encrypted with a password."}


def test_a_zip_bomb_is_refused_by_what_it_claims(tmp_path: Path, scratch: Path) -> None:
    path = tmp_path / "bomb.zip"
    path.write_bytes(zipped({"zeros.json": bytes(40 * _MB)}))
    assert "as zip bombs do" in str(opened(path, scratch=scratch)["bomb.zip/zeros.json"])


def test_a_gzip_bomb_is_refused_by_what_comes_out(tmp_path: Path, scratch: Path) -> None:
    path = tmp_path / "bomb.json.gz"
    path.write_bytes(gzip.compress(bytes(40 * _MB)))
    assert "as zip bombs do" in str(opened(path, scratch=scratch)["bomb.json"])


def test_a_member_that_lies_of_its_size_is_refused(tmp_path: Path, scratch: Path) -> None:
    content = bytearray(zipped({"liar.json": bytes(4000)}))
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, 10)
    path = tmp_path / "liar.zip"
    path.write_bytes(bytes(content))
    assert "damaged or cut off" in str(opened(path, scratch=scratch)["liar.zip/liar.json"])


def test_an_archive_of_too_much_is_refused_as_a_whole(tmp_path: Path, scratch: Path) -> None:
    path = tmp_path / "many.zip"
    path.write_bytes(zipped({f"{number}.json": b"{}" for number in range(20)}))
    found = opened(path, scratch=scratch, limits=Limits(members=10))
    assert "more than is sensible" in str(found["many.zip"])


def test_members_that_overlap_are_refused(tmp_path: Path, scratch: Path) -> None:
    content = zipped({"a.json": os.urandom(2000)})
    start = content.index(b"PK\x01\x02")
    record, end = (
        content[start : content.index(b"PK\x05\x06")],
        bytearray(content[content.index(b"PK\x05\x06") :]),
    )
    struct.pack_into("<HHI", end, 8, 30, 30, 30 * len(record))
    path = tmp_path / "overlap.zip"
    path.write_bytes(content[:start] + record * 30 + bytes(end))
    assert "overlap" in str(opened(path, scratch=scratch)["overlap.zip"])


def test_links_and_pipes_in_a_folder_are_not_followed(tmp_path: Path, scratch: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "secret.json").write_text("secret")
    (folder / "link.json").symlink_to(tmp_path / "secret.json")
    os.mkfifo(folder / "pipe.json")
    assert opened(folder, scratch=scratch) == {
        "in/link.json": "It is a link to another place.",
        "in/pipe.json": "It is not a regular file.",
    }


def test_a_link_in_an_archive_is_refused(tmp_path: Path, scratch: Path) -> None:
    info = zipfile.ZipInfo("link.json")
    info.external_attr = 0o120777 << 16
    path = tmp_path / "links.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert opened(path, scratch=scratch) == {"links.zip/link.json": "It is a link to another place."}


def test_a_missing_file_is_refused(tmp_path: Path, scratch: Path) -> None:
    assert "cannot be opened" in str(opened(tmp_path / "none.json", scratch=scratch)["none.json"])


def test_the_fingerprint_is_of_the_content_however_it_is_packed(tmp_path: Path, scratch: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"content")
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(b"content"))
    (tmp_path / "a.zip").write_bytes(zipped({"a.json": b"content"}))
    scratch.mkdir()
    found = list(documents(sorted(tmp_path.glob("a.*")), scratch))
    assert all(isinstance(one, Document) for one in found)
    assert len({one.fingerprint() for one in found if isinstance(one, Document)}) == 1


def test_a_member_whose_name_is_damaged_is_refused_alone(tmp_path: Path, scratch: Path) -> None:
    path = tmp_path / "a.zip"
    content = zipped({"体检.json": b"{}", "b.json": b"good"})
    local = content.index("体检.json".encode())
    path.write_bytes(content[:local] + b"\xe8\x28" + content[local + 2 :])
    found = opened(path, scratch=scratch)
    assert found["a.zip/b.json"] == b"good"
    assert "damaged" in str(found["a.zip/体检.json"])
