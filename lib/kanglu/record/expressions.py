"""Panel expressions: a line of text that says which people are meant, read to a tree.

======================================  ==================================================================
``all``                                 everyone
``K000123``, ``K000001, K000002``       these people
``diabetes``, ``antihypertensive``      who has the problem, or takes the class of drugs, on the day
``hba1c > 7``, ``smoking_status = …``   by the latest value or code of an indicator
``family_history_ascvd``                whose latest answer to a yes-or-no indicator is yes
``age >= 65``, ``sex = female``         completed years on the day; sex
``not``, ``and``, ``or``, ``( )``       in this order of binding
======================================  ==================================================================

**What is unknown is not true**: who has no HbA1c is not in ``hba1c > 7``, nor in ``hba1c <= 7``. ``not``
gives everyone whom the rest does not give, so ``not hba1c > 7`` holds who has none; ``hba1c <= 7`` leaves
them out. A value with a comparator counts where it decides: ``> 33.3`` is above 7, and says nothing of 40.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from kanglu.errors import ExpressionError

if TYPE_CHECKING:
    from kanglu.catalogue import Catalogue

Operator = Literal["<", "<=", ">", ">=", "=", "!="]
OPERATORS: tuple[str, ...] = get_args(Operator)
SEXES = ("male", "female", "other", "unknown")
DEEPEST = 50
_SPELLINGS: Mapping[str, Operator] = {"≤": "<=", "≥": ">=", "≠": "!=", "==": "=", "<>": "!="}
_TOKEN = re.compile(
    r"(?P<number>-?\d+(\.\d+)?(?![\w+.]))"
    r"|(?P<word>[^\W\d]\w*|\d+\+)"
    r"|\"(?P<quoted>[^\"]*)\""
    r"|(?P<operator><=|>=|!=|==|<>|[<>=≤≥≠])"
    r"|(?P<mark>[(),])"
)
_RECORD_NUMBER = re.compile(r"[Kk]\d{6,}")
_KEYWORDS = ("all", "and", "or", "not")


@dataclass(frozen=True, slots=True)
class Everyone:
    """All people of the record."""


@dataclass(frozen=True, slots=True)
class Named:
    """People by record number."""

    record_numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Has:
    """Who has a problem, takes a class of drugs, or said yes."""

    kind: Literal["problem", "drug", "answer"]
    name: str


@dataclass(frozen=True, slots=True)
class Compare:
    """A number compared: the latest value of an indicator, or the age in completed years."""

    name: str
    operator: Operator
    number: float


@dataclass(frozen=True, slots=True)
class Is:
    """A code compared: the latest code of an indicator, or the sex."""

    name: str
    operator: Literal["=", "!="]
    code: str


@dataclass(frozen=True, slots=True)
class Not:
    """Everyone else."""

    part: "Expression"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Who is in every part."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Who is in one of the parts or more."""

    parts: tuple["Expression", ...]


Expression = Everyone | Named | Has | Compare | Is | Not | AllOf | AnyOf


def names_people(tree: "Expression") -> bool:
    """Whether an expression, or a part of it, is of record numbers."""
    match tree:
        case Named():
            return True
        case Not(part):
            return names_people(part)
        case AllOf(parts) | AnyOf(parts):
            return any(map(names_people, parts))
    return False


class Token(NamedTuple):
    """A word of the expression and where it stands."""

    kind: str
    text: str
    start: int
    end: int


def parse(text: str, catalogue: "Catalogue") -> Expression:
    """The tree of an expression. Raises `ExpressionError` that marks the place and suggests a word."""
    return _Reader(text, catalogue).whole()


