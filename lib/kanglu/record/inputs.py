"""What the scores are given: one row a person, the newest usable value of each input, and its date.

Rules, the same wherever a score is shown
-----------------------------------------
- A value counts for the months its `Source` states, back from `as_of`; older is "not asked" (NaN), as is a
  value with a comparator, a default, or a withdrawn one. Nothing is ever filled in.
- Blood pressure is that of the newest day with both values: the mean of the day's readings, each, rounded
  half up to whole mmHg (the scores take whole numbers).
- A BMI that was not stated follows from height and weight of the same day; the newer of the two counts.
- Yes or no is 0 only when somebody looked. *Diabetes* is 1 when the record holds the diagnosis; 0 when it
  does not, but holds other diagnoses, or fasting glucose or HbA1c below the diagnostic limits; unknown when
  one of these reaches the limit, a glucose-lowering drug is taken, or the diagnosis is past or suspected.
  *Treated for pressure* is 1 with a current antihypertensive; 0 when the record lists medicines, or lists
  diagnoses and hypertension is not among them; else unknown.
- *Clinical complications* are 1 when the record holds one, past or present, and 0 when it holds other
  diagnoses and none of these is suspected.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanglu import measures
from kanglu.catalogue import Catalogue
from kanglu.dates import add_months, ages_on, end_of
from kanglu.measures.risk_factors import stratum_column
from kanglu.record.listed import COMPLICATIONS, GLUCOSE_LOWERING, UNSOUND, flags_of

type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.intp]
type Mask = npt.NDArray[np.bool_]

DATE_SUFFIX = "__on"
OPEN_SUFFIX = "__open"
FPG_DIAGNOSTIC_MMOL_L = 7.0
"""Fasting glucose at which diabetes is diagnosed (WHO 1999; CDS 2020)."""
HBA1C_DIAGNOSTIC_PERCENT = 6.5
"""HbA1c at which diabetes is diagnosed (WHO 2011; CDS 2020)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an input comes from: an indicator, and for how many months a value counts (None: for good)."""

    column: str
    indicator: str
    months: int | None = 24
    codes: Mapping[str, float] | None = None


SOURCES = (
    Source("sbp_mmhg", "sbp"),
    Source("dbp_mmhg", "dbp"),
    Source("height_cm", "height"),
    Source("weight_kg", "weight"),
    Source("bmi_kg_m2", "bmi"),
    Source("waist_cm", "waist"),
    Source("heart_rate_bpm", "heart_rate"),
    Source("tc_mmol_l", "tc"),
    Source("hdl_c_mmol_l", "hdl_c"),
    Source("ldl_c_mmol_l", "ldl_c"),
    Source("tg_mmol_l", "tg"),
    Source("fpg_mmol_l", "fpg"),
    Source("ogtt2h_mmol_l", "glucose_2h"),
    Source("hba1c_percent", "hba1c"),
    Source("creatinine_umol_l", "creatinine"),
    Source("cystatin_c_mg_l", "cystatin_c"),
    Source("uacr_mg_g", "uacr"),
    Source("uric_acid_umol_l", "uric_acid"),
    Source("homocysteine_umol_l", "homocysteine"),
    Source("ast_u_l", "ast"),
    Source("alt_u_l", "alt"),
    Source("platelets_1e9_l", "plt"),
    Source("albumin_g_l", "albumin"),
    Source("current_smoker_0_1", "smoking_status", 36, {"never": 0.0, "former": 0.0, "current": 1.0}),
    Source("passive_smoker_0_1", "passive_smoking", 36),
    Source("north_0_1", "residence_north", None),
    Source("urban_0_1", "residence_urban", None),
    Source("family_history_ascvd_0_1", "family_history_ascvd", None),
    Source("family_history_first_degree_0_1", "family_history_diabetes", None),
    Source("family_history_hypertension_0_1", "family_history_hypertension", None),
    Source("says_antihypertensive_0_1", "antihypertensive_use", 12),
)
_PLACE = {source.indicator: place for place, source in enumerate(SOURCES)}
INDICATORS = tuple(_PLACE)
"""The indicators that `score_inputs` reads; a caller need load no others."""


def score_inputs(
    people: pd.DataFrame,
    observations: pd.DataFrame,
    conditions: pd.DataFrame,
    medications: pd.DataFrame,
    as_of: date,
    catalogue: Catalogue,
) -> pd.DataFrame:
    """The inputs of all scores, one row for each of `people`, in their order.

    Parameters
    ----------
    people : one row a person: `person_id` (a column or the index), `sex`, `birth_date` (a day or its ISO
        text; the age is unknown without a full day).
    observations, conditions, medications : facts of these people, columns as the tables of the record.
    as_of : the day of the ages; facts later than it are ignored.

    Returns
    -------
    A frame indexed by person id: the columns of `SOURCES`, age_years, sex, and the 0/1 columns diabetes,
    hypertension, ascvd, ckd, on_antihypertensive, on_statin, diabetes_treated, htn_treated; NaN where not
    asked. Each measured column has a fellow `…__on`: the date of the value, as exact as the source.
    `other_factors` is the column of the table of strata, `other_factors__open` what it lacks (the columns,
    joined by commas).
    """
    columns = input_columns(people, observations, conditions, medications, as_of, catalogue)
    return pd.DataFrame(columns, index=_ids(people))


def input_columns(
    people: pd.DataFrame,
    observations: pd.DataFrame,
    conditions: pd.DataFrame,
    medications: pd.DataFrame,
    as_of: date,
    catalogue: Catalogue,
) -> dict[str, npt.NDArray[Any]]:
    """What `score_inputs` answers, as arrays: a frame of one person costs more than its content."""
    size = len(people)
    columns: dict[str, npt.NDArray[Any]] = {
        "age_years": ages_on(_days_of(people["birth_date"].tolist()), as_of),
        "sex": np.array(
            [sex if sex in ("male", "female") else None for sex in people["sex"].tolist()], object
        ),
    }
    newest = _newest(_ids(people), observations, as_of, size)
    columns |= newest
    flags = flags_of(_ids(people), conditions, medications, as_of, catalogue)
    columns |= _answers(newest, flags)
    return columns | _other_factors(columns, flags)


def _ids(people: pd.DataFrame) -> pd.Index:
    return pd.Index(people["person_id"]) if "person_id" in people else people.index


def _days_of(births: Iterable[object]) -> npt.NDArray[np.datetime64]:
    """Full birth dates; a date known only in part gives NaT, since the age would be a guess."""
    full = [
        str(birth)[:10] if birth is not None and birth == birth and len(str(birth)) >= 10 else "NaT"
        for birth in births
    ]
    return np.array(full, dtype="datetime64[D]")


@dataclass(frozen=True, slots=True)
class _Values:
    """Usable values, sorted by person, input and time: row of the person, place among the sources, day."""

    row: Ints
    place: Ints
    day: Ints
    value: Floats
    days: list[str]

    def of(self, indicator: str) -> "_Values":
        at = self.place == _PLACE[indicator]
        return _Values(self.row[at], self.place[at], self.day[at], self.value[at], self.days)

    def day_key(self) -> Ints:
        return self.row * len(self.days) + self.day


def _newest(
    people: pd.Index, observations: pd.DataFrame, as_of: date, size: int
) -> dict[str, npt.NDArray[Any]]:
    values = _usable(people, observations, as_of)
    found: dict[str, npt.NDArray[Any]] = {}
    numbers = np.full((len(SOURCES), size), np.nan)
    days = np.full((len(SOURCES), size), -1, dtype=np.intp)
    if values.row.size:
        key = values.row * len(SOURCES) + values.place
        last = np.append(key[1:] != key[:-1], True)
        at = values.place[last], values.row[last]
        numbers[at], days[at] = values.value[last], values.day[last]
        _pressure_of_the_day(values, numbers, days)
    derived = _derived_bmi(values, numbers, days)
    said = np.array([*values.days, None], dtype=object)
    for place, source in enumerate(SOURCES):
        found[source.column] = numbers[place]
        found[source.column + DATE_SUFFIX] = said[days[place]]
    origins = np.array([None, "stated", "derived"], dtype=object)
    found["bmi_kg_m2__origin"] = origins[np.where(derived, 2, days[_PLACE["bmi"]] >= 0)]
    return found


def _usable(people: pd.Index, observations: pd.DataFrame, as_of: date) -> _Values:
    """The values that may be used, from facts in any order."""
    codes, names = pd.factorize(observations["indicator"].to_numpy(dtype=object))
    place = np.array([*(_PLACE.get(name, -1) for name in names), -1], dtype=np.intp)[codes]
    kept = np.flatnonzero(place >= 0)

    def cells(column: str) -> npt.NDArray[Any]:
        return observations[column].to_numpy(dtype=object)[kept]

    row = people.get_indexer(pd.Index(observations["person_id"].to_numpy()[kept]))
    place, value = place[kept], _numbers(cells("value"), cells("value_code"), place[kept])
    when, times = pd.factorize(cells("effective"), sort=True)
    in_window = _in_window(times, as_of)
    good = (row >= 0) & (when >= 0) & ~np.isnan(value) & pd.isna(cells("comparator"))
    good &= ~np.isin(cells("status"), list(UNSOUND)) & (cells("origin") != "defaulted")
    good &= in_window[place, when]
    order = np.flatnonzero(good)
    order = order[np.lexsort((when[order], place[order], row[order]))]
    day_of, days = pd.factorize(np.array([*(str(text)[:10] for text in times), ""], dtype=object))
    return _Values(row[order], place[order], day_of[when[order]], value[order], [str(day) for day in days])


def _numbers(values: npt.NDArray[Any], codes: npt.NDArray[Any], place: Ints) -> Floats:
    """The values as floats; the codes of a coded input as the numbers it gives them."""
    numbers = values.astype(np.float64)
    for at, source in enumerate(SOURCES):
        if source.codes is not None:
            mine = np.flatnonzero(place == at)
            numbers[mine] = [source.codes.get(code, np.nan) for code in codes[mine].tolist()]
    return numbers


def _in_window(times: npt.NDArray[Any], as_of: date) -> Mask:
    """For each source and each distinct time, whether a value of that time counts."""
    until = end_of(as_of)
    spans = {source.months for source in SOURCES}
    fits = {
        months: np.array(
            [
                str(text) <= until and (months is None or str(text) >= add_months(as_of, -months).isoformat())
                for text in times
            ]
            + [False]
        )
        for months in spans
    }
    return np.array([fits[source.months] for source in SOURCES])


def _pressure_of_the_day(values: _Values, numbers: Floats, days: Ints) -> None:
    """Put the mean pressure of a person's newest day with both values (else of each) in place."""
    means = {}
    for name in ("sbp", "dbp"):
        mine = values.of(name)
        keys, inverse = np.unique(mine.day_key(), return_inverse=True)
        means[name] = (
            keys,
            np.bincount(inverse, mine.value, len(keys)) / np.bincount(inverse, minlength=len(keys)),
        )
    both = np.intersect1d(means["sbp"][0], means["dbp"][0])
    for name, (keys, mean) in means.items():
        for chosen in (keys, both):  # the day with both values comes second and wins
            row, day = np.divmod(chosen, len(values.days))
            at = np.searchsorted(keys, chosen)
            numbers[_PLACE[name], row] = np.floor(mean[at] + 0.5)
            days[_PLACE[name], row] = day


