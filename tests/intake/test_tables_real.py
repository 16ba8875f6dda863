"""The real tables: exact counts, which were also taken by pandas and openpyxl without Kanglu."""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kanglu import record
from kanglu.intake.importing import import_files
from kanglu.intake.mapping import ColumnMapping, Mapping, load

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
SHARED = Path(os.environ.get("KANGLU_SHARED", Path(__file__).parents[3] / "shared"))


@pytest.fixture
def real() -> Callable[[str], Path]:
    """A folder of the real data; the test is skipped without, but not in CI where the data are."""

    def folder(name: str) -> Path:
        path = SHARED / "data" / name
        if not path.exists():
            (pytest.fail if os.environ.get("CI") and SHARED.exists() else pytest.skip)(f"{path} is not here")
        return path

    return folder


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


def taken(store: Any, *paths: Path, mapping: Mapping | None = None) -> tuple[Any, dict[str, int]]:
    """The receipt of an import, and its counts; a second import must change nothing."""
    receipt = import_files(store, list(paths), mapping=mapping)
    again = import_files(store, list(paths), mapping=mapping).to_data()["facts"]
    counts = dict(receipt.to_data()["facts"])
    assert again == counts | {"new": 0, "duplicate": counts["new"] + counts["duplicate"]}
    return receipt, counts


def fields(receipt: Any, file: str) -> Counter[str]:
    """How many problems each column of a file has."""
    return Counter(
        problem.field for problem in receipt.problems if problem.file.endswith(file) and problem.row
    )


def test_shanghai_sensors_and_summary(opened: Any, real: Callable[[str], Path]) -> None:
    receipt, counts = taken(opened, real("cgm-shanghai-t1dm"))
    # 15,695 rows of sensors with 15,695 glucose, 750 finger and 40 ketone readings; 16 rows of summary with
    # 331 results, of which 15 uric acids and one eGFR are set aside; 12 people of known sex.
    assert receipt.read == {"row": 15_695 + 16}
    assert counts == {"new": 15_695 + 750 + 40 + 315 + 12, "duplicate": 0, "corrected": 0, "quarantined": 16}
    assert len(opened.panel("all")) == 12
    assert receipt.skipped["not measured"] == 21
    summary = fields(receipt, "Summary.xlsx")
    assert summary == {
        "Uric Acid (mmol/L)": 15,
        "Estimated Glomerular Filtration Rate (ml/min/1.73m2)": 1,
    }


def test_shanghai_uric_acid_once_the_unit_is_said(opened: Any, real: Callable[[str], Path]) -> None:
    path = real("cgm-shanghai-t1dm") / "Shanghai_T1DM_Summary.xlsx"
    import_files(opened, [path])
    kept = next((Path(os.environ["KANGLU_HOME"]) / "data" / "mappings").glob("*.yaml"))
    mapping = load(kept)
    said = [
        column.model_copy(update={"unit": "umol/L"}) if column.indicator == "uric_acid" else column
        for column in mapping.columns
    ]
    receipt = import_files(opened, [path], mapping=mapping.model_copy(update={"columns": tuple(said)}))
    assert receipt.to_data()["facts"] == {"new": 15, "duplicate": 327, "corrected": 0, "quarantined": 1}


def test_shanghai_readings_at_midnight_are_timed(opened: Any, real: Callable[[str], Path]) -> None:
    path = real("cgm-shanghai-t1dm") / "Shanghai_T1DM" / "1010_0_20210915.xls"
    import_files(opened, [path])
    effective = opened.person("K000001").series("cgm_glucose")["effective"]
    assert len(effective) == 918
    assert sum(str(moment).endswith("00:00:00") for moment in effective) == 10


def test_ambulatory_blood_pressure(opened: Any, real: Callable[[str], Path]) -> None:
    receipt, counts = taken(opened, real("bp-series") / "bp_hypnos.csv")
    assert (receipt.read, counts["new"], counts["quarantined"]) == ({"row": 250}, 1250, 0)
    assert len(opened.panel("all")) == 5


def test_home_blood_pressure_of_one_man(opened: Any, real: Callable[[str], Path]) -> None:
    _, counts = taken(opened, real("bp-series") / "bp_jhs.csv")
    assert counts == {"new": 3 * 222, "duplicate": 0, "corrected": 0, "quarantined": 0}
    series = opened.person("K000001").series("sbp")
    assert (series["value"].iloc[0], series["value"].iloc[-1]) == (
        pytest.approx(series["value"].iloc[0]),
        132,
    )


def test_a_trial_without_dates_is_refused_until_they_are_declared(
    opened: Any, real: Callable[[str], Path]
) -> None:
    path = real("bp-series") / "bp_ghana.csv"
    refused = import_files(opened, [path])
    assert refused.batch is None
    assert "No column says when" in refused.problems[0].reason
    visits = {"Baseline": "2013-04", "6Months": "2013-10", "12Months": "2014-04"}
    mapping = Mapping(
        name="ghana",
        columns=(
            ColumnMapping(header="Time_Elapsed", role="date", values=visits),
            ColumnMapping(header="Gender", values={"0": "male", "1": "female"}),
            ColumnMapping(header="Smoking", role="ignored"),
        ),
    )
    receipt, counts = taken(opened, path, mapping=mapping)
    # Systolic, diastolic, BMI, ages, people; a BMI of 0.0 stands for none 1,035 times.
    assert counts == {
        "new": 2003 + 2002 + 1236 + 2271 + 757,
        "duplicate": 0,
        "corrected": 0,
        "quarantined": 1035,
    }
    assert fields(receipt, "bp_ghana.csv") == {"BMI": 1035}
    assert len(opened.panel("all")) == 757


def test_wearables(opened: Any, real: Callable[[str], Path]) -> None:
    receipt, counts = taken(opened, real("wearable-fitbit-furberg"))
    # Activity: 940 days of 7 measures; calories: 940 that activity states too; sleep: 413 rows of 3, 3 rows
    # twice; weight: 67 weights and BMIs, 2 of fat, pounds restating kilograms.
    assert receipt.read == {"row": 940 + 940 + 413 + 67}
    assert counts == {
        "new": 7 * 940 + 3 * 410 + 67 + 67 + 2, "duplicate": 940 + 9, "corrected": 0, "quarantined": 0,
    }  # fmt: skip
    assert len(opened.panel("all")) == 33
    assert receipt.skipped["column WeightPounds"] == 1
    assert receipt.skipped["column LogId"] == 1


def test_questions_and_answers_are_refused_clearly(opened: Any, real: Callable[[str], Path]) -> None:
    receipt = import_files(opened, [real("zh-medical-dialogue")])
    assert receipt.batch is None
    reasons = {problem.file.rpartition("/")[2]: problem.reason for problem in receipt.problems}
    assert reasons["样例_内科5000-6000.csv"].startswith("No column says anything that Kanglu takes in")
    assert "quotation mark opened after line 3862" in reasons["内科.txt"]
