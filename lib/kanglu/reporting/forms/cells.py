"""The cells of forms: options with the box for one of them, pairs of now and goal, lines to write on."""

from collections.abc import Sequence
from typing import Any, Final

from kanglu.catalogue.questionnaires import Item
from kanglu.i18n import Words
from kanglu.reporting.blocks import Blank, Inline, Span

OTHER: Final = "other"
"""The option that has no number on paper, but a line of its own."""

type Pieces = tuple[Inline, ...]


def line(text: str | None) -> Blank:
    """A number or words on a line; an empty line where there are none."""
    return Blank(text or "")


def box(place: int | None) -> Blank:
    """The number of an answer in its box; an empty box where there is none."""
    return Blank("" if place is None else str(place), "box")


def boxes(places: Sequence[int], fewest: int) -> Pieces:
    """The numbers of several answers, a box each, and empty boxes up to the fewest."""
    filled = [box(place) for place in places]
    first, *others = [*filled, *[box(None)] * (fewest - len(filled))]
    pieces: list[Inline] = [first]
    for one in others:
        pieces += ["/", one]
    return tuple(pieces)


def pair(now: str | None, goal: str | None) -> Pieces:
    """What is, and what it is meant to become."""
    return line(now), " / ", line(goal)


def numbered(names: Sequence[str]) -> Pieces:
    """Options as a form prints them, each with its number."""
    pieces: list[Inline] = []
    for place, name in enumerate(names, 1):
        pieces += [Span(f"{place} {name}", "whole"), " "]
    return tuple(pieces)


def choice(names: Sequence[str], place: int | None) -> Pieces:
    """Options, and a box with the number of the one that was answered."""
    return *numbered(names), box(place)


def options(item: Item, _: Words) -> list[str]:
    """The options of an item that have a number: the catalogue keeps them in the order of the paper."""
    return [_.name(option.name) for option in item.options if option.code != OTHER]


def place_of(item: Item, code: Any) -> int | None:
    """The number of an option; None of what was not answered, and of ``other``."""
    codes = [option.code for option in item.options if option.code != OTHER]
    return codes.index(code) + 1 if code in codes else None
