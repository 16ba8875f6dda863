"""Who looks after how many, and where a person stands: programmes, doctor and manager."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from kanglu.care.checks import now
from kanglu.care.tasks import held_on
from kanglu.catalogue.programmes import Member
from kanglu.catalogue.rulebook import Rulebook
from kanglu.record import Store
from kanglu.record.dossier import Dossier
from kanglu.record.moment import Moment

CARD: Final = "card"
"""The programme that everybody with an open card is in."""


@dataclass(frozen=True, slots=True)
class Load:
    """A manager, and how many clients he or she has."""

    member: Member
    clients: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands on a day.

    Parameters
    ----------
    programmes : since when the person is in each, the card included; ISO text, as exact as is known.
    doctor, manager : ids of the staff; None where there is none.
    """

    programmes: Mapping[str, str]
    doctor: str | None
    manager: str | None


def clients_of(store: Store, day: date, member: str) -> list[int]:
    """The people whom a member of the staff looks after on a day, by id."""
    team = _team(store, day)
    return sorted(set(team.loc[team["practitioner"] == member, "person_id"].tolist()))


def clients(store: Store, day: date, *, without: int | None = None) -> dict[str, int]:
    """How many people each manager looks after on a day, by all that is known now; `without` one person."""
    team = _team(store, day)
    counted = team[(team["code"] == "manager") & (team["person_id"] != (-1 if without is None else without))]
    return {
        str(name): int(many) for name, many in counted.groupby("practitioner")["person_id"].nunique().items()
    }


def _team(store: Store, day: date) -> pd.DataFrame:
    """Everybody's care team on a day, by all that is known now."""
    return held_on(store.care_teams(Moment(day, now(store).date())), day)


def loads(store: Store, rules: Rulebook, day: date, doctor: str | None = None) -> list[Load]:
    """The managers, or those bound to a doctor, the one with the fewest clients first."""
    many = clients(store, day)
    managers = [
        one
        for one in rules.staff.values()
        if one.role == "manager" and (doctor is None or doctor in one.bound_to)
    ]
    return sorted(
        (Load(one, many.get(one.id, 0)) for one in managers), key=lambda load: (load.clients, load.member.id)
    )


def standing(dossier: Dossier) -> Standing:
    """Where the person of a dossier stands on its day."""
    episodes, team = held_on(dossier.episodes, dossier.as_of), held_on(dossier.care_team, dossier.as_of)
    starts = zip(episodes["code"].tolist(), episodes["effective"].tolist(), strict=True)
    last = dict(zip(team["code"].tolist(), team["practitioner"].tolist(), strict=True))
    return Standing(
        {str(code): str(since)[:10] for code, since in starts if code == code and code is not None},
        last.get("doctor"),
        last.get("manager"),
    )
