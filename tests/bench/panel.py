"""A large invented panel, written straight into a record: ten years of check-ups and follow-up visits.

One in four people is enrolled for hypertension and one in eight for diabetes, each with four visits a year of
which some are missed; everybody has a yearly check-up. That is about a hundred observations a person.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import text

from kanglu import record
from kanglu.record import tables
from kanglu.record.bulk import bulk_insert
from kanglu.record.database import opened

YEARS = range(2016, 2026)
LAST_DAY = date(2025, 12, 31)
RECORDED = "2026-01-01T00:00:00.000000Z"
CHECK_UP = ("sbp", "dbp", "fpg", "heart_rate", "weight", "tc", "ldl_c", "hgb")
_USUAL = {
    "sbp": 132,
    "dbp": 82,
    "fpg": 5.9,
    "heart_rate": 74,
    "weight": 66,
    "tc": 4.8,
    "ldl_c": 2.9,
    "hgb": 138,
}
_SPREAD = {"sbp": 15, "dbp": 9, "fpg": 1.3, "heart_rate": 9, "weight": 11, "tc": 0.9, "ldl_c": 0.7, "hgb": 12}
_UNITS = {
    "sbp": "mm[Hg]", "dbp": "mm[Hg]", "fpg": "mmol/L", "heart_rate": "/min", "weight": "kg", "tc": "mmol/L",
    "ldl_c": "mmol/L", "hgb": "g/L",
}  # fmt: skip
_DECIMALS = {"fpg": 1, "tc": 2, "ldl_c": 2, "weight": 1}


def make(path: Path, people: int) -> int:
    """Write the panel into a new SQLite record; gives the number of observations."""
    record.init(str(path))
    database = opened(str(path))
    rng = np.random.default_rng(11)
    with database.writing() as connection:
        for index in (
            "ix_observation_batch_id",
            "ix_observation_person_id",
            "ix_observation_indicator_person_id",
        ):
            connection.execute(text(f"DROP INDEX {index}"))
        connection.execute(
            tables.batch.insert().values(
                id=1, label="bench", kind="import", files=[], receipt={}, relies_on={}, recorded=RECORDED,
                last_person=people, undone=None,
            )
        )  # fmt: skip
        numbers = range(1, people + 1)
        who = ("id", "record_number", "batch_id", "recorded")
        bulk_insert(connection, tables.person, who, ((n, f"K{n:06d}", 1, RECORDED) for n in numbers))
        births = [date(1930, 1, 1) + timedelta(days=int(day)) for day in rng.integers(0, 25000, people)]
        hypertension, diabetes = rng.random(people) < 0.25, rng.random(people) < 0.125
        _facts(connection, "demographics", _people(births, rng))
        _facts(connection, "condition", _conditions(hypertension, diabetes))
        _facts(connection, "episode_of_care", _episodes(hypertension, diabetes))
        visits = _visits(hypertension, diabetes, rng)
        _facts(connection, "encounter", ((*visit, "AMB") for visit in visits), extra=("setting",))
        count = _observations(connection, visits, hypertension, diabetes, people, rng)
        for columns in ("batch_id", "person_id", "indicator, person_id"):
            name = columns.replace(", ", "_")
            connection.execute(text(f"CREATE INDEX ix_observation_{name} ON observation ({columns})"))
    database.close()
    return count


def _facts(
    connection: object, name: str, rows: Iterator[tuple[object, ...]], extra: tuple[str, ...] = ()
) -> None:
    """Facts of one kind: person, the columns between person and status that a row states, all else empty."""
    first = {
        "demographics": ("person_id", "name", "sex", "birth_date"),
        "condition": ("person_id", "system", "code", "effective", "display"),
        "episode_of_care": ("person_id", "code", "effective", "clinical_status"),
        "encounter": ("person_id", "system", "code", "effective"),
    }[name]
    columns = ("id", "batch_id", "recorded", "origin", "status", *first, *extra)
    numbered = ((n, 1, RECORDED, "imported", "final", *row) for n, row in enumerate(rows, start=1))
    bulk_insert(connection, tables.FACTS[name], columns, numbered)


def _people(births: list[date], rng: np.random.Generator) -> Iterator[tuple[object, ...]]:
    for n, birth in enumerate(births, start=1):
        yield n, f"人{n}", "male" if rng.random() < 0.5 else "female", birth.isoformat()


def _conditions(hypertension: np.ndarray, diabetes: np.ndarray) -> Iterator[tuple[object, ...]]:
    icd = "http://hl7.org/fhir/sid/icd-10"
    for n, (pressure, sugar) in enumerate(zip(hypertension, diabetes, strict=True), start=1):
        if pressure:
            yield n, icd, "I10", "2015-06-01", "原发性高血压"
        if sugar:
            yield n, icd, "E11.9", "2015-06-01", "2型糖尿病"


def _episodes(hypertension: np.ndarray, diabetes: np.ndarray) -> Iterator[tuple[object, ...]]:
    for n, (pressure, sugar) in enumerate(zip(hypertension, diabetes, strict=True), start=1):
        if pressure:
            yield n, "hypertension", "2016-01-01", "active"
        if sugar:
            yield n, "type2_diabetes", "2016-01-01", "active"


def _visits(
    hypertension: np.ndarray, diabetes: np.ndarray, rng: np.random.Generator
) -> list[tuple[int, str, str, str]]:
    found = []
    for n in (np.flatnonzero(hypertension | diabetes) + 1).tolist():
        kept, shift = rng.random(len(YEARS) * 4) < 0.9, rng.integers(0, 80, len(YEARS) * 4)
        for at, year in enumerate(YEARS):
            for quarter in range(4):
                place = at * 4 + quarter
                if kept[place]:
                    day = date(year, 1 + 3 * quarter, 1) + timedelta(days=int(shift[place]))
                    found.append((n, "kanglu", "follow-up", day.isoformat()))
    return found


def _observations(
    connection: object,
    visits: list[tuple[int, str, str, str]],
    hypertension: np.ndarray,
    diabetes: np.ndarray,
    people: int,
    rng: np.random.Generator,
) -> int:
    def rows() -> Iterator[tuple[object, ...]]:
        number = 0
        for year in YEARS:
            days = [date(year, 3, 1) + timedelta(days=int(day)) for day in rng.integers(0, 270, people)]
            for name in CHECK_UP:
                values = np.round(rng.normal(_USUAL[name], _SPREAD[name], people), _DECIMALS.get(name, 0))
                for n, (day, value) in enumerate(zip(days, values.tolist(), strict=True), start=1):
                    number += 1
                    yield (
                        number,
                        1,
                        RECORDED,
                        n,
                        name,
                        day.isoformat(),
                        value,
                        _UNITS[name],
                        "imported",
                        "final",
                    )
        sbp, dbp = rng.normal(138, 12, len(visits)).round(), rng.normal(84, 8, len(visits)).round()
        fpg = rng.normal(6.9, 1.0, len(visits)).round(1)
        for at, (n, _, _, day) in enumerate(visits):
            if hypertension[n - 1]:
                for name, value in (("sbp", sbp[at]), ("dbp", dbp[at])):
                    number += 1
                    yield number, 1, RECORDED, n, name, day, float(value), _UNITS[name], "imported", "final"
            if diabetes[n - 1]:
                number += 1
                yield number, 1, RECORDED, n, "fpg", day, float(fpg[at]), "mmol/L", "imported", "final"
        nonlocal count
        count = number

    count = 0
    columns = ("id", "batch_id", "recorded", "person_id", "indicator", "effective", "value", "unit", "origin")
    bulk_insert(connection, tables.observation, (*columns, "status"), rows())
    return count
