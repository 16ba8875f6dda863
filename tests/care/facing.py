"""People and what happens to them, entered into a record: what tests of whole evaluations begin with."""

from kanglu.record.facts import (
    Condition,
    Encounter,
    EpisodeOfCare,
    Identifier,
    Observation,
    PersonStatement,
)

UNITS = {"sbp": "mm[Hg]", "dbp": "mm[Hg]", "fpg": "mmol/L", "hba1c": "%", "steps": "1", "glucose": "mmol/L"}


def enter(store, *facts, number=1, born="1950-03-10", sex="female"):
    """Enter a person, once, and facts about them; gives the id."""
    with store.batch("entry", kind="entry") as batch:
        person = batch.person(
            PersonStatement((Identifier("test", str(number)),), name=f"人{number}", sex=sex, birth_date=born)
        )
        batch.add_many(fact._replace(person_id=person) for fact in facts)
    return person


def visit(day, sbp=None, dbp=None, fpg=None, **answers):
    """A follow-up visit with what was measured and answered on it."""
    values = {"sbp": sbp, "dbp": dbp, "fpg": fpg} | answers
    return [
        Encounter(0, "kanglu", "follow-up", day, setting="AMB", source_key=f"visit/{day}"),
        *(
            Observation(0, name, day, value=float(value), unit=UNITS.get(name), source_key=f"{name}/{day}")
            for name, value in values.items()
            if value is not None
        ),
    ]


def hypertension(since="2020-01-01"):
    """Diagnosed and enrolled."""
    return [
        Condition(0, None, None, since, display="高血压"),
        EpisodeOfCare(0, None, "hypertension", since, clinical_status="active"),
    ]


def diabetes(since="2020-01-01"):
    """Diagnosed and enrolled."""
    return [
        Condition(0, None, None, since, display="2型糖尿病"),
        EpisodeOfCare(0, None, "type2_diabetes", since, clinical_status="active"),
    ]
