"""Putting an extract into a folder: all of it or nothing, and not before it stands in the audit log."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from kanglu import __version__
from kanglu.dates import instant
from kanglu.errors import RecordError
from kanglu.home import shipped
from kanglu.i18n import LANGS, words
from kanglu.insight.extract import QUASI, Extract
from kanglu.insight.extract.columns import Column
from kanglu.insight.extract.extract import PSEUDONYM
from kanglu.record import Store
from kanglu.reporting.blocks import to_data, to_html
from kanglu.reporting.collect import Piece
from kanglu.reporting.extract.report import report, treatment
from kanglu.reporting.html import Printer

ROWS: Final = "extract.csv"
MANIFEST: Final = "manifest.json"


@dataclass(frozen=True, slots=True)
class Written:
    """An extract that lies in a folder.

    Parameters
    ----------
    folder : it holds the rows, a report in each language and the manifest.
    manifest : what stands in the manifest; `sha256` is the hash of its file, as in the audit log.
    """

    folder: Path
    manifest: Mapping[str, Any]
    sha256: str


def write(store: Store, extract: Extract, folder: Path) -> Written:
    """Write an extract into a folder that is not there yet, or empty, and write down that it was made.

    Raises `RecordError` where the folder holds something or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RecordError(
            "Something lies here already.", where=str(folder), remedy="Name a folder that is not there yet."
        )
    files = _files(store, extract)
    manifest = _manifest(store, extract, files)
    files[MANIFEST] = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
    digest = sha256(files[MANIFEST]).hexdigest()
    part = folder.parent / f".{folder.name}.part"
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700, parents=True)
        for name, content in files.items():
            (part / name).write_bytes(content)
        store.extracted(extract.people, _deed(extract, digest))
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except OSError as error:
        raise RecordError(
            f"The extract cannot be written: {error.strerror}.",
            where=str(folder),
            remedy="Choose a folder of your own with room in it.",
        ) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Written(folder, manifest, digest)


def _files(store: Store, extract: Extract) -> dict[str, bytes]:
    """The rows as machines read them back, see `csv_file`, and the reports."""
    files = {ROWS: extract.rows.to_csv(index=False, lineterminator="\r\n").encode()}
    printer = Printer(shipped("reports/style"))
    for lang in LANGS:
        blocks = report(extract, store.actor.name, __version__, words(lang))
        pieces = [Piece(to_data(block), to_html(block)) for block in blocks]
        files[f"report.{lang}.html"] = printer.print(pieces, lang).encode()
    return files


def _deed(extract: Extract, digest: str) -> dict[str, Any]:
    wanted = extract.wanted
    return {
        "expression": wanted.expression, "for": wanted.purpose, "people": len(extract.rows),
        "k": extract.anonymity.k, "project": wanted.project, "manifest": digest,
    }  # fmt: skip


def _manifest(store: Store, extract: Extract, files: Mapping[str, bytes]) -> dict[str, Any]:
    wanted, told = extract.wanted, extract.anonymity
    return {
        "made": instant(store.clock()),
        "by": {"actor": store.actor.id, "role": str(store.actor.role)},
        "purpose": str(wanted.purpose),
        "expression": wanted.expression,
        "as_of": extract.as_of.isoformat(),
        "known": extract.known.isoformat(),
        "catalogue": extract.revision,
        "kanglu": __version__,
        "project": wanted.project,
        "k": {"asked": wanted.k, "reached": told.k, "classes": len(told.sizes)},
        "most_suppressed": wanted.most_suppressed,
        "rows": {
            "panel": extract.panel,
            "permitted": extract.permitted,
            "suppressed": told.suppressed,
            "extract": len(extract.rows),
        },
        "left_out": dict(extract.reasons),
        "l": dict(extract.diversity),
        "columns": [
            {"name": PSEUDONYM, "kind": "pseudonym", "done": "project" if wanted.project else "new"},
            *(_column(extract, one) for one in extract.columns),
        ],
        "files": {
            name: {"bytes": len(content), "sha256": sha256(content).hexdigest()}
            for name, content in files.items()
        },
    }


def _column(extract: Extract, column: Column) -> dict[str, Any]:
    """A column in the manifest; of a quasi-identifier also its ladder, and the step that was taken."""
    said = {"name": column.name, "kind": column.kind, "done": treatment(extract, column, words("en"))}
    if column.kind == "quasi":
        said["ladder"] = " → ".join(
            f"{rung.width}-year bands" if rung.width else rung.id for rung in QUASI[column.name].rungs
        )
    return said
