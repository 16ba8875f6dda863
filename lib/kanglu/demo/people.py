"""Who is in the demo panel: names, births, households' habits and the diseases they live with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FIRST_YEAR, LAST_YEAR = 2021, 2025
YEARS = tuple(range(FIRST_YEAR, LAST_YEAR + 1))

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
)
_MALE = "伟强磊军洋勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆毅建国志文海山峰松林成德永安康宁"
_FEMALE = "芳娜敏静丽艳娟霞玲桂英秀兰珍梅红燕萍莉雪琳慧巧美洁云莲真环雅芝玉荣爱青香月莺媛"
_CHECK_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class People:
    """The panel as columns, one entry a person, as they are on 1 January of `FIRST_YEAR`."""

    names: list[str]
    id_numbers: list[str]
    phones: list[str]
    births: list[date]
    male: Flags
    age: Floats
    smoker: Flags
    former_smoker: Flags
    drinks_liang: Floats  # liang of spirit a day
    exercise: Floats  # min/wk
    sleep: Floats  # h
    salt: Floats  # g/d
    north: Flags
    urban: Flags
    family_ascvd: Flags
    family_diabetes: Flags
    adiposity: Floats  # standard deviations of BMI about what age and sex expect
    pressure: Floats  # the same of blood pressure
    sugar: Floats  # of glycaemia
    lipid: Floats  # of cholesterol
    kidney: Floats  # of kidney function, higher is worse

    def __len__(self) -> int:
        return len(self.names)


def check_digit(seventeen: str) -> str:
    """The eighteenth place of a resident identity number (GB 11643-1999, ISO 7064 MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_CHECK_WEIGHTS, seventeen, strict=True))
    return "10X98765432"[total % 11]


def invent(count: int, rng: np.random.Generator) -> People:
    """`count` people of 20 to 90, in proportions of a health centre's contract residents."""
    male = rng.random(count) < 0.49
    age = np.clip(20 + 70 * rng.beta(2.2, 2.0, count), 20, 90)
    births = [date(FIRST_YEAR, 1, 1) - timedelta(days=int(years * 365.2425)) for years in age]
    latent = rng.multivariate_normal(
        np.zeros(5),
        [[1.0, 0.35, 0.40, 0.25, 0.10],
         [0.35, 1.0, 0.25, 0.15, 0.20],
         [0.40, 0.25, 1.0, 0.20, 0.20],
         [0.25, 0.15, 0.20, 1.0, 0.05],
         [0.10, 0.20, 0.20, 0.05, 1.0]],
        count,
    )  # fmt: skip
    smoker = rng.random(count) < np.where(male, 0.42, 0.02)
    return People(
        names=names(male, rng),
        id_numbers=id_numbers(births, male),
        phones=[f"100{number:08d}" for number in rng.integers(10**8, size=count)],
        births=births,
        male=male,
        age=age,
        smoker=smoker,
        former_smoker=~smoker & (rng.random(count) < np.where(male, 0.18, 0.01)),
        drinks_liang=np.where(
            rng.random(count) < np.where(male, 0.35, 0.05), rng.gamma(2, 0.8, count), 0
        ).round(1),
        exercise=np.clip(rng.gamma(1.6, 70, count) - 30 * latent[:, 0], 0, 900).round(-1),
        sleep=np.clip(rng.normal(7.2 - (age - 50) * 0.012, 0.9, count), 4, 10).round(1),
        salt=np.clip(rng.normal(9.3, 2.5, count), 3, 20).round(0),
        north=rng.random(count) < 0.45,
        urban=rng.random(count) < 0.7,
        family_ascvd=rng.random(count) < 0.14,
        family_diabetes=rng.random(count) < 0.12 + 0.05 * (latent[:, 2] > 0.8),
        adiposity=latent[:, 0],
        pressure=latent[:, 1],
        sugar=latent[:, 2],
        lipid=latent[:, 3],
        kidney=latent[:, 4],
    )


def names(male: Iterable[bool], rng: np.random.Generator) -> list[str]:
    """Names of people of these sexes."""
    found = []
    for is_male in male:
        given = _MALE if is_male else _FEMALE
        length = 1 + (rng.random() < 0.78)
        found.append(str(rng.choice(list(_SURNAMES))) + "".join(rng.choice(list(given), length)))
    return found


def id_numbers(births: Iterable[date], male: Iterable[bool], county: int = 1) -> list[str]:
    """Identity numbers of counties that do not exist, from 99 `county` on; 499 people each."""
    numbers = []
    for order, (birth, is_male) in enumerate(zip(births, male, strict=True)):
        sequence = order % 499 * 2 + (1 if is_male else 2)
        seventeen = f"99{order // 499 + county:04d}{birth:%Y%m%d}{sequence:03d}"
        numbers.append(seventeen + check_digit(seventeen))
    return numbers
