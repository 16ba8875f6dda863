"""The linter of plans: goals that can be compared and reached in time, actions that are planned in time."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kanglu.catalogue.conditions import IsLatest
from kanglu.catalogue.criteria import Latest
from kanglu.catalogue.layers import Heap
from kanglu.catalogue.lint.limits import wrong
from kanglu.catalogue.plans import PlanAction, PlanGoal, PlanTemplate
from kanglu.catalogue.reading import Path_
from kanglu.catalogue.spans import Span

if TYPE_CHECKING:
    from kanglu.catalogue.rulebook import Rulebook


def check_plans(book: "Rulebook", heap: Heap) -> None:
    """Note all that is wrong with plans beside the names that they use."""
    for name, plan in book.plans.items():
        _check_ids(heap, name, "goals", plan.goals)
        _check_ids(heap, name, "actions", plan.actions)
        for path, span in _times(plan):
            if span.about > plan.length.about:
                what = f"{span} after the beginning the plan of {plan.length} is over."
                heap.fault("plans", name, path, what, "Give an earlier time, or make the plan longer.")
        for at, goal in enumerate(plan.goals):
            _check_goal(book, heap, name, at, goal)


def _check_ids(heap: Heap, name: str, field: str, parts: Iterable[PlanGoal | PlanAction]) -> None:
    seen = set[str]()
    for at, part in enumerate(parts):
        if part.id in seen:
            what = f"There are two {field} {part.id!r}."
            heap.fault("plans", name, (field, at, "id"), what, "Give each an id of its own.")
        seen.add(part.id)


def _times(plan: PlanTemplate) -> Iterator[tuple[Path_, Span]]:
    for at, goal in enumerate(plan.goals):
        yield ("goals", at, "by"), goal.by
    for at, action in enumerate(plan.actions):
        yield from ((("actions", at, "at", place), span) for place, span in enumerate(action.at))
        yield ("actions", at, "from"), action.from_
        if action.to is not None:
            yield ("actions", at, "to"), action.to


def _check_goal(book: "Rulebook", heap: Heap, name: str, at: int, goal: PlanGoal) -> None:
    indicator = book.catalogue.indicators.get(goal.of)
    if indicator is None:
        return
    path: Path_ = ("goals", at)
    if goal.relative:
        if indicator.kind != "quantity":
            what = f"{goal.of} is {indicator.kind}: it has no change in percent."
            heap.fault("plans", name, (*path, "relative"), what, "Compare the value itself.")
        return
    asked = Latest.model_validate(
        {"of": goal.of, **goal.limits, "unit": goal.unit, "is": goal.is_, "in": goal.in_}
    )
    for fault in wrong(book.catalogue, IsLatest(latest=asked)):
        heap.fault("plans", name, (*path, *fault.path), fault.what, fault.remedy)
