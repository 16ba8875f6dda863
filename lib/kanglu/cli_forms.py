"""The verbs about forms: which there are, what they ask, filling one, scoring a file of them."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kanglu import screen, screen_forms
from kanglu.cli_rules import Database, Json, Language, sitting
from kanglu.errors import FormError

if TYPE_CHECKING:
    from kanglu.record import Store

forms = typer.Typer(
    name="form",
    help="Questionnaires: list, show, fill, score, export.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Form = Annotated[str, typer.Argument(metavar="ID", help="Which questionnaire, such as phq9.")]
Person = Annotated[str, typer.Argument(metavar="PERSON", help="Record number, such as K000123.")]


@forms.command("list")
def list_(lang: Language = "zh", as_json: Json = False) -> None:
    """List the questionnaires: version, items, what scores them, after how long they are asked again."""
    from kanglu.care import forms as care

    screen.frame(screen_forms.listed(care.questionnaires(), lang), as_json)


@forms.command()
def show(
    form: Form,
    version: Annotated[int | None, typer.Option(help="Which version. The newest when left out.")] = None,
    lang: Language = "zh",
    as_json: Json = False,
) -> None:
    """Show what a questionnaire asks; with --json as a FHIR R4 Questionnaire."""
    from kanglu.care import forms as care
    from kanglu.intake.fhir.questionnaires import to_fhir

    one = care.questionnaires().get(form, version)
    screen.answer(as_json, to_fhir(one) if as_json else None, lambda: screen_forms.shown(one, lang))


@forms.command()
def fill(
    form: Form,
    person: Person,
    answers: Annotated[
        Path,
        typer.Argument(metavar="ANSWERS", help="JSON, or CSV with one row; heads are the ids of the items."),
    ],
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on", formats=["%Y-%m-%d"], metavar="DAY", help="When it was filled. Today if left out."
        ),
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="Who of the staff filled it in. The person when left out.")
    ] = None,
    lang: Language = "zh",
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Save a form of a person, with its scores, and say at once what its answers raise.

    A half-filled form is saved as such and has no score; the exit code is then 1. The same form of the same
    day is corrected.

      kanglu form fill phq9 K000123 answers.json --on 2026-06-30
    """
    from kanglu.care import forms as care
    from kanglu.intake.answer_files import read_forms

    given = read_forms(answers)
    if len(given) > 1:
        raise FormError(f"It holds {len(given)} forms.", where=str(answers), remedy="Give one at a time.")
    with _open(database) as store:
        one = care.fill(store, person, form, given[0], on.date() if on else store.as_of, by)
    scores = care.score(one)
    screen.answer(
        as_json,
        screen_forms.filled_data(one, scores),
        lambda: screen_forms.filled(one, scores, lang),
    )
    raise typer.Exit(1 if one.open else 0)


@forms.command()
def score(
    form: Form,
    answers: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV or JSON, a row a form; age_years may stand beside.")
    ],
    as_json: Json = False,
) -> None:
    """Score a file of forms without a record, a line a form and measure; exit code 1 if one has no number."""
    import pandas as pd

    from kanglu.care import forms as care
    from kanglu.intake.answer_files import read_forms

    rows = pd.DataFrame(read_forms(answers), dtype=object)
    found = care.score_rows(care.questionnaires().get(form), rows)
    for name, answer in found.items():
        answer.insert(0, "measure", name)
        answer.insert(0, "row", range(1, len(answer) + 1))
    if not found:
        raise FormError(f"{form} is not scored.", remedy="`kanglu form list` says which are.")
    every = pd.concat(found.values())
    screen.frame(every, as_json)
    raise typer.Exit(0 if (every["status"] == "ok").all() else 1)


@forms.command()
def export(person: Person, database: Database = None) -> None:
    """Print the forms of a person as a FHIR R4 Bundle; kanglu import reads it back."""
    from kanglu.care import forms as care

    with _open(database) as store:
        screen.as_json(care.export(store, person))


def _open(database: str | None) -> "Store":
    from kanglu import record

    return record.open(database, actor=sitting("health_manager"))
