"""The receipt of an import: what was read, what became of it, what was set aside and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was set aside or that someone should look at.

    Parameters
    ----------
    file : the document's name, the container included.
    row : row number, or entry index and ``Type/id``; empty when the file as a whole is meant.
    field : column, or element of the resource; empty when the whole row is meant.
    reason : what is wrong, the value included.
    remedy : what to do about it.
    """

    file: str
    row: str
    field: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What became of the facts, counted."""

    new: int = 0
    duplicate: int = 0
    corrected: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one import did.

    Parameters
    ----------
    batch : the batch's id, by which it can be undone; None when not a single file could be read.
    read : resources or rows read, by type.
    facts : what became of the facts.
    skipped : resources not taken in, by type.
    problems : what was set aside, in the order met.
    refused : names of the files that were refused as a whole; each has a problem too.
    """

    batch: int | None
    read: Mapping[str, int] = field(default_factory=dict)
    facts: Facts = Facts()
    skipped: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    refused: tuple[str, ...] = ()

    def to_data(self) -> dict[str, Any]:
        """The receipt as plain data, for JSON."""
        return {
            "batch": self.batch,
            "read": dict(sorted(self.read.items())),
            "facts": {
                "new": self.facts.new,
                "duplicate": self.facts.duplicate,
                "corrected": self.facts.corrected,
                "quarantined": self.facts.quarantined,
            },
            "skipped": dict(sorted(self.skipped.items())),
            "problems": [
                {
                    "file": problem.file,
                    "row": problem.row,
                    "field": problem.field,
                    "reason": problem.reason,
                    "remedy": problem.remedy,
                }
                for problem in self.problems
            ],
        }
