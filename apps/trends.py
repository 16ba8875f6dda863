"""Trends: years of any indicator of one person, with targets, visits and changes of medicines."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal
from urllib.parse import urlencode

import panel as pn
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kanglu.care.book import in_force
from kanglu.catalogue import Catalogue
from kanglu.errors import NotFound
from kanglu.i18n import Words
from kanglu.insight.lines import Line
from kanglu.insight.trends import Trends, trends
from kanglu.reporting import trends as wording
from kanglu.reporting.charts import ChartSpec, to_svg
from kanglu.ui import Page, act, house_of, number, visitor_of
from kanglu.ui.downloads import table, taken
from kanglu.ui.plots import figure_of
from kanglu.unit_text import unit_text

YEARS = (2, 5, 10)
USUAL = 5
MOST = 8
"""How many charts a page shows at once."""
HIGH = 260

type Mode = Literal["drawing", "zoom", "table"]


class TrendsPage(Page):
    """One person's values over the years."""

    routes: ClassVar[tuple[str, ...]] = ("/trends/{record_number}",)
    template: ClassVar[str] = "trends.html"
    width: ClassVar[str] = "wide"

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        """Trends."""
        return _("Trends")

    def title(self) -> str:
        """Whose trends they are."""
        return self._("Trends of {name}", name=self.found.person.name or self.found.person.record_number)

    def opened(self) -> None:
        """Read the person once; what is chosen later goes by that."""
        self.plots = pn.Column(pn.Spacer(height=1), sizing_mode="stretch_width")
        self.catalogue = in_force(self.store).catalogue
        self.dossier = self.store.dossier(self.route["record_number"])
        named = self.query.get("show")
        self.chosen: list[str] | None = None if named is None else [one for one in named.split(",") if one]
        years = self.query.get("years", str(USUAL))
        self.years = chosen if (chosen := number(years)) in YEARS else None
        self.mode: Mode = "table" if self.query.get("as") == "table" else "drawing"
        self.marks = self.query.get("marks") != "no"
        self._look()

    def panes(self) -> Mapping[str, pn.viewable.Viewable]:
        """The place of the charts to zoom in; it is empty until they are asked for."""
        return {"plots": self.plots}

    @act(any_day=True)
    def add(self, name: str) -> None:
        """Show one more indicator, by its name or a part of it."""
        found = self._named(name)
        if found in self.found.chosen:
            self.tell(self._("{name} is shown already.", name=self.called(found)), "note")
            return
        if len(self.found.charts) >= MOST:
            self.tell(self._("So many charts are shown already: take one away first."), "note")
            return
        self.chosen = [*self.found.chosen, found]
        self._look()

    @act(any_day=True)
    def remove(self, name: str) -> None:
        """Take a chart away."""
        away = name.split(",")
        self.chosen = [one for one in self.found.chosen if one not in away]
        self._look()

    @act(any_day=True)
    def choose(self, years: str = "", marks: bool = False, mode: Mode = "drawing") -> None:
        """Show another time, with or without what happened, and in another way."""
        self.years = chosen if (chosen := number(years)) in YEARS else None
        self.marks, self.mode = marks, mode
        self._look()

    def _named(self, text: str) -> str:
        """The indicator that is meant, of those with a value. Raises `NotFound`."""
        wanted, known = text.strip().casefold(), self.catalogue.indicators
        names = {
            one: [one, *known[one].name.values(), *known[one].aliases] for one, _n in self.found.available
        }
        whole = [one for one, said in names.items() if wanted in (word.casefold() for word in said)]
        part = [one for one, said in names.items() if any(wanted in word.casefold() for word in said)]
        if not wanted or not (whole or part):
            raise NotFound(
                self._("No indicator with a value is called so."),
                remedy=self._("Choose one of the names that are offered."),
            )
        return (whole or part)[0]

    def _look(self) -> None:
        self.found: Trends = trends(self.dossier, self.catalogue, self.chosen, self.years)
        self.plots.objects = [pn.Spacer(height=1), *(self._zoomed() if self.mode == "zoom" else ())]
        if self._shown:
            self.place(f"{self._address()}?{self._query()}")

    def _address(self) -> str:
        return f"/trends/{self.found.person.record_number}"

    def _query(self, **more: str) -> str:
        parts = {
            "show": ",".join(self.found.chosen),
            "years": str(self.years or "all"),
            "as": "table" if self.mode == "table" else "",
            "marks": "" if self.marks else "no",
            **more,
        }
        return urlencode({name: value for name, value in parts.items() if value or name == "show"}, safe=",")

    def _spec(self, lines: Sequence[Line]) -> ChartSpec | None:
        happened = self.found.happened if self.marks else ()
        return wording.chart(self.found, lines, self.catalogue, self._, happened)

    def _zoomed(self) -> list[pn.viewable.Viewable]:
        """The charts to zoom in: one under another, with one time axis for all."""
        specs = [spec for lines in self.found.charts if (spec := self._spec(lines)) is not None]
        figures = [figure_of(spec, HIGH) for spec in specs]
        for figure in figures[1:]:
            figure.x_range = figures[0].x_range
        return [pn.pane.Bokeh(figure, sizing_mode="stretch_width", height=HIGH) for figure in figures]

    # -- for the template ----------------------------------------------------------------------

    def values(self) -> Mapping[str, Any]:
        """What the template chooses from."""
        return {
            "spans": [(str(one), self._("{n} years back", n=one)) for one in YEARS]
            + [("all", self._("All years"))],
            "modes": [
                ("drawing", self._("Charts")),
                ("zoom", self._("Zoom and hover")),
                ("table", self._("Table")),
            ],
            "offered": [
                (self.called(one), n) for one, n in self.found.available if one not in self.found.chosen
            ],
        }

    def called(self, indicator: str) -> str:
        """An indicator by its name."""
        return self._.name(self.catalogue.indicators[indicator].name)

    def heading(self, lines: Sequence[Line]) -> str:
        """How a chart is called, with its unit."""
        unit = unit_text(self.catalogue.indicators[lines[0].indicator].unit, self._)
        named = wording.title(lines, self.catalogue, self._)
        return f"{named} ({unit})" if unit else named

    def names(self, lines: Sequence[Line]) -> str:
        """The indicators of a chart, as the address names them."""
        return ",".join(one.indicator for one in lines)

    def drawn(self, lines: Sequence[Line], size: Literal["half", "full"] = "full") -> Markup | None:
        """The chart, for a wide or a narrow window; None where nothing was measured."""
        spec = self._spec(lines)
        return None if spec is None else Markup(to_svg(replace(spec, size=size), self.visitor.lang))

    def said(self, lines: Sequence[Line]) -> tuple[str, ...]:
        """The change in words."""
        return wording.said(self.found, lines, self.catalogue, self._)

    def rows(self, lines: Sequence[Line]) -> tuple[wording.Cell, ...]:
        """The values as a table."""
        return wording.table(lines, self.catalogue, self._)

    def events(self) -> list[tuple[str, str]]:
        """What happened, the newest first: day and words."""
        return [(one.day, wording.event_text(one, self._)) for one in reversed(self.found.happened)]

    def file(self, kind: str, lines: Sequence[Line] | None = None) -> str:
        """Where the values or a chart can be had as a file."""
        more = {} if lines is None else {"show": self.names(lines)}
        return f"{self._address()}/{kind}?{self._query(**more)}"