def _derived_bmi(values: _Values, numbers: Floats, days: Ints) -> Mask:
    """Put the BMI of height and weight of one day in place where it is newer than a stated one."""
    place = _PLACE["bmi"]
    derived = np.zeros(numbers.shape[1], dtype=bool)
    last = {}
    for name in ("height", "weight"):
        mine = values.of(name)
        key = mine.day_key()
        final = np.append(key[1:] != key[:-1], True)[: key.size]
        last[name] = key[final], mine.value[final]
    both = np.intersect1d(last["height"][0], last["weight"][0])
    if not both.size:
        return derived
    height, weight = (last[name][1][np.searchsorted(last[name][0], both)] for name in ("height", "weight"))
    row, day = np.divmod(both, len(values.days))
    newer = day > days[place, row]
    row, day = row[newer], day[newer]
    numbers[place, row] = (weight / (height / 100) ** 2)[newer]
    days[place, row] = day
    derived[row] = True
    return derived


def _answers(newest: Mapping[str, npt.NDArray[Any]], has: Mapping[str, Mask]) -> dict[str, Floats]:
    """The yes-or-no inputs, NaN where nobody looked."""
    fpg, hba1c = newest["fpg_mmol_l"], newest["hba1c_percent"]
    with np.errstate(invalid="ignore"):
        reaches = (fpg >= FPG_DIAGNOSTIC_MMOL_L) | (hba1c >= HBA1C_DIAGNOSTIC_PERCENT)
    tested = ~(np.isnan(fpg) & np.isnan(hba1c))
    lowering = np.logical_or.reduce([has[f"drug:{name}"] for name in GLUCOSE_LOWERING])
    traces = has["ever:diabetes"] | has["maybe:diabetes"]
    said = newest["says_antihypertensive_0_1"]
    diabetes = _answer(has["diabetes"], (has["any_problem"] | tested) & ~reaches & ~lowering & ~traces)
    hypertension = _listed(has, "hypertension")
    pressure_drug = has["drug:antihypertensive"] | (said == 1)
    treated = _answer(pressure_drug, has["any_medicine"] | (hypertension == 0) | (said == 0))
    return {
        "diabetes_0_1": diabetes,
        "hypertension_0_1": hypertension,
        "ascvd_0_1": _ever(has, "chd", "stroke"),
        "ckd_0_1": _listed(has, "ckd"),
        "on_antihypertensive_0_1": treated,
        "htn_treated_0_1": treated,
        "on_statin_0_1": _answer(has["drug:statin"], has["any_medicine"]),
        "diabetes_treated_0_1": _answer(
            has["diabetes"] & lowering, (has["any_medicine"] | (diabetes == 0)) & ~lowering
        ),
    }


