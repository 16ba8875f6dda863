"""How written names are compared: one key for every spelling of a name, headers split from their unit."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kanglu import units
from kanglu.errors import UnitError

_DROPPED = re.compile(r"[\s_\-‐-―.·•・,，、:：;；()\[\]{}<>〔〕【】《》「」'\"“”‘’*^~+★☆↑↓△▲▽▼]")
_CODE_DROPPED = re.compile(r"[\s_.,:;()\[\]{}'\"]")
_OPENERS = {")": "(", "]": "[", "}": "{", "】": "【", "〕": "〔", ">": "<"}
_SEPARATOR = re.compile(r"[\s_.:\-]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TAG = re.compile(r"\s*\((?:disorder|finding|situation|procedure|observable entity|qualifier value)\)\s*$")
_LATIN = re.compile(r"[a-z0-9]")


def key(text: str) -> str:
    """The key of a name: width, case, spaces and punctuation do not count; ``%``, ``#`` and ``/`` do.

    >>> key("低密度脂蛋白胆固醇（LDL-C）") == key("低密度脂蛋白胆固醇 ldl c")
    True
    """
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text).casefold())


def code_key(text: str) -> str:
    """The key of a coded answer: signs count here, since ``+``, ``-`` and ``±`` are answers."""
    flat = (
        unicodedata.normalize("NFKC", text).casefold().replace("−", "-").replace("–", "-").replace("—", "-")
    )
    dropped = _CODE_DROPPED.sub("", flat)
    return dropped or flat.strip()


@dataclass(frozen=True)
class Reading:
    """One way to read a table header: a name, the unit it states, and what else stands in brackets."""

    name: str
    unit: str | None = None
    remarks: tuple[str, ...] = ()
    certain: bool = True


def header_readings(text: str) -> Iterator[Reading]:
    """The ways to read a header, the most literal first.

    A remark is bracketed and no unit: another name of the same thing, or a condition such as ``餐后2h``.
    A unit that is only parted from the name (``WeightKg``, ``tc_mmol_l``) is not `certain` to be one.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    yield from _bracketed(text)
    for name, tail in _parted(text):
        if unit := unit_of(tail):
            for reading in _bracketed(name):
                yield replace(reading, unit=unit, certain=False)


def _bracketed(text: str) -> Iterator[Reading]:
    """A text as it stands, then without the brackets it ends with, one by one."""
    yield Reading(text)
    name, unit, remarks = text, None, tuple[str, ...]()
    while found := _trailing_bracket(name):
        name, inner = found
        stated = unit_of(inner)
        unit, remarks = unit or stated, remarks if stated else (inner, *remarks)
        yield Reading(name, unit, remarks)


def _trailing_bracket(text: str) -> tuple[str, str] | None:
    """What stands before and in the bracket a text ends with."""
    text = text.rstrip()
    if not text or text[-1] not in _OPENERS:
        return None
    depth, closer, opener = 0, text[-1], _OPENERS[text[-1]]
    for place in range(len(text) - 1, 0, -1):
        depth += (text[place] == closer) - (text[place] == opener)
        if depth == 0:
            return text[:place].strip(), text[place + 1 : -1].strip()
    return None


def _parted(text: str) -> Iterator[tuple[str, str]]:
    """Name and tail of a header, parted at a space, a bracket, other separators, a capital letter."""
    if " " in text:
        name, tail = text.rsplit(None, 1)
        yield name, tail
    if ")" in text:
        place = text.rindex(")") + 1
        yield text[:place], text[place:].strip()
    parts = _SEPARATOR.split(text.strip(" _.:-"))
    for size in range(1, min(4, len(parts))):
        name, tails = " ".join(parts[:-size]), parts[-size:]
        yield name, "/".join(tails)
        yield name, "".join(tails)
    words = _CAMEL.split(text)
    if len(words) > 1:
        yield " ".join(words[:-1]), words[-1]


def unit_of(text: str) -> str | None:
    """The UCUM unit a text states, or None."""
    try:
        return units.normalise(text) if text else None
    except UnitError:
        return None


def phrase(text: str) -> str:
    """The key of a diagnosis or a drug: words kept apart by one space, semantic tags and signs dropped."""
    flat = unicodedata.normalize("NFKC", text).casefold()
    flat = _TAG.sub("", flat)
    return re.sub(r"[\s_\-,.;:'\"()\[\]/+*]+", " ", flat).strip()


def begins_with(text: str, keyword: str) -> bool:
    """Whether a phrase begins with a keyword, as whole words where the keyword is Latin."""
    if not text.startswith(keyword):
        return False
    follows = text[len(keyword) : len(keyword) + 1]
    return not (_LATIN.match(keyword[-1]) and _LATIN.match(follows))


def holds(text: str, keyword: str) -> bool:
    """Whether a phrase holds a keyword anywhere, as whole words where the keyword is Latin."""
    place = text.find(keyword)
    while place >= 0:
        before = text[place - 1 : place]
        if begins_with(text[place:], keyword) and not (_LATIN.match(keyword[0]) and _LATIN.match(before)):
            return True
        place = text.find(keyword, place + 1)
    return False
