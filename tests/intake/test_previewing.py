"""Looking at files before they are taken in: what each column would be, what is in the way; mending it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kanglu.catalogue import current
from kanglu.errors import CatalogueError
from kanglu.intake import import_files
from kanglu.intake import mapping as mappings
from kanglu.intake.mapping import Role
from kanglu.intake.previewing import LOOKED_AT, Preview, preview, recast
from kanglu.record import Store

Write = Callable[[str, Any], Path]
TABLE = "体检号,姓名,日期,收缩压(mmHg),尿酸,备注\n1,张三,2026-01-02,150,412,好\n2,李四,2026-01-03,128,,好\n"


def seen(*paths: Path) -> Preview:
    return preview(paths, current())


def roles(found: Preview) -> list[str]:
    return [column.indicator or column.role.value for column in found.sheets[0].mapping.columns]


def test_each_column_is_shown_with_its_meaning_and_examples(write: Write) -> None:
    found = seen(write("a.csv", TABLE))
    [sheet] = found.sheets
    assert (sheet.file, sheet.rows, sheet.whole, sheet.own, sheet.refusal) == ("a.csv", 2, True, False, "")
    assert roles(found) == ["person", "name", "date", "sbp", "uric_acid", "unknown"]
    assert sheet.examples[1] == ("张三", "李四")
    assert sheet.examples[5] == ("好",)


def test_looking_keeps_nothing(write: Write) -> None:
    seen(write("a.csv", TABLE))
    assert not mappings.folder().exists()


def test_a_table_that_cannot_be_taken_in_is_shown_with_the_reason(write: Write) -> None:
    [sheet] = seen(write("a.csv", "姓名,收缩压(mmHg)\n张三,150\n")).sheets
    assert "No column says by a number whom a row is about" in sheet.refusal
    assert len(sheet.mapping.columns) == 2


def test_a_corrected_mapping_is_kept_and_read_by(write: Write, store: Store) -> None:
    path = write("a.csv", TABLE)
    [sheet] = seen(path).sheets
    changed = recast(sheet.mapping, 4, Role.INDICATOR, "uric_acid", "umol/L")
    mappings.save(recast(changed, 1, Role.IGNORED, None, None))
    found = seen(path)
    assert found.sheets[0].own
    assert roles(found) == ["person", "ignored", "date", "sbp", "uric_acid", "unknown"]
    receipt = import_files(store, [path])
    assert receipt.facts["quarantined"] == 0
    person = store.person("K000001")
    assert person.series("uric_acid")["value"].tolist() == [412]
    assert person.view.name is None


def test_an_indicator_is_named_and_what_was_known_of_other_cells_is_forgotten() -> None:
    column = mappings.ColumnMapping(header="性别", role=Role.SEX, values={"1": "male"})
    mapping = mappings.Mapping(name="t", columns=(column,))
    with pytest.raises(CatalogueError, match="not said what was measured"):
        recast(mapping, 0, Role.INDICATOR, None, "mmHg")
    assert recast(mapping, 0, Role.SEX, None, None).columns[0].values == {"1": "male"}
    assert recast(mapping, 0, Role.NAME, None, None).columns[0].values == {}


def test_fhir_is_counted_and_what_nobody_reads_is_refused_by_name(write: Write) -> None:
    found = seen(
        write("a.json", {"resourceType": "Bundle", "type": "collection", "entry": []}),
        write("b.ndjson", json.dumps({"resourceType": "Patient"})),
        write("c.pdf", "%PDF-1.7"),
        write("d.bin", "what is this"),
    )
    assert (found.fhir, found.sheets) == (2, ())
    assert [one.name for one in found.refused] == ["c.pdf", "d.bin"]


def test_a_preview_is_plain_data_and_back(write: Write) -> None:
    found = seen(write("a.csv", TABLE), write("c.pdf", "%PDF-1.7"))
    assert Preview.from_data(json.loads(json.dumps(found.to_data()))) == found


def test_of_a_large_table_the_beginning_is_looked_at(write: Write) -> None:
    line = "1,张三,2026-01-02,150,412,好\n"
    rows = LOOKED_AT // len(line.encode()) + 10
    [sheet] = seen(write("a.csv", TABLE + line * rows)).sheets
    assert not sheet.whole
    assert 0 < sheet.rows < rows
