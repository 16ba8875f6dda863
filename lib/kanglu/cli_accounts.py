"""The verbs about accounts: who may sign in to the pages, and as what."""

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from kanglu import screen
from kanglu.cli_rules import Database, Json, sitting

if TYPE_CHECKING:
    from kanglu.record.accounts import Accounts
    from kanglu.trust import Role

accounts = typer.Typer(
    name="account",
    help="Who may sign in to the pages: list, add, change, a new password, disable, second factor.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="What one types to sign in.")]
ROLES = "health_manager, clinician, supervisor, analyst, operator or admin"
Staff = Annotated[str | None, typer.Option(help="Which member of the staff this is (id).")]
Institution = Annotated[
    str | None, typer.Option(help="Of which institution; a supervisor of one sees its people alone.")
]


@accounts.command("list")
def list_(database: Database = None, as_json: Json = False) -> None:
    """List the accounts: role, member of the staff, last sign-in, second factor, whether they may sign in."""
    import pandas as pd

    with closing(_accounts(database)) as found:
        signed_in = found.last_signed_in(sitting("admin"))
        rows = [
            {"name": one.id, "called": one.name, "role": str(one.role), "staff": one.practitioner or "",
             "institution": one.institution or "", "second factor": "on" if one.second_factor else "",
             "last sign-in": signed_in.get(one.id, ""),
             "state": "disabled" if one.disabled else "new password" if one.must_change else "active"}
            for one in found.all()
        ]  # fmt: skip
    columns = ["name", "called", "role", "staff", "institution", "second factor", "last sign-in", "state"]
    screen.frame(pd.DataFrame(rows, columns=columns), as_json)


@accounts.command()
def add(
    name: Name,
    role: Annotated[str, typer.Option(help=f"{ROLES}.")],
    called: Annotated[str, typer.Option(help="The person's name, as it is shown.")] = "",
    staff: Staff = None,
    institution: Institution = None,
    database: Database = None,
) -> None:
    """Make an account, and print its password for one sign-in."""
    with closing(_accounts(database)) as found:
        password = found.add(
            sitting("admin"), name, called or name, _role(role), staff, institution=institution
        )
    _say_password(name, password)


@accounts.command()
def change(
    name: Name,
    role: Annotated[str | None, typer.Option(help=f"{ROLES}.")] = None,
    called: Annotated[str | None, typer.Option(help="The person's name, as it is shown.")] = None,
    staff: Staff = None,
    institution: Institution = None,
    database: Database = None,
) -> None:
    """Change what is named, and leave the rest; an empty text takes away. Whoever is signed in is signed out.

    kanglu account change chen_jing --role supervisor --staff ""
    """
    from kanglu.errors import NotFound

    with closing(_accounts(database)) as found:
        before = next((one for one in found.all() if one.id == name), None)
        if before is None:
            raise NotFound("There is no such account.", where=name, remedy="Look at `kanglu account list`.")
        found.change(
            sitting("admin"),
            name,
            before.name if called is None else called,
            before.role if role is None else _role(role),
            before.practitioner if staff is None else staff,
            before.institution if institution is None else institution,
        )
    screen.say(f"{name} is changed.")


@accounts.command()
def reset(name: Name, database: Database = None) -> None:
    """Give an account a new password for one sign-in; whoever is signed in with it is signed out."""
    with closing(_accounts(database)) as found:
        password = found.reset(sitting("admin"), name)
    _say_password(name, password)


@accounts.command()
def disable(name: Name, database: Database = None) -> None:
    """Let somebody sign in no more, from now on."""
    with closing(_accounts(database)) as found:
        found.disable(sitting("admin"), name)
    screen.say(f"{name} may no longer sign in.")


@accounts.command()
def enable(name: Name, database: Database = None) -> None:
    """Let somebody sign in again who was disabled, with a new password for one sign-in."""
    with closing(_accounts(database)) as found:
        password = found.enable(sitting("admin"), name)
    _say_password(name, password)


@accounts.command("sign-out")
def sign_out(name: Name, database: Database = None) -> None:
    """Sign somebody out, wherever they are signed in."""
    with closing(_accounts(database)) as found:
        found.end_sessions(sitting("admin"), name)
    screen.say(f"{name} is signed out everywhere.")


@accounts.command("no-factor")
def no_factor(name: Name, database: Database = None) -> None:
    """Take the second factor off an account whose owner has lost the phone and the recovery codes."""
    with closing(_accounts(database)) as found:
        found.reset_factor(sitting("admin"), name)
    screen.say(f"{name} signs in without a second factor now.")


@accounts.command()
def bind(
    name: Name,
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="As the provider names the person (sub); '' for nobody.")
    ],
    database: Database = None,
) -> None:
    """Let somebody sign in by the institution's single sign-on (OpenID Connect)."""
    with closing(_accounts(database)) as found:
        found.bind(sitting("admin"), name, subject)
    screen.say(f"{name} signs in there as {subject}." if subject else f"{name} is bound to nobody.")


@accounts.command("ask-factor")
def ask_factor(
    roles: Annotated[
        list[str] | None, typer.Argument(metavar="ROLE …", help="The roles; `nobody` for none.")
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Say which roles sign in with a second factor alone; without a role, show which do.

    kanglu account ask-factor admin supervisor
    """
    with closing(_accounts(database)) as found:
        if roles:
            wanted = [] if roles == ["nobody"] else roles
            found.require_factor(sitting("admin"), frozenset(map(_role, wanted)))
        now = sorted(found.roles_with_factor())
    screen.answer(as_json, {"roles": now}, lambda: screen.say(f"Second factor: {', '.join(now) or 'nobody'}"))


def _role(name: str) -> "Role":
    from kanglu.errors import RecordError
    from kanglu.trust import Role

    if name not in set(Role):
        raise RecordError(f"There is no role {name!r}.", remedy=f"Choose from {', '.join(Role)}.")
    return Role(name)


def _say_password(name: str, password: str) -> None:
    screen.say(f"{name}: password for one sign-in {password}")


def _accounts(database: str | None) -> "Accounts":
    from kanglu.record.accounts import Accounts
    from kanglu.record.database import opened

    return Accounts(opened(database))
