"""Opening what people bring: folders, zips (zips within zips), gzip and single files, one document at a time.

Nothing is unpacked next to the user's files and no name found in an archive is ever used as a path, so
a member called ``../../etc/passwd`` is only an odd label. Sizes are checked while reading, not believed.
"""

import gzip
import os
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO

from kanglu.errors import Refused
from kanglu.intake.guard import Limits, guarded, reading
from kanglu.intake.reader import HEAD_BYTES, Document

_OFFICE_MEMBERS = ("[Content_Types].xml", "mimetype", "xl/workbook.xml")
_CLUTTER = ("__MACOSX", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that is not taken in at all: its name, why, and what to do."""

    name: str
    reason: str
    remedy: str

    @classmethod
    def of(cls, name: str, error: Refused) -> "Refusal":
        """The refusal that an error states."""
        return cls(name, error.what, error.remedy or "")


@dataclass(frozen=True, slots=True)
class _File:
    """Opens a file on disk. Openers are plain data, so that another process can open the document too."""

    path: str
    limits: Limits

    def __call__(self) -> BinaryIO:
        return guarded(Path(self.path).open("rb"), self.limits.document)


@dataclass(frozen=True, slots=True)
class _Member:
    """Opens a member of a zip."""

    path: str
    index: int
    limits: Limits

    def __call__(self) -> BinaryIO:
        archive = _archive(self.path, os.getpid())
        with reading():
            stream = archive.open(archive.infolist()[self.index])
        return guarded(stream, self.limits.document)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _Unzipped:
    """Opens what another opener gives, through gzip."""

    inner: Callable[[], BinaryIO]
    most: int

    def __call__(self) -> BinaryIO:
        return guarded(gzip.GzipFile(fileobj=self.inner(), mode="rb"), self.most)  # type: ignore[arg-type]


@lru_cache(maxsize=4)
def _archive(path: str, pid: int) -> zipfile.ZipFile:
    # One handle a process: a forked child that shared the parent's would share its place in the file.
    return zipfile.ZipFile(path)


def documents(
    paths: Sequence[Path], scratch: Path, limits: Limits | None = None
) -> Iterator[Document | Refusal]:
    """Every document under `paths`, in order of name, and every file that cannot be one.

    Parameters
    ----------
    paths : files and folders; folders are walked, links inside them are not followed.
    scratch : an empty folder of the caller's, for zips that lie within zips; the caller removes it.
    """
    limits = limits or Limits()
    for path in paths:
        if path.is_dir():
            for file in _files(path):
                name = f"{path.resolve().name}/{file.relative_to(path).as_posix()}"
                yield from _one(name, file, scratch, limits)
        else:
            yield from _one(path.name, path, scratch, limits, follow=True)
    _archive.cache_clear()


def _files(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _clutter(name))
        yield from (Path(root) / name for name in sorted(files) if not _clutter(name))


def _clutter(name: str) -> bool:
    """Whether a path holds a part that systems leave behind, or hide."""
    return any(part in _CLUTTER or part.startswith(".") for part in name.split("/"))


def _one(
    name: str, path: Path, scratch: Path, limits: Limits, *, follow: bool = False
) -> Iterator[Document | Refusal]:
    try:
        found = path.stat() if follow else path.lstat()
    except OSError as error:
        yield Refusal(name, f"The file cannot be opened: {error.strerror}.", "Check the name and the rights.")
        return
    if stat.S_ISLNK(found.st_mode):
        yield Refusal(name, "It is a link to another place.", "Name the place that it points to itself.")
    elif not stat.S_ISREG(found.st_mode):
        yield Refusal(name, "It is not a regular file.", "Name files and folders only.")
    else:
        yield from _open(name, _File(str(path), limits), found.st_size, scratch, limits, 0)


def _open(
    name: str, opener: Callable[[], BinaryIO], size: int, scratch: Path, limits: Limits, depth: int
) -> Iterator[Document | Refusal]:
    """The documents in one file, which may be an archive."""
    try:
        head = _head(opener)
        if head.startswith(b"\x1f\x8b"):
            opener, name = _Unzipped(opener, limits.inflated(size)), name.removesuffix(".gz")
            head, size = _head(opener), -1
        if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            yield Document(name, size, head, opener)
            return
        path = opener.path if isinstance(opener, _File) else _spill(opener, scratch, limits)
        members = _members(path, limits)
    except Refused as error:
        yield Refusal.of(name, error)
        return
    if any(member.filename in _OFFICE_MEMBERS for member in members):
        yield Document(name, size, head, opener)
    elif depth >= limits.depth:
        yield Refusal(name, "It is an archive too deep inside others.", "Unpack the outer ones first.")
    else:
        for index, member in enumerate(members):
            yield from _member(name, path, index, member, scratch, limits, depth)


def _member(
    archive: str, path: str, index: int, info: zipfile.ZipInfo, scratch: Path, limits: Limits, depth: int
) -> Iterator[Document | Refusal]:
    label = _label(info)
    if info.is_dir() or _clutter(label):
        return
    name = f"{archive}/{label}"
    if stat.S_ISLNK(info.external_attr >> 16):
        yield Refusal(name, "It is a link to another place.", "Put the file itself into the archive.")
    elif info.flag_bits & 0x1:
        yield Refusal(name, "It is encrypted with a password.", "Unpack the archive with its password first.")
    elif info.file_size > limits.inflated(info.compress_size):
        yield Refusal(
            name,
            f"It claims to grow from {info.compress_size:,} to {info.file_size:,} bytes, as zip bombs do.",
            "If it is real, unpack it and import the folder.",
        )
    else:
        yield from _open(name, _Member(path, index, limits), info.file_size, scratch, limits, depth + 1)


def _label(info: zipfile.ZipInfo) -> str:
    """A member's name for people: Chinese names from old archivers mended, no way out of the archive."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = info.filename
    parts = name.replace("\\", "/").split("/")
    kept = "/".join(part for part in parts if part not in ("", ".", ".."))
    return "".join(letter for letter in kept if letter.isprintable()) + ("/" if info.is_dir() else "")


def _members(path: str, limits: Limits) -> list[zipfile.ZipInfo]:
    with reading():
        members = _archive(path, os.getpid()).infolist()
    total = sum(member.file_size for member in members)
    if len(members) > limits.members or total > limits.total:
        raise Refused(
            f"The archive holds {len(members):,} files of {total:,} bytes in all, more than is sensible.",
            remedy="Import it in parts.",
        )
    if sum(member.compress_size for member in members) > Path(path).stat().st_size:
        raise Refused("The archive's files overlap, as in zip bombs.", remedy="Pack the files again.")
    return members


def _head(opener: Callable[[], BinaryIO]) -> bytes:
    stream = opener()
    try:
        return stream.read(HEAD_BYTES)
    finally:
        stream.close()


def _spill(opener: Callable[[], BinaryIO], scratch: Path, limits: Limits) -> str:
    """An archive inside another one (or behind gzip), copied out to be opened."""
    number, path = mkstemp(dir=scratch, suffix=".zip")
    stream = opener()
    try:
        with os.fdopen(number, "wb") as copy:
            while block := stream.read(1 << 20):
                copy.write(block)
    finally:
        stream.close()
    return path
