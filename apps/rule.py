"""One rule: in words, its numbers to be changed, what a change would do, and who changed it before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from kanglu.care import in_force, proposing
from kanglu.care.proposing import Change
from kanglu.care.specs import TEXTS, Value, changed, to_spec
from kanglu.care.telling import Told, tell, tell_programme
from kanglu.care.telling.contrast import Said, contrast, tell_spec
from kanglu.care.thresholds import Threshold, thresholds
from kanglu.catalogue.spans import parse_span
from kanglu.dates import year_at
from kanglu.errors import CatalogueError, KangluError, NotFound
from kanglu.i18n import Lang, Words
from kanglu.jobs import Job
from kanglu.record.publishing import Entry
from kanglu.reporting.charts import Band, ChartSpec, Point, Series, to_svg
from kanglu.retold import retold
from kanglu.trust import Action, Resource
from kanglu.trust.permissions import Right
from kanglu.ui import Page, act

KIND = "rulebook"


@dataclass(frozen=True, slots=True)
class Field:
    """A threshold as it is shown: its number and, of a span, the unit beside it."""

    one: Threshold
    id: str
    number: str
    unit: str | None
    """None where it is not a span of one unit."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What somebody tries.

    Parameters
    ----------
    entries : what would be proposed, before examples are adjusted.
    before, after : the rule's lines.
    wrong : what cannot be, by the id of its field; "" for the whole.
    failed : examples that contradict it.
    stale : words that go on naming an old number.
    """

    entries: tuple[Entry, ...] = ()
    before: tuple[Said, ...] = ()
    after: tuple[Said, ...] = ()
    wrong: tuple[tuple[str, str], ...] = ()
    failed: tuple[Any, ...] = ()
    stale: tuple[str, ...] = ()


class OneRule(Page):
    """One rule or programme."""

    routes: ClassVar[tuple[str, ...]] = ("/rules/{id}", "/rules/programmes/{programme}")
    template: ClassVar[str] = "rule.html"
    needs: ClassVar[tuple[Right, ...]] = ((Action.OPEN, Resource.RECORD),)

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        return _("Rulebook")

    def title(self) -> str:
        return self.told.name

    def opened(self) -> None:
        self.section = "programmes" if "programme" in self.route else "rules"
        self.id = self.route.get("programme") or self.route.get("id", "")
        self.load()
        self.trial, self.typed = Trial(), dict[str, Value]()
        self.job: Job | None = None
        if name := self.query.get("job"):
            self._take_up(name)

    def load(self) -> None:
        """Read the entry and what was said of it."""
        lang = self.visitor.lang
        self.book = in_force(self.store)
        self.entry = getattr(self.book, self.section).get(self.id)
        if self.entry is None:
            raise NotFound(self._("There is no rule {id}.", id=self.id))
        self.told: Told = (tell if self.section == "rules" else tell_programme)(self.book, self.id, lang)
        self.fields = [_field(at, one) for at, one in enumerate(thresholds(self.book, self.entry, lang))]
        self.history = self.store.publications(self.section, self.id)
        self.waiting = [
            one
            for one in proposing.proposals(self.store, "proposed")
            if any((change.section, change.id) == (self.section, self.id) for change in one.changes)
        ]

    @property
    def path(self) -> str:
        """Where this is."""
        return f"/rules/{'programmes/' if self.section == 'programmes' else ''}{self.id}"

    def values(self) -> dict[str, Any]:
        answer = None if self.job is None or self.job.state != "done" else self.job.answer
        return {
            "may_propose": self.may(Action.PROPOSE, Resource.RULES),
            "groups": self._groups(),
            "units": unit_names(self._),
            "codes": self._codes,
            "number": lambda value: f"{value:g}",
            "texts": [(label, self.typed.get(path, now)) for path, label, now in self._texts()],
            "foreseen": answer,
            "chart": "" if answer is None else _chart(answer, self._),
            "named": self._named(answer),
        }

    def _codes(self, given: Sequence[str]) -> str:
        """What an example gives, by name."""
        shelves: tuple[Any, ...] = (self.book.actions, self.book.tags, self.book.messages, self.book.journeys)
        names = (next((self._.name(s[one].name) for s in shelves if one in s), one) for one in given)
        return ("、" if self.lang == "zh" else ", ").join(names) or self._("nothing")

    def _groups(self) -> list[tuple[str, list[Field]]]:
        """The fields under the sentence in which they stand."""
        groups: dict[str, list[Field]] = {}
        for field in self.fields:
            groups.setdefault(field.one.sentence, []).append(field)
        return list(groups.items())

    def _texts(self) -> list[tuple[str, str, str]]:
        """The words of the rule: path, what they are, and how they read."""
        if self.section != "rules":
            return []
        spec = to_spec(self.entry)
        labels = {
            "name/zh": self._("Name, in Chinese"),
            "name/en": self._("Name, in English"),
            "explain/zh": self._("Explanation, in Chinese"),
            "explain/en": self._("Explanation, in English"),
        }
        return [(path, labels[path], spec[path.split("/")[0]][path.split("/")[1]]) for path in TEXTS]

    def _named(self, answer: dict[str, Any] | None) -> dict[str, str]:
        """The names of those whom a change concerns, where the visitor may know them."""
        if not answer or not self.may(Action.READ, Resource.IDENTITY):
            return {}
        if getattr(self, "_names_of", None) != id(answer):
            numbers = [one["record_number"] for one in answer["whom"][:20]]
            views = [self.store.person(number).view for number in numbers]
            self._known = {view.record_number: view.name or "" for view in views}
            self._names_of = id(answer)
        return self._known

    # -- trying ----------------------------------------------------------------------------------

    @act(any_day=True, parts=("trial",))
    def draft(self, values: list[str], units: list[str], texts: list[str] | None = None) -> None:
        """See what the numbers that stand in the form would make of the rule."""
        self._try(values, units, texts or [])

    def _try(self, values: Sequence[str], units: Sequence[str], texts: Sequence[str]) -> None:
        typed, wrong = dict[str, Value](), []
        for field, text, unit in zip(self.fields, values, units, strict=True):
            try:
                value = field.one.read(f"{text.strip()}{unit}", self.visitor.lang)
            except CatalogueError as error:
                wrong.append((field.id, f"{field.one.label}: {error.what}"))
            else:
                if value != field.one.value:
                    typed[field.one.path] = value
        for (path, _label, now), text in zip(self._texts(), texts, strict=False):
            if text.strip() and text.strip() != now:
                typed[path] = text.strip()
        self.typed = typed
        self.trial = Trial(wrong=tuple(wrong)) if wrong or not typed else self._tried()

    def _tried(self) -> Trial:
        try:
            new = changed(self.entry, self.typed)
            entries: tuple[Entry, ...] = ((self.section, to_spec(new)),)
            found = proposing.laid_over(self.store, entries)
            failed = tuple(proposing.failing(found))
        except KangluError as error:
            return Trial(wrong=(("", retold(error.what, self._)),))
        lang: Lang = self.visitor.lang
        after = tell_spec(self.book, self.section, entries[0][1], lang)
        assert after is not None
        left, right = contrast(self.told, after, lang)
        change = Change(self.section, self.id, to_spec(self.entry), dict(entries[0][1]))
        stale = tuple(number for _path, number in proposing.still_saying(change))
        return Trial(entries, left, right, (), failed, tuple(dict.fromkeys(stale)))

    # -- what it would do ------------------------------------------------------------------------

    @act(parts=("trial", "foreseen"))
    def foresee(self) -> None:
        """Begin to work out what the change would do."""
        if not self.trial.entries:
            self.tell(self._("Change a number first."), "note")
            return
        self.job = self.house.jobs.start(
            KIND,
            "kanglu.care.foreseeing:foresee",
            {"entries": [list(entry) for entry in self.trial.entries]},
            actor=self.visitor.actor,
            purpose=self.store.purpose,
            as_of=self.day,
            about={"path": self.path, "typed": self.typed},
        )
        self.place(f"{self.path}?job={self.job.id}")

    @act(any_day=True, parts=("trial", "foreseen"))
    def tick(self) -> None:
        """Look how far it is."""
        if self.job is not None:
            self.job = self.house.jobs.get(self.job.id)

    @act(any_day=True, parts=("trial", "foreseen"))
    def stop(self) -> None:
        """End the calculation."""
        if self.job is not None:
            self.job = self.house.jobs.stop(self.job.id)

    def _take_up(self, name: str) -> None:
        """Come back to a calculation, and to what was typed for it."""
        try:
            job = self.house.jobs.get(name)
        except NotFound:
            return
        if job.owner != self.visitor.account.id or job.about.get("path") != self.path:
            return
        self.job, self.typed = job, dict(job.about["typed"])
        try:
            changed(self.entry, self.typed)
        except CatalogueError:  # the rule is another by now
            self.typed = {}
            return
        self.trial = self._tried()
        self.fields = [
            _field(at, field.one, self.typed.get(field.one.path)) for at, field in enumerate(self.fields)
        ]

    # -- proposing -------------------------------------------------------------------------------

    @act
    def propose(self, reason: str, agreed: bool = False) -> None:
        """Propose what was tried."""
        if not self.trial.entries:
            self.tell(self._("Change a number first."), "note")
            return
        entries = list(self.trial.entries)
        if self.trial.failed:
            if not agreed:
                self.tell(self._("Look at the examples first, and say that they shall be adjusted."), "wrong")
                self.keep_open()
                return
            entries = self._adjusted()
        made = proposing.propose(self.store, entries, reason)
        self.load()
        self.trial, self.typed, self.job = Trial(), {}, None
        self.tell(self._("Proposal {n} waits for a second person.", n=made.id))
        self.go("/rules#proposals")

    def _adjusted(self) -> list[Entry]:
        """The entries with the examples that contradict them expecting what came of them."""
        book = proposing.laid_over(self.store, self.trial.entries).after
        made = [entry for entry in self.trial.entries if entry[0] != "rules"]
        own = [self.id] if self.section == "rules" else []
        for name in dict.fromkeys([*own, *(one.rule for one in self.trial.failed)]):
            rule = proposing.adjusted(book.rules[name], self.trial.failed)
            version = rule.version if name in own else rule.version + 1
            made.append(("rules", to_spec(rule) | {"version": version}))
        return made


def _field(at: int, one: Threshold, value: Value | None = None) -> Field:
    shown = one.value if value is None else value
    if one.kind not in ("span", "offset"):
        return Field(one, f"t{at}", f"{shown:g}" if isinstance(shown, float) else str(shown), None)
    span = parse_span(shown)
    if span.months and span.days:
        return Field(one, f"t{at}", str(shown), None)
    if span.months:
        years, rest = divmod(span.months, 12)
        return Field(one, f"t{at}", *((str(years), "y") if not rest else (str(span.months), "mo")))
    return Field(one, f"t{at}", str(span.days), "d")


def unit_names(_: Words) -> dict[str, str]:
    """In what a length of time is said."""
    return {"d": _("days"), "w": _("weeks"), "mo": _("months"), "y": _("years")}


def _chart(answer: dict[str, Any], _: Words) -> str:
    """Tasks due a working day for each manager, month by month, before and after, against their capacity."""
    months, capacity = answer["months"], float(answer["capacity"])
    if not any(one[side]["due"] for one in months for side in ("before", "after")):
        return ""
    most = max(capacity, *(one[side]["a_day"] for one in months for side in ("before", "after")))

    def series(name: str, side: str) -> Series:
        points = (Point(year_at(one["month"]), round(one[side]["a_day"], 2)) for one in months)
        return Series(name, tuple(points))

    spec = ChartSpec(
        kind="line",
        title=_("Tasks due a working day for each manager"),
        alt=_(
            "Tasks due a working day for each manager over 24 months, with the rules of now and as proposed; "
            "a manager can do {n}.", n=f"{capacity:g}",
        ),
        series=(series(_("Now"), "before"), series(_("Then"), "after")),
        bands=(Band(0.0, capacity, _("within capacity")),),
        y_range=(0.0, 1.1 * most),
        size="full",
    )  # fmt: skip
    return to_svg(spec, _.lang)
