"""How the demo people fare: yearly check-ups that drift with age, weight and treatment.

The proportions are calibrated to what is published for Chinese adults (hypertension about a quarter,
diabetes about an eighth, most of it uncontrolled); the individual courses are invented.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from kanglu.demo.people import FIRST_YEAR, YEARS, Flags, Floats, People


@dataclass(frozen=True)
class Course:
    """One person-year after another: arrays of shape (people, years); NaN where nothing was measured."""

    attended: Flags
    days: list[list[date]]  # the day of each check-up, also where it was not attended
    values: dict[str, Floats]  # indicator id → canonical unit
    hypertension_since: Floats  # year of the diagnosis, NaN without
    diabetes_since: Floats
    dyslipidaemia_since: Floats
    treated_pressure: Flags  # (people, years)
    treated_sugar: Flags
    treated_lipid: Flags
    urine_protein: list[list[str]]


def live(people: People, rng: np.random.Generator) -> Course:
    """Five years of check-ups of everybody."""
    n, years = len(people), np.arange(len(YEARS))
    age = people.age[:, None] + years

    def noise(scale: float) -> Floats:
        return rng.normal(0, scale, (n, len(YEARS)))

    drift = rng.normal(0.12, 0.28, (n, 1)) * years
    male = people.male[:, None].astype(float)

    height = rng.normal(np.where(people.male, 170.2, 158.6), 6.0) - np.clip(people.age - 45, 0, None) * 0.06
    bmi = np.clip(
        23.6 + 0.8 * male + 3.1 * people.adiposity[:, None] - ((age - 58) / 30) ** 2 + drift + noise(0.3),
        15.5,
        42,
    )
    fat = bmi - 23.8

    raw_sbp = 112 + 2 * male + 0.46 * (age - 30) + 1.1 * fat + 13 * people.pressure[:, None] + noise(4.0)
    raw_dbp = 73 + 3 * male + 0.9 * fat + 6 * people.pressure[:, None] - 0.004 * (age - 52) ** 2 + noise(3.0)
    raw_sugar = 4.85 + 0.012 * (age - 30) + 0.06 * fat + 0.62 * np.exp(people.sugar[:, None]) - 0.2
    raw_ldl = 2.75 + 0.008 * (age - 45) + 0.04 * fat + 0.68 * people.lipid[:, None]

    hypertension = _diagnosed((raw_sbp >= 140) | (raw_dbp >= 90), 0.45, rng)
    diabetes = _diagnosed(raw_sugar >= 7.0, 0.6, rng)
    dyslipidaemia = _diagnosed(raw_ldl >= 3.9, 0.4, rng)
    adherent = rng.random((n, 3)) < [0.78, 0.82, 0.6]
    on_pressure = _treated(hypertension, adherent[:, 0])
    on_sugar = _treated(diabetes, adherent[:, 1])
    on_lipid = _treated(dyslipidaemia, adherent[:, 2])

    sugar = np.where(on_sugar, 5.9 + 0.42 * (raw_sugar - 5.9), raw_sugar) + noise(0.22)
    ldl = np.where(on_lipid, raw_ldl * 0.68, raw_ldl) + noise(0.18)
    tg = np.exp(0.22 + 0.075 * fat + 0.16 * people.sugar[:, None] + 0.1 * male + noise(0.24))
    hdl = np.clip(1.46 - 0.17 * male - 0.028 * fat - 0.09 * np.log(tg) + noise(0.08), 0.6, 3)
    egfr = np.clip(
        122
        - 0.82 * (age - 25)
        - 6.5 * people.kidney[:, None]
        - 1.5 * np.clip(sugar - 7, 0, None) * years
        + noise(3),
        9,
        135,
    )
    alt = np.exp(2.82 + 0.25 * male + 0.055 * fat + noise(0.26))
    values = {
        "height": np.repeat(height[:, None], len(YEARS), 1) + noise(0.3),
        "weight": bmi * (height[:, None] / 100) ** 2,
        "waist": 77 + 6 * male + 2.45 * fat + 0.1 * (age - 50) + noise(1.5),
        "sbp": np.clip(np.where(on_pressure, 126 + 0.45 * (raw_sbp - 126), raw_sbp) + noise(4), 84, 228),
        "dbp": np.clip(np.where(on_pressure, 78 + 0.5 * (raw_dbp - 78), raw_dbp) + noise(3), 48, 138),
        "heart_rate": np.clip(74 + 0.5 * fat + noise(7), 48, 128),
        "wbc": np.exp(1.76 + 0.1 * people.smoker[:, None] + noise(0.17)),
        "rbc": 4.35 + 0.5 * male - 0.006 * (age - 50) + noise(0.22),
        "hgb": 131 + 19 * male - 0.22 * np.clip(age - 60, 0, None) + noise(6),
        "plt": 228 - 0.4 * (age - 50) + noise(38),
        "alt": alt,
        "ast": np.exp(0.45 * np.log(alt) + 1.68 + noise(0.13)),
        "ggt": np.exp(
            2.75 + 0.45 * male + 0.06 * fat + 0.16 * np.minimum(people.drinks_liang[:, None], 5) + noise(0.3)
        ),
        "tbil": np.exp(2.45 + 0.12 * male + noise(0.28)),
        "albumin": 45.6 - 0.06 * (age - 50) + noise(1.7),
        "creatinine": _creatinine(egfr, age, people.male[:, None]),
        "urea": np.exp(1.58 + 0.006 * (90 - egfr) + 0.06 * male + noise(0.14)),
        "uric_acid": 288 + 72 * male + 7.5 * fat + 0.9 * np.clip(80 - egfr, 0, None) + noise(34),
        "tc": ldl + hdl + 0.45 * np.minimum(tg, 4.5) + noise(0.08),
        "tg": tg,
        "hdl_c": hdl,
        "ldl_c": np.clip(ldl, 0.7, 9),
        "fpg": np.clip(sugar, 3.4, 21),
        "hba1c": np.clip(2.35 + 0.61 * sugar + noise(0.16), 4.0, 14.5),
        "tsh": np.exp(0.68 + noise(0.42)),
        "afp": np.exp(0.9 + noise(0.4)),
        "cea": np.exp(0.6 + 0.25 * people.smoker[:, None] + 0.005 * (age - 50) + noise(0.35)),
    }
    return Course(
        attended=_attendance(people, rng),
        days=[[_checkup_day(year, rng) for year in YEARS] for _ in range(n)],
        values=values,
        hypertension_since=hypertension,
        diabetes_since=diabetes,
        dyslipidaemia_since=dyslipidaemia,
        treated_pressure=on_pressure,
        treated_sugar=on_sugar,
        treated_lipid=on_lipid,
        urine_protein=_urine_protein(egfr, rng),
    )


def _diagnosed(present: Flags, share: float, rng: np.random.Generator) -> Floats:
    """The year in which a doctor first wrote it down: an abnormal one, or one before the panel began."""
    found = present & (rng.random(present.shape) < share)
    first = np.where(found.any(1), found.argmax(1) + FIRST_YEAR, np.nan)
    known_before = found[:, 0] & (rng.random(len(found)) < 0.8)
    return np.where(known_before, first - rng.integers(1, 12, len(found)), first)


def _treated(since: Floats, adherent: Flags) -> Flags:
    """Treatment begins in the year after the diagnosis, for those who keep it up."""
    return np.asarray(adherent[:, None] & (np.array(YEARS) > since[:, None]))


def _creatinine(egfr: Floats, age: Floats, male: Flags) -> Floats:
    """umol/L that gives this eGFR by CKD-EPI 2021, inverted on its upper branch where it lies there."""
    kappa, alpha = np.where(male, 0.9, 0.7), np.where(male, -0.302, -0.241)
    scale = egfr / (142 * 0.9938**age * np.where(male, 1.0, 1.012))
    ratio = np.where(scale < 1, scale ** (1 / -1.2), scale ** (1 / alpha))
    return np.asarray(np.clip(ratio, 0.35, 12) * kappa * 88.4)


def _attendance(people: People, rng: np.random.Generator) -> Flags:
    """Most come most years; the old more faithfully; everybody came at least once."""
    keen = np.clip(rng.beta(5, 1.6, len(people)) + (people.age > 60) * 0.08, 0.15, 0.98)
    attended = rng.random((len(people), len(YEARS))) < keen[:, None]
    attended[~attended.any(1), rng.integers(len(YEARS))] = True
    return np.asarray(attended)


def _checkup_day(year: int, rng: np.random.Generator) -> date:
    """A working day between March and November."""
    day = date(year, 3, 1) + timedelta(days=int(rng.integers(0, 270)))
    return day - timedelta(days=max(0, day.weekday() - 4))


def _urine_protein(egfr: Floats, rng: np.random.Generator) -> list[list[str]]:
    likely = np.clip((75 - egfr) / 90, 0.015, 0.7)
    grade = np.where(rng.random(egfr.shape) < likely, rng.integers(1, 4, egfr.shape), 0)
    return [["阴性" if not step else "±" if step == 1 else f"{step - 1}+" for step in row] for row in grade]
