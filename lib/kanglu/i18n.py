"""Words, numbers and dates for people, in Chinese and English: gettext catalogues and CLDR formats.

The English sentence in the code is the message id; the files of `locale/zh/LC_MESSAGES/` hold the Chinese,
one for the library and one for each page.
"""

import gettext
from collections.abc import Mapping
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")
_LOCALE = Path(__file__).parent / "locale"


@cache
def translation(lang: Lang) -> gettext.NullTranslations:
    """The message catalogue of a language, compiled once in memory from its `.po` files."""
    sources = sorted((_LOCALE / lang / "LC_MESSAGES").glob("*.po"))
    if lang == "en" or not sources:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    found = gettext.NullTranslations()
    for source in sources:
        compiled = BytesIO()
        with source.open("rb") as file:
            write_mo(compiled, read_po(file, locale=lang))
        compiled.seek(0)
        one = gettext.GNUTranslations(compiled)
        one.add_fallback(found)
        found = one
    return found


class Words:
    """The words of one language: call it with an English sentence, and with the values it names.

    >>> Words("en")("{n} of {total} people", n=3, total=20)
    '3 of 20 people'
    """

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self._find = translation(lang).gettext
        self._plural = translation(lang).ngettext

    def __call__(self, message: str, /, **values: object) -> str:
        found = self._find(message)
        return found.format(**values) if values else found

    def count(self, singular: str, plural: str, n: int, **values: object) -> str:
        """The form of a message that fits the number `n`, which it may name as ``{n}``."""
        return self._plural(singular, plural, n).format(n=n, **values)

    def name(self, names: Mapping[Lang, str] | Mapping[str, str]) -> str:
        """The name of a catalogue entry in this language; the other language where it has none."""
        return names.get(self.lang) or next(iter(names.values()))

    def day(self, day: date) -> str:
        """``2026年6月30日`` or ``30 Jun 2026``."""
        if self.lang == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        from babel.dates import format_date

        return format_date(day, "d MMM y", locale="en")


@cache
def words(lang: Lang) -> Words:
    """The words of a language (one object for each)."""
    return Words(lang)
