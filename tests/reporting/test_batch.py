"""A panel on paper: everyone's report, made from that person's facts alone, and a manifest that says so."""

import json
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from hashlib import sha256
from threading import Timer

import pytest
from pypdf import PdfReader

from kanglu.care.consents import allow, refuse, withdraw
from kanglu.errors import ReportError
from kanglu.record.facts import Identifier, Observation, PersonStatement
from kanglu.reporting import batch, manifest, render
from kanglu.reporting import order as ordering
from kanglu.reporting.job import Outcome
from kanglu.reporting.worker import Chunk

FATES = """
import ctypes, os
if person == "K000002": raise ValueError("a bad day")
if person == "K000003": ctypes.string_at(0)
if person == "K000004":
    while True: pass
if person == "K000005": hog = bytearray(64 << 30)
if person == "K000006": os._exit(3)
"""
LOOKS_AROUND = """
import os, pandas, sys
before = getattr(pandas, "last_person", "K000000")
assert before == "K000000", "another report ran in this process"
pandas.last_person = person
try:
    kanglu.open(purpose="report").dossier("K000001" if person == "K000002" else "K000002")
except kanglu.errors.RecordError as refused:
    print(refused.what)
"""


@pytest.fixture(autouse=True)
def code_that_stands_still(tmp_path, monkeypatch):
    """What was made by other code is made again; here nobody edits the code between two batches."""
    monkeypatch.setattr(ordering, "_PACKAGE", tmp_path / "code")


def rows(done):
    return {row.name: row for row in manifest.read(done.folder)}


def test_everyone_gets_their_own_report_in_both_formats(small_report, panel_of, order):
    told = []

    done = render(order(small_report()), panel_of(5), jobs=2, progress=lambda *now: told.append(now))

    assert (done.made, done.skipped, done.failed) == (5, 0, {})
    assert told[-1] == (5, 5)
    assert done.folder.name == "readings-2025-en"
    for number in range(1, 6):
        page = (done.folder / f"K00000{number}.html").read_text()
        assert f"人{number}" in page and f"{100 + number}.0" in page
        assert not any(f"人{other}" in page for other in range(1, 6) if other != number)
        (paper,) = PdfReader(done.folder / f"K00000{number}.pdf").pages
        assert f"人 {number}" in paper.extract_text()


def test_the_manifest_says_what_each_report_was_made_from(small_report, panel_of, order):
    done = render(order(small_report(), formats=("html",)), panel_of(2), jobs=1)

    row = rows(done)["K000002"]
    content = (done.folder / "K000002.html").read_bytes()
    assert row.state == "done"
    assert row.files["html"].bytes == len(content)
    assert row.files["html"].sha256 == sha256(content).hexdigest()
    assert (row.as_of, row.last_recorded) == ("2026-06-30", "2026-06-30T01:00:00.000000Z")
    assert row.parameters == {"year": 2025, "lang": "en", "as_of": "2026-06-30"}
    assert set(row.versions) == {"kanglu", "code", "notebook", "style"}
    assert row.catalogue
    lines = (done.folder / manifest.NAME).read_text().splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["K000001", "K000002"]
    assert sorted(path.name for path in done.folder.iterdir() if not path.name.startswith(".")) == [
        "K000001.html", "K000002.html", "manifest.jsonl",
    ]  # fmt: skip


def test_a_report_that_fails_takes_no_other_with_it(small_report, panel_of, order):
    done = render(order(small_report(FATES)), panel_of(8), jobs=1, timeout=5)

    assert done.made == 3
    assert done.failed == {
        "K000002": "cell 4: ValueError: a bad day",
        "K000003": "its process was ended by SIGSEGV",
        "K000004": "took longer than 5 seconds",
        "K000005": "cell 4: MemoryError: ",
        "K000006": "its process ended with code 3",
    }
    assert {name for name, row in rows(done).items() if row.state == "done"} == {
        "K000001",
        "K000007",
        "K000008",
    }
    assert not (done.folder / "K000002.html").exists()
    assert rows(done)["K000003"].reason == "its process was ended by SIGSEGV"


def test_what_cells_warn_of_is_told_to_the_operator_however_much_it_is(small_report, panel_of, order):
    warns = "import sys\nprint('old data ' * 100_000, file=sys.stderr)"

    done = render(order(small_report(warns), formats=("html",)), panel_of(1), jobs=1, timeout=20)

    (note,) = rows(done)["K000001"].notes
    assert note.startswith("cell 4: old data old data")
    assert len(note) == 500
    assert "old data" not in (done.folder / "K000001.html").read_text()


def test_a_notebook_that_is_none_fails_by_name_and_not_by_a_hang(small_report, panel_of, order):
    path = small_report()
    path.write_text(path.read_text().replace('"nbformat": 4', '"nbformat": 99'))

    done = render(order(path, formats=("html",)), panel_of(1), jobs=1)

    assert "readings.ipynb" in done.failed["K000001"]


