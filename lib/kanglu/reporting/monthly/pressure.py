"""The month's blood pressure: a curve with its target, and what it says in a sentence."""

from collections.abc import Iterator
from datetime import timedelta

from kanglu.catalogue import Catalogue
from kanglu.dates import year_at
from kanglu.i18n import Words
from kanglu.insight.limits import Limits
from kanglu.insight.monthly import DayPressure, Month
from kanglu.insight.pressure import ENOUGH_DAYS
from kanglu.reporting.annual.trends import band
from kanglu.reporting.blocks import Block, Chart, Heading, Prose
from kanglu.reporting.charts import ChartSpec, Point, Series
from kanglu.reporting.wording import level_of, signed
from kanglu.unit_text import unit_text


def pressure(month: Month, catalogue: Catalogue, _: Words) -> Iterator[Block]:
    """The curve and its summary; where nothing was measured, that."""
    yield Heading(_("Blood pressure"))
    if not month.days:
        yield Prose(_("No blood pressure was measured in this month."), "lead")
        return
    yield Prose((" " if _.lang == "en" else "").join(_said(month, _)), "lead")
    yield _chart(month, catalogue, _)


def _said(month: Month, _: Words) -> Iterator[str]:
    found, before = month.pressure, month.before
    yield _.count(
        "It was measured on {n} day.",
        "It was measured on {n} days.",
        len(month.days),
    )
    if found is None:
        if len(month.days) < ENOUGH_DAYS:
            yield _("On fewer than {n} days, a mean says little: none is given.", n=ENOUGH_DAYS)
        return
    yield _(
        "The mean was {systolic}/{diastolic} mmHg.",
        systolic=f"{found.systolic.mean:.0f}",
        diastolic=f"{found.diastolic.mean:.0f}",
    )
    if before is not None:
        yield _(
            "In the month before it was {systolic}/{diastolic} mmHg, a difference of {change} mmHg.",
            systolic=f"{before.systolic.mean:.0f}",
            diastolic=f"{before.diastolic.mean:.0f}",
            change=_difference(month),
        )
    yield _(
        "Both values were within limits on {within} of {days} days ({percent} %).",
        within=found.within,
        days=found.days,
        percent=f"{100 * found.within / found.days:.0f}",
    )


def _difference(month: Month) -> str:
    """Of the means as they are printed."""
    assert month.pressure is not None
    assert month.before is not None
    pairs = (
        (month.pressure.systolic.mean, month.before.systolic.mean),
        (month.pressure.diastolic.mean, month.before.diastolic.mean),
    )
    return "/".join(signed(float(f"{now:.0f}") - float(f"{before:.0f}")) for now, before in pairs)


def _chart(month: Month, catalogue: Catalogue, _: Words) -> Chart:
    first, last = month.period.since, month.period.last
    above, below = month.limits
    title = _("Blood pressure")
    spec = ChartSpec(
        "line",
        title,
        alt=_alt(month, _),
        series=(
            _series(_("systolic"), [(one, one.systolic) for one in month.days], above),
            _series(_("diastolic"), [(one, one.diastolic) for one in month.days], below),
        ),
        unit=unit_text(catalogue.indicators["sbp"].unit, _),
        bands=tuple(
            band(limits, catalogue, name, _)
            for name, limits in (("sbp", above), ("dbp", below))
            if limits is not None
        ),
        decimals=0,
        x_range=(year_at(first), year_at(last + timedelta(days=1))),
        size="full",
    )
    return Chart(spec, _.lang)


def _series(name: str, days: list[tuple[DayPressure, float | None]], limits: Limits | None) -> Series:
    return Series(
        name,
        tuple(
            Point(year_at(one.day), value, level_of(limits.side(value)) if limits else "ok")
            for one, value in days
            if value is not None
        ),
    )


def _alt(month: Month, _: Words) -> str:
    first, last = month.days[0], month.days[-1]
    return _(
        "Blood pressure on {n} days: {start} on {first}, {end} on {last}.",
        n=len(month.days),
        start=_pair(first),
        first=_.day(first.day),
        end=_pair(last),
        last=_.day(last.day),
    )


def _pair(one: DayPressure) -> str:
    values = ("–" if value is None else f"{value:.0f}" for value in (one.systolic, one.diastolic))
    return "/".join(values)
