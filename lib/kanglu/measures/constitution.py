"""Constitutions of Chinese medicine: the 33 questions for the elderly, and the scale of 60 items.

Two scales with rules of their own, never to be mixed: the national programme's form for people from 65
years sums four answers a type; the association's standard ZYYXH/T157-2009 turns sums into 0–100.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats, Mask
from kanglu.measures.columns import Column, Input, Inputs, column, number, sex
from kanglu.measures.points import added, just_above, reached
from kanglu.measures.reading import Readings
from kanglu.measures.score import Answer, Band, Coded, Score

BALANCED = "balanced"
TYPES: Mapping[str, Mapping[str, str]] = {
    BALANCED: {"zh": "平和质", "en": "balanced"},
    "qi_deficiency": {"zh": "气虚质", "en": "qi deficiency"},
    "yang_deficiency": {"zh": "阳虚质", "en": "yang deficiency"},
    "yin_deficiency": {"zh": "阴虚质", "en": "yin deficiency"},
    "phlegm_dampness": {"zh": "痰湿质", "en": "phlegm-dampness"},
    "damp_heat": {"zh": "湿热质", "en": "damp-heat"},
    "blood_stasis": {"zh": "血瘀质", "en": "blood stasis"},
    "qi_stagnation": {"zh": "气郁质", "en": "qi stagnation"},
    "special": {"zh": "特禀质", "en": "special (allergic)"},
}
"""The nine types; an answer has a column of that name for each, and its points beside it."""
VERDICTS: Mapping[str, Mapping[str, str]] = {
    "no": {"zh": "否", "en": "no"},
    "tendency": {"zh": "倾向是", "en": "tendency"},
    "basically": {"zh": "基本是", "en": "basically"},
    "yes": {"zh": "是", "en": "yes"},
}
"""What a column of a type says; a tendency is for the eight, basically for the balanced type."""
_BANDS = (
    Band("not balanced", {"zh": "非平和质", "en": "not balanced"}, "watch"),
    Band("basically balanced", {"zh": "基本是平和质", "en": "basically balanced"}, "ok"),
    Band("balanced", {"zh": "平和质", "en": "balanced"}, "ok"),
)
_OF_THE_EIGHT, _OF_THE_BALANCED = ("no", "tendency", "yes"), ("no", "basically", "yes")


def _judged(
    points: Mapping[str, Floats],
    leaning: float,
    certain: float,
    balanced: float,
    notes: Sequence[tuple[Mask, str]] = (),
) -> Answer:
    """The verdict on each type: from `leaning` a tendency, from `certain` yes.

    Balanced is who has the points for it and not even a tendency to another type; basically balanced who
    has tendencies only.
    """
    steps = {name: reached(of, (leaning, certain)) for name, of in points.items() if name != BALANCED}
    worst = np.max(list(steps.values()), axis=0)
    verdict = np.where(points[BALANCED] >= balanced, 2 - worst, 0).astype(np.int8)
    words = {name: Coded(places, _OF_THE_EIGHT) for name, places in steps.items()}
    return Answer(
        points[BALANCED],
        verdict,
        notes=notes,
        extra={BALANCED: Coded(verdict, _OF_THE_BALANCED), **words},
        numbers={f"{name}_points": of for name, of in points.items()},
    )


_OF_33: Mapping[str, tuple[int, ...]] = {
    BALANCED: (1, 2, 4, 5, 13),
    "qi_deficiency": (2, 3, 4, 14),
    "yang_deficiency": (11, 12, 13, 29),
    "yin_deficiency": (10, 21, 26, 31),
    "phlegm_dampness": (9, 16, 28, 32),
    "damp_heat": (23, 25, 27, 30),
    "blood_stasis": (19, 22, 24, 33),
    "qi_stagnation": (5, 6, 7, 8),
    "special": (15, 17, 18, 20),
}
_REVERSED_33 = (2, 4, 5, 13)
_UNCLEAR_COLDS, _MOST_ALLERGIES = 7, 6


def _answer(value: Floats, *edges: float) -> Floats:
    """1, and one more from each edge on."""
    return reached(value, edges).astype(np.float64) + 1


def _bmi_answer(bmi: Floats) -> Floats:
    return _answer(bmi, 24, 25, 26, 28)


def _colds_answer(a_year: Floats) -> Floats:
    """The form knows <2, 2–4, 5–6, ≥8 and nearly monthly: 7 is none of them, 12 is monthly."""
    return np.where(a_year == _UNCLEAR_COLDS, np.nan, _answer(a_year, 2, 5, _UNCLEAR_COLDS, 12))


def _allergies_answer(a_year: Floats) -> Floats:
    """The form knows never, 1–2, 3–4, 5–6 and every time: a number above 6 is none of them."""
    return np.where(a_year > _MOST_ALLERGIES, np.nan, _answer(a_year, 1, 3, 5))


def _waist_answer(waist_cm: Floats) -> Floats:
    """The form knows <80, 80–85, 86–90, 91–105 and >105; between them a waist is rounded half up."""
    return _answer(waist_cm, 80, 85.5, 90.5, just_above(105))


_MEASURED: Mapping[int, tuple[str, Callable[[Floats], Floats], str]] = {
    9: ("bmi", _bmi_answer, ""),
    14: ("colds", _colds_answer, "is to be asked: 7 colds a year are no answer of the form"),
    17: ("allergies", _allergies_answer, "is to be asked: more than 6 allergies a year are no answer"),
    28: ("waist", _waist_answer, ""),
}


def answer_33(question: int, value: float) -> int | None:
    """The answer, 1–5, that follows from what was measured or counted in place of asking.

    Of question 9 that is the BMI (kg/m²), of 28 the waist (cm), of 14 and 17 colds and allergies a year. None
    where the form has no such answer.
    """
    answer = float(_MEASURED[question][1](np.array([value]))[0])
    return None if np.isnan(answer) else int(answer)


def _answers_33(given: Readings) -> tuple[dict[int, Floats], list[tuple[Mask, str]]]:
    """The answers by question, four of them from what was measured or counted where they were not given."""
    answers = {place: given[f"item_{place}"] for place in range(1, 34)}
    notes = []
    for place, (key, answer_of, undefined) in _MEASURED.items():
        item, measured = f"item_{place}", given[key]
        known = ~np.isnan(measured)
        follows = np.where(known, answer_of(measured), np.nan)
        open_ = np.isnan(given[item])
        unclear = open_ & known & np.isnan(follows)
        given.ask(item, unclear, undefined)
        given.require(item, open_ & ~known)
        differs = f"{given.columns[item]} does not follow from {given.columns[key]}: the answer counts"
        notes.append((~open_ & (follows != answers[place]) & ~np.isnan(follows), differs))
        answers[place] = np.where(open_, follows, answers[place])
    waist = given["waist"]
    between = ((waist > 85) & (waist < 86)) | ((waist > 90) & (waist < 91))
    rounded = f"{given.columns['waist']} is between two answers of the form: rounded half up"
    return answers, [*notes, (between & np.isnan(given["item_28"]), rounded)]


def _compute_33(given: Readings) -> Answer:
    answers, notes = _answers_33(given)
    points = {name: added(answers[place] for place in places) for name, places in _OF_33.items()}
    points[BALANCED] = answers[1] + 6 * len(_REVERSED_33) - added(answers[place] for place in _REVERSED_33)
    return _judged(points, leaning=9, certain=11, balanced=17, notes=notes)


def _item(key: str, zh: str, en: str, *names: str, always: bool = True) -> Input:
    """An answer of 1–5, in a column of one of the names."""
    return number(
        key,
        zh,
        en,
        *(column(name, "points", 1, 5) for name in names),
        whole=True,
        column_required=always,
        cell_required=always,
    )


def _optional(key: str, zh: str, en: str, stated: Column, whole: bool = False) -> Input:
    return number(key, zh, en, stated, whole=whole, column_required=False, cell_required=False)


TCM_33 = Score(
    id="tcm_33",
    name={"zh": "老年人中医体质判定（33题）", "en": "TCM constitution of the elderly (33 questions)"},
    version="国家基本公共卫生服务规范(第三版) 2017, 33 questions; ≤8 no, 9–10 tendency, ≥11 yes",
    unit="points",
    decimals=0,
    population="residents of China from 65 years",
    source="国家基本公共卫生服务规范(第三版), 老年人中医药健康管理服务记录表",
    doi=None,
    licence="national programme; the rule is a fact",
    inputs=(
        *(
            _item(
                f"item_{place}",
                f"体质33题 第{place}题",
                f"question {place} of 33",
                f"tcm33_{place}",
                always=place not in _MEASURED,
            )
            for place in range(1, 34)
        ),
        _optional("bmi", "体重指数", "body mass index", column("bmi_kg_m2", "kg/m²", 5, 150)),
        _optional("colds", "每年感冒次数", "colds a year", column("colds_per_year", "a year", 0, 366), True),
        _optional(
            "allergies",
            "每年过敏次数",
            "allergies a year",
            column("allergies_per_year", "a year", 0, 366),
            True,
        ),
        _optional("waist", "腰围", "waist", column("waist_cm", "cm", 30, 250)),
    ),
    bands=_BANDS,
    compute=_compute_33,
)


def tcm_33(inputs: Inputs) -> pd.DataFrame:
    """The nine constitutions by the 33 questions for the elderly; several may be yes at once.

    The answer has a column for each of `TYPES` with one of `VERDICTS`, and the sum beside it
    (``qi_deficiency_points``). The eight: yes from 11, tendency at 9 and 10, no up to 8. The balanced type:
    yes from 17 with all others up to 8, basically with all others up to 10, else no; its sum is `value`,
    its verdict `band`.

    Inputs: ``tcm33_1`` … ``tcm33_33``, each 1–5, no blanks. Four have scales of their own, and may be left
    out where the number is there: 9 from ``bmi_kg_m2`` (<24, <25, <26, <28, more), 14 from
    ``colds_per_year`` (<2, 2–4, 5–6, 8–11, monthly), 17 from ``allergies_per_year`` (0, 1–2, 3–4, 5–6), 28
    from ``waist_cm`` (<80, 80–85, 86–90, 91–105, >105; rounded half up between two of them, and `reason`
    says so). The form has no answer for 7 colds a year, nor for more than 6 allergies: the question is
    then ``missing``. Where both are there and disagree, the answer counts and `reason` says so.

    Population: residents of China from 65 years. Source: 国家基本公共卫生服务规范(第三版) 2017; most copies
    print "≤ 8" and "≤ 10", a few "<", which would leave 8 undefined. Licence: the rule is a fact.
    """
    return TCM_33(inputs)


_COUNTS_60: Mapping[str, int] = {
    BALANCED: 8,
    "qi_deficiency": 8,
    "yang_deficiency": 7,
    "yin_deficiency": 8,
    "phlegm_dampness": 8,
    "damp_heat": 7,
    "blood_stasis": 7,
    "qi_stagnation": 7,
    "special": 7,
}
_SAME: Mapping[str, str] = {
    "balanced_2": "qi_deficiency_1",
    "balanced_3": "qi_deficiency_7",
    "balanced_4": "qi_stagnation_1",
    "balanced_5": "yang_deficiency_4",
    "balanced_8": "blood_stasis_6",
    "yang_deficiency_5": "qi_deficiency_5",
}
"""Questions that stand in the lists of two types and are asked once."""
_REVERSED_60 = ("balanced_2", "balanced_3", "balanced_4", "balanced_5", "balanced_7", "balanced_8")
_OF_WOMEN, _OF_MEN = "damp_heat_6", "damp_heat_7"


def transformed(total: Floats, count: int) -> Floats:
    """The sum of `count` answers of 1–5 on the scale of 0–100."""
    return (total - count) / (4 * count) * 100


def _compute_60(given: Readings) -> Answer:
    man = given["sex"] == 1
    given.require(_OF_MEN, man)
    given.require(_OF_WOMEN, given["sex"] == 0)

    def answer(item: str) -> Floats:
        return 6 - given[_SAME.get(item, item)] if item in _REVERSED_60 else given[_SAME.get(item, item)]

    points = {}
    for name, listed in _COUNTS_60.items():
        items = [f"{name}_{place}" for place in range(1, listed + 1)]
        own = [answer(item) for item in items if item not in (_OF_WOMEN, _OF_MEN)]
        if len(own) < listed:
            own.append(np.where(man, given[_OF_MEN], given[_OF_WOMEN]))
        points[name] = transformed(added(own), len(own))
    return _judged(points, leaning=30, certain=40, balanced=60)


def _items_60() -> tuple[Input, ...]:
    shared: dict[str, list[str]] = {}
    for item, same in _SAME.items():
        shared.setdefault(same, []).append(item)
    return tuple(
        _item(
            item,
            f"体质60题 {TYPES[name]['zh']}第{place}题",
            f"{TYPES[name]['en']}, item {place} of the 60-item scale",
            *(f"tcm60_{one}" for one in (item, *shared.get(item, ()))),
            always=item not in (_OF_WOMEN, _OF_MEN),
        )
        for name, count in _COUNTS_60.items()
        for place in range(1, count + 1)
        if (item := f"{name}_{place}") not in _SAME
    )


TCM_60 = Score(
    id="tcm_60",
    name={"zh": "中医体质分类与判定（60条目）", "en": "TCM constitution (60 items)"},
    version="ZYYXH/T157-2009; transformed scores, 60, 40 and 30",
    unit="points",
    decimals=1,
    population="Chinese adults",
    source="中医体质分类与判定 ZYYXH/T157-2009 (中华中医药学会)",
    doi=None,
    licence="the rule is a fact; the wording of the items belongs to the association and is not used",
    inputs=(sex(), *_items_60()),
    bands=_BANDS,
    compute=_compute_60,
)


def tcm_60(inputs: Inputs) -> pd.DataFrame:
    """The nine constitutions by the scale of 60 items; several may be yes at once.

    The answer has a column for each of `TYPES` with one of `VERDICTS`, and its transformed score beside it
    (``qi_deficiency_points``): (sum − items) / (items × 4) × 100. The eight: yes from 40, tendency from 30,
    else no. The balanced type: yes from 60 with all others below 30, basically with all others below 40,
    else no; its score is `value`, its verdict `band`.

    Inputs: sex, and the answers 1–5 by type and place in the standard's list, ``tcm60_balanced_1`` …
    ``tcm60_special_7``; those of the balanced type as answered (items 2, 3, 4, 5, 7 and 8 are reversed
    here). Six questions stand in two lists and may be given in either. ``tcm60_damp_heat_6`` is for women,
    ``tcm60_damp_heat_7`` for men, so that damp-heat has six items.

    Population: Chinese adults. Source: ZYYXH/T157-2009. Licence: the rule is a fact, the wording is not
    reproduced.
    """
    return TCM_60(inputs)
