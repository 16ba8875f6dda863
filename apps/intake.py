"""Intake: files are brought, looked at, taken in, and what became of them is there to be looked up."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, Final, Literal

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kanglu.catalogue import current
from kanglu.errors import KangluError, NotFound, Refused
from kanglu.i18n import Words
from kanglu.intake import mapping as mappings
from kanglu.intake.mapping import ColumnMapping, Role
from kanglu.intake.mapping_summary import meaning
from kanglu.intake.previewing import Sheet, preview, recast
from kanglu.intake.waiting import MOST_BYTES, MOST_FILES, SUFFIXES, Lot, Waiting
from kanglu.intake.wording import told
from kanglu.jobs import Job
from kanglu.record.batches import Batch
from kanglu.record.receipt import Problem
from kanglu.trust import Action, Resource, require
from kanglu.ui import Page, Upload, act, house_of, number, visitor_of
from kanglu.ui.bounds import brings_too_much
from kanglu.ui.visitors import House
from kanglu.unit_text import unit_text

KIND: Final = "intake"
BATCHES, LINES = 15, 50
"""How many batches, and how many lines of a receipt, are shown at a time."""
_AROUND: Final = 1 << 20
"""What a form may have around its files."""
COUNTED: Final = ("new", "duplicate", "corrected", "quarantined")


def waiting(house: House) -> Waiting:
    """Where files wait."""
    return Waiting(house.folder / "data" / "arriving", house.database.keys)


class _Intake(Page):
    """What the three pages share."""

    needs: ClassVar = ((Action.WRITE, Resource.FACTS),)

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        """Intake."""
        return _("Intake")

    def files(self, names: tuple[str, ...] | list[str]) -> str:
        """Names of files; of many the first."""
        shown = self.comma.join(names[:2])
        return shown if len(names) <= 2 else self._("{names} and {n} more", names=shown, n=len(names) - 2)

    def kind(self, batch: Batch) -> str:
        """What sort of batch it is."""
        return {"import": self._("files"), "merge": self._("two records made one")}.get(
            batch.kind, self._("entry by hand")
        )

    def told(self, text: str) -> str:
        """A reason or a remedy in the words of the page."""
        return told(text, self.store.catalogue, self._)

    def wrong(self, error: KangluError) -> str:
        """An error in the words of the page."""
        return " ".join(filter(None, (self.told(error.what), self.told(error.remedy or ""))))

    @property
    def comma(self) -> str:
        """Between the words of a list."""
        return "、" if self.lang == "zh" else ", "

    @property
    def lots(self) -> Waiting:
        """What waits in this house."""
        return waiting(self.house)

    @property
    def account(self) -> str:
        """Who is here."""
        return self.visitor.account.id


class Intake(_Intake):
    """Bring files, see what is under way, and look receipts up."""

    routes: ClassVar[tuple[str, ...]] = ("/intake",)
    template: ClassVar[str] = "intake.html"
    menu: ClassVar[int | None] = 6

    def opened(self) -> None:
        """Read what waits, what is under way, and the newest batches."""
        self.number = max(1, number(self.query.get("page", "")) or 1)
        self.every = self.query.get("kind") == "all"
        self.load()

    def load(self) -> None:
        """Read it all anew."""
        self.mine = self.lots.lots(self.account)
        self.jobs = self.house.jobs.of(KIND, self.account)[:5]
        kind = None if self.every else "import"
        self.batches, self.total = self.store.batch_list(
            kind, limit=BATCHES, offset=BATCHES * (self.number - 1)
        )
        busy = {job.about["lot"] for job in self.jobs if job.running}
        self.mine = [lot for lot in self.mine if lot.id not in busy]

    def values(self) -> Mapping[str, Any]:
        """What files may be brought."""
        return {"suffixes": ",".join(SUFFIXES), "most_mb": MOST_BYTES >> 20, "most": MOST_FILES}

    @property
    def running(self) -> bool:
        """Whether something is under way."""
        return any(job.running for job in self.jobs)

    def how_far(self, job: Job) -> str:
        """How far a job is, in words."""
        if job.total:
            return self._("Asking the rules: {n} of {total} people", n=job.done, total=job.total)
        return self._.count("{n} file read", "{n} files read", job.done) if job.done else self._("Reading …")

    def address(self, number: int) -> str:
        """Of a page of the batches."""
        return f"/intake?page={number}{'&kind=all' if self.every else ''}#batches"

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // BATCHES))

    @act(any_day=True)
    def brought(self, lot: str) -> None:
        """Files have been brought: look at them."""
        self.go(f"/intake/look/{lot}")

    @act(any_day=True, parts=("going", "batches", "waits"))
    def tick(self) -> None:
        """See how far things are."""
        self.load()

    @act(any_day=True)
    def drop(self, lot: str) -> None:
        """Throw files away that wait."""
        self.lots.drop(self.lots.lot(lot, self.account))
        self.load()
        self.tell(self._("Thrown away. Nothing of it was taken in."))


class Look(_Intake):
    """What the files that were brought would be taken for."""

    routes: ClassVar[tuple[str, ...]] = ("/intake/look/{lot}",)
    template: ClassVar[str] = "intake_look.html"
    width: ClassVar[str] = "wide"

    def title(self) -> str:
        """What the page is."""
        return self._("Look before you take it in")

    def opened(self) -> None:
        """Read what was seen when the files were brought."""
        self.lot: Lot = self.lots.lot(self.route["lot"], self.account)
        self.seen = self.lot.preview() or self._looked()
        self.picked: tuple[int, int] | None = None

    def _looked(self) -> Any:
        with self.lot.clear() as paths:
            seen = preview(paths, self.store.catalogue)
        self.lot.keep(seen)
        return seen

    # -- what the template asks ------------------------------------------------------------------

    @property
    def takes_in(self) -> bool:
        """Whether anything can be taken in."""
        return bool(self.seen.fhir) or any(not sheet.refusal for sheet in self.seen.sheets)

    def means(self, column: ColumnMapping) -> str:
        """What a column is taken for."""
        return meaning(column, self.store.catalogue, self._)

    def unit(self, column: ColumnMapping) -> str:
        """The unit that its numbers are read in."""
        return unit_text(column.unit, self._)

    def left_out(self, column: ColumnMapping) -> bool:
        """Whether nothing of it is taken in."""
        return column.role in (Role.UNKNOWN, Role.IGNORED, Role.REFERENCE)

    def counted(self, sheet: Sheet) -> str:
        """How many rows a sheet has, and how many of its columns are taken in."""
        _, columns = self._, sheet.mapping.columns
        rows = (
            _.count("{n} row", "{n} rows", sheet.rows)
            if sheet.whole
            else _("more than {n} rows", n=sheet.rows)
        )
        taken = sum(not self.left_out(column) for column in columns)
        return rows + self.comma + _("{n} of {total} columns are taken in", n=taken, total=len(columns))

    @property
    def roles(self) -> list[tuple[str, str]]:
        """What a column can be taken for."""
        first = [(Role.INDICATOR.value, self._("something measured or asked"))]
        others = [role for role in Role if role not in (Role.INDICATOR, Role.UNKNOWN)]
        said = [
            (role.value, meaning(ColumnMapping(header="", role=role), self.store.catalogue, self._))
            for role in others
        ]
        return first + said

    @property
    def indicators(self) -> list[tuple[str, str]]:
        """All that can be measured or asked, by name."""
        named = [(one.id, self._.name(one.name)) for one in self.store.catalogue.indicators.values()]
        return sorted(named, key=lambda pair: pair[1])

    # -- what is done ----------------------------------------------------------------------------

    @act(any_day=True)
    def pick(self, sheet: int, column: int) -> None:
        """Change what a column is taken for."""
        self.picked = (sheet, column)
        self.focus("role")

    @act(any_day=True)
    def leave_it(self) -> None:
        """Leave it as it is."""
        if self.picked:
            self.focus(f"change-{self.picked[0]}-{self.picked[1]}")
        self.picked = None

    @act(any_day=True)
    def change(self, role: Role, indicator: str = "", unit: str = "") -> None:
        """Take the picked column for something else, and keep that for all files with these headers."""
        if self.picked is None:
            return
        at, place = self.picked
        named = self._indicator(indicator) if role is Role.INDICATOR else None
        self._keep(at, recast(self.seen.sheets[at].mapping, place, role, named, unit.strip() or None))
        self.focus(f"change-{at}-{place}")
        self.picked = None

    @act(any_day=True)
    def whole(
        self,
        sheet: int,
        day: date | None = None,
        order: Literal["dmy", "mdy"] | None = None,
        person: str = "",
    ) -> None:
        """Say what holds for a whole table: of which day it is, how its dates read, and whom it is about."""
        before = self.seen.sheets[sheet].mapping
        about = before.person.model_copy(update={"constant": person.strip() or None})
        self._keep(
            sheet,
            before.model_copy(update={"date": day and day.isoformat(), "date_order": order, "person": about}),
        )

    def _indicator(self, said: str) -> str:
        """The id of what was typed: an id, or a name."""
        catalogue, text = self.store.catalogue, said.strip()
        if text in catalogue.indicators:
            return text
        found = catalogue.indicator_for_alias(text)
        if found is None:
            raise NotFound(self._("Nothing is called {name!r}. Choose from the list.", name=text))
        return found.id

    def _keep(self, at: int, changed: mappings.Mapping) -> None:
        mappings.save(changed)
        self.seen = self._looked()
        self.tell(self._("Kept. Files with these columns are read like this from now on."))

    @act
    def take_in(self) -> None:
        """Take it all in: as a job, which can be left; once, also from two windows."""
        mine = self.house.jobs.of(KIND, self.account)
        if any(job.running and job.about["lot"] == self.lot.id for job in mine):
            self.go("/intake")
            return
        names = [name for name, _size in self.lot.files]
        self.house.jobs.start(
            KIND,
            "kanglu.care.arriving:take_in_waiting",
            {"folder": str(self.lots.folder), "lot": self.lot.id},
            actor=self.visitor.actor,
            purpose=self.store.purpose,
            as_of=self.day,
            about={"lot": self.lot.id, "names": names},
        )
        self.go("/intake")

    @act(any_day=True)
    def drop(self) -> None:
        """Throw the files away."""
        self.lots.drop(self.lot)
        self.go("/intake")


class _Lines(_Intake):
    """What the pages share that list what was set aside, a page at a time."""

    number: int
    of: int
    """How many lines there are."""

    def read_lines(self) -> None:
        """Read the lines that are shown."""
        raise NotImplementedError

    @property
    def last(self) -> int:
        """The number of the last page of lines."""
        return max(1, -(-self.of // LINES))

    @act(any_day=True, parts=("lines",))
    def turn(self, to: int) -> None:
        """Show another page of the lines."""
        self.number = min(max(1, to), self.last)
        self.read_lines()
        self.focus("lines")


class Receipt(_Lines):
    """What became of one batch."""

    routes: ClassVar[tuple[str, ...]] = ("/intake/batch/{batch}",)
    template: ClassVar[str] = "intake_batch.html"

    def title(self) -> str:
        """Which batch it is."""
        return self._("Receipt {n}", n=self.batch.id)

    def opened(self) -> None:
        """Read the receipt and the first lines of what was set aside."""
        self.number = 1
        self.field: str | None = None
        self.load()

    def load(self) -> None:
        """Read it anew."""
        given = number(self.route["batch"])
        if given is None:
            raise NotFound(self._("There is no receipt {n!r}.", n=self.route["batch"]))
        self.batch = self.store.batch_of(given)
        self.fields = self.store.batch_problem_fields(self.batch.id)
        self.read_lines()

    def read_lines(self) -> None:
        """Read the lines that are shown."""
        self.of = self.batch.lines if self.field is None else dict(self.fields).get(self.field, 0)
        self.lines = self.store.batch_problems(
            self.batch.id, field=self.field, limit=LINES, offset=LINES * (self.number - 1)
        )

    @property
    def listed(self) -> list[tuple[None, Problem]]:
        """The lines as the list of all batches has them; which batch is said already."""
        return [(None, line) for line in self.lines]

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """The four things that can become of a fact: its key, its name and how many."""
        _ = self._
        names = (_("new"), _("known already"), _("corrected"), _("set aside"))
        return [(key, name, self.batch.facts.get(key, 0)) for key, name in zip(COUNTED, names, strict=True)]

    @property
    def stated(self) -> int:
        """How many facts the batch stated."""
        return sum(many for _key, _name, many in self.counts)

    def called(self, kind: str) -> str:
        """What was read, by its kind."""
        if kind.startswith("column "):
            return self._("column {name}", name=kind.removeprefix("column "))
        return {"row": self._("rows of tables"), "Patient": self._("people")}.get(kind, kind)

    @property
    def may_undo(self) -> bool:
        """Whether the visitor may take it back."""
        return (
            self.batch.undone is None and self.may(Action.UNDO, Resource.FACTS) and self.batch.kind != "merge"
        )

    @act(any_day=True, parts=("lines",))
    def only(self, field: str = "") -> None:
        """Show the lines of one field, or of all."""
        self.field, self.number = field or None, 1
        self.read_lines()

    @act
    def undo(self) -> None:
        """Take the batch back."""
        done = self.store.undo(self.batch.id)
        self.house.jobs.start(
            "rules",
            "kanglu.care.arriving:look_again",
            {},
            actor=self.visitor.actor,
            purpose=self.store.purpose,
            as_of=self.day,
        )
        self.load()
        said = self._(
            "Taken back: {facts} facts and {people} people are gone.", facts=done.facts, people=done.people
        )
        if done.echoes:
            later = self.comma.join(map(str, done.echoes))
            said += " " + self._(
                "Batches {later} had said the same; import them again if it still holds.", later=later
            )
        self.tell(said)


class Aside(_Lines):
    """All that was set aside, of all batches: one list to work through."""

    routes: ClassVar[tuple[str, ...]] = ("/intake/aside",)
    template: ClassVar[str] = "intake_aside.html"

    def title(self) -> str:
        """What the page is."""
        return self._("All that was set aside")

    def opened(self) -> None:
        """Read the first lines."""
        self.number = 1
        self.read_lines()

    def read_lines(self) -> None:
        """Read the lines that are shown."""
        self.lines, self.of = self.store.set_aside(limit=LINES, offset=LINES * (self.number - 1))


async def bring(request: Request) -> Response:
    """Take files that are sent into the lot that waits; answers with its id."""
    visitor, house = visitor_of(request), house_of(request)
    require(visitor.actor, Action.WRITE, Resource.FACTS)
    if brings_too_much(request, MOST_BYTES + _AROUND):
        raise Refused(
            visitor.words("These files are larger than {most} MB together.", most=MOST_BYTES >> 20),
            remedy=visitor.words("Bring them in parts, or import them on the server."),
        )
    async with request.form(max_files=MOST_FILES + 1, max_fields=10) as form:
        given = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
        try:
            lot = await run_in_threadpool(_keep, house, visitor.account.id, given)
        except Refused as error:
            said = (told(text, current(), visitor.words) for text in (error.what, error.remedy or ""))
            raise Refused(" ".join(said).strip()) from None
    return JSONResponse({"lot": lot.id})


def _keep(house: House, by: str, given: list[UploadFile]) -> Lot:
    lot = waiting(house).bring(((one.filename or "", one.file) for one in given), by, house.clock())
    with lot.clear() as paths:
        lot.keep(preview(paths, current()))
    return lot


ROUTES = (Upload("/intake/files", bring, most=MOST_BYTES + _AROUND),)
