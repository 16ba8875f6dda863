"""A page: an object that lives as long as somebody looks at it, a template, and what can be done there."""

import inspect
import logging
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from math import isfinite
from typing import Any, ClassVar, cast, get_type_hints, overload

import panel as pn
import param
from pydantic import TypeAdapter, ValidationError

from kanglu.errors import KangluError, PermissionDenied, Unreachable
from kanglu.i18n import Words
from kanglu.record import Store
from kanglu.record.opened import in_china
from kanglu.retold import told
from kanglu.trust import Action, Purpose, Resource
from kanglu.trust.permissions import Right, allowed
from kanglu.ui.rendering import around, environment, part
from kanglu.ui.trouble import trouble
from kanglu.ui.visitors import House, Visitor, sign_in_path
from kanglu.ui.wire import Wire

log = logging.getLogger("kanglu.ui")
_LARGEST = 2**31 - 1
"""Of the numbers that stand for something: a count, a place, a row of the record."""
_HALF = re.compile("[\ud800-\udfff]")

type Act = Callable[..., None]


@overload
def act[F: Act](method: F) -> F: ...


@overload
def act[F: Act](*, any_day: bool = False, parts: Sequence[str] | None = None) -> Callable[[F], F]: ...


def act[F: Act](method: F | None = None, *, any_day: bool = False, parts: Sequence[str] | None = None) -> Any:
    """Mark a method as something that can be done on the page, by its name.

    What it is called with comes from the browser as text and is turned into what the annotations say; what
    does not fit is told to whoever typed it; ``**fields`` takes all that is not named, as it came. A
    `KangluError` is told too, and nothing else happens.

    Parameters
    ----------
    any_day : it may be done on a page that was opened on another day (saving a draft, looking something up).
    parts : the blocks of the template that it may change; all when None.
    """

    def mark(function: F) -> F:
        hints = get_type_hints(function)
        named = list(inspect.signature(function).parameters.values())[1:]
        takes = {
            one.name: (TypeAdapter(hints[one.name]), one.default)
            for one in named
            if one.kind is not inspect.Parameter.VAR_KEYWORD
        }
        function.kanglu_act = {  # type: ignore[attr-defined]
            "takes": takes, "any_day": any_day, "parts": parts, "rest": len(takes) < len(named),
        }  # fmt: skip
        return function

    return mark if method is None else mark(method)


