"""Scoring a CSV file: the rows as they were, the answer beside them, and what is refused."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from kanglu import measures
from kanglu.errors import MeasureError
from kanglu.measures import score_file
from kanglu.measures.files import ANSWER

VECTORS = Path(__file__).parents[1] / "data" / "vectors"
FILES = {
    "china_par_official_calculator": ("china_par_10y", 679, 0),
    "china_par_published_examples": ("china_par_10y", 9, 0),
    "ckd_epi": ("ckd_epi_2021_cr", 36, 0),
    "ckd_epi_invalid_inputs": ("ckd_epi_2021_cr", 6, 10),
    "cn_bmi_waist": ("bmi_class_cn", 9, 0),
    "cn_hypertension_stratification": ("bp_stratum_cn", 23, 0),
    "metabolic_syndrome_cds2020": ("metabolic_syndrome_cds2020", 25, 0),
    "cdrs_chinese_diabetes_risk_score": ("chinese_diabetes_risk_score", 36, 2),
    "fib4_nafld": ("fib4", 26, 0),
    "homa_tyg": ("tyg", 17, 0),
    "hba1c_conversion": ("eag", 13, 0),
    "pce_2013": ("pce_2013", 51, 0),
    "framingham_2008": ("framingham_2008_lipid", 40, 0),
    "score2_asia_pacific": ("score2_asia_pacific", 35, 0),
    "score2_diabetes": ("score2_diabetes", 44, 0),
    "score2_score2op": ("score2_op", 32, 36),
    "cha2ds2_vasc": ("cha2ds2_vasc", 27, 0),
    "kfre_4var": ("kfre_4v_2y", 72, 0),
    "metabolic_syndrome_idf2005_chinese": ("metabolic_syndrome_idf2005", 16, 0),
    "findrisc": ("findrisc", 17, 0),
    "ipaq_sf": ("ipaq_sf", 13, 0),
    "pdc": ("pdc", 10, 0),
}


def texts(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@pytest.mark.parametrize("name", FILES)
def test_a_file_answers_as_its_frame_does_and_keeps_every_text(name: str, tmp_path: Path) -> None:
    score, ok, others = FILES[name]
    given, answered = VECTORS / f"{name}.csv", tmp_path / "answered.csv"
    counts = score_file(score, given, answered)
    assert (counts["ok"], counts["rows"]) == (ok, ok + others)
    before, after = texts(given), texts(answered)
    expected = measures.score(score, pd.read_csv(given))
    own = [column for column in expected if column not in (*ANSWER, "missing")]
    assert list(after) == [*before, *ANSWER, *own]
    pd.testing.assert_frame_equal(after[list(before)], before)
    assert after["status"].tolist() == expected["status"].tolist()
    assert after["band"].tolist() == expected["band"].astype(object).fillna("").tolist()
    assert (pd.to_numeric(after["value"]).fillna(-1) == expected["value"].fillna(-1)).all()
    assert set(after["version"]) == {measures.SCORES[score].version}


def test_a_file_is_answered_with_the_output_asked_for(tmp_path: Path) -> None:
    given, answered = VECTORS / "prevent_hba1c.csv", tmp_path / "answered.csv"
    counts = score_file("prevent", given, answered, output="hf_30yr")
    assert (counts["ok"], counts["not_applicable"]) == (20, 13)  # thirteen are above 59 years
    expected = measures.score("prevent", pd.read_csv(given), output="hf_30yr")
    after = pd.read_csv(answered)
    assert (after["value"].fillna(-1) == expected["value"].fillna(-1)).all()
    assert set(after["version"]) == {
        "AHA PREVENT 2023, 30-year heart failure; HbA1c model",
        "AHA PREVENT 2023, 30-year heart failure; HbA1c model, HbA1c not measured",
    }
    with pytest.raises(MeasureError, match="no output 'hf'"):
        score_file("prevent", given, answered, output="hf")


HEAD = "name,sex,age_years,creatinine_mg_dl\n"


def scored(tmp_path: Path, content: bytes, score: str = "ckd_epi_2021_cr") -> bytes:
    (tmp_path / "in.csv").write_bytes(content)
    score_file(score, tmp_path / "in.csv", tmp_path / "out.csv")
    return (tmp_path / "out.csv").read_bytes()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_an_encoding_stays_what_it_was(tmp_path: Path, encoding: str) -> None:
    out = scored(tmp_path, f"{HEAD}王小明,男,50,1\n李娜,女,50,1\n".encode(encoding))
    rows = list(csv.DictReader(out.decode(encoding).splitlines()))
    assert [row["name"] for row in rows] == ["王小明", "李娜"]
    assert [row["status"] for row in rows] == ["ok", "ok"]
    assert out.startswith("\ufeff".encode()) == (encoding == "utf-8-sig")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_commas_and_line_breaks_in_cells_stay(tmp_path: Path, end: str) -> None:
    out = scored(tmp_path, f'{HEAD.strip()}{end}"Wang, ""X""\nMing",male, 050 ,1.0{end}'.encode())
    assert out.endswith(end.encode())
    row = next(csv.DictReader(out.decode().splitlines(keepends=True)))
    assert (row["name"], row["age_years"]) == ('Wang, "X"\nMing', " 050 ")
    assert row["status"] == "ok"


def test_rows_keep_their_order_and_bad_ones_stand_among_them(tmp_path: Path) -> None:
    out = scored(tmp_path, f"{HEAD}c,male,50,1\na,male,x,1\nb,female,,1\nd,male,17,1\n".encode())
    rows = list(csv.DictReader(out.decode().splitlines()))
    assert [row["name"] for row in rows] == ["c", "a", "b", "d"]
    assert [(row["status"], row["reason"]) for row in rows] == [
        ("ok", ""),
        ("incomplete", "age_years 'x' is not a number"),
        ("incomplete", "age_years is missing"),
        ("not_applicable", "age_years 17 is outside 18–100 years"),
    ]
    assert [row["value"] == "" for row in rows] == [False, True, True, True]


def test_an_empty_cell_of_a_single_column_is_a_row(tmp_path: Path) -> None:
    out = scored(tmp_path, b"hba1c_percent\n7\n\n6.5\n", "eag")
    assert [row["status"] for row in csv.DictReader(out.decode().splitlines())] == ["ok", "incomplete", "ok"]


def test_a_header_without_rows_is_answered_by_a_header(tmp_path: Path) -> None:
    assert scored(tmp_path, HEAD.encode()) == (HEAD.strip() + ",value,band,status,reason,version\n").encode()


def test_a_file_may_be_answered_in_place(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"{HEAD}a,male,50,1\n")
    assert score_file("ckd_epi_2021_cr", path, path)["ok"] == 1
    assert path.read_text().startswith(HEAD.strip() + ",value")


@pytest.mark.parametrize(
    ("content", "what", "where"),
    [
        (b"", "The file is empty", "in.csv"),
        (b"\xff\xfen\x00a\x00", "neither UTF-8 nor GB18030", "in.csv:1"),
        (b"name\nx\n\x81\x20\n", "neither UTF-8 nor GB18030", "in.csv:3"),
        (f"{HEAD}a,male,50\n".encode(), "The row has 3 cells, the header 4", "in.csv:2"),
        (b"sex,age_years,creatinine_mg_dl,band\n", "already has a column band", "in.csv:1"),
        (
            b"sex,age_years,age_years,creatinine_mg_dl\nmale,50,51,1\n",
            "column age_years stands there 2",
            "ckd",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_naming_the_place(
    tmp_path: Path, content: bytes, what: str, where: str
) -> None:
    with pytest.raises(MeasureError, match=what) as refused:
        scored(tmp_path, content)
    assert where in str(refused.value.where)
    assert refused.value.remedy
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_missing_column_is_named_with_its_alternatives(tmp_path: Path) -> None:
    with pytest.raises(MeasureError) as refused:
        scored(tmp_path, b"sex,age_years,creatinine\nmale,50,1\n")
    assert "creatinine_mg_dl (or creatinine_umol_l" in str(refused.value)
    assert "Is creatinine the one?" in str(refused.value)


def test_a_missing_file_folder_or_score_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"{HEAD}a,male,50,1\n")
    with pytest.raises(MeasureError, match="no such file"):
        score_file("fib4", tmp_path / "none.csv", tmp_path / "out.csv")
    with pytest.raises(MeasureError, match="no such folder"):
        score_file("ckd_epi_2021_cr", tmp_path / "in.csv", tmp_path / "none" / "out.csv")
    with pytest.raises(MeasureError, match="Did you mean fib4"):
        score_file("fib_4", tmp_path / "in.csv", tmp_path / "out.csv")


def test_a_score_with_columns_of_its_own_writes_them_beside(tmp_path: Path) -> None:
    head = "name,vig_days,vig_min,mod_days,mod_min,walk_days,walk_min\n"
    out = scored(tmp_path, f"{head}a,0,,0,,5,30\nb,,,,,,\n".encode(), "ipaq_sf").decode()
    rows = list(csv.DictReader(out.splitlines()))
    assert [row["walking_met_min"] for row in rows] == ["495.0", ""]
    with pytest.raises(MeasureError, match="already has a column vigorous_met_min"):
        scored(tmp_path, out.replace(",value,band,status,reason,version,", ",a,b,c,d,e,").encode(), "ipaq_sf")
