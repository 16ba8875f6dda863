"""Who may be counted in for a purpose, and who is left out, with the reason: asked each time before acting.

What needs a permission, and what a refusal alone stops, is told in decision 0015.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from kanglu.care.consents import Said, standing
from kanglu.record import Store
from kanglu.record.moment import Moment
from kanglu.trust import ConsentPurpose

NEEDS_PERMISSION: Final = frozenset(
    {ConsentPurpose.RESEARCH, ConsentPurpose.MARKETING, ConsentPurpose.TRAINING, ConsentPurpose.RECORDING}
)
"""Purposes for which whoever was not asked is left out; for the others only who said no is."""
_NO: Final = frozenset({"refused", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Permitted:
    """Of some people those for whom a purpose is allowed.

    Parameters
    ----------
    ids : who remains, ascending.
    left_out : where the others stand to the purpose, by id.
    """

    ids: tuple[int, ...]
    left_out: Mapping[int, Said]


def permitted(
    store: Store,
    ids: Sequence[int],
    purpose: ConsentPurpose,
    at: date | datetime,
    known: date | None = None,
) -> Permitted:
    """Those of some people for whom a purpose is allowed at a time in China; a row of the audit log.

    Parameters
    ----------
    known : what was recorded by this day counts; the day of `at` when None.
    """
    day = at.date() if isinstance(at, datetime) else at
    facts = store.consents(ids, purpose, Moment(day, known or day))
    said = {
        person: standing(facts.iloc[rows], purpose, at)
        for person, rows in facts.groupby("person_id").indices.items()
    }
    unasked = Said(purpose, "not_asked")
    needed = purpose in NEEDS_PERMISSION

    def allows(one: int) -> bool:
        answer = said.get(one, unasked).answer
        return answer == "allowed" if needed else answer not in _NO

    everybody = sorted(set(ids))
    left_out = {one: said.get(one, unasked) for one in everybody if not allows(one)}
    return Permitted(tuple(one for one in everybody if one not in left_out), left_out)


def reason_of(said: Said) -> str:
    """Why somebody is left out, for a manifest: ``withdrawn 2026-06-30``, ``not_asked``."""
    return " ".join(filter(None, (said.answer, (said.since or "")[:10])))
