"""The bytes of recordings and attachments: encrypted, each in a file of its own, named by their hash.

The files lie beside an SQLite database (``kanglu.sqlite.media``), else under ``data/``; the environment
variable ``KANGLU_MEDIA`` names another folder. A folder belongs to one database: `sweep_media` removes what
no fact of that database names.
"""

import hashlib
import hmac
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from sqlalchemy import URL, select

from kanglu.dates import instant
from kanglu.errors import NotFound, RecordError
from kanglu.home import home
from kanglu.record import papers, tables
from kanglu.record.audio import Sound, recognised
from kanglu.record.auditing import Deed, Scribe
from kanglu.record.database import lock_writers
from kanglu.record.frames import facts_of
from kanglu.record.opened import Opened
from kanglu.record.people import PersonView
from kanglu.trust import Action, Resource, require

ENVIRONMENT = "KANGLU_MEDIA"
RECORDING, ATTACHMENT = "recording", "attachment"
"""What media are: the code of the fact that names the file."""
NAME = re.compile(r"[0-9a-f]{64}\.enc")


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording that lies in its file: what it is, the hash of its bytes, and the file's name."""

    sound: Sound
    sha256: str
    location: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A letter or scan that lies in its file: its media type, the hash of its bytes, and the file's name."""

    content_type: str
    sha256: str
    location: str


@dataclass(frozen=True, slots=True)
class Played:
    """What is played or opened: the bytes as they came, and their media type."""

    data: bytes
    content_type: str


def media_folder(url: URL) -> Path:
    """Where the recordings of a database lie."""
    if chosen := os.environ.get(ENVIRONMENT):
        return Path(chosen).expanduser().absolute()
    if url.get_backend_name() == "sqlite":
        return Path(f"{url.database}.media")
    return home() / "data" / f"{url.host or 'local'}-{url.port or 5432}-{url.database}.media"


class Keeping(Opened):
    """The part of `Store` that keeps recordings."""

    def keep_media(self, data: bytes) -> Kept:
        """Write a recording into its file; the batch that names it is entered by the caller, around this.

        Raises `Refused` for what is no recording, see `audio.recognised`.
        """
        require(self.actor, Action.WRITE, Resource.FACTS)
        return Kept(recognised(data), *self._keep(data))

    def keep_paper(self, data: bytes) -> Paper:
        """Write a letter or scan into its file; the caller enters the batch that names it, around this.

        Raises `Refused` for what is none, see `papers.recognised`.
        """
        require(self.actor, Action.WRITE, Resource.FACTS)
        return Paper(papers.recognised(data), *self._keep(data))

    def play_media(self, view: PersonView, media_id: int) -> Played:
        """A recording of a person, written down as played before it is given out.

        Raises `PermissionDenied`, `NotFound` for one that the person has not, and `RecordError` when its file
        is gone or its bytes are not those that were handed in.
        """
        require(self.actor, Action.READ, Resource.RECORDING)
        return self._given(view, media_id, RECORDING, "play recording")

    def open_paper(self, view: PersonView, media_id: int) -> Played:
        """A letter or scan of a person, written down as opened before it is given out; raises the same."""
        require(self.actor, Action.READ, Resource.ATTACHMENT)
        return self._given(view, media_id, ATTACHMENT, "open attachment")

    def _keep(self, data: bytes) -> tuple[str, str]:
        """Write bytes into their file; gives their hash and the file's name."""
        sha256 = hashlib.sha256(data).hexdigest()
        name, folder = f"{sha256}.enc", media_folder(self.database.url)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(folder / name, self.database.keys.encrypt_bytes(data, sha256.encode()))
        except OSError as error:
            raise RecordError(
                f"The file cannot be kept: {error.strerror}.",
                where=str(folder),
                remedy=f"Check that the disk has room and the folder can be written, or set {ENVIRONMENT}.",
            ) from None
        return sha256, name

    def _given(self, view: PersonView, media_id: int, code: str, deed: str) -> Played:
        """The bytes of one of a person's media that is of this kind, after it was written down."""
        self._require_seen([view.id])
        media = tables.FACTS["media"].c
        with self.database.reading() as connection:
            mine = facts_of(
                connection, "media", [view.id], self.moment, media.id == media_id, media.code == code
            )
        if mine.empty:
            raise NotFound(f"{view.record_number} has no {code} {media_id}.", remedy="Load the list again.")
        row = mine.iloc[0]
        detail = {"media": media_id, "sha256": row["sha256"]}
        self._audit([Deed(deed, view.record_number, detail)])
        data = self._bytes(str(row["location"]), str(row["sha256"]), f"The {code}")
        return Played(data, str(row["content_type"]))

    def media_of(self, view: PersonView) -> pd.DataFrame:
        """The recordings of a person at the store's moment, columns as the facts; the read is audited."""
        self._require_read()
        self._require_seen([view.id])
        self._audit([Deed("read facts", view.record_number, {"kind": "media"})])
        with self.database.reading() as connection:
            return self._shown(facts_of(connection, "media", [view.id], self.moment))

    def sweep_media(self) -> tuple[str, ...]:
        """Remove the files that no fact names, as after an undo; gives their names."""
        require(self.actor, Action.UNDO, Resource.FACTS)
        return self._swept()

    def _swept(self) -> tuple[str, ...]:
        folder, at = media_folder(self.database.url), instant(self.clock())
        scribe = Scribe(self.actor, self.purpose, self.database.keys)
        # Whoever writes a file names it in the same transaction, so under the lock none is on its way.
        with self.database.writing() as connection:
            lock_writers(connection)
            named = set(connection.scalars(select(tables.FACTS["media"].c.location).distinct()))
            files = sorted(folder.iterdir()) if folder.is_dir() else []
            orphans = [one for one in files if _is_ours(one) and one.name not in named]
            for one in orphans:
                one.unlink()
            names = tuple(one.name for one in orphans)
            scribe.write(connection, [Deed("sweep media", None, {"files": len(names)})] if names else [], at)
        return names

    def _bytes(self, location: str, sha256: str, what: str) -> bytes:
        where = media_folder(self.database.url) / location
        try:
            cipher = where.read_bytes() if NAME.fullmatch(location) else b""
        except OSError:
            raise RecordError(
                f"{what} is not there: its file is gone.",
                where=str(where),
                remedy="Put it back from your backup.",
            ) from None
        data = self.database.keys.decrypt_bytes(cipher, sha256.encode(), what)
        if not hmac.compare_digest(hashlib.sha256(data).hexdigest(), sha256):
            raise RecordError(
                f"{what} is not the one that was handed in: its hash is another.",
                where=str(where),
                remedy="Put the file back from your backup.",
            )
        return data


def write_whole(path: Path, content: bytes) -> None:
    """The file as a whole or not at all, for its owner alone."""
    part = path.with_name(f"{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _is_ours(file: Path) -> bool:
    """A recording's file, or what is left of one that was being written when the process died."""
    return bool(NAME.fullmatch(file.name.removesuffix(".part")))
