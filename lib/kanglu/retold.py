"""Errors in the words of a language.

An error is raised in English by whatever found it, and is kept so in receipts and logs. To tell it in another
language, its sentence is recognised by its form and said again with what stood in its places. The forms are
the messages of `locale/zh/errors.po`; a sentence that has none there is told as it is.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from kanglu.errors import KangluError
from kanglu.i18n import Lang, Words

type Named = Mapping[str, Callable[[str], str]]
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_LOCALE = Path(__file__).parent / "locale"


def told(error: KangluError, words: Words) -> str:
    """Where something is wrong, what, and what to do: `str` of the error, in words."""
    if words.lang == "en":
        return str(error)
    where, what, remedy = (retold(text or "", words) for text in (error.where, error.what, error.remedy))
    return f"{where}：{what}{remedy}" if where else what + remedy


def retold(text: str, words: Words, named: Named = MappingProxyType({})) -> str:
    """A sentence of an error in words.

    Parameters
    ----------
    named : how what stands in a place is told, by the place's name; else it is told as a sentence would be.
    """
    if words.lang == "en" or not text:
        return text
    for pattern, form in _forms(words.lang):
        if found := pattern.fullmatch(text):
            places = found.groupdict().items()
            return form.format(**{name: named.get(name, _place(words))(said) for name, said in places})
    if text.endswith(".") and (plain := retold(text[:-1], words, named)) != text[:-1]:
        return f"{plain}。"
    return text


def _place(words: Words) -> Callable[[str], str]:
    """How a value is told: quoted as the language quotes, and each of several by itself."""

    def tell(said: str) -> str:
        if quoted := _QUOTED.fullmatch(said):
            return f"“{quoted[1] or quoted[2] or ''}”"
        whole = retold(said, words)
        several = said.split(", ")
        return whole if whole != said or len(several) == 1 else "、".join(map(tell, several))

    return tell


@cache
def messages(lang: Lang) -> Mapping[str, str]:
    """The forms of sentences with their places in braces, and the same in a language."""
    from babel.messages.pofile import read_po

    with (_LOCALE / lang / "errors.po").open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale=lang) if one.id}


@cache
def _forms(lang: Lang) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Each form as a pattern, those that say the most themselves first."""
    by_size = sorted(messages(lang).items(), key=lambda one: -len(re.sub(r"{\w+}", "", one[0])))
    return tuple((re.compile(_pattern(form), re.DOTALL), said) for form, said in by_size)


def _pattern(form: str) -> str:
    parts = re.split(r"{(\w+)}", form)
    return "".join(f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
