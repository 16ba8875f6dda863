"""What the header of a column that says who, when or what is called, in Chinese and English."""

import re
from collections.abc import Mapping
from functools import cache

from kanglu.catalogue.text import header_readings, key
from kanglu.intake.mapping import Role
from kanglu.intake.tables_words import meanings, ranks, words
from kanglu.record.facts import NATIONAL_ID, RECORD_NUMBER

_PAIR = re.compile(r"([\w-]+)\s*[=:：]\s*([\w-]+)")


@cache
def _roles() -> Mapping[str, Role]:
    return {key(word): Role(role) for word, role in meanings("roles").items()}


@cache
def _keys(part: str) -> frozenset[str]:
    return frozenset(map(key, words(part)))


@cache
def _ranks() -> Mapping[str, int]:
    return {key(word): rank for word, rank in ranks("dates").items()}


def names(header: str) -> list[str]:
    """The keys of the names that a header may mean, brackets and units taken off."""
    return [key(reading.name) for reading in header_readings(header) if reading.certain]


def role_of(header: str) -> Role | None:
    """What a header says that its column holds, apart from dates and measurements."""
    for name in names(header):
        if name in _roles():
            return _roles()[name]
        if name in _keys("record_number"):
            return Role.PERSON
    return None


def date_rank(header: str) -> int | None:
    """How well a header names the day of a visit: 0 best; None where it does not."""
    return next((_ranks()[name] for name in names(header) if name in _ranks()), None)


def names_time(header: str) -> bool:
    """Whether a header may stand above times of day."""
    return any(name in _keys("times") for name in names(header))


def bare_identifier(header: str) -> bool:
    """A header such as ``ID``, which numbers something but does not say in whose book."""
    return key(header) in _keys("bare")


def identifier_system(header: str, layout: str) -> str:
    """The system of an identifier column.

    ``Patient ID`` means the same book in every file that uses the words; a bare ``ID`` only in files of the
    same layout, because other people's files number other people with it.
    """
    found = names(header)
    if any(_roles().get(name) is Role.NATIONAL_ID for name in found):
        return NATIONAL_ID
    if any(name in _keys("record_number") for name in found):
        return RECORD_NUMBER
    word = next((name for name in found if _roles().get(name) is Role.PERSON), None)
    return f"table:{word}" if word else f"table:{layout}:{key(header)}"


def value_words(header: str) -> dict[str, str]:
    """What a header says of its codes: ``Gender (Female=1, Male=2)`` gives female for 1 and male for 2."""
    remarks = [text for reading in header_readings(header) for text in reading.remarks]
    pairs = [pair for text in remarks for pair in _PAIR.findall(text)]
    return {
        (right if left.isalpha() else left): (left if left.isalpha() else right).casefold()
        for left, right in pairs
        if left.isalpha() != right.isalpha()
    }


def known_word(header: str) -> bool:
    """Whether a text is one of these words."""
    return role_of(header) is not None or date_rank(header) is not None or bare_identifier(header)
