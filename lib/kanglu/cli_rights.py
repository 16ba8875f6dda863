"""The verbs about what people ask about their own record: to see it, correct it, be given it, erase it."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from kanglu import screen
from kanglu.cli_rules import Database, Json, sitting

if TYPE_CHECKING:
    from kanglu.record import Store

rights = typer.Typer(
    name="rights",
    help="What people ask about their own record: list, receive, accept, refuse, finish, erase, hand over.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Number = Annotated[int, typer.Argument(min=1, help="As kanglu rights list lists it.")]
Person = Annotated[str, typer.Argument(metavar="PERSON", help="Record number, such as K000123.")]


@rights.command("list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Answered ones too.")] = False,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """List the requests that wait for an answer, the earliest due first."""
    with _open(database) as store:
        today = store.as_of
        rows = [
            (one.id, one.number, one.kind, str(one.received), str(one.due), one.state, one.days_late(today))
            for one in store.rights_requests()
            if every or one.open
        ]
    heads = ("request", "person", "kind", "received", "due", "state", "days late")
    data = [dict(zip(heads, row, strict=True)) for row in rows]
    screen.answer(as_json, data, lambda: screen.table(heads, rows))


@rights.command()
def receive(
    person: Person,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="access, correction, export or erasure.")],
    wording: Annotated[str, typer.Argument(help="What is asked, in the person's words.")],
    received: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], metavar="DAY", help="When it came. Today when left out."),
    ] = None,
    database: Database = None,
) -> None:
    """Take down a request; it is to be answered within 30 days.

    kanglu rights receive K000107 export "a copy of everything"
    """
    from kanglu.care import rights as care
    from kanglu.errors import RecordError
    from kanglu.record.requesting import RequestKind

    kinds: dict[str, RequestKind] = {one: one for one in get_args(RequestKind.__value__)}
    if kind not in kinds:
        raise RecordError(f"There is no request of kind {kind!r}.", remedy=f"Choose from {', '.join(kinds)}.")
    with _open(database) as store:
        made = care.receive(store, person, kinds[kind], received.date() if received else store.as_of, wording)
    screen.say(f"Request {made.id} is taken down; answer it by {made.due}.")


@rights.command()
def accept(number: Number, database: Database = None) -> None:
    """Decide that what is asked will be done. Of an erasure somebody else decides than who entered it."""
    with _open(database) as store:
        store.accept_request(number)
    screen.say(f"Request {number} is accepted.")


@rights.command()
def refuse(
    number: Number, reason: Annotated[str, typer.Argument(help="Why.")], database: Database = None
) -> None:
    """Decide that it will not be done, and say why."""
    with _open(database) as store:
        store.refuse_request(number, reason)
    screen.say(f"Request {number} is refused.")


@rights.command()
def finish(
    number: Number,
    answer: Annotated[str, typer.Argument(help="What was done or handed over.")],
    database: Database = None,
) -> None:
    """Say that an accepted request is done, and how. An erasure is finished by kanglu rights erase."""
    with _open(database) as store:
        store.finish_request(number, answer)
    screen.say(f"Request {number} is done.")


@rights.command()
def erase(
    number: Number,
    sure: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    database: Database = None,
) -> None:
    """Erase the record that an accepted request for erasure is about. It cannot be taken back.

    Reports of the person in reports/out/ go too. Backups that were made before still hold the record.
    """
    from kanglu.home import home
    from kanglu.reporting.manifest import forget

    with _open(database) as store:
        found = store.rights_request(number)
        if not sure:
            typer.confirm(f"Erase the record {found.number} for good?", abort=True)
        done = store.erase(number)
    for one in done.numbers:
        forget(home() / "reports" / "out", one)
    screen.say(f"Erased: {', '.join(done.numbers)}: {done.rows:,} rows, {done.files} files, its reports.")


@rights.command("hand-over")
def hand_over(
    person: Person,
    file: Annotated[Path, typer.Argument(metavar="FILE.ZIP", help="The file to write.")],
    database: Database = None,
) -> None:
    """Write everything the record holds of a person into a ZIP, for the person."""
    from kanglu.care import rights as care

    with _open(database) as store:
        data = care.hand_over(store, person)
    file.write_bytes(data)
    screen.say(f"{file}: {len(data):,} bytes. Hand it to nobody but the person.")


def _open(database: str | None) -> "Store":
    from kanglu import record

    return record.open(database, actor=sitting("admin"))
