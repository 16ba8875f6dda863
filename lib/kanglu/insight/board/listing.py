"""The list of people behind a cell, a page at a time; and which numbers a role may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kanglu.errors import PermissionDenied
from kanglu.insight.board.board import Board, Chosen
from kanglu.insight.board.cells import Because, Cell
from kanglu.insight.disclosure import shown_counts
from kanglu.record import Store
from kanglu.record.moment import Moment
from kanglu.record.people import views
from kanglu.trust import Action, Actor, Resource
from kanglu.trust.permissions import allowed

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """One person of a list; an analyst sees a pseudonym as number and name."""

    person_id: int
    record_number: str
    name: str | None
    sex: str
    age: int | None
    because: Because | None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: the place of its first row, how many there are in all, and its rows."""

    start: int
    total: int
    rows: tuple[Listed, ...]


def listed(store: Store, board: Board, key: str, start: int = 0, size: int = PAGE) -> Page:
    """A page of the people behind a cell, in the cell's order, each with the fact that puts them there.

    Each person's name is a row of the audit log. Raises `NotFound` for a key that is not there, and
    `PermissionDenied` for a cell whose number the role may not see.
    """
    cell = board.cell(key)
    if shown(board, store.actor)[key] is None and cell.n:
        raise PermissionDenied(
            f"The list {key} is of so few people that {store.actor.id} ({store.actor.role}) may not see it.",
            remedy="Ask of more people.",
        )
    return Page(start, len(cell.people), _rows(store, board, cell, cell.people[start : start + size]))


def _rows(store: Store, board: Board, cell: Cell, ids: tuple[int, ...]) -> tuple[Listed, ...]:
    if not ids:
        return ()
    why = cell.why(ids)
    who = {one.id: one for one in views(store.people(ids, Moment(board.as_of, board.known)))}
    return tuple(
        Listed(
            one,
            who[one].record_number,
            who[one].name,
            who[one].sex,
            who[one].age_on(board.as_of),
            why.get(one),
        )
        for one in ids
        if one in who
    )


def shown(board: Board, actor: Actor) -> Mapping[str, int | None]:
    """The number of each cell by its key, None where the actor may not see it.

    Who may not know people by name sees no small cell, and none that gives one away, see `disclosure`; and
    no board of some, see `require_choice`.
    """
    if allowed(actor, Action.READ, Resource.IDENTITY):
        return {key: cell.n for key, cell in board.cells.items()}
    require_choice(actor, board.chosen)
    weighty = sorted(board.cells.values(), key=lambda one: -len(one.people))
    return shown_counts(frozenset(board.people.people), {one.key: one.each for one in weighty})


def require_choice(actor: Actor, chosen: Chosen) -> None:
    """Raise `PermissionDenied` where the actor may not have the board of these people.

    Small cells are hidden within one board. The boards of some, subtracted from that of all, would tell them:
    so who may not know people by name has the board of all.
    """
    if chosen != Chosen() and not allowed(actor, Action.READ, Resource.IDENTITY):
        raise PermissionDenied(
            f"{actor.id} ({actor.role}) may see the board of everybody only: that of some, taken from it, "
            "would tell of few people.",
            remedy="Leave the member of the staff and the programme open.",
        )
