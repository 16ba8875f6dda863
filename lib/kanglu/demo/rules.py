"""The rules that are in force for the demo: those of this installation, with the demo's own staff.

The staff is laid on top as what is published would be, so that `data/catalogue/` stays as its owner left it.
"""

from datetime import date
from functools import cache
from pathlib import Path

import yaml

from kanglu.catalogue.programmes import Member
from kanglu.catalogue.rulebook import Rulebook, load_rulebook
from kanglu.demo.people import LAST_YEAR

AS_OF = date(LAST_YEAR + 1, 1, 1)
"""The demo's day: everything it invents has happened by then."""
IN_FORCE_SINCE = date(LAST_YEAR, 1, 1)
"""The rules have been in use for a year, so that what is old is done or overdue, and not new."""
_STAFF = Path(__file__).with_name("staff.yaml")


@cache
def staff() -> tuple[Member, ...]:
    """Who works at the invented health centre."""
    listed = yaml.safe_load(_STAFF.read_text(encoding="utf-8"))["staff"]
    return tuple(Member.model_validate(member) for member in listed)


@cache
def demo_rules() -> Rulebook:
    """The rulebook of the demo."""
    return load_rulebook(published=[("staff", member.model_dump(mode="json")) for member in staff()])
