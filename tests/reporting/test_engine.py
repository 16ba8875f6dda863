"""The papermill engine: a notebook's outputs as a kernel gives them, without a kernel."""

import os
import subprocess
import sys

import nbformat
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from papermill.exceptions import PapermillExecutionError

from kanglu.reporting.shell import shell

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
SHOWS_EVERYTHING = """
import sys
from IPython.display import HTML, Image, clear_output, display
class Pixel:
    def __repr__(self): return "a pixel"
    def _repr_png_(self): return b"\\x89PNG\\r\\n\\x1a\\n"
print("first"); print("second"); print("third", file=sys.stderr)
handle = display(HTML("<b>before</b>"), display_id=True)
handle.update(HTML("<b>after</b>"))
display(Pixel(), metadata={"alt": "a dot"})
x + 1
"""


def notebook(*sources: str) -> nbformat.NotebookNode:
    parameters = new_code_cell("x = 1\nname = 'nobody'", metadata={"tags": ["parameters"]})
    cells = [new_markdown_cell("# A title"), parameters, *map(new_code_cell, sources)]
    return new_notebook(cells=cells, metadata=KERNEL)


def outputs(nb: nbformat.NotebookNode) -> list[list[dict]]:
    """All outputs; of errors without the traceback, which names places in memory and on disk."""
    found = [[dict(output) for output in cell.get("outputs", ())] for cell in nb.cells]
    for output in (output for cell in found for output in cell):
        output.pop("traceback", None)
    return found


def run(
    nb: nbformat.NotebookNode, engine: str | None = "kanglu", **parameters: object
) -> nbformat.NotebookNode:
    return papermill.execute_notebook(nb, None, parameters, engine_name=engine, progress_bar=False)


def test_what_a_cell_shows_is_caught_as_the_stock_engine_catches_it():
    given = notebook(SHOWS_EVERYTHING, "", "name", "print('gone'); clear_output(wait=True); print('stays')")

    ours, stock = run(given, x=41), run(given, None, x=41)

    assert outputs(ours) == outputs(stock)
    assert [c.get("execution_count") for c in ours.cells] == [c.get("execution_count") for c in stock.cells]
    assert ours.metadata.language_info == stock.metadata.language_info
    nbformat.validate(ours)


def test_an_error_ends_the_notebook_with_the_error_of_the_stock_engine():
    given = notebook("print('so far')\n1 / x", "print('never')")

    raised, written = {}, {}
    for engine in ("kanglu", None):
        with pytest.raises(PapermillExecutionError) as caught:
            run(given, engine, x=0)
        raised[engine] = (caught.value.ename, caught.value.evalue, caught.value.exec_count)
        written[engine] = caught.value.cell_index

    assert raised["kanglu"] == raised[None] == ("ZeroDivisionError", "division by zero", 3)
    assert written["kanglu"] == written[None]


def test_a_cell_that_may_fail_does_not_end_the_notebook():
    given = notebook("1 / 0", "'still here'")
    given.cells[2].metadata["tags"] = ["raises-exception"]

    nb = papermill.engines.papermill_engines.execute_notebook_with_engine(
        "kanglu", _with_papermill_metadata(given), "python3", progress_bar=False
    )

    assert [o.output_type for o in nb.cells[2].outputs] == ["error"]
    assert nb.cells[3].outputs[0].data["text/plain"] == "'still here'"


LEAVES_TRACES = """
import os, sys
secret = 1
os.chdir("/")
os.environ["SECRET"] = "1"
sys.path.append("/secret")
secret
"""
LOOKS_FOR_TRACES = "import os\n('secret' in globals(), dict(Out), os.environ.get('SECRET'))"


def test_a_second_notebook_finds_nothing_of_the_first():
    folder = os.getcwd()

    run(notebook(LEAVES_TRACES))
    nb = run(notebook(LOOKS_FOR_TRACES))

    assert nb.cells[-1].outputs[0].data["text/plain"] == "(False, {}, None)"
    assert os.getcwd() == folder
    assert "/secret" not in sys.path


def test_main_is_the_notebook_for_its_cells_and_itself_again_after():
    before = sys.modules["__main__"]
    given = "import pickle\nclass Thing: pass\ntype(pickle.loads(pickle.dumps(Thing()))) is Thing"

    nb = run(notebook(given))

    assert nb.cells[-1].outputs[0].data["text/plain"] == "True"
    assert sys.modules["__main__"] is before


def test_a_cell_that_takes_too_long_is_interrupted():
    given, limit = notebook("while True: pass"), {"execution_timeout": 0.2}

    with pytest.raises(PapermillExecutionError, match=r"longer than 0\.2 seconds"):
        papermill.execute_notebook(given, None, engine_name="kanglu", progress_bar=False, **limit)


def test_no_history_is_written():
    assert shell().history_manager.enabled is False


def test_papermill_finds_the_engine_by_its_name_on_the_command_line(tmp_path):
    nbformat.write(notebook("x + 1"), tmp_path / "in.ipynb")

    command = [
        sys.executable,
        "-m",
        "papermill",
        "--engine",
        "kanglu",
        "in.ipynb",
        "out.ipynb",
        "-p",
        "x",
        "41",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    ran = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert ran.cells[-1].outputs[0].data["text/plain"] == "42"


@pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")
def test_a_process_can_be_kept_from_starting_threads_and_still_start_processes():
    script = """
import subprocess, threading
from kanglu.reporting.confine import forbid_threads
assert forbid_threads()
try:
    threading.Thread(target=print).start()
except RuntimeError as refused:
    print(refused, flush=True)
subprocess.run(["echo", "a process"], check=True)
"""
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout

    assert said == "can't start new thread\na process\n"


def _with_papermill_metadata(nb: nbformat.NotebookNode) -> nbformat.NotebookNode:
    nb.metadata["papermill"] = {}
    return nb
