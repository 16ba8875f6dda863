"""Boards that were counted already: as long as nothing changes in the record, they are not counted again."""

import threading
from collections.abc import Hashable
from datetime import date

from kanglu.care.book import in_force
from kanglu.care.lately import Lately
from kanglu.insight.board.board import Board, Chosen, board
from kanglu.insight.board.sources import Sources, read
from kanglu.record import Store
from kanglu.trust import Action, Resource, require
from kanglu.trust.permissions import sight_of


class Kept:
    """The last boards of a process. What one role may not see is not kept together with what another may.

    Parameters
    ----------
    size : how many boards, and how many reads of the record, are kept.
    """

    def __init__(self, size: int = 8) -> None:
        self._found = Lately[Board | Sources](size)
        self._reading = threading.Lock()

    def known(self, store: Store, as_of: date, chosen: Chosen) -> Board | None:
        """The board, where it is kept and still true."""
        require(store.actor, Action.READ, Resource.FACTS)
        found = self._found.get((self._key(store, as_of), chosen))
        return found if isinstance(found, Board) else None

    def board(self, store: Store, as_of: date, chosen: Chosen) -> Board:
        """The board of a day, by all that the store knows; counted where it is not kept. See `board`."""
        known = self.known(store, as_of, chosen)
        if known is not None:
            return known
        key = self._key(store, as_of)
        with self._reading:  # who asks for the same meanwhile waits for it, and finds it kept
            sources = self._found.get(key)
            if not isinstance(sources, Sources):
                sources = read(store, as_of, store.known)
                self._found.put(key, sources)
            found = self._found.get((key, chosen))
            if not isinstance(found, Board):
                found = board(sources, chosen)
                self._found.put((key, chosen), found)
        return found

    def _key(self, store: Store, as_of: date) -> Hashable:
        sight = sight_of(store.actor)
        return store.database.name, store.stamp(), in_force(store).revision, as_of, store.known, sight
