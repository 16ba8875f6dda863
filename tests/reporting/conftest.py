"""A small panel on disk and a small report, for tests of the engine and the batch."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from kanglu.record.facts import Identifier, Observation, PersonStatement
from kanglu.reporting import Order

DAY = date(2026, 6, 30)
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
PARAMETERS = "person = 'K000001'\nyear = 2025\nlang = 'en'\nas_of = '2026-06-30'\ndatabase = None"
LOAD = """
import kanglu
from IPython.display import display
from kanglu.reporting.blocks import Cover, Heading, Prose
found = kanglu.open(database, purpose="report", as_of=as_of).dossier(person)
"""
SHOW = """
who = found.person
assert who.record_number == person
display(Cover("Readings", who.name, (("Record", person),), lang=lang, record_number=person))
display(Heading(f"Blood pressure {year}"))
found.observations[["effective", "value", "unit"]]
"""


@pytest.fixture
def small_report(tmp_path: Path) -> Callable[..., Path]:
    """Writes the small report, with further code cells, and answers its path."""

    def write(*cells: str, name: str = "readings", parameters: str = PARAMETERS) -> Path:
        start = [new_code_cell(parameters, metadata={"tags": ["parameters"]}), new_code_cell(LOAD)]
        end = [new_code_cell(SHOW), new_markdown_cell("That is **all**.")]
        nb = new_notebook(cells=[*start, *map(new_code_cell, cells), *end], metadata=KERNEL)
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(nb, path)
        return path

    return write


@pytest.fixture
def backend() -> str:
    """Reports are the same whatever database the facts come from."""
    return "sqlite"


@pytest.fixture
def panel_of(store: Any, database_url: str) -> Callable[[int], str]:
    """Enters so many people, each with three readings of their own, and answers the database's URL."""

    def make(people: int) -> str:
        with store.batch("invented") as writer:
            for number in range(1, people + 1):
                known_as = (Identifier("test", str(number)),)
                who = writer.person(PersonStatement(known_as, f"人{number}", "female", "1970-01-01"))
                for year in (2023, 2024, 2025):
                    writer.add(Observation(who, "sbp", f"{year}-05-01", value=100.0 + number, unit="mm[Hg]"))
        return database_url

    return make


@pytest.fixture
def order(tmp_path: Path) -> Callable[..., Order]:
    """An order for a report of everyone, into a folder of the test's own."""

    def make(report: Path, **other: Any) -> Order:
        usual = {"panel": "all", "year": 2025, "lang": "en", "as_of": DAY, "out": tmp_path / "out"}
        return Order(report=str(report), **{**usual, **other})

    return make
