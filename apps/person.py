"""One person: who they are, what matters now, what holds and why, and everything that happened."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from kanglu import care
from kanglu.care import plans
from kanglu.care.book import in_force
from kanglu.care.consents import Answer
from kanglu.care.explaining import Reason
from kanglu.care.flags import set_tag, take_tag
from kanglu.care.progress import Progress
from kanglu.care.telling.lines import role_named
from kanglu.i18n import Words
from kanglu.insight.person import KINDS, Look, look
from kanglu.insight.person.given import Tag, Task
from kanglu.insight.person.look import Matter
from kanglu.insight.person.timeline import Event, Kind
from kanglu.insight.person.values import Newest
from kanglu.record.facts import NATIONAL_ID
from kanglu.record.identifying import Identity
from kanglu.reporting.care.plans import goal_state
from kanglu.reporting.wording import day_text, figure_text, limits_text, plain_name
from kanglu.trust import Action, Resource
from kanglu.trust.consent import called
from kanglu.ui import Page, act
from kanglu.ui.attachments import ROUTES as ATTACHMENTS
from kanglu.ui.attachments import WithAttachments
from kanglu.ui.people import sex_name
from kanglu.ui.rights import answer_in_words
from kanglu.ui.signing import within
from kanglu.ui.visitors import house_of, visitor_of
from kanglu.unit_text import unit_text

AT_A_TIME: Final = 15
"""So many events are shown first, and more at each asking."""
VALUES_SHOWN: Final = 10
"""So many measurements stand open, those out of range before others; the rest is folded away."""
SYNCED: Final = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """A value as the page writes it."""

    name: str
    value: str
    unit: str
    side: str
    limits: str
    kind: str
    before: str
    course: str
    day: str
    critical: bool
    old: bool


class Person(WithAttachments, Page):
    """One person."""

    routes: ClassVar[tuple[str, ...]] = ("/person/{record_number}",)
    template: ClassVar[str] = "person.html"

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        """Person."""
        return _("Person")

    def title(self) -> str:
        """The person's name."""
        return self.who.name or self._("no name")

    def opened(self) -> None:
        """Read the person."""
        self.number = self.route["record_number"].strip().upper()
        self.named = self.may(Action.READ, Resource.IDENTITY)
        self.writes = self.may(Action.WRITE, Resource.FACTS)
        self.may_tell = self.named and self.may(Action.READ, Resource.AUDIT)
        self.rules = in_force(self.store)
        self.kind: Kind | None = next((kind for kind in KINDS if kind == self.query.get("show")), None)
        self.shown = AT_A_TIME
        self.whys: dict[str, Reason] = {}
        self.asked: set[str] = set()
        self.load()
        self.identity: Identity | None = self.store.masked_identity(self.who) if self.named else None

    def load(self) -> None:
        """Read the person anew."""
        dossier = self.store.dossier(self.number)
        self.who, self.number = dossier.person, dossier.person.record_number
        self.list_attachments(dossier.media)
        rulings = [one.row for one in self.store.results([self.who.id])]
        self.look: Look = look(dossier, rulings, self.rules, self._, named=self.named)

    # -- what is done ----------------------------------------------------------------------------

    @act(parts=("identity",))
    def show_identity(self) -> None:
        """Show numbers and addresses in full; it is written down."""
        self.identity = self.store.identity(self.who)
        self.tell(self._("It is written down that you have looked."), "note")

    @act(parts=("identity",), any_day=True)
    def hide_identity(self) -> None:
        """Mask them again."""
        self.identity = self.store.masked_identity(self.who)

    @act
    def set_tag(self, tag: str, reason: str) -> None:
        """Give the person a tag."""
        set_tag(self.store, self.number, tag, self.day, reason, rules=self.rules)
        self.load()
        self.tell(self._("The tag is set."))

    @act
    def take_tag(self, tag: str, reason: str) -> None:
        """Take a tag away."""
        take_tag(self.store, self.number, tag, self.day, reason, rules=self.rules)
        self.load()
        self.tell(self._("The tag is taken away."))

    @act
    def begin_plan(self, template: str) -> None:
        """Begin a plan that a tag proposes."""
        plans.begin(self.store, self.number, template, self.day, self.visitor.account.id, rules=self.rules)
        self.load()
        self.tell(self._("The plan begins today."))

    @act(parts=("tags", "tasks"), any_day=True)
    def why(self, key: str) -> None:
        """Show the facts behind a tag or task, or hide them again."""
        if not self.whys:
            explained = care.explain(self.store, self.number, self.rules, lang=self.visitor.lang, closed=True)
            self.whys = {one.key if one.kind != "tag" else one.code: one for one in explained.reasons}
        self.asked ^= {key}

    @act(parts=("timeline",), any_day=True)
    def only(self, kind: Kind | None = None) -> None:
        """Show the events of one kind, or all."""
        self.kind, self.shown = kind, AT_A_TIME
        self.place(f"/person/{self.number}" + (f"?show={kind}" if kind else ""))

    @act(parts=("timeline",), any_day=True)
    def more(self) -> None:
        """Show older events too."""
        self.shown += AT_A_TIME

    # -- what the template says ------------------------------------------------------------------

    def values(self) -> Mapping[str, Any]:
        """What the page shows, in words."""
        figures = [(one, self._figure(one)) for one in self.look.values]
        first = self._first(figures)
        return {
            "look": self.look,
            "sex": self._sex(),
            "paths": self._paths(),
            "numbers": list(self._numbers()),
            "matters": [self._matter(one) for one in self.look.matters if one.level != "out"],
            "outs": [self._out(one.value) for one in self.look.matters if one.level == "out" and one.value],
            "first": first,
            "rest": [figure for _, figure in figures if figure not in first],
            "events": self._events(),
            "counts": self._counts(),
            "tag_choices": self._tag_choices(),
        }

    def _first(self, figures: Sequence[tuple[Newest, Figure]]) -> Sequence[Figure]:
        """What stands open: what is out of range, then the key measurements, in the catalogue's order."""
        fresh = [(one, figure) for one, figure in figures if one.recent and (one.out or one.indicator.key)]
        ranked = sorted(fresh, key=lambda pair: not pair[0].out)[:VALUES_SHOWN]
        return [figure for _, figure in fresh if any(figure is other for _, other in ranked)]

    def _sex(self) -> str:
        return sex_name(self.who.sex, self._) or self._("sex not recorded")

    def _paths(self) -> Mapping[str, str]:
        return {
            "visit": f"/visit/{self.number}",
            "trends": f"/trends/{self.number}",
            "reports": f"/reports?person={self.number}",
        }

    def _numbers(self) -> Iterator[tuple[str, str]]:
        """What identifies and reaches the person: what it is, and the number."""
        _, found = self._, self.identity
        if found is None:
            return
        yield from ((_("Telephone"), number) for number in found.telephones)
        yield from ((_("ID number"), number) for system, number in found.numbers if system == NATIONAL_ID)
        others = dict.fromkeys(number for system, number in found.numbers if system != NATIONAL_ID)
        yield from ((_("Card or number"), number) for number in others)
        yield from ((_("Address"), place) for place in found.addresses)

    def _figure(self, one: Newest) -> Figure:
        _, indicator = self._, one.indicator
        return Figure(
            name=_.name(indicator.name),
            value=figure_text(indicator, one.reading, _),
            unit=unit_text(indicator.unit, _) if one.reading.value is not None else "",
            side=one.side,
            limits=limits_text(indicator, one.limits, _),
            kind=one.limits.kind if one.limits else "",
            before="" if one.before is None else figure_text(indicator, one.before, _),
            course={"rising": _("rising"), "falling": _("falling"), "unclear": _("no clear trend")}.get(
                one.course or "", ""
            ),
            day=one.reading.day,
            critical=one.critical,
            old=not one.recent,
        )

    def _matter(self, one: Matter) -> Mapping[str, Any]:
        """Level, heading, why and link of something that matters now."""
        _, task, value = self._, one.task, one.value
        if task is not None:
            level = _("{n} days late", n=task.days_late) if one.level == "overdue" else self.state(task)
            return {
                "tone": "high" if one.level == "overdue" else "watch",
                "level": level,
                "what": task.name,
                "why": task.because,
                "key": task.key,
                "day": task.due,
            }
        assert value is not None
        out = self._out(value)
        return {
            "tone": "high",
            "level": _("critical value"),
            "what": f"{out['name']} {out['value']}",
            "why": out["why"],
            "key": out["key"],
            "day": out["day"],
        }

    def _out(self, value: Newest) -> Mapping[str, str]:
        """A value out of range in words."""
        _, figure = self._, self._figure(value)
        wanted = _("target {limits}", limits=figure.limits)
        if figure.kind != "target":
            wanted = _("reference {limits}", limits=figure.limits) if figure.limits else ""
        return {
            "tone": "low" if value.side == "low" else "high",
            "level": {"high": _("high"), "low": _("low")}.get(value.side, _("out of range")),
            "arrow": {"high": "↑", "low": "↓"}.get(value.side, ""),
            "name": figure.name,
            "value": f"{figure.value} {figure.unit}".strip(),
            "why": wanted,
            "key": value.indicator.id,
            "day": figure.day,
        }

    def state(self, task: Task) -> str:
        """A task's state in words."""
        _ = self._
        return {
            "draft": _("ahead"), "ready": _("can be done"), "due": _("due today"), "overdue": _("overdue"),
            "snoozed": _("put off"), "done": _("done"), "failed": _("not done"), "cancelled": _("called off"),
        }[task.state]  # fmt: skip

    def role(self, role: str | None) -> str:
        """A role of the care team in words."""
        return role_named(role or "", self._)

    def kind_name(self, kind: Kind) -> str:
        """A kind of event in words."""
        _ = self._
        return {
            "contact": _("Contacts"), "visit": _("Visits"), "feedback": _("Follow-up feedback"),
            "adherence": _("Taking medicines"), "lifestyle": _("Questionnaires"),
            "question": _("Health questions"), "consultation": _("Online consultations"),
        }[kind]  # fmt: skip

    def answer(self, answer: Answer) -> tuple[str, str]:
        """Where somebody stands to a purpose, in words, and how it looks."""
        return answer_in_words(answer, self._)

    def purpose_name(self, purpose: Any) -> str:
        """What a person may allow, in words."""
        return called(purpose, self.visitor.lang)

    def goal(self, state: Any) -> str:
        """The state of a goal in words."""
        return goal_state(state, self._)

    def text(self, names: Any) -> str:
        """A name in the page's language."""
        return names if isinstance(names, str) else self._.name(names)

    def since(self, effective: str | None) -> str:
        """A day, month or year in words."""
        return day_text(effective, self._)

    def plain(self, display: str) -> str:
        """A name without what a terminology ends it with."""
        return plain_name(display)

    def running(self, plan: Progress) -> bool:
        """Whether a plan runs today."""
        return plan.plan.runs_on(self.day)

    def template_name(self, template: str) -> str:
        """What a plan is called."""
        return self._.name(self.rules.plans[template].name)

    def reason(self, one: Tag | Task) -> Reason | None:
        """The facts behind a tag or task, when they were asked for."""
        key = one.code if isinstance(one, Tag) else one.key
        return self.whys.get(key) if key in self.asked else None

    def _events(self) -> Sequence[Event]:
        return [one for one in self.look.timeline if self.kind in (None, one.kind)]

    def _counts(self) -> Mapping[Kind, int]:
        return {kind: sum(one.kind == kind for one in self.look.timeline) for kind in KINDS}

    def _tag_choices(self) -> Sequence[tuple[str, str]]:
        held = {one.code for one in self.look.tags}
        names = ((tag.id, self._.name(tag.name)) for tag in self.rules.tags.values() if tag.id not in held)
        return sorted(names, key=lambda one: one[1])


async def open_record(request: Request) -> Response:
    """Open a record that is not in one's panel, with a reason, and go on to where one wanted to go."""
    form, visitor = await request.form(), visitor_of(request)
    store = house_of(request).store_of(visitor)
    number, reason = request.path_params["record_number"], str(form.get("reason", ""))
    await run_in_threadpool(store.open_with_reason, number, reason)
    return RedirectResponse(within(str(form.get("next", ""))), 303)


ROUTES = (Route("/person/{record_number}/open", open_record, methods=["POST"]), *ATTACHMENTS)
