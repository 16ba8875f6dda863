"""The demo panel as files: FHIR NDJSON, check-up tables as centres print them, follow-up readings, steps."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kanglu.dates import add_months
from kanglu.demo.health import Course, live
from kanglu.demo.people import LAST_YEAR, YEARS, People, invent
from kanglu.demo.resources import ICD10, coding, patient, resource
from kanglu.demo.rules import staff
from kanglu.demo.service import Visit, serve
from kanglu.demo.writing import write_ndjson, write_table
from kanglu.record.facts import EpisodeOfCare, Fact

SEED, SERVICE_SEED = 20210101, 20210102
DANGER = {"收缩压": 180, "舒张压": 110}
REFUSED = ("未查", "拒查", "/", "")

#: Column head, indicator, decimals, share of visits that leave it out.
LAB_COLUMNS: tuple[tuple[str, str, int, float], ...] = (
    ("身高(cm)", "height", 1, 0.0),
    ("体重(kg)", "weight", 1, 0.0),
    ("腰围(cm)", "waist", 0, 0.08),
    ("收缩压(mmHg)", "sbp", 0, 0.0),
    ("舒张压(mmHg)", "dbp", 0, 0.0),
    ("心率(次/分)", "heart_rate", 0, 0.02),
    ("白细胞(10^9/L)", "wbc", 2, 0.03),
    ("红细胞(10^12/L)", "rbc", 2, 0.03),
    ("血红蛋白(g/L)", "hgb", 0, 0.03),
    ("血小板(10^9/L)", "plt", 0, 0.03),
    ("谷丙转氨酶(U/L)", "alt", 0, 0.02),
    ("谷草转氨酶(U/L)", "ast", 0, 0.02),
    ("γ-谷氨酰转肽酶(U/L)", "ggt", 0, 0.15),
    ("总胆红素(μmol/L)", "tbil", 1, 0.05),
    ("白蛋白(g/L)", "albumin", 1, 0.05),
    ("肌酐(μmol/L)", "creatinine", 0, 0.02),
    ("尿素(mmol/L)", "urea", 1, 0.04),
    ("尿酸(μmol/L)", "uric_acid", 0, 0.04),
    ("总胆固醇(mmol/L)", "tc", 2, 0.02),
    ("甘油三酯(mmol/L)", "tg", 2, 0.02),
    ("高密度脂蛋白胆固醇(mmol/L)", "hdl_c", 2, 0.03),
    ("低密度脂蛋白胆固醇(mmol/L)", "ldl_c", 2, 0.03),
    ("空腹血糖(mmol/L)", "fpg", 1, 0.02),
    ("糖化血红蛋白(%)", "hba1c", 1, 0.35),
    ("促甲状腺激素(mIU/L)", "tsh", 2, 0.55),
    ("甲胎蛋白(ng/mL)", "afp", 1, 0.4),
    ("癌胚抗原(ng/mL)", "cea", 1, 0.4),
)  # fmt: skip

_PROBLEMS = (
    ("hypertension_since", "I10", "原发性高血压"),
    ("diabetes_since", "E11.9", "2型糖尿病"),
    ("dyslipidaemia_since", "E78.5", "高脂血症"),
)
_DRUGS = (
    (
        "treated_pressure",
        ("苯磺酸氨氯地平片 5mg", "缬沙坦胶囊 80mg", "厄贝沙坦片 150mg"),
        "每日一次,每次一片",
    ),
    ("treated_sugar", ("盐酸二甲双胍片 0.5g", "格列美脲片 2mg", "达格列净片 10mg"), "每日早餐后一次"),
    ("treated_lipid", ("阿托伐他汀钙片 20mg", "瑞舒伐他汀钙片 10mg"), "每晚一次,每次一片"),
)
_ALLERGENS = ("青霉素", "磺胺类药物", "头孢菌素类", "海鲜", "花粉")


class Reading(NamedTuple):
    """A value taken on a follow-up of a person, by place in the panel."""

    order: int
    day: date
    item: str
    value: str
    unit: str


def write(
    folder: Path, people: int = 2000, progress: Callable[[str], None] = lambda line: None
) -> list[Path]:
    """Write the demo panel of `people` into `folder`; the same number gives the same bytes, always."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    panel = invent(people, rng)
    course = live(panel, rng)
    written = [write_ndjson(folder / "people.ndjson", _resources(panel, course, rng))]
    for column, year in enumerate(YEARS):
        encoding = "gb18030" if year == YEARS[0] else "utf-8-sig"
        written.append(
            write_table(folder / f"体检{year}.csv", _checkups(panel, course, column, rng), encoding)
        )
        progress(f"{year}: {course.attended[:, column].sum()} check-ups")
    readings = list(_readings(panel, course, rng))
    written.append(write_table(folder / "随访.csv", _follow_ups(panel, readings)))
    written.append(write_table(folder / "步数.csv", _steps(panel, rng)))
    done = list(serve(panel, course, _visits(readings), staff(), np.random.default_rng(SERVICE_SEED)))
    written.append(write_table(folder / "建档.csv", _cards(panel, done)))
    written.append(write_ndjson(folder / "service.ndjson", _as_resources(done)))
    return written


