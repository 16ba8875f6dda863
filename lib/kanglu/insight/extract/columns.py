"""What an extract may hold: the inputs of the scores, by what others may know of them.

Quasi-identifiers (GB/T 37964-2019: what identifies somebody together with other facts) have a ladder on
which they are generalised; values stay as they are; the day of a value is moved or made coarse. Direct
identifiers cannot be asked for, nor can a score: with its other inputs it gives the exact age away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal

import pandas as pd

from kanglu.errors import ExpressionError
from kanglu.record.inputs import DATE_SUFFIX, SOURCES
from kanglu.record.veiling import OLDEST

type Kind = Literal["quasi", "value", "day"]

NOT_TOLD: Final = "*"
UNKNOWN: Final = ""


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of generalisation.

    Parameters
    ----------
    id : of its words: ``bands``, ``as_recorded`` or ``not_told``.
    width : of a band in years; 0 for what has none.
    """

    id: Literal["bands", "as_recorded", "not_told"]
    width: int = 0

    def label(self, value: object) -> str:
        """A value as this step tells it; whoever is older than `OLDEST` is in the last band."""
        if self.id == "not_told":
            return NOT_TOLD
        if value is None or value != value:
            return UNKNOWN
        if self.id == "as_recorded":
            return f"{value:g}" if isinstance(value, float) else str(value)
        low = int(min(float(str(value)), OLDEST + 1)) // self.width * self.width
        return f"{low}+" if low + self.width > OLDEST + 1 else f"{low}-{low + self.width - 1}"


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps of a quasi-identifier, from the finest that is ever told to nothing."""

    rungs: tuple[Rung, ...]


_AS_IS: Final = Ladder((Rung("as_recorded"), Rung("not_told")))
QUASI: Final[Mapping[str, Ladder]] = {
    "age_years": Ladder((Rung("bands", 5), Rung("bands", 10), Rung("bands", 20), Rung("not_told"))),
    "sex": _AS_IS,
    "urban_0_1": _AS_IS,
    "north_0_1": _AS_IS,
}
"""The quasi-identifiers and their ladders. A birth date or an address is told by none of their steps."""
VALUES: Final = (
    *(source.column for source in SOURCES if source.column not in QUASI),
    *("diabetes_0_1", "hypertension_0_1", "ascvd_0_1", "ckd_0_1"),
    *("on_antihypertensive_0_1", "on_statin_0_1", "diabetes_treated_0_1", "htn_treated_0_1"),
)
"""What is told as it is: columns of `Panel.inputs`."""
_DAYS: Final = tuple(source.column + DATE_SUFFIX for source in SOURCES)
_CALLED: Final = {source.indicator: source.column for source in SOURCES} | {"age": "age_years"}
_SAYS_WHO: Final = (
    "name record_number person_id id birth_date birthday phone telephone mobile address email wechat card "
    "id_number id_card national_id mrn passport 姓名 电话 手机 手机号 地址 住址 身份证 身份证号 出生日期 "
    "病历号 档案号 卡号 微信"
)
DIRECT: Final = frozenset(_SAYS_WHO.split())
"""Names under which somebody may ask for a direct identifier; a birth date is told as an age."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an extract, as `Panel.inputs` calls it."""

    name: str
    kind: Kind


def askable() -> pd.DataFrame:
    """All columns that can be asked for: column, indicator, kind; the finest step of a quasi-identifier."""
    indicators = {column: indicator for indicator, column in _CALLED.items()}
    names = [*((name, "quasi") for name in QUASI), *((name, "value") for name in VALUES)]
    names += [(name, "day") for name in _DAYS]
    rows = [(name, indicators.get(name.removesuffix(DATE_SUFFIX), ""), kind) for name, kind in names]
    return pd.DataFrame(rows, columns=["column", "indicator", "kind"])


def columns_of(names: Sequence[str]) -> tuple[Column, ...]:
    """The columns that are asked for, each once. Raises `ExpressionError` for what an extract never holds."""
    found = dict.fromkeys(_column(name.strip()) for name in names)
    if not found:
        raise ExpressionError(
            "No column is asked for.",
            remedy="Name some: --columns age_years,sex,hba1c; kanglu extract lists all.",
        )
    return tuple(found)


def _column(name: str) -> Column:
    if name.lower() in DIRECT:
        raise ExpressionError(
            f"{name!r} says who somebody is: an extract never holds it.",
            remedy="Each row has a pseudonym; ask for age_years in place of a birth date.",
        )
    column = _CALLED.get(name, name)
    if column in QUASI:
        return Column(column, "quasi")
    if column in VALUES:
        return Column(column, "value")
    if column in _DAYS:
        return Column(column, "day")
    close = get_close_matches(column, [*QUASI, *VALUES, *_CALLED, *_DAYS], 1, 0.7)
    hint = f"Did you mean {close[0]}? " if close else ""
    raise ExpressionError(
        f"An extract has no column {name!r}.", remedy=f"{hint}kanglu extract, with nothing else, lists all."
    )
