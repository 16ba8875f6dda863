"""Plans on paper: goals with start and present value, planned times with how many of them were kept."""

from collections.abc import Iterator
from datetime import timedelta

from kanglu.care.measuring import Value
from kanglu.care.plans import Agreed
from kanglu.care.progress import ActionProgress, GoalProgress, GoalState, Progress
from kanglu.care.telling.lines import role_named
from kanglu.catalogue import Catalogue, Indicator
from kanglu.i18n import Words
from kanglu.insight.limits import Limits
from kanglu.insight.period import Period
from kanglu.reporting.blocks import Block, Cell, Column, Heading, Level, Mark, Prose, Span, Table
from kanglu.reporting.cohort.figures import share_text
from kanglu.reporting.wording import NOTHING, limits_text, listing, number, signed
from kanglu.unit_text import unit_text

_LEVELS: dict[GoalState, Level] = {
    "met": "improved",
    "not_yet": "watch",
    "missed": "worsened",
    "not_measured": "missing",
    "no_start": "missing",
}


def plans(period: Period, catalogue: Catalogue, _: Words) -> Iterator[Block]:
    """Each plan of the time, or that there is none."""
    yield Heading(_("Plans"))
    if not period.plans:
        yield Prose(_("No plan ran in this time."))
    for one in period.plans:
        yield from _plan(one, one.plan.runs_on(period.as_of), catalogue, _)


def _plan(one: Progress, running: bool, catalogue: Catalogue, _: Words) -> Iterator[Block]:
    plan = one.plan
    yield Heading(_.name(plan.template.name), 2)
    due = {goal.agreed.by for goal in one.goals}
    said = [_state(one, running, _)]
    if len(due) == 1:
        said.append(_("Its goals are due by {day}.", day=_.day(due.pop())))
    yield Prose((" " if _.lang == "en" else "").join(said))
    yield _goals(one, catalogue, _)
    yield _actions(one, running, _)


def _state(one: Progress, running: bool, _: Words) -> str:
    plan = one.plan
    if plan.status == "revoked" and plan.reason is not None:
        return _(
            "Begun on {start} and ended early on {end} ({reason}).",
            start=_.day(plan.start),
            end=_.day(plan.end),
            reason=plan.reason,
        )
    if not running:
        last = _.day(plan.end - timedelta(days=1))
        return _("It ran from {start} until {end}.", start=_.day(plan.start), end=last)
    return _(
        "It has run since {start} and ends by itself on {end}.",
        start=_.day(plan.start),
        end=_.day(plan.end),
    )


# -- goals -----------------------------------------------------------------------------------------


def _goals(one: Progress, catalogue: Catalogue, _: Words) -> Table:
    columns = [
        Column(_("Goal")),
        Column(_("Wanted")),
        Column(_("At the start"), "end"),
        Column(_("Newest since"), "end"),
        Column(_("Change"), "end", "%"),
        Column(_("State")),
    ]
    rows = [_goal(goal, catalogue.indicators[goal.agreed.goal.of], _) for goal in one.goals]
    days = [goal.agreed.by for goal in one.goals]
    if len(set(days)) > 1:
        columns.append(Column(_("By")))
        rows = [(*row, Span(day.isoformat(), "quiet")) for row, day in zip(rows, days, strict=True)]
    return Table(tuple(columns), tuple(rows))


def _goal(one: GoalProgress, indicator: Indicator, _: Words) -> tuple[Cell, ...]:
    return (
        _.name(one.agreed.goal.words),
        _wanted(one.agreed, indicator, _),
        _value(one.start, indicator, _),
        _value(one.now, indicator, _),
        NOTHING if one.change is None else signed(one.change, 1),
        Mark(goal_state(one.state, _), _LEVELS[one.state]),
    )


def _wanted(agreed: Agreed, indicator: Indicator, _: Words) -> str:
    said = agreed.wanted.limits
    if not said:
        names = [code for code in agreed.wanted.codes if isinstance(code, str)]
        known = [indicator.codes[code].name for code in names if code in indicator.codes]
        return listing([_.name(name) for name in known], _) or (_("yes") if agreed.wanted.is_ else _("no"))
    if agreed.goal.relative:
        signs = {"lt": "<", "le": "≤", "gt": ">", "ge": "≥"}
        texts = [f"{signs[name]} {signed(limit).removesuffix('.0')}" for name, limit in said.items()]
        return _("{number} %", number=listing(texts, _))
    low, high = said.get("ge", said.get("gt")), said.get("le", said.get("lt"))
    limits = Limits(low, high, "target", low_inclusive="ge" in said, high_inclusive="le" in said)
    return f"{limits_text(indicator, limits, _)} {unit_text(indicator.unit, _)}".rstrip()


def _value(value: Value | None, indicator: Indicator, _: Words) -> Cell:
    if value is None:
        return Mark(NOTHING, "missing", _("not measured"))
    return _("{value} ({day})", value=value_text(value, indicator, _), day=value.day.isoformat())


def value_text(value: Value, indicator: Indicator, _: Words) -> str:
    """A day's value as it is printed, without its unit."""
    if value.code is not None:
        return _.name(indicator.codes[value.code].name) if value.code in indicator.codes else value.code
    assert value.value is not None
    if indicator.kind == "boolean":
        return _("yes") if value.value else _("no")
    return number(indicator, value.value, value.sign or None)


def goal_state(state: GoalState, _: Words) -> str:
    """A goal's state in words."""
    return {
        "met": _("reached"),
        "not_yet": _("open"),
        "missed": _("missed"),
        "not_measured": _("not measured"),
        "no_start": _("no value at the start"),
    }[state]


# -- planned times ---------------------------------------------------------------------------------


def _actions(one: Progress, running: bool, _: Words) -> Table:
    columns = (
        Column(_("Planned")),
        Column(_("Who")),
        Column(_("Times in all"), "end"),
        Column(_("Due so far"), "end"),
        Column(_("Kept"), "end"),
        Column(_("Share kept"), "end"),
        Column(_("Next")),
    )
    rows: list[tuple[Cell, ...]] = [_action(action, one, running, _) for action in one.actions]
    if len(rows) > 1:
        total = sum(len(action.times) for action in one.actions)
        last = (Span(_("All together")), "", str(total), str(one.planned), str(one.done))
        rows.append((*last, adherence_cell(one.done, one.planned, _), ""))
    return Table(columns, tuple(rows))


def _action(action: ActionProgress, one: Progress, running: bool, _: Words) -> tuple[Cell, ...]:
    following = action.next(one.as_of) if running else None
    return (
        _.name(action.action.name),
        role_named(action.action.role, _),
        str(len(action.times)),
        str(action.planned),
        str(action.done),
        adherence_cell(action.done, action.planned, _),
        Span("" if following is None else following.day.isoformat(), "quiet"),
    )


def adherence_cell(done: int, planned: int, _: Words) -> Cell:
    """Times kept of those that count; where none does yet, that is said."""
    if not planned:
        return Mark(NOTHING, "missing", _("none due yet"))
    return Span(share_text(done / planned))
