"""What of the answers cannot be, and what is asked about again: limits stand in the catalogue, none here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from kanglu.care.visit.form import VisitForm
from kanglu.care.visit.known import Known
from kanglu.catalogue import Catalogue, Indicator
from kanglu.catalogue.answering import AnswerFault, Held, Raw, number_of
from kanglu.catalogue.joining import NOTHING
from kanglu.catalogue.questionnaires import NUMBERS, Item

NEXT_VISIT: Final = "next_visit"
type DoubtKind = Literal["low", "high", "jump", "gap_low", "gap_high"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """An answer that may be true and is to be confirmed.

    Parameters
    ----------
    item : whose.
    kind : below or above what is plausible, too far from the last value, or the pressures too near or too far
        from each other.
    value, limit : in the item's unit; of a jump the difference that is taken without a question.
    last : what it jumped from.
    """

    item: str
    kind: DoubtKind
    value: float
    limit: float
    last: Known | None = None

    @property
    def key(self) -> str:
        """What is confirmed: this value of this item, and no other."""
        return f"{self.item}={self.value:g}"


def numbers(form: VisitForm, answers: Mapping[str, Raw], catalogue: Catalogue) -> dict[str, float]:
    """The numbers among answers that were held to the form, in the unit of each item."""
    items = form.questionnaire.by_id
    return {
        name: number_of(items[name], raw, catalogue.indicators)
        for name, raw in answers.items()
        if items[name].kind in NUMBERS
    }


def more_faults(form: VisitForm, held: Held, day: date, catalogue: Catalogue) -> Iterator[AnswerFault]:
    """What answers contradict that are each possible: each other, or the day."""
    for name, given in held.answers.items():
        if isinstance(given, list) and NOTHING in given and len(given) > 1:
            yield AnswerFault(name, "None goes with no other.", "Take one of them back.", "alone")
    planned = held.answers.get(NEXT_VISIT)
    if isinstance(planned, str) and planned[:10] <= day.isoformat():
        yield AnswerFault(NEXT_VISIT, f"{planned} is not after {day}.", "Choose a later day.", "past")
    gap = _gap(form, held.answers, catalogue)
    if gap is not None:
        item, difference, indicator = gap
        if indicator.possible is not None and not indicator.possible_value(difference):
            low, high = indicator.possible
            what = f"The pressures differ by {difference:g}, which is outside {low:g} to {high:g}."
            yield AnswerFault(item.id, what, "Measure again.", "difference", indicator.possible)


def doubts(
    form: VisitForm, answers: Mapping[str, Raw], knowing: Mapping[str, Known], catalogue: Catalogue
) -> Iterator[Doubt]:
    """What of the answers is asked about again."""
    for name, value in numbers(form, answers, catalogue).items():
        item = form.questionnaire.by_id[name]
        indicator = catalogue.indicators.get(item.indicator or "")
        if indicator is not None and indicator.plausible is not None:
            yield from _of_number(item, indicator, value, knowing.get(name))
    gap = _gap(form, answers, catalogue)
    if gap is not None and gap[2].plausible is not None and gap[2].possible_value(gap[1]):
        item, difference, indicator = gap
        limits = indicator.plausible
        if limits is not None and not limits.within(difference):
            below = limits.low is not None and difference < limits.low
            limit = limits.low if below else limits.high
            yield Doubt(item.id, "gap_low" if below else "gap_high", difference, limit or 0.0)


def _of_number(item: Item, indicator: Indicator, value: float, last: Known | None) -> Iterator[Doubt]:
    limits = indicator.plausible
    assert limits is not None
    unit = item.unit or indicator.unit or "1"
    canonical = indicator.convert(value, unit)
    for kind, limit, beyond in (
        ("low", limits.low, limits.low is not None and canonical < limits.low),
        ("high", limits.high, limits.high is not None and canonical > limits.high),
    ):
        if beyond and limit is not None:
            yield Doubt(item.id, kind, value, indicator.express(limit, unit))  # type: ignore[arg-type]
            return
    if last is None or limits.jump is None or not isinstance(last.raw, int | float):
        return
    before = indicator.convert(float(last.raw), unit)
    if abs(canonical - before) > limits.jump:
        apart = abs(indicator.express(limits.jump, unit) - indicator.express(0.0, unit))
        yield Doubt(item.id, "jump", value, apart, last)


def _gap(
    form: VisitForm, answers: Mapping[str, Raw], catalogue: Catalogue
) -> tuple[Item, float, Indicator] | None:
    """The item of the lower pressure, the difference in mmHg, and the indicator that limits it."""
    upper, lower = form.item_of("sbp"), form.item_of("dbp")
    indicator = catalogue.indicators.get("pulse_pressure")
    if upper is None or lower is None or indicator is None:
        return None
    given = numbers(
        form, {name: answers[name] for name in (upper.id, lower.id) if name in answers}, catalogue
    )
    if len(given) < 2:
        return None
    sbp = catalogue.indicators["sbp"].convert(given[upper.id], upper.unit)
    dbp = catalogue.indicators["dbp"].convert(given[lower.id], lower.unit)
    return lower, sbp - dbp, indicator