class _Reader:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str, catalogue: "Catalogue") -> None:
        self.text = unicodedata.normalize("NFKC", text).strip()
        self.catalogue = catalogue
        self.at, self.depth = 0, 0
        self.tokens = self._tokens()

    def _tokens(self) -> list[Token]:
        found, place = [], 0
        while place < len(self.text):
            if self.text[place].isspace():
                place += 1
                continue
            match = _TOKEN.match(self.text, place)
            if match is None:
                raise self._error(
                    Token("", self.text[place], place, place + 1), "This character has no meaning here."
                )
            kind = str(match.lastgroup)
            found.append(Token(kind, match[kind], match.start(), match.end()))
            place = match.end()
        return [*found, Token("end", "", len(self.text), len(self.text))]

    def _error(self, token: Token, what: str, remedy: str | None = None) -> ExpressionError:
        before, after = self.text[: token.start], self.text[token.end :]
        marked = f"{before}»{self.text[token.start : token.end]}«{after}"
        return ExpressionError(what, where=marked, remedy=remedy)

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def _take(self) -> Token:
        token = self.next
        self.at += 1
        return token

    def _keyword(self, word: str) -> bool:
        """Whether the next word is this one; then it is taken."""
        if self.next.kind == "word" and self.next.text.lower() == word:
            self.at += 1
            return True
        return False

    def whole(self) -> Expression:
        if self.next.kind == "end":
            raise self._error(self.next, "The expression is empty.", "Write `all` for everyone.")
        tree = self._any_of()
        if self.next.kind != "end":
            raise self._error(
                self.next, "The expression goes on where it should end.", "Join parts by `and` or `or`."
            )
        return tree

    def _any_of(self) -> Expression:
        parts = [self._all_of()]
        while self._keyword("or"):
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all_of(self) -> Expression:
        parts = [self._part()]
        while self._keyword("and"):
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _part(self) -> Expression:
        token = self.next
        self.depth += 1
        if self.depth > DEEPEST:
            what = f"The expression is nested more than {DEEPEST} deep."
            raise self._error(token, what, "Write it flatter.")
        try:
            if self._keyword("not"):
                return Not(self._part())
            if token.text == "(" and token.kind == "mark":
                return self._bracketed()
            return self._statement()
        finally:
            self.depth -= 1

    def _bracketed(self) -> Expression:
        opening = self._take()
        tree = self._any_of()
        if self.next.text != ")":
            raise self._error(opening, "This bracket is not closed.")
        self.at += 1
        return tree

    def _statement(self) -> Expression:
        token = self._take()
        if token.kind != "word":
            remedy = "Name a problem, a class of drugs, an indicator or `all`."
            raise self._error(token, "Here a name is missing.", remedy)
        if _RECORD_NUMBER.fullmatch(token.text):
            return self._named(token)
        if token.text.lower() == "all":
            return Everyone()
        if self.next.kind == "operator":
            return self._comparison(token)
        return self._has(token)

    def _named(self, first: Token) -> Named:
        numbers = [first.text.upper()]
        while self.next.text == "," and self.next.kind == "mark":
            self.at += 1
            token = self._take()
            if not _RECORD_NUMBER.fullmatch(token.text):
                what = "After the comma a record number is missing."
                raise self._error(token, what, "Write K000001, K000002.")
            numbers.append(token.text.upper())
        return Named(tuple(numbers))

    def _has(self, token: Token) -> Has:
        name = token.text.lower()
        if name in self.catalogue.problems:
            return Has("problem", name)
        if name in self.catalogue.drug_classes:
            return Has("drug", name)
        indicator = self.catalogue.indicators.get(name)
        if indicator is not None and indicator.kind == "boolean":
            return Has("answer", name)
        if indicator is not None or name in ("age", "sex"):
            what = f"{name!r} needs something to compare with."
            raise self._error(token, what, f"Write it as `{name} > 7`.")
        raise self._unknown(token)

    def _comparison(self, token: Token) -> Compare | Is:
        name, sign = token.text.lower(), self._take()
        operator: Operator = _SPELLINGS.get(sign.text) or sign.text  # type: ignore[assignment]
        codes = self._codes(token, name)
        value = self._take()
        if codes is None:
            if value.kind != "number":
                raise self._error(value, f"{name!r} is compared with a number.")
            return Compare(name, operator, float(value.text))
        if operator not in ("=", "!="):
            raise self._error(sign, f"{name!r} is a code: it is compared with = or !=.")
        code = next((code for code in codes if code.lower() == value.text.lower()), None)
        if code is None:
            close = get_close_matches(value.text.lower(), codes, 1)
            hint = f"Did you mean {close[0]!r}?" if close else f"Its codes are {', '.join(codes)}."
            raise self._error(value, f"{value.text!r} is no code of {name!r}.", hint)
        return Is(name, operator, code)

    def _codes(self, token: Token, name: str) -> tuple[str, ...] | None:
        """The codes that the name takes, None when it takes numbers."""
        if name == "age":
            return None
        if name == "sex":
            return SEXES
        indicator = self.catalogue.indicators.get(name)
        if indicator is None:
            if name in self.catalogue.problems or name in self.catalogue.drug_classes:
                raise self._error(token, f"{name!r} is not a number.", "Write it alone.")
            raise self._unknown(token)
        if indicator.kind == "text":
            raise self._error(token, f"{name!r} is a text and cannot be compared.")
        return tuple(indicator.codes) if indicator.kind in ("ordinal", "coded") else None

    def _unknown(self, token: Token) -> ExpressionError:
        """No such name: suggest one, also by the names that laboratories print."""
        known = (*self.catalogue.indicators, *self.catalogue.problems, *self.catalogue.drug_classes)
        alias = self.catalogue.indicator_for_alias(token.text)
        near = get_close_matches(token.text.lower(), (*known, "age", "sex", *_KEYWORDS), 1)
        guess = alias.id if alias is not None else (near[0] if near else None)
        remedy = f"Did you mean {guess!r}?" if guess else "`kanglu panel --help` shows what can be asked."
        return self._error(token, f"Nothing is called {token.text!r}.", remedy)
