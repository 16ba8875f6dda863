"""The direct identifiers of one person: masked, and in full only when asked for, which is written down."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Table, select

from kanglu.record import tables
from kanglu.record.auditing import Deed
from kanglu.record.identity import PHONE, phone_number
from kanglu.record.opened import Opened
from kanglu.record.people import PersonView
from kanglu.record.reaching import masked
from kanglu.trust import Action, Resource, require

_PLACE = 6
"""So many characters are shown of an address that is masked: about the city."""


@dataclass(frozen=True, slots=True)
class Identity:
    """How a person is identified and reached, the latest stated first of each.

    Parameters
    ----------
    numbers : system and number of each identifier.
    telephones, addresses : as the sources wrote them.
    shown : whether they are whole.
    """

    numbers: tuple[tuple[str, str], ...]
    telephones: tuple[str, ...]
    addresses: tuple[str, ...]
    shown: bool


class Identifying(Opened):
    """The part of `Store` that gives direct identifiers."""

    def masked_identity(self, view: PersonView) -> Identity:
        """The numbers of a person with their middle hidden, and of an address its first characters.

        Whoever shows them has read the person, which is audited.
        """
        found = self._identity(view)
        return Identity(
            tuple((system, masked(number)) for system, number in found.numbers),
            tuple(map(masked, found.telephones)),
            tuple(f"{place[:_PLACE]}…" for place in found.addresses),
            shown=False,
        )

    def identity(self, view: PersonView) -> Identity:
        """The same in full; written down as shown."""
        found = self._identity(view)
        self._audit([Deed("show identity", view.record_number)])
        return found

    def _identity(self, view: PersonView) -> Identity:
        require(self.actor, Action.READ, Resource.IDENTITY)
        self._require_seen([view.id])
        phones = (number for system, number in self._read(tables.telecom, view) if system == PHONE)
        return Identity(
            tuple(self._read(tables.identifier, view)),
            tuple(dict.fromkeys(phone_number(number) for number in phones)),
            tuple(dict.fromkeys(place for _, place in self._read(tables.address, view))),
            shown=True,
        )

    def _read(self, table: Table, view: PersonView) -> Iterator[tuple[str, str]]:
        """System and value, the one stated last first."""
        system = table.c.system if "system" in table.c else table.c.blind_index
        query = (
            select(system, table.c.cipher)
            .where(table.c.person_id == view.id, table.c.recorded <= self.moment.recorded_until)
            .order_by(table.c.id.desc())
        )
        with self.database.reading() as connection:
            rows = connection.execute(query).fetchall()
        yield from ((name, self.database.keys.decrypt(cipher)) for name, cipher in rows)
