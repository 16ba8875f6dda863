"""A panel: the people that an expression means at a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy import Connection, select

from kanglu.record import tables
from kanglu.record.moment import Moment

if TYPE_CHECKING:
    from kanglu.record.store import Store


@dataclass(frozen=True)
class Panel:
    """People, by id, as of a day."""

    store: "Store"
    expression: str
    moment: Moment
    members: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.members)

    @property
    def ids(self) -> list[int]:
        """The people's ids, ascending."""
        return list(self.members)

    @cached_property
    def people(self) -> pd.DataFrame:
        """Who they are: person_id, record_number, name, sex, birth_date, death_date, deceased."""
        return self.store.people(self.members, self.moment)

    @property
    def record_numbers(self) -> list[str]:
        """Their record numbers, in the order of `ids`."""
        return [str(number) for number in self.people["record_number"]]


def select_people(connection: Connection, expr: str, moment: Moment, store: "Store") -> Sequence[int]:
    """Ids of the people meant."""
    query = select(tables.person.c.id).where(tables.person.c.recorded <= moment.recorded_until)
    return list(connection.scalars(query.order_by(tables.person.c.id)))
