"""The verb that opens notebooks on a safe copy of the record."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from kanglu import screen
from kanglu.cli_rules import Database, sitting
from kanglu.errors import KangluError


def lab(
    folder: Annotated[Path | None, typer.Option(help="Where the copy and your notebooks lie.")] = None,
    research: Annotated[
        bool, typer.Option(help="Only those who allow research; the days of each person are moved.")
    ] = False,
    anew: Annotated[bool, typer.Option(help="Make the copy anew, also when it is of today.")] = False,
    only_copy: Annotated[bool, typer.Option(help="Make the copy and open nothing.")] = False,
    database: Database = None,
) -> None:
    """Open JupyterLab on a safe copy of the record: pseudonyms, no identifiers, no free text, no key."""
    from kanglu import record
    from kanglu.home import home
    from kanglu.insight.lab import environment, safe_copy

    actor = sitting("analyst")
    place = (folder or home() / "data" / "lab" / actor.id).expanduser().absolute()
    if not only_copy and find_spec("jupyterlab") is None:
        raise KangluError("JupyterLab is not installed.", remedy="Install it: pip install jupyterlab")
    with record.open(database, actor=actor, purpose="analysis") as store:
        copy = safe_copy(store, place, research=research, anew=anew)
    if copy.people is None:
        screen.say(f"The copy of today is used: {copy.path}")
    else:
        screen.say(f"A safe copy of {copy.people:,} people, {copy.facts:,} facts: {copy.path}")
    if copy.left_out:
        screen.say(f"{len(copy.left_out):,} people are not in it: they do not allow research")
    if not only_copy:
        command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={place}"]
        raise typer.Exit(subprocess.run(command, env=environment(copy), check=False).returncode)
