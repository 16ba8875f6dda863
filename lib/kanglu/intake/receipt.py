"""The receipt of an import: what was read, what became of it, what was set aside and why."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from kanglu.intake.containers import Refusal
from kanglu.record import Receipt as BatchReceipt
from kanglu.record.receipt import Problem

_KINDS_OF_FACT = ("new", "duplicate", "corrected", "quarantined")
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one import did.

    Parameters
    ----------
    batch : the batch's id, by which it can be undone; None when not a single file could be read.
    read : resources or rows read, by type.
    facts : how many facts were new, duplicate, corrected and quarantined.
    skipped : resources or columns not taken in, by type.
    problems : what was set aside, and remarks, in the order met.
    refused : names of the files that were refused as a whole; each has a problem too.
    """

    batch: int | None
    read: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(_KINDS_OF_FACT, 0))
    skipped: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    refused: tuple[str, ...] = ()

    @classmethod
    def of(cls, batch: BatchReceipt | None, refusals: Sequence[Refusal]) -> "Receipt":
        """The receipt of a batch, or of an import that came to none because every file was refused."""
        refused = tuple(refusal.name for refusal in refusals)
        if batch is None:
            problems = tuple(Problem(one.name, "", "", one.reason, one.remedy) for one in refusals)
            return cls(None, problems=problems, refused=refused)
        return cls(batch.batch, batch.read, batch.facts, batch.skipped, batch.problems, refused)

    def to_data(self) -> dict[str, Any]:
        """The receipt as plain data, for JSON."""
        return {
            "batch": self.batch,
            "read": dict(sorted(self.read.items())),
            "facts": {name: self.facts[name] for name in _KINDS_OF_FACT},
            "skipped": dict(sorted(self.skipped.items())),
            "problems": [asdict(problem) for problem in self.problems],
        }
