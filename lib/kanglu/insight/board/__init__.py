"""The board of a service: the register by state, rates by month, load against capacity, calls and barriers.

`read` reads once what is counted, `board` counts it for everybody or for some, and every number is a cell
that opens its list of people (`listed`), with the fact that puts each there. Nothing is evaluated: the board
goes by what the rules gave and by the facts of the day. Definitions stand in the docstrings of what counts.
"""

from kanglu.insight.board.board import Board, Chosen, board, figure_key
from kanglu.insight.board.cells import Because, Cell
from kanglu.insight.board.kept import Kept
from kanglu.insight.board.listing import Listed, Page, listed, require_choice, shown
from kanglu.insight.board.load import Expected, Load
from kanglu.insight.board.monthly import Monthly
from kanglu.insight.board.register import STATES, Registered
from kanglu.insight.board.residents import Mark, Residents
from kanglu.insight.board.sources import Sources, read

__all__ = [
    "STATES",
    "Because",
    "Board",
    "Cell",
    "Chosen",
    "Expected",
    "Kept",
    "Listed",
    "Load",
    "Mark",
    "Monthly",
    "Page",
    "Registered",
    "Residents",
    "Sources",
    "board",
    "figure_key",
    "listed",
    "read",
    "require_choice",
    "shown",
]
