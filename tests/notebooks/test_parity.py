"""Every report runs through papermill's own engine and through ours, and shows the same."""

import base64
import shutil
from datetime import date
from pathlib import Path

import nbformat
import papermill
import pytest

from kanglu import demo, intake, record
from kanglu.home import shipped
from kanglu.reporting.blocks import flatten, from_data
from kanglu.reporting.collect import collect_blocks
from kanglu.reporting.facts import pack, unpack
from kanglu.reporting.nobody import NUMBER, nobody
from kanglu.reporting.notebook import declared
from kanglu.reporting.shell import fresh, run_cell
from kanglu.reporting.workshop import with_parameters

NOTEBOOKS = sorted(shipped("notebooks").glob("*.ipynb"))
PERSONAL = [path for path in NOTEBOOKS if "person" in declared(path)]
PEOPLE, YEAR = 30, 2025


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    """The URL of a record with some of the invented panel, its key, and the day after it was read."""
    folder = tmp_path_factory.mktemp("panel")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KANGLU_KEY", base64.b64encode(bytes(range(32))).decode())
        demo.write(folder / "files", people=PEOPLE)
        url = str(folder / "kanglu.sqlite")
        record.init(url)
        with record.open(url, purpose="administration") as store:
            intake.import_files(store, [folder / "files"])
            day = store.as_of.isoformat()
        yield url, day
    shutil.rmtree(folder / "files")


def usual(panel, path, **chosen):
    """Parameters for a notebook: those of these it takes."""
    url, day = panel
    given = {"person": "K000003", "panel": "all", "year": YEAR, "lang": "zh", "as_of": day, "database": url}
    return {name: value for name, value in (given | chosen).items() if name in declared(path)}


def shown(nb: nbformat.NotebookNode) -> list[list[dict]]:
    return [[dict(output) for output in cell.get("outputs", ())] for cell in nb.cells]


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_both_engines_show_the_same(path: Path, lang, panel):
    ran = {
        engine: papermill.execute_notebook(
            str(path),
            None,
            usual(panel, path, lang=lang),
            engine_name=engine,
            progress_bar=False,
            kernel_name="python3",
        )
        for engine in (None, "kanglu")
    }

    assert shown(ran["kanglu"]) == shown(ran[None])
    assert collect_blocks(ran["kanglu"]), "a report shows something"
    assert {"error", "stream"}.isdisjoint(o["output_type"] for cell in shown(ran[None]) for o in cell)


@pytest.mark.parametrize("person", ["K000001", "K000017"])
@pytest.mark.parametrize("path", PERSONAL, ids=lambda path: path.stem)
def test_a_report_from_facts_that_were_handed_over_is_the_one_from_the_record(path, person, panel):
    nb, parameters = nbformat.read(path, as_version=4), usual(panel, path, person=person)
    with record.open(parameters["database"], purpose="report", as_of=parameters["as_of"]) as store:
        facts = store.dossier(person)

    def run():
        done = with_parameters(nbformat.from_dict(nb), parameters)
        with fresh():
            assert all(run_cell(cell) for cell in done.cells)
        return shown(done)

    read_from_the_record = run()
    with record.prefetched(facts):
        handed_over = run()

    assert handed_over == read_from_the_record


def test_nobody_warms_up_all_of_the_annual_summary(panel):
    path = shipped("notebooks/annual_summary.ipynb")
    day = date.fromisoformat(panel[1])
    invented = unpack(pack(nobody(day, day)))
    done = with_parameters(nbformat.read(path, as_version=4), usual(panel, path, person=NUMBER))

    with record.prefetched(invented), fresh():
        assert all(run_cell(cell) for cell in done.cells)

    shown = flatten(from_data(block) for block in collect_blocks(done))
    assert {"Cover", "Findings", "Table", "Row"} <= {type(block).__name__ for block in shown}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs_and_with_names_for_its_cells(path: Path):
    nb = nbformat.read(path, as_version=4)

    nbformat.validate(nb)
    assert nb.metadata.kernelspec.name == "python3"
    assert len({cell.id for cell in nb.cells}) == len(nb.cells)
    for cell in nb.cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)
