"""The `kanglu` command: each verb is one call into the library, and its answer on the screen or as JSON.

Exit codes: 0 all done, 1 some items failed (the answer names them), 2 called wrongly.
"""

import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast
from zoneinfo import ZoneInfo

import typer

from kanglu import (
    cli_accounts,
    cli_board,
    cli_extract,
    cli_forms,
    cli_lab,
    cli_rights,
    cli_rules,
    cli_serve,
    cli_trust,
    screen,
)
from kanglu.cli_rules import Database, Json, Known, sitting
from kanglu.errors import KangluError, NotFound
from kanglu.home import home
from kanglu.i18n import Lang

if TYPE_CHECKING:
    from kanglu.record import Store
    from kanglu.reporting.job import Format
    from kanglu.trust import Actor

app = typer.Typer(
    name="kanglu",
    help="""Kanglu 康录: the health records of a whole panel of people, from files to paper.

Two commands make everyone's annual summary:

  kanglu import RECORDS/

  kanglu render annual --year 2025 --lang zh

Each verb explains itself: kanglu import --help.

Exit codes: 0 all done, 1 some items failed, 2 called wrongly.""",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)

app.command()(cli_rules.evaluate)
app.command()(cli_rules.queue)
app.command()(cli_board.board)
app.add_typer(cli_rules.rules)
app.add_typer(cli_forms.forms)
app.command()(cli_serve.serve)
app.add_typer(cli_accounts.accounts)
app.add_typer(cli_trust.keys)
app.add_typer(cli_rights.rights)
app.command()(cli_lab.lab)
app.command()(cli_extract.extract)
app.command()(cli_trust.sweep)
app.command()(cli_trust.backup)
app.command()(cli_trust.restore)

AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of", formats=["%Y-%m-%d"], metavar="DAY", help="Look back from this day. Today when left out."
    ),
]


def main() -> None:
    """Run the command line; an error of ours is one readable message, not a traceback."""
    try:
        app()
    except KangluError as error:
        sys.stderr.write(f"kanglu: {error}\n")
        sys.exit(2)


@app.command()
def init(database: Database = None) -> None:
    """Make the database, or bring one of an older Kanglu up to date."""
    from kanglu import record

    screen.say(f"Ready: {record.init(database)}")


