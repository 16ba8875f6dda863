"""How the command line shows the board."""

from typing import TYPE_CHECKING, Any

from kanglu.screen import say, table

if TYPE_CHECKING:
    import pandas as pd

    from kanglu.i18n import Lang
    from kanglu.insight.board import Board, Page
    from kanglu.trust import Actor


def data(board: "Board", actor: "Actor", lang: "Lang") -> dict[str, Any]:
    """The board as plain data: what it is of, and every number with its key and its meaning."""
    from kanglu.i18n import words
    from kanglu.insight.board import shown as numbers
    from kanglu.reporting.board import meaning

    _ = words(lang)
    rows = []
    for key, n in numbers(board, actor).items():
        said = meaning(board, key, _)
        rows.append(
            {"key": key, "n": n, "title": said.title, "definition": said.sentence, "source": said.source}
        )
    return {
        "as_of": board.as_of.isoformat(),
        "known": board.known.isoformat(),
        "rules": board.revision,
        "evaluated": board.evaluated,
        "cells": rows,
    }


def shown(board: dict[str, Any]) -> None:
    """The numbers of the day that are not nought; the JSON answer has the others, and earlier months."""
    say(f"As of {board['as_of']}; the rules were last evaluated as of {board['evaluated'] or 'no day'}.")
    now = [one for one in board["cells"] if "@" not in one["key"] and one["n"] != 0]
    table(
        ("key", "", "n"),
        [(one["key"], one["title"], "–" if one["n"] is None else f"{one['n']:,}") for one in now],
    )


def people(board: "Board", page: "Page", lang: "Lang") -> "pd.DataFrame":
    """The people of a list, with the fact that puts each there."""
    import pandas as pd

    from kanglu.i18n import words
    from kanglu.reporting.board import because_text

    _, rules = words(lang), board.sources.rules
    columns = ("record_number", "name", "sex", "age", "because")
    rows = [
        (one.record_number, one.name, one.sex, one.age, because_text(one.because, rules, _))
        for one in page.rows
    ]
    return pd.DataFrame(rows, columns=list(columns)).astype({"age": "Int64"})
