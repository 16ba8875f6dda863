"""Health record of the elderly in Chinese medicine: 33 questions, and what they say of the nine types."""

from collections.abc import Iterator
from typing import Any, Final

from kanglu.catalogue.questionnaire_files import questionnaires
from kanglu.catalogue.questionnaires import Item, Questionnaire
from kanglu.catalogue.rulebook import Rulebook
from kanglu.i18n import Words
from kanglu.measures.constitution import BALANCED, TYPES, VERDICTS, answer_33
from kanglu.record import Dossier
from kanglu.reporting.blocks import Blank, Block, Form, FormRow, KeyValue, PageBreak, Prose, Text
from kanglu.reporting.forms.assessments import Assessment, assessments_of
from kanglu.reporting.forms.cells import boxes, line, numbered

FORM: Final = "tcm_33"
_QUESTION: Final = "tcm33_"
_WIDTHS: Final = (240.0, *(52.0,) * 5)
_TYPES: Final = (*(name for name in TYPES if name != BALANCED), BALANCED)
_KINDS_OF_ADVICE: Final = 6


def constitution(dossier: Dossier, year: int, rules: Rulebook, _: Words) -> Iterator[Block]:
    """The year's assessments, one a sheet; where there is none, a sheet to be written on."""
    forms = questionnaires()
    found = assessments_of(dossier, FORM, forms, rules, year)
    if not found:
        yield Prose(_("No assessment of {year} is recorded: to be filled in by hand.", year=year), "note")
    for place, one in enumerate(found or [Assessment()]):
        if place:
            yield PageBreak()
        yield _questions(forms.get(FORM), one, _)
        yield _judgement(one, _)
        yield KeyValue(
            (
                (_("Date of the form"), "" if one.day is None else one.day.isoformat()),
                (_("Signature of the doctor"), one.author or ""),
            )
        )


def _questions(form: Questionnaire, one: Assessment, _: Words) -> Form:
    items = [item for item in form.by_id.values() if item.id.startswith(_QUESTION)]
    usual = items[0].options
    rows = []
    for item in items:
        number, answer = int(item.id.removeprefix(_QUESTION)), _answer(item, one)
        own = item.options != usual
        cells = (
            _option(place, _.name(option.name) if own else "", place == answer)
            for place, option in enumerate(item.options, 1)
        )
        rows.append(FormRow(f"({number}) {_.name(item.text)}", tuple(cells)))
    head = (_("By the experience of the last year"), *(_.name(option.name) for option in usual))
    return Form(head, _WIDTHS, tuple(rows))


def _answer(item: Item, one: Assessment) -> int | None:
    """The answer 1–5: as it was given, else as it follows from what was measured or counted in its place."""
    measured = one.answers.get(item.covered_by or "")
    if item.id in one.answers or measured is None:
        return one.points(item)
    return answer_33(int(item.id.removeprefix(_QUESTION)), float(measured))


def _option(place: int, name: str, chosen: bool) -> Text:
    """The number of an option, in a box where it is the answer."""
    shown: str | Blank = Blank(str(place), "box") if chosen else str(place)
    return (shown, f" {name}") if name else (shown,)


def _judgement(one: Assessment, _: Words) -> Form:
    advice = [
        *(_("of the mind"), _("of diet"), _("of daily life"), _("of exercise"), _("of acupoints")),
        _("other"),
    ]
    rows = (
        FormRow(_("Points"), tuple((line(_points(one.found, name)),) for name in _TYPES)),
        FormRow(_("Judgement"), tuple(_verdict(one.found, name, _) for name in _TYPES)),
        FormRow(
            (_("Guidance given"), "\n", *numbered(advice)),
            tuple(boxes([], _KINDS_OF_ADVICE) for _name in _TYPES),
        ),
    )
    head = (_("Constitution"), *(_.name(TYPES[name]) for name in _TYPES))
    return Form(head, (95.0, *(45.0,) * len(_TYPES)), rows)


def _points(found: Any, name: str) -> str | None:
    return f"{found[f'{name}_points']:.0f}" if found else None


def _verdict(found: Any, name: str, _: Words) -> str:
    return _.name(VERDICTS[found[name]]) if found else ""
