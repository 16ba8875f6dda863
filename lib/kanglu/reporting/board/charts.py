"""The charts of the board: a line over twelve months, load against capacity, barriers by their number."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from kanglu.dates import add_months, year_at
from kanglu.i18n import Words
from kanglu.insight.board import Board, Load, Monthly
from kanglu.insight.service.figure import Figure
from kanglu.reporting.board.definitions import meaning
from kanglu.reporting.charts import Band, ChartSpec, Level, Point, Series
from kanglu.reporting.wording import NOTHING, listing


def percent(figure: Figure) -> str:
    """A figure's value as it is printed; a dash where nobody counts."""
    return NOTHING if figure.value is None else f"{figure.value * 100:.1f}%"


def monthly_line(board: Board, monthly: Monthly, shown: Sequence[bool], _: Words) -> ChartSpec:
    """The twelve points of a figure, in percent; months of which nothing may be shown stay empty.

    Parameters
    ----------
    shown : for each month whether its numbers may be seen.
    """
    known = [
        figure for figure, may in zip(monthly.months, shown, strict=True) if may and figure.value is not None
    ]
    title = meaning(board, monthly.definition, _).title
    points = tuple(
        Point(
            year_at(figure.days.until.isoformat()),
            round(figure.value * 100, 1) if may and figure.value is not None else None,
        )
        for figure, may in zip(monthly.months, shown, strict=True)
    )
    first, last = points[0].x, points[-1].x
    return ChartSpec(
        "line",
        title,
        alt=_line_alt(title, known, _),
        series=(Series(title, points),),
        unit="%",
        decimals=1,
        x_range=(float(first) - 0.02, float(last) + 0.02),
        y_range=(0.0, 100.0),
    )


def _line_alt(title: str, known: Sequence[Figure], _: Words) -> str:
    if not known:
        return _("{title}: nothing to show in the last twelve months.", title=title)
    return _(
        "{title}: from {first} ({then}) to {last} ({now}).",
        title=title,
        first=percent(known[0]),
        then=known[0].days.until.isoformat()[:7],
        last=percent(known[-1]),
        now=known[-1].days.until.isoformat()[:7],
    )


def load_bars(board: Board, load: Load, counts: Sequence[int | None], _: Words) -> ChartSpec:
    """People of the next weeks against the capacity of a week.

    Parameters
    ----------
    counts : of each week, None where it may not be seen.
    """
    capacity = load.capacity_a_week
    name = _("Nobody's") if load.member is None else load.member.name
    weeks = [_week_name(board, at, _) for at in range(len(load.weeks))]
    top = max([*(n for n in counts if n is not None), capacity or 0, 1])
    said = [
        _("{week}: {n}", week=week, n=NOTHING if n is None else n)
        for week, n in zip(weeks, counts, strict=True)
    ]
    alt = _("{name}, people by the week they are due in: {weeks}.", name=name, weeks=listing(said, _))
    if capacity is not None:
        alt = f"{alt} {_('Capacity a week: {n}.', n=capacity)}"
    points = tuple(
        Point(
            week,
            None if n is None else float(n),
            _level(n, capacity),
            label=NOTHING if n is None else str(n),
        )
        for week, n in zip(weeks, counts, strict=True)
    )
    return ChartSpec(
        "bar",
        name,
        alt=alt,
        series=(Series(name, points),),
        bands=() if capacity is None else (Band(None, float(capacity), _("capacity {n}", n=capacity)),),
        y_range=(0.0, float(top) * 1.05),
    )


def _week_name(board: Board, at: int, _: Words) -> str:
    start = board.as_of + timedelta(weeks=at)
    end = start + timedelta(days=6)
    return f"{start.month}/{start.day}–{end.month}/{end.day}"


def _level(n: int | None, capacity: int | None) -> Level:
    return "high" if n is not None and capacity is not None and n > capacity else "ok"


def barrier_bars(board: Board, shown: Mapping[str, int | None], _: Words) -> ChartSpec:
    """Barriers, the most frequent first, each with its number and the share of all down to it.

    The share is said only where it follows from numbers that are shown: it would tell a hidden one above.

    Parameters
    ----------
    shown : the number of each cell of the board, None where it may not be seen.
    """
    points: list[Point] = []
    so_far: int | None = 0
    for one in board.barriers.rows:
        n, whole = (shown[f"{one.share.definition}/{part}"] for part in ("part", "whole"))
        so_far = None if so_far is None or n is None else so_far + n
        told = so_far is not None and whole is not None
        label = NOTHING if n is None else f"{n} · {percent(one.cumulative)}" if told else str(n)
        points.append(Point(_.name(one.barrier.name), None if n is None else float(n), label=label))
    title = _("Barriers")
    since = add_months(board.as_of, -12).isoformat()
    named = listing([f"{point.x} {point.label}" for point in points], _)
    alt = _("Barriers since {day}, each with the share of all down to it: {named}.", day=since, named=named)
    return ChartSpec("bar", title, alt=alt, series=(Series(title, tuple(points)),))
