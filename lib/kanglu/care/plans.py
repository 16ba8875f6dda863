"""Plans of people: a template begun for a person, ended early, or proposed to whom a tag says it is for.

A plan is a fact of the record (FHIR CarePlan). It keeps its template as it was, the targets that were agreed
on and the values of the day it began; what has become of it is worked out from facts, see `progress`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final, Literal

import orjson
import pandas as pd

from kanglu.care.block import Block
from kanglu.care.blocks import block_of
from kanglu.care.book import in_force
from kanglu.care.calendar import number
from kanglu.care.checks import now, require_known, require_past, require_reason
from kanglu.care.dossiers import known_of
from kanglu.care.entered import known_now
from kanglu.care.marks import marks
from kanglu.care.measuring import Value, newest
from kanglu.care.tasks import acts_of, frame_of
from kanglu.catalogue import Catalogue
from kanglu.catalogue.criteria import Compared
from kanglu.catalogue.plans import PlanGoal, PlanTemplate
from kanglu.catalogue.rulebook import Rulebook
from kanglu.errors import RecordError
from kanglu.record import Dossier, Store
from kanglu.record.facts import CarePlan
from kanglu.record.frames import rows_in
from kanglu.record.listed import UNSOUND
from kanglu.record.moment import Moment

SYSTEM: Final = "kanglu-plan"
_READ: Final = ("system", "status", "effective", "effective_end", "clinical_status", "detail", "source")
type PlanStatus = Literal["active", "revoked"]


@dataclass(frozen=True, slots=True)
class Agreed:
    """A goal of a person: what the value is to be, in the indicator's unit, and by which day at the latest.

    `start` is the value as it was known on the day on which the plan began; progress goes by the facts.
    """

    goal: PlanGoal
    wanted: Compared
    by: date
    start: Value | None


@dataclass(frozen=True)
class Plan:
    """A plan of a person.

    Parameters
    ----------
    start, end : the day on which it begins, and the first on which it no longer runs.
    status : active, also when its time is over; or revoked, when it was ended before.
    reason : why it was.
    source : who began it.
    """

    template: PlanTemplate
    start: date
    end: date
    status: PlanStatus
    goals: tuple[Agreed, ...]
    reason: str | None
    source: str | None

    def runs_on(self, day: date) -> bool:
        """Whether it runs on a day; on the one of its end it no longer does."""
        return self.start <= day < self.end

    def meets(self, first: date, last: date) -> bool:
        """Whether it runs on any day from a first to a last one."""
        return self.start <= last and first < self.end


@dataclass(frozen=True, slots=True)
class Proposed:
    """A plan that a person has a tag for and does not have; the first of the template's tags that fits."""

    person_id: int
    record_number: str
    template: str
    tag: str


def begin(
    store: Store, record_number: str, template: str, day: date, by: str, *, rules: Rulebook | None = None
) -> Plan:
    """Begin a plan for a person on a day; `by` says who does.

    Raises `RecordError` for an unknown template, a day ahead, a person who has died, and while the person has
    a plan of this template.
    """
    book = rules or in_force(store)
    person = store.person(record_number).view
    where = person.record_number
    require_past(store, day, where)
    require_known(template, "plan", book.plans, where)
    if person.deceased:
        raise RecordError("The person has died.", where=where, remedy="There is nothing to plan.")
    chosen = book.plans[template]
    [dossier] = store.dossiers([person.id], as_of=day, known=now(store).date())
    plan = agree(dossier, chosen, day, by, book)
    with store.batch(f"begin {template} {where}", kind="entry") as writer:
        for one in _stored(store, person.id):
            if one.template.id == template and one.start < plan.end and plan.start < one.end:
                raise RecordError(
                    f"The person has the plan {template} from {one.start} to {one.end}.",
                    where=where,
                    remedy="End it first, or choose a later day.",
                )
        writer.add(fact_of(person.id, plan))
    return plan


def end(store: Store, record_number: str, template: str, day: date, by: str, reason: str) -> Plan:
    """End a person's plan before its time: on that day it no longer runs.

    Raises `RecordError` when the plan does not run on that day; one whose time is over has ended by itself.
    """
    person = store.person(record_number).view
    where = person.record_number
    require_past(store, day, where)
    require_reason(reason, where)
    with store.batch(f"end {template} {where}", kind="entry") as writer:
        running = [one for one in _stored(store, person.id) if one.runs_on(day)]
        mine = [one for one in running if one.template.id == template]
        if not mine:
            names = ", ".join(one.template.id for one in running)
            raise RecordError(
                f"On {day} no plan {template!r} runs.", where=where, remedy=f"Running: {names or 'none'}."
            )
        [plan] = mine
        ended = replace(plan, end=day, status="revoked", reason=reason.strip(), source=f"kanglu/{by}")
        writer.add(fact_of(person.id, ended))
    return ended


def propose(
    store: Store,
    ids: Sequence[int],
    *,
    as_of: date | None = None,
    known: date | None = None,
    rules: Rulebook | None = None,
) -> tuple[Proposed, ...]:
    """Whom, of these people, a tag says a plan is for, and who has none of it on the day; none of the dead.

    Tags are those of the last evaluation, and those set by hand.
    """
    book = rules or in_force(store)
    moment = Moment(as_of or store.as_of, known or as_of or store.known)
    wanted = sorted(set(ids))
    tags = frame_of([one.row for one in store.results(wanted, moment.known) if one.row.kind == "tag"])
    acts = acts_of(store, wanted, moment, "flag")
    tagged = marks(tags, acts.frame("flag"), moment.as_of)
    died = frozenset(acts.known.people.loc[acts.known.people["died"].notna(), "person_id"].tolist())
    facts = store.facts(wanted, "care_plan", moment)
    having = {
        (int(rows["person_id"].iloc[0]), plan.template.id)
        for _, rows in facts.groupby("person_id")
        for plan in plans_in(rows)
        if plan.runs_on(moment.as_of)
    }
    numbers = acts.numbers
    return tuple(
        Proposed(one, str(numbers[one]), plan, tag)
        for one in wanted
        if one not in died
        for plan, tag in fitting(
            {tag for tag, who in tagged.items() if one in who},
            {template for person, template in having if person == one},
            book,
        )
    )