class Page(pn.viewable.Viewer):
    """The ground of every page.

    A page says its `routes`, its `template` (a file beside it, whose blocks are the parts that are kept up to
    date; each block holds one element whose id is the block's name), its place in the `menu`, what it
    `needs`, and how its title reads. `opened` is called once before it is shown.
    """

    routes: ClassVar[tuple[str, ...]] = ()
    template: ClassVar[str]
    menu: ClassVar[int | None] = None
    """Its place in the menu; None for a page that is reached from others."""
    needs: ClassVar[tuple[Right, ...]] = ((Action.READ, Resource.FACTS),)
    purpose: ClassVar[Purpose] = Purpose.CARE
    width: ClassVar[str] = ""
    """``narrow`` for a page that is read, ``wide`` for one that is a table."""

    day = param.CalendarDate(doc="The day the page was opened on; what it shows and does is as of it.")

    def __init__(
        self, house: House, visitor: Visitor, route: Mapping[str, str], query: Mapping[str, str]
    ) -> None:
        super().__init__(day=house.today)  # type: ignore[no-untyped-call]
        self.house, self.visitor, self.route, self.query = house, visitor, dict(route), dict(query)
        self.wire = Wire(self._hear)
        self._shown: dict[str, str] = {}
        self._turn = threading.RLock()
        self._answer: dict[str, Any] = {}

    # -- what a page says ----------------------------------------------------------------------

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        """How the page is called in the menu."""
        raise NotImplementedError

    def title(self) -> str:
        """How this page is called, in the window and as its heading."""
        return self.name_in_menu(self._)

    def opened(self) -> None:
        """Read what the page shows first. A `KangluError` here is shown in its place."""

    def closed(self) -> None:
        """The page is no longer looked at: let go of all that it has read, before garbage is looked for.

        Where something is still being done on it, that goes on.
        """
        turn = self._turn
        if turn.acquire(blocking=False):
            self.__dict__.clear()
            turn.release()

    def values(self) -> Mapping[str, Any]:
        """Further names for the template, which has `page` and `_`."""
        return {}

    def panes(self) -> Mapping[str, pn.viewable.Viewable]:
        """Panel objects (charts) by their place: ``<div data-pane="NAME"></div>``, outside of the blocks."""
        return {}

    # -- what a page has -----------------------------------------------------------------------

    @property
    def _(self) -> Words:
        return self.visitor.words

    @property
    def lang(self) -> str:
        """``zh`` or ``en``."""
        return self.visitor.lang

    @cached_property
    def store(self) -> Store:
        """The record, opened by the visitor as of the page's day.

        It is opened for the page's purpose; by a role that may not, for the first that it may.
        """
        return self.house.store_of(self.visitor, self.purpose, self.day)

    def may(self, action: Action, resource: Resource) -> bool:
        """Whether the visitor's role has this right."""
        return allowed(self.visitor.actor, action, resource)

    @cached_property
    def _accounts(self) -> dict[str, str]:
        return {one.id: one.name for one in self.house.accounts.all()}

    def called(self, account: str) -> str:
        """The name of an account; its id where it is none of this house, as on the command line."""
        return self._accounts.get(account, account)

    def at(self, instant: str) -> str:
        """The day and the time at which something was recorded."""
        moment = in_china(instant)
        return f"{self._.day(moment.date())} {moment:%H:%M}"

    def tell(self, text: str, kind: str = "done") -> None:
        """Say something in passing: ``done``, ``note`` or ``wrong``."""
        self._answer.setdefault("say", []).append({"text": text, "kind": kind})

    def wrong(self, error: KangluError) -> str:
        """How an error is told; a page may say it in its own words."""
        return told(error, self._)

    def go(self, path: str) -> None:
        """Leave for another page of this house."""
        self._answer["go"] = path

    def place(self, path: str) -> None:
        """Put what the page shows into its address, so that a reload or a link comes back to it."""
        self._answer["place"] = path

    def focus(self, id: str) -> None:
        """Put the keyboard's focus on an element when the answer is there."""
        self._answer["focus"] = id

    def keep_open(self) -> None:
        """Leave the dialog open from which this was done."""
        self._answer["open"] = True

    # -- how it is shown -----------------------------------------------------------------------

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.Column(self.wire, *self.panes().values())

    @classmethod
    def refused(cls, visitor: Visitor) -> bool:
        """Whether the visitor's role may not see the page."""
        return not all(allowed(visitor.actor, *right) for right in cls.needs)

    def html(self) -> str:
        """The page's content; from then on the parts that change are sent."""
        values = self._values()
        template = environment().get_template(self.template)
        self._shown = {name: part(template, name, values) for name in template.blocks}
        return around(template, self._shown, values)

    def _values(self) -> dict[str, Any]:
        return {"page": self, "_": self._, "lang": self.lang, **self.values()}

    # -- what is done --------------------------------------------------------------------------

    def _hear(self, message: Mapping[str, Any]) -> None:
        """Do what the browser asks for, one thing at a time, and answer."""
        with self._turn:
            self._answer = {"seq": message.get("seq")}
            parts: Sequence[str] | None = ()
            try:
                parts = self._do(str(message.get("act")), message.get("with") or {})
                self._answer["ok"] = True
            except _Unfit as unfit:
                self._answer["wrong"] = {unfit.field: self._unfit(unfit)}
            except Exception as error:
                self._told(error, message)
            try:
                self._answer["parts"] = self._changed(parts)
            except Unreachable as error:
                self._told(error, message)
            except Exception:
                self._failed("what %s came to cannot be shown on %s", message)
                self.tell(self._("This page cannot be shown now. Load it anew."), "wrong")
            self.wire.say(self._answer)

    def _told(self, error: Exception, message: Mapping[str, Any]) -> None:
        """Say what went wrong with an act; the browser tries again by itself where that may help."""
        if said := trouble(error, self._):
            self._answer["later"] = True
            self.tell(said, "wrong")
        elif isinstance(error, KangluError):
            self.tell(self.wrong(error), "wrong")
        else:
            self._failed("%s failed on %s", message)
            self.tell(self._("Something went wrong here. Nothing was changed; try again."), "wrong")

    def _failed(self, what: str, message: Mapping[str, Any]) -> None:
        log.exception(what, message.get("act"), self.visitor.path.split("?")[0])

    def _do(self, name: str, given: Mapping[str, Any]) -> Sequence[str] | None:
        method: Any = getattr(type(self), name, None)
        known = getattr(method, "kanglu_act", None)
        if known is None:
            raise PermissionDenied(f"{name!r} cannot be done here.", remedy="Reload the page.")
        if self.house.accounts.who(self.visitor.token) is None:
            self._answer["go"] = sign_in_path(self.visitor.path)
            return ()
        if not known["any_day"] and self.house.today != self.day:
            self._answer["new_day"] = True
            return ()
        called = {}
        for argument, (adapter, default) in known["takes"].items():
            raw = given.get(argument)
            if (raw is None or raw == "") and default is not inspect.Parameter.empty:
                called[argument] = default
            else:
                called[argument] = _fit(adapter, argument, raw)
        if known["rest"]:
            called |= {name: _sound(raw, name) for name, raw in given.items() if name not in called}
        method(self, **called)
        return cast("Sequence[str] | None", known["parts"])

    def _unfit(self, unfit: "_Unfit") -> str:
        if unfit.empty:
            return self._("Please fill this in.")
        if unfit.kind.startswith("date"):
            return self._("Write a day such as 2026-06-30.")
        if unfit.kind.startswith(("int", "float", "decimal")):
            return self._("Write a number.")
        return self._("This cannot be.")

    def _changed(self, parts: Sequence[str] | None) -> dict[str, str]:
        """The parts that read otherwise than they were last sent."""
        template, values = environment().get_template(self.template), self._values()
        names = [name for name in template.blocks if parts is None or name in parts]
        now = {name: part(template, name, values) for name in names}
        changed = {name: html for name, html in now.items() if html != self._shown.get(name)}
        self._shown.update(changed)
        return changed


class _Unfit(Exception):
    """What was typed into a field is not what the act takes."""

    def __init__(self, field: str, kind: str, empty: bool) -> None:
        super().__init__(field)
        self.field, self.kind, self.empty = field, kind, empty


def _fit(adapter: TypeAdapter[Any], name: str, raw: object) -> Any:
    """What was typed, as what is wanted. Raises `_Unfit`."""
    try:
        fit = adapter.validate_python(None if raw == "" else raw)
    except ValidationError as error:
        raise _Unfit(name, error.errors()[0]["type"], raw in (None, "")) from None
    return _sound(fit, name)


def _sound(value: Any, name: str) -> Any:
    """What a database can keep as it is: no number beyond its range or none at all, no half characters."""
    match value:
        case int() if abs(value) > _LARGEST:
            raise _Unfit(name, "int", False)
        case float() if not isfinite(value):
            raise _Unfit(name, "float", False)
        case str() if "\x00" in value or (not value.isascii() and _HALF.search(value)):
            raise _Unfit(name, "string", False)
        case list() | tuple():
            for one in value:
                _sound(one, name)
        case dict():
            for key, one in value.items():
                _sound(key, name)
                _sound(one, name)
    return value
