"""Advice as the catalogue writes it: to whom a sentence may be said, what speaks against it, whence it comes.

A row says one thing, short and kindly. It is given to adults of whom `when` holds and nothing under
`contradicts` does. Rows of one `topic` are alternatives: a person is given the first. A row never names the
dose of a medicine and leaves to the doctor what a doctor decides.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, Field

from kanglu.catalogue.conditions import Condition
from kanglu.catalogue.layers import build, read_layers
from kanglu.catalogue.lint.advice import lint_advice
from kanglu.catalogue.models import Entry, Names, Texts
from kanglu.catalogue.reading import error_of
from kanglu.catalogue.rulebook import Rulebook, load_rulebook, rulebook
from kanglu.catalogue.rules import Id, Origin, RuleId
from kanglu.catalogue.text import holds, phrase
from kanglu.solar_terms import TermId

type AdviceKind = Literal["diet", "exercise", "mind", "medicine", "rest", "monitoring", "tcm"]
type Strength = Literal["strong", "moderate", "good_practice", "traditional"]


class Allergen(Entry):
    """What people are allergic to, by the words of records and of advice; `kind_of` names broader ones."""

    id: Id
    name: Names
    kind_of: Texts = ()
    keywords: Texts = Field(min_length=1)


class Against(Entry):
    """What speaks against a row: an allergy to what it recommends, or a condition that holds.

    Allergens that the row's text names need not be listed.
    """

    allergens: Texts = ()
    when: Condition | None = None


class Advice(Entry):
    """One sentence of advice, or two; `text` names the person's own numbers in braces, such as ``{sbp}``.

    Of rows that exclude each other, or have one topic, the one with the lower `order` is given. `season`
    lists the solar terms in which a row is said; always when empty. A row that `warns` of what it names
    recommends none of it, so that no allergy speaks against it.
    """

    id: RuleId
    version: int = Field(ge=1)
    kind: AdviceKind
    topic: Id
    when: Condition
    season: tuple[TermId, ...] = ()
    text: Names
    source: Origin
    strength: Strength
    order: int = Field(default=50, ge=0, le=100)
    warns: bool = False
    contradicts: Against = Against()
    excludes: Texts = ()


MODELS: Mapping[str, type[BaseModel]] = {"advice": Advice, "allergens": Allergen}


@dataclass(frozen=True, eq=False)
class AdviceBook:
    """All advice, merged, checked and frozen, with the rulebook whose words its conditions are written in.

    Parameters
    ----------
    revision : 12 hex digits that name the content, the rulebook's included.
    rows : by id, the first first: by `order`, then by strength, then by id.
    names : for each row the allergens that it recommends, listed or named by its text.
    """

    revision: str
    rules: Rulebook
    rows: Mapping[str, Advice]
    allergens: Mapping[str, Allergen]
    names: Mapping[str, frozenset[str]]

    def __post_init__(self) -> None:
        for name in ("rows", "allergens", "names"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def allergens_in(self, text: str) -> frozenset[str]:
        """The allergens that a text names; of one that is a kind of another, only itself."""
        wanted = phrase(text)
        return frozenset(
            one.id
            for one in self.allergens.values()
            if any(holds(wanted, phrase(word)) for word in one.keywords)
        )


STRENGTHS: tuple[Strength, ...] = ("strong", "moderate", "good_practice", "traditional")


def load_advice(rules: Rulebook | None = None, overlay: Path | None = None) -> AdviceBook:
    """The advice that ships, under the files of `overlay` (default: ``data/catalogue/``).

    `rules` is by default the rulebook of the same overlay. Raises `CatalogueError` with every mistake.
    """
    if rules is None:
        rules = rulebook() if overlay is None else load_rulebook(overlay=overlay)
    heap = read_layers("advice", overlay)
    rows, allergens = build("advice", Advice, heap), build("allergens", Allergen, heap)
    lint_advice(rules, rows, allergens, heap)
    if heap.faults:
        raise error_of(sorted(heap.faults, key=lambda fault: (fault.source.name, fault.line)))
    text = json.dumps([rules.revision, heap.merged], ensure_ascii=False, sort_keys=True)
    revision = hashlib.sha256(text.encode()).hexdigest()[:12]
    ordered = sorted(rows.values(), key=lambda row: (row.order, STRENGTHS.index(row.strength), row.id))
    book = AdviceBook(revision, rules, {row.id: row for row in ordered}, allergens, {})
    names = {row.id: _names(row, book) for row in ordered}
    return AdviceBook(revision, rules, book.rows, allergens, names)


def _names(row: Advice, book: AdviceBook) -> frozenset[str]:
    named = frozenset[str]() if row.warns else book.allergens_in(" ".join(row.text.values()))
    return named | set(row.contradicts.allergens)


@cache
def advice_book() -> AdviceBook:
    """The advice of this installation, read once."""
    return load_advice()
