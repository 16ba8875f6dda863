"""The frame around every page: its head, the menu, the language, and where messages stand."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import panel as pn
from markupsafe import Markup

from kanglu import __version__
from kanglu.errors import KangluError, NotFound, NotInPanel, PermissionDenied
from kanglu.i18n import Lang, Words, words
from kanglu.record.walls import OPENED
from kanglu.retold import retold
from kanglu.trust import Role
from kanglu.ui.page import Page
from kanglu.ui.rendering import STATIC, environment, whole
from kanglu.ui.trouble import trouble
from kanglu.ui.visitors import House, OpenPage, Visitor, present
from kanglu.ui.wire import Wire

if TYPE_CHECKING:
    from bokeh.server.contexts import BokehSessionContext

log = logging.getLogger("kanglu.ui")
LANGUAGES: Mapping[Lang, str] = {"zh": "中文", "en": "English"}


def application(page: type[Page], menu: Sequence[type[Page]]) -> Callable[[], pn.Template]:
    """What Panel calls for each new session of a page."""

    def opened() -> pn.Template:
        house, visitor = present()
        _owned(house, visitor)
        arguments = {name: given[-1].decode() for name, given in (pn.state.session_args or {}).items()}
        query = {name: value for name, value in arguments.items() if not name.startswith("bokeh-")}
        if page.refused(visitor):
            return _framed(visitor, menu, page, _refusal(visitor.words, None))
        try:
            made = page(house, visitor, dict(pn.state.route_params or {}), query)
            made.opened()
            return _framed(visitor, menu, page, Markup(made.html()), made)
        except NotInPanel as error:
            return _framed(visitor, menu, page, _closed(visitor, error))
        except KangluError as error:
            return _framed(visitor, menu, page, _refusal(visitor.words, error))
        except Exception:
            # Panel would show the traceback, with whatever was at hand in it.
            log.exception("%s could not be opened", visitor.path.split("?")[0])
            return _framed(visitor, menu, page, _fault(visitor.words))

    return opened


def _owned(house: House, visitor: Visitor) -> None:
    """Keep whose page it is that is being opened, as long as it is open."""
    assert pn.state.curdoc is not None
    context = cast("BokehSessionContext", pn.state.curdoc.session_context)
    name = str(context.id)
    house.open_pages[name] = OpenPage(visitor.token, context)

    def over(_: Any) -> None:
        house.open_pages.pop(name, None)

    pn.state.on_session_destroyed(over)


def _framed(
    visitor: Visitor, menu: Sequence[type[Page]], page: type[Page], content: Markup, made: Page | None = None
) -> pn.Template:
    title = made.title() if made is not None else page.name_in_menu(visitor.words)
    template = pn.Template(environment().get_template("frame.html"))  # ours escapes; Panel's does not
    shown = frame_values(visitor.lang, visitor.path, visitor, title, content)
    shown["menu"] = [
        {"path": one.routes[0], "name": one.name_in_menu(visitor.words), "here": one is page}
        for one in menu
        if one.menu is not None and not one.refused(visitor)
    ]
    shown["searching"] = any("/search" in one.routes and not one.refused(visitor) for one in menu)
    if made is not None:
        shown["day"], shown["sought"] = made.day.isoformat(), made.query.get("q", "")
        shown["width"] = made.width
        template.add_panel("wire", made.wire)
        for name, pane in made.panes().items():
            template.add_panel(name, pane)
        pn.state.on_session_destroyed(lambda _: made.closed())
    else:
        template.add_panel("wire", Wire(lambda _: None))
    for name, value in shown.items():
        template.add_variable(name, value)
    return template


def plain(lang: Lang, path: str, title: str, template: str, values: Mapping[str, Any]) -> Markup:
    """A page of plain HTML in the frame, for whoever is not signed in."""
    content = whole(template, {**values, "_": words(lang), "lang": lang})
    return whole("frame.html", frame_values(lang, path, None, title, content))


def frame_values(
    lang: Lang, path: str, visitor: Visitor | None, title: str, content: Markup
) -> dict[str, Any]:
    """What every frame is filled with."""
    _ = words(lang)
    return {
        "_": _,
        "lang": lang,
        "path": path,
        "visitor": visitor,
        "heading": title,
        "content": content,
        "languages": [(other, name) for other, name in LANGUAGES.items() if other != lang],
        "menu": [],
        "role": "" if visitor is None else role_name(visitor.account.role, _),
        "searching": False,
        "sought": "",
        "day": "",
        "width": "",
        "version": fingerprint(),
    }


def role_name(role: Role, _: Words) -> str:
    """What a role is called."""
    return {
        Role.HEALTH_MANAGER: _("Health manager"),
        Role.CLINICIAN: _("Clinician"),
        Role.SUPERVISOR: _("Supervisor"),
        Role.ANALYST: _("Analyst"),
        Role.OPERATOR: _("Operator"),
        Role.ADMIN: _("Administrator"),
    }[role]


def _refusal(_: Words, error: KangluError | None) -> Markup:
    if error is None or isinstance(error, PermissionDenied):
        title = _("This page is not for your role")
        text = _("Nothing of it is shown. Whoever runs Kanglu here can change what your role may see.")
        remedy = None
    elif said := trouble(error, _):
        title, text, remedy = _("This page cannot be shown now"), said, None
    else:
        missing = isinstance(error, NotFound)
        title = _("This is not here") if missing else _("This page cannot be shown now")
        text, remedy = retold(error.what, _), retold(error.remedy or "", _)
    return whole("refused.html", {"title": title, "text": text, "remedy": remedy, "_": _})


def _closed(visitor: Visitor, error: NotInPanel) -> Markup:
    """How a record is opened that is not in the visitor's panel."""
    hours = int(OPENED.total_seconds() // 3600)
    values = {"number": error.where, "hours": hours, "next": visitor.path, "_": visitor.words}
    return whole("closed.html", values)


def _fault(_: Words) -> Markup:
    said = {
        "title": _("This page cannot be shown now"),
        "text": _("Something went wrong here. Nothing was changed; try again."),
    }
    return whole("refused.html", {**said, "remedy": None, "_": _})


@cache
def fingerprint() -> str:
    """Changes with what the browser may keep: the style and the script."""
    digest = hashlib.sha256(__version__.encode())
    for file in sorted(STATIC.iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:10]
