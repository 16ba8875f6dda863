"""What each number of the board means: its name, who counts, and where the definition comes from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from kanglu.catalogue.rulebook import Rulebook
from kanglu.i18n import Words
from kanglu.insight.board import Board
from kanglu.insight.rates import DEFINITIONS
from kanglu.reporting.board.reasons import mark_name
from kanglu.reporting.cohort.definitions import definition


@dataclass(frozen=True, slots=True)
class Meaning:
    """A number in words: its name, the sentence that defines it, its source."""

    title: str
    sentence: str
    source: str


def meaning(board: Board, key: str, _: Words) -> Meaning:
    """The meaning of a cell or a figure of the board, by its key."""
    topic, _slash, rest = key.partition("/")
    said: dict[str, Callable[[], Meaning]] = {
        "people": lambda: _people(board, _),
        "register": lambda: _register(board, rest, _),
        "load": lambda: _load(board.sources.rules, rest, _),
        "residents": lambda: _residents(board.sources.rules, rest, _),
    }
    if topic in said:
        return said[topic]()
    figure = _figure(board, topic, _)
    part = {"part": "", "whole": _("all who count")}.get(rest) if rest else ""
    return _with(figure, part if part is not None else apart_name(rest, _), _)


def _with(found: Meaning, part: str, _: Words) -> Meaning:
    if not part:
        return found
    title = _("{figure}: {part}", figure=found.title, part=part)
    return Meaning(title, found.sentence, found.source)


def state_name(state: str, _: Words) -> str:
    """A column of the register."""
    return {
        "enrolled": _("Enrolled"),
        "due": _("Due now"),
        "overdue": _("Overdue"),
        "in_target": _("In target"),
        "not_in_target": _("Not in target"),
        "not_measured": _("Not measured"),
        "never_visited": _("Never visited"),
        "lost": _("Lost"),
    }[state]


def apart_name(name: str, _: Words) -> str:
    """What a figure tells apart."""
    return {
        "late": _("done late"),
        "failed": _("failed"),
        "overdue": _("still overdue"),
        "cancelled": _("cancelled"),
        "open": _("still open"),
        "unknown": _("another outcome"),
        "none": _("no outcome noted"),
        "seen": _("seen in person"),
    }.get(name, name)


def _people(board: Board, _: Words) -> Meaning:
    chosen = board.chosen.practitioner or board.chosen.programme
    sentence = (
        _("Living people on the day whom the filters above choose.")
        if chosen
        else _("Living people on the day whose record is kept here.")
    )
    return Meaning(_("People"), sentence, _("Our definition."))


def _register(board: Board, rest: str, _: Words) -> Meaning:
    programme, _slash, state = rest.partition("/")
    named = _.name(board.sources.rules.programmes[programme].name)
    title = _("{figure}: {part}", figure=named, part=state_name(state, _))
    control = _("Of those enrolled, by the control rate of the twelve months to the day.")
    sentence = {
        "enrolled": _("Alive and in the programme on the day."),
        "due": _(
            "Has an open task of the programme whose window has opened and which is due on the day or later."
        ),
        "overdue": _("Has an open task of the programme that was due before the day."),
        "in_target": control,
        "not_in_target": control,
        "not_measured": _("Of those enrolled: nothing measured in the twelve months that the rate counts."),
        "never_visited": _("No visit of the programme since the enrolment."),
        "lost": _("Visited since the enrolment, but not in the twelve months to the day."),
    }[state]
    return Meaning(title, sentence, _("Our definition."))


def _load(rules: Rulebook, rest: str, _: Words) -> Meaning:
    owner, _slash, what = rest.partition("/")
    member = rules.staff.get(owner)
    name = _("nobody's") if member is None else member.name
    titles = {
        "clients": (_("Clients"), _("Living people of whose care team the member is.")),
        "open": (_("Open tasks"), _("Tasks that are not closed, whenever they are due.")),
        "due_today": (_("Due today"), _("Open tasks that are due on the day.")),
        "due_week": (_("Due this week"), _("Open tasks that are due on the day or in the six after it.")),
        "overdue": (_("Overdue"), _("Open tasks that were due before the day.")),
        "waiting": (
            _("Waiting"),
            _("People who can be contacted now: a window has opened and no later try is agreed on."),
        ),
    }
    week = (_("Due in week {n}", n=what[-1]), _("People with an open task that is due in these seven days."))
    title, sentence = titles.get(what, week)
    return Meaning(_("{figure}: {part}", figure=name, part=title), sentence, _("Our definition."))


def _residents(rules: Rulebook, rest: str, _: Words) -> Meaning:
    under = _("Under contract: alive, with a doctor in the care team on the day.")
    if rest == "all":
        return Meaning(_("Residents under contract"), under, _("Our definition."))
    if rest == "unmarked":
        none = _("Neither a problem that holds nor a tag of risk is in the record.")
        return Meaning(_("No risk marked"), none, _("Our definition."))
    return Meaning(mark_name(rest.partition(":")[2], rules, _), under, _("Our definition."))


def _figure(board: Board, key: str, _: Words) -> Meaning:
    name, _at, until = key.partition("@")
    if name in DEFINITIONS:
        rate = definition(name, _)
        day = _.day(date.fromisoformat(until) if until else board.as_of)
        year = _("The year is here the twelve months to {day}.", day=day)
        return Meaning(rate.title, f"{rate.sentence} {year}", rate.source)
    own = _("Our definition.")
    topic, _dot, rest = name.partition(".")
    if topic == "follow_up_in_time":
        sentence = _(
            "Follow-ups done by the day they were due, of all that came due in the month; what was cancelled "
            "does not count, and what is due today has the rest of the day."
        )
        return Meaning(_("Follow-ups done in time"), sentence, own)
    if topic == "follow_up_completion":
        sentence = _(
            "Follow-ups done, of those due in the month that were done or failed; what is still open is told "
            "apart."
        )
        return Meaning(_("Follow-ups completed"), sentence, own)
    if topic == "calls":
        outcome = _.name(board.sources.rules.outcomes[rest].name)
        sentence = _("Calls that came to it, of all calls of the twelve months that came to something.")
        return Meaning(_("Calls: {outcome}", outcome=outcome), sentence, own)
    if topic == "barriers":
        barrier = _.name(board.sources.rules.barriers[rest].name)
        sentence = _("Contacts of the twelve months with this reason, of all contacts with a coded reason.")
        return Meaning(_("Barrier: {barrier}", barrier=barrier), sentence, own)
    return _standard(board, topic.removesuffix("_managed_to_standard"), rest, _)


def _standard(board: Board, programme: str, by: str, _: Words) -> Meaning:
    named = _.name(board.sources.rules.programmes[programme].name)
    title = _("{programme}: managed to the standard", programme=named)
    if by.startswith("four_visits"):
        return Meaning(
            title,
            _("Of all managed in the year: seen in person on four days or more."),
            _("National basic public health service rules, third edition, 2017."),
        )
    return Meaning(
        _("{figure}, by quarter", figure=title),
        _("Of all managed in the year: one visit for each quarter that is over, by its end."),
        _("Guangdong and Shenzhen, 2011."),
    )
