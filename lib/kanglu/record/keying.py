"""Writing the keys under which names are found, when a version of a name is entered."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, delete, select

from kanglu.record.bulk import bulk_insert
from kanglu.record.facts import WITHDRAWN
from kanglu.record.names import keys_of
from kanglu.record.tables import demographics, name_key

COLUMNS = ("demographics_id", "kind", "place", "key")
_PORTION = 10_000


Stated = tuple[int, tuple[str | None, str]]


def key_names(connection: Connection, names: Iterable[Stated]) -> None:
    """Make names findable: the id of each version of the demographics just entered, its name and status."""
    bulk_insert(connection, name_key, COLUMNS, _rows(names))


def key_all(connection: Connection) -> None:
    """Make every name that the record holds findable, from the first on."""
    connection.execute(delete(name_key))
    said, last = demographics.c, 0
    query = select(said.id, said.name, said.status).order_by(said.id).limit(_PORTION)
    while rows := connection.execute(query.where(said.id > last)).fetchall():
        key_names(connection, ((row.id, (row.name, row.status)) for row in rows))
        last = rows[-1].id


def forget_names(connection: Connection, batch_id: int) -> None:
    """Remove the keys of the names that a batch gave, which is about to be undone."""
    given = select(demographics.c.id).where(demographics.c.batch_id == batch_id)
    connection.execute(delete(name_key).where(name_key.c.demographics_id.in_(given)))


def _rows(names: Iterable[Stated]) -> Iterator[tuple[object, ...]]:
    for number, (name, status) in names:
        if name and status != WITHDRAWN:
            for kind, place, key in keys_of(name):
                yield number, kind, place, key
