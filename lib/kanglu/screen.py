"""How the command line shows answers: tables for people, CSV for pipes, JSON for scripts, a progress bar."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kanglu.csv_file import plain

if TYPE_CHECKING:
    import pandas as pd

    from kanglu.doctor import Finding
    from kanglu.insight.overview import Overview
    from kanglu.intake import Receipt
    from kanglu.measures import Score
    from kanglu.record.checking import Verification
    from kanglu.record.receipt import Problem
    from kanglu.record.undo import Undone

_EXAMPLES = 3
_MARKS = {"high": "↑", "low": "↓"}


def say(text: str) -> None:
    """A line for people."""
    sys.stdout.write(f"{text}\n")


def as_json(data: object) -> None:
    """An answer for scripts: one JSON document on the standard output."""
    import orjson

    options = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    sys.stdout.write(orjson.dumps(data, default=str, option=options).decode() + "\n")


def answer(json: bool, data: object, show: Callable[[], None]) -> None:
    """The same answer for scripts or for people."""
    if json:
        as_json(data)
    else:
        show()


def frame(rows: "pd.DataFrame", json: bool) -> None:
    """A table of rows: JSON when asked, CSV into a pipe, aligned columns on a screen."""
    if json:
        as_json(
            [
                {name: None if cell != cell else cell for name, cell in row.items()}
                for row in rows.to_dict("records")
            ]
        )
    elif not sys.stdout.isatty():
        shown, texts = rows.rename(columns=plain), rows.dtypes.map(lambda kind: kind.kind == "O").to_numpy()
        shown.loc[:, texts] = shown.loc[:, texts].map(plain)
        shown.to_csv(sys.stdout, index=False)
    else:
        table(
            list(rows.columns),
            (["" if cell != cell else cell for cell in row] for row in rows.itertuples(index=False)),
        )


def table(
    heads: Sequence[str],
    rows: Iterator[Sequence[object]] | Sequence[Sequence[object]],
    title: str | None = None,
) -> None:
    """Aligned columns."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    shown = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for place, head in enumerate(heads):
        shown.add_column(head, no_wrap=place == 0)
    for row in rows:
        shown.add_row(*("" if cell is None else str(cell) for cell in row))
    Console().print(shown)


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, str], None]]:
    """A line on the standard error that says how far a job of unknown length is."""
    from rich.console import Console

    console = Console(stderr=True)
    with console.status(f"{what} …") as status:
        yield lambda done, name: status.update(f"{what}: {done} · {name}")


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on the standard error, with rate and time left."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=None, rate="")

        def update(done: int, total: int) -> None:
            speed = progress.tasks[task].speed
            progress.update(task, completed=done, total=total, rate=f"{speed * 60:.0f}/min" if speed else "")

        yield update


def receipt(answer: "Receipt") -> None:
    """What an import did, for people: counts, then problems by reason with the first few places of each."""
    if answer.batch is None:
        say("Nothing was taken in.")
    else:
        say(
            f"Batch {answer.batch}: " + ", ".join(f"{count:,} {kind}" for kind, count in answer.facts.items())
        )
        table(["read", "type"], [(f"{count:,}", kind) for kind, count in sorted(answer.read.items())])
    if answer.skipped:
        left = ", ".join(f"{count:,} {kind}" for kind, count in sorted(answer.skipped.items()))
        say(f"Not taken in: {left}")
    if answer.problems:
        problems(answer.problems)
    if answer.batch is not None:
        say(f"Take it back with: kanglu undo {answer.batch}")


def problems(found: Sequence["Problem"]) -> None:
    """Problems grouped by field and remedy, the most frequent first."""
    groups = Counter((one.field, one.remedy) for one in found)
    say(f"\nProblems: {len(found):,}")
    for (field, remedy), count in groups.most_common():
        say(f"  {count:,} × {field or 'file'}. {remedy}")
        for one in [one for one in found if (one.field, one.remedy) == (field, remedy)][:_EXAMPLES]:
            say(f"      {one.file}{f' {one.row}' if one.row else ''}: {one.reason}")


def person(answer: "Overview") -> None:
    """One person at a glance."""
    data = answer.to_data()
    age = f", {data['age']}" if data["age"] is not None else ""
    born = data["birth_date"] or "unknown"
    say(f"{data['record_number']}  {data['name'] or 'name unknown'}  {data['sex']}{age}  born {born}")
    for part in ("allergies", "problems", "medicines"):
        entries = [entry for entry in data[part] if entry["current"]]
        said = "; ".join(
            entry["display"] + (f" ({entry['since'][:10]})" if entry["since"] else "") for entry in entries
        )
        say(f"{part.capitalize()}: {said or 'none recorded'}")
    table(
        ["measurement", "value", "unit", "", "on", "origin"],
        [
            (
                one["name"],
                one["value"],
                one["unit"],
                _MARKS.get(one["position"] or "", ""),
                one["effective"][:10],
                one["origin"],
            )
            for one in data["latest"]
        ],
        f"Latest measurements as of {data['as_of']}",
    )


def undone(done: "Undone") -> None:
    """What an undo removed."""
    say(f"Batch {done.batch} ({done.label}) is undone.")
    say(f"{done.facts:,} facts and {done.people:,} people are removed.")
    if done.echoes:
        again = ", ".join(map(str, done.echoes))
        say(f"Batches {again} had said the same and stored nothing. Import them again if it still holds.")


def verification(found: "Verification") -> None:
    """Whether the audit log and the record are whole."""
    if found.broken is None:
        say(f"{found.events:,} audit events: the chain is whole.")
    else:
        say(f"{found.events:,} audit events, and the chain is broken: {found.broken.reason}.")
        say("Keep this database as it is, and compare its log with that of a backup.")
    say("\n".join(found.faults) or "The facts keep the record's promises.")


def about(score: "Score") -> str:
    """What a score is, in a few lines."""
    unit = "" if score.unit in ("1", "rank") else f", in {score.unit}"
    outputs = f"\nOutputs: {', '.join(score.outputs)}" if score.outputs else ""
    return f"{score.name['en']}{unit} ({score.version})\n{score.population}\n{score.source}{outputs}"


def findings(found: Sequence["Finding"]) -> None:
    """What the doctor saw, with the remedy where something is not right."""
    table(["", "", "found"], [("ok" if one.ok else "!!", one.name, one.found) for one in found])
    for one in found:
        if not one.ok:
            say(f"{one.name}: {one.remedy}")


def counts(numbers: Mapping[str, Any]) -> str:
    """``3 ok, 1 incomplete``."""
    return ", ".join(f"{count:,} {name}" for name, count in numbers.items())
