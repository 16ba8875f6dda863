"""Accounts and who is signed in: the one place that reads and writes them.

A sign-in gives a random token. The browser keeps it; the database keeps its hash alone, so that a copy of the
database signs nobody in. A session ends when it is signed out of, has been idle for `IDLE`, or is older than
`LONGEST`. After `TRIES` wrong passwords in a row an account waits `WAIT`, and longer with each further one.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from kanglu.dates import instant
from kanglu.errors import NotFound, PermissionDenied, RecordError
from kanglu.record.auditing import Deed, Scribe
from kanglu.record.database import Database, lock_writers
from kanglu.record.opened import Clock, system_clock
from kanglu.record.tables import account, login_session
from kanglu.trust import Action, Actor, Purpose, Resource, Role, require
from kanglu.trust.passwords import hashed, matches, nobodys, one_time, require_good

IDLE: Final = timedelta(hours=1)
LONGEST: Final = timedelta(hours=12)
TRIES: Final = 5
WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
_DOUBLED: Final = 10
"""So often the wait is doubled at most: it is over `LONGEST_WAIT` long before."""
_SEEN_AGAIN: Final = timedelta(minutes=1)
SYSTEM: Final = Actor("system", "Kanglu", Role.OPERATOR)
"""Who acts before anybody has signed in."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in.

    Parameters
    ----------
    practitioner : the member of the staff that this is; None for one who looks after nobody.
    must_change : the password was given by somebody else and has to be changed first.
    institution : to whose people a supervisor is bound; None where all are of one.
    """

    id: str
    name: str
    role: Role
    practitioner: str | None
    language: str | None
    disabled: bool
    must_change: bool
    institution: str | None = None

    @property
    def actor(self) -> Actor:
        """As whom the account reads and writes."""
        return Actor(self.id, self.name, self.role, self.practitioner, self.institution)


class Accounts:
    """The accounts of a database."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self.database, self.clock = database, clock

    def close(self) -> None:
        """Give the connections back."""
        self.database.close()

    # -- the accounts --------------------------------------------------------------------------

    def all(self) -> list[Account]:
        """Every account, by id."""
        with self.database.reading() as connection:
            return [_account(row) for row in connection.execute(select(account).order_by(account.c.id))]

    def first(self, name: str = "admin") -> str | None:
        """Make the first administrator where there is no account yet, and give the one-time password."""
        with self.database.writing() as connection:
            lock_writers(connection)
            if connection.scalar(select(func.count()).select_from(account)):
                return None
            password = one_time()
            self._insert(connection, Account(name, name, Role.ADMIN, None, None, False, True), password)
            self._note(connection, SYSTEM, "make account", {"account": name, "role": Role.ADMIN})
        return password

    def add(
        self,
        by: Actor,
        id: str,
        name: str,
        role: Role,
        practitioner: str | None = None,
        *,
        institution: str | None = None,
    ) -> str:
        """Make an account, and give its one-time password. Raises `RecordError` for a name that is taken."""
        require(by, Action.WRITE, Resource.ACCOUNTS)
        login = id.strip().lower()
        if not login.isascii() or not login.replace("_", "").replace(".", "").replace("-", "").isalnum():
            raise RecordError(
                f"{id!r} cannot be the name of an account.",
                where="account",
                remedy="Use letters, digits, dots, hyphens and underscores.",
            )
        password = one_time()
        with self.database.writing() as connection:
            lock_writers(connection)
            if connection.scalar(select(account.c.id).where(account.c.id == login)) is not None:
                raise RecordError("There is such an account.", where=login, remedy="Choose another name.")
            called = name.strip() or login
            made = Account(login, called, role, practitioner, None, False, True, institution)
            self._insert(connection, made, password)
            self._note(connection, by, "make account", {"account": login, "role": role})
        return password

    def reset(self, by: Actor, id: str) -> str:
        """Give an account a new one-time password, end its sessions and any waiting."""
        return self._renewed(by, id, "reset password", {})

    def enable(self, by: Actor, id: str) -> str:
        """Let somebody sign in again, with a new one-time password; the one from before is worth nothing."""
        return self._renewed(by, id, "enable account", {"disabled": None})

    def disable(self, by: Actor, id: str) -> None:
        """Let somebody sign in no more; sessions end at once."""
        require(by, Action.WRITE, Resource.ACCOUNTS)
        self._change(by, id, "disable account", {"disabled": instant(self.clock())})

    def change_password(self, id: str, old: str, new: str) -> None:
        """Change one's own password; other sessions of the account end.

        Raises `PermissionDenied` when the old one is wrong, `RecordError` when the new one will not do.
        """
        with self.database.reading() as connection:
            kept = connection.scalar(select(account.c.password).where(account.c.id == id))
        if kept is None or not matches(old, kept):
            raise PermissionDenied("The old password is wrong.", where=id, remedy="Type it again.")
        require_good(new, id)
        if new == old:
            raise RecordError("The new password is the old one.", where=id, remedy="Choose another.")
        me = next(one for one in self.all() if one.id == id)
        self._change(me.actor, id, "change password", {"password": hashed(new), "must_change": False})

    def speak(self, id: str, language: str) -> None:
        """Keep the language that somebody chose."""
        with self.database.writing() as connection:
            connection.execute(update(account).where(account.c.id == id).values(language=language))

    # -- signing in ----------------------------------------------------------------------------

    def sign_in(self, id: str, password: str, came_from: str | None = None) -> str:
        """Sign somebody in and give the token of the session; the address is kept with it and in the log.

        Raises `PermissionDenied`, with the same words for an unknown name and for a wrong password.
        """
        login, now = id.strip().lower(), self.clock()
        with self.database.reading() as connection:
            row = connection.execute(select(account).where(account.c.id == login)).one_or_none()
        locked = row is not None and _waits(row.locked_until, now)
        right = matches(password, row.password if row is not None else nobodys())
        with self.database.writing() as connection:
            if row is None or row.disabled is not None or locked or not right:
                if row is not None and not locked:
                    self._failed(connection, login, now)
                # Whoever types a password in the place of the name does not have it written down.
                deed = {"account": login if row is not None else "unknown", "locked": locked}
                self._note(connection, replace(SYSTEM, came_from=came_from), "sign-in refused", deed)
            else:
                known = update(account).where(account.c.id == login)
                connection.execute(known.values(failures=0, locked_until=None))
                token = secrets.token_urlsafe(32)
                connection.execute(
                    insert(login_session).values(
                        id=_hash(token), account_id=login, created=instant(now), seen=instant(now),
                        expires=instant(now + LONGEST), ended=None, came_from=came_from,
                    )
                )  # fmt: skip
                self._note(connection, replace(_account(row).actor, came_from=came_from), "sign in", {})
                return token
        if locked:
            raise PermissionDenied(
                "Too many wrong passwords.", remedy="Wait a while, or ask the administrator."
            )
        raise PermissionDenied("Name or password is wrong.", remedy="Type them again.")

    def who(self, token: str | None) -> Account | None:
        """Whose session a token is; None when it has ended."""
        if not token:
            return None
        now = self.clock()
        query = (
            select(account, login_session.c.seen)
            .join(login_session, login_session.c.account_id == account.c.id)
            .where(
                login_session.c.id == _hash(token),
                login_session.c.ended.is_(None),
                login_session.c.expires > instant(now),
                login_session.c.seen > instant(now - IDLE),
                # One from a future that was none, before the clock was put right, would last too long.
                login_session.c.created < instant(now + IDLE),
                account.c.disabled.is_(None),
            )
        )
        with self.database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        if row.seen <= instant(now - _SEEN_AGAIN):
            with self.database.writing() as connection:
                seen = update(login_session).where(login_session.c.id == _hash(token))
                connection.execute(seen.values(seen=instant(now)))
        return _account(row)

    def sign_out(self, token: str) -> None:
        """End a session."""
        me, now = self.who(token), instant(self.clock())
        with self.database.writing() as connection:
            ending = update(login_session).where(login_session.c.id == _hash(token))
            connection.execute(ending.values(ended=now))
            if me is not None:
                self._note(connection, me.actor, "sign out", {})

    # -- within --------------------------------------------------------------------------------

    def _insert(self, connection: Connection, made: Account, password: str) -> None:
        connection.execute(
            insert(account).values(
                id=made.id, name=made.name, role=made.role, practitioner=made.practitioner, language=None,
                password=hashed(password), created=instant(self.clock()), disabled=None, locked_until=None,
                must_change=True, failures=0, institution=made.institution,
            )
        )  # fmt: skip

    def _renewed(self, by: Actor, id: str, what: str, values: dict[str, Any]) -> str:
        """Change an account and give it a new one-time password."""
        require(by, Action.WRITE, Resource.ACCOUNTS)
        password = one_time()
        fresh = {"password": hashed(password), "must_change": True, "failures": 0, "locked_until": None}
        self._change(by, id, what, fresh | values)
        return password

    def _change(self, by: Actor, id: str, what: str, values: dict[str, Any]) -> None:
        """Change an account and end its sessions."""
        now = instant(self.clock())
        with self.database.writing() as connection:
            lock_writers(connection)
            if not connection.execute(update(account).where(account.c.id == id).values(**values)).rowcount:
                raise NotFound("There is no such account.", where=id, remedy="Look at `kanglu account list`.")
            open_ = update(login_session).where(
                login_session.c.account_id == id, login_session.c.ended.is_(None)
            )
            connection.execute(open_.values(ended=now))
            self._note(connection, by, what, {"account": id})

    def _failed(self, connection: Connection, login: str, now: datetime) -> None:
        """Count a wrong password, also when several are tried at once."""
        mine = update(account).where(account.c.id == login)
        counted = mine.values(failures=account.c.failures + 1).returning(account.c.failures)
        failures = connection.execute(counted).scalar_one()
        if failures >= TRIES:
            wait = min(WAIT * 2 ** min(failures - TRIES, _DOUBLED), LONGEST_WAIT)
            connection.execute(mine.values(locked_until=instant(now + wait)))

    def _note(self, connection: Connection, by: Actor, what: str, detail: dict[str, Any]) -> None:
        scribe = Scribe(by, Purpose.ADMINISTRATION, self.database.keys)
        scribe.write(connection, [Deed(what, None, detail)], instant(self.clock()))


def _waits(until: str | None, now: datetime) -> bool:
    """Whether an account has to wait; no longer than the longest wait, where the clock was put back since."""
    return until is not None and instant(now) < until <= instant(now + LONGEST_WAIT)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _account(row: Row[Any]) -> Account:
    return Account(
        row.id, row.name, Role(row.role), row.practitioner, row.language, row.disabled is not None,
        bool(row.must_change), row.institution,
    )  # fmt: skip
