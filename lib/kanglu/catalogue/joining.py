"""Several questionnaires as one: what they share is asked once and answers all of them.

Two items are one question when they are of one kind, unit and source in the record, and observe the same
indicator or, where they observe none, go by the same id. The choices of a shared question are those of both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kanglu.catalogue.answering import Raw
from kanglu.catalogue.models import Names
from kanglu.catalogue.questionnaires import Item, Option, Questionnaire, When, walk

OTHER: Final = "other"
"""The code of the option that stands for all that a questionnaire does not list; a text says what."""
BETWEEN: Final = "；"
"""Between several things that one text names."""
NOTHING: Final = "none"
"""The code of the option that none of the others goes with, where several may be chosen."""


@dataclass(frozen=True)
class Joined:
    """Questionnaires as one.

    Parameters
    ----------
    questionnaire : what is asked; a single questionnaire is itself.
    parts : the questionnaires.
    names : for each part, the id in `questionnaire` of each of its items.
    """

    questionnaire: Questionnaire
    parts: tuple[Questionnaire, ...]
    names: tuple[Mapping[str, str], ...]

    def answers_of(self, part: int, answers: Mapping[str, Raw]) -> dict[str, Raw]:
        """The answers of one part, by its own items.

        A choice that the part does not list is its `OTHER`, named in the text that goes with it; where there
        is no such option the item has no answer.
        """
        questionnaire, found = self.parts[part], dict[str, Raw]()
        for name, joined in self.names[part].items():
            item, given = questionnaire.by_id[name], answers.get(joined)
            if given is None:
                continue
            if item.kind != "choice":
                found.setdefault(name, given)
                continue
            codes = given if isinstance(given, list) else [str(given)]
            listed = [code for code in codes if item.option(code)]
            strange = [code for code in codes if not item.option(code)]
            if strange and item.option(OTHER):
                listed = [*dict.fromkeys([*listed, OTHER])]
                if (beside := _text_beside(questionnaire, item)) is not None:
                    said = str(answers.get(self.names[part][beside], "")).strip()
                    found[beside] = BETWEEN.join(filter(None, (*self._named(joined, strange), said)))
            if listed:
                found[name] = listed if item.repeats else listed[0]
        return found

    def _named(self, joined: str, codes: Sequence[str]) -> list[str]:
        item = self.questionnaire.by_id[joined]
        return [option.name["zh"] if (option := item.option(code)) else code for code in codes]

    def answers_from(self, answers: Sequence[Mapping[str, Raw]]) -> dict[str, Raw]:
        """The answers of the whole from those of its parts, the other way round."""
        found: dict[str, Raw] = {}
        for questionnaire, names, given in zip(self.parts, self.names, answers, strict=True):
            own = dict(given)
            for name in names:
                item = questionnaire.by_id[name]
                if name in own and item.repeats and isinstance(own[name], list):
                    chosen = self._recognised(questionnaire, item, names[name], own)
                    before = found.get(names[name], [])
                    own[name] = [*dict.fromkeys([*(before if isinstance(before, list) else []), *chosen])]
            found |= {names[name]: answer for name, answer in own.items() if name in names}
        return found

    def _recognised(
        self, questionnaire: Questionnaire, item: Item, joined: str, own: dict[str, Raw]
    ) -> list[str]:
        """The choices of a part, with those that `OTHER` stood for; what is left of its text stays."""
        chosen, beside = list(own[item.id]), _text_beside(questionnaire, item)  # type: ignore[arg-type]
        if OTHER not in chosen or beside is None or beside not in own:
            return chosen
        codes = {option.name["zh"]: option.code for option in self.questionnaire.by_id[joined].options}
        said = [text.strip() for text in str(own[beside]).split(BETWEEN)]
        left = [text for text in said if text not in codes]
        if not left:
            chosen.remove(OTHER)
            del own[beside]
        else:
            own[beside] = BETWEEN.join(left)
        return [*chosen, *(codes[text] for text in said if text in codes)]


def _text_beside(questionnaire: Questionnaire, item: Item) -> str | None:
    """The text that says what `OTHER` of a choice is."""
    wanted = When(item=item.id, value=OTHER)
    beside = (
        one.id for one in questionnaire.by_id.values() if one.kind == "text" and wanted in one.enable_when
    )
    return next(beside, None)


def join(questionnaires: Sequence[Questionnaire], id: str, name: Names) -> Joined:
    """Questionnaires as one, in their order; items that only one has stand where that one has them."""
    if len(questionnaires) == 1:
        [one] = questionnaires
        return Joined(one, (one,), ({item: item for item in one.by_id},))
    joiner = _Joiner()
    names = tuple(joiner.take_in(one) for one in questionnaires)
    first = questionnaires[0]
    whole = Questionnaire(
        id=id, version=1, name=name, source=first.source, licence=first.licence, items=joiner.tree(None)
    )
    return Joined(whole, tuple(questionnaires), names)


class _Joiner:
    """Items as they are joined: each with its parent, in the order in which they are asked."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.parent: dict[str, str | None] = {}
        self.order: dict[str | None, list[str]] = {}
        self.shared: dict[tuple[object, ...], str] = {}

    def take_in(self, questionnaire: Questionnaire) -> dict[str, str]:
        """Join a questionnaire; gives the ids that its items have in the whole."""
        names: dict[str, str] = {}
        after: dict[str | None, str | None] = {}
        for _, item in walk(questionnaire.items):
            group = questionnaire.group_of.get(item.id)
            parent = None if group is None else names[group]
            renamed = _renamed(item, names)
            key = _sameness(renamed)
            found = self.shared.get(key)
            if found is not None and _agree(self.items[found], renamed):
                self.items[found] = _both(self.items[found], renamed)
            else:
                found = item.id if item.id not in self.items else f"{questionnaire.id}_{item.id}"
                self.items[found] = renamed.model_copy(update={"id": found})
                self.shared.setdefault(key, found)
                self._place(found, parent, after.get(parent))
            names[item.id] = found
            after[parent] = found
        return names

    def _place(self, name: str, parent: str | None, after: str | None) -> None:
        """Put an item after the one before it in its questionnaire, and what was put there before."""
        self.parent[name] = parent
        listed = self.order.setdefault(parent, [])
        at = listed.index(after) + 1 if after in listed else 0
        listed.insert(at, name)

    def tree(self, parent: str | None) -> tuple[Item, ...]:
        """The items of a group, or of the whole."""
        return tuple(
            self.items[name].model_copy(update={"items": self.tree(name)})
            for name in self.order.get(parent, ())
        )


