"""Tables into a record: twice, corrected, taken back."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt

from kanglu import record
from kanglu.intake.importing import import_files
from kanglu.intake.mapping import Mapping, OnePerson

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.fixture
def opened(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> Iterator[Any]:
    """An empty record, and a home of its own for mappings."""
    monkeypatch.setenv("KANGLU_KEY", KEY)
    monkeypatch.setenv("KANGLU_HOME", str(tmp_path / "home"))
    shutil.copy(sqlite_template, tmp_path / "kanglu.sqlite")
    with record.open(str(tmp_path / "kanglu.sqlite"), clock=clock) as store:
        yield store


def counts(receipt: Any) -> dict[str, int]:
    """New, duplicate, corrected, quarantined."""
    return dict(receipt.to_data()["facts"])


def facts(new: int = 0, duplicate: int = 0, corrected: int = 0, quarantined: int = 0) -> dict[str, int]:
    return {"new": new, "duplicate": duplicate, "corrected": corrected, "quarantined": quarantined}


def write(folder: Path, text: str, name: str = "labs.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


VISITS = """体检号,姓名,体检日期,收缩压(mmHg),空腹血糖(mmol/L)
A1,张三,2026-05-26,128,5.6
A1,张三,2025-05-20,132,5.4
A2,张三,2026-05-26,118,4.9
"""


def test_the_same_file_twice_changes_nothing(opened: Any, tmp_path: Path) -> None:
    path = write(tmp_path, VISITS)
    assert counts(import_files(opened, [path])) == facts(new=8)
    assert counts(import_files(opened, [path])) == facts(duplicate=8)


def test_two_people_of_one_name_stay_two(opened: Any, tmp_path: Path) -> None:
    import_files(opened, [write(tmp_path, VISITS)])
    assert len(opened.panel("all")) == 2


def test_the_same_table_as_csv_gb18030_xlsx_and_xls_says_the_same(opened: Any, tmp_path: Path) -> None:
    rows = [line.split(",") for line in VISITS.splitlines()]
    book, old = openpyxl.Workbook(), xlwt.Workbook()
    page = old.add_sheet("s")
    for number, row in enumerate(rows):
        book.active.append(row)
        for place, cell in enumerate(row):
            page.write(number, place, cell)
    book.save(tmp_path / "b.xlsx")
    old.save(str(tmp_path / "c.xls"))
    assert counts(import_files(opened, [write(tmp_path, VISITS)])) == facts(new=8)
    others = [write(tmp_path, VISITS, "a.csv", "gb18030"), tmp_path / "b.xlsx", tmp_path / "c.xls"]
    for other in others:
        assert counts(import_files(opened, [other])) == facts(duplicate=8)


def test_a_corrected_file_corrects(opened: Any, tmp_path: Path, clock: Any) -> None:
    import_files(opened, [write(tmp_path, VISITS)])
    clock.pass_days(1)
    receipt = import_files(opened, [write(tmp_path, VISITS.replace("2026-05-26,128", "2026-05-26,138"))])
    assert counts(receipt) == facts(duplicate=7, corrected=1)
    series = opened.person("K000001").series("sbp")
    assert series["value"].tolist() == [132, 138]


def test_a_row_in_another_place_is_the_same_row(opened: Any, tmp_path: Path) -> None:
    import_files(opened, [write(tmp_path, VISITS)])
    lines = VISITS.splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])]) + "\n"
    assert counts(import_files(opened, [write(tmp_path, turned)])) == facts(duplicate=8)


def test_rows_stated_twice_are_one_and_two_readings_of_a_moment_are_two(opened: Any, tmp_path: Path) -> None:
    text = "Patient ID,Date,SBP\n1,2026-05-26 08:00,128\n1,2026-05-26 08:00,128\n1,2026-05-26 08:00,131\n"
    path = write(tmp_path, text)
    assert counts(import_files(opened, [path])) == facts(new=2, duplicate=1)
    assert counts(import_files(opened, [path])) == facts(duplicate=3)


def test_a_record_number_keys_a_correction_of_the_date_too(opened: Any, tmp_path: Path, clock: Any) -> None:
    text = "病历号,报告单号,检验日期,ALT(U/L)\n7,R1,2026-05-26,22\n7,R2,2026-05-26,23\n"
    import_files(opened, [write(tmp_path, text)])
    clock.pass_days(1)
    moved = write(tmp_path, text.replace("R1,2026-05-26", "R1,2026-05-25"), "other name.csv")
    assert counts(import_files(opened, [moved])) == facts(duplicate=1, corrected=1)


def test_an_import_taken_back_leaves_the_record_as_before(opened: Any, tmp_path: Path) -> None:
    receipt = import_files(opened, [write(tmp_path, VISITS)])
    opened.undo(receipt.batch)
    assert len(opened.panel("all")) == 0
    assert counts(import_files(opened, [write(tmp_path, VISITS)])) == facts(new=8)


def test_one_refused_table_does_not_stop_the_others(opened: Any, tmp_path: Path) -> None:
    receipt = import_files(
        opened, [write(tmp_path, "姓名,收缩压\n张三,128\n", "x.csv"), write(tmp_path, VISITS)]
    )
    assert counts(receipt) == facts(new=8)
    assert [problem.file for problem in receipt.problems] == ["x.csv"]


def test_a_mapping_given_with_the_import_is_not_kept(opened: Any, tmp_path: Path) -> None:
    mapping = Mapping(name="m", person=OnePerson(constant="jhs"))
    path = write(tmp_path, "DateTime,Sys.mmHg.\n2019-08-01 09:15:54,132\n")
    assert counts(import_files(opened, [path], mapping=mapping)) == facts(new=1)
    assert not (tmp_path / "home" / "data" / "mappings").exists()
