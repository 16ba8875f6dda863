"""What a rulebook looks at: the indicators that must be read to evaluate it."""

from collections.abc import Iterable, Iterator

from kanglu.catalogue import conditions as asked
from kanglu.catalogue.criteria import Change, Gap, Measured
from kanglu.catalogue.rulebook import Rulebook
from kanglu.catalogue.rules import Done


def indicators(rules: Rulebook) -> set[str]:
    """Every indicator that a condition reads, or that closes a task or stops a journey."""
    found = indicators_of(_conditions(rules))
    for done in _closings(rules):
        found.update(done.observed)
    for rule in rules.rules.values():
        if rule.on is not None:
            found.update(rule.on.observed)
    return found


def indicators_of(conditions: Iterable[asked.Condition]) -> set[str]:
    """Every indicator that conditions read."""
    return {
        name
        for condition in conditions
        for node in asked.walk(condition)
        if isinstance(node.asked, Measured | Change | Gap)
        for name in node.asked.of
    }


def _conditions(rules: Rulebook) -> Iterator[asked.Condition]:
    for rule in rules.rules.values():
        yield from (part for part in (rule.applies, rule.when) if part is not None)
    for programme in rules.programmes.values():
        yield from (one.when for one in programme.classes)
    for sending in rules.sending.values():
        yield from (one.when for one in sending.channels if one.when is not None)
        yield from (one.when for one in sending.hours)


def _closings(rules: Rulebook) -> Iterator[Done]:
    for rule in rules.rules.values():
        for gift in rule.gives:
            yield from gift.done
    for journey in rules.journeys.values():
        yield from journey.stop
        for step in journey.steps:
            yield from step.gives.done
