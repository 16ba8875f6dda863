"""Who was seen when, and who lived: visits, deaths and enrolments, from facts to days.

What is not known to the day stands on no day, and is left out.
"""

from datetime import date

import numpy as np
import pandas as pd

from kanglu.care.blocks import NOT_HAPPENED
from kanglu.care.events import Worded
from kanglu.catalogue.programmes import EventType
from kanglu.insight.derived import days_of
from kanglu.insight.service.figure import Days
from kanglu.record.listed import ENDED, UNSOUND

DAY = len("2026-05-26")
NEVER = np.datetime64("9999-12-31")
INPATIENT = frozenset({"IMP", "ACUTE", "NONAC", "inpatient"})
"""Settings of a stay in hospital (HL7 ActCode)."""
FACE_TO_FACE, TELEPHONE, UNKNOWN = "face_to_face", "telephone", "unknown"
MODES = {**dict.fromkeys(("AMB", "HH", "FLD", "EMER"), FACE_TO_FACE), "VR": TELEPHONE}
"""How a person was seen, by setting (HL7 ActCode); any other setting, or none, leaves it unknown."""


def sound(facts: pd.DataFrame) -> pd.DataFrame:
    """The facts that are not withdrawn, took place, and have a time known to the day."""
    dated = facts["effective"].str.len() >= DAY
    return facts[dated & ~facts["clinical_status"].isin(NOT_HAPPENED) & ~facts["status"].isin(UNSOUND)]


def visits_of(encounters: pd.DataFrame, event: EventType | None = None) -> pd.DataFrame:
    """Visits, one a person, day and mode: person_id, day, effective (the latest of the day), mode.

    Parameters
    ----------
    encounters : facts; stays in hospital are no visits.
    event : only encounters of this type, such as the rulebook's ``follow_up``; all when None.
    """
    happened = sound(encounters)
    happened = happened[~happened["setting"].isin(INPATIENT)]
    if event is not None:
        read = ("id", "system", "code", "display", "setting")
        stated = happened[[*read]].astype(object).where(happened[[*read]].notna(), None)
        happened = happened[Worded({name: stated[name].to_numpy() for name in read}).of(event)]
    visits = pd.DataFrame(
        {
            "person_id": happened["person_id"],
            "day": days_of(happened["effective"]),
            "effective": happened["effective"],
            "mode": happened["setting"].map(MODES).fillna(UNKNOWN),
        }
    )
    ordered = visits.sort_values(["person_id", "effective"], kind="stable")
    return ordered.drop_duplicates(["person_id", "day", "mode"], keep="last").reset_index(drop=True)


def seen(visits: pd.DataFrame) -> pd.DataFrame:
    """The visits at which the person was seen, not telephoned.

    A visit of unknown mode counts: that it took place is stated.
    """
    return visits[visits["mode"] != TELEPHONE]


def within(dated: pd.DataFrame, days: Days, as_of: date) -> pd.DataFrame:
    """The rows whose `day` lies in the period, and not after the day looked back from."""
    until = np.datetime64(min(days.until, as_of))
    return dated[(dated["day"] >= np.datetime64(days.since)) & (dated["day"] <= until)]


def deaths_of(people: pd.DataFrame) -> pd.Series:
    """The day of death of each person, by id; NaT for the living and where the day is not known."""
    texts = people["death_date"].fillna("NaT").tolist()
    return pd.Series(np.array(texts, dtype="datetime64[D]"), index=people.index)


def undated_deaths(people: pd.DataFrame) -> frozenset[int]:
    """Who died on a day that is not known."""
    return frozenset(people.index[people["deceased"] & people["death_date"].isna()])


def living(people: pd.DataFrame, days: Days) -> frozenset[int]:
    """Who lived in a period: born by its end, not dead before it.

    A death without a day counts as one before it.
    """
    unborn = people["birth_date"].fillna("") > days.until.isoformat()
    gone = people["deceased"] & (people["death_date"].fillna("") < days.since.isoformat())
    return frozenset(people.index[~unborn & ~gone])


def enrolments(episodes: pd.DataFrame, people: pd.DataFrame, programme: str) -> pd.DataFrame:
    """When people were in a programme: person_id, start, end (`NEVER` while it lasts).

    What ended on a day no longer held on it, and a death ends it; known in part, a day is the first that it
    may be. An episode that is over at an unknown time, and those of people dead since an unknown day, are
    left out.
    """
    of = (episodes["code"] == programme) & episodes["effective"].notna() & ~episodes["status"].isin(UNSOUND)
    of &= episodes["effective_end"].notna() | ~episodes["clinical_status"].isin(ENDED)
    of &= episodes["person_id"].isin(people.index.difference(list(undated_deaths(people))))
    found = episodes[of]
    died = deaths_of(people).reindex(found["person_id"]).fillna(NEVER).to_numpy()
    ends = days_of(found["effective_end"].fillna(str(NEVER)))
    spans = pd.DataFrame(
        {
            "person_id": found["person_id"],
            "start": days_of(found["effective"]),
            "end": np.minimum(ends, died),
        }
    )
    return spans[spans["end"] > spans["start"]].reset_index(drop=True)
