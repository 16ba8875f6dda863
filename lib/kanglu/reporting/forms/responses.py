"""The questionnaires that were filled in about a person, the last of each day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
import pandas as pd

from kanglu.catalogue.rulebook import Rulebook
from kanglu.record import Dossier
from kanglu.record.listed import UNSOUND

_DAY = len("2026-05-26")


@dataclass(frozen=True, slots=True)
class Response:
    """A questionnaire as it was filled in.

    Parameters
    ----------
    version : of the questionnaire.
    author : who filled it in; None for the person.
    answers : raw, by item.
    """

    version: str | None = None
    author: str | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)


def responses_of(dossier: Dossier, form: str) -> dict[date, Response]:
    """The responses to a questionnaire, by day; of several on one day the one entered last."""
    rows = dossier.responses
    sound = (rows["code"] == form) & ~rows["status"].isin(UNSOUND) & (rows["effective"].str.len() >= _DAY)
    kept = rows[sound].sort_values("id")
    columns = (kept[name].tolist() for name in ("effective", "version", "author", "answers"))
    found = {}
    for effective, *others in zip(*columns, strict=True):
        version, author, answers = map(text_of, others)
        said = orjson.loads(answers or "{}")
        if isinstance(said, dict):
            found[date.fromisoformat(effective[:_DAY])] = Response(version, author, said)
    return found


def staff_name(rules: Rulebook, member: str | None) -> str | None:
    """The name of a member of the staff; of somebody else what was recorded."""
    return rules.staff[member].name if member is not None and member in rules.staff else member


def text_of(cell: Any) -> str | None:
    """A cell of a frame as text; None where there is none."""
    return None if pd.isna(cell) else str(cell)
