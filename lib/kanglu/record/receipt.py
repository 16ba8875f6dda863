"""What a batch answers: what was read, what became of the facts, what was set aside and why."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """Something set aside: where it stands (file, row or ``Type/id``, field), why, and what to do."""

    file: str
    row: str
    field: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of one batch.

    Parameters
    ----------
    batch : id of the batch, by which it can be undone.
    read : resources or rows read, by type.
    facts : how many were new, duplicate, corrected (a withdrawal is one) and quarantined.
    skipped : what is not taken in, by type.
    problems : what was set aside, in the order met.
    people : how many people were new.
    """

    batch: int
    read: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    people: int = 0

    def to_data(self) -> dict[str, Any]:
        """The receipt as plain data, for JSON."""
        return {
            "batch": self.batch,
            "read": dict(sorted(self.read.items())),
            "facts": dict(self.facts),
            "skipped": dict(sorted(self.skipped.items())),
            "problems": [asdict(problem) for problem in self.problems],
            "people": self.people,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Receipt":
        """The receipt that `to_data` wrote."""
        problems = tuple(Problem(**problem) for problem in data["problems"])
        return cls(
            data["batch"], data["read"], data["facts"], data["skipped"], problems, data.get("people", 0)
        )
