"""What conditions and triggers say, as formulas about axes that have a value a day."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kanglu.catalogue.conditions import AllOf, AnyOf, Condition, IsHeld, IsOnDays, Not
from kanglu.catalogue.criteria import (
    Age,
    Booking,
    Change,
    Contact,
    Count,
    Event,
    Every,
    Gap,
    Latest,
    Mean,
    Measured,
    Message,
    OnDay,
    Slope,
    Streak,
    Visited,
)
from kanglu.catalogue.lint.limits import most_units
from kanglu.catalogue.lint.logic import Formula, Leaf, Signed, possible
from kanglu.catalogue.lint.sets import Codes, ages, allowed, whole
from kanglu.catalogue.lint.sites import KEYS
from kanglu.catalogue.rules import OnBooking, OnMessage, OnTask, OnVisit, Rule
from kanglu.catalogue.spans import NOTHING

if TYPE_CHECKING:
    from kanglu.catalogue.rulebook import Rulebook

_YES: Codes = frozenset({True})
_EITHER: Codes = frozenset({True, False})


class Meaning:
    """What the conditions of a rulebook say, given what its catalogue knows of kinds and units."""

    def __init__(self, book: "Rulebook") -> None:
        self.book = book

    def possible(self, *formulas: Formula | Signed) -> bool:
        """Whether all of it may hold of one person on one day."""
        return possible(formulas, self._implied)

    def of_rule(self, rule: Rule) -> list[Formula | Signed]:
        """All that holds of a person to whom the rule gives something, when it begins to."""
        concerned = "" if rule.applies is None else rule.applies.key
        conditions = [one for one in (rule.applies, rule.when) if one is not None]
        return [*self._trigger(rule), *(self.of(one, concerned=concerned) for one in conditions)]

    def of(self, condition: Condition, holds: bool = True, concerned: str = "") -> Formula | Signed:
        """That the condition holds, or that it does not.

        `concerned` names the condition from which a gap counts where there never was anything.
        """
        match condition:
            case AllOf() | AnyOf():
                parts = tuple(self.of(part, holds, concerned) for part in condition.parts)
                return Formula("all" if isinstance(condition, AllOf) == holds else "any", parts)
            case Not():
                return self.of(condition.not_, not holds, concerned)
            case IsHeld():
                leaf = Leaf(("held", condition.key, concerned), _YES, universe=_EITHER)
                if not holds:
                    return (False, leaf)
                return Formula("all", ((True, leaf), self.of(condition.held.when, concerned=concerned)))
            case IsOnDays():
                return (holds, Leaf(("days", condition.key, concerned), _YES, universe=_EITHER))
            case _:
                return (holds, self._leaf(condition, concerned))

    def _leaf(self, condition: Condition, concerned: str) -> Leaf:
        key, asked = KEYS[type(condition)], condition.asked
        match asked:
            case Age():
                return Leaf("age", ages(asked))
            case Gap():
                length = asked.months or asked.days or 7 * (asked.weeks or 0)
                unit = "months" if asked.months else "days"
                axis = (key, tuple(sorted(asked.of)), asked.visit, asked.event, unit, concerned)
                return Leaf(axis, _YES, amount=length)
            case Event() | Contact() | Message():
                return Leaf(
                    (key, _rest(asked, "at_least", "within")), _YES, asked.at_least, within=asked.within
                )
            case Booking():
                return Leaf((key, asked.type), _YES, within=asked.ahead)
            case Visited():
                return Leaf((key, asked.programme), frozenset(asked.class_), within=asked.within)
            case Measured() | Change():
                return self._measured(key, asked)
            case _ if key == "sex":
                return Leaf(key, frozenset({asked}))
            case _:
                return Leaf((key, asked), _YES, universe=_EITHER)

    def _measured(self, key: str, asked: Measured | Change) -> Leaf:
        if isinstance(asked, Count):
            most = None if asked.each == "reading" else most_units(asked.within, asked.each) + 1
            wanted = whole(asked.at_least or 0, None if asked.at_most is None else asked.at_most + 1)
            return Leaf((key, _rest(asked, "at_least", "at_most")), wanted, universe=whole(0, most))
        relative = isinstance(asked, Change) and asked.relative
        indicator = self.book.catalogue.indicators[asked.of[0]] if asked.of and not relative else None
        values = allowed(asked, indicator)
        rest = _rest(asked, *_COMPARED, "at_least", "length")
        match asked:
            case Latest() | OnDay():
                # The value of the day itself, where there is one, is the latest.
                within = asked.within if isinstance(asked, Latest) else NOTHING
                return Leaf(("value", _rest(asked, *_COMPARED, "within")), values, within=within)
            case Every() | Streak():
                amount = asked.at_least if isinstance(asked, Every) else asked.length
                return Leaf((key, rest), values, amount, single=False)
            case Mean() | Slope() | Change():
                return Leaf((key, rest), values, asked.at_least)
            case _:
                raise TypeError(f"{type(asked).__name__} is not known here")

    def _trigger(self, rule: Rule) -> Iterator[Signed]:
        """What is true when the rule is triggered; two that answer different things never meet."""
        if rule.on is None:
            return
        cause, asked = next((name, value) for name, value in rule.on if name in rule.on.model_fields_set)
        match asked:
            case OnVisit():
                yield from self._visit(asked)
                causes: Codes = frozenset({(cause, asked.programme)})
            case OnBooking():
                types = {asked.type} if asked.type else {None, *self.book.events}
                causes = frozenset((cause, type_, asked.before) for type_ in types)
            case OnTask():
                causes = frozenset((cause, code, asked.before) for code in asked.code)
            case OnMessage():
                causes = frozenset((cause, word) for word in asked.keywords)
            case str() | tuple():
                causes = frozenset((cause, name) for name in ([asked] if isinstance(asked, str) else asked))
            case _:
                causes = frozenset({cause})
                yield True, Leaf("age", whole(asked.from_, asked.to + 1))
        yield True, Leaf("on", causes)

    def _visit(self, on: OnVisit) -> Iterator[Signed]:
        programme = self.book.programmes.get(on.programme)
        known = tuple(one.id for one in programme.classes) if programme else ()
        classes = frozenset(on.class_ or known)
        below = None if on.streak.le is None else on.streak.le + 1
        yield True, Leaf(("visited", on.programme), classes, within=NOTHING)
        yield True, Leaf(("streak before", on.programme), whole(on.streak.ge or 0, below))
        yield True, Leaf(("programme", on.programme), _YES, universe=_EITHER)

    def _implied(self, leaf: Leaf) -> Iterator[Leaf]:
        """What else is true: the more general problems and classes of drugs; what is, was."""
        if not isinstance(leaf.axis, tuple) or leaf.axis[0] not in ("problem", "had", "drug"):
            return
        kind, name = leaf.axis
        catalogue = self.book.catalogue
        known: Mapping[str, Any] = catalogue.drug_classes if kind == "drug" else catalogue.problems
        for general in _with_general(name, known):
            for also in (kind, "had") if kind == "problem" else (kind,):
                if (also, general) != leaf.axis:
                    yield Leaf((also, general), _YES, universe=_EITHER)


_COMPARED = ("lt", "le", "gt", "ge", "is", "in", "unit")


def _rest(asked: Any, *without: str) -> str:
    """All that is asked but some of it, the same text for the same."""
    kept = asked.model_copy(update={"of": tuple(sorted(asked.of))}) if getattr(asked, "of", ()) else asked
    names = {field.alias or name: name for name, field in type(asked).model_fields.items()}
    left = {names[name] for name in without if name in names}
    return str(kept.model_dump_json(by_alias=True, exclude_defaults=True, exclude=left))


def _with_general(name: str, known: Mapping[str, Any]) -> list[str]:
    """A problem or class of drugs, and all that it is a kind of."""
    found = [name]
    for one in found:
        found += [parent for parent in (known[one].kind_of if one in known else ()) if parent not in found]
    return found