def _renamed(item: Item, names: Mapping[str, str]) -> Item:
    """An item whose references name items of the whole; it has no items of its own yet."""
    when = tuple(one.model_copy(update={"item": names.get(one.item, one.item)}) for one in item.enable_when)
    covered = None if item.covered_by is None else names.get(item.covered_by, item.covered_by)
    return item.model_copy(update={"enable_when": when, "covered_by": covered, "items": ()})


def _sameness(item: Item) -> tuple[object, ...]:
    """What makes items one question."""
    return (
        item.indicator or item.id, item.kind, item.unit, item.computed, item.measured, item.repeats,
        item.enable_when, item.enable_any, item.covered_by,
    )  # fmt: skip


def _agree(one: Item, other: Item) -> bool:
    """Whether the options that both have count the same."""
    scores = {option.code: option.score for option in one.options}
    return all(scores.get(option.code, option.score) == option.score for option in other.options)


def _both(one: Item, other: Item) -> Item:
    """One item for two: the narrower scale, the fuller wording, the options of both."""
    lows = [item.low for item in (one, other) if item.low is not None]
    highs = [item.high for item in (one, other) if item.high is not None]
    return one.model_copy(
        update={
            "text": {lang: max(one.text[lang], other.text.get(lang, ""), key=len) for lang in one.text},
            "help": one.help or other.help,
            "required": one.required or other.required,
            "low": max(lows, default=None),
            "high": min(highs, default=None),
            "options": _options(one.options, other.options),
        }
    )


def _options(one: tuple[Option, ...], other: tuple[Option, ...]) -> tuple[Option, ...]:
    """The options of both; what only the second has stands before what follows it there."""
    found = list(one)
    following: str | None = None
    for option in reversed(other):
        codes = [known.code for known in found]
        if option.code not in codes:
            found.insert(codes.index(following) if following in codes else len(codes), option)
        following = option.code
    return tuple(found)
