"""What was entered of a person, as one looks at it before entering more: read under the write lock."""

import pandas as pd

from kanglu.care.checks import now
from kanglu.record import Store
from kanglu.record.facts import WITHDRAWN, CareTeam, Consent, EpisodeOfCare, Flag
from kanglu.record.frames import rows_in
from kanglu.record.moment import Moment


def known_now(store: Store, person_id: int, kind: str) -> pd.DataFrame:
    """A person's facts of a kind, by all that is known now; the caller has been audited already."""
    today = now(store).date()
    return store.facts_entered(person_id, kind, Moment(today, today))


def as_entered[Fact: (EpisodeOfCare, CareTeam, Flag, Consent)](
    kind: type[Fact], facts: pd.DataFrame
) -> list[Fact]:
    """Rows of the record as the facts that they were entered as."""
    return [kind(*row) for row in rows_in(facts, kind._fields)]


def corrected[Fact: (EpisodeOfCare, CareTeam, Flag, Consent)](before: Fact, after: Fact) -> list[Fact]:
    """What is entered so that a fact says something else.

    What its source gave no identity cannot be corrected by it, and is withdrawn by its content.
    """
    return [after] if before.source_key is not None else [before._replace(status=WITHDRAWN), after]
