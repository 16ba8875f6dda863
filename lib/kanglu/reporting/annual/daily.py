"""What is measured day by day: a year's blood pressure, and glucose from a sensor."""

from collections.abc import Iterator

from kanglu.i18n import Words
from kanglu.insight.glucose import Sensed
from kanglu.insight.pressure import Pressure
from kanglu.reporting.blocks import Block, Column, Heading, Prose, Table


def pressure(found: Pressure, year: int, level: int, _: Words) -> Iterator[Block]:
    """How a year's pressure varied, and how often it was within limits."""
    yield Heading(_("Blood pressure from day to day"), level)
    yield Prose((" " if _.lang == "en" else "").join(_pressure(found, year, _)))


def _pressure(found: Pressure, year: int, _: Words) -> list[str]:
    systolic, diastolic = found.systolic, found.diastolic
    parts = [
        _(
            "On {days} days of {year}, the mean was {systolic}/{diastolic} mmHg.",
            days=found.days,
            year=year,
            systolic=f"{systolic.mean:.0f}",
            diastolic=f"{diastolic.mean:.0f}",
        ),
        _(
            "Both values were within limits on {within} of {days} days ({percent} %).",
            within=found.within,
            days=found.days,
            percent=f"{100 * found.within / found.days:.0f}",
        ),
        _(
            "Systolic pressure varied by {sd} mmHg (standard deviation; coefficient of variation {cv} %), "
            "and by {arv} mmHg from one reading to the next on average.",
            sd=f"{systolic.sd:.1f}",
            cv=f"{systolic.cv:.1f}",
            arv=f"{systolic.arv:.1f}",
        ),
    ]
    if found.in_range is not None:
        parts.append(
            _(
                "Interpolated between readings, it was within limits for {percent} % of the time.",
                percent=f"{found.in_range.by_time:.0f}",
            )
        )
    return parts


def glucose(found: Sensed, level: int, _: Words) -> Iterator[Block]:
    """The shares of a sensor's readings beside the consensus' goals."""
    yield Heading(_("Glucose by sensor"), level)
    ranges = found.ranges
    shares = (ranges.tir, ranges.tar_1, ranges.tar_2, ranges.tbr_1, ranges.tbr_2)
    within, above, far_above, below, far_below = (share or 0.0 for share in shares)
    rows = [
        (_("In range, {range} mmol/L", range="3.9–10.0"), _share(within, _), ">70"),
        (_("Above {limit} mmol/L", limit="10.0"), _share(above + far_above, _), "<25"),
        (_("of these above {limit} mmol/L", limit="13.9"), _share(far_above, _), "<5"),
        (_("Below {limit} mmol/L", limit="3.9"), _share(below + far_below, _), "<4"),
        (_("of these below {limit} mmol/L", limit="3.0"), _share(far_below, _), "<1"),
        (_("Mean"), f"{ranges.mean:.1f} mmol/L", ""),
        (_("Coefficient of variation"), _percent(f"{ranges.cv:.0f}", _), "≤36"),
    ]
    if found.enough:
        rows.append((_("Glucose management indicator (GMI)"), _percent(f"{ranges.gmi:.1f}", _), ""))
    columns = (Column(_("Share of readings")), Column(_("Value"), "end"), Column(_("Goal for most adults")))
    cells = tuple((name, value, goal and _percent(goal, _)) for name, value, goal in rows)
    yield Table(columns, cells, note=_note(found, _))


def _share(percent: float, _: Words) -> str:
    return _percent(f"{percent:.0f}" if percent == 0 or percent >= 10 else f"{percent:.1f}", _)


def _percent(number: str, _: Words) -> str:
    return _("{number} %", number=number)


def _note(found: Sensed, _: Words) -> str:
    said = [
        _(
            "{n} readings on {days} days from {first} to {last}, covering {cover} % of the time.",
            n=found.ranges.n,
            days=found.days,
            first=_.day(found.first),
            last=_.day(found.last),
            cover=f"{found.cover:.0f}",
        )
    ]
    if not found.enough:
        said.append(_("Fewer than 14 days with 70 % cover: the shares may not stand for this person."))
    said.append(
        _(
            "Goals of the international consensus of 2019 for most adults with type 1 or type 2 diabetes; "
            "they are wider for the elderly and others at risk of low glucose."
        )
    )
    return (" " if _.lang == "en" else "").join(said)
