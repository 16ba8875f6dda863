"""The verb that makes a research extract."""

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kanglu import screen
from kanglu.cli_rules import AsOf, Database, Json, Known
from kanglu.errors import KangluError

if TYPE_CHECKING:
    from kanglu.insight.extract import Extract
    from kanglu.reporting.extract import Written


def extract(
    expression: Annotated[
        str | None, typer.Argument(help="Whom, as in kanglu panel. Left out: the columns that there are.")
    ] = None,
    purpose: Annotated[
        str, typer.Option(help="research, training or quality; who allows it is in.")
    ] = "research",
    columns: Annotated[
        str, typer.Option(help="Names with commas between: age_years,sex,hba1c,hba1c_percent__on.")
    ] = "",
    out: Annotated[Path | None, typer.Option(help="A folder that is not there yet.")] = None,
    k: Annotated[int, typer.Option("--k", help="The fewest rows that may be alike.")] = 5,
    days: Annotated[
        str,
        typer.Option(help="moved (each person's by the same secret number of weeks), month or year."),
    ] = "moved",
    sensitive: Annotated[
        str, typer.Option(help="Columns of which the report says how many values each class has.")
    ] = "",
    project: Annotated[
        str | None, typer.Option(help="Extracts of one project have the same pseudonyms. New ones otherwise.")
    ] = None,
    suppressed: Annotated[
        float, typer.Option(help="Percent of rows that may be left out before columns get coarser.")
    ] = 5,
    database: Database = None,
    as_of: AsOf = None,
    known: Known = None,
    as_json: Json = False,
) -> None:
    """Make a de-identified extract for research: rows, a manifest, and a report on its anonymity.

    One row a person of those who allow the purpose now, under a new pseudonym. Age, sex and where people live
    are told so coarsely that each row is like k - 1 others; the few whose like is rarer are left out.

      kanglu extract

      kanglu extract "diabetes and age >= 40" --columns age_years,sex,hba1c,ldl_c --out extract-2026/
    """
    from kanglu import record
    from kanglu.insight.extract import Wanted, askable, make
    from kanglu.reporting.extract import write
    from kanglu.trust import Actor, Role

    if expression is None:
        screen.frame(askable(), as_json)
        return
    if out is None:
        raise KangluError("It is not said where to.", remedy="Name a folder that is not there yet: --out DIR")
    wanted = Wanted(
        expression, purpose, _parts(columns), k, days, _parts(sensitive), project, suppressed / 100
    )
    user = getpass.getuser()
    actor = Actor(user, user, Role.ANALYST, at_machine=True)
    on, by = (one.date() if one else None for one in (as_of, known))
    with record.open(database, actor=actor, purpose="analysis", as_of=on, known=by) as store:
        made = make(store, wanted)
        written = write(store, made, out.expanduser().absolute())
    screen.answer(as_json, _data(made, written), lambda: screen.say(_told(made, written)))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _data(made: "Extract", written: "Written") -> dict[str, Any]:
    """For scripts also who was left out for want of consent, which the manifest does not tell."""
    said = {"folder": str(written.folder), "manifest": written.sha256, "left_out": dict(made.left_out)}
    return said | {"rows": written.manifest["rows"], "k": written.manifest["k"]}


def _told(made: "Extract", written: "Written") -> str:
    told = made.anonymity
    lines = [
        f"{len(made.rows):,} people of {made.panel:,}, at least {told.k:,} alike: {written.folder}",
        *(f"left out, {answer}: {count:,}" for answer, count in made.reasons.items()),
        f"left out, few are alike: {told.suppressed:,}",
        f"manifest, as in the audit log: {written.sha256}",
    ]
    return "\n".join(lines)
