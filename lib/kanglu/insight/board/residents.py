"""Contract residents with their main health risks marked: the table, and who of them has which mark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from kanglu.care.queue import HIGH_RISK_TAGS
from kanglu.insight.board.cells import Because, Cell, cell
from kanglu.insight.board.sources import Sources

RISK_TAGS: Final = (
    *HIGH_RISK_TAGS,
    "hypertension_high_risk",
    "diabetes_high_risk",
    "preliminary_hypertension",
    "care_dependent",
)
"""Tags that say of somebody what may come."""
DOCTOR: Final = "doctor"


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """A health risk, and the residents who have it."""

    kind: Literal["problem", "tag"]
    id: str
    cell: Cell


@dataclass(frozen=True, slots=True, eq=False)
class Residents:
    """The residents under contract.

    Parameters
    ----------
    all : who lives and has a family doctor on the day.
    unmarked : those without any mark: nothing is known, or nothing is wrong.
    marks : problems that hold on the day, and tags of risk, the most frequent first.
    """

    all: Cell
    unmarked: Cell
    marks: tuple[Mark, ...]


def residents(sources: Sources) -> Residents:
    """The contract residents of the day. Under contract: a doctor is in the person's care team."""
    team = sources.team
    under = frozenset(team["person_id"][team["code"] == DOCTOR].tolist())
    problems = sources.problems_on(sources.as_of)
    who: dict[tuple[Literal["problem", "tag"], str], frozenset[int]] = {
        ("problem", name): problems[name] & under
        for name in sources.rules.catalogue.problems
        if name in problems
    }
    who |= {("tag", name): sources.tags.get(name, frozenset()) & under for name in RISK_TAGS}
    found = {name: some for name, some in who.items() if some}
    marked = frozenset[int]().union(*found.values())
    held: Mapping[str, frozenset[int]] = {name: some for (_, name), some in found.items()}

    def why(ids: Sequence[int]) -> Mapping[int, Because]:
        return {one: Because("marks", None, tuple(name for name in held if one in held[name])) for one in ids}

    order = sorted(found, key=lambda name: (-len(found[name]), name))
    return Residents(
        cell("residents/all", under, why),
        cell("residents/unmarked", under - marked, why),
        tuple(
            Mark(kind, name, cell(f"residents/{kind}:{name}", found[kind, name], why)) for kind, name in order
        ),
    )
