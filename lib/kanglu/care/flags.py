"""Tags that somebody sets or takes away by hand; they stand before those of the rules."""

from datetime import date

from kanglu.care.book import in_force
from kanglu.care.checks import now, require_known, require_reason
from kanglu.care.enrolment import entering
from kanglu.care.entered import as_entered, corrected, known_now
from kanglu.catalogue.rulebook import Rulebook
from kanglu.errors import RecordError
from kanglu.record import Store
from kanglu.record.facts import Flag

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
            writer.add_many(corrected(one, one._replace(effective_end=day.isoformat())))
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
    said = as_entered(Flag, known_now(store, person, "flag"))
    return [one for one in said if one.code == tag and one.effective_end is None]
