"""The verbs of trust: the keys of the database, and what lies beside it."""

import getpass
from typing import TYPE_CHECKING

import typer

from kanglu import screen
from kanglu.cli_rules import Database, Json

if TYPE_CHECKING:
    from kanglu.record import Store

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


def _open(database: str | None) -> "Store":
    from kanglu import record
    from kanglu.trust import Actor, Role

    user = getpass.getuser()
    return record.open(database, actor=Actor(user, user, Role.ADMIN), purpose="administration")
