"""Finding people by what someone at the desk can say: a name, a number, the end of one."""

from sqlalchemy import Connection, or_, select

from kanglu.record.facts import WITHDRAWN
from kanglu.record.identity import PHONE, TAIL, phone_number
from kanglu.record.moment import Moment
from kanglu.record.tables import demographics, identifier, person, telecom
from kanglu.trust.keys import Keys, normalised

MOST = 50


def find_people(connection: Connection, keys: Keys, text: str, moment: Moment) -> list[int]:
    """Ids of people whom the text may mean, at most `MOST`, by id.

    A name is looked for in every version that a source gave, so a former name finds too. Whole identifiers
    of any system, and the last four of an identity or telephone number, find through their keyed hashes.
    """
    wanted = text.strip()
    if not wanted:
        return []
    systems = connection.scalars(select(identifier.c.system).distinct()).all()
    indexes = [keys.blind_index(system, wanted) for system in systems]
    indexes.append(keys.blind_index(PHONE, phone_number(wanted)))
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
