"""Mistakes in a file are shown by file, line and key; an overlay adds, replaces and disables."""

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from kanglu import catalogue
from kanglu.catalogue import Catalogue, layers
from kanglu.errors import CatalogueError

ENTRY = """
    group: body
    indicators:
      - id: neck
        name: {zh: 颈围, en: Neck circumference}
        aliases: [NC]
        unit: cm
        units: {m: , "[in_i]": }
        decimals: 1
        worse: high
        reference: [{sex: male, high: 38}]
        possible: [10, 100]
"""


def overlay(folder: Path, text: str, name: str = "indicators/local.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return folder


def load(folder: Path, text: str, name: str = "indicators/local.yaml") -> Catalogue:
    return catalogue.load(overlay(folder, text, name))


def mistake(folder: Path, text: str, name: str = "indicators/local.yaml") -> str:
    with pytest.raises(CatalogueError) as error:
        load(folder, text, name)
    return str(error.value)


def test_an_overlay_adds(tmp_path: Path) -> None:
    merged = load(tmp_path, ENTRY)
    assert merged.indicators["neck"].convert(15, "inch") == pytest.approx(38.1)
    assert len(merged.indicators) == len(catalogue.load(tmp_path / "none").indicators) + 1
    assert merged.indicator_for_alias("颈围(cm)") is merged.indicators["neck"]


def test_an_overlay_replaces_the_whole_entry(tmp_path: Path) -> None:
    text = """
        group: vital_signs
        indicators:
          - {id: sbp, name: {zh: 收缩压, en: Systolic}, unit: "mm[Hg]", reference: [{high: 130}]}
    """
    merged = load(tmp_path, text)
    assert merged.indicators["sbp"].reference[0].high == 130
    assert merged.indicators["sbp"].aliases == ()
    assert merged.indicator_for_code("loinc", "8480-6") is None


def test_an_overlay_disables(tmp_path: Path) -> None:
    merged = load(tmp_path, "disable: [apgar_1min, copd, nitrate]")
    assert "apgar_1min" not in merged.indicators
    assert merged.indicator_for_code("loinc", "9272-6") is None
    assert "copd" not in merged.problems
    assert "nitrate" not in merged.drug_classes


def test_an_overlay_brings_a_group_of_its_own(tmp_path: Path) -> None:
    text = ENTRY.replace("group: body", "group: {id: local, name: {zh: 本院, en: Local}, order: 0}")
    merged = load(tmp_path, text)
    assert next(iter(merged.groups)) == "local"
    assert next(iter(merged.indicators)) == "neck"


def test_an_overlay_adds_problems_and_drug_classes(tmp_path: Path) -> None:
    overlay(
        tmp_path,
        "problems: [{id: shingles, name: {zh: 带状疱疹, en: Shingles}, icd10: B02}]",
        "problems.yaml",
    )
    text = "drug_classes: [{id: antiviral, name: {zh: 抗病毒药, en: Antivirals}, keywords: [阿昔洛韦]}]"
    merged = load(tmp_path, text, "drugs.yaml")
    assert merged.problems_for("ICD-10", "B02.9", None) == ("shingles",)
    assert merged.drug_classes_for(None, None, "阿昔洛韦片") == ("antiviral",)


def test_the_revision_names_the_content_not_the_layout(tmp_path: Path) -> None:
    plain = catalogue.load(tmp_path / "none").revision
    first = load(tmp_path, ENTRY).revision
    assert first != plain
    assert load(tmp_path, "# a remark\n" + textwrap.dedent(ENTRY)).revision == first
    assert load(tmp_path, ENTRY.replace("high: 38", "high: 37")).revision != first


def test_an_unknown_key_shows_its_line_and_what_was_meant(tmp_path: Path) -> None:
    said = mistake(tmp_path, ENTRY.replace("decimals: 1", "decimal: 1"))
    assert "local.yaml:9 indicators[0].decimal" in said
    assert "Did you mean 'decimals'?" in said
    assert "9 |     decimal: 1" in said


def test_a_wrong_value_shows_the_one_meant(tmp_path: Path) -> None:
    said = mistake(tmp_path, ENTRY.replace("worse: high", "worse: higher"))
    assert "local.yaml:10 indicators[0].worse" in said
    assert "Did you mean 'high'?" in said


def test_a_nested_unknown_key_shows_what_was_meant_there(tmp_path: Path) -> None:
    said = mistake(tmp_path, ENTRY.replace("{sex: male, high: 38}", "{sex: male, hihg: 38}"))
    assert "local.yaml:11 indicators[0].reference[0].hihg" in said
    assert "Did you mean 'high'?" in said


def test_all_mistakes_of_a_load_are_shown_at_once(tmp_path: Path) -> None:
    overlay(tmp_path, "problems: [{id: x}]", "problems.yaml")
    said = mistake(
        tmp_path, ENTRY.replace("decimals: 1", "decimals: 9").replace("unit: cm", "unit: centimetres")
    )
    assert "mistakes in the catalogue" in said
    assert "local.yaml:9 indicators[0].decimals" in said
    assert "problems.yaml:1 problems[0].name: The key 'name' is missing." in said


@pytest.mark.parametrize(
    ("was", "becomes", "line", "said"),
    [
        ("aliases: [NC]", "aliases: [腰围]", 6, "neck claims '腰围', which waist has"),
        ("aliases: [NC]", "aliases: [ wc ]", 6, "neck claims 'wc', which waist has"),
        ("aliases: [NC]", "loinc: [8280-0]", 6, "neck claims '8280-0', which waist has"),
        ("aliases: [NC]", "loinc: [8280-1]", 6, "its check digit would be 0"),
        ("aliases: [NC]", "loinc: [Neck]", 6, "is not a LOINC code"),
        ("unit: cm", "unit: CM", 7, "write 'cm'"),
        ('units: {m: , "[in_i]": }', "units: {kg: }", 8, "State the factor of kg"),
        ("high: 38", "high: 380", 11, "380 lies outside what is possible"),
        ("high: 38", "low: 40, high: 38", 11, "low 40 must be below high 38"),
        ("possible: [10, 100]", "possible: [100, 10]", 12, "the first limit must be below the second"),
        ("group: body", "group: bodi", 1, "There is no group 'bodi'. Did you mean 'body'?"),
        ("id: neck", "id: Neck", 4, "should match pattern"),
        (
            "worse: high",
            "targets: [{when: diabetis, high: 30}]",
            10,
            "There is no 'diabetis'. Did you mean 'diabetes'?",
        ),
        ("worse: high", "worse: high\n        worse: low", 11, "'worse' stands twice"),
        ("unit: cm", "kind: coded", 7, "needs codes"),
        ("unit: cm", "", 4, "a quantity needs a unit"),
        ("decimals: 1", "decimals: one", 9, "should be a valid integer"),
    ],
)
def test_what_contradicts_is_shown_where_it_stands(
    tmp_path: Path, was: str, becomes: str, line: int, said: str
) -> None:
    shown = mistake(
        tmp_path,
        textwrap.dedent(ENTRY).strip("\n").replace(was, becomes)
        if line == 1
        else ENTRY.replace(was, becomes),
    )
    assert said in shown
    assert f"local.yaml:{line}" in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("indicators: [", "local.yaml:1: This is not YAML"),
        ("- a\n- b\n", "local.yaml:1: The file must be a mapping"),
        ("indicator: []\n", "local.yaml:1 indicator: Unknown key 'indicator'. Did you mean 'indicators'?"),
        ("indicators: sbp\n", "local.yaml:1 indicators: indicators must be a list"),
        ("indicators:\n  - sbp\n", "local.yaml:2 indicators[0]: An entry must be a mapping with an id"),
        ("disable: [sbq]\n", "local.yaml:1 disable[0]: There is no 'sbq' to disable. Did you mean 'sbp'?"),
    ],
)
def test_a_file_that_is_no_catalogue_is_shown_so(tmp_path: Path, text: str, said: str) -> None:
    assert said in mistake(tmp_path, text)


