"""The verb of the board: the numbers of the service on a day, and the people behind each."""

from typing import Annotated

import typer

from kanglu import screen, screen_board
from kanglu.cli_rules import AsOf, Database, Json, Known, Language, open_store


def board(
    manager: Annotated[
        str | None, typer.Option(help="Only the people of this member of the staff. All when left out.")
    ] = None,
    programme: Annotated[
        str | None, typer.Option(help="Only the people enrolled in it, such as hypertension.")
    ] = None,
    cell: Annotated[
        str | None,
        typer.Option(
            "--list", metavar="KEY", help="The people behind a number: register/hypertension/overdue."
        ),
    ] = None,
    lang: Language = "zh",
    database: Database = None,
    as_of: AsOf = None,
    known: Known = None,
    as_json: Json = False,
) -> None:
    """Show the board: the register by state, rates with their definition, load against capacity.

    Tasks go by the last evaluation: run kanglu evaluate first.

      kanglu board --as-of 2026-06-30

      kanglu board --list register/hypertension/overdue
    """
    from kanglu.insight.board import Chosen, listed, read
    from kanglu.insight.board import board as counted

    with open_store(database, as_of, known) as store:
        found = counted(read(store), Chosen(manager, programme))
        if cell is not None:
            page = listed(store, found, cell, size=len(found.cell(cell).people))
            screen.frame(screen_board.people(found, page, lang), as_json)
        else:
            data = screen_board.data(found, store.actor, lang)
            screen.answer(as_json, data, lambda: screen_board.shown(data))
