"""People whom a score answers, drawn at random: by score, one dictionary of its columns a person."""

from hypothesis import strategies as st

from kanglu import measures
from kanglu.measures import SCORES

type Person = dict[str, object]


def answered(prefix: str, count: int, low: int, high: int) -> dict[str, st.SearchStrategy[int]]:
    """Answers to the questions of a scale."""
    return {f"{prefix}_{place}": st.integers(low, high) for place in range(1, count + 1)}


YES = st.sampled_from([0, 1])
SEX = st.sampled_from(["male", "female"])
AT_RISK: dict[str, st.SearchStrategy[object]] = {
    "sex": SEX,
    "tc_mmol_l": st.floats(3, 9),
    "sbp_mmhg": st.integers(90, 200),
    "diabetes_0_1": YES,
    "current_smoker_0_1": YES,
}
HDL: dict[str, st.SearchStrategy[object]] = {"hdl_c_mmol_l": st.floats(0.5, 4)}
IN_A_REGION: dict[str, st.SearchStrategy[object]] = {
    **AT_RISK,
    **HDL,
    "risk_region": st.sampled_from(["Low", "Moderate", "High", "Very high"]),
    "diabetes_0_1": st.just(0),
}
PEOPLE: dict[str, st.SearchStrategy[Person]] = {
    "bmi_class_cn": st.fixed_dictionaries(
        {"bmi_kg_m2": st.floats(12, 60), "sex": SEX, "waist_cm": st.floats(50, 150)}
    ),
    "ckd_epi_2021_cr": st.fixed_dictionaries(
        {"sex": SEX, "age_years": st.integers(18, 100), "creatinine_mg_dl": st.floats(0.1, 20)}
    ),
    "china_par_10y": st.fixed_dictionaries(
        {
            "sex": SEX,
            "age_years": st.integers(20, 85),
            "north_0_1": YES,
            "urban_0_1": YES,
            "waist_cm": st.floats(50, 130),
            "tc_mmol_l": st.floats(2, 11),
            "hdl_c_mmol_l": st.floats(0.5, 4),
            "sbp_mmhg": st.integers(70, 200),
            "on_antihypertensive_0_1": YES,
            "diabetes_0_1": YES,
            "current_smoker_0_1": YES,
            "family_history_ascvd_0_1": YES,
        }
    ),
    "chinese_diabetes_risk_score": st.fixed_dictionaries(
        {
            "sex": SEX,
            "age_years": st.integers(20, 74),
            "bmi_kg_m2": st.floats(15, 45),
            "waist_cm": st.floats(50, 150),
            "sbp_mmhg": st.integers(80, 220),
            "family_history_first_degree_0_1": YES,
        }
    ),
    "bp_stratum_cn": st.fixed_dictionaries(
        {
            "sbp_mmhg": st.integers(130, 240),
            "dbp_mmhg": st.integers(40, 129),
            "other_factors": st.sampled_from(measures.blood_pressure.OTHER_FACTORS),
        }
    ),
    "metabolic_syndrome_cds2020": st.fixed_dictionaries(
        {
            "sex": SEX,
            "waist_cm": st.floats(50, 150),
            "fpg_mmol_l": st.floats(3, 20),
            "diabetes_treated_0_1": YES,
            "sbp_mmhg": st.integers(80, 220),
            "dbp_mmhg": st.integers(40, 130),
            "htn_treated_0_1": YES,
            "tg_mmol_l": st.floats(0.2, 20),
            "hdl_c_mmol_l": st.floats(0.3, 4),
        }
    ),
    "fib4": st.fixed_dictionaries(
        {
            "age_years": st.integers(18, 120),
            "ast_u_l": st.floats(5, 500),
            "alt_u_l": st.floats(5, 500),
            "platelets_1e9_l": st.floats(10, 800),
        }
    ),
    "tyg": st.fixed_dictionaries({"tg_mmol_l": st.floats(0.2, 20), "fpg_mmol_l": st.floats(2, 30)}),
    "ckd_epi_2021_cr_cys": st.fixed_dictionaries(
        {
            "sex": SEX,
            "age_years": st.integers(18, 100),
            "creatinine_mg_dl": st.floats(0.1, 20),
            "cystatin_c_mg_l": st.floats(0.1, 20),
        }
    ),
    "ckd_epi_2012_cys": st.fixed_dictionaries(
        {"sex": SEX, "age_years": st.integers(18, 100), "cystatin_c_mg_l": st.floats(0.1, 20)}
    ),
    **dict.fromkeys(
        ("kfre_4v_2y", "kfre_4v_5y"),
        st.fixed_dictionaries(
            {
                "sex": SEX,
                "age_years": st.integers(18, 100),
                "egfr_ml_min_173m2": st.floats(5, 59.9),
                "uacr_mg_g": st.floats(0.1, 25000),
            }
        ),
    ),
    "metabolic_syndrome_idf2005": st.fixed_dictionaries(
        {
            "sex": SEX,
            "waist_cm": st.floats(50, 150),
            "bmi_kg_m2": st.floats(15, 45),
            "tg_mmol_l": st.floats(0.2, 20),
            "tg_drug_0_1": YES,
            "hdl_mmol_l": st.floats(0.3, 4),
            "hdl_drug_0_1": YES,
            "sbp_mmhg": st.integers(80, 220),
            "dbp_mmhg": st.integers(40, 130),
            "bp_drug_0_1": YES,
            "fpg_mmol_l": st.floats(3, 20),
            "previous_t2dm_0_1": YES,
        }
    ),
    "nafld_fibrosis_score": st.fixed_dictionaries(
        {
            "age_years": st.integers(18, 120),
            "bmi_kg_m2": st.floats(15, 45),
            "ifg_or_diabetes_0_1": YES,
            "ast_u_l": st.floats(5, 500),
            "alt_u_l": st.floats(5, 500),
            "platelets_1e9_l": st.floats(10, 800),
            "albumin_g_l": st.floats(15, 60),
        }
    ),
    "homa_ir": st.fixed_dictionaries(
        {"fasting_insulin_uU_ml": st.floats(0.5, 300), "fasting_glucose_mmol_l": st.floats(2, 30)}
    ),
    "findrisc": st.fixed_dictionaries(
        {
            "sex": SEX,
            "age_years": st.integers(25, 90),
            "bmi_kg_m2": st.floats(15, 45),
            "waist_cm": st.floats(50, 150),
            "daily_activity_30min_0_1": YES,
            "daily_veg_fruit_0_1": YES,
            "bp_medication_0_1": YES,
            "history_high_glucose_0_1": YES,
            "family_history_0none_1second_2first": st.integers(0, 2),
        }
    ),
    "apcs": st.fixed_dictionaries(
        {
            "sex": SEX,
            "age_years": st.integers(18, 100),
            "first_degree_crc_0_1": YES,
            "current_or_past_smoker_0_1": YES,
        }
    ),
    "osta": st.fixed_dictionaries({"weight_kg": st.floats(30, 120), "age_years": st.integers(40, 100)}),
    "phq9": st.fixed_dictionaries(answered("phq9", 9, 0, 3)),
    "gad7": st.fixed_dictionaries(answered("gad7", 7, 0, 3)),
    "audit_c": st.fixed_dictionaries({"sex": SEX, **answered("audit_c", 3, 0, 4)}),
    "ipaq_sf": st.fixed_dictionaries(
        {
            f"{kind}_{what}": cells
            for kind in ("vig", "mod", "walk")
            for what, cells in (("days", st.integers(1, 7)), ("min", st.integers(0, 320)))
        }
    ),
    "self_care_5": st.fixed_dictionaries(
        {
            f"self_care_{item}": st.sampled_from(worth)
            for item, worth in {
                "eating": (0, 3, 5),
                "washing": (0, 1, 3, 7),
                "dressing": (0, 3, 5),
                "toileting": (0, 1, 5, 10),
                "moving": (0, 1, 5, 10),
            }.items()
        }
    ),
    "tcm_33": st.fixed_dictionaries(answered("tcm33", 33, 1, 5)),
    "tcm_60": st.fixed_dictionaries(
        {"sex": st.just("male")}
        | {
            item.names[0]: st.integers(1, 5)
            for item in SCORES["tcm_60"].inputs
            if item.key not in ("sex", "damp_heat_6")
        }
    ),
    "pdc": st.fixed_dictionaries(
        {
            "period_start": st.just("2024-01-01"),
            "period_end_inclusive": st.just("2024-12-31"),
            "fills_date:days": st.lists(
                st.builds(
                    "2024-{:02d}-{:02d}:{}".format, st.integers(1, 12), st.integers(1, 28), st.integers(1, 90)
                ),
                min_size=1,
                max_size=8,
            ).map("|".join),
        }
    ),
    "eag": st.fixed_dictionaries({"hba1c_percent": st.floats(3, 25)}),
    "who_2019_east_asia_lab": st.fixed_dictionaries({**AT_RISK, "age_years": st.integers(40, 74)}),
    "prevent": st.fixed_dictionaries(
        {
            **AT_RISK,
            "age_years": st.integers(30, 79),
            "tc_mmol_l": st.floats(3.4, 8.2),
            "hdl_c_mmol_l": st.floats(0.6, 2.5),
            "sbp_mmhg": st.integers(90, 180),
            "bmi_kg_m2": st.floats(18.5, 39.9),
            "egfr_ml_min_173m2": st.floats(15, 140),
            "on_antihypertensive_0_1": YES,
            "on_statin_0_1": YES,
        }
    ),
    "score2_asia_pacific": st.fixed_dictionaries({**IN_A_REGION, "age_years": st.integers(40, 69)}),
    "score2": st.fixed_dictionaries({**IN_A_REGION, "age_years": st.integers(40, 69)}),
    "score2_op": st.fixed_dictionaries(
        {**IN_A_REGION, "age_years": st.integers(70, 89), "diabetes_0_1": YES}
    ),
    "score2_diabetes": st.fixed_dictionaries(
        {
            **{name: cells for name, cells in IN_A_REGION.items() if name != "diabetes_0_1"},
            "age_years": st.integers(40, 69),
            "age_at_diabetes_dx_years": st.integers(18, 40),
            "hba1c_mmol_mol": st.floats(20, 150),
            "egfr_ml_min_173m2": st.floats(15, 140),
        }
    ),
    "framingham_2008_lipid": st.fixed_dictionaries(
        {**AT_RISK, "age_years": st.integers(30, 74), "on_antihypertensive_0_1": YES} | HDL
    ),
    "framingham_2008_bmi": st.fixed_dictionaries(
        {
            **{name: cells for name, cells in AT_RISK.items() if name != "tc_mmol_l"},
            "age_years": st.integers(30, 74),
            "bmi_kg_m2": st.floats(12, 60),
            "on_antihypertensive_0_1": YES,
        }
    ),
    "pce_2013": st.fixed_dictionaries(
        {
            **AT_RISK,
            "age_years": st.integers(40, 79),
            "race": st.sampled_from(["white", "black", "other"]),
            "tc_mmol_l": st.floats(3.4, 8.2),
            "hdl_c_mmol_l": st.floats(0.6, 2.5),
            "on_antihypertensive_0_1": YES,
        }
    ),
    "stroke_8": st.fixed_dictionaries(
        {
            "age_years": st.integers(40, 120),
            "bmi_kg_m2": st.floats(12, 60),
            "hypertension_0_1": YES,
            "dyslipidaemia_0_1": YES,
            "diabetes_0_1": YES,
            "atrial_fibrillation_0_1": YES,
            "valvular_heart_disease_0_1": YES,
            "current_smoker_0_1": YES,
            "inactivity_0_1": YES,
            "family_history_stroke_0_1": YES,
            "stroke_tia_0_1": YES,
        }
    ),
    "cha2ds2_vasc": st.fixed_dictionaries(
        {
            "age_years": st.integers(18, 120),
            "sex": SEX,
            "chf_0_1": YES,
            "hypertension_0_1": YES,
            "diabetes_0_1": YES,
            "stroke_tia_te_0_1": YES,
            "vascular_disease_0_1": YES,
        }
    ),
}
UNASKED = {"bmi_class_cn", "metabolic_syndrome_cds2020", "metabolic_syndrome_idf2005"}
"""Scores that a missing cell does not always stop; their own tests say when."""
