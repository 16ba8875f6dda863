"""The notebooks that teach the library run as they stand, on the demo's people."""

import base64
from ast import literal_eval
from datetime import date
from pathlib import Path

import nbformat
import pytest

from kanglu import demo, intake, record
from kanglu.home import shipped
from kanglu.reporting import Order, render
from kanglu.reporting.blocks import flatten, from_data
from kanglu.reporting.collect import collect_blocks
from kanglu.reporting.shell import fresh, run_cell

NOTEBOOKS = sorted(shipped("notebooks/learn").glob("*.ipynb"))
PEOPLE = 60
MOST_CELLS, MOST_LINES = 12, 12


@pytest.fixture(scope="module", autouse=True)
def day(tmp_path_factory):
    """The day after the demo's people were read into the record of a home of its own."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KANGLU_KEY", base64.b64encode(bytes(range(32))).decode())
        patch.setenv("KANGLU_HOME", str(home))
        patch.delenv("KANGLU_DATABASE_URL", raising=False)
        demo.write(home / "files", people=PEOPLE)
        record.init()
        with record.open(purpose="administration") as store:
            intake.import_files(store, [home / "files"])
            yield store.as_of


def ran(path: Path) -> nbformat.NotebookNode:
    """The notebook, run as it stands; the error of a cell that fails is raised."""
    nb = nbformat.read(path, as_version=4)
    with fresh():
        for cell in nb.cells:
            done = run_cell(cell)
            assert done, (path.name, cell.id, [out for out in cell.outputs if out.output_type == "error"])
    return nb


def said(nb: nbformat.NotebookNode, cell: str) -> str:
    """What a cell shows, as text."""
    outputs = next(one for one in nb.cells if one.id == cell).outputs
    return "\n".join(output.data["text/plain"] for output in outputs)


def test_there_are_six_in_an_order():
    assert [path.stem[:2] for path in NOTEBOOKS] == ["1_", "2_", "3_", "4_", "5_", "6_"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_is_short_and_says_in_both_languages_what_it_is_about(path):
    cells = nbformat.read(path, as_version=4).cells
    assert len(cells) <= MOST_CELLS
    assert all(len(cell.source.splitlines()) <= MOST_LINES for cell in cells)
    headings = [cell.source.splitlines() for cell in cells if cell.cell_type == "markdown"]
    assert headings and all(not line[1].isascii() for line in headings)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_runs_as_it_stands(path):
    shown = [output for cell in ran(path).cells for output in cell.get("outputs", ())]
    assert shown
    assert {"error", "stream"}.isdisjoint(output.output_type for output in shown)


def test_an_analyst_is_shown_pseudonyms():
    people = said(ran(NOTEBOOKS[0]), "analyst")
    assert "K0000" not in people


def test_the_safe_view_hides_whose_what_is_small_and_leaves_a_trace():
    nb = ran(NOTEBOOKS[5])
    assert "K0000" not in said(nb, "see") + said(nb, "join")
    assert "may not" in said(nb, "refused")
    assert "<NA>" in said(nb, "small")
    assert "K0000" in said(nb, "leave")
    assert literal_eval(said(nb, "extract").partition(",")[0].strip("(")) >= 5


def test_who_is_unknown_is_on_neither_side():
    counts = literal_eval(said(ran(NOTEBOOKS[2]), "unknown"))
    assert counts["hba1c > 7"] + counts["hba1c <= 7"] < counts["all"] == PEOPLE
    assert counts["hba1c > 7"] + counts["not hba1c > 7"] == PEOPLE


def test_the_fifth_lesson_is_a_report_that_the_batch_puts_on_paper(tmp_path, day: date):
    report = NOTEBOOKS[4]
    shown = flatten(from_data(block) for block in collect_blocks(ran(report)))
    assert [type(block).__name__ for block in shown] == ["Cover", "Prose", "Chart", "Table"]

    order = Order(str(report), "K000007, K000001", 2025, "en", day, out=tmp_path)
    done = render(order, jobs=1)
    assert (done.made, done.failed) == (2, {})
    assert {path.suffix for path in done.folder.glob("K000007.*")} == {".html", ".pdf"}
