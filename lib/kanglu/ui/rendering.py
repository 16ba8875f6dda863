"""Templates: a page's own lie beside it in `apps/`, what all share lies here. Everything is escaped."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from kanglu.home import shipped
from kanglu.i18n import Words
from kanglu.record.opened import in_china

HERE = Path(__file__).parent
STATIC = HERE / "static"


@cache
def environment() -> Environment:
    """Jinja with the templates of the pages and of the shell; an unknown name is an error, not a gap."""
    made = Environment(
        loader=FileSystemLoader([shipped("apps"), HERE / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["day"] = _day
    made.filters["time"] = _time
    made.filters["day_at"] = _day_at
    return made


@pass_context
def _day(context: Context, value: date | str | None) -> str:
    """``{{ day | day }}``: in the words of the page's language; empty where there is none."""
    if value is None or value == "":
        return ""
    said: Words = context["_"]
    text = value.isoformat() if isinstance(value, date) else value
    # What is known only to the month or the year is said as it is.
    return said.day(date.fromisoformat(text[:10])) if len(text) >= 10 else text


@pass_context
def _day_at(context: Context, instant: str) -> str:
    """``{{ at | day_at }}``: the day in China on which an instant of the record lies."""
    said: Words = context["_"]
    return said.day(in_china(instant).date())


def _time(value: datetime | str) -> str:
    """``{{ at | time }}``: hours and minutes."""
    text = value.isoformat() if isinstance(value, datetime) else value
    return text[11:16]


def part(template: Template, name: str, values: Mapping[str, Any]) -> str:
    """One block of a template, with these values."""
    return "".join(template.blocks[name](template.new_context(dict(values)))).strip()


def around(template: Template, parts: Mapping[str, str], values: Mapping[str, Any]) -> str:
    """The whole template, with its blocks as they have been rendered."""
    context = template.new_context(dict(values))
    context.blocks = {name: [_saying(text)] for name, text in parts.items()}
    return "".join(template.root_render_func(context))


def _saying(text: str) -> Callable[[Context], Iterator[str]]:
    return lambda _: iter((text,))


def whole(name: str, values: Mapping[str, Any]) -> Markup:
    """A whole template."""
    return Markup(environment().get_template(name).render(values))
