"""How counts and shares are written in a cohort report, and what stands for a hidden one."""

from kanglu.i18n import Words
from kanglu.reporting.blocks import Cell, Span
from kanglu.reporting.wording import NOTHING


def count_text(count: int | None, _: Words) -> str:
    """A count of people, or that it is hidden."""
    return _("hidden") if count is None else f"{count:,}"


def count_cell(count: int | None, _: Words) -> Cell:
    """The same as a cell of a table."""
    return Span(_("hidden"), "quiet") if count is None else f"{count:,}"


def share_text(share: float | None) -> str:
    """A share between 0 and 1 in percent."""
    return NOTHING if share is None else f"{share * 100:.1f}%"


def counted_text(count: int | None, whole: int | None, _: Words) -> str:
    """A count and its share of all: ``457 (22.9%)``."""
    if count is None or not whole:
        return count_text(count, _)
    return f"{count:,} ({share_text(count / whole)})"
