"""Visit: one form for all of a person's programmes, or another questionnaire, and what it would come to."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kanglu.care import visit
from kanglu.care.book import in_force
from kanglu.care.forms import questionnaires
from kanglu.care.queue import queue
from kanglu.care.visit.telling import answer_text, doubt_text, fault_text, known_text
from kanglu.dates import parse_day
from kanglu.errors import DateError, FormError, NotFound, Overtaken
from kanglu.i18n import Words
from kanglu.record.drafts import Draft
from kanglu.record.opened import in_china
from kanglu.trust import Action, Purpose, Resource
from kanglu.ui import Page, act, bounds, house_of, visitor_of
from kanglu.ui.begun import VISITS, Begun
from kanglu.ui.forms import Section, Shown, answers_from, sections
from kanglu.ui.people import sex_and_age
from kanglu.ui.recordings import WithRecordings

if TYPE_CHECKING:
    import pandas as pd

PAPERS: Final[Mapping[str, str]] = {"hypertension": "hypertension", "type2_diabetes": "diabetes"}
"""The official form that a visit of a programme is printed on."""
SECTIONS: Final = 14
"""Parts of the template that each hold a section of a form."""


class Visit(WithRecordings, Page):
    """A visit being entered, or another form."""

    routes: ClassVar[tuple[str, ...]] = ("/visit/{record_number}",)
    template: ClassVar[str] = "visit.html"
    needs: ClassVar = (
        (Action.READ, Resource.FACTS), (Action.READ, Resource.IDENTITY), (Action.WRITE, Resource.FACTS),
    )  # fmt: skip

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        """Follow-up visit."""
        return _("Follow-up visit")

    def title(self) -> str:
        """Whom the form is about."""
        return f"{self.form_name} · {self.dossier.person.name or self.dossier.person.record_number}"

    # -- what is read --------------------------------------------------------------------------

    def opened(self) -> None:
        """Read the person, the form, what is known, and what was begun or saved before."""
        self.rules, self.catalogue = in_force(self.store), self.store.catalogue
        self.dossier = self.store.dossier(self.route["record_number"])
        self.visited = self._visited()
        self.form: visit.VisitForm | None = None
        try:
            self.form = self._form(self.query.get("form", ""))
        except FormError:
            self.template = "visit_none.html"  # type: ignore[misc]
            return
        self.known = visit.known(self.form, self.dossier, self.visited, self.catalogue)
        self.before = visit.before(self.form, self.dossier, self.visited, self.rules)
        self.saved: visit.Saved | None = None
        self._begin()

    def _visited(self) -> date:
        """The day of the visit: today, or an earlier one that the address names."""
        try:
            day = parse_day(self.query["day"]) if self.query.get("day") else self.day
        except DateError:
            day = self.day
        return min(day, self.day)

    def _form(self, name: str) -> visit.VisitForm:
        if name:
            return visit.form_for(questionnaires().get(name))
        return visit.form_of(self.dossier, self.visited, self.rules, questionnaires())

    def _begin(self) -> None:
        """Go on with a draft, else with what was saved of the day, else from nothing."""
        assert self.form is not None
        self.stored = visit.stored_answers(self.form, self.dossier, self.visited)
        self.mark = visit.mark(self.form, self.dossier, self.visited)
        draft = self._draft()
        said = {} if draft is None else draft.content
        self.answers: dict[str, object] = dict(said.get("answers", self.stored))
        self.confirmed: set[str] = set(said.get("confirmed", ()))
        self.seen: str = said.get("seen", self.mark)
        self.sending: str = said.get("key") or secrets.token_urlsafe(9)
        self.kept_at = "" if draft is None else f"{in_china(draft.saved):%H:%M}"
        self.resumed = draft is not None
        self.overtaken = self.seen != self.mark
        self.unfinished = False
        self.turn, self.answered_in = 0, dict[str, int]()
        self.history = visit.history(self.store, self.number, self.form, self.visited) if self.mark else ()
        self._look()

    def _draft(self) -> Draft | None:
        found: Draft | None = self.store.draft(self.key)
        return found

    @property
    def number(self) -> str:
        """The record number."""
        number: str = self.dossier.person.record_number
        return number

    @property
    def key(self) -> str:
        """Under which the draft is kept."""
        return Begun(self.number, self.visited, self.query.get("form", "")).key

    @property
    def form_name(self) -> str:
        """How the form is called."""
        return (
            self._.name(self.form.questionnaire.name) if self.form is not None else self._("Follow-up visit")
        )

    def _look(self) -> None:
        """Work out what the answers would come to, and how the form is shown with them."""
        assert self.form is not None
        self.found = visit.preview(
            self.form, self.answers, self.dossier, self.visited, self.rules,
            without_it=self.before, knowing=self.known,
        )  # fmt: skip
        self.sections = sections(self.form.questionnaire, self.answers, self._beside(), self._, self._titles)

    def _beside(self) -> Shown:
        assert self.form is not None
        items = self.form.questionnaire.by_id
        return Shown(
            asked=self.found.held.asked,
            known={name: known_text(items[name], one, self._) for name, one in self.known.items()},
            lasting=frozenset(name for name, one in self.known.items() if one.lasts),
            wrong={
                fault.item: fault_text(items[fault.item], fault, self._)
                for fault in self.found.faults
                if fault.item in items
            },
            doubts={
                one.item: (doubt_text(items[one.item], one, self._), one.key) for one in self.found.doubts
            },
            sure=frozenset(self.confirmed),
            computed=self.found.computed,
        )

    @property
    def _titles(self) -> Sequence[str]:
        if self.query.get("form"):
            return ()
        return self._("This visit"), self._("Medicines, reactions and what is next")

    def values(self) -> Mapping[str, Any]:
        """Whom the form is about, and what came of saving it."""
        saved = self.saved if self.form is not None else None
        return {
            "about": sex_and_age(self.dossier.person, self.visited, self._),
            "closed": [] if saved is None else self._rows(saved.closed),
            "opened": [] if saved is None else self._rows(saved.opened),
        }

    def _rows(self, found: "pd.DataFrame") -> list[tuple[str, date | None]]:
        """Tasks by name and due day, each once."""
        rows = zip(found["code"].tolist(), found["due"].tolist(), strict=True)
        return list(
            dict.fromkeys(
                (self._.name(self.rules.actions[code].name), date.fromisoformat(due) if due else None)
                for code, due in rows
            )
        )

    # -- what the template asks ------------------------------------------------------------------

    def section(self, at: int) -> Section | None:
        """The section of a part of the template; None for one that has none."""
        if at < SECTIONS - 1 or len(self.sections) <= SECTIONS:
            return self.sections[at] if at < len(self.sections) else None
        rest = self.sections[SECTIONS - 1 :]
        return Section(rest[0].id, rest[0].title, tuple(one for section in rest for one in section.questions))

    @cached_property
    def choices(self) -> list[tuple[str, str]]:
        """The forms that can be chosen."""
        others = [one for one in questionnaires().newest.values() if one.visit is None]
        return [("", self._("Follow-up visit")), *((one.id, self._.name(one.name)) for one in others)]

    @property
    def paths(self) -> Mapping[str, str]:
        """Where links of the page lead."""
        papers = {name: f"/visit/{self.number}/paper/{name}?year={self.visited.year}" for name in PAPERS}
        return {"person": f"/person/{self.number}", **papers}

    @property
    def open(self) -> list[tuple[str, str]]:
        """What must still be answered: id and question."""
        assert self.form is not None
        items = self.form.questionnaire.by_id
        return [(name, self._.name(items[name].text)) for name in self.found.held.open]

    @property
    def overtaken_by(self) -> tuple[str, str]:
        """Who has saved the form since, and when."""
        assert self.form is not None
        last = visit.last_saved(self.form, self.dossier, self.visited)
        if last is None:
            return "", ""
        member = self.rules.staff.get(last[0])
        return member.name if member is not None else last[0], self.at(last[1])

    @property
    def alarm(self) -> str:
        """What the answers ask for at once, in a word; empty for nothing."""
        return next((name for name, _due in self.steps(self.found.raised, "referral")), "")

    @property
    def in_doubt(self) -> list[str]:
        """The items whose answers are to be confirmed."""
        return [one.item for one in self.found.doubts if one.key not in self.confirmed]

    def level(self, verdict: visit.Verdict) -> str:
        """How a class is coloured; its name says the same."""
        if verdict.class_ is None:
            return ""
        if verdict.class_.id == verdict.programme.classes[-1].id:
            return "ok"
        return "watch" if verdict.class_.id in verdict.programme.streak else "high"

    def lacking(self, verdict: visit.Verdict) -> list[tuple[str, str]]:
        """What would have to be answered for a class: id and question."""
        assert self.form is not None
        items = self.form.questionnaire.by_id
        return [(name, self._.name(items[name].text)) for name in verdict.lacking]

    def steps(self, given: Sequence[visit.Step], *kinds: str) -> list[tuple[str, date | None]]:
        """Names and due days, each once; what is due first is not named again."""
        following = {step.row.key for verdict in self.found.verdicts for step in verdict.next}
        named = {
            (self._.name(step.name), step.due): None
            for step in given
            if step.kind in kinds and step.row.key not in following
        }
        return list(named)

    def edits(self) -> Iterator[tuple[str, str, str, list[tuple[str, str, str]]]]:
        """What was changed since it was first saved: when, by whom, why, and each old and new answer."""
        assert self.form is not None
        items = self.form.questionnaire.by_id

        def said(name: str, raw: Any) -> str:
            return self._("not answered") if raw is None else answer_text(items[name], raw, self._)

        for edit in self.history[1:]:
            changes = [
                (self._.name(items[one.item].text), said(one.item, one.old), said(one.item, one.new))
                for one in edit.changes
            ]
            yield self.at(edit.recorded), edit.author or edit.by, edit.reason or "", changes

    @cached_property
    def drafts_elsewhere(self) -> list[tuple[str, str]]:
        """Other forms of the person that were begun: path and what it is."""
        found = []
        for draft in self.store.drafts(f"{VISITS}{self.number}/"):
            if draft.key != self.key:
                begun = Begun.of(draft.key)
                name = dict(self.choices).get(begun.form, "")
                found.append((begun.path, f"{name} {self._.day(begun.day)}".strip()))
        return found

    def _next_person(self) -> tuple[str, str] | None:
        """Whom the visitor's list names next: path and name."""
        owner = self.visitor.account.practitioner
        if owner is None:
            return None
        listed = queue(self.store, owner=owner, rules=self.rules).today
        one = next((entry for entry in listed if entry.record_number != self.number), None)
        if one is None:
            return None
        name = self.store.person(one.record_number).view.name
        return f"/visit/{one.record_number}", name or one.record_number

    # -- what is done ----------------------------------------------------------------------------

    def _do(self, name: str, given: Mapping[str, Any]) -> Sequence[str] | None:
        if self.form is None and name != "choose":
            raise NotFound(self._("There is no form on this page."), remedy=self._("Load it anew."))
        return super()._do(name, given)

    def _typed(self, fields: Mapping[str, object]) -> None:
        """Take what stands in the browser; what was answered here since it last heard stays as it is."""
        assert self.form is not None
        heard = str(fields.get("turn", ""))
        seen = int(heard) if heard.isdecimal() and len(heard) < 10 else self.turn
        newer: dict[str, object] = {
            name: self.answers.get(name) for name, turn in self.answered_in.items() if turn > seen
        }
        read = answers_from(self.form.questionnaire, fields, self.sections, self.answers)
        self.answers = {name: one for name, one in (read | newer).items() if one is not None}
        self._look()
        self._keep()

    def _answer_here(self, answers: Mapping[str, object]) -> None:
        """Answer in the browser's place; None takes an answer back."""
        self.turn += 1
        self.answered_in |= dict.fromkeys(answers, self.turn)
        self.answers = {name: one for name, one in {**self.answers, **answers}.items() if one is not None}
        self._look()
        self._keep()

    def _keep(self) -> None:
        """Keep the draft."""
        content = {
            "answers": self.answers, "confirmed": sorted(self.confirmed),
            "seen": self.seen, "key": self.sending,
        }  # fmt: skip
        self.kept_at = f"{in_china(self.store.save_draft(self.key, content)):%H:%M}"

    @act(any_day=True)
    def typed(self, **fields: object) -> None:
        """Keep what was typed, and say what it would come to."""
        if self.saved is None:
            self._typed(fields)

    @act(any_day=True)
    def take(self, items: str, **fields: object) -> None:
        """Take over what is known of some items, because the person says that it is the same."""
        self._typed(fields)
        lasting = {name: self.known[name] for name in items.split() if name in self.known}
        self._answer_here(
            {name: one.raw for name, one in lasting.items() if one.lasts and name not in self.answers}
        )

    @act(any_day=True)
    def deny(self, items: str, **fields: object) -> None:
        """Answer no to some questions that were asked and that nobody has answered yet."""
        self._typed(fields)
        asked = self.form.questionnaire.by_id if self.form is not None else {}
        unanswered = [name for name in items.split() if name not in self.answers]
        self._answer_here({name: False for name in unanswered if asked[name].kind == "boolean"})

    @act(any_day=True)
    def clear(self, item: str, **fields: object) -> None:
        """Take an answer back."""
        self._typed(fields)
        self._answer_here({item: None})
        self.focus(item)

    @act(any_day=True)
    def confirm(self, doubt: str, **fields: object) -> None:
        """Say that an answer which was questioned is right."""
        self._typed(fields)
        self.confirmed.add(doubt)
        self._look()
        self._keep()

    @act(any_day=True)
    def agree(self, day: str, **fields: object) -> None:
        """Put the next date in the form as the one agreed on."""
        self._typed(fields)
        self._answer_here({"next_visit": day})

    @act
    def save(self, reason: str = "", unfinished: bool = False, over: bool = False, **fields: object) -> None:
        """Save the form, when nothing speaks against it."""
        assert self.form is not None
        self._typed(fields)
        if not self._can_be_saved(unfinished):
            return
        try:
            self.saved = visit.save_visit(
                self.store, self.number, self.form, self.answers, self.visited,
                self.visitor.account.practitioner, self.sending, confirmed=self.confirmed,
                seen=None if over else self.seen, reason=reason.strip() or None, rules=self.rules,
            )  # fmt: skip
        except Overtaken:
            self.dossier = self.store.dossier(self.number)
            self.overtaken = True
            self.focus("overtaken")
            return
        self.store.drop_draft(self.key)
        self.next_person = self._next_person()
        self.tell(self._("Saved."))
        self.focus("saved")

    def _can_be_saved(self, unfinished: bool) -> bool:
        """Whether it can be; if not, the first thing to do is said and has the focus."""
        wrong = [fault.item for fault in self.found.faults]
        if wrong or self.in_doubt:
            first = (wrong or self.in_doubt)[0]
            self.tell(
                self._("Not saved: an answer cannot be right.")
                if wrong
                else self._("Not saved: an answer is to be confirmed."),
                "note",
            )
            self.focus(first)
            return False
        if not self.found.good:
            self.tell(self._("Not saved: nothing is answered yet."), "note")
            return False
        if self.open and not unfinished:
            self.unfinished = True
            self.focus("unfinished")
            return False
        return True

    @act(any_day=True, parts=("sound",))
    def show_recordings(self) -> None:
        """Show the recordings of calls that belong to this visit."""
        self.open_recordings(self.number, f"follow-up/{self.visited}")
        self.focus("rec-head")

    @act(any_day=True)
    def drop(self) -> None:
        """Throw the draft away and begin from what is saved."""
        self.store.drop_draft(self.key)
        self.go(self.address())

    @act
    def again(self) -> None:
        """Go back to the form after it was saved, to correct it."""
        self.go(self.address())

    @act
    def read_anew(self) -> None:
        """Take what somebody else has saved since, in place of one's own draft."""
        self.store.drop_draft(self.key)
        self.go(self.address())

    @act(any_day=True)
    def choose(self, form: str = "", day: str = "") -> None:
        """Another form, or another day."""
        self.go(self.address(form, day))

    def address(self, form: str | None = None, day: str | None = None) -> str:
        """Where this form of this day is; another one where one is given."""
        name = self.query.get("form", "") if form is None else form
        on = self.visited.isoformat() if day is None else day
        said = [f"form={name}" if name else "", f"day={on}" if on and on != self.day.isoformat() else ""]
        query = "&".join(filter(None, said))
        return f"/visit/{self.number}" + (f"?{query}" if query else "")


def _paper(request: Request) -> bytes:
    """The official form of a year as a PDF; the export is audited."""
    from kanglu.reporting.forms.printing import print_form

    house, visitor = house_of(request), visitor_of(request)
    programme, number = request.path_params["programme"], request.path_params["record_number"]
    if programme not in PAPERS:
        raise NotFound(f"There is no official form of {programme!r}.")
    store = house.store(visitor.actor, Purpose.REPORT, house.today)
    asked = request.query_params.get("year", "")
    year = bounds.number(asked) or house.today.year
    return print_form(store, PAPERS[programme], number, year, visitor.lang)


async def paper(request: Request) -> Response:
    """Print the official form of a programme."""
    pdf = await run_in_threadpool(_paper, request)
    return Response(pdf, media_type="application/pdf", headers={"content-disposition": "inline"})


ROUTES = (Route("/visit/{record_number}/paper/{programme}", paper, methods=["GET"]),)
