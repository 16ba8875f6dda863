"""One person at a glance, as of a day: what the page of a person says, made of one dossier."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from kanglu.care.consents import Said, everything
from kanglu.care.evaluator import Evaluator
from kanglu.care.plans import Plan, fitting, plans_of
from kanglu.care.progress import Progress, looking_at, progress
from kanglu.catalogue.rulebook import Rulebook
from kanglu.dates import end_of
from kanglu.i18n import Words
from kanglu.insight.ahead import Ahead, ahead
from kanglu.insight.annual import age_of
from kanglu.insight.findings import About
from kanglu.insight.history import history
from kanglu.insight.lists import Listed, allergies, medicines, problems
from kanglu.insight.person.given import Given, Tag, Task, team
from kanglu.insight.person.timeline import Event, timeline
from kanglu.insight.person.values import Newest, newest
from kanglu.insight.scores import Scored, scored
from kanglu.record import Dossier
from kanglu.record.frames import rows_in
from kanglu.record.inputs import input_columns
from kanglu.record.listed import UNSOUND, denied
from kanglu.record.rulings import Ruling

type Level = Literal["critical", "overdue", "out", "due"]
MOST_OUT = 6
"""So many values out of range stand among what matters now, the furthest out; the others in their table."""


@dataclass(frozen=True, slots=True)
class Stands:
    """Something that holds since a day: a programme, a member of the team; when a source gave facts last."""

    what: str
    since: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that matters now: a task, or a value."""

    level: Level
    task: Task | None = None
    value: Newest | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that the page of a person says.

    Parameters
    ----------
    age : completed years, None where they are not known.
    allergies : those there are; `no_allergy` says that the record says there is none.
    matters : what matters now, the most urgent first; nothing of the dead.
    plans : with what has become of them, those that run first.
    proposed : templates that a tag says are for the person and that do not run, each with the tag's name.
    synced : each source of the facts and when it last gave any, the latest first.
    """

    dossier: Dossier
    age: int | None
    programmes: tuple[Stands, ...]
    team: tuple[Stands, ...]
    allergies: tuple[Listed, ...]
    no_allergy: bool
    problems: tuple[Listed, ...]
    medicines: tuple[Listed, ...]
    tags: tuple[Tag, ...]
    tasks: tuple[Task, ...]
    values: tuple[Newest, ...]
    scores: tuple[Scored, ...]
    matters: tuple[Matter, ...]
    ahead: tuple[Ahead, ...]
    plans: tuple[Progress, ...]
    proposed: tuple[tuple[str, str], ...]
    consents: tuple[Said, ...]
    timeline: tuple[Event, ...]
    synced: tuple[Stands, ...]

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        """The tasks that are still to be done."""
        return tuple(one for one in self.tasks if one.open)


def look(
    dossier: Dossier, rulings: Collection[Ruling], rules: Rulebook, _: Words, *, named: bool = True
) -> Look:
    """Look at one person as of the dossier's day.

    Parameters
    ----------
    rulings : what the rules have given the person, as the record holds it (`Store.results`).
    rules : the rules in force.
    named : whether the reader may know who people are; for who may not, nothing is told that somebody wrote
        freely, nor where a fact stands, for either may say it.
    """
    day, catalogue, deceased = dossier.as_of, rules.catalogue, dossier.person.deceased
    until, age = end_of(day), age_of(dossier, day)
    listed = problems(dossier.conditions, until, catalogue)
    current = frozenset(name for one in listed if one.current and one.sure for name in one.ids)
    about = About(dossier.person.sex, age, current)
    values = newest(catalogue, history(dossier.observations, until), about, day)
    given = Given(dossier, rulings, rules, _, named)
    tags, tasks = given.tags(), given.tasks()
    said = allergies(dossier.allergies, until)
    mine = plans_of(dossier)
    evaluator = looking_at(dossier, mine, rules) if mine else None
    return Look(
        dossier=dossier,
        age=age,
        programmes=tuple(_programmes(dossier, rules, _)),
        team=_team(dossier, rules) if named else (),
        allergies=tuple(one for one in said if not denied(one.display)),
        no_allergy=any(denied(one.display) for one in said),
        problems=listed,
        medicines=medicines(dossier.medications, until, catalogue),
        tags=tags,
        tasks=tasks,
        values=values,
        scores=_scores(dossier, rules, about) if about.adult and not deceased else (),
        matters=() if deceased else tuple(_matters(tasks, values)),
        ahead=ahead(dossier, rules, evaluator),
        plans=_plans(dossier, mine, rules, evaluator),
        proposed=() if deceased else _proposed(tags, mine, day, rules),
        consents=everything(dossier, day),
        timeline=timeline(dossier, rules, _, named=named),
        synced=tuple(_synced(dossier)) if named else (),
    )


def _matters(tasks: Collection[Task], values: Collection[Newest]) -> Iterator[Matter]:
    recent = [one for one in values if one.recent and one.out]
    yield from (Matter("critical", value=one) for one in recent if one.critical)
    open_ = [one for one in tasks if one.open and one.state not in ("snoozed", "draft")]
    yield from (Matter("overdue", one) for one in open_ if one.state == "overdue")
    yield from (Matter("due", one) for one in open_ if one.state != "overdue")
    out = sorted(
        (one for one in recent if not one.critical and not one.habit),
        key=lambda one: (one.limits is None or one.limits.kind != "target", -one.excess),
    )
    yield from (Matter("out", value=one) for one in out[:MOST_OUT])


def _programmes(dossier: Dossier, rules: Rulebook, _: Words) -> Iterator[Stands]:
    """The programmes that the person is enrolled in on the day."""
    on = dossier.as_of.isoformat()
    columns = ("code", "display", "effective", "effective_end", "clinical_status", "status")
    for code, display, since, end, state, status in rows_in(dossier.episodes, columns):
        over = (end is not None and end[:10] <= on) or (end is None and state in ("finished", "inactive"))
        if status in UNSOUND or over or since is None or state == "cancelled":
            continue
        if code in rules.programmes:
            yield Stands(_.name(rules.programmes[code].name), since)
        elif code == "card":
            yield Stands(_("Contract with the family doctor"), since)
        else:
            yield Stands(display or code or "?", since)


def _team(dossier: Dossier, rules: Rulebook) -> tuple[Stands, ...]:
    return tuple(Stands(name, since, role) for role, name, since in team(dossier, rules))


def _scores(dossier: Dossier, rules: Rulebook, about: About) -> tuple[Scored, ...]:
    person = dossier.person
    people = pd.DataFrame({"sex": [person.sex], "birth_date": [person.birth_date]}, index=[person.id])
    facts = dossier.observations, dossier.conditions, dossier.medications
    return scored(input_columns(people, *facts, dossier.as_of, rules.catalogue))


def _plans(
    dossier: Dossier, mine: Collection[Plan], rules: Rulebook, evaluator: Evaluator | None
) -> tuple[Progress, ...]:
    found = [progress(dossier, one, dossier.as_of, rules=rules, evaluator=evaluator) for one in mine]
    newest_first = sorted(found, key=lambda one: one.plan.start, reverse=True)
    return tuple(sorted(newest_first, key=lambda one: not one.plan.runs_on(dossier.as_of)))


def _proposed(
    tags: Collection[Tag], mine: Collection[Plan], day: date, rules: Rulebook
) -> tuple[tuple[str, str], ...]:
    names = {one.code: one.name for one in tags}
    running = {one.template.id for one in mine if one.runs_on(day)}
    return tuple((template, names[tag]) for template, tag in fitting(names, running, rules))


def _synced(dossier: Dossier) -> Iterator[Stands]:
    batches = dossier.batches.sort_values("recorded", ascending=False)
    for label, recorded in zip(batches["label"].tolist(), batches["recorded"].tolist(), strict=True):
        yield Stands(label, recorded)