@app.command("import")
def import_(
    paths: Annotated[
        list[Path], typer.Argument(help="Files, folders or zips: FHIR R4 JSON or NDJSON, CSV, XLSX, XLS.")
    ],
    mapping: Annotated[
        Path | None, typer.Option(help="What the columns of the tables mean (a saved mapping).")
    ] = None,
    propose: Annotated[
        bool, typer.Option("--propose", help="Take nothing in; show what each column is taken for.")
    ] = False,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Take in records as one batch: all of it or, if stopped, nothing.

    What was read, new, duplicate, corrected and quarantined comes back as a receipt. The same file twice
    changes nothing. kanglu undo BATCH takes a batch back. What a table's columns mean is proposed from
    their heads and kept in data/mappings/, where it can be mended.

      kanglu import 体检2025.xlsx --propose

      kanglu import exports/ --json
    """
    from kanglu import intake, record

    declared = intake.load_mapping(mapping) if mapping else None
    if propose:
        for path in paths:
            for name, lines in intake.explain(path, declared):
                screen.table(("column", "is taken for", "unit", "because"), lines, name)
        return
    record.init(database)
    with _open(database) as store, screen.counting("Reading") as progress:
        receipt = intake.import_files(store, paths, mapping=declared, progress=progress)
    screen.answer(as_json, receipt.to_data(), lambda: screen.receipt(receipt))
    raise typer.Exit(1 if receipt.refused or receipt.facts["quarantined"] else 0)


@app.command()
def undo(
    batch: Annotated[
        int | None, typer.Argument(help="The number on the receipt. Left out: the list of batches.")
    ] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Take back one import: the record is then as it was before it."""
    with _open(database, "administration") as store:
        if batch is None:
            screen.frame(store.batches().drop(columns=["receipt", "files"]), as_json)
            return
        done = store.undo(batch)
    screen.answer(as_json, done, lambda: screen.undone(done))


@app.command()
def person(
    key: Annotated[
        str,
        typer.Argument(
            help="Record number; part of a name, in characters, pinyin or initials; a card; the whole or "
            "the end of an ID or telephone number."
        ),
    ],
    database: Database = None,
    as_of: AsOf = None,
    known: Known = None,
    as_json: Json = False,
) -> None:
    """Show one person: problems, medicines, allergies and the latest of each measurement."""
    from kanglu.insight.overview import overview

    with _open(database, "care", as_of, known) as store:
        found = store.find(key)
        if not found:
            raise NotFound(
                f"Nobody answers to {key!r} as known on {store.known}.",
                remedy="kanglu panel lists everybody.",
            )
        if len(found) > 1:
            people = store.panel(", ".join(one.record_number for one in found)).people
            screen.frame(people.drop(columns="person_id"), as_json)
            return
        answer = overview(store.dossier(found[0].record_number), store.catalogue, "en")
    screen.answer(as_json, answer.to_data(), lambda: screen.person(answer))


@app.command()
def panel(
    expression: Annotated[
        str, typer.Argument(help='"all", "K000001, K000002", "age >= 65 and diabetes and hba1c > 7".')
    ] = "all",
    inputs: Annotated[
        bool, typer.Option("--inputs", help="One row a person with all that the scores read.")
    ] = False,
    database: Database = None,
    as_of: AsOf = None,
    known: Known = None,
    as_json: Json = False,
) -> None:
    """List who is in a panel: columns on a screen, CSV into a pipe, or JSON.

    An expression names problems and medicine classes (diabetes, antihypertensive), compares latest values
    (ldl_c >= 3.4), age and sex, and joins them with and, or, not and brackets. Who was not asked is in
    neither of "hba1c > 7" and "hba1c <= 7".
    """
    with _open(database, "care", as_of, known) as store:
        chosen = store.panel(expression)
        rows = chosen.inputs().reset_index() if inputs else chosen.people
    screen.frame(rows.drop(columns="person_id"), as_json)


@app.command()
def score(
    name: Annotated[
        str | None, typer.Argument(metavar="ID", help="Which score. Left out: the list of them.")
    ] = None,
    source: Annotated[
        Path | None, typer.Argument(metavar="IN.CSV", help="One row a person, heads with units.")
    ] = None,
    target: Annotated[
        Path | None, typer.Argument(metavar="OUT.CSV", help="The same rows with the answers beside.")
    ] = None,
    output: Annotated[
        str | None, typer.Option(help="Which number of a score that can give several. The first if left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Score every row of a file: value, band, status, reason and version are written beside it.

    kanglu score                                       what there is

    kanglu score china_par_10y                         whom it fits, and the columns it reads

    kanglu score china_par_10y people.csv scored.csv

    kanglu score prevent people.csv scored.csv --output hf_10yr
    """
    from kanglu import measures

    if name is None:
        heads = ("id", "name", "version", "source")
        rows = [(one.id, one.name["en"], one.version, one.source) for one in measures.SCORES.values()]
        data = [dict(zip(heads, row, strict=True)) for row in rows]
        screen.answer(as_json, data, lambda: screen.table(heads, rows))
    elif source is None:
        if not as_json:
            screen.say(screen.about(measures.find(name)))
        screen.frame(measures.find(name).columns(), as_json)
    elif target is None:
        raise typer.BadParameter("name the file to write as well: kanglu score ID IN.CSV OUT.CSV")
    else:
        counts = measures.score_file(name, source, target, output=output)
        screen.answer(as_json, counts, lambda: screen.say(f"{target}: {screen.counts(counts)}"))


@app.command("render")
def render_(
    report: Annotated[
        str, typer.Argument(help="annual, stage, monthly, cohort, a form, or the path of a notebook.")
    ],
    panel: Annotated[str, typer.Option(help="Whom: an expression as in kanglu panel.")] = "all",
    year: Annotated[int | None, typer.Option(help="The year to look at. Last year when left out.")] = None,
    month: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m"], metavar="MONTH", help="The month of a monthly report: 2025-06."),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], metavar="DAY", help="The first day of a stage summary."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], metavar="DAY", help="The last day of a stage summary."),
    ] = None,
    lang: Annotated[Lang, typer.Option(help="zh or en.")] = "zh",
    formats: Annotated[str, typer.Option("--format", help="html, pdf, or html,pdf.")] = "html,pdf",
    out: Annotated[
        Path | None, typer.Option(help="Folder for reports and manifest. reports/out when left out.")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes. One a core when left out.")] = None,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds after which a report is given up.")] = 60,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler, for more than one machine.")
    ] = None,
    database: Database = None,
    as_of: AsOf = None,
    known: Known = None,
    as_json: Json = False,
) -> None:
    """Put a panel on paper: a summary a person of a year, a month or a stage of care, or one cohort report.

    The official forms are form_hypertension, form_diabetes, form_self_care and form_constitution.

    Stopped or killed, the same command goes on where it was: what is done and unchanged is skipped. The
    manifest in the folder names every report with its hash, and every failure with its reason.

      kanglu render annual --panel hypertension --year 2025 --lang zh

      kanglu render stage --panel hypertension --from 2025-03-01 --to 2025-05-31

      kanglu render monthly --panel hypertension --month 2025-06

      kanglu render form_hypertension --panel K000107 --year 2025

      kanglu render cohort --panel "age >= 65" --year 2025 --lang en --format pdf
    """
    from kanglu.record.opened import ZONE
    from kanglu.reporting import Order, render

    today = datetime.now(ZoneInfo(ZONE)).date()
    order = Order(
        report,
        panel,
        today.year - 1 if year is None and not (month or since or until) else year,
        lang,
        as_of.date() if as_of else today,
        known.date() if known else None,
        cast("tuple[Format, ...]", tuple(part.strip() for part in formats.split(","))),
        out,
        month=f"{month:%Y-%m}" if month else None,
        since=since.date() if since else None,
        until=until.date() if until else None,
    )
    with screen.bar(order.name) as progress:
        done = render(
            order,
            database,
            actor=_actor("report"),
            jobs=jobs,
            timeout=timeout,
            scheduler=scheduler,
            progress=progress,
        )
    screen.answer(as_json, done.to_json(), lambda: screen.say(done.to_text()))
    raise typer.Exit(1 if done.failed else 0)


@app.command()
def verify(database: Database = None, as_json: Json = False) -> None:
    """Check that the audit log is whole and the record keeps its promises."""
    with _open(database, "administration") as store:
        found = store.verify()
    data = {"ok": found.ok, "events": found.events, "broken": found.broken, "faults": found.faults}
    screen.answer(as_json, data, lambda: screen.verification(found))
    raise typer.Exit(0 if found.ok else 1)


@app.command()
def doctor(
    only: Annotated[str | None, typer.Option(help="Look at one thing only, such as fonts.")] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Look whether everything is here that the record, the reports and the batch need; say the remedy."""
    from kanglu.doctor import examine, healthy

    found = examine(database, only)
    screen.answer(as_json, found, lambda: screen.findings(found))
    raise typer.Exit(0 if healthy(found) else 1)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(context: typer.Context) -> None:
    """Measure Kanglu beside what a user would run instead (only in a checkout; see kanglu bench --help)."""
    if not (home() / "tests" / "bench").is_dir():
        raise KangluError("The bench is part of the source.", remedy="Run it in a checkout: ./run bench")
    raise typer.Exit(
        subprocess.run(
            [sys.executable, "-m", "tests.bench", *context.args], cwd=home(), check=False
        ).returncode
    )


@app.command()
def demo(
    people: Annotated[int, typer.Option(min=1, help="How many people to invent.")] = 2000,
    reports: Annotated[int, typer.Option(min=1, help="How many annual summaries to make.")] = 20,
    database: Database = None,
) -> None:
    """Invent a panel, import it, put some of it and the whole cohort on paper, and say where to look."""
    from kanglu.demo import tour

    tour.run(people, reports, database, _actor("care"), screen)


def _actor(purpose: str) -> "Actor":
    """Whoever sits at this machine, in the role that the purpose wants."""
    return sitting("admin" if purpose == "administration" else "health_manager")


def _open(
    database: str | None, purpose: str = "care", as_of: datetime | None = None, known: datetime | None = None
) -> "Store":
    from kanglu import record

    return record.open(
        database,
        actor=_actor(purpose),
        purpose=purpose,
        as_of=as_of.date() if as_of else None,
        known=known.date() if known else None,
    )
