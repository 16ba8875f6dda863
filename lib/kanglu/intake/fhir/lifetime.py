"""Facts that lie outside a person's life: before the day of birth, or after the day of death.

Days are compared as exactly as both dates are known. Certificates of death are written after it, and stay.
"""

from kanglu.record.facts import Fact, PersonStatement

_OF_DEATH = (
    "69453-9",  # Cause of death
    "69409-1",  # US standard certificate of death
    "80616-6",  # Date and time pronounced dead
    "81956-5",  # Date and time of death
    "18743-5",  # Autopsy report
    "308646001",  # SNOMED CT: Death certification
)


def outside_life(fact: Fact, person: PersonStatement) -> str | None:
    """Why a fact cannot be true of the person at its time; None when it can."""
    start = fact.effective
    if start is None:
        return None
    birth, death = person.birth_date, person.death_date
    if birth is not None and start[:10] < birth[: len(start)][:10]:
        return f"It is dated {start[:10]}, before the birth ({birth[:10]})."
    if death is not None and start[: len(death)][:10] > death[:10] and not _is_of_death(fact):
        return f"It is dated {start[:10]}, after the death ({death[:10]})."
    return None


def _is_of_death(fact: Fact) -> bool:
    named = getattr(fact, "indicator", None) or getattr(fact, "code", None) or ""
    return named.rpartition("|")[2] in _OF_DEATH
