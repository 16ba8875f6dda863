"""Tags that somebody sets or takes away by hand; they stand before those of the rules."""

from datetime import date

from kanglu.care.book import in_force
from kanglu.care.checks import now, require_known, require_reason
from kanglu.care.enrolment import entering
from kanglu.catalogue.rulebook import Rulebook
from kanglu.errors import RecordError
from kanglu.record import BatchWriter, Store
from kanglu.record.facts import WITHDRAWN, Flag
from kanglu.record.frames import rows_in
from kanglu.record.moment import Moment
from kanglu.record.panel import read_facts

ACTIVE, INACTIVE = "active", "inactive"


def set_tag(
    store: Store, record_number: str, tag: str, day: date, reason: str, *, rules: Rulebook | None = None
) -> None:
    """Give a person a tag from a day on, whatever the rules say.

    Raises `RecordError` for an unknown tag, a day ahead, without a reason, or when it is set already.
    """
    _enter(store, record_number, tag, day, reason, ACTIVE, rules)


def take_tag(
    store: Store, record_number: str, tag: str, day: date, reason: str, *, rules: Rulebook | None = None
) -> None:
    """Take a tag away from a person from a day on, whatever the rules say; see `set_tag`."""
    _enter(store, record_number, tag, day, reason, INACTIVE, rules)


def _enter(
    store: Store, record_number: str, tag: str, day: date, reason: str, state: str, rules: Rulebook | None
) -> None:
    book = rules or in_force(store)
    with entering(store, record_number, day, f"tag {tag} {state}") as (person, number, writer):
        require_known(tag, "tag", book.tags, number)
        require_reason(reason, number)
        before = _standing(store, person, tag)
        if any(one.clinical_status == state for one in before):
            raise RecordError(
                f"The tag {tag} was {'set' if state == ACTIVE else 'taken away'} by hand already.",
                where=number,
                remedy="There is nothing to do.",
            )
        for one in before:
            _end(writer, one, day)
        on = day.isoformat()
        writer.add(
            Flag(
                person, "kanglu", tag, on, clinical_status=state, reason=reason.strip(), origin="measured",
                display=book.tags[tag].name.get("zh"), source=f"kanglu/{store.actor.id}",
                source_key=f"{tag}/{state}/{now(store):%Y-%m-%dT%H:%M:%S}",
            )
        )  # fmt: skip


def _standing(store: Store, person: int, tag: str) -> list[Flag]:
    """What was set or taken away by hand and has not ended, by all that is known now."""
    today = now(store).date()
    with store.database.reading() as connection:
        facts = read_facts(connection, [person], "flag", Moment(today, today), None)
    said = [Flag(*row) for row in rows_in(facts, Flag._fields)]
    return [one for one in said if one.code == tag and one.effective_end is None]


def _end(writer: BatchWriter, one: Flag, day: date) -> None:
    """End a tag on a day; what the source gave no key of is withdrawn and said anew."""
    if one.source_key is None:
        writer.add(one._replace(status=WITHDRAWN))
    writer.add(one._replace(effective_end=day.isoformat()))
