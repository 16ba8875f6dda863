"""Reports: order them for one person or many, watch them being made, open, print and take them away."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Literal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from kanglu.care.caseload import clients_of
from kanglu.catalogue import Catalogue
from kanglu.dates import add_months, instant
from kanglu.errors import ExpressionError, NotFound, PermissionDenied, RecordError
from kanglu.i18n import Words
from kanglu.jobs import Job
from kanglu.record.identity import record_number
from kanglu.record.people import PersonView
from kanglu.reporting.batches import Batch, Batches
from kanglu.reporting.job import FORMATS
from kanglu.reporting.manifest import Row
from kanglu.reporting.wording import day_text
from kanglu.retold import told
from kanglu.trust import Action, Purpose, Resource
from kanglu.trust.permissions import Right, allowed
from kanglu.ui import House, Page, Visitor, act, house_of, visitor_of

type Whom = Literal["person", "mine", "panel"]
KIND = "reports"
NEEDS: tuple[Right, ...] = (
    (Action.READ, Resource.FACTS),
    (Action.READ, Resource.IDENTITY),
    (Action.EXPORT, Resource.FACTS),
)
PERIODS = {"stage": "days", "monthly": "month"}
"""Of which time a report is; of a year where nothing is said."""
WRITTEN = "written"
"""The panel that is written as an expression."""
A_PAGE = 25
MOST_FOUND = 8
LAID_OPEN = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
"""What a report may do in the browser: show itself."""


def batches_of(house: House) -> Batches:
    """The batches of a house."""
    return Batches(house.folder / "reports" / "out" / "batches")


def batch_of(house: House, visitor: Visitor, name: str) -> Batch:
    """A batch that the visitor may see. Raises `NotFound` and `PermissionDenied`."""
    for right in NEEDS:
        if not allowed(visitor.actor, *right):
            raise PermissionDenied(f"{visitor.actor.id} may not open reports.")
    batch = batches_of(house).get(name)
    if batch.owner != visitor.account.id and not allowed(visitor.actor, Action.READ, Resource.REPORTS):
        raise NotFound("There is no such batch of reports.")
    return batch


def report_names(_: Words) -> dict[str, str]:
    """The reports that can be ordered."""
    return {
        "annual": _("Annual health summary"),
        "stage": _("Stage summary"),
        "monthly": _("Monthly report"),
        "form_hypertension": _("Follow-up form of hypertension"),
        "form_diabetes": _("Follow-up form of type 2 diabetes"),
        "form_self_care": _("Self-care form of older people"),
        "form_constitution": _("Constitution form of Chinese medicine"),
        "cohort": _("Report on the whole panel"),
    }


def panel_names(_: Words, catalogue: Catalogue) -> list[tuple[str, str]]:
    """Panels that are often meant, as expressions, with what they are called."""
    problems = [(name, _.name(catalogue.problems[name].name)) for name in ("hypertension", "diabetes")]
    return [
        ("all", _("Everybody")),
        *problems,
        ("age >= 65", _("65 or older")),
        (WRITTEN, _("Written out …")),
    ]


@dataclass(frozen=True, slots=True)
class Listed:
    """A batch in the list."""

    batch: Batch
    name: str
    period: str
    done: int
    failed: int
    job: Job | None


def period_text(order: Any, _: Words) -> str:
    """Of which time a report is."""
    if order.get("month"):
        return str(order["month"])
    if order.get("since"):
        first, last = (_.day(date.fromisoformat(order[name])) for name in ("since", "until"))
        return _("{first} to {last}", first=first, last=last)
    return str(order.get("year") or "")


def job_of(jobs: Iterable[Job], batch: Batch) -> Job | None:
    """The newest job of a batch; None where it is gone."""
    return next((one for one in jobs if one.about.get("batch") == batch.id), None)


class Reports(Page):
    """Order reports, and find those that were ordered."""

    routes: ClassVar[tuple[str, ...]] = ("/reports",)
    template: ClassVar[str] = "reports.html"
    menu: ClassVar[int | None] = 6
    needs: ClassVar[tuple[Right, ...]] = NEEDS
    purpose: ClassVar[Purpose] = Purpose.REPORT

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        return _("Health reports")

    def opened(self) -> None:
        self.report = self.query.get("report", "annual")
        self.whom: Whom = "person" if not self.visitor.account.practitioner else "mine"
        self.found: list[PersonView] = []
        self.person: PersonView | None = None
        self.sought, self.expression, self.kind = "", "", "all"
        if number := self.query.get("person"):
            self.whom, self.person = "person", self.store.person(number.strip().upper()).view
        self._count()
        self.listed = self._listed()

    def values(self) -> dict[str, Any]:
        last = self.day.replace(day=1) - timedelta(days=1)
        return {
            "reports": report_names(self._),
            "period": PERIODS.get(self.report, "year"),
            "years": [(str(year), str(year)) for year in range(self.day.year, self.day.year - 10, -1)],
            "last_year": str(self.day.year - 1),
            "last_month": f"{last:%Y-%m}",
            "since": add_months(self.day, -3).isoformat(),
            "until": (self.day - timedelta(days=1)).isoformat(),
            "batches": self.listed,
            "panels": panel_names(self._, self.store.catalogue),
            "written": WRITTEN,
            "mine": self.visitor.account.practitioner,
        }

    def _listed(self) -> list[Listed]:
        owner = None if self.may(Action.READ, Resource.REPORTS) else self.visitor.account.id
        names, jobs = report_names(self._), self.house.jobs.of(KIND)
        found = []
        for batch in batches_of(self.house).all(owner)[:20]:
            rows = batch.rows.values()
            failed = sum(row.state == "failed" for row in rows)
            found.append(
                Listed(
                    batch,
                    names.get(batch.order["report"], batch.order["report"]),
                    period_text(batch.order, self._),
                    len(rows) - failed,
                    failed,
                    job_of(jobs, batch),
                )
            )
        return found

    def _panel(self) -> str | None:
        """The expression that says whom; None where nobody is chosen yet."""
        if self.whom == "person":
            return None if self.person is None else self.person.record_number
        if self.whom == "panel":
            return (self.expression.strip() or None) if self.kind == WRITTEN else self.kind
        member = self.visitor.account.practitioner
        ids = [] if member is None else clients_of(self.store, self.day, member)
        return ", ".join(map(record_number, ids)) or None

    def _count(self) -> None:
        """How many people are meant."""
        self.people, self.fault = 0, ""
        panel = self._panel()
        if panel is None:
            return
        if self.whom == "person":
            self.people = 1
            return
        try:
            self.people = len(self.store.panel(panel))
        except ExpressionError as error:
            self.fault = told(error, self._)

    @act(any_day=True, parts=("whom", "period", "count"))
    def choose(
        self,
        report: str = "annual",
        whom: Whom = "person",
        kind: str = "all",
        expression: str = "",
        sought: str = "",
    ) -> None:
        """What is chosen in the form so far."""
        self.report, self.whom, self.kind = report, whom, kind
        self.expression = expression or self.expression
        if sought.strip() != self.sought:
            self.sought = sought.strip()
            matches = self.store.search(self.sought, MOST_FOUND) if self.sought else None
            self.found = [] if matches is None else [one.person for one in matches.found]
            if len(self.found) == 1:
                self.person = self.found[0]
        self._count()

    @act(any_day=True, parts=("whom", "count"))
    def take(self, number: str) -> None:
        """Choose a person of those that were found."""
        self.person = next((one for one in self.found if one.record_number == number), self.person)
        self._count()

    @act
    def order(
        self,
        report: str,
        lang: Literal["zh", "en"],
        formats: list[str],
        year: int | None = None,
        month: str | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> None:
        """Begin to make the reports."""
        self.report = report
        self._count()
        panel, period = self._panel(), PERIODS.get(report, "year")
        if panel is None or not self.people:
            self.tell(self._("Choose for whom first."), "wrong")
            return
        if not formats:
            self.tell(self._("Choose HTML, PDF or both."), "wrong")
            return
        said = {
            "report": report,
            "panel": panel,
            "lang": lang,
            "as_of": self.day.isoformat(),
            "formats": [one for one in FORMATS if one in formats],
            **_time(period, year, month, since, until, self._),
        }
        at = self.house.clock()
        total = 1 if report == "cohort" else self.people
        owner = self.visitor.account.id
        batch = batches_of(self.house).begin(said, owner, total, instant(at), f"{at:%Y%m%dT%H%M%S}")
        start(self.house, self.visitor, batch)
        self.go(f"/reports/{batch.id}")


def _time(
    period: str, year: int | None, month: str | None, since: date | None, until: date | None, _: Words
) -> dict[str, Any]:
    """The time of an order. Raises `RecordError` where it is not said or cannot be."""
    if period == "year":
        if year is None:
            raise RecordError(_("Say the year."))
        return {"year": year}
    if period == "month":
        try:
            datetime.strptime(month or "", "%Y-%m")  # noqa: DTZ007  a month has no zone
        except ValueError:
            raise RecordError(_("Write a month such as 2025-06.")) from None
        return {"month": month}
    if since is None or until is None:
        raise RecordError(_("Say the first and the last day."))
    if until < since:
        raise RecordError(_("The last day is before the first."))
    return {"since": since.isoformat(), "until": until.isoformat()}


def start(house: House, visitor: Visitor, batch: Batch) -> Job:
    """Let a batch be made, or go on where it was."""
    return house.jobs.start(
        KIND,
        "kanglu.reporting.batches:carry_out",
        {"order": dict(batch.order), "folder": str(batch.folder)},
        actor=visitor.actor,
        purpose=Purpose.REPORT,
        as_of=date.fromisoformat(batch.order["as_of"]),
        about={"batch": batch.id, "before": len(batch.rows)},
    )


class OneBatch(Page):
    """A batch: how far it is, what failed, and what it made."""

    routes: ClassVar[tuple[str, ...]] = ("/reports/{batch}",)
    template: ClassVar[str] = "report_batch.html"
    needs: ClassVar[tuple[Right, ...]] = NEEDS
    purpose: ClassVar[Purpose] = Purpose.REPORT

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        return _("Health reports")

    def title(self) -> str:
        name = report_names(self._).get(self.batch.order["report"], self.batch.order["report"])
        return f"{name} {period_text(self.batch.order, self._)}".strip()

    def opened(self) -> None:
        self.batch = batch_of(self.house, self.visitor, self.route["batch"])
        self.shown, self.sought = A_PAGE, ""
        self.load()

    def load(self) -> None:
        """Look at what has been made."""
        self.rows = self.batch.rows
        self.job = job_of(self.house.jobs.of(KIND), self.batch)

    def values(self) -> dict[str, Any]:
        done = [row for row in self.rows.values() if row.state in ("done", "skipped")]
        left_out = [row for row in self.rows.values() if row.state == "left_out"]
        failed = [row for row in self.rows.values() if row.state == "failed"]
        sought = self.sought.strip().upper()
        meant = sorted((row for row in done if sought in row.name), key=lambda row: row.name)
        return {
            "done": len(done),
            "failed": failed,
            "left_out": [(row.name, self._left_out(row.reason)) for row in left_out],
            "meant": len(meant),
            "listed": meant[: self.shown],
            "names": self._names(meant[: self.shown]),
            "running": self.job is not None and self.job.running,
            "complete": len(done) + len(left_out) >= self.batch.total,
            "pace": self._pace(),
        }

    def _left_out(self, reason: str) -> str:
        """Why somebody is left out, in words."""
        answer, _, since = reason.partition(" ")
        day = day_text(since or None, self._)
        if answer == "withdrawn":
            return self._("Permission for use in care withdrawn on {day}", day=day)
        return self._("Use in care refused on {day}", day=day)

    def _names(self, rows: list[Row]) -> dict[str, str]:
        """Who the reports on the screen are about."""
        if self.batch.order["report"] == "cohort":
            return {}
        known: dict[str, str] = self.__dict__.setdefault("_known", {})
        for row in rows:
            if row.name not in known:
                known[row.name] = self.store.person(row.name).view.name or ""
        return known

    def _pace(self) -> tuple[float, int] | None:
        """Reports a minute, and about how many minutes are left; None while it cannot be said."""
        if self.job is None or not self.job.running:
            return None
        spent = (self.house.clock() - datetime.fromisoformat(self.job.started)).total_seconds()
        made = len(self.rows) - int(self.job.about.get("before", 0))
        if spent < 5 or made < 3:
            return None
        a_minute = 60 * made / spent
        return a_minute, round((self.batch.total - len(self.rows)) / a_minute)

    @act(any_day=True, parts=("progress", "failures", "list"))
    def tick(self) -> None:
        """Look again how far it is."""
        self.load()

    @act(any_day=True, parts=("progress", "failures", "list"))
    def stop(self) -> None:
        """Stop; what is made stays."""
        if self.job is not None:
            self.house.jobs.stop(self.job.id)
        self.load()
        self.tell(self._("It was stopped. What is made stays."))

    @act(any_day=True, parts=("progress", "failures", "list"))
    def resume(self) -> None:
        """Go on where it was."""
        if self.job is None or not self.job.running:
            start(self.house, self.visitor, self.batch)
        self.load()

    @act(any_day=True, parts=("list",))
    def seek(self, sought: str = "") -> None:
        """Show the reports of a record number."""
        self.sought, self.shown = sought, A_PAGE

    @act(any_day=True, parts=("list",))
    def more(self) -> None:
        """Show more of them."""
        self.shown += A_PAGE


# -- files -------------------------------------------------------------------------------------------


def _opened(request: Request) -> FileResponse:
    """A finished file, inline; that it left the record is written down."""
    house, visitor = house_of(request), visitor_of(request)
    batch = batch_of(house, visitor, request.path_params["batch"])
    path, whom = batch.file(request.path_params["name"])
    store = house.store(visitor.actor, Purpose.REPORT, house.today)
    store.exported(path.suffix.lstrip("."), [whom], {"batch": batch.id, "file": path.name})
    kind = {".html": "text/html; charset=utf-8", ".pdf": "application/pdf"}[path.suffix]
    headers = {"content-disposition": f'inline; filename="{path.name}"', "cache-control": "no-store"}
    if path.suffix == ".html":
        headers["content-security-policy"] = LAID_OPEN
    return FileResponse(path, media_type=kind, headers=headers)


async def open_file(request: Request) -> Response:
    """Open one report."""
    return await run_in_threadpool(_opened, request)


class _Flow(io.RawIOBase):
    """Takes what a zip writes, to be sent as it comes."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.at = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.parts.append(bytes(data))
        self.at += len(data)
        return len(data)

    def tell(self) -> int:
        return self.at

    def taken(self) -> bytes:
        """What has come since the last time."""
        found, self.parts = b"".join(self.parts), []
        return found


