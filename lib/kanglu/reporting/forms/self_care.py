"""Assessment of self-care of the elderly: its five items, and up to four assessments beside them."""

from collections.abc import Iterator, Sequence
from itertools import batched
from typing import Final

from kanglu.catalogue.questionnaire_files import questionnaires
from kanglu.catalogue.questionnaires import Item
from kanglu.catalogue.rulebook import Rulebook
from kanglu.i18n import Words
from kanglu.measures import SCORES
from kanglu.record import Dossier
from kanglu.reporting.blocks import Block, Form, FormRow, PageBreak, Prose, Span
from kanglu.reporting.forms.assessments import Assessment, assessments_of
from kanglu.reporting.forms.cells import line

FORM: Final = "self_care_5"
A_SHEET: Final = 4
_GRADES: Final = ("independent", "light", "moderate", "unable")
_RANGES: Final = ("0–3", "4–8", "9–18", "≥19")
_WIDTHS: Final = (110.0, *(65.0,) * len(_GRADES), *(32.0,) * A_SHEET)


def self_care(dossier: Dossier, year: int, rules: Rulebook, _: Words) -> Iterator[Block]:
    """The year's assessments; where there is none, a sheet to be written on."""
    forms = questionnaires()
    items = [item for item in forms.get(FORM).by_id.values() if item.options]
    found = assessments_of(dossier, FORM, forms, rules, year)
    if not found:
        yield Prose(_("No assessment of {year} is recorded: to be filled in by hand.", year=year), "note")
    for place, some in enumerate(batched(found or [Assessment()], A_SHEET)):
        if place:
            yield PageBreak()
        yield _sheet(items, some, _)
        for one in some:
            if one.found:
                yield Prose(_result(one, _))


def _sheet(items: Sequence[Item], some: Sequence[Assessment], _: Words) -> Form:
    columns = (*some, *(Assessment(),) * (A_SHEET - len(some)))
    grades = (_("on one's own"), _("mild dependence"), _("moderate dependence"), _("unable"))
    days = ("" if one.day is None else f"{one.day.year}\n{one.day:%m-%d}" for one in columns)
    rows = [
        FormRow(
            _.name(item.text),
            (*(_grade(item, code, _) for code in _GRADES), *((line(_points(one, item)),) for one in columns)),
        )
        for item in items
    ]
    totals = ((line(_total(one)),) for one in columns)
    rows.append(FormRow(_("Total points"), (*_RANGES, *totals)))
    signed = ("" if one.author is None else one.author for one in columns)
    rows.append(FormRow(_("Signature of the doctor"), (*("",) * len(_GRADES), *signed)))
    return Form((_("What is assessed"), *grades, *days), _WIDTHS, tuple(rows))


def _grade(item: Item, code: str, _: Words) -> str:
    """What a grade of an item means, and what it counts; nothing where the form does not know it."""
    option = item.option(code)
    return "—" if option is None or option.score is None else f"{_.name(option.name)} ({option.score:g})"


def _points(one: Assessment, item: Item) -> str | None:
    points = one.points(item)
    return None if points is None else str(points)


def _total(one: Assessment) -> str | None:
    return f"{one.found['value']:.0f}" if one.found else None


def _result(one: Assessment, _: Words) -> tuple[str | Span, ...]:
    band = SCORES[FORM].band(one.found["band"])
    assert one.day is not None
    said = _("{points} points: {grade}", points=_total(one), grade=_.name(band.label))
    return f"{_.day(one.day)}  ", Span(said)
