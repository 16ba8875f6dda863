"""Somebody with a plan, for reports on a stage or a month: facts of their own, no database."""

from collections.abc import Iterable
from datetime import date
from types import SimpleNamespace
from typing import Any

from tests.someone import Someone

from kanglu import catalogue
from kanglu.care.plans import agree, fact_of
from kanglu.catalogue.rulebook import rulebook
from kanglu.record.facts import Appointment, Communication
from kanglu.reporting.blocks import Block, Blocks, flatten


def begun(someone: Someone, template: str, start: str) -> Someone:
    """With a shipped plan, begun by what was known then."""
    day, book = date.fromisoformat(start), rulebook()
    return someone.add(fact_of(7, agree(someone.dossier(start), book.plans[template], day, "wang", book)))


def called(someone: Someone, when: str, outcome: str = "reached", barrier: str | None = None) -> Someone:
    return someone.add(
        Communication(
            7, "kanglu", "call", when, direction="out", channel="phone", outcome=outcome, reason=barrier
        )
    )


def booked(someone: Someone, when: str, display: str | None = None, status: str = "booked") -> Someone:
    return someone.add(
        Appointment(7, "kanglu", "follow_up_booking", when, clinical_status=status, display=display)
    )


def store_of(someone: Someone, as_of: str) -> SimpleNamespace:
    """A store that holds nobody else."""
    return SimpleNamespace(dossier=lambda number: someone.dossier(as_of), catalogue=catalogue.current())


def blocks_of(paper: Any, parts: Iterable[str]) -> list[Block]:
    """What the reader finds in these parts of a report."""
    blocks = [getattr(paper, part)() for part in parts]
    assert all(isinstance(block, Blocks) for block in blocks)
    return list(flatten(blocks))
