"""Files that arrive, or are taken back: what the rules say of it at once."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kanglu.care.evaluation import evaluate
from kanglu.intake import import_files
from kanglu.intake.waiting import Waiting
from kanglu.record import Store
from kanglu.trust import Action, Resource
from kanglu.trust.permissions import allowed

type Progress = Callable[[int, int], None]


def take_in_waiting(store: Store, progress: Progress, *, folder: str, lot: str) -> dict[str, Any]:
    """Take in a lot that the actor brought, which is thrown away when it is in the record; see `take_in`.

    Parameters
    ----------
    folder : where files wait.
    """
    waiting = Waiting(Path(folder), store.database.keys)
    mine = waiting.lot(lot, store.actor.id)
    with mine.clear() as paths:
        answer = take_in(store, progress, [str(path) for path in paths])
    if answer["batch"] is not None:
        waiting.drop(mine)
    return answer


def take_in(store: Store, progress: Progress, paths: Sequence[str]) -> dict[str, Any]:
    """Import files as one batch and evaluate those whom it touched, so that what is urgent is a task at once.

    Parameters
    ----------
    progress : called with how many files are read, of 0; then with how many people are evaluated, of all.

    Returns
    -------
    The batch (None when not a single file could be read), its counts, how many things the rules gave, by
    kind, and the files that were refused, each with reason and remedy. Somebody who may read no facts has
    them taken in and no more; the next evaluation looks at these people.
    """
    receipt = import_files(store, paths, progress=lambda done, _name: progress(done, 0))
    given: dict[str, int] = {}
    if receipt.batch is not None and (receipt.facts["new"] or receipt.facts["corrected"]):
        given = look_again(store, progress)
    refused = [one for one in receipt.problems if one.file in receipt.refused]
    return {
        "batch": receipt.batch,
        "facts": dict(receipt.facts),
        "given": given,
        "refused": [[one.file, one.reason, one.remedy] for one in refused],
    }


def look_again(store: Store, progress: Progress) -> dict[str, int]:
    """Evaluate those for whom something has changed; gives how many things the rules gave, by kind.

    Somebody who may read no facts leaves it to the next evaluation.
    """
    if not allowed(store.actor, Action.READ, Resource.FACTS):
        return {}
    return dict(evaluate(store, progress=progress).entered)
