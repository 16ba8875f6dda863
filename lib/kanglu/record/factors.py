"""The second factor of an account: a code that changes every half minute, and ten for when the app is lost.

What an app needs is kept encrypted. It counts once a code of it was given; each code counts once, and a wrong
one counts like a wrong password.
"""

import json
from dataclasses import replace
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, update

from kanglu.errors import PermissionDenied, RecordError
from kanglu.record.sessions import SYSTEM, Sessions, Waits, acting, hash_of, too_many, waits
from kanglu.record.tables import account, login_session
from kanglu.trust.codes import new_secret, recovery_codes, recovery_hash, step_of

NO_FACTOR: Final = {"second_factor": None, "second_factor_step": None, "recovery": None}
"""What an account has of a second factor when it has none."""


class Factors(Sessions):
    """The part of `Accounts` that knows the second factor.

    Whose it is, the token of a session says. All raise `PermissionDenied` where that has ended.
    """

    def offer_factor(self, token: str) -> str:
        """A new secret for somebody's app; it counts for nothing before `turn_on`.

        Raises `RecordError` where there is a second factor already.
        """
        secret = new_secret()
        with self.database.writing() as connection:
            row = self._without(connection, token)
            kept = {**NO_FACTOR, "second_factor": self.database.keys.encrypt(secret)}
            connection.execute(update(account).where(account.c.id == row.id).values(**kept))
        return secret

    def turn_on(
        self, token: str, code: str, came_from: str | None = None
    ) -> tuple[tuple[str, ...], str] | None:
        """Ask for a second factor from now on, when a code of the offered secret was given.

        Gives the recovery codes, of which only hashes are kept, and the token of a session in the place of
        all that there were; None for a wrong code. Raises `RecordError` where there is a second factor
        already, or none was offered.
        """
        with self.database.writing() as connection:
            row = self._without(connection, token)
            step = step_of(self._secret(row), code, self.clock())
            if step is None:
                return None
            codes = recovery_codes()
            kept = {"second_factor_step": step, "recovery": json.dumps(list(map(recovery_hash, codes)))}
            connection.execute(update(account).where(account.c.id == row.id).values(**kept))
            self._end(connection, login_session.c.account_id == row.id)
            self._note(connection, acting(row, came_from), "turn on second factor", {"account": row.id})
            if row.waits_for is None:
                return codes, self._begun(connection, row.id, came_from)
            return codes, self._signed_in(connection, row, came_from, {})

    def offered(self, token: str) -> str | None:
        """The secret that was offered and is not turned on, to show it again; None where there is none."""
        with self.database.reading() as connection:
            row = self._live(connection, token)
        if row is None or row.second_factor is None or row.second_factor_step is not None:
            return None
        return self._secret(row)

    def turn_off(self, token: str, code: str, came_from: str | None = None) -> None:
        """Ask for no second factor any more, when a code of it or a recovery code was given.

        Raises `PermissionDenied` for a wrong code, which counts like one at the sign-in, and `RecordError`
        where there is no second factor.
        """
        with self.database.writing() as connection:
            row = self._held(connection, token)
            if row.waits_for is not None or row.second_factor_step is None:
                raise RecordError("There is no second factor.", where=row.id, remedy="Reload the page.")
            locked, by = self._looked_at(connection, row, code)
            if by is not None:
                connection.execute(update(account).where(account.c.id == row.id).values(**NO_FACTOR))
            what = "code refused" if by is None else "turn off second factor"
            self._note(connection, acting(row, came_from), what, {"account": row.id})
        if by is None:
            raise too_many() if locked else _wrong_code()

    def give_code(self, token: str, code: str, came_from: str | None = None) -> str:
        """Give the code that a session waits for, and get the token of the one that takes its place.

        Raises `PermissionDenied` for a wrong code, too.
        """
        with self.database.writing() as connection:
            row = self._held(connection, token)
            if row.waits_for != Waits.CODE or row.second_factor_step is None:
                raise PermissionDenied("No sign-in waits for a code.", remedy="Sign in again.")
            locked, by = self._looked_at(connection, row, code)
            if by is not None:
                self._end(connection, login_session.c.id == hash_of(token))
                return self._signed_in(connection, row, came_from, {"by": by})
            deed = {"account": row.id, "locked": locked, "by": "code"}
            self._note(connection, replace(SYSTEM, came_from=came_from), "sign-in refused", deed)
        raise too_many() if locked else _wrong_code()

    # -- within --------------------------------------------------------------------------------

    def _without(self, connection: Connection, token: str) -> Row[Any]:
        """The session of somebody who has no second factor. Raises `RecordError` for anybody else."""
        row = self._held(connection, token)
        if row.second_factor_step is not None:
            raise RecordError(
                "There is a second factor already.",
                where=row.id,
                remedy="Turn it off before setting up another.",
            )
        return row

    def _secret(self, row: Row[Any]) -> str:
        if row.second_factor is None:
            raise RecordError("No second factor was begun.", where=row.id, remedy="Begin again.")
        return self.database.keys.decrypt(row.second_factor)

    def _looked_at(
        self, connection: Connection, row: Row[Any], code: str
    ) -> tuple[bool, Literal["code", "recovery code"] | None]:
        """Whether the account has to wait, and what the code was; a wrong one counts, a right one is used."""
        now = self.clock()
        if waits(row.locked_until, now):
            return True, None
        mine = update(account).where(account.c.id == row.id)
        step = step_of(self._secret(row), code, now)
        if step is not None and step > row.second_factor_step:
            connection.execute(mine.values(second_factor_step=step))
            return False, "code"
        left = json.loads(row.recovery)
        if (given := recovery_hash(code)) in left:
            connection.execute(mine.values(recovery=json.dumps([one for one in left if one != given])))
            return False, "recovery code"
        self._failed(connection, row.id, now)
        return False, None


def _wrong_code() -> PermissionDenied:
    """What is said of a code that is not the one of now."""
    return PermissionDenied("The code is wrong.", remedy="Type the one that the app shows now.")
