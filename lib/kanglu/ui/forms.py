"""Any questionnaire as fields of a page: each item with its answer, what is known, what is wrong with it.

`form_macros.html` shows them. What a browser sends back is read by `answers_from`.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from kanglu.catalogue.answering import Raw
from kanglu.catalogue.joining import NOTHING
from kanglu.catalogue.questionnaires import NUMBERS, Item, Questionnaire
from kanglu.i18n import Words
from kanglu.unit_text import unit_text

type Control = Literal["number", "date", "text", "yes_no", "one", "many", "words", "computed"]
_NARROW: Final = 40
"""Characters that the answers of half a form's width may have."""
_POINTS: Final = str.maketrans({"。": ".", "·": "."})


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to tick; `alone` goes with no other."""

    code: str
    text: str
    chosen: bool
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """An item as it is shown.

    Parameters
    ----------
    control : by what it is answered; ``words`` are only read.
    value : what stands in the field.
    known : what the record knows, in words; `lasts` says that it may be taken over.
    wrong : why the answer cannot be taken.
    doubt : what is asked about it, and the key by which it is confirmed; `sure` says that it was.
    """

    id: str
    control: Control
    label: str
    help: str = ""
    unit: str = ""
    required: bool = False
    value: str = ""
    choices: tuple[Choice, ...] = ()
    whole: bool = False
    known: str = ""
    lasts: bool = False
    wrong: str = ""
    doubt: str = ""
    doubt_key: str = ""
    sure: bool = False

    @property
    def answered(self) -> bool:
        """Whether there is an answer."""
        return bool(self.value) or any(one.chosen for one in self.choices)

    @property
    def wide(self) -> bool:
        """Whether its answers want the width of the form."""
        return self.control == "many" or sum(len(one.text) + 4 for one in self.choices) > _NARROW


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that stand together under a heading; without one, those that stand alone."""

    id: str
    title: str
    questions: tuple[Question, ...]

    @property
    def lasting(self) -> tuple[str, ...]:
        """What may be taken over here with one word: known, lasting, and not answered."""
        return tuple(one.id for one in self.questions if one.lasts and not one.answered)

    @property
    def undecided(self) -> tuple[str, ...]:
        """Where all that is asked here is yes or no: what is not answered yet."""
        asked = [one for one in self.questions if one.control != "words"]
        if len(asked) < 3 or any(one.control != "yes_no" for one in asked):
            return ()
        return tuple(one.id for one in asked if not one.answered)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is said beside the items of a form; texts by item.

    Parameters
    ----------
    asked : the items that are to be asked.
    doubts : the text and the key of each.
    sure : the keys that were confirmed.
    """

    asked: frozenset[str]
    known: Mapping[str, str] = field(default_factory=dict)
    lasting: frozenset[str] = frozenset()
    wrong: Mapping[str, str] = field(default_factory=dict)
    doubts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    sure: frozenset[str] = frozenset()
    computed: Mapping[str, float | str] = field(default_factory=dict)


def sections(
    questionnaire: Questionnaire,
    answers: Mapping[str, object],
    shown: Shown,
    _: Words,
    titles: Sequence[str] = (),
) -> tuple[Section, ...]:
    """A questionnaire as sections: each group one, and each run of items between groups.

    Parameters
    ----------
    titles : of the runs of items without a group, in their order.
    """
    found: list[Section] = []
    run: list[Question] = []
    names = iter(titles)

    def end_run() -> None:
        if run:
            found.append(Section(f"part-{len(found)}", next(names, ""), tuple(run)))
            run.clear()

    for item in questionnaire.items:
        if item.id not in shown.asked:
            continue
        if item.kind != "group":
            run.append(_question(item, answers, shown, _))
            continue
        end_run()
        found.append(Section(f"part-{len(found)}", _.name(item.text), tuple(_inner(item, answers, shown, _))))
    end_run()
    return tuple(found)


def _inner(group: Item, answers: Mapping[str, object], shown: Shown, _: Words) -> Iterator[Question]:
    """The questions of a group, those of groups in it among them."""
    for item in group.items:
        if item.id not in shown.asked:
            continue
        if item.kind == "group":
            yield Question(item.id, "words", _.name(item.text))
            yield from _inner(item, answers, shown, _)
        else:
            yield _question(item, answers, shown, _)


def _question(item: Item, answers: Mapping[str, object], shown: Shown, _: Words) -> Question:
    given = answers.get(item.id)
    text, key = shown.doubts.get(item.id, ("", ""))
    computed = shown.computed.get(item.id)
    if item.kind == "display":
        return Question(item.id, "words", _.name(item.text), help=_.name(item.help) if item.help else "")
    control = _control(item, computed is not None and given is None)
    return Question(
        id=item.id,
        control=control,
        label=_.name(item.text),
        help=_.name(item.help) if item.help else "",
        unit=unit_text(item.unit, _),
        required=item.required,
        value=_value(item, given if given is not None else computed, _)
        if control not in ("one", "many", "yes_no")
        else "",
        choices=tuple(_choices(item, given, _)),
        whole=item.kind == "integer",
        known=shown.known.get(item.id, ""),
        lasts=item.id in shown.lasting and given is None,
        wrong=shown.wrong.get(item.id, ""),
        doubt=text,
        doubt_key=key,
        sure=key in shown.sure,
    )


def _control(item: Item, computed: bool) -> Control:
    if computed:
        return "computed"
    if item.kind in NUMBERS:
        return "number"
    if item.kind == "boolean":
        return "yes_no"
    if item.kind == "choice":
        return "many" if item.repeats else "one"
    return "date" if item.kind == "date" else "text"


def _value(item: Item, given: object, _: Words) -> str:
    """What stands in a field."""
    if given is None:
        return ""
    if isinstance(given, dict):
        return f"{given['value']:g} {given['unit']}"
    if isinstance(given, float):
        return f"{round(given, 1):g}" if item.computed is not None else f"{given:g}"
    option = item.option(str(given)) if item.kind == "choice" else None
    return _.name(option.name) if option is not None else str(given)


def _choices(item: Item, given: object, _: Words) -> Iterator[Choice]:
    if item.kind == "boolean":
        for code, text, value in (("no", _("no"), False), ("yes", _("yes"), True)):
            yield Choice(code, text, given in (code, value) and given is not None)
    elif item.kind == "choice":
        chosen = {str(one) for one in given} if isinstance(given, list) else {str(given)}
        for option in item.options:
            yield Choice(
                option.code,
                _.name(option.name),
                option.code in chosen,
                item.repeats and option.code == NOTHING,
            )


def answers_from(
    questionnaire: Questionnaire,
    fields: Mapping[str, object],
    shown: Sequence[Section],
    before: Mapping[str, object],
) -> dict[str, object]:
    """The answers after somebody has typed: what is not shown keeps what it had."""
    visible = {one.id: one for section in shown for one in section.questions}
    found = {name: value for name, value in before.items() if name not in visible}
    for name, question in visible.items():
        item = questionnaire.by_id.get(name)
        if item is None or not item.answerable or question.control == "computed":
            continue
        value = _read(item, fields.get(name), before.get(name))
        if value is not None:
            found[name] = value
    return {name: found[name] for name in questionnaire.by_id if name in found}


def _read(item: Item, raw: object, before: object) -> Raw | None:
    """What was typed or ticked; None for nothing."""
    if isinstance(raw, list):
        chosen = [str(one) for one in raw]
        earlier = {str(one) for one in before} if isinstance(before, list) else set()
        # What goes with no other takes the others' place when it is ticked, and leaves when another is.
        if NOTHING in chosen and len(chosen) > 1:
            chosen = [one for one in chosen if one != NOTHING] if NOTHING in earlier else [NOTHING]
        return chosen or None
    text = "" if raw is None else str(raw).strip()
    if item.kind in NUMBERS:
        text = unicodedata.normalize("NFKC", text.translate(_POINTS)).strip()
    if not text:
        return None
    if item.kind == "boolean":
        return text == "yes"
    return [text] if item.repeats else text