def _resources(people: People, course: Course, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """People, problems, medicines, allergies and vaccinations as the hospital system exports them."""
    for order in range(len(people)):
        key = _key(order)
        yield patient(
            key, people.id_numbers[order], people.names[order], bool(people.male[order]), people.births[order]
        ) | {"telecom": [{"system": "phone", "value": people.phones[order]}]}
        subject = {"reference": f"Patient/{key}"}
        yield from _problems(order, key, subject, course, rng)
        yield from _medicines(order, key, subject, course, rng)
        if rng.random() < 0.07:
            yield {
                "resourceType": "AllergyIntolerance",
                "id": f"{key}-allergy",
                "clinicalStatus": coding(
                    "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active"
                ),
                "patient": subject,
                "code": {"text": str(rng.choice(_ALLERGENS))},
                "recordedDate": f"{rng.integers(2008, 2021)}",
            }
        if people.age[order] >= 60 and rng.random() < 0.35:
            yield {
                "resourceType": "Immunization",
                "id": f"{key}-flu",
                "status": "completed",
                "vaccineCode": {"text": "流感病毒裂解疫苗"},
                "patient": subject,
                "occurrenceDateTime": f"{LAST_YEAR}-10-{rng.integers(9, 31):02d}",
            }


def _problems(
    order: int, key: str, subject: dict[str, str], course: Course, rng: np.random.Generator
) -> Iterator[dict[str, Any]]:
    for since, code, text in _PROBLEMS:
        year = getattr(course, since)[order]
        if np.isnan(year):
            continue
        yield {
            "resourceType": "Condition",
            "id": f"{key}-{code.split('.')[0].lower()}",
            "clinicalStatus": coding("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
            "verificationStatus": coding(
                "http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed"
            ),
            "code": {"coding": [{"system": ICD10, "code": code, "display": text}], "text": text},
            "subject": subject,
            "onsetDateTime": f"{int(year)}-{rng.integers(1, 13):02d}",
        }


def _medicines(
    order: int, key: str, subject: dict[str, str], course: Course, rng: np.random.Generator
) -> Iterator[dict[str, Any]]:
    for treated, drugs, dosage in _DRUGS:
        years = [year for year, on in zip(YEARS, getattr(course, treated)[order], strict=True) if on]
        if years:
            yield {
                "resourceType": "MedicationStatement",
                "id": f"{key}-{treated.removeprefix('treated_')}",
                "status": "active",
                "medicationCodeableConcept": {"text": str(rng.choice(drugs))},
                "subject": subject,
                "effectivePeriod": {"start": f"{years[0]}-01"},
                "dosage": [{"text": dosage}],
            }


def _cards(people: People, done: Iterable[tuple[int, Fact]]) -> Iterator[Sequence[object]]:
    """What was asked when a card was opened."""
    yield ["身份证号", "姓名", "登记日期", "饮酒情况"]
    for order, fact in done:
        if isinstance(fact, EpisodeOfCare) and fact.code == "card":
            drinks = _drinks(people.drinks_liang[order])
            yield [people.id_numbers[order], people.names[order], fact.effective, drinks]


def _drinks(liang: float) -> str:
    return "从不饮酒" if not liang else "偶尔饮酒" if liang < 1 else "经常饮酒" if liang < 2 else "每天饮酒"


def _as_resources(done: Iterable[tuple[int, Fact]]) -> Iterator[dict[str, Any]]:
    for number, (order, fact) in enumerate(done, start=1):
        yield resource(fact, _key(order), number)


def _key(order: int) -> str:
    """The id of a Patient."""
    return f"p{order + 1:05d}"


def _checkups(
    people: People, course: Course, column: int, rng: np.random.Generator
) -> Iterator[Sequence[object]]:
    """One row a person who came, with the habits asked and the laboratory's columns."""
    yield [
        "体检编号", "姓名", "性别", "身份证号", "体检日期",
        *(head for head, *_ in LAB_COLUMNS),
        "尿蛋白", "吸烟情况", "饮酒量(两/天)", "每周运动时间(分钟)", "睡眠时间(小时)", "每日食盐量(g)",
        "心脑血管病家族史", "糖尿病家族史", "长江以北", "居住在城市", "服用降压药",
    ]  # fmt: skip
    year = YEARS[column]
    for order in np.flatnonzero(course.attended[:, column]):
        cells = [
            _left_out(rng)
            if rng.random() < skipped
            else f"{course.values[indicator][order, column]:.{decimals}f}"
            for _, indicator, decimals, skipped in LAB_COLUMNS
        ]
        yield [
            f"TJ{year}{order + 1:05d}",
            people.names[order],
            "男" if people.male[order] else "女",
            people.id_numbers[order],
            f"{course.days[order][column]:%Y-%m-%d}",
            *cells,
            course.urine_protein[order][column],
            "现在吸烟" if people.smoker[order] else "已戒烟" if people.former_smoker[order] else "从不吸烟",
            people.drinks_liang[order],
            f"{people.exercise[order]:.0f}",
            people.sleep[order],
            f"{people.salt[order]:.0f}",
            *(
                "是" if flag[order] else "否"
                for flag in (
                    people.family_ascvd,
                    people.family_diabetes,
                    people.north,
                    people.urban,
                    course.treated_pressure[:, column],
                )
            ),
        ]


def _left_out(rng: np.random.Generator) -> str:
    return str(rng.choice(REFUSED))


def _readings(people: People, course: Course, rng: np.random.Generator) -> Iterator[Reading]:
    """Quarterly readings of those who have a raised pressure or sugar."""
    for order in range(len(people)):
        for column, year in enumerate(YEARS):
            for quarter in range(4):
                day = add_months(date(year, 1, 5), 3 * quarter) + timedelta(days=int(rng.integers(0, 75)))
                for item, value, unit in _measured(course, order, column, rng):
                    yield Reading(order, day, item, value, unit)


def _measured(
    course: Course, order: int, column: int, rng: np.random.Generator
) -> Iterator[tuple[str, str, str]]:
    if course.hypertension_since[order] <= YEARS[column] and rng.random() < 0.8:
        usual_sbp, usual_dbp = course.values["sbp"][order, column], course.values["dbp"][order, column]
        yield "收缩压", f"{usual_sbp + rng.normal(0, 7):.0f}", "mmHg"
        yield "舒张压", f"{usual_dbp + rng.normal(0, 4):.0f}", "mmHg"
    if course.diabetes_since[order] <= YEARS[column] and rng.random() < 0.75:
        yield "空腹血糖", f"{course.values['fpg'][order, column] + rng.normal(0, 0.5):.1f}", "mmol/L"


def _follow_ups(people: People, readings: Iterable[Reading]) -> Iterator[Sequence[object]]:
    """The readings, one row each."""
    yield ["身份证号", "姓名", "随访日期", "项目", "结果", "单位"]
    for one in readings:
        yield [
            people.id_numbers[one.order], people.names[one.order], f"{one.day:%Y-%m-%d}",
            one.item, one.value, one.unit,
        ]  # fmt: skip


def _visits(readings: Iterable[Reading]) -> Iterator[Visit]:
    """The follow-ups on which they were taken."""
    for (order, day), taken in groupby(readings, key=lambda one: (one.order, one.day)):
        yield Visit(order, day, any(float(one.value) >= DANGER.get(one.item, inf) for one in taken))


def _steps(people: People, rng: np.random.Generator) -> Iterator[Sequence[object]]:
    """Ninety days of a bracelet for one in fifteen."""
    yield ["身份证号", "日期", "步数"]
    for order in np.flatnonzero(rng.random(len(people)) < 1 / 15):
        usual = 3500 + 22 * people.exercise[order]
        for back in range(90, 0, -1):
            day = date(LAST_YEAR, 12, 31) - timedelta(days=back)
            yield [
                people.id_numbers[order],
                f"{day:%Y-%m-%d}",
                max(120, int(rng.normal(usual, usual * 0.25))),
            ]
