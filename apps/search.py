"""Finding a person: the page of what was found, and what the search box in the head proposes as one types."""

from collections.abc import Mapping
from typing import Any, ClassVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kanglu.dates import age_on
from kanglu.errors import NotFound
from kanglu.i18n import Words
from kanglu.record import PersonView
from kanglu.record.search import By, Found
from kanglu.trust import Action, Purpose, Resource
from kanglu.trust.permissions import require
from kanglu.ui import Page
from kanglu.ui.people import sex_name
from kanglu.ui.visitors import House, Visitor, house_of, visitor_of

MOST = 20
"""So many people are shown on the page; whoever is shown stands in the audit log."""
PROPOSED = 8
"""So many are proposed while one types."""


class Search(Page):
    """Who was found."""

    routes: ClassVar[tuple[str, ...]] = ("/search",)
    template: ClassVar[str] = "search.html"
    width: ClassVar[str] = "narrow"

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        """Find a person."""
        return _("Find a person")

    def opened(self) -> None:
        """Look for what stands in the address."""
        self.text = self.query.get("q", "").strip()
        self.named = self.may(Action.READ, Resource.IDENTITY)
        self.found: tuple[Found, ...] = ()
        self.more, self.elsewhere, self.numbers = False, 0, tuple[str, ...]()
        if self.text and self.named:
            matches = self.store.search(self.text, MOST)
            self.found, self.more = matches.found, matches.more
            self.elsewhere, self.numbers = matches.elsewhere, matches.numbers
        elif self.text:
            self.found = self._by_pseudonym()

    def _by_pseudonym(self) -> tuple[Found, ...]:
        """An analyst finds by the whole pseudonym, and by nothing else."""
        try:
            return (Found(self.store.person(self.text).view, "record_number"),)
        except NotFound:
            return ()

    def values(self) -> Mapping[str, Any]:
        """What was found, in words."""
        return {"rows": [_row(one, self) for one in self.found]}


def _row(one: Found, page: Search) -> Mapping[str, Any]:
    _ = page._
    return {
        "number": one.person.record_number,
        "name": one.person.name or _("no name"),
        "about": about(one.person, page.day, _),
        "by": matched(one, _),
        "deceased": one.person.deceased,
    }


def about(person: PersonView, day: Any, _: Words) -> str:
    """Sex, age and day of birth."""
    sex = sex_name(person.sex, _) or _("sex not recorded")
    if person.birth_date is None:
        return sex
    born = _.day(person.birth_date)
    if person.deceased:
        return f"{sex} · {born}"
    return f"{sex} · {_('{n} years', n=age_on(person.birth_date, day))} · {born}"


def matched(one: Found, _: Words) -> str:
    """What of the person matched."""
    ways: Mapping[By, str] = {
        "record_number": _("record number"),
        "national_id": _("identity number"),
        "national_id_tail": _("end of the identity number"),
        "phone": _("telephone number"),
        "phone_tail": _("end of the telephone number"),
        "identifier": _("card or number"),
        "name": _("name"),
        "pinyin": _("pinyin"),
        "initials": _("initials"),
    }
    way = ways[one.by]
    return _("{way}: formerly {name}", way=way, name=one.name) if one.name else way


def _propose(house: House, visitor: Visitor, text: str) -> Mapping[str, Any]:
    store, _ = house.store(visitor.actor, Purpose.CARE, house.today), visitor.words
    matches = store.search(text, PROPOSED) if text.strip() else None
    people = () if matches is None else matches.found
    return {
        "people": [
            {
                "path": f"/person/{one.person.record_number}",
                "name": one.person.name or _("no name"),
                "about": f"{about(one.person, house.today, _)} · {one.person.record_number}",
                "by": matched(one, _),
            }
            for one in people
        ],
        "more": _("All that were found") if matches is not None and matches.more else "",
        "said": _.count("{n} person found", "{n} people found", len(people)) if people else _("Nobody found"),
    }


async def propose(request: Request) -> Response:
    """Whom a text may mean, while it is being typed."""
    visitor = visitor_of(request)
    require(visitor.actor, Action.READ, Resource.IDENTITY)
    answer = await run_in_threadpool(_propose, house_of(request), visitor, request.query_params.get("q", ""))
    return JSONResponse(answer)


ROUTES = (Route("/search/people", propose, methods=["GET"]),)
