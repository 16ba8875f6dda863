"""Reasons and remedies of receipts in the words of a language: receipts are kept in English."""

from kanglu.catalogue import Catalogue
from kanglu.i18n import Words
from kanglu.retold import retold


def told(text: str, catalogue: Catalogue, words: Words) -> str:
    """A reason or a remedy in words, and so the indicators that it names."""

    def named(english: str) -> str:
        names = (one.name for one in catalogue.indicators.values())
        return next((words.name(name) for name in names if name.get("en") == english), english)

    return retold(text, words, {"indicator": named})
