"""Board: the register by state, follow-ups, control rates and load, each number with the people behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kanglu.care.book import in_force
from kanglu.catalogue.rulebook import Rulebook
from kanglu.dates import parse_day
from kanglu.errors import RecordError
from kanglu.i18n import Words
from kanglu.insight import board as counting
from kanglu.insight.board import STATES, Board, Chosen, Kept, Load, Monthly, figure_key, listed, shown
from kanglu.insight.service.figure import Figure
from kanglu.insight.service.intervals import wilson
from kanglu.reporting import board as wording
from kanglu.reporting.charts import to_svg
from kanglu.reporting.wording import NOTHING, sex_text
from kanglu.trust import Action, Resource, Role
from kanglu.ui import Page, Visitor, act, house_of, visitor_of
from kanglu.ui.downloads import table

KEPT = Kept()
OWN_PANEL = (Role.HEALTH_MANAGER, Role.CLINICIAN)
"""Roles that see their own people first."""


@dataclass(frozen=True)
class Choice:
    """What the page is asked for, as it stands in its address."""

    owner: str
    programme: str
    day: date

    @classmethod
    def read(cls, given: Mapping[str, str], visitor: Visitor, today: date, rules: Rulebook) -> "Choice":
        """From an address. Raises `RecordError` for a day that has not come, and see `require_choice`."""
        own = visitor.account.practitioner or ""
        usual = own if visitor.account.role in OWN_PANEL and own in rules.staff else ""
        day = parse_day(given["day"]) if given.get("day") else today
        if day > today:
            raise RecordError(f"{day} has not come yet.", remedy="Choose an earlier day.")
        read = cls(given.get("owner", usual), given.get("programme", ""), day)
        counting.require_choice(visitor.actor, read.chosen)
        return read

    @property
    def chosen(self) -> Chosen:
        """Of whom the board is."""
        return Chosen(self.owner or None, self.programme or None)

    def address(self, today: date, **more: str) -> str:
        """As the query of an address; the owner stands in it also where it is everybody."""
        parts = {"owner": self.owner, "programme": self.programme} | more
        if self.day != today:
            parts["day"] = self.day.isoformat()
        return urlencode({name: value for name, value in parts.items() if value or name == "owner"})


class BoardPage(Page):
    """The board."""

    routes: ClassVar[tuple[str, ...]] = ("/board",)
    template: ClassVar[str] = "board.html"
    menu: ClassVar[int | None] = 8
    width: ClassVar[str] = "wide"

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        """Board."""
        return _("Board")

    def opened(self) -> None:
        """Show the board where it is counted already; else say so, and count it when the page is there."""
        self.rules = in_force(self.store)
        self.choice = Choice.read(self.query, self.visitor, self.day, self.rules)
        self.key, self.start = self.query.get("list", ""), 0
        self.people: counting.Page | None = None
        self.board = KEPT.known(self.store, self.choice.day, self.choice.chosen)
        self._take()

    @act
    def count(self) -> None:
        """Count the board."""
        if self.board is None:
            self._load()

    @act
    def choose(self, owner: str = "", programme: str = "", day: date | None = None) -> None:
        """Count for others, or for another day."""
        given = {"owner": owner, "programme": programme, "day": (day or self.day).isoformat()}
        self.choice = Choice.read(given, self.visitor, self.day, self.rules)
        self.key, self.start = "", 0
        self._load()
        self._place()

    @act(parts=("people",))
    def open(self, key: str, start: int = 0) -> None:
        """List the people behind a number."""
        self.key, self.start = key, start
        self._list()
        self._place()
        self.focus("people")

    @act(parts=("people",))
    def shut(self) -> None:
        """Put the list away, and go back to the number."""
        was, self.key, self.people = self.key, "", None
        self._place()
        self.focus(f"n-{was}")

    def _place(self) -> None:
        more = {"list": self.key} if self.key else {}
        self.place(f"/board?{self.choice.address(self.day, **more)}")

    def _load(self) -> None:
        self.board = KEPT.board(self.store, self.choice.day, self.choice.chosen)
        self._take()

    def _take(self) -> None:
        self.numbers = shown(self.board, self.visitor.actor) if self.board else {}
        self._list()

    def _list(self) -> None:
        self.people = None
        if self.key and self.board is not None:
            self.people = listed(self.store, self.board, self.key, self.start)

    # -- for the template ----------------------------------------------------------------------

    def values(self) -> Mapping[str, Any]:
        """What the template says of the board."""
        staff = [(one.id, one.name) for one in self.rules.staff.values() if one.role in ("manager", "doctor")]
        programmes = [
            (one.id, self._.name(one.name)) for one in self.rules.programmes.values() if one.applies
        ]
        return {
            "staff": staff,
            "programmes": programmes,
            "board": self.board,
            "states": [(state, wording.state_name(state, self._)) for state in STATES],
            "named": self.may(Action.READ, Resource.IDENTITY),
            "exports": self.may(Action.EXPORT, Resource.FACTS),
        }

    def counted(self) -> Board:
        """The board, where the template knows that it is there."""
        assert self.board is not None
        return self.board

    def meaning(self, key: str) -> wording.Meaning:
        """A number in words."""
        return wording.meaning(self.counted(), key, self._)

    def number(self, key: str) -> int | None:
        """A number, None where the role may not see it."""
        return self.numbers.get(key)

    def percent(self, key: str, figure: Figure) -> str:
        """A figure in percent; a dash where it may not be seen, or nobody counts."""
        return wording.percent(figure) if self._may_show(key) else NOTHING

    def interval(self, key: str, figure: Figure) -> str:
        """The 95 % interval in percent; empty where there is none to show."""
        ends = wilson(figure.numerator.n, figure.denominator.n) if self._may_show(key) else None
        if ends is None:
            return ""
        low, high = (f"{end * 100:.0f}" for end in ends)
        return self._("95 % interval {low}–{high} %", low=low, high=high)

    def share(self, figure: Figure) -> str:
        """A figure that opens no list, in percent; a dash where people may not be known by name."""
        return wording.percent(figure) if self.may(Action.READ, Resource.IDENTITY) else NOTHING

    def latest(self, monthly: Monthly) -> tuple[str, Figure]:
        """The point of a line that the tile shows, and its key."""
        figure = monthly.latest
        return figure_key(figure, by_month=figure is not monthly.now), figure

    def span(self, figure: Figure) -> str:
        """The period of a figure: a month, or from one day to another."""
        if figure.definition.startswith("follow_up"):
            return figure.days.since.isoformat()[:7]
        since, until = figure.days.since.isoformat(), figure.days.until.isoformat()
        return self._("{start} to {end}", start=since, end=until)

    def _may_show(self, key: str) -> bool:
        return None not in (self.number(f"{key}/part"), self.number(f"{key}/whole"))

    def line(self, monthly: Monthly) -> Markup:
        """The twelve months as a drawing."""
        may = [self._may_show(key) for _, key, _ in self.months(monthly)]
        return Markup(to_svg(wording.monthly_line(self.counted(), monthly, may, self._), self.visitor.lang))

    def months(self, monthly: Monthly) -> list[tuple[str, str, Figure]]:
        """The same as a table: the end of the period, the key of the figure, the figure."""
        last = len(monthly.months) - 1
        return [
            (one.days.until.isoformat(), figure_key(one, by_month=at < last), one)
            for at, one in enumerate(monthly.months)
        ]

    def apart(self, key: str, figure: Figure) -> list[tuple[str, str]]:
        """What a figure tells apart: name and key, without what is nought."""
        return [
            (wording.apart_name(name, self._), f"{key}/{name}") for name, one in figure.apart.items() if one.n
        ]

    def bars(self, load: Load) -> Markup:
        """The weeks ahead of one of the staff against the capacity."""
        counts = [self.number(week.key) for week in load.weeks]
        return Markup(to_svg(wording.load_bars(self.counted(), load, counts, self._), self.visitor.lang))

    def barriers(self) -> Markup:
        """Barriers as bars."""
        return Markup(to_svg(wording.barrier_bars(self.counted(), self.numbers, self._), self.visitor.lang))

    def mark(self, code: str) -> str:
        """A risk by its name."""
        return wording.mark_name(code, self.rules, self._)

    def because(self, one: counting.Listed) -> str:
        """Why somebody is in the list."""
        return wording.because_text(one.because, self.rules, self._)

    def sex(self, one: counting.Listed) -> str:
        """The sex in words."""
        return sex_text(one.sex, self._)

    def export_path(self) -> str:
        """Where the list can be had as a file."""
        return f"/board/list.csv?{self.choice.address(self.day, list=self.key)}"


async def list_csv(request: Request) -> Response:
    """The whole list behind a number as a file, written down in the audit log as an export."""
    return table(await run_in_threadpool(_rows, request), f"board-{house_of(request).today}.csv")


def _rows(request: Request) -> Sequence[Sequence[object]]:
    house, visitor = house_of(request), visitor_of(request)
    store = house.store_of(visitor)
    rules, _ = in_force(store), visitor.words
    choice = Choice.read(dict(request.query_params), visitor, house.today, rules)
    board = KEPT.board(store, choice.day, choice.chosen)
    key = request.query_params.get("list", "")
    found = listed(store, board, key, size=len(board.cell(key).people))
    store.exported(f"board {key}", [one.record_number for one in found.rows])
    said = wording.meaning(board, key, _)
    rows: list[Sequence[object]] = [[f"{said.title} · {choice.day}"]]
    rows.append([_("Record number"), _("Name"), _("Sex"), _("Age"), _("Why")])
    rows += [
        [
            one.record_number,
            one.name,
            sex_text(one.sex, _),
            one.age,
            wording.because_text(one.because, rules, _),
        ]
        for one in found.rows
    ]
    return rows


ROUTES = (Route("/board/list.csv", list_csv, methods=["GET"]),)
