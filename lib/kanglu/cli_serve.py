"""The verbs about the pages: serving them, and the accounts of those who use them."""

import getpass
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from kanglu import screen
from kanglu.cli_rules import Database, Json

if TYPE_CHECKING:
    from kanglu.record.accounts import Accounts
    from kanglu.record.opened import Clock
    from kanglu.trust import Actor

accounts = typer.Typer(
    name="account",
    help="Who may sign in to the pages: list, add, a new password, disable, enable.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="What one types to sign in.")]


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 for all, behind a proxy that speaks TLS.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 5006,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of",
            formats=["%Y-%m-%d"],
            metavar="DAY",
            help="Work as if this were today, also in what is entered: for the demo, not for real records.",
        ),
    ] = None,
    database: Database = None,
) -> None:
    """Serve the pages: today's list, people, visits, trends, intake, reports, rules, board.

    The first start makes an administrator and prints a password for one sign-in.

      kanglu serve --port 5006
    """
    import uvicorn

    from kanglu import record
    from kanglu.record.database import opened
    from kanglu.ui.bounds import WORDS
    from kanglu.ui.server import Application
    from kanglu.ui.visitors import House

    record.init(database)
    house = House(opened(database), _clock(as_of))
    if password := house.accounts.first():
        screen.say(f"The first account is made: name admin, password for one sign-in {password}")
    screen.say(f"Kanglu is at http://{host}:{port} (Ctrl+C ends it)")
    uvicorn.run(
        Application(house), host=host, port=port, log_level="warning", server_header=False,
        ws_max_size=WORDS, ws_ping_interval=20, ws_ping_timeout=30, proxy_headers=True,
    )  # fmt: skip


def _clock(as_of: datetime | None) -> "Clock":
    """The machine's clock, or one that shows its time on another day."""
    from kanglu.record.opened import ZONE, system_clock

    if as_of is None:
        return system_clock
    zone = ZoneInfo(ZONE)
    today = system_clock().astimezone(zone).date()
    behind = timedelta(days=(today - as_of.date()).days)
    return lambda: system_clock() - behind


@accounts.command("list")
def list_(database: Database = None, as_json: Json = False) -> None:
    """List the accounts: role, member of the staff, whether they may sign in."""
    import pandas as pd

    with closing(_accounts(database)) as found:
        rows = [
            {"name": one.id, "called": one.name, "role": str(one.role), "staff": one.practitioner or "",
             "state": "disabled" if one.disabled else "new password" if one.must_change else "active"}
            for one in found.all()
        ]  # fmt: skip
    screen.frame(pd.DataFrame(rows, columns=["name", "called", "role", "staff", "state"]), as_json)


@accounts.command()
def add(
    name: Name,
    role: Annotated[
        str,
        typer.Option(help="health_manager, clinician, supervisor, analyst, operator or admin."),
    ],
    called: Annotated[str, typer.Option(help="The person's name, as it is shown.")] = "",
    staff: Annotated[str | None, typer.Option(help="Which member of the staff this is (id).")] = None,
    institution: Annotated[
        str | None, typer.Option(help="Of which institution; a supervisor of one sees its people alone.")
    ] = None,
    database: Database = None,
) -> None:
    """Make an account, and print its password for one sign-in."""
    from kanglu.errors import RecordError
    from kanglu.trust import Role

    if role not in set(Role):
        raise RecordError(f"There is no role {role!r}.", remedy=f"Choose from {', '.join(Role)}.")
    with closing(_accounts(database)) as found:
        password = found.add(
            _administrator(), name, called or name, Role(role), staff, institution=institution
        )
    screen.say(f"{name}: password for one sign-in {password}")


@accounts.command()
def reset(name: Name, database: Database = None) -> None:
    """Give an account a new password for one sign-in; whoever is signed in with it is signed out."""
    with closing(_accounts(database)) as found:
        password = found.reset(_administrator(), name)
    screen.say(f"{name}: password for one sign-in {password}")


@accounts.command()
def disable(name: Name, database: Database = None) -> None:
    """Let somebody sign in no more, from now on."""
    with closing(_accounts(database)) as found:
        found.disable(_administrator(), name)
    screen.say(f"{name} may no longer sign in.")


@accounts.command()
def enable(name: Name, database: Database = None) -> None:
    """Let somebody sign in again who was disabled, with a new password for one sign-in."""
    with closing(_accounts(database)) as found:
        password = found.enable(_administrator(), name)
    screen.say(f"{name}: password for one sign-in {password}")


def _accounts(database: str | None) -> "Accounts":
    from kanglu.record.accounts import Accounts
    from kanglu.record.database import opened

    return Accounts(opened(database))


def _administrator() -> "Actor":
    """Whoever sits at this machine, and can read its key."""
    from kanglu.trust import Actor, Role

    user = getpass.getuser()
    return Actor(user, user, Role.ADMIN, at_machine=True)
