"""The wall before a record: whose records somebody may see now.

A health manager and a clinician see

- those in whose care team they are,
- those whom nobody looks after, who are for everybody to take on,
- those of whom a task was handed to them within `HANDED` days and to nobody else since,
- those whose record they have opened with a reason, for `OPENED`.

A supervisor of an institution sees whom its staff look after, whom nobody does, and whom they have opened.
What somebody may see goes by the clock and by all that is recorded now, whichever day is read about: who has
left a panel is not shown to its former manager by asking as of last year.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, func, or_, select

from kanglu.dates import end_of, instant
from kanglu.record.identity import chunks
from kanglu.record.listed import ENDED
from kanglu.record.moment import Moment, current
from kanglu.record.tables import FACTS, access_grant, account, person
from kanglu.trust import Actor, Scope
from kanglu.trust.permissions import scope_of

HANDED: Final = timedelta(days=90)
OPENED: Final = timedelta(hours=24)
_PEOPLE_A_QUERY = 500
_TEAM, _CHANGE = FACTS["care_team"], FACTS["task_change"]


@dataclass(frozen=True, eq=False)
class Wall:
    """Two queries on some people, made once a day: making them takes longer than asking them."""

    seen: Select[tuple[int]]
    unseen: Select[tuple[int]]

    def seen_among(self, connection: Connection, ids: Iterable[int]) -> set[int]:
        """Those of some people whose records the actor may see."""
        return _asked(connection, self.seen, ids)

    def unseen_among(self, connection: Connection, ids: Iterable[int]) -> set[int]:
        """Those of some people whose records are there and the actor may not see."""
        return _asked(connection, self.unseen, ids)


def _asked(connection: Connection, query: Select[tuple[int]], ids: Iterable[int]) -> set[int]:
    found = set[int]()
    for some in chunks(sorted(set(ids)), _PEOPLE_A_QUERY):
        found.update(connection.scalars(query, {"ids": some}))
    return found


@lru_cache(maxsize=256)
def wall(actor: Actor, clock: Callable[[], datetime], today: Moment) -> Wall | None:
    """The wall before an actor on a day; None where it is no wall.

    Parameters
    ----------
    clock, today : it is asked by the clock, each time anew; its day in China, with all that is known.
    """
    scope, me = scope_of(actor), actor.practitioner
    if scope is Scope.EVERYBODY:
        return None
    opened = exists().where(
        access_grant.c.person_id == person.c.id,
        access_grant.c.actor == actor.id,
        access_grant.c.expires > bindparam("now", callable_=lambda: instant(clock())),
    )
    seen = [~_looked_after(today), opened]
    if scope is Scope.INSTITUTION:
        staff = select(account.c.practitioner).where(account.c.institution == actor.institution)
        seen.append(_looked_after(today, _TEAM.c.practitioner.in_(staff)))
    elif me is not None:
        seen += [_looked_after(today, _TEAM.c.practitioner == me), _handed(me, today)]
    some = select(person.c.id).where(person.c.id.in_(bindparam("ids", expanding=True)))
    return Wall(some.where(or_(*seen)), some.where(~or_(*seen)))


def _looked_after(today: Moment, *by: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether somebody is in the person's care team today; the same as `care.tasks.held_on` says of facts."""
    team, day = _TEAM.c, today.as_of.isoformat()
    start, end = func.coalesce(team.effective, ""), func.coalesce(team.effective_end, "")
    unended = and_(end == "", func.coalesce(team.clinical_status, "").not_in(ENDED))
    lasts = or_(end > day, unended)
    return exists().where(
        team.person_id == person.c.id, current(_TEAM, today), start != "", start <= end_of(today.as_of),
        lasts, *by,
    )  # fmt: skip


def _handed(me: str, today: Moment) -> ColumnElement[bool]:
    """Whether a task of the person was handed over to one lately, and has not been to somebody else since."""
    change, later = _CHANGE.c, _CHANGE.alias("handed_on").c
    after = or_(
        later.effective > change.effective, and_(later.effective == change.effective, later.id > change.id)
    )
    on = exists().where(
        later.person_id == change.person_id, later.task == change.task, later.owner.is_not(None), after
    )
    return exists().where(
        change.person_id == person.c.id,
        change.owner == me,
        change.effective >= (today.as_of - HANDED).isoformat(),
        current(_CHANGE, today),
        ~on,
    )
