"""What one would use without Kanglu's engine: papermill, nbconvert and WeasyPrint as they come.

Its functions run in processes of their own, which import everything before the clock starts.
"""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

JOBS = 2


def reports_a_minute(notebook: Path, folder: Path, parameters: list[dict[str, Any]], pdf: bool) -> float:
    """Stock papermill, then nbconvert (and WeasyPrint) in one process; so many processes side by side."""
    shares = [parameters[start::JOBS] for start in range(JOBS)]
    with ProcessPoolExecutor(JOBS, mp_context=get_context("spawn")) as pool:
        list(pool.map(_import, [pdf] * JOBS))
        began = time.perf_counter()
        list(pool.map(_share, [notebook] * JOBS, [folder] * JOBS, shares, [pdf] * JOBS))
        return 60 * len(parameters) / (time.perf_counter() - began)


def _import(pdf: bool) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # each kernel warns of something that is no concern here
    import nbconvert
    import papermill

    assert papermill and nbconvert
    if pdf:
        import weasyprint

        assert weasyprint
    time.sleep(1)  # so that each process of the pool gets its turn


def _share(notebook: Path, folder: Path, parameters: list[dict[str, Any]], pdf: bool) -> None:
    """The reports of one process. With a PDF to follow, HTML in nbconvert's smallest template and our style.

    nbconvert's usual template takes WeasyPrint several times as long: that would flatter us.
    """
    import papermill
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="basic" if pdf else "lab", exclude_input=True)
    for given in parameters:
        ran = folder / f"{given['person']}.ipynb"
        nb = papermill.execute_notebook(
            str(notebook), str(ran), given, progress_bar=False, kernel_name="python3"
        )
        html, _resources = exporter.from_notebook_node(nb)
        ran.with_suffix(".html").write_text(html)
        if pdf:
            from weasyprint import CSS, HTML

            from kanglu.home import shipped

            style = CSS(filename=str(shipped("reports/style/report.css")))
            HTML(string=html).write_pdf(ran.with_suffix(".pdf"), stylesheets=[style])


def warm_seconds(plan: Any, database: str, people: list[int]) -> float:
    """Seconds a report where one warm process runs the same cells for everyone and writes the same files."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_one_core) as pool:
        return pool.submit(_warm, plan, database, people).result()


def _one_core() -> None:
    os.environ["RAYON_NUM_THREADS"] = "1"


def _warm(plan: Any, database: str, people: list[int]) -> float:
    from kanglu.record import open as open_record
    from kanglu.record import prefetched
    from kanglu.reporting.job import Job
    from kanglu.reporting.shell import run_cell
    from kanglu.reporting.workshop import Workshop

    workshop = Workshop(plan)
    began = 0.0
    with open_record(database, purpose="report", as_of=plan.as_of, known=plan.known) as store:
        for place, facts in enumerate(store.dossiers(people)):
            if place == 1:  # the first warms up
                began = time.perf_counter()

            def execute(nb: Any, _job: Job) -> Any:
                assert all(run_cell(cell) for cell in nb.cells)
                return nb

            with prefetched(facts):
                name = facts.person.record_number
                outcome = workshop.produce(Job(name, {"person": name}), execute)
            assert outcome.state == "done", outcome.reason
    return (time.perf_counter() - began) / (len(people) - 1)
