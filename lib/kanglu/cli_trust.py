"""The verbs of trust: the keys of the database, and what lies beside it."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kanglu import screen
from kanglu.cli_rules import Database, Json, sitting

if TYPE_CHECKING:
    from kanglu.record import Store
    from kanglu.record.checking import Verification
    from kanglu.trust.keys import Keys

keys = typer.Typer(
    name="key",
    help="The keys that identifiers and recordings are encrypted with: which, a new one, old ones out.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@keys.command()
def show(database: Database = None, as_json: Json = False) -> None:
    """Show which keys the ring holds, by their public names; never the keys."""
    from kanglu.record.rotating import known_keys

    with _open(database) as store:
        rows = [(one.fingerprint, one.state, one.files) for one in known_keys(store)]
    heads = ("key", "state", "files")
    data = [dict(zip(heads, row, strict=True)) for row in rows]
    screen.answer(as_json, data, lambda: screen.table(heads, rows))


@keys.command()
def rotate(database: Database = None, as_json: Json = False) -> None:
    """Put a new key in force, and write everything that is encrypted anew with it.

    Killed at any moment, nothing is lost: run it again, and it goes on. Pages that are open may go on too;
    what somebody saves while it runs waits. Copy the key file into your backup before and afterwards.

    When the key is in the environment variable KANGLU_KEY: make a key (openssl rand -base64 32), write it
    there before the old one, with a comma between, wherever the record is opened; then run this.
    """
    from kanglu.record.rotating import rotate as put_in_force

    with _open(database) as store, screen.bar("Writing anew") as progress:
        done = put_in_force(store, progress)
    data = {
        "key": done.key, "before": done.before, "rows": dict(done.rows), "files": done.files,
        "damaged": list(done.damaged),
    }  # fmt: skip
    rows = sum(done.rows.values())
    said = f"Key {done.key} is in force. Written anew: {rows} rows, {done.files} files."
    bad = [f"cannot be decrypted, put it back from your backup: {name}" for name in done.damaged]
    then = "kanglu key retire takes the old key out of the key file."
    screen.answer(as_json, data, lambda: screen.say("\n".join([said, *bad, then])))
    raise typer.Exit(1 if done.damaged else 0)


@keys.command()
def retire(database: Database = None, as_json: Json = False) -> None:
    """Take older keys out of the key file, when nothing is written with them any longer.

    A backup that was made with an older key needs that key: keep a copy of it as long as that backup.
    """
    from kanglu.home import home
    from kanglu.intake.waiting import Waiting
    from kanglu.record.rotating import retire as take_out

    with _open(database) as store:
        waiting = Waiting(home() / "data" / "arriving", store.database.keys)
        gone = take_out(store, waiting.older())
    said = f"Taken out: {', '.join(gone)}." if gone else "There is no older key."
    screen.answer(as_json, {"retired": list(gone)}, lambda: screen.say(said))


def sweep(database: Database = None, as_json: Json = False) -> None:
    """Remove the files of recordings and attachments that no fact names, as after an undo."""
    with _open(database) as store:
        names = store.sweep_media()
    screen.answer(as_json, {"removed": list(names)}, lambda: screen.say(f"Removed: {len(names)} files."))


KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", help="A file with another key than the database's own."),
]


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not be there.")],
    key_file: KeyFile = None,
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="Restore it for a test, and verify that.")
    ] = True,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Write one encrypted file with the database, recordings, attachments and the institution's definitions.

    The key is not in it: keep a copy of the key file somewhere else. With --key-file it is encrypted with the
    key in that file (32 bytes in base64: openssl rand -base64 32), and needs both keys to be restored.

      kanglu backup /backups/kanglu-2026-06-30.backup
    """
    from kanglu.record.backup import back_up
    from kanglu.trust.keys import read

    with _open(database) as store:
        made = back_up(store, file, key=read(key_file) if key_file else None, check=check)
    data = {
        "file": str(made.path), "bytes": made.bytes, "sha256": made.sha256, "key": made.key,
        "rows": dict(made.rows), "files": made.files, "missing": list(made.missing),
        "checked": made.checked.how if made.checked else "no",
        "faults": _faults(made.checked.found if made.checked else None),
    }  # fmt: skip
    screen.answer(as_json, data, lambda: screen.say("\n".join(_told(data))))
    raise typer.Exit(1 if data["faults"] or made.missing else 0)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What kanglu backup wrote.")],
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help="A file that is not there, or an empty database.")
    ],
    key_file: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Restore a backup into an empty place; every block, hash and the audit log are checked, and it is told.

    Keys are looked for in the file of --key-file, in KANGLU_KEY, and beside the database. Nothing is ever
    overwritten; what fails leaves nothing behind.

      kanglu restore kanglu-2026-06-30.backup --to data/restored.sqlite --key-file kanglu.key
    """
    from kanglu.record.restoring import restore as put_back

    done = put_back(file, to, _ring(to, key_file), actor=sitting("admin"))
    data = {
        "database": done.database, "made": done.made, "rows": dict(done.rows), "media": done.media,
        "definitions": done.definitions, "left": list(done.left), "missing": list(done.missing),
        "faults": _faults(done.found),
    }  # fmt: skip
    screen.answer(as_json, data, lambda: screen.say("\n".join(_told(data))))
    raise typer.Exit(1 if data["faults"] else 0)


def _told(data: Mapping[str, Any]) -> Iterator[str]:
    """An answer, line by line."""
    for name, value in data.items():
        if name == "rows":
            yield f"rows: {sum(value.values())} ({value['person']} people)"
        elif isinstance(value, list):
            yield from (f"{name}: {one}" for one in value)
        else:
            yield f"{name}: {value}"


def _faults(found: "Verification | None") -> list[str]:
    if found is None:
        return []
    return [*([found.broken.reason] if found.broken else []), *found.faults]


def _ring(to: str, key_file: Path | None) -> "Keys":
    """All keys that there are at hand."""
    from kanglu.errors import RecordError
    from kanglu.record.database import key_path, resolve
    from kanglu.trust.keys import ENVIRONMENT, Keys, load, read

    found = list(read(key_file).masters) if key_file else []
    for path in (key_path(resolve(to)), key_path(resolve(None))):
        if path.exists() or os.environ.get(ENVIRONMENT):
            found += load(path).masters
    if not found:
        raise RecordError(
            "There is no key to open the backup with.",
            remedy=f"Name the key file of its database with --key-file, or set {ENVIRONMENT}.",
        )
    masters = tuple(dict.fromkeys(found))
    return Keys(masters[0], masters[1:])


def _open(database: str | None) -> "Store":
    from kanglu import record

    return record.open(database, actor=sitting("admin"), purpose="administration")
