"""Advice for people: chosen by conditions, freed of contradictions, at most a page, each with its why.

What is left out, and what is cut, follows these steps, each of which `Advised.withheld` can name:

1. A row is not given to whom its own contradictions hold, or who is allergic to what it recommends.
2. The rest is gone through by `order`, then strength, then id. A row is passed over when one of its topic,
   or one that excludes it, is given already.
3. No more than `A_KIND` of a kind are given, and no more than `limit` in all.

Advice is for adults who are alive; an unknown age is not adult.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final, Literal, get_args

import numpy as np

from kanglu.care.allergies import allergic
from kanglu.care.blocks import block_of
from kanglu.care.book import in_force
from kanglu.care.calendar import Mask
from kanglu.care.derived import FROM, with_derived
from kanglu.care.dossiers import known_of
from kanglu.care.evaluator import Evaluator
from kanglu.care.looking import indicators, indicators_of
from kanglu.care.today import Today, Why
from kanglu.catalogue.advice import Advice, AdviceBook, AdviceKind, Strength, advice_book, load_advice
from kanglu.catalogue.conditions import Condition, HasTag, IsAge, IsVisited, walk
from kanglu.catalogue.criteria import Age
from kanglu.catalogue.rulebook import Rulebook, rulebook
from kanglu.catalogue.rules import Origin
from kanglu.i18n import Lang, Words, words
from kanglu.record import Dossier, Store
from kanglu.record.database import uncollected
from kanglu.record.known import Known
from kanglu.solar_terms import SolarTerm, term_of

PAGE: Final = 12
"""Sentences that a person is given at most."""
A_KIND: Final = 4
"""Sentences of one kind at most, so that a page is not all about food."""
KINDS: Final[tuple[AdviceKind, ...]] = get_args(AdviceKind.__value__)
"""In the order in which advice is given."""
_ADULT: Final = IsAge(age=Age(ge=18))

type Because = Literal["allergy", "condition", "topic", "excluded", "page"]


@dataclass(frozen=True, slots=True)
class Given:
    """A sentence of advice for one person.

    Parameters
    ----------
    id, version, kind, topic, strength : of the row.
    text : the sentence with the person's numbers.
    why : what the record says, and for which this is said.
    source : where the row comes from.
    checked : whether somebody held the row against the issued text.
    """

    id: str
    version: int
    kind: AdviceKind
    topic: str
    strength: Strength
    text: str
    why: tuple[Why, ...]
    source: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Withheld:
    """A row whose condition holds and which is not given: because of what, and of which in the record.

    `of` names the allergen (in words), the row that stands already, or what speaks against it.
    """

    id: str
    because: Because
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Advised:
    """What one person is advised as of a day."""

    as_of: date
    revision: str
    given: tuple[Given, ...]
    withheld: tuple[Withheld, ...]

    def to_data(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self)


def advise(
    store: Store,
    ids: Sequence[int],
    *,
    as_of: date | None = None,
    known: date | None = None,
    lang: Lang = "zh",
    limit: int = PAGE,
) -> dict[int, Advised]:
    """The advice for some people, by their id, as of a day (the store's when None)."""
    book = _advice(in_force(store))
    day = as_of or store.as_of
    facts = store.known_facts(ids, _looked_at(book), day, known or as_of or store.known)
    return choose(facts, book, lang, limit=limit)


def advice_of(
    dossier: Dossier, as_of: date, lang: Lang, *, limit: int = PAGE, seasons: bool = True
) -> Advised:
    """The advice for the person of a dossier, by the rules of this installation: it needs no database.

    `seasons` is False for what is read long after the day: the advice of a fortnight is left out.
    """
    book = advice_book()
    facts = known_of(dossier, as_of, _looked_at(book))
    return choose(facts, book, lang, limit=limit, seasons=seasons)[dossier.person.id]


def choose(
    known: Known, book: AdviceBook, lang: Lang, *, limit: int = PAGE, seasons: bool = True
) -> dict[int, Advised]:
    """The advice for all people of whom facts were read, by their id."""
    with uncollected():
        choosing = _Choosing(known, book, words(lang), limit, seasons)
        return {int(one): choosing.of(place) for place, one in enumerate(choosing.block.ids.tolist())}


class _Choosing:
    """Of whom each row holds and what speaks against it, for a whole block; then one person after another."""

    def __init__(self, known: Known, book: AdviceBook, _: Words, limit: int, seasons: bool) -> None:
        self.book, self._, self.limit = book, _, limit
        self.as_of = known.as_of
        self.block = block_of(with_derived(known), book.rules)
        self.today = Today(Evaluator(self.block, book.rules))
        self.allergic = allergic(known, book)
        self.term: SolarTerm | None = term_of(known.as_of) if seasons else None
        concerned = self.today.mask(_ADULT) & (self.block.death > self.block.as_of)
        self.rows = [row for row in book.rows.values() if self._in_season(row)]
        somebody = bool(concerned.any())
        holds = [concerned & self.today.mask(row.when) if somebody else concerned for row in self.rows]
        self.against = [self._against(row, some) for row, some in zip(self.rows, holds, strict=True)]
        matrix = np.array(holds, dtype=bool).reshape(len(self.rows), len(self.block))
        self.candidates = [np.flatnonzero(column).tolist() for column in matrix.T]
        self.sources = {row.id: source_of(row.source) for row in self.rows}
        self.apart: dict[str, set[str]] = defaultdict(set)
        for row in self.rows:
            for other in row.excludes:
                self.apart[row.id].add(other)
                self.apart[other].add(row.id)

    def _in_season(self, row: Advice) -> bool:
        return not row.season or (self.term is not None and self.term.id in row.season)

    def _against(self, row: Advice, holds: Mask) -> Mask | None:
        """Whom the row must not be given; None where there is nobody."""
        masks = [self.allergic[name] for name in self.book.names[row.id] if name in self.allergic]
        if row.contradicts.when is not None and holds.any():
            masks.append(self.today.mask(row.contradicts.when))
        return np.logical_or.reduce(masks) if masks else None

    def of(self, person: int) -> Advised:
        """What one person, by their place, is given."""
        given: list[Advice] = []
        withheld: list[Withheld] = []
        topics: dict[str, str] = {}
        kinds: Counter[AdviceKind] = Counter()
        for place in self.candidates[person]:
            row, against = self.rows[place], self.against[place]
            apart = self.apart[row.id].intersection(topics.values()) if row.id in self.apart else ()
            if against is not None and against[person]:
                withheld.append(self._spoken_against(row, person))
            elif row.topic in topics:
                withheld.append(Withheld(row.id, "topic", (topics[row.topic],)))
            elif apart:
                withheld.append(Withheld(row.id, "excluded", tuple(sorted(apart))))
            elif kinds[row.kind] >= A_KIND or len(given) >= self.limit:
                withheld.append(Withheld(row.id, "page"))
            else:
                given.append(row)
                kinds[row.kind] += 1
                topics[row.topic] = row.id
        given.sort(key=lambda row: KINDS.index(row.kind))
        said = tuple(self._said(row, person) for row in given)
        return Advised(self.as_of, self.book.revision, said, tuple(withheld))

    def _spoken_against(self, row: Advice, person: int) -> Withheld:
        allergens = [
            self._.name(self.book.allergens[name].name)
            for name in sorted(self.book.names[row.id])
            if name in self.allergic and self.allergic[name][person]
        ]
        if allergens:
            return Withheld(row.id, "allergy", tuple(allergens))
        assert row.contradicts.when is not None
        whys = self.today.whys(row.contradicts.when, person, self._)
        return Withheld(row.id, "condition", tuple(dict.fromkeys(why.what for why in whys)))

    def _said(self, row: Advice, person: int) -> Given:
        _ = self._
        whys = dict.fromkeys(self.today.whys(row.when, person, _))
        if row.season and self.term is not None:
            whys[Why(_("Solar term"), _.name(self.term.name), self.term.begins)] = None
        return Given(
            row.id,
            row.version,
            row.kind,
            row.topic,
            row.strength,
            self._text(row, person),
            tuple(whys),
            self.sources[row.id],
            row.source.checked_by is not None,
        )

    def _text(self, row: Advice, person: int) -> str:
        text = self._.name(row.text)
        return text.format_map(_Numbers(self, person)) if "{" in text else text


class _Numbers(dict[str, str]):
    """What the braces of a sentence stand for; the linter has seen to it that each is known."""

    def __init__(self, choosing: _Choosing, person: int) -> None:
        super().__init__()
        self.choosing, self.person = choosing, person

    def __missing__(self, name: str) -> str:
        today, _ = self.choosing.today, self.choosing._
        if name == "age":
            return str(today.age(self.person))
        if name == "term" and self.choosing.term is not None:
            return _.name(self.choosing.term.name)
        indicator = self.choosing.book.rules.catalogue.indicators[name.removesuffix("_on")]
        last = today.last(indicator.id, self.person)
        assert last is not None
        return _.day(last.day) if name.endswith("_on") else last.text(indicator, _) or _("not known")


def source_of(origin: Origin) -> str:
    """The document, with part and clause where they are named."""
    return " · ".join(part for part in (origin.doc, origin.part, origin.clause) if part)


def _advice(rules: Rulebook) -> AdviceBook:
    return advice_book() if rules is rulebook() else load_advice(rules)


@lru_cache(maxsize=4)
def _looked_at(book: AdviceBook) -> tuple[str, ...]:
    """The indicators that must be read; those of the rules as well, where a condition asks what they give."""
    conditions: list[Condition] = [row.when for row in book.rows.values()]
    conditions += [row.contradicts.when for row in book.rows.values() if row.contradicts.when is not None]
    found = indicators_of(conditions)
    if any(isinstance(node, HasTag | IsVisited) for one in conditions for node in walk(one)):
        found |= indicators(book.rules)
    return tuple(sorted(found.union(*(sources for name, sources in FROM.items() if name in found))))
