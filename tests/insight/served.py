"""Frames of invented facts, typed as the record gives them: what the service did, and for whom."""

from datetime import date

import pandas as pd

from kanglu.record.facts import Appointment, Communication, Encounter, EpisodeOfCare
from kanglu.record.frames import COLUMNS, frame
from kanglu.record.people import PEOPLE_COLUMNS
from kanglu.record.tables import FACTS, rule_result

KINDS = {
    "appointment": Appointment,
    "communication": Communication,
    "encounter": Encounter,
    "episode_of_care": EpisodeOfCare,
}
UNDATED = "undated"


def day(text):
    return date.fromisoformat(text)


def facts(kind, stated):
    """The frame of a kind of fact; each is stated by some of its fields."""
    rows = []
    for id_, fields in enumerate(stated, 1):
        fact = KINDS[kind](**{"system": None, "code": None, "effective": None, **fields})
        rows.append((id_, 1, "2026-01-01T00:00:00.000000Z", *fact))
    return frame(FACTS[kind], COLUMNS[kind], rows)


def encounters(*stated):
    """Encounters as (person, setting, effective, effective_end)."""
    names = ("person_id", "setting", "effective", "effective_end")
    return facts("encounter", [dict(zip(names, one, strict=False)) for one in stated])


def communications(*stated):
    return facts("communication", stated)


def episodes(*stated):
    """Episodes as (person, programme, effective, effective_end, clinical_status)."""
    names = ("person_id", "code", "effective", "effective_end", "clinical_status")
    return facts("episode_of_care", [dict(zip(names, one, strict=False)) for one in stated])


def results(*stated):
    """Rows of `rule_result`: open follow-up tasks of person 1, but for what is stated."""
    usual = {
        "person_id": 1,
        "kind": "task",
        "code": "follow_up",
        "rule": "a.rule",
        "version": 1,
        "period": "2026-01-01",
        "part": 0,
        "starts": "2026-01-01",
        "state": "open",
        "priority": 50,
        "inputs": "{}",
        "evaluation_id": 1,
        "recorded": "2026-01-01T00:00:00.000000Z",
    }
    columns = [column.name for column in rule_result.c]
    rows = [{"id": id_, **usual, **one} for id_, one in enumerate(stated, 1)]
    return frame(rule_result, columns, [tuple(row.get(name) for name in columns) for row in rows])


def people(*ids, died=None, born=None):
    """People by id; `died` says of some when: a day, or `UNDATED`."""
    died, born = died or {}, born or {}
    deaths = [None if died.get(one) == UNDATED else died.get(one) for one in ids]
    columns = {
        "person_id": list(ids),
        "record_number": pd.array([f"K{one:06d}" for one in ids], dtype="str"),
        "name": pd.array([f"人{one}" for one in ids], dtype="str"),
        "sex": pd.array(["female" for _ in ids], dtype="str"),
        "birth_date": pd.array([born.get(one, "1960-06-15") for one in ids], dtype="str"),
        "death_date": pd.array(deaths, dtype="str"),
        "deceased": [one in died for one in ids],
    }
    assert tuple(columns) == PEOPLE_COLUMNS
    typed = pd.DataFrame(columns).astype({"person_id": "int64", "deceased": "bool"})
    return typed.set_index("person_id")


def counts(figure):
    """Numerator, denominator, and what is told apart, without what is nought."""
    return (
        figure.numerator.n,
        figure.denominator.n,
        {name: one.n for name, one in figure.apart.items() if one.n},
    )


def consistent(figure):
    """The figure, after a look at it: nobody is listed who is not counted, and the part lies in the whole."""
    for one in (figure.numerator, figure.denominator, *figure.apart.values()):
        assert one.people is None or len(one.people) <= one.n
        assert (one.n == 0) == (one.people == frozenset()) or one.people is None
    return figure