def zipped(batch: Batch) -> Iterator[bytes]:
    """All finished files of a batch as one zip, in pieces; HTML is packed, a PDF is packed already."""
    flow = _Flow()
    with zipfile.ZipFile(flow, "w") as packed:
        for _whom, name, path in batch.files():
            how = zipfile.ZIP_DEFLATED if path.suffix == ".html" else zipfile.ZIP_STORED
            packed.write(path, f"{batch.name}/{name}", how)
            yield flow.taken()
    yield flow.taken()


def _all(request: Request) -> StreamingResponse:
    house, visitor = house_of(request), visitor_of(request)
    batch = batch_of(house, visitor, request.path_params["batch"])
    store = house.store(visitor.actor, Purpose.REPORT, house.today)
    whom = list(dict.fromkeys(name for name, _file, _path in batch.files()))
    if not whom:
        raise NotFound("Nothing is made yet.")
    store.exported("zip", whom, {"batch": batch.id})
    headers = {"content-disposition": f'attachment; filename="{batch.name}.zip"', "cache-control": "no-store"}
    return StreamingResponse(zipped(batch), media_type="application/zip", headers=headers)


async def take_all(request: Request) -> Response:
    """Take all reports of a batch away."""
    return await run_in_threadpool(_all, request)


ROUTES = (
    Route("/reports/{batch}/all.zip", take_all, methods=["GET"]),
    Route("/reports/{batch}/files/{name}", open_file, methods=["GET"]),
)
