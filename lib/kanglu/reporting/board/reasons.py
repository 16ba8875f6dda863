"""Why somebody stands in a list of the board, in a few words."""

from kanglu.catalogue.rulebook import Rulebook
from kanglu.i18n import Words
from kanglu.insight.board import Because
from kanglu.reporting.wording import day_text, listing, number
from kanglu.unit_text import unit_text


def because_text(because: Because | None, rules: Rulebook, _: Words) -> str:
    """The fact that puts a person into a cell; empty where there is none to tell."""
    if because is None:
        return ""
    day = day_text(because.day, _)
    match because.kind:
        case "task":
            return _task(because, rules, day, _)
        case "pressure":
            high, low = (f"{value:g}" for value in because.values)
            return _("{high}/{low} mmHg on {day}", high=high, low=low, day=day)
        case "value":
            return _value(because, rules, day, _)
        case "contact":
            said = _code_name(because.codes[0], rules, _) if because.codes else _("no outcome noted")
            return _("{what}, {day}", what=said, day=day)
        case "marks":
            names = [mark_name(code, rules, _) for code in because.codes]
            return listing(names, _) if names else _("No risk marked")
    return {
        "enrolled": _("enrolled since {day}", day=day),
        "visit": _("last visit on {day}", day=day),
        "no_visit": _("no visit since the enrolment on {day}", day=day),
        "team": _("in the care team since {day}", day=day),
    }[because.kind]


def _task(because: Because, rules: Rulebook, day: str, _: Words) -> str:
    action = _.name(rules.actions[because.codes[0]].name)
    late = int(because.values[0])
    if late:
        return _.count(
            "{action}, due {day}, {n} day late",
            "{action}, due {day}, {n} days late",
            late,
            action=action,
            day=day,
        )
    return _("{action}, due {day}", action=action, day=day)


def _value(because: Because, rules: Rulebook, day: str, _: Words) -> str:
    indicator = rules.catalogue.indicators[because.codes[0]]
    value = f"{number(indicator, because.values[0])} {unit_text(indicator.unit, _)}".strip()
    return _("{name} {value} on {day}", name=_.name(indicator.name), value=value, day=day)


def _code_name(code: str, rules: Rulebook, _: Words) -> str:
    if code in rules.outcomes:
        return _.name(rules.outcomes[code].name)
    return _.name(rules.barriers[code].name) if code in rules.barriers else code


def mark_name(code: str, rules: Rulebook, _: Words) -> str:
    """A problem or a tag by its name."""
    if code in rules.catalogue.problems:
        return _.name(rules.catalogue.problems[code].name)
    return _.name(rules.tags[code].name) if code in rules.tags else code
