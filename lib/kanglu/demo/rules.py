"""The rules of the demo: those of this installation, with the demo's own staff.

The staff is published in the demo's record, so that `data/catalogue/` stays as its owner left it.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kanglu.catalogue.programmes import Member
from kanglu.catalogue.rulebook import Rulebook, load_rulebook
from kanglu.demo.people import LAST_YEAR

AS_OF = date(LAST_YEAR + 1, 1, 1)
"""The demo's day: everything it invents has happened by then."""
IN_FORCE_SINCE = date(LAST_YEAR, 1, 1)
"""The rules have been in use for a year, so that what is old is done or overdue, and not new."""
STAFF = Path(__file__).with_name("staff.yaml")


@cache
def demo_rules() -> Rulebook:
    """The rulebook that is in force where the staff is published."""
    return load_rulebook(published=[("staff", member) for member in _listed()])


def staff() -> list[Member]:
    """Who works at the invented health centre."""
    return [Member.model_validate(member) for member in _listed()]


def _listed() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = yaml.safe_load(STAFF.read_text(encoding="utf-8"))["staff"]
    return listed
