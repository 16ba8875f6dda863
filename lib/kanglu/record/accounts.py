"""Accounts: the one place that reads and writes who may sign in, and as what.

How one signs in stands in `sessions`, the second factor in `factors`. Nobody changes their own role, and the
last administrator stays.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from kanglu.dates import instant
from kanglu.errors import NotFound, PermissionDenied, RecordError
from kanglu.record.account import Account
from kanglu.record.database import lock_writers
from kanglu.record.factors import NO_FACTOR, Factors
from kanglu.record.sessions import SYSTEM
from kanglu.record.tables import account, login_session
from kanglu.trust import Action, Actor, Resource, Role, require
from kanglu.trust.passwords import hashed, matches, one_time, require_good

__all__ = ["Account", "Accounts"]
_LONGEST_SUBJECT = 255
"""So long a name of the single sign-on is at most."""


class Accounts(Factors):
    """The accounts of a database."""

    def all(self) -> list[Account]:
        """Every account, by id."""
        with self.database.reading() as connection:
            return list(map(Account.of, connection.execute(select(account).order_by(account.c.id))))

    def last_signed_in(self, by: Actor) -> Mapping[str, str]:
        """When each account last signed in, for those that ever did."""
        require(by, Action.WRITE, Resource.ACCOUNTS)
        table = login_session.c
        query = (
            select(table.account_id, func.max(table.created).label("at"))
            .where(table.waits_for.is_(None))
            .group_by(table.account_id)
        )
        with self.database.reading() as connection:
            return {row.account_id: row.at for row in connection.execute(query)}

    # -- making and changing -------------------------------------------------------------------

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

    def change(
        self, by: Actor, id: str, name: str, role: Role, practitioner: str | None, institution: str | None
    ) -> None:
        """Say anew who somebody is and what they may; their sessions end where anything is different.

        Raises `PermissionDenied` for one's own role, `RecordError` for that of the last administrator.
        """
        require(by, Action.WRITE, Resource.ACCOUNTS)
        said = {
            "name": name.strip() or id, "role": role, "practitioner": practitioner or None,
            "institution": institution or None,
        }  # fmt: skip
        with self.database.writing() as connection:
            before = self._to_change(connection, id)
            new = {field: value for field, value in said.items() if getattr(before, field) != value}
            if "role" in new:
                self._refuse_own(by, id, "Nobody changes their own role.")
                self._refuse_last(connection, before)
            if new:
                self._changed(connection, by, id, "change account", new, {**new, "account": id})

    def reset(self, by: Actor, id: str) -> str:
        """Give an account a new one-time password, end its sessions and any waiting."""
        return self._renewed(by, id, "reset password", {})

    def enable(self, by: Actor, id: str) -> str:
        """Let somebody sign in again, with a new one-time password; the one from before is worth nothing."""
        return self._renewed(by, id, "enable account", {"disabled": None})

    def disable(self, by: Actor, id: str) -> None:
        """Let somebody sign in no more; sessions end at once. Raises as `change` does."""
        require(by, Action.WRITE, Resource.ACCOUNTS)
        self._refuse_own(by, id, "Nobody disables their own account.")
        with self.database.writing() as connection:
            self._refuse_last(connection, self._to_change(connection, id))
            disabled = {"disabled": instant(self.clock())}
            self._changed(connection, by, id, "disable account", disabled)

    def end_sessions(self, by: Actor, id: str) -> None:
        """Sign somebody out, wherever they are signed in."""
        self._change(by, id, "end sessions", {})

    def reset_factor(self, by: Actor, id: str) -> None:
        """Take the second factor off an account whose owner has lost it; sessions end."""
        self._change(by, id, "reset second factor", NO_FACTOR)

    def bind(self, by: Actor, id: str, subject: str | None) -> None:
        """Say who an account is to the single sign-on, or that it is nobody there; one binds oneself, too.

        Raises `RecordError` for a subject that another account is bound to.
        """
        if by.id != id:
            require(by, Action.WRITE, Resource.ACCOUNTS)
        named = (subject or "").strip() or None
        if named is not None and len(named) > _LONGEST_SUBJECT:
            raise RecordError(
                "This is no name of the single sign-on.", where=id, remedy="Copy it from there."
            )
        with self.database.writing() as connection:
            self._to_change(connection, id)
            taken = select(account.c.id).where(account.c.subject == named, account.c.id != id)
            if named is not None and connection.scalar(taken) is not None:
                raise RecordError(
                    "Another account is bound to this name of the single sign-on.",
                    where=named,
                    remedy="Take it off the other account first.",
                )
            connection.execute(update(account).where(account.c.id == id).values(subject=named))
            what = "bind single sign-on" if named is not None else "unbind single sign-on"
            self._note(connection, by, what, {"account": id, **({"subject": named} if named else {})})

    # -- one's own -----------------------------------------------------------------------------

    def change_password(self, id: str, old: str, new: str, token: str | None = None) -> str | None:
        """Change one's own password; all sessions of the account end.

        Gives the token of a new one in the place of that which was given, and None where none was. Raises
        `PermissionDenied` when the old password is wrong, `RecordError` when the new one will not do.
        """
        me = self.confirm_password(id, old)
        require_good(new, id)
        if new == old:
            raise RecordError("The new password is the old one.", where=id, remedy="Choose another.")
        password = hashed(new)
        with self.database.writing() as connection:
            own = None if token is None else self._live(connection, token)
            values = {"password": password, "must_change": False}
            self._changed(connection, me.actor, id, "change password", values)
            if own is None or own.id != id or own.waits_for is not None:
                return None
            return self._begun(connection, id, own.came_from)

    def confirm_password(self, id: str, password: str) -> Account:
        """The account, when this is its password. Raises `PermissionDenied` when it is not."""
        with self.database.reading() as connection:
            row = connection.execute(select(account).where(account.c.id == id)).one_or_none()
        if row is None or not matches(password, row.password):
            raise PermissionDenied("The old password is wrong.", where=id, remedy="Type it again.")
        return Account.of(row)

    def speak(self, id: str, language: str) -> None:
        """Keep the language that somebody chose."""
        with self.database.writing() as connection:
            connection.execute(update(account).where(account.c.id == id).values(language=language))

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
        password = one_time()
        fresh = {"password": hashed(password), "must_change": True, "failures": 0, "locked_until": None}
        self._change(by, id, what, fresh | values)
        return password

    def _change(self, by: Actor, id: str, what: str, values: Mapping[str, Any]) -> None:
        """Change somebody's account and end its sessions."""
        require(by, Action.WRITE, Resource.ACCOUNTS)
        with self.database.writing() as connection:
            self._to_change(connection, id)
            self._changed(connection, by, id, what, values)

    def _to_change(self, connection: Connection, id: str) -> Account:
        """The account, in a transaction in which nobody else changes one. Raises `NotFound`."""
        lock_writers(connection)
        row = connection.execute(select(account).where(account.c.id == id)).one_or_none()
        if row is None:
            raise NotFound("There is no such account.", where=id, remedy="Look at `kanglu account list`.")
        return Account.of(row)

    def _changed(
        self,
        connection: Connection,
        by: Actor,
        id: str,
        what: str,
        values: Mapping[str, Any],
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        if values:
            connection.execute(update(account).where(account.c.id == id).values(**values))
        self._end(connection, login_session.c.account_id == id)
        self._note(connection, by, what, dict(detail or {"account": id}))

    def _refuse_own(self, by: Actor, id: str, said: str) -> None:
        """Raise `PermissionDenied` for one's own account, but at the machine, where one goes round it."""
        if by.id == id and not by.at_machine:
            raise PermissionDenied(said, where=id, remedy="Ask another administrator.")

    def _refuse_last(self, connection: Connection, one: Account) -> None:
        """Raise `RecordError` where nobody would be left to make accounts."""
        others = select(func.count()).where(
            account.c.role == Role.ADMIN, account.c.disabled.is_(None), account.c.id != one.id
        )
        if one.role is Role.ADMIN and not one.disabled and not connection.scalar(others):
            raise RecordError(
                "This is the last administrator.", where=one.id, remedy="Make another one first."
            )
