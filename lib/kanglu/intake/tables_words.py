"""The words of tables, read once from ``tables_words.yaml``."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

_SOURCE: Final = Path(__file__).with_suffix(".yaml")


@cache
def _all() -> Mapping[str, Any]:
    found: Mapping[str, Any] = YAML(typ="safe", pure=True).load(_SOURCE.read_text(encoding="utf-8"))
    return found


@cache
def words(part: str) -> frozenset[str]:
    """The words of a part of the file, folded."""
    return frozenset(str(_all()[part]).casefold().split())


@cache
def meanings(part: str) -> Mapping[str, str]:
    """What the words of a part mean: word (folded) → meaning."""
    return {
        word: meaning for meaning, listed in _all()[part].items() for word in str(listed).casefold().split()
    }


@cache
def ranks(part: str) -> Mapping[str, int]:
    """The words of a part that is a list: word (folded) → place of its line."""
    return {word: rank for rank, line in enumerate(_all()[part]) for word in str(line).casefold().split()}