def test_a_process_that_renders_never_holds_two_people(small_report, panel_of, order):
    done = render(order(small_report(LOOKS_AROUND), formats=("html",)), panel_of(3), jobs=1)

    assert done.failed == {}
    said = "This process was given the record of K000001, not of K000002."
    assert said in (done.folder / "K000001.html").read_text()


def test_what_is_unchanged_is_skipped_and_what_is_not_is_made_again(
    small_report, panel_of, order, store, clock
):
    wanted, database = order(small_report(), formats=("html",)), panel_of(4)
    first = render(wanted, database, jobs=1)
    clock.pass_days(0.001)
    with store.batch("later") as writer:
        who = writer.person(PersonStatement((Identifier("test", "2"),)))
        writer.add(Observation(who, "sbp", "2026-01-01", value=99.0, unit="mm[Hg]"))
    (first.folder / "K000003.html").write_text("torn")
    (first.folder / "K000004.html").unlink()

    again = render(wanted, database, jobs=1)
    assert (again.made, again.skipped, again.failed) == (3, 1, {})
    assert "99.0" in (first.folder / "K000002.html").read_text()

    assert render(wanted, database, jobs=1).skipped == 4


def test_a_changed_notebook_or_format_makes_all_again_and_leaves_no_old_file(small_report, panel_of, order):
    database = panel_of(1)
    render(order(small_report()), database, jobs=1)

    done = render(order(small_report("'changed'"), formats=("html",)), database, jobs=1)

    assert done.made == 1
    assert "changed" in (done.folder / "K000001.html").read_text()
    assert not (done.folder / "K000001.pdf").exists()


def test_a_torn_line_and_unfinished_files_of_a_killed_batch_are_cleared_away(small_report, panel_of, order):
    wanted, database = order(small_report(), formats=("html",)), panel_of(2)
    done = render(wanted, database, jobs=1)
    with (done.folder / manifest.NAME).open("a") as file:
        file.write('{"name": "K000009", "sta')
    (done.folder / ".K000001.html.part").write_text("half")

    again = render(wanted, database, jobs=1)

    assert again.skipped == 2
    assert set(rows(again)) == {"K000001", "K000002"}
    assert not list(done.folder.glob(".*.part"))


def test_a_report_about_many_people_reads_the_store_itself(tmp_path, small_report, panel_of, order):
    count = "people = len(kanglu.open(database, purpose='report', as_of=as_of).panel(panel))"
    parameters = "panel = 'all'\nyear = 2025\nlang = 'en'\nas_of = ''\ndatabase = None"
    path = small_report(parameters=parameters)
    nb = json.loads(path.read_text())
    nb["cells"][1]["source"] = "import kanglu\nfrom kanglu.reporting.blocks import Cover"
    nb["cells"][2]["source"] = f"{count}\nCover(f'{{people}} people', lang=lang)"
    path.write_text(json.dumps(nb))

    done = render(order(path), panel_of(7), jobs=1)

    assert (done.made, done.failed) == (1, {})
    assert "7 people" in (done.folder / "readings-2025-en.html").read_text()


def test_without_fork_the_stock_engine_gives_the_same_pages(
    small_report, panel_of, order, monkeypatch, tmp_path
):
    database = panel_of(1)
    ours = render(order(small_report()), database, jobs=1)
    monkeypatch.setattr(ordering, "ENGINE", "stock")
    monkeypatch.setenv("KANGLU_DATABASE_URL", database)

    stock = render(order(small_report(), out=tmp_path / "stock"), database, jobs=1)

    assert stock.failed == {}
    for name in ("K000001.html", "K000001.pdf"):
        assert (stock.folder / name).read_bytes() == (ours.folder / name).read_bytes()


def test_a_name_that_the_font_cannot_show_is_told(small_report, database_url, store, order):
    with store.batch("invented") as writer:
        writer.person(PersonStatement((Identifier("test", "1"),), "王😀", "female", "1970-01-01"))

    done = render(order(small_report()), database_url, jobs=1)

    assert done.failed == {}
    assert any("😀 (U+1F600)" in note for note in rows(done)["K000001"].notes)


# -- what stops a batch before it starts -----------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"parameters": {"yaer": 2024}}, "no parameter 'yaer'. Did you mean 'year'?"),
        ({"formats": ("docx",)}, "no format 'docx'"),
        ({"lang": "fr"}, "no language 'fr'"),
    ],
)
def test_an_order_that_cannot_be_carried_out_is_refused_before_anything_is_written(
    small_report, order, wrong, said, tmp_path
):
    with pytest.raises(ReportError, match=said.replace("?", r"\?")):
        render(order(small_report(), **wrong), "nowhere.sqlite")
    assert not (tmp_path / "out").exists()


