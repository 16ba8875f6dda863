"""The demo panel: nobody real, always the same, in the proportions of Chinese adults."""

import csv
from pathlib import Path

import numpy as np
import orjson
import pytest

from kanglu.demo import write
from kanglu.demo.files import SEED
from kanglu.demo.health import live
from kanglu.demo.people import check_digit, invent


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write(folder, people=120)
    return folder


def test_the_same_number_of_people_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = write(tmp_path, people=120)
    assert [path.read_bytes() for path in again] == [(folder / path.name).read_bytes() for path in again]


def test_a_check_digit_follows_the_standard() -> None:
    assert check_digit("11010519491231002") == "X"  # the example printed in GB 11643-1999


def test_nobody_in_it_can_be_real(folder: Path) -> None:
    resources = [orjson.loads(line) for line in (folder / "people.ndjson").read_bytes().splitlines()]
    patients = [resource for resource in resources if resource["resourceType"] == "Patient"]
    numbers = [patient["identifier"][0]["value"] for patient in patients]
    assert len(set(numbers)) == len(patients) == 120
    for patient, number in zip(patients, numbers, strict=True):
        assert number.startswith("99")  # no county of GB/T 2260 begins so
        assert number[6:14] == patient["birthDate"].replace("-", "")
        assert (int(number[16]) % 2 == 1) == (patient["gender"] == "male")
        assert number[17] == check_digit(number[:17])
        assert patient["telecom"][0]["value"].startswith("100")  # no operator's numbers begin so


def test_the_oldest_table_is_printed_as_old_systems_print(folder: Path) -> None:
    raw = (folder / "体检2021.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    rows = list(csv.DictReader(raw.decode("gb18030").splitlines()))
    assert {"身份证号", "体检日期", "收缩压(mmHg)"} <= set(rows[0])


def test_the_panel_resembles_chinese_adults() -> None:
    rng = np.random.default_rng(SEED)
    people = invent(2000, rng)
    course = live(people, rng)
    diagnosed = lambda since: float((~np.isnan(since)).mean())  # noqa: E731
    assert 0.18 < diagnosed(course.hypertension_since) < 0.32
    assert 0.09 < diagnosed(course.diabetes_since) < 0.17
    assert course.attended.any(1).all()
    assert (course.values["sbp"] > course.values["dbp"]).all()
