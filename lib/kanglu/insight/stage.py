"""A stage of a person's care: its start beside its end, what became of the plans, and what lies ahead."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from kanglu.care.block import Block
from kanglu.care.measuring import Value, newest
from kanglu.care.plans import plans_of
from kanglu.care.progress import looking_at
from kanglu.catalogue import Catalogue, Indicator
from kanglu.catalogue.rulebook import Rulebook
from kanglu.insight.ahead import Ahead, ahead
from kanglu.insight.findings import Direction, beyond_noise, direction_of, in_order
from kanglu.insight.history import Reading
from kanglu.insight.limits import Limits, Side, side_of
from kanglu.insight.period import Period, period_of
from kanglu.record import Dossier


@dataclass(frozen=True, slots=True)
class Compared:
    """An indicator at the start and at the end of the stage.

    Parameters
    ----------
    before : the newest value on the first day or before it; None where there is none.
    after : the newest one since; None where it was not measured again.
    percent : the change, in percent of `before`; None where one of them is no exact number.
    verdict : which way it went, where that is known to be beyond noise.
    """

    indicator: str
    limits: Limits | None
    before: Reading | None
    side_before: Side
    after: Reading | None
    side_after: Side
    percent: float | None
    verdict: Direction | None


@dataclass(frozen=True, slots=True)
class StageSummary:
    """All that a stage summary says.

    Parameters
    ----------
    compared : key indicators and those of goals that were measured in the stage, in the catalogue's order.
    again : indicators of goals that were measured before the stage and not in it.
    ahead : what lies ahead of the day the record is asked as of.
    """

    period: Period
    compared: tuple[Compared, ...]
    again: tuple[str, ...]
    ahead: tuple[Ahead, ...]


def stage(
    dossier: Dossier, since: date, last: date, rules: Rulebook, plan: str | None = None
) -> StageSummary:
    """The stage of a dossier's person from one day to another, both counting; of one plan, or of all.

    Raises `ReportError`, see `period_of`.
    """
    catalogue, plans = rules.catalogue, plans_of(dossier)
    key = [one.id for one in catalogue.indicators.values() if one.key]
    evaluator = looking_at(dossier, plans, rules, key)
    period = period_of(dossier, since, last, evaluator, plan)
    goals = {goal.agreed.goal.of for one in period.plans for goal in one.goals}
    both = tuple(_compared(evaluator.block, period, catalogue, in_order(catalogue, {*key, *goals})))
    return StageSummary(
        period,
        tuple(one for one in both if one.after is not None),
        tuple(one.indicator for one in both if one.after is None and one.indicator in goals),
        ahead(dossier, rules, evaluator),
    )


def _compared(
    block: Block, period: Period, catalogue: Catalogue, wanted: Iterable[str]
) -> Iterator[Compared]:
    for name in wanted:
        before = _reading(newest(block, name, period.since))
        after = _reading(newest(block, name, period.until, period.since))
        if before is None and after is None:
            continue
        limits = period.about.limits(catalogue, name)
        percent, verdict = _change(catalogue.indicators[name], before, after, limits)
        yield Compared(
            name, limits, before, side_of(before, limits), after, side_of(after, limits), percent, verdict
        )


def _reading(value: Value | None) -> Reading | None:
    """A value as reports write it; of blood pressure it is the mean of the day."""
    if value is None:
        return None
    return Reading(
        effective=value.day.isoformat(),
        value=value.value,
        code=value.code,
        text=None,
        comparator=value.sign or None,
        origin="derived",
        batch_id=None,
        source=None,
        original_value=None,
        original_unit=None,
        unit=None,
    )


def _change(
    indicator: Indicator, before: Reading | None, after: Reading | None, limits: Limits | None
) -> tuple[float | None, Direction | None]:
    if before is None or after is None or not (before.exact and after.exact):
        return None, None
    was, now = before.value, after.value
    if was is None or now is None or was <= 0:
        return None, None
    verdict = direction_of(indicator, was, now, limits) if beyond_noise(indicator, was, now) else None
    return 100 * (now - was) / was, verdict
