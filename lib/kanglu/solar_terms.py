"""The 24 solar terms, and dates of the lunar calendar in words; days are those of China (UTC+8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal, get_args

from lunar_python import Lunar, Solar

from kanglu.i18n import Lang

type TermId = Literal[
    "lichun", "yushui", "jingzhe", "chunfen", "qingming", "guyu",
    "lixia", "xiaoman", "mangzhong", "xiazhi", "xiaoshu", "dashu",
    "liqiu", "chushu", "bailu", "qiufen", "hanlu", "shuangjiang",
    "lidong", "xiaoxue", "daxue", "dongzhi", "xiaohan", "dahan",
]  # fmt: skip

_CHINESE = (
    "立春 雨水 惊蛰 春分 清明 谷雨 立夏 小满 芒种 夏至 小暑 大暑 "
    "立秋 处暑 白露 秋分 寒露 霜降 立冬 小雪 大雪 冬至 小寒 大寒"
)
_ENGLISH = (
    *("Start of Spring", "Rain Water", "Awakening of Insects", "Spring Equinox", "Clear and Bright"),
    *("Grain Rain", "Start of Summer", "Grain Buds", "Grain in Ear", "Summer Solstice", "Minor Heat"),
    *("Major Heat", "Start of Autumn", "End of Heat", "White Dew", "Autumn Equinox", "Cold Dew"),
    *("Frost's Descent", "Start of Winter", "Minor Snow", "Major Snow", "Winter Solstice", "Minor Cold"),
    "Major Cold",
)
TERMS: Mapping[TermId, Mapping[Lang, str]] = {
    term: {"zh": zh, "en": en}
    for term, zh, en in zip(get_args(TermId.__value__), _CHINESE.split(), _ENGLISH, strict=True)
}
"""Names by id, in the order of the year from the start of spring on."""
_BY_NAME: Mapping[str, TermId] = {names["zh"]: term for term, names in TERMS.items()}
_ANIMALS: Mapping[str, str] = dict(
    zip(
        "鼠牛虎兔龙蛇马羊猴鸡狗猪",
        (
            "Rat",
            "Ox",
            "Tiger",
            "Rabbit",
            "Dragon",
            "Snake",
            "Horse",
            "Goat",
            "Monkey",
            "Rooster",
            "Dog",
            "Pig",
        ),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class SolarTerm:
    """A solar term, and the day on which it begins."""

    id: TermId
    begins: date

    @property
    def name(self) -> Mapping[Lang, str]:
        """What it is called."""
        return TERMS[self.id]


def term_of(day: date) -> SolarTerm:
    """The solar term in which a day lies: the whole day on which a term begins is of it.

    >>> term_of(date(2026, 11, 22)).id
    'xiaoxue'
    """
    return _term(_lunar(day).getPrevJieQi(True))


def next_term(day: date) -> SolarTerm:
    """The first solar term that begins after a day."""
    return _term(_lunar(day).getNextJieQi(True))


def lunar_date(day: date, lang: Lang) -> str:
    """The day in the lunar calendar: ``丙午年十月十四``, ``day 14 of lunar month 10, year of the Horse``."""
    lunar = _lunar(day)
    month = lunar.getMonth()
    if lang == "zh":
        return f"{lunar.getYearInGanZhi()}年{lunar.getMonthInChinese()}月{lunar.getDayInChinese()}"
    leap = "leap " if month < 0 else ""
    year = _ANIMALS[lunar.getYearShengXiao()]
    return f"day {lunar.getDay()} of {leap}lunar month {abs(month)}, year of the {year}"


@lru_cache(maxsize=512)
def _lunar(day: date) -> Lunar:
    return Solar.fromYmd(day.year, day.month, day.day).getLunar()


def _term(found: object) -> SolarTerm:
    begins = found.getSolar()  # type: ignore[attr-defined]
    day = date(begins.getYear(), begins.getMonth(), begins.getDay())
    return SolarTerm(_BY_NAME[found.getName()], day)  # type: ignore[attr-defined]
