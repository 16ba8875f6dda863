"""How the pages say who somebody is."""

from datetime import date

from kanglu.i18n import Words
from kanglu.record import PersonView


def sex_name(code: str, _: Words) -> str:
    """Male or female in words; empty for anything else."""
    return {"male": _("male"), "female": _("female")}.get(code, "")


def sex_and_age(person: PersonView, day: date, _: Words) -> str:
    """Sex, and age on a day, as far as they are known."""
    age = person.age_on(day)
    return " · ".join(filter(None, (sex_name(person.sex, _), "" if age is None else _("{n} years", n=age))))
