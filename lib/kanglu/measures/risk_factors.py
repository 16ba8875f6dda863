"""The cardiovascular risk factors that the Chinese hypertension guideline counts, from measured inputs.

Source: 中国高血压防治指南 2018 年修订版, table of factors: age (men > 55, women > 65 years), smoking, passive
smoking, impaired glucose (fasting 6.1–6.9 or two-hour 7.8–11.0 mmol/L), dyslipidaemia (total cholesterol
≥ 5.2, LDL ≥ 3.4 or HDL < 1.0 mmol/L), early cardiovascular disease in the family, waist (men ≥ 90, women
≥ 85 cm) or BMI ≥ 28 kg/m², homocysteine ≥ 15 umol/L.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kanglu.measures.blood_pressure import OTHER_FACTORS, other_factors
from kanglu.measures.cells import Floats, Mask

type Columns = Mapping[str, npt.NDArray[np.float64]]


QUESTIONS: Mapping[str, Mapping[str, str]] = {
    "sex": {"zh": "性别", "en": "sex"},
    "age_years": {"zh": "年龄", "en": "age"},
    "current_smoker_0_1": {"zh": "吸烟", "en": "smoking"},
    "fpg_mmol_l": {"zh": "空腹血糖", "en": "fasting glucose"},
    "tc_mmol_l": {"zh": "总胆固醇", "en": "total cholesterol"},
    "ldl_c_mmol_l": {"zh": "低密度脂蛋白胆固醇", "en": "LDL cholesterol"},
    "hdl_c_mmol_l": {"zh": "高密度脂蛋白胆固醇", "en": "HDL cholesterol"},
    "family_history_ascvd_0_1": {
        "zh": "早发心血管病家族史（一级亲属发病年龄）",
        "en": "early cardiovascular disease in the family (age at which relatives fell ill)",
    },
    "waist_cm": {"zh": "腰围", "en": "waist"},
    "bmi_kg_m2": {"zh": "体重指数", "en": "body mass index"},
    "creatinine_umol_l": {"zh": "血肌酐", "en": "creatinine"},
    "diabetes_0_1": {"zh": "有无糖尿病", "en": "diabetes or not"},
    "complication_0_1": {
        "zh": "有无心、脑、肾、血管及眼底并发症",
        "en": "complications of heart, brain, kidneys, vessels or eyes, or none",
    },
}
"""What the stratum of a person may still depend on, by column, as people call it."""
_FAMILY = "family_history_ascvd_0_1"


class Factor(NamedTuple):
    """One risk factor of each person: whether it is found, and by column whether the answer is lacking."""

    found: Mask
    lacking: Mapping[str, Mask]

    @property
    def open(self) -> Mask:
        """Whether the factor may yet be found."""
        lacking = np.zeros(self.found.shape, dtype=bool)
        for mask in self.lacking.values():
            lacking |= mask
        return lacking & ~self.found


def factors(columns: Columns, male: Floats) -> tuple[Factor, ...]:
    """The risk factors that the guideline counts.

    Parameters
    ----------
    columns : age_years, current_smoker_0_1, tc/ldl_c/hdl_c/fpg/ogtt2h_mmol_l, waist_cm, bmi_kg_m2,
        family_history_ascvd_0_1, homocysteine_umol_l, passive_smoker_0_1; NaN where not asked.
    male : 1 for men, 0 for women, NaN where not known; then only what counts in both is found.

    Passive smoking, the two-hour glucose and homocysteine are no part of a usual check: they count when
    found, and are not missed when not asked. A family history is only known to be early where there is
    none at all.
    """
    c = columns
    age, waist = c["age_years"], c["waist_cm"]
    sexless = np.isnan(male)
    with np.errstate(invalid="ignore"):
        old = age > np.where(male == 1, 55, 65)
        smoke = (c["current_smoker_0_1"] == 1) | (c["passive_smoker_0_1"] == 1)
        glucose = _between(c["fpg_mmol_l"], 6.1, 7.0) | _between(c["ogtt2h_mmol_l"], 7.8, 11.1)
        lipids = (c["tc_mmol_l"] >= 5.2) | (c["ldl_c_mmol_l"] >= 3.4) | (c["hdl_c_mmol_l"] < 1.0)
        wide = (waist >= np.where(male == 0, 85, 90)) | (c["bmi_kg_m2"] >= 28)
        homocysteine = c["homocysteine_umol_l"] >= 15
        sex_decides_age, sex_decides_waist = sexless & (age > 55), sexless & (waist >= 85)

    def unasked(*names: str) -> dict[str, Mask]:
        return {name: np.isnan(c[name]) for name in names}

    return (
        Factor(old, {**unasked("age_years"), "sex": sex_decides_age}),
        Factor(smoke, unasked("current_smoker_0_1")),
        Factor(glucose, unasked("fpg_mmol_l")),
        Factor(lipids, unasked("tc_mmol_l", "ldl_c_mmol_l", "hdl_c_mmol_l")),
        Factor(np.zeros(age.shape, dtype=bool), {_FAMILY: c[_FAMILY] != 0}),
        Factor(wide, {**unasked("waist_cm", "bmi_kg_m2"), "sex": sex_decides_waist}),
        Factor(homocysteine, {}),
    )


def count_range(columns: Columns, male: Floats) -> tuple[Floats, Floats]:
    """The least and the most risk factors a person can have; equal where everything was asked.

    Parameters as of `factors`.
    """
    counted = factors(columns, male)
    least = np.sum([factor.found for factor in counted], axis=0).astype(np.float64)
    return least, least + np.sum([factor.open for factor in counted], axis=0)


def _between(values: Floats, low: float, below: float) -> Mask:
    return np.asarray((values >= low) & (values < below))


def stratum_column(
    columns: Columns, male: Floats, egfr: Floats, *, diabetes: Floats, complication: Floats
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """The column of the stratification table (see `other_factors`); None where what was not asked decides.

    Parameters
    ----------
    columns : as of `factors`, and creatinine_umol_l and uacr_mg_g.
    male : 1 for men, 0 for women, NaN where not known.
    egfr : mL/min/1.73 m²; NaN where not known.
    diabetes : 0/1, NaN where nobody looked.
    complication : 0/1, a clinical complication or diabetes with complications is on record; NaN where
        nobody looked. Albumin in urine above 300 mg/g counts as one; from 30 mg/g as organ damage, which is
        not missed when not asked.

    Returns
    -------
    The column, and what decides where it is None: columns of `QUESTIONS`, joined by commas.
    """
    uacr = columns["uacr_mg_g"]
    least, most = count_range(columns, male)
    with np.errstate(invalid="ignore"):
        organ_damage, proteinuria = uacr >= 30, uacr > 300
        stage = np.select([egfr >= 60, egfr >= 30, egfr >= 15, egfr < 15], [0.0, 3.0, 4.0, 5.0], np.nan)
    best, worst = (
        other_factors(
            count,
            organ_damage=organ_damage,
            ckd_stage=np.nan_to_num(stage, nan=unknown),
            diabetes=np.nan_to_num(diabetes, nan=unknown) > 0,
            complication=(np.nan_to_num(complication, nan=unknown) > 0) | proteinuria,
        )
        for count, unknown in ((least, 0.0), (most, 5.0))
    )
    decided, only_history = best == worst, np.isin(best, OTHER_FACTORS[2:])
    lacking = {name: mask & ~only_history for name, mask in _lacking(columns, male).items()}
    no_stage, sexless, ageless = np.isnan(stage), np.isnan(male), np.isnan(columns["age_years"])
    lacking["sex"] |= no_stage & sexless
    lacking["age_years"] |= no_stage & ageless
    lacking["creatinine_umol_l"] = no_stage & (np.isnan(columns["creatinine_umol_l"]) | ~(sexless | ageless))
    lacking["diabetes_0_1"] = np.isnan(diabetes) & ~only_history
    lacking["complication_0_1"] = np.isnan(complication)
    said = [
        "" if settled else ", ".join(name for name in QUESTIONS if lacking[name][row])
        for row, settled in enumerate(decided.tolist())
    ]
    best[~decided] = None
    return best, np.array(said, dtype=object)


def _lacking(columns: Columns, male: Floats) -> dict[str, Mask]:
    """By column, who lacks an answer that may yet add a risk factor."""
    found: dict[str, Mask] = {}
    for factor in factors(columns, male):
        for name, mask in factor.lacking.items():
            found[name] = found.get(name, False) | (mask & ~factor.found)
    return found
