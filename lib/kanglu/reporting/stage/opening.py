"""The first lines of a stage summary, and what its end leaves to the next plan."""

from collections.abc import Iterator

from kanglu.care.progress import Progress
from kanglu.i18n import Words
from kanglu.insight.stage import StageSummary
from kanglu.reporting.blocks import Block, Callout, Heading, KeyValue, Prose, Span
from kanglu.reporting.care.plans import goal_state
from kanglu.reporting.cohort.figures import share_text
from kanglu.reporting.wording import NOTHING


def opening(stage: StageSummary, _: Words) -> Iterator[Block]:
    """The stage in a few numbers."""
    period = stage.period
    yield Heading(_("The stage in short"))
    yield Prose((" " if _.lang == "en" else "").join(_lead(stage, _)), "lead")
    due, kept = sum(one.planned for one in period.plans), sum(one.done for one in period.plans)
    tried = len(period.contacts.tried)
    days = (period.until - period.since).days + 1
    yield KeyValue(
        (
            (_("Length"), _.count("{n} day", "{n} days", days)),
            (_("Goals reached"), Span(_of(period.met, period.goals, _)) if period.goals else NOTHING),
            (_("Planned times kept"), Span(_kept(kept, due, _)) if due else NOTHING),
            (
                _("Contacts that reached the person"),
                Span(_of(period.contacts.reached, tried, _)) if tried else NOTHING,
            ),
        ),
        2,
    )


def _of(part: int, whole: int, _: Words) -> str:
    return _("{part} of {whole}", part=part, whole=whole)


def _kept(kept: int, due: int, _: Words) -> str:
    return f"{_of(kept, due, _)} ({share_text(kept / due)})"


def _lead(stage: StageSummary, _: Words) -> Iterator[str]:
    compared = [one for one in stage.compared if one.before is not None]
    if not stage.compared:
        yield _("Nothing that the summary compares was measured in this time.")
    elif not compared:
        yield _("There is no earlier value to compare with.")
    else:
        yield _.count(
            "{n} indicator has a value at the start and at the end.",
            "{n} indicators have a value at the start and at the end.",
            len(compared),
        )
        better = sum(one.verdict == "better" for one in compared)
        worse = sum(one.verdict == "worse" for one in compared)
        if better or worse:
            yield _(
                "Beyond chance, {better} changed for the better and {worse} for the worse.",
                better=better,
                worse=worse,
            )
        else:
            yield _("None is known to have changed beyond chance for the better or the worse.")
    if not stage.period.plans:
        yield _("No plan ran in this time.")


def following(stage: StageSummary, _: Words) -> Iterator[Block]:
    """What is still to be reached, for each plan: carried on, or taken up by the next."""
    yield Heading(_("The next plan"))
    open_ = [(one, _open_goals(one, _)) for one in stage.period.plans]
    if not any(goals for _plan, goals in open_):
        text = _("All goals are reached.") if stage.period.goals else _("No goal is set.")
        yield Prose(f"{text}{' ' if _.lang == 'en' else ''}{_('Talk about what comes next.')}")
        return
    for one, goals in open_:
        if goals:
            name = _.name(one.plan.template.name)
            over = not one.plan.runs_on(stage.period.as_of)
            title = (
                _("{plan} is over; for the next plan", plan=name) if over else _("{plan} goes on", plan=name)
            )
            yield Callout(title, tuple(goals), "watch")


def _open_goals(one: Progress, _: Words) -> list[str]:
    return [
        _("{goal}: {state}", goal=_.name(goal.agreed.goal.words), state=goal_state(goal.state, _))
        for goal in one.goals
        if goal.state != "met"
    ]
