"""A rule as it was and as it would be, side by side, with the lines that differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from kanglu.care.specs import from_spec
from kanglu.care.telling.lines import Line
from kanglu.care.telling.rules import Told, tell, tell_programme
from kanglu.catalogue.rulebook import Rulebook
from kanglu.i18n import Lang, words


@dataclass(frozen=True, slots=True)
class Said:
    """A line of a rule: how deep it stands, and whether the other side reads otherwise here."""

    depth: int
    text: str
    differs: bool = False


def tell_spec(book: Rulebook, section: str, spec: Mapping[str, Any], lang: Lang) -> Told | None:
    """A rule or programme in words, as if the rulebook held this spec; None for other entries."""
    if section not in ("rules", "programmes"):
        return None
    entry = from_spec(section, spec)
    if section == "rules":
        return tell(replace(book, rules={**book.rules, entry.id: entry}), entry.id, lang)
    return tell_programme(replace(book, programmes={**book.programmes, entry.id: entry}), entry.id, lang)


def contrast(
    before: Told | None, after: Told, lang: Lang, examples: bool = False
) -> tuple[tuple[Said, ...], tuple[Said, ...]]:
    """The lines of both, marked where they differ; nothing on the left of an entry that is new."""
    left, right = ([] if told is None else list(lines_of(told, lang, examples)) for told in (before, after))
    matched = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    same = [{at + step for at, _, size in matched for step in range(size)}]
    same.append({at + step for _, at, size in matched for step in range(size)})
    sides = [
        tuple(Said(depth, text, at not in kept) for at, (depth, text) in enumerate(lines))
        for lines, kept in zip((left, right), same, strict=True)
    ]
    return sides[0], sides[1]


def lines_of(told: Told, lang: Lang, examples: bool = False) -> Iterator[tuple[int, str]]:
    """All that is said of a rule, line by line."""
    _ = words(lang)
    yield 0, told.name
    for title, roots in (
        (_("For whom"), (told.whom,) if told.whom else ()),
        (_("When it fires"), told.fires),
        (_("What it gives"), told.gives),
        (_("What it says"), (Line(told.because),) if told.because else ()),
        (_("Examples"), tuple(Line(name, (story,)) for name, story in told.examples) if examples else ()),
    ):
        if roots:
            yield 0, title
        for root in roots:
            yield from ((depth + 1, line.text) for depth, line in root.walk())