def test_an_unknown_report_names_those_there_are(order, tmp_path):
    with pytest.raises(ReportError, match=r"Say annual, .*, or the path of a notebook"):
        render(order(tmp_path / "nothing.ipynb"))


def test_a_missing_font_stops_the_batch_before_it_starts(small_report, order, monkeypatch, tmp_path):
    from kanglu.reporting import fonts

    monkeypatch.setattr(fonts, "_places", lambda: [tmp_path])
    fonts.find.cache_clear()
    try:
        with pytest.raises(ReportError, match=r"no Chinese font.*apt-get install fonts-noto-cjk"):
            render(order(small_report()))
    finally:
        monkeypatch.undo()
        fonts.find.cache_clear()
    assert not (tmp_path / "out").exists()


def test_two_batches_do_not_write_into_one_folder(small_report, panel_of, order):
    wanted, database = order(small_report(), formats=("html",)), panel_of(1)
    folder = ordering.plan_of(wanted, database, 1).folder

    with manifest.Manifest(folder), pytest.raises(ReportError, match="Another batch is writing here"):
        render(wanted, database, jobs=1)


# -- workers ---------------------------------------------------------------------------------------


class Pool(Executor):
    """Answers after a moment; breaks, with all that is under way, when it gets what kills workers."""

    def __init__(self):
        self.underway, self.broken = [], False

    def submit(self, function, /, plan, chunk):
        if self.broken:
            raise BrokenProcessPool
        future = Future()
        self.underway.append(future)
        if chunk.people[1] == "K000002":
            self.broken = True
            for one in self.underway:
                if not one.done():
                    one.set_exception(BrokenProcessPool())
        else:
            Timer(0.05, self.answer, (future, function, plan, chunk)).start()
        return future

    def answer(self, future, function, plan, chunk):
        if not future.done():
            try:
                future.set_result(function(plan, chunk))
            except ReportError as error:
                future.set_exception(error)


def test_what_a_dying_worker_was_at_is_tried_again_alone_and_named_at_last(small_report, order, monkeypatch):
    plan = ordering.plan_of(order(small_report(), formats=("html",)), None, 1)

    def render_chunk(plan, chunk):
        if chunk.people[1] == "K000003":
            raise ReportError("The facts cannot be read.")
        return [manifest.row_of(plan, Outcome(chunk.people[1], "done"))]

    monkeypatch.setattr(batch, "render_chunk", render_chunk)
    chunks = [Chunk(None, None, {1: f"K00000{number}"}) for number in range(1, 7)]

    ended = [row for rows in batch._rendered(plan, chunks, batch._Hands(2, Pool)) for row in rows]

    assert {row.name: row.reason for row in ended} == {
        "K000001": "",
        "K000002": "its worker was ended",
        "K000003": "The facts cannot be read.",
        "K000004": "",
        "K000005": "",
        "K000006": "",
    }
    assert len(ended) == 6


def test_who_withdraws_is_left_out_of_the_next_batch_and_the_manifest_says_why(
    small_report, panel_of, order, store
):
    """What an earlier run made of the person is removed; whoever was never asked is counted in."""
    ordered, database = order(small_report()), panel_of(3)
    done = render(ordered, database, jobs=1)
    assert done.made == 3
    allow(store, "K000002", "care", date(2026, 3, 1), "signed form", "t")
    withdraw(store, "K000002", "care", date(2026, 6, 1), "no longer wished", "t")
    refuse(store, "K000003", "care", date(2026, 6, 2), "by telephone", "t")

    done = render(ordered, database, jobs=1)

    assert done.left_out == {"K000002": "withdrawn 2026-06-01", "K000003": "refused 2026-06-02"}
    assert (done.made, done.skipped, done.failed) == (0, 1, {})
    assert "1 unchanged, 0 failed, 2 left out" in done.to_text()
    assert "K000002: left out, withdrawn 2026-06-01" in done.to_text()
    said = rows(done)
    assert (said["K000002"].state, said["K000002"].reason, said["K000002"].files) == (
        "left_out", "withdrawn 2026-06-01", {},
    )  # fmt: skip
    assert [path.name for path in sorted(done.folder.glob("K*.html"))] == ["K000001.html"]

    allow(store, "K000002", "care", date(2026, 6, 30), "signed form", "t")
    assert render(ordered, database, jobs=1).made == 1


def test_a_withdrawal_acts_on_a_report_that_looks_back(small_report, panel_of, order, store, clock):
    """Consent is judged by what is known when the batch runs, not as of the report's day."""
    database = panel_of(1)
    clock.pass_days(15)
    refuse(store, "K000001", "care", date(2026, 7, 15), "by telephone", "t")
    done = render(order(small_report()), database, jobs=1)
    assert done.left_out == {"K000001": "refused 2026-07-15"}