def fitting(tags: Collection[str], running: Collection[str], rules: Rulebook) -> Iterator[tuple[str, str]]:
    """The templates that tags say are for somebody and that do not run, each with the first tag that fits."""
    for plan in rules.plans.values():
        if plan.id not in running:
            tag = next((tag for tag in plan.for_ if tag in tags), None)
            if tag is not None:
                yield plan.id, tag


def plans_of(dossier: Dossier) -> tuple[Plan, ...]:
    """The plans of a dossier's person, the first begun first; those of other systems are left out."""
    return plans_in(dossier.care_plans)


def plans_in(facts: pd.DataFrame) -> tuple[Plan, ...]:
    """The plans among facts of one person."""
    ours = (said for said in rows_in(facts, _READ) if said[0] == SYSTEM and said[1] not in UNSOUND)
    plans = [_plan_of(*said[2:]) for said in ours]
    return tuple(sorted(plans, key=lambda plan: (plan.start, plan.template.id)))


# -- what was agreed on ----------------------------------------------------------------------------


def agree(dossier: Dossier, template: PlanTemplate, day: date, by: str, rules: Rulebook) -> Plan:
    """The plan that begins on a day for the person of a dossier, which knows that day."""
    known = known_of(dossier, day, [goal.of for goal in template.goals])
    agreeing = _Agreeing(dossier, block_of(known, rules), rules.catalogue, day)
    goals = tuple(agreeing.goal(goal) for goal in template.goals)
    return Plan(template, day, template.length.after(day), "active", goals, None, f"kanglu/{by}")


@dataclass(frozen=True, eq=False)
class _Agreeing:
    dossier: Dossier
    block: Block
    catalogue: Catalogue
    day: date

    def goal(self, goal: PlanGoal) -> Agreed:
        start = newest(self.block, goal.of, self.day)
        return Agreed(goal, self._wanted(goal), goal.by.after(self.day), start)

    def _wanted(self, goal: PlanGoal) -> Compared:
        """What is to be compared with, in the canonical unit."""
        indicator = self.catalogue.indicators[goal.of]
        if goal.target and (age := self.dossier.person.age_on(self.day)) is not None:
            target = indicator.target_for(age, self.problems, self.dossier.person.sex)
            if target is not None:
                low, high = "ge" if target.low_inclusive else "gt", "le" if target.high_inclusive else "lt"
                limits = {low: target.low, high: target.high}
                return Compared.model_validate(
                    {name: limit for name, limit in limits.items() if limit is not None}
                )
        said = goal.limits
        if goal.unit is not None:
            said = {name: indicator.convert(limit, goal.unit) for name, limit in said.items()}
        return Compared.model_validate({**said, "is": goal.is_, "in": goal.in_})

    @cached_property
    def problems(self) -> Collection[str]:
        """The person's problems on the day."""
        on = number(self.day)
        return frozenset(name for name, held in self.block.problems.items() if bool(held.on(on).any()))


# -- as the record keeps it ------------------------------------------------------------------------


def fact_of(person_id: int, plan: Plan) -> CarePlan:
    """A plan as the record keeps it."""
    code, start = plan.template.id, plan.start.isoformat()
    return CarePlan(
        person_id, SYSTEM, code, start, plan.end.isoformat(), clinical_status=plan.status, intent="plan",
        detail=_detail(plan), origin="measured", display=plan.template.name.get("zh"), source=plan.source,
        source_key=f"{code}/{start}",
    )  # fmt: skip


def _detail(plan: Plan) -> str:
    said = {
        "template": plan.template.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "goals": [
            {
                "id": one.goal.id,
                "wanted": one.wanted.model_dump(mode="json", by_alias=True, exclude_defaults=True),
                "by": one.by,
                "start": one.start,
            }
            for one in plan.goals
        ],
        "reason": plan.reason,
    }
    return orjson.dumps(said).decode()


def _plan_of(start: str, end: str, status: PlanStatus, detail: str, source: str | None) -> Plan:
    said = orjson.loads(detail)
    template = PlanTemplate.model_validate(said["template"])
    goals = {goal.id: goal for goal in template.goals}
    return Plan(
        template,
        date.fromisoformat(start),
        date.fromisoformat(end),
        status,
        tuple(_agreed(goals[one["id"]], one) for one in said["goals"]),
        said["reason"],
        source,
    )


def _agreed(goal: PlanGoal, said: Mapping[str, Any]) -> Agreed:
    start = said["start"]
    value = None if start is None else Value(**{**start, "day": date.fromisoformat(start["day"])})
    return Agreed(goal, Compared.model_validate(said["wanted"]), date.fromisoformat(said["by"]), value)


def _stored(store: Store, person_id: int) -> tuple[Plan, ...]:
    """The plans of a person by all that is known now, while nobody else writes."""
    return plans_in(known_now(store, person_id, "care_plan"))
