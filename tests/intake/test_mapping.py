"""Mappings: kept as YAML, found again by the headers, mended by people."""

from pathlib import Path

import pytest

from kanglu.errors import CatalogueError
from kanglu.intake.mapping import (
    SHIPPED,
    ColumnMapping,
    Mapping,
    OnePerson,
    Role,
    find,
    fingerprint,
    load,
    path_of,
    save,
)

VISITS = Mapping(
    name="社区体检 2026",
    person=OnePerson(file=r"(?P<person>\d{4})_\d+_(?P<date>\d{8})"),
    date="2026-05-26",
    date_order="mdy",
    columns=(
        ColumnMapping(header="体检号", role=Role.PERSON, system="社区", why="an identifier's name"),
        ColumnMapping(header="性别", role=Role.SEX, values={"1": "female", "2": "male"}),
        ColumnMapping(header="尿酸(mmol/L)", role=Role.INDICATOR, indicator="uric_acid", unit="umol/L"),
        ColumnMapping(header="备注"),
    ),
)


def test_what_is_saved_is_loaded_again(tmp_path: Path) -> None:
    path = save(VISITS, tmp_path)
    assert path == path_of(VISITS, tmp_path)
    assert load(path) == VISITS


def test_the_file_explains_itself_and_names_every_column(tmp_path: Path) -> None:
    text = save(VISITS, tmp_path).read_text(encoding="utf-8")
    assert text.startswith("# What the columns of this table mean.")
    assert "header: 备注\n    role: unknown" in text


def test_every_role_is_explained_in_the_file(tmp_path: Path) -> None:
    text = save(VISITS, tmp_path).read_text(encoding="utf-8")
    assert [role for role in Role if role not in text] == []


def test_it_is_found_by_the_same_headers_in_any_order_width_and_case(tmp_path: Path) -> None:
    save(VISITS, tmp_path)
    found = find(["备注", "尿酸（MMOL/L）", "体检号 ", "性别"], "anything", tmp_path)
    assert found == (VISITS, True)


@pytest.mark.parametrize("headers", [["体检号", "性别"], ["体检号", "性别", "尿酸(mmol/L)", "备注", "身高"]])
def test_other_headers_find_nothing(headers: list[str], tmp_path: Path) -> None:
    save(VISITS, tmp_path)
    assert find(headers, "anything", tmp_path) is None


def test_two_columns_of_one_name_are_two() -> None:
    assert fingerprint(["a", "b", "b"]) != fingerprint(["a", "b"])


def test_a_mended_file_counts_at_once(tmp_path: Path) -> None:
    path = save(VISITS, tmp_path)
    path.write_text(
        path.read_text(encoding="utf-8").replace("date_order: mdy", "date_order: dmy"), encoding="utf-8"
    )
    found = find([column.header for column in VISITS.columns], "", tmp_path)
    assert found is not None
    assert found[0].date_order == "dmy"


@pytest.mark.parametrize(
    ("wrong", "where", "what"),
    [
        ("name: x\ncolumns:\n  - header: a\n    role: persn\n", ":4 columns.0.role", "'person'"),
        ("name: x\ndate_order: ymd\n", ":2 date_order", "'dmy'"),
        ("name: x\ncolour: red\n", ":2 colour", "not permitted"),
        ("name: x\nperson: {file: '(1001'}\n", ":2 person.file", "regular expression"),
        ("name: x\nperson: {file: '(.*)'}\n", ":2 person.file", "person"),
        ("columns: []\n", ":1 name", "required"),
        ("name: [\n", "wrong.yaml", "not YAML"),
    ],
)
def test_a_mistake_is_named_by_file_line_and_key(wrong: str, where: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load(path)
    assert where in str(caught.value.where)
    assert what in caught.value.what


def test_a_date_without_quotes_is_a_date_as_text(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text("name: x\ndate: 2026-05-26\nperson: {constant: 1001}\n", encoding="utf-8")
    assert (load(path).date, load(path).person.constant) == ("2026-05-26", "1001")


def test_all_shipped_mappings_are_sound() -> None:
    assert [load(path).name for path in sorted(SHIPPED.glob("*.yaml"))]


def test_a_shipped_mapping_asks_for_its_headers_and_its_file_name(tmp_path: Path) -> None:
    headers = ["Date", "CGM (mg / dl)", "饮食"]
    found = find(headers, "1001_0_20210730", tmp_path)
    assert found is not None
    assert (found[0].name, found[1]) == ("shanghai-cgm", False)
    assert find(headers, "sensor of mr li", tmp_path) is None
    assert find(headers[:1], "1001_0_20210730", tmp_path) is None