def _other_factors(
    columns: Mapping[str, npt.NDArray[Any]], has: Mapping[str, Mask]
) -> dict[str, npt.NDArray[np.object_]]:
    """The column of the hypertension guideline's table; None where what was not asked decides, and what."""
    given = {name: columns[name] for name in ("sex", "age_years", "creatinine_umol_l")}
    found, still_open = stratum_column(
        columns,
        np.array([sex == "male" if sex else np.nan for sex in columns["sex"].tolist()], dtype=np.float64),
        measures.SCORES["ckd_epi_2021_cr"].answered(given).value,
        diabetes=columns["diabetes_0_1"],
        complication=_ever(has, *COMPLICATIONS),
    )
    return {"other_factors": found, f"other_factors{OPEN_SUFFIX}": still_open}


def _listed(has: Mapping[str, Mask], name: str) -> Floats:
    """1 for those who have a problem; unknown for those who had it, or in whom it is suspected."""
    return _answer(has[name], has["any_problem"] & ~has[f"ever:{name}"] & ~has[f"maybe:{name}"])


def _ever(has: Mapping[str, Mask], *names: str) -> Floats:
    """1 for those who have or had any of the problems; unknown for those in whom one is suspected."""
    yes, maybe = (
        np.logical_or.reduce([has[f"{when}:{name}"] for name in names]) for when in ("ever", "maybe")
    )
    return _answer(yes, has["any_problem"] & ~maybe)


def _answer(yes: Mask, no: Mask) -> Floats:
    return np.where(yes, 1.0, np.where(no, 0.0, np.nan))
