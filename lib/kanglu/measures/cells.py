"""Cells as they come (floats, text, categories, anything) turned into floats, or found unreadable.

The happy path, clean float columns and plain words, costs a few passes over the numbers; only what is
not clean is looked at cell by cell.
"""

import re
from datetime import date
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
_DAY = re.compile(r"\d{4}-\d\d-\d\d( 00:00:00)?", re.ASCII)
_MISSING = frozenset({"", "na", "nan", "n/a", "none", "null", "<na>", "nat", "unknown", "未知"})
_SEXES = {"male": 1.0, "m": 1.0, "男": 1.0, "female": 0.0, "f": 0.0, "女": 0.0}
_FLAGS = {"true": 1.0, "false": 0.0}
_SHOWN = 40
_BLOCK = 16384  # cells whose temporaries stay in the processor's cache


def values_of(cells: Cells, item: Input) -> tuple[Floats, Mask | None, Mask | None]:
    """The cells as floats (NaN where there is none), which are empty, which unreadable (None: no cell)."""
    if item.kind == "sex" and (plain := _plain_sexes(cells)) is not None:
        return plain, None, None
    if item.kind not in ("sex", "word", "day") and (numbers := _floats(cells)) is not None:
        missing = np.isnan(numbers) if numbers.size and np.isnan(numbers.min()) else None
        return (numbers, missing, None) if cells.dtype.kind in "iub" else _whole(numbers, item, missing)
    codes, words = words_of(cells)
    parsed = np.array([_parse(word, item) for word in words] + [np.nan])
    empty = np.array([is_missing(word) for word in words] + [True])
    values, missing, fractions = _whole(parsed[codes], item, _chosen(empty, codes))
    unreadable = _chosen(np.isnan(parsed) & ~empty, codes)
    if unreadable is not None and fractions is not None:
        return values, missing, unreadable | fractions
    return values, missing, fractions if unreadable is None else unreadable


def _chosen(words: Mask, codes: Codes) -> Mask | None:
    """The cells whose word is one of those marked (the last mark is for no word); None for no cell."""
    if not words[:-1].any() and (not words[-1] or codes.size == 0 or codes.min() >= 0):
        return None
    found = words[codes]
    return found if found.any() else None


def _whole(values: Floats, item: Input, missing: Mask | None) -> tuple[Floats, Mask | None, Mask | None]:
    """Where whole numbers or flags are asked for, fractions are unreadable; the range judges the rest."""
    if item.kind not in ("whole", "flag") or _all_whole(values):
        return values, missing, None
    fractions = values != np.rint(values)
    fractions &= ~np.isnan(values)
    if not fractions.any():
        return values, missing, None
    return np.where(fractions, np.nan, values), missing, fractions


def _all_whole(values: Floats) -> bool:
    blocks = (values[start : start + _BLOCK] for start in range(0, values.size, _BLOCK))
    return all(bool((block == np.rint(block)).all()) for block in blocks)


def is_missing(text: str) -> bool:
    """Whether a text says that there is no value (empty, NA, null, unknown)."""
    return text.strip().casefold() in _MISSING


def words_of(cells: Cells) -> tuple[Codes, list[str]]:
    """The distinct words of a column and the place of each cell's word (-1: no value)."""
    if isinstance(cells, pd.Series) and isinstance(cells.dtype, pd.CategoricalDtype):
        codes = cells.cat.codes.to_numpy().astype(np.intp)
        return codes, [str(word) for word in cells.cat.categories]
    array = np.asarray(cells)
    if array.dtype == object and array.size and isinstance(array[0], str) and _constant(array):
        return np.zeros(array.size, dtype=np.intp), [array[0]]
    known_as_text = isinstance(cells.dtype, pd.StringDtype)
    codes, words = pd.factorize(array if known_as_text else pd.Series(array).astype(str))
    return codes, [str(word) for word in words]


def _constant(array: npt.NDArray[np.object_]) -> bool:
    """Whether all cells are one word; a look at a few of them mostly settles it."""
    few = array[:: array.size // 64 + 1].tolist()
    try:
        return few.count(few[0]) == len(few) and bool((array == few[0]).all())
    except (TypeError, ValueError):  # cells that cannot be compared, such as pd.NA
        return False


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
    if isinstance(cells.dtype, pd.CategoricalDtype):
        return None
    array = np.asarray(cells)
    if array.dtype.kind not in "OU":
        return None
    try:
        male = array == "male"
        plain = (array[~male] == "female").all()
    except (TypeError, ValueError):  # cells that cannot be compared, such as pd.NA
        return None
    return male.astype(np.float64) if plain else None


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
    if item.kind == "day":
        return _ordinal(word)
    if item.kind == "word":
        return float(item.words.index(word)) if word in item.words else np.nan
    if _NUMBER.fullmatch(word):
        return float(word)
    return _FLAGS.get(word.casefold(), np.nan) if item.kind == "flag" else np.nan


def _ordinal(word: str) -> float:
    """The ordinal of a date, as `date.toordinal` counts."""
    try:
        return float(date.fromisoformat(word[:10]).toordinal()) if _DAY.fullmatch(word) else np.nan
    except ValueError:
        return np.nan
