"""Words for people: in both languages, with the same placeholders, each of which can be filled."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from kanglu.catalogue.conditions import Condition, IsVisited, walk
from kanglu.catalogue.layers import RULEBOOK, Heap
from kanglu.catalogue.models import Names
from kanglu.catalogue.reading import Path_, did_you_mean
from kanglu.catalogue.rules import Rule

if TYPE_CHECKING:
    from kanglu.catalogue.rulebook import Rulebook

PLACEHOLDERS = (
    *("name", "age", "date", "due", "since", "days", "doctor", "programme", "class"),
    *("limit", "count", "quotes", "slot", "item"),
)
"""What can be filled in for any rule; each indicator that a rule reads besides, and ``INDICATOR_on``."""

_BRACES = re.compile(r"\{([^{}]*)\}")
_LANGUAGES = ("zh", "en")


def check_words(book: "Rulebook", heap: Heap) -> None:
    """Names and texts must be in both languages and name what can be filled in."""
    for section in RULEBOOK:
        check_languages(heap, section, getattr(book, section))
    for name, rule in book.rules.items():
        check(heap, ("rules", name, ("explain",)), rule.explain, with_days(_read(book, rule)))
    for name, message in book.messages.items():
        givers = [rule for rule in book.rules.values() if name in _messages(book, rule)]
        read: Collection[str] = book.catalogue.indicators
        for rule in givers:
            known = _read(book, rule)
            read = [one for one in read if one in known]
        check(heap, ("messages", name, ("text",)), message.text, with_days(read))


def check_languages(heap: Heap, section: str, entries: Mapping[str, Any]) -> None:
    """Note what an entry says in one language only."""
    for name, entry in entries.items():
        for path, names in _texts(entry):
            for language in _LANGUAGES:
                if language not in names:
                    heap.fault(
                        section, name, path, f"There is nothing in {language}.", f"Write {language}: …"
                    )


def _texts(entry: Any) -> Iterator[tuple[Path_, Names]]:
    """What an entry, or a part of it, says in languages."""
    for field, value in entry:
        if isinstance(value, dict):
            yield (field,), value
        elif isinstance(value, tuple):
            for at, part in enumerate(value):
                if isinstance(part, BaseModel):
                    yield from (((field, at, *path), names) for path, names in _texts(part))


def _read(book: "Rulebook", rule: Rule) -> set[str]:
    """The indicators that a rule reads, itself or in the classes of its programme's visits."""
    conditions: list[Condition] = [one for one in (rule.applies, rule.when) if one is not None]
    programmes = {rule.programme}
    programmes |= {
        node.visited.programme for one in conditions for node in walk(one) if isinstance(node, IsVisited)
    }
    if rule.on is not None and rule.on.visit is not None:
        programmes.add(rule.on.visit.programme)
    for name in programmes & book.programmes.keys():
        conditions += [class_.when for class_ in book.programmes[str(name)].classes]
    found = set(rule.on.observed) if rule.on is not None else set()
    for condition in conditions:
        for node in walk(condition):
            found.update(getattr(node.asked, "of", ()))
    return found


def with_days(indicators: Iterable[str]) -> list[str]:
    """What can be put in for indicators that were read: the value, and the day it is of."""
    return [name for indicator in indicators for name in (indicator, f"{indicator}_on")]


def _messages(book: "Rulebook", rule: Rule) -> set[str]:
    """The messages that a rule gives, itself or by a journey."""
    found = {gift.message for gift in rule.gives}
    for gift in rule.gives:
        if gift.journey is not None and gift.journey in book.journeys:
            found |= {step.gives.message for step in book.journeys[gift.journey].steps}
    return {name for name in found if name is not None}


def check(
    heap: Heap,
    place: tuple[str, str, Path_],
    text: Names,
    read: Collection[str],
    known: Sequence[str] = PLACEHOLDERS,
) -> None:
    """Note braces that cannot be filled: what is `known` of everybody, or `read` of this person, can."""
    section, name, path = place
    used: dict[str, set[str]] = {}
    for language, words in text.items():
        used[language] = set(_BRACES.findall(words))
        if "{" in (rest := _BRACES.sub("", words)) or "}" in rest:
            heap.fault(section, name, (*path, language), "A brace has no partner.", "Write {name}.")
        for word in sorted(used[language] - {*known, *read}):
            near = did_you_mean(word, [*known, *read])
            what = f"Nothing is known here to put in for {{{word}}}."
            heap.fault(section, name, (*path, language), what, near or f"Known are {', '.join(known)}.")
    if len(used) == len(_LANGUAGES) and used["zh"] != used["en"]:
        for lacking, having in (_LANGUAGES, _LANGUAGES[::-1]):
            if missing := sorted(used[having] - used[lacking]):
                what = f"{lacking} lacks {', '.join(f'{{{word}}}' for word in missing)}, which {having} has."
                heap.fault(section, name, (*path, lacking), what, "Name the same in both languages.")
