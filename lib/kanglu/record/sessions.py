"""Who is signed in: the one place that begins, knows and ends sessions.

A sign-in gives a random token. The browser keeps it; the database keeps its hash alone, so that a copy of the
database signs nobody in. A session ends when it is signed out of, has been idle for `IDLE`, or is older than
`LONGEST`. After `TRIES` wrong passwords or codes in a row an account waits `WAIT`, and longer with each
further one.

Where more than a password is wanted, the right one begins a session that waits for the rest: it is worth
nothing else, ends after `PATIENCE`, and another takes its place when all is there.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from kanglu.dates import instant
from kanglu.errors import NotFound, PermissionDenied
from kanglu.record.account import Account
from kanglu.record.auditing import Deed, Scribe
from kanglu.record.database import Database, lock_writers
from kanglu.record.opened import Clock, system_clock
from kanglu.record.tables import account, login_session, setting
from kanglu.trust import Action, Actor, Purpose, Resource, Role, require
from kanglu.trust.passwords import hashed, matches, nobodys

IDLE: Final = timedelta(hours=1)
LONGEST: Final = timedelta(hours=12)
PATIENCE: Final = timedelta(minutes=10)
TRIES: Final = 5
WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
_DOUBLED: Final = 10
"""So often the wait is doubled at most: it is over `LONGEST_WAIT` long before."""
_SEEN_AGAIN: Final = timedelta(minutes=1)
_WANTED: Final = "second_factor_roles"
"""The setting that names the roles that sign in with a second factor alone."""
SYSTEM: Final = Actor("system", "Kanglu", Role.OPERATOR)
"""Who acts before anybody has signed in."""


class Waits(StrEnum):
    """What a session waits for."""

    CODE = "code"
    SETTING_UP = "setting up"
    """The role asks for a second factor, and the account has none yet."""


@dataclass(frozen=True, slots=True)
class Session:
    """An open session.

    Parameters
    ----------
    id : names it, and signs nobody in.
    since, seen : instants at which it was begun and last used, to the minute.
    came_from : the address from which it was begun, as far as it is known.
    here : it is the one that asks.
    """

    id: str
    since: str
    seen: str
    came_from: str | None
    here: bool


class Sessions:
    """The sessions of a database: the ground of `Accounts`."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self.database, self.clock = database, clock

    def close(self) -> None:
        """Give the connections back."""
        self.database.close()

    # -- signing in ----------------------------------------------------------------------------

    def sign_in(self, id: str, password: str, came_from: str | None = None) -> str:
        """Sign somebody in and give the token of the session; the address is kept with it and in the log.

        Whether the session waits for something more, `waiting` says. Raises `PermissionDenied`, with the same
        words for an unknown name and for a wrong password.
        """
        login, now = id.strip().lower(), self.clock()
        with self.database.reading() as connection:
            row = connection.execute(select(account).where(account.c.id == login)).one_or_none()
        locked = row is not None and waits(row.locked_until, now)
        right = matches(password, row.password if row is not None else nobodys())
        with self.database.writing() as connection:
            if row is not None and row.disabled is None and not locked and right:
                return self._entered(connection, row, came_from, {})
            if row is not None and not locked:
                self._failed(connection, login, now)
            # Whoever types a password in the place of the name does not have it written down.
            deed = {"account": login if row is not None else "unknown", "locked": locked}
            self._note(connection, replace(SYSTEM, came_from=came_from), "sign-in refused", deed)
        if locked:
            raise too_many()
        raise PermissionDenied("Name or password is wrong.", remedy="Type them again.")

    def sign_in_as(self, subject: str, came_from: str | None = None) -> str:
        """Sign in the account that is bound to somebody of the single sign-on, and give the session's token.

        A password that was given for one sign-in is worth nothing from then on. Raises `NotFound` where no
        account is bound to the subject, `PermissionDenied` where the one that is may not sign in.
        """
        with self.database.writing() as connection:
            known = select(account).where(account.c.subject == subject).with_for_update()
            row = connection.execute(known).one_or_none()
            if row is not None and row.disabled is None:
                if row.must_change:
                    mine = update(account).where(account.c.id == row.id)
                    fresh = hashed(secrets.token_urlsafe(32))
                    connection.execute(mine.values(password=fresh, must_change=False))
                return self._entered(connection, row, came_from, {"by": "single sign-on"})
            who = {"account": row.id if row is not None else "unknown", "subject": subject}
            system = replace(SYSTEM, came_from=came_from)
            self._note(connection, system, "sign-in refused", {**who, "by": "single sign-on"})
        if row is None:
            raise NotFound("No account is bound to this name.", where=subject, remedy="Bind one to it.")
        raise PermissionDenied("The account is disabled.", where=row.id, remedy="Ask the administrator.")

    def note_refused(self, why: str, came_from: str | None = None) -> None:
        """Write down that nobody was let in by what came from the single sign-on, and why."""
        deed = {"account": "unknown", "by": "single sign-on", "reason": why}
        with self.database.writing() as connection:
            self._note(connection, replace(SYSTEM, came_from=came_from), "sign-in refused", deed)

    def who(self, token: str | None) -> Account | None:
        """Whose session a token is; None when it has ended, or waits for something."""
        now = self.clock()
        with self.database.reading() as connection:
            row = self._live(connection, token)
        if row is None or row.waits_for is not None:
            return None
        if row.seen <= instant(now - _SEEN_AGAIN):
            with self.database.writing() as connection:
                seen = update(login_session).where(login_session.c.id == row.session)
                connection.execute(seen.values(seen=instant(now)))
        return Account.of(row)

    def waiting(self, token: str | None) -> tuple[Account, Waits] | None:
        """Whose session a token is that waits, and for what; None for any other."""
        with self.database.reading() as connection:
            row = self._live(connection, token)
        return None if row is None or row.waits_for is None else (Account.of(row), Waits(row.waits_for))

    # -- ending --------------------------------------------------------------------------------

    def sign_out(self, token: str) -> None:
        """End a session."""
        me = self.who(token)
        with self.database.writing() as connection:
            self._end(connection, login_session.c.id == hash_of(token))
            if me is not None:
                self._note(connection, me.actor, "sign out", {})

    def sessions(self, token: str) -> list[Session]:
        """The open sessions of whoever has this one, the newest first."""
        me, now, table = self.who(token), self.clock(), login_session.c
        if me is None:
            return []
        query = (
            select(login_session)
            .where(table.account_id == me.id, *_open(now), table.waits_for.is_(None))
            .order_by(table.created.desc(), table.id)
        )
        with self.database.reading() as connection:
            rows = connection.execute(query).fetchall()
        mine = hash_of(token)
        return [Session(row.id, row.created, row.seen, row.came_from, row.id == mine) for row in rows]

    def end_others(self, token: str, id: str | None = None, came_from: str | None = None) -> None:
        """End other sessions of whoever has this one: the one that is named, or all."""
        me, table = self.who(token), login_session.c
        if me is None:
            return
        others = [table.account_id == me.id, table.id != hash_of(token)]
        with self.database.writing() as connection:
            if self._end(connection, *others, *([table.id == id] if id is not None else [])):
                actor = replace(me.actor, came_from=came_from)
                self._note(connection, actor, "end sessions", {"account": me.id})

    # -- which roles need a second factor ------------------------------------------------------

    def roles_with_factor(self) -> frozenset[Role]:
        """The roles that sign in with a second factor alone."""
        with self.database.reading() as connection:
            return _roles(connection)

    def require_factor(self, by: Actor, roles: frozenset[Role]) -> None:
        """Say which roles sign in with a second factor alone, from their next sign-in on."""
        require(by, Action.WRITE, Resource.ACCOUNTS)
        said = sorted(roles)
        with self.database.writing() as connection:
            lock_writers(connection)
            connection.execute(delete(setting).where(setting.c.name == _WANTED))
            if roles:
                connection.execute(insert(setting).values(name=_WANTED, value=",".join(said)))
            self._note(connection, by, "require second factor", {"roles": said})

    # -- within --------------------------------------------------------------------------------

    def _live(self, connection: Connection, token: str | None) -> Row[Any] | None:
        """The account of a session that has not ended, and what is known of the session."""
        if not token:
            return None
        table = login_session.c
        query = (
            select(account, table.id.label("session"), table.seen, table.waits_for, table.came_from)
            .join(login_session, table.account_id == account.c.id)
            .where(table.id == hash_of(token), *_open(self.clock()), account.c.disabled.is_(None))
        )
        return connection.execute(query).one_or_none()

    def _held(self, connection: Connection, token: str) -> Row[Any]:
        """As `_live`, and nobody else changes the account before this transaction ends.

        Raises `PermissionDenied` where the session has ended.
        """
        row = self._live(connection, token)
        if row is not None:
            connection.execute(select(account.c.id).where(account.c.id == row.id).with_for_update())
            row = self._live(connection, token)
        if row is None:
            raise PermissionDenied("The session has ended.", remedy="Sign in again.")
        return row

    def _entered(
        self, connection: Connection, row: Row[Any], came_from: str | None, detail: dict[str, Any]
    ) -> str:
        """Begin a session for whoever has said who they are: one that waits, where something is missing."""
        if row.second_factor_step is None and row.role not in _roles(connection):
            return self._signed_in(connection, row, came_from, detail)
        missing = Waits.SETTING_UP if row.second_factor_step is None else Waits.CODE
        self._note(connection, acting(row, came_from), "sign-in waits", {**detail, "for": missing})
        return self._begun(connection, row.id, came_from, missing)

    def _signed_in(
        self, connection: Connection, row: Row[Any], came_from: str | None, detail: dict[str, Any]
    ) -> str:
        """Begin a session in which nothing is missing."""
        mine = update(account).where(account.c.id == row.id)
        connection.execute(mine.values(failures=0, locked_until=None))
        self._note(connection, acting(row, came_from), "sign in", detail)
        return self._begun(connection, row.id, came_from)

    def _begun(
        self, connection: Connection, id: str, came_from: str | None, waits_for: Waits | None = None
    ) -> str:
        token, now = secrets.token_urlsafe(32), self.clock()
        lasts = LONGEST if waits_for is None else PATIENCE
        connection.execute(
            insert(login_session).values(
                id=hash_of(token), account_id=id, created=instant(now), seen=instant(now),
                expires=instant(now + lasts), ended=None, came_from=came_from, waits_for=waits_for,
            )
        )  # fmt: skip
        return token

    def _end(self, connection: Connection, *which: Any) -> int:
        """End the sessions for which all this holds; gives how many."""
        ending = update(login_session).where(*which, login_session.c.ended.is_(None))
        return connection.execute(ending.values(ended=instant(self.clock()))).rowcount

    def _failed(self, connection: Connection, login: str, now: datetime) -> None:
        """Count a wrong password or code, also when several are tried at once."""
        mine = update(account).where(account.c.id == login)
        counted = mine.values(failures=account.c.failures + 1).returning(account.c.failures)
        failures = connection.execute(counted).scalar_one()
        if failures >= TRIES:
            wait = min(WAIT * 2 ** min(failures - TRIES, _DOUBLED), LONGEST_WAIT)
            connection.execute(mine.values(locked_until=instant(now + wait)))

    def _note(self, connection: Connection, by: Actor, what: str, detail: dict[str, Any]) -> None:
        scribe = Scribe(by, Purpose.ADMINISTRATION, self.database.keys)
        scribe.write(connection, [Deed(what, None, detail)], instant(self.clock()))


def waits(until: str | None, now: datetime) -> bool:
    """Whether an account has to wait; no longer than the longest wait, where the clock was put back since."""
    return until is not None and instant(now) < until <= instant(now + LONGEST_WAIT)


def acting(row: Row[Any], came_from: str | None) -> Actor:
    """As whom an account acts from an address."""
    return replace(Account.of(row).actor, came_from=came_from)


def too_many() -> PermissionDenied:
    """What is said where an account has to wait."""
    return PermissionDenied("Too many wrong passwords.", remedy="Wait a while, or ask the administrator.")


def hash_of(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _open(now: datetime) -> list[Any]:
    """What holds of a session that has not ended."""
    table = login_session.c
    return [
        table.ended.is_(None),
        table.expires > instant(now),
        table.seen > instant(now - IDLE),
        # One from a future that was none, before the clock was put right, would last too long.
        table.created < instant(now + IDLE),
    ]


def _roles(connection: Connection) -> frozenset[Role]:
    said = connection.scalar(select(setting.c.value).where(setting.c.name == _WANTED))
    return frozenset(map(Role, said.split(","))) if said else frozenset()
