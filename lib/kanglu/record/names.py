"""How a name is found: the keys under which every part of it stands, and those that a search text means.

A name of Chinese characters has keys in three writings: the characters, their pinyin without tones and
blanks, and the initials. Each writing has one key for every place at which a part may begin (王小明 · 小明 ·
明), so that any part of a name is the beginning of one of its keys, and is found by a range of an index on
either database. Other scripts are folded: lower case, no accents.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import islice, product
from typing import Literal, NamedTuple

Writing = Literal["name", "pinyin", "initials"]
START, WITHIN = 0, 1
"""Where in the name a key begins."""
MOST_READINGS = 8
"""A name whose characters can be read in more ways than this is found by the commonest of them."""
INNER = 3
"""Fewest letters of a part that begins inside a word."""
_CHARACTERS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[{_CHARACTERS}]|[^\W_{_CHARACTERS}]+")
_CHARACTER = re.compile(rf"[{_CHARACTERS}]")
_NOT_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_TONED = re.compile(r"(?:[a-z]+[1-5])+")
_U = {"ü": "v", "ǖ": "v", "ǘ": "v", "ǚ": "v", "ǜ": "v"}


class NameKey(NamedTuple):
    """One key of a name: in which writing, where in the name it begins, and the key."""

    kind: Writing
    place: int
    key: str


def keys_of(name: str) -> list[NameKey]:
    """All keys of a name, none twice."""
    tokens = _tokens(name)
    found: dict[tuple[str, str], NameKey] = {}
    for key in _all_keys(name, tokens):
        held = found.get((key.kind, key.key))
        if held is None or key.place < held.place:
            found[key.kind, key.key] = key
    return list(found.values())


def wanted(text: str) -> list[str]:
    """What a search text may stand for among the keys; empty when it has neither letter nor figure."""
    folded = "".join(_tokens(text))
    found = [folded]
    if _TONED.fullmatch(folded):
        found.append(re.sub(r"[1-5]", "", folded))
    pinyin = "".join(_tokens(_with_v(text)))
    found += [pinyin, *(pinyin.replace(y, v) for y, v in (("lyu", "lv"), ("nyu", "nv")))]
    return [key for key in dict.fromkeys(found) if key]


def words(text: str) -> list[str]:
    """The parts of a search text that blanks set apart, folded."""
    return [word for part in text.split() if (word := "".join(_tokens(part)))]


def _all_keys(name: str, tokens: list[str]) -> Iterator[NameKey]:
    yield from _suffixes("name", tokens)
    for token in tokens:
        if not _is_character(token):
            yield from (NameKey("name", WITHIN, token[at:]) for at in range(1, len(token) - INNER + 1))
    characters = any(map(_is_character, tokens))
    for surname, rest in _readings(name, tokens) if characters else ():
        syllables = [*surname, *rest]
        yield from _suffixes("pinyin", syllables)
        yield NameKey("pinyin", START, "".join(surname))
        yield from _initials(syllables)
    if not characters:
        yield from _initials(tokens)


def _suffixes(kind: Writing, parts: list[str]) -> Iterator[NameKey]:
    for at in range(len(parts)):
        yield NameKey(kind, WITHIN if at else START, "".join(parts[at:]))


def _initials(syllables: list[str]) -> Iterator[NameKey]:
    letters = [syllable[0] for syllable in syllables]
    return (key for key in _suffixes("initials", letters) if len(key.key) > 1)


def _tokens(text: str) -> list[str]:
    """Each Chinese character, and each word of other scripts, folded."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(char for char in plain if not unicodedata.combining(char)).translate(_NOT_LETTERS)
    return _TOKEN.findall(unicodedata.normalize("NFC", bare))


def _with_v(text: str) -> str:
    """The text with each ü, toned or not, written v as pinyin is typed."""
    whole = unicodedata.normalize("NFC", text).lower()
    return "".join(_U.get(char, char) for char in whole)


def _is_character(token: str) -> bool:
    return _CHARACTER.match(token) is not None


def _readings(name: str, tokens: list[str]) -> Iterable[tuple[list[str], list[str]]]:
    """The ways to read a name, commonest first: the syllables of its surname, and those behind it.

    A name with a dot in it (a people's name written in characters) has no Chinese surname.
    """
    surnames, given = _table()
    first = next((size for size in (2, 1) if "".join(tokens[:size]) in surnames and len(tokens) > size), 0)
    if "·" in unicodedata.normalize("NFKC", name) or not first:
        first = min(1, len(tokens))
        heads = [[reading] for reading in _read(tokens[0], {})]
    else:
        heads = [reading.split("-") for reading in surnames["".join(tokens[:first])]]
    tails = product(*(_read(token, given) for token in tokens[first:]))
    ways = ((head, list(tail)) for tail in tails for head in heads)
    return islice(ways, MOST_READINGS)


def _read(token: str, table: dict[str, list[str]]) -> list[str]:
    if not _is_character(token):
        return [token]
    return table.get(token) or [_usual(token)]


@cache
def _usual(character: str) -> str:
    """The dictionary's reading; asked once a character, for it costs more than all else."""
    from pypinyin import Style, lazy_pinyin

    return str(lazy_pinyin(character, style=Style.NORMAL)[0])


@cache
def _table() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The readings of surnames, and those of characters in given names."""
    tables: dict[str, dict[str, list[str]]] = {"surname": {}, "given": {}}
    text = files("kanglu.record").joinpath("name_readings.tsv").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            use, characters, readings = line.split("\t")
            tables[use][characters] = readings.split()
    return tables["surname"], tables["given"]