def test_an_id_twice_in_one_layer_is_a_mistake(tmp_path: Path) -> None:
    overlay(tmp_path, ENTRY, "indicators/first.yaml")
    said = mistake(tmp_path, ENTRY, "indicators/second.yaml")
    assert "second.yaml:4 indicators[0].id: 'neck' is defined twice, here and in first.yaml" in said


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "problems.yaml").write_bytes("problems: []  # 康录".encode("gb18030"))
    with pytest.raises(CatalogueError, match="not UTF-8"):
        catalogue.load(tmp_path)


def test_a_spelling_for_two_answers_is_a_mistake(tmp_path: Path) -> None:
    text = """
        group: lifestyle
        indicators:
          - id: mood
            kind: coded
            name: {zh: 心境, en: Frame of mind}
            codes:
              good: {name: {zh: 好, en: good}}
              fine: {name: {zh: 可, en: fine}, aliases: [GOOD]}
    """
    assert "'good' is claimed by 'good' and by 'fine'" in mistake(tmp_path, text).lower()


def test_yaml_is_read_as_version_1_2(tmp_path: Path) -> None:
    text = ENTRY.replace("aliases: [NC]", "aliases: [no, on, 1e3x, 12:30]")
    assert load(tmp_path, text).indicators["neck"].aliases == ("no", "on", "1e3x", "12:30")


def test_the_schema_describes_the_shipped_files() -> None:
    described = catalogue.schema()
    entry = described["$defs"]["Indicator"]
    assert set(entry["required"]) == {"id", "name"}
    assert set(entry["properties"]) == set(catalogue.Indicator.model_fields)
    assert set(described["properties"]) == {
        *("group", "defaults", "disable"),
        *layers.CATALOGUE,
        *layers.RULEBOOK,
        *layers.ADVICE,
        "questionnaires",
    }


def test_the_shipped_folder_is_a_layer_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(layers.DEFAULTS, tmp_path / "defaults")
    monkeypatch.setattr(layers, "DEFAULTS", tmp_path / "absent")
    copied = catalogue.load(tmp_path / "defaults")
    monkeypatch.undo()
    assert copied.revision == catalogue.load(tmp_path / "none").revision


def test_the_room_needs_neither_database_nor_frames() -> None:
    said = (
        "import sys, kanglu.catalogue as c; c.load(); print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )
    loaded = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout
    assert not {"sqlalchemy", "pandas", "numpy", "panel", "papermill", "typst"} & set(loaded.split())
