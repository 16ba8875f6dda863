"""Cells as they come (floats, text, categories, anything) turned into floats, or found unreadable.

The happy path, clean float columns and plain words, costs a few passes over the numbers; only what is
not clean is looked at cell by cell.
"""

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanglu.measures.columns import Input

type Floats = npt.NDArray[np.float64]
type Mask = npt.NDArray[np.bool_]
type Codes = npt.NDArray[np.intp]
type Cells = pd.Series[Any] | npt.NDArray[Any]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_MISSING = frozenset({"", "na", "nan", "n/a", "none", "null", "<na>", "nat", "unknown", "未知"})
_SEXES = {"male": 1.0, "m": 1.0, "男": 1.0, "female": 0.0, "f": 0.0, "女": 0.0}
_PLAIN_SEXES = {"male": 1, "female": 0}
_FLAGS = {"true": 1.0, "false": 0.0}
_SHOWN = 40


def values_of(cells: Cells, item: Input) -> tuple[Floats, Mask | None, Mask | None]:
    """The cells as floats (NaN where there is none), which are empty, which unreadable (None: no cell)."""
    if item.kind == "sex" and (plain := _plain_sexes(cells)) is not None:
        return plain, None, None
    if item.kind not in ("sex", "word") and (numbers := _floats(cells)) is not None:
        return _whole(numbers, item, np.isnan(numbers) if np.isnan(numbers.sum()) else None)
    codes, words = words_of(cells)
    parsed = np.array([_parse(word, item) for word in words] + [np.nan])
    empty = np.array([is_missing(word) for word in words] + [True])
    values, missing = parsed[codes], empty[codes]
    found, _, fractions = _whole(values, item, missing)
    unreadable = np.isnan(values) & ~missing
    if fractions is not None:
        unreadable |= fractions
    return found, missing if missing.any() else None, unreadable if unreadable.any() else None


def _whole(values: Floats, item: Input, missing: Mask | None) -> tuple[Floats, Mask | None, Mask | None]:
    """Where whole numbers are asked for, fractions are unreadable (infinities are left to the range)."""
    if item.kind != "whole" or values.size == 0 or (values == np.rint(values)).all():
        return values, missing, None
    fractions = values != np.rint(values)
    fractions &= ~np.isnan(values)
    if not fractions.any():
        return values, missing, None
    return np.where(fractions, np.nan, values), missing, fractions


def is_missing(text: str) -> bool:
    """Whether a text says that there is no value (empty, NA, null, unknown)."""
    return text.strip().casefold() in _MISSING


def words_of(cells: Cells) -> tuple[Codes, list[str]]:
    """The distinct words of a column and the place of each cell's word (-1: no value)."""
    if isinstance(cells, pd.Series) and isinstance(cells.dtype, pd.CategoricalDtype):
        codes = np.asarray(cells.cat.codes, dtype=np.intp)
        return codes, [str(word) for word in cells.cat.categories]
    array = np.asarray(cells)
    if array.dtype == object and array.size and isinstance(array[0], str) and _constant(array):
        return np.zeros(array.size, dtype=np.intp), [array[0]]
    codes, words = pd.factorize(pd.Series(array).astype(str))
    return codes, [str(word) for word in words]


def _constant(array: npt.NDArray[np.object_]) -> bool:
    return bool(array[-1] == array[0]) and array.tolist().count(array[0]) == array.size


def shown(cells: Cells, rows: npt.NDArray[np.intp]) -> list[str]:
    """The cells of the rows as a reader knows them: 19 for 19.0, text in quotation marks and cut."""
    chosen = cells.iloc[rows] if isinstance(cells, pd.Series) else cells[rows]
    return [_show(cell) for cell in chosen.tolist()]


def _show(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, str) and not _NUMBER.fullmatch(cell.strip()):
        return repr(cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN]}…")
    return str(cell)[:_SHOWN]


def _plain_sexes(cells: Cells) -> Floats | None:
    """The fast path for a column that holds nothing but the words male and female."""
    array = np.asarray(cells)
    if array.dtype.kind not in "OU":
        return None
    try:
        codes = bytes(map(_PLAIN_SEXES.get, array.tolist()))  # type: ignore[arg-type]
    except TypeError:  # a word that is not there maps to None
        return None
    return np.frombuffer(codes, dtype=np.uint8).astype(np.float64)


def _floats(cells: Cells) -> Floats | None:
    """The column as floats, where its type is numeric or boolean."""
    if isinstance(cells.dtype, np.dtype):
        array = np.asarray(cells)
        return array.astype(np.float64, copy=False) if array.dtype.kind in "fiub" else None
    if (
        isinstance(cells, pd.Series)
        and (pd.api.types.is_numeric_dtype(cells.dtype) or pd.api.types.is_bool_dtype(cells.dtype))
        and not isinstance(cells.dtype, pd.CategoricalDtype)
    ):
        return cells.to_numpy(dtype=np.float64, na_value=np.nan)
    return None


def _parse(word: str, item: Input) -> float:
    """What a word says to an input; NaN where it says nothing."""
    word = word.strip()
    if item.kind == "sex":
        return _SEXES.get(word.casefold(), np.nan)
    if item.kind == "word":
        return float(item.words.index(word)) if word in item.words else np.nan
    if _NUMBER.fullmatch(word):
        return float(word)
    return _FLAGS.get(word.casefold(), np.nan) if item.kind == "flag" else np.nan
