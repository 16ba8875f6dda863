"""Finding people by what someone at the desk can say: a name, a number, the end of one."""

from sqlalchemy import Connection, or_, select

from kanglu.record.facts import NATIONAL_ID, WITHDRAWN
from kanglu.record.identity import TAIL
from kanglu.record.moment import Moment
from kanglu.record.tables import demographics, identifier, person, telecom
from kanglu.trust.keys import Keys, normalised

MOST = 50
_SYSTEMS = (NATIONAL_ID, "phone")


def find_people(connection: Connection, keys: Keys, text: str, moment: Moment) -> list[int]:
    """Ids of people whom the text may mean, at most `MOST`, by id.

    A name is looked for in every version that a source gave, so a former name finds too. Whole identifiers
    of the systems `_SYSTEMS` and their last four characters find through their keyed hashes.
    """
    wanted = text.strip()
    if not wanted:
        return []
    indexes = [keys.blind_index(system, wanted) for system in _SYSTEMS]
    tails = [keys.blind_index("tail", wanted)] if len(normalised(wanted)) == TAIL else []
    by_name = select(demographics.c.person_id).where(
        demographics.c.name.icontains(wanted, autoescape=True), demographics.c.status != WITHDRAWN
    )
    by_number, by_phone = (
        select(table.c.person_id).where(or_(table.c.blind_index.in_(indexes), table.c.tail_index.in_(tails)))
        for table in (identifier, telecom)
    )
    query = (
        select(person.c.id)
        .where(
            person.c.recorded <= moment.recorded_until,
            or_(
                person.c.record_number == wanted.upper(),
                person.c.id.in_(by_name.union(by_number, by_phone)),
            ),
        )
        .order_by(person.c.id)
        .limit(MOST)
    )
    return list(connection.scalars(query))
