"""The manifest of a folder of reports: a JSON line for each, saying what it was made from and what came out.

While a batch runs, its parent (and nobody else) appends rows; a line torn by a kill is ignored when the
file is read. At its beginning and end the file is written anew, one row a report, and put in place at once.
"""

import os
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from kanglu.errors import ReportError
from kanglu.record import Dossier
from kanglu.record.dossier import PARTS
from kanglu.reporting.job import FORMATS, PARTIAL, File, Format, Outcome, Plan, State

NAME = "manifest.jsonl"
_LOCK = ".manifest.lock"


@dataclass(frozen=True)
class Row:
    """One report.

    Parameters
    ----------
    name : record number of the person, or the report's name where it is about many.
    state, reason, files, notes, seconds : see `Outcome`.
    input : hash of all that the report depends on: facts, parameters, notebook, style, code.
    as_of, last_recorded : the data cut-off: the day asked for, and when the latest fact was learned.
    catalogue, versions, parameters : what it was made with.
    """

    name: str
    state: State
    reason: str
    input: str
    as_of: str
    last_recorded: str | None
    catalogue: str | None
    parameters: Mapping[str, Any]
    versions: Mapping[str, str]
    files: Mapping[Format, File]
    notes: tuple[str, ...]
    seconds: float


def row_of(plan: Plan, outcome: Outcome, facts: Dossier | None = None, input_hash: str = "") -> Row:
    """The row of a finished or failed report."""
    return Row(
        name=outcome.name,
        state=outcome.state,
        reason=outcome.reason,
        input=input_hash,
        as_of=plan.as_of.isoformat(),
        last_recorded=facts.last_recorded if facts else None,
        catalogue=facts.catalogue_revision if facts else None,
        parameters=plan.parameters,
        versions=plan.versions,
        files=outcome.files,
        notes=outcome.notes,
        seconds=outcome.seconds,
    )


class Manifest:
    """The manifest of a folder, held by one batch at a time (a context manager)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, Row] = {}

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = (self.folder / _LOCK).open("w")
        _lock_or_refuse(self._lock.fileno(), self.folder)
        self._clear_away_partial_files()
        self.rows = {row.name: row for row in read(self.folder)}
        self.compact()
        self._file = (self.folder / NAME).open("ab")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._clear_away_partial_files()
        self.compact()
        self._lock.close()

    def _clear_away_partial_files(self) -> None:
        for partial in self.folder.glob(f".*{PARTIAL}"):
            partial.unlink(missing_ok=True)

    def add(self, rows: Iterable[Row]) -> None:
        """Write rows down at once; a row takes the place of the one before it for the same report."""
        new = list(rows)
        self.rows.update({row.name: row for row in new})
        self._file.write(b"".join(map(_line, new)))
        self._file.flush()

    def leave_out(self, rows: Iterable[Row]) -> None:
        """Write down who is left out, and remove what an earlier run had made of them."""
        new = list(rows)
        for row in new:
            clear_earlier(self.folder, row.name)
        self.add(new)

    def compact(self) -> None:
        """Write the file anew, one row a report, by name."""
        partial = self.folder / f".{NAME}{PARTIAL}"
        with partial.open("wb") as file:
            file.writelines(_line(self.rows[name]) for name in sorted(self.rows))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.folder / NAME)


def clear_earlier(folder: Path, name: str, made: Container[Format] = ()) -> None:
    """Remove what an earlier run had made of a report and this one has not."""
    for kind in FORMATS:
        if kind not in made:
            (folder / f"{name}.{kind}").unlink(missing_ok=True)


def forget(root: Path, name: str) -> None:
    """Remove the reports about somebody from every folder of reports below one."""
    for manifest in root.rglob(NAME):
        clear_earlier(manifest.parent, name)


def read(folder: Path) -> list[Row]:
    """The rows of a folder's manifest, later ones after earlier ones; a torn line is left out."""
    path = folder / NAME
    rows = []
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            said = orjson.loads(line)
            said["files"] = {kind: File(**file) for kind, file in said["files"].items()}
            rows.append(Row(**{**said, "notes": tuple(said["notes"])}))
        except (ValueError, TypeError, KeyError):
            continue
    return rows


def _line(row: Row) -> bytes:
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def _lock_or_refuse(descriptor: int, folder: Path) -> None:
    try:
        import fcntl
    except ImportError:  # a system without it has no `fork` either, and nobody runs two batches there
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise ReportError(
            "Another batch is writing here.",
            where=str(folder),
            remedy="Wait for it, or choose another folder.",
        ) from None


# -- what has changed -----------------------------------------------------------------------------


def input_hash(plan: Plan, facts: Dossier | None = None) -> str:
    """Differs wherever the report could."""
    made_with = [dict(plan.versions), dict(plan.parameters), plan.lang, plan.formats, plan.as_of, plan.known]
    digest = sha256(orjson.dumps(made_with, option=orjson.OPT_SORT_KEYS))
    if facts is not None:
        digest.update(_content(facts))
    return digest.hexdigest()


def _content(facts: Dossier) -> bytes:
    said: list[Any] = [[str(getattr(facts.person, part.name)) for part in fields(facts.person)]]
    said += [facts.catalogue_revision, facts.last_recorded]
    for part in (*PARTS, "batches"):
        frame = getattr(facts, part)
        said.append({str(name): frame[name].tolist() for name in frame.columns} if len(frame) else None)
    return orjson.dumps(said)


def unchanged(row: Row | None, input_now: str, folder: Path) -> bool:
    """Whether an earlier report still says the same, and its files are whole."""
    if row is None or row.state != "done" or row.input != input_now:
        return False
    return all(_whole(folder / file.name, file) for file in row.files.values())


def _whole(path: Path, file: File) -> bool:
    try:
        return path.stat().st_size == file.bytes and sha256(path.read_bytes()).hexdigest() == file.sha256
    except OSError:
        return False
