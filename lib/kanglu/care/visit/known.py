"""What the record knows of the answers of a form before it is filled: each with its day and its origin.

What is known is shown and never counts as an answer. It can be taken over with a word of the person where
it is of a kind that lasts. Measurements (of another day), what must be answered at every visit, yes or no,
dates, and what depends on another answer are asked each time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from kanglu.care.forms.stating import key_of
from kanglu.care.visit.form import VisitForm
from kanglu.catalogue import Catalogue, Indicator
from kanglu.catalogue.answering import Raw
from kanglu.catalogue.questionnaires import NUMBERS, Item
from kanglu.dates import end_of
from kanglu.record import Dossier
from kanglu.record.frames import rows_in
from kanglu.record.listed import UNSOUND, stated, taken

_OBSERVED = (
    *("indicator", "effective", "value", "value_code", "value_text"),
    *("comparator", "origin", "status", "source_key"),
)
_RESPONSES = ("code", "effective", "answers", "status", "source_key")
_MEDICINES = ("display", "dosage", "effective", "effective_end", "clinical_status", "intent", "status")
_NAMED = (*_MEDICINES, "system", "code")
_INSULIN = "insulin"


@dataclass(frozen=True, slots=True)
class Known:
    """What the record says of an item.

    Parameters
    ----------
    raw : as an answer of the item would say it.
    day : when it was true, as exact as the source; of a list, None.
    origin : measured, reported …
    lasts : whether it may be taken over when the person says that it is the same.
    """

    raw: Raw
    day: str | None
    origin: str
    lasts: bool


def known(form: VisitForm, dossier: Dossier, day: date, catalogue: Catalogue) -> dict[str, Known]:
    """What is known of the items of a form up to a day, by id, apart from what the form itself has said."""
    own = {key_of(part.id, day) for part in form.joined.parts}
    found: dict[str, Known] = {}
    by_indicator = {
        item.indicator: item for item in form.questionnaire.by_id.values() if item.indicator is not None
    }
    for name, raw, when, origin in _observed(dossier, day, by_indicator, own, catalogue):
        item = by_indicator[name]
        found[item.id] = Known(raw, when, origin, _lasts(item, when[:10] == day.isoformat()))
    for place, when, answers in _answered(form, dossier, day, own):
        for name, raw in form.joined.answers_from(
            [answers if at == place else {} for at in range(len(form.joined.parts))]
        ).items():
            item = form.questionnaire.by_id[name]
            if item.indicator is None and item.computed is None:
                found[name] = Known(raw, when, "reported", _lasts(item))
    for name, text in _listed(dossier, day, catalogue).items():
        item_ = form.questionnaire.by_id.get(name)
        if item_ is not None and item_.kind == "text":
            found.setdefault(name, Known(text, None, "imported", lasts=True))
    return found


def _lasts(item: Item, today: bool = False) -> bool:
    if item.measured:
        return today
    asked_anew = item.required or item.kind in ("boolean", "date") or bool(item.enable_when)
    return not asked_anew


def _observed(
    dossier: Dossier, day: date, wanted: Mapping[str, Item], own: set[str], catalogue: Catalogue
) -> Iterator[tuple[str, Raw, str, str]]:
    """The observations that an item may show, the newest last: indicator, answer, time and origin."""
    until = end_of(day)
    rows = [
        row
        for row in rows_in(dossier.observations, _OBSERVED)
        if row[0] in wanted and row[1] is not None and row[1] <= until
    ]
    for name, when, value, code, text, comparator, origin, status, key in sorted(
        rows, key=lambda row: row[1]
    ):
        mine = key is not None and key.partition("#")[0] in own
        if mine or status in UNSOUND or origin == "defaulted" or comparator is not None:
            continue
        raw = _raw(wanted[name], catalogue.indicators[name], value, code, text)
        if raw is not None:
            yield name, raw, when, origin


def _raw(item: Item, indicator: Indicator, value: Any, code: Any, text: Any) -> Raw | None:
    """An observation as the answer of an item; None where it cannot be one."""
    if item.kind in NUMBERS and value is not None:
        number = indicator.express(float(value), item.unit) if item.unit else float(value)
        shown = round(number, max(indicator.decimals, 1))
        return int(shown) if float(shown).is_integer() else shown
    if item.kind == "boolean":
        return None if value is None else bool(value)
    if item.kind == "choice":
        by_score = (option.code for option in item.options if value is not None and option.score == value)
        found = code if code is not None and item.option(code) else next(by_score, None)
        return None if found is None else [found] if item.repeats else str(found)
    return text if item.kind == "text" else None


def _answered(
    form: VisitForm, dossier: Dossier, day: date, own: set[str]
) -> Iterator[tuple[int, str, dict[str, Raw]]]:
    """The forms of the same questionnaires before the day, the newest last: part, day and answers."""
    places = {part.id: place for place, part in enumerate(form.joined.parts)}
    rows = [
        row for row in rows_in(dossier.responses, _RESPONSES)
        if row[0] in places and row[1] is not None and row[2] is not None and row[3] not in UNSOUND
        and row[1][:10] <= day.isoformat() and row[4] not in own
    ]  # fmt: skip
    for code, when, answers, _status, _key in sorted(rows, key=lambda row: row[1]):
        said = orjson.loads(answers)
        if isinstance(said, dict):
            yield places[code], when, said


def _listed(dossier: Dossier, day: date, catalogue: Catalogue) -> dict[str, str]:
    """The medicines that the record lists as taken on the day, in words; insulin apart."""
    lists: dict[str, list[str]] = {"medicines": [], _INSULIN: []}
    for display, dosage, since, end, clinical, intent, status, system, code in rows_in(
        dossier.medications, _NAMED
    ):
        if not stated(status, since, end_of(day)) or not taken(clinical, intent, end, day.isoformat()):
            continue
        classes = catalogue.drug_classes_for(system, code, display)
        said = " ".join(filter(None, (display, dosage)))
        if said:
            lists[_INSULIN if _INSULIN in classes else "medicines"].append(said)
    return {name: "；".join(dict.fromkeys(said)) for name, said in lists.items() if said}
