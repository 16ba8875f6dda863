"""`./run bench`: each row measures Kanglu and what a user would run instead, side by side, in this run.

Only ratios are compared with targets; times are this machine's. Names choose rows: ./run bench reports
"""

import argparse
import json
from collections.abc import Callable
from importlib import import_module

from rich.console import Console
from rich.table import Table

SUITES = (
    *("china_par", "scores", "intake", "rules", "search", "person", "advice", "reports", "pages", "trust"),
    "fuzz",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="kanglu bench", description=__doc__)
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=", ".join(SUITES))
    parser.add_argument("--people", type=int, default=400, help="reports rendered by the fast batch")
    parser.add_argument("--panel", type=int, default=100_000, help="people over whom the rules are evaluated")
    parser.add_argument("--minutes", type=int, default=10, help="how long people are at work on the pages")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    parser.add_argument("--markdown", action="store_true", help="answer as the table of the README")
    chosen = parser.parse_args()
    if unknown := set(chosen.suites) - set(SUITES):
        parser.error(f"unknown suite {', '.join(unknown)}; there are {', '.join(SUITES)}")
    rows: list[dict[str, object]] = []
    for name in chosen.suites or SUITES:
        run: Callable[..., list[dict[str, object]]] = import_module(f"tests.bench.{name}").run
        given = {
            "reports": {"people": chosen.people},
            "rules": {"people": chosen.panel},
            "pages": {"minutes": chosen.minutes},
        }
        rows += run(**given.get(name, {}))
    if chosen.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    elif chosen.markdown:
        print("| what | against | ours | theirs | ratio | wanted |\n| --- | --- | --- | --- | --- | --- |")
        for row in rows:
            print(
                "| "
                + " | ".join(
                    str(row[key]) for key in ("what", "against", "ours", "theirs", "ratio", "target")
                )
                + " |"
            )
    else:
        table = Table("what", "against", "ours", "theirs", "ratio", "wanted")
        for row in rows:
            table.add_row(
                *(str(row[key]) for key in ("what", "against", "ours", "theirs", "ratio", "target"))
            )
        Console().print(table)


main()
