"""Care: from facts by rules to what is to be done for whom, today and why.

`evaluate` brings tags, tasks, referrals, messages and journeys up to a day; `explain` says why a person has
them; `simulate` and `diff` say what changed rules would mean, `try_out` holds rules to their examples. Rules
are worked out over a whole panel at once: a condition is the set of days on which it holds (`periods`,
`holding`), and what is given follows from these days (`giving`).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kanglu.care.advice import Advised as Advised
    from kanglu.care.advice import advise as advise
    from kanglu.care.book import in_force as in_force
    from kanglu.care.comparing import Compared as Compared
    from kanglu.care.comparing import Differs as Differs
    from kanglu.care.comparing import Simulated as Simulated
    from kanglu.care.comparing import changed_by as changed_by
    from kanglu.care.comparing import diff as diff
    from kanglu.care.comparing import simulate as simulate
    from kanglu.care.evaluation import Evaluated as Evaluated
    from kanglu.care.evaluation import evaluate as evaluate
    from kanglu.care.examples import Tried as Tried
    from kanglu.care.examples import try_out as try_out
    from kanglu.care.explaining import Explained as Explained
    from kanglu.care.explaining import Reason as Reason
    from kanglu.care.explaining import explain as explain
    from kanglu.care.publishing import publish as publish
    from kanglu.catalogue.rulebook import rulebook as rulebook

_HOME = {
    **dict.fromkeys(("Advised", "advise"), "care.advice"),
    **dict.fromkeys(("Compared", "Differs", "Simulated", "changed_by", "diff", "simulate"), "care.comparing"),
    **dict.fromkeys(("Evaluated", "evaluate"), "care.evaluation"),
    **dict.fromkeys(("Tried", "try_out"), "care.examples"),
    **dict.fromkeys(("Explained", "Reason", "explain"), "care.explaining"),
    "in_force": "care.book",
    "publish": "care.publishing",
    "rulebook": "catalogue.rulebook",
}

__all__ = [
    "Advised",
    "Compared",
    "Differs",
    "Evaluated",
    "Explained",
    "Reason",
    "Simulated",
    "Tried",
    "advise",
    "changed_by",
    "diff",
    "evaluate",
    "explain",
    "in_force",
    "publish",
    "rulebook",
    "simulate",
    "try_out",
]


def __getattr__(name: str) -> Any:
    """Load a module when one of its names is first asked for: a command pays only for what it does."""
    if name in _HOME:
        return getattr(import_module(f"kanglu.{_HOME[name]}"), name)
    raise AttributeError(f"module 'kanglu.care' has no attribute {name!r}")
