"""What a model may be trained on: the inputs of those who allow it, and who was left out and why."""

from dataclasses import dataclass

import pandas as pd

from kanglu.care.checks import now
from kanglu.care.permitted import permitted, reason_of
from kanglu.record import Panel, Store
from kanglu.trust import ConsentPurpose


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """The people whose facts a model may learn from.

    Parameters
    ----------
    inputs : as `Panel.inputs`, one row a person.
    left_out : the reason by record number; ``not_asked``, ``refused 2026-06-30`` …
    """

    inputs: pd.DataFrame
    left_out: dict[str, str]


def training_set(store: Store, expression: str = "all") -> TrainingSet:
    """The training set of the people that an expression means.

    Consent is judged by the clock, whichever day the store is opened for: who has withdrawn it since is not
    in a set that looks back either.
    """
    panel = store.panel(expression)
    found = permitted(store, panel.ids, ConsentPurpose.TRAINING, now(store))
    some = Panel(store, expression, panel.moment, found.ids)
    left_out = {store.called(one): reason_of(said) for one, said in found.left_out.items()}
    return TrainingSet(some.inputs(), left_out)
