"""The cardiovascular risk factors that the Chinese hypertension guideline counts, from measured inputs.

Source: 中国高血压防治指南 2018 年修订版, table of factors: age (men > 55, women > 65 years), smoking, passive
smoking, impaired glucose (fasting 6.1–6.9 or two-hour 7.8–11.0 mmol/L), dyslipidaemia (total cholesterol
≥ 5.2, LDL ≥ 3.4 or HDL < 1.0 mmol/L), early cardiovascular disease in the family, waist (men ≥ 90, women
≥ 85 cm) or BMI ≥ 28 kg/m², homocysteine ≥ 15 umol/L.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from kanglu.measures.blood_pressure import other_factors
from kanglu.measures.cells import Floats

type Columns = Mapping[str, npt.NDArray[np.float64]]


def count_range(columns: Columns, male: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The least and the most risk factors a person can have, given what was asked.

    Parameters
    ----------
    columns : age_years, current_smoker_0_1, tc/ldl_c/hdl_c/fpg/ogtt2h_mmol_l, waist_cm, bmi_kg_m2,
        family_history_ascvd_0_1, homocysteine_umol_l, passive_smoker_0_1; NaN where not asked.
    male : True for men.

    Returns
    -------
    Two columns; they are equal where everything was asked. Passive smoking, the two-hour glucose and
    homocysteine are no part of a usual check: they count when found, and are not missed when not asked.
    A family history is only known to be early where there is none at all.
    """
    age, waist, bmi = columns["age_years"], columns["waist_cm"], columns["bmi_kg_m2"]
    with np.errstate(invalid="ignore"):
        yes = [
            age > np.where(male, 55, 65),
            (columns["current_smoker_0_1"] == 1) | (columns["passive_smoker_0_1"] == 1),
            _between(columns["fpg_mmol_l"], 6.1, 7.0) | _between(columns["ogtt2h_mmol_l"], 7.8, 11.1),
            (columns["tc_mmol_l"] >= 5.2)
            | (columns["ldl_c_mmol_l"] >= 3.4)
            | (columns["hdl_c_mmol_l"] < 1.0),
            np.zeros(age.shape, dtype=bool),
            (waist >= np.where(male, 90, 85)) | (bmi >= 28),
            columns["homocysteine_umol_l"] >= 15,
        ]
    asked = [
        ~np.isnan(age),
        ~np.isnan(columns["current_smoker_0_1"]),
        ~np.isnan(columns["fpg_mmol_l"]),
        ~(
            np.isnan(columns["tc_mmol_l"])
            | np.isnan(columns["ldl_c_mmol_l"])
            | np.isnan(columns["hdl_c_mmol_l"])
        ),
        columns["family_history_ascvd_0_1"] == 0,
        ~(np.isnan(waist) | np.isnan(bmi)),
        np.ones(age.shape, dtype=bool),
    ]
    least = np.sum(yes, axis=0).astype(np.float64)
    open_questions = np.sum([~known & ~found for known, found in zip(asked, yes, strict=True)], axis=0)
    return least, least + open_questions


def _between(values: Floats, low: float, below: float) -> npt.NDArray[np.bool_]:
    return np.asarray((values >= low) & (values < below))


def stratum_column(
    columns: Columns,
    male: npt.NDArray[np.bool_],
    egfr: Floats,
    *,
    diabetes: Floats,
    complication: npt.NDArray[np.bool_],
) -> npt.NDArray[np.object_]:
    """The column of the stratification table (see `other_factors`); None where what was not asked decides.

    Parameters
    ----------
    egfr : mL/min/1.73 m²; NaN where creatinine was not measured.
    diabetes : 0/1, NaN where nobody looked.
    complication : a clinical complication or diabetes with complications is on record.
    """
    least, most = count_range(columns, male)
    stage = np.select(
        [np.isnan(egfr), egfr >= 60, egfr >= 30, egfr >= 15], [np.nan, 0.0, 3.0, 4.0], default=5.0
    )
    uacr = columns["uacr_mg_g"]
    with np.errstate(invalid="ignore"):
        organ_damage = (uacr >= 30) & (uacr <= 300)
    lower = other_factors(
        least,
        organ_damage=organ_damage,
        ckd_stage=np.nan_to_num(stage, nan=0.0),
        diabetes=diabetes == 1,
        complication=complication,
    )
    upper = other_factors(
        most,
        organ_damage=organ_damage,
        ckd_stage=np.nan_to_num(stage, nan=3.0),
        diabetes=diabetes != 0,
        complication=complication,
    )
    lower[lower != upper] = None
    return lower