async def values_csv(request: Request) -> Response:
    """The values of the charts as a file, written down in the audit log as an export."""
    return table(await run_in_threadpool(_rows, request), _file_name(request, "csv"))


async def chart_svg(request: Request) -> Response:
    """One chart as a drawing, written down in the audit log as an export."""
    drawing = await run_in_threadpool(_svg, request)
    return taken(drawing, "image/svg+xml", _file_name(request, "svg"))


def _file_name(request: Request, ending: str) -> str:
    return f"trends-{request.path_params['record_number']}.{ending}"


def _asked(request: Request, what: str) -> tuple[Trends, Catalogue, Words]:
    """What is meant by an address; its export is written down."""
    house, visitor = house_of(request), visitor_of(request)
    years = request.query_params.get("years", "")
    store = house.store_of(visitor)
    catalogue = in_force(store).catalogue
    dossier = store.dossier(request.path_params["record_number"])
    chosen = [one for one in request.query_params.get("show", "").split(",") if one]
    asked = number(years)
    found = trends(dossier, catalogue, chosen, asked if asked in YEARS else None)
    store.exported(what, [found.person.record_number], {"indicators": list(found.chosen)})
    return found, catalogue, visitor.words


def _rows(request: Request) -> Sequence[Sequence[object]]:
    found, catalogue, _ = _asked(request, "trend values")
    rows: list[Sequence[object]] = [[_("Day"), _("Indicator"), _("Value"), _("Unit"), _("Reading")]]
    for lines in found.charts:
        unit = unit_text(catalogue.indicators[lines[0].indicator].unit, _)
        rows += [
            [one.day, one.name, one.value, unit, one.level] for one in wording.table(lines, catalogue, _)
        ]
    return rows


def _svg(request: Request) -> bytes:
    found, catalogue, _ = _asked(request, "trend chart")
    marked = () if request.query_params.get("marks") == "no" else found.happened
    spec = wording.chart(found, found.charts[0], catalogue, _, marked) if found.charts else None
    if spec is None:
        raise NotFound(_("Nothing was measured in this time."), remedy=_("Choose a longer time."))
    return to_svg(spec, "zh" if _.lang == "zh" else "en").encode()


ROUTES = (
    Route("/trends/{record_number}/values.csv", values_csv, methods=["GET"]),
    Route("/trends/{record_number}/chart.svg", chart_svg, methods=["GET"]),
)
