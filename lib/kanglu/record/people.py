"""Who people are, as of a day: the versions that sources gave, merged to one view.

Each field is what was stated last; where one instant brought several statements, the source key decides, so
that the order of files does not. What came from a record that was merged into this one only fills gaps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, func, select

from kanglu.dates import age_on
from kanglu.errors import DateError
from kanglu.record.moment import Moment, standing
from kanglu.record.tables import MERGE, batch, demographics, person, person_link
from kanglu.trust.keys import Keys

PEOPLE_COLUMNS = ("person_id", "record_number", "name", "sex", "birth_date", "death_date", "deceased")
STATED = ("name", "sex", "birth_date", "death_date", "deceased")


@dataclass(frozen=True, slots=True)
class PersonView:
    """Who a person is.

    Parameters
    ----------
    id, record_number : for machines and for people; an analyst sees a pseudonym as number and name.
    name : as the last source wrote it; None when no source did.
    sex : male, female, other or unknown.
    birth_date, death_date : None when unknown, or known only by year or month.
    deceased : whether the person had died by the day asked for.
    """

    id: int
    record_number: str
    name: str | None
    sex: str
    birth_date: date | None
    death_date: date | None
    deceased: bool = False

    def age_on(self, day: date) -> int | None:
        """Completed years on a day, None when the birth date is not known to the day."""
        return None if self.birth_date is None else age_on(self.birth_date, day)


def people_frame(
    connection: Connection, moment: Moment, *where: ColumnElement[bool], mask: Keys | None = None
) -> pd.DataFrame:
    """People known at the moment, by id.

    Parameters
    ----------
    where : conditions on `person`.
    mask : keys to make pseudonyms with, in place of names and record numbers.

    Returns
    -------
    Columns `PEOPLE_COLUMNS`; `birth_date` and `death_date` as full ISO days or missing, and no death after
    the day asked for.
    """
    known = connection.execute(
        select(person.c.id, person.c.record_number)
        .where(person.c.recorded <= moment.recorded_until, present(moment), *where)
        .order_by(person.c.id)
    ).fetchall()
    stated = _stated(connection, moment, where)
    nothing: list[Any] = [None] * len(STATED)
    rows = []
    for person_id, number in known:
        pseudonym = mask.pseudonym(person_id) if mask else None
        shown = _shown(stated.get(person_id, nothing), moment, pseudonym)
        rows.append((person_id, pseudonym or number, *shown))
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(PEOPLE_COLUMNS)
    data: dict[str, Any] = {"person_id": np.array(columns[0], dtype=np.int64)}
    for name, values in zip(PEOPLE_COLUMNS[1:-1], columns[1:-1], strict=True):
        data[name] = pd.array(np.array(values, dtype=object), dtype="str")
    data["deceased"] = np.array(columns[-1], dtype=bool)
    return pd.DataFrame(data)


def present(moment: Moment) -> ColumnElement[bool]:
    """The people whose record had not been merged into another's at the moment, and is not erased now."""
    merged = select(person_link.c.person_id).where(person_link.c.recorded <= moment.recorded_until)
    return and_(person.c.erased.is_(None), person.c.id.not_in(merged))


def _stated(
    connection: Connection, moment: Moment, where: Sequence[ColumnElement[bool]]
) -> dict[int, list[Any]]:
    """What the sources say last of each person, in the order of `STATED`."""
    said = connection.execute(
        select(demographics.c.person_id, *(demographics.c[field] for field in STATED))
        .join(person, person.c.id == demographics.c.person_id)
        .join(batch, batch.c.id == demographics.c.batch_id)
        .where(standing(demographics, moment), *where)
        .order_by(
            demographics.c.person_id,
            (batch.c.kind == MERGE).desc(),
            demographics.c.recorded,
            func.coalesce(demographics.c.effective, ""),
            func.coalesce(demographics.c.source_key, ""),
            demographics.c.id,
        )
    )
    merged: dict[int, list[Any]] = {}
    for person_id, *stated in said:
        view = merged.setdefault(person_id, [None] * len(STATED))
        for place, value in enumerate(stated):
            if value is not None:
                view[place] = value
    return merged


def _shown(stated: Sequence[Any], moment: Moment, pseudonym: str | None) -> tuple[Any, ...]:
    name, sex, birth, death, deceased = stated
    died = death is not None and death <= moment.effective_until
    return (
        pseudonym or name,
        sex or "unknown",
        _full(birth) if pseudonym is None else _month(birth),
        _full(death) if died else None,
        died or (death is None and bool(deceased)),
    )


def _month(day: str | None) -> str | None:
    """The first day of the month that a full day is in: what is shown of somebody under a pseudonym."""
    full = _full(day)
    return full and f"{full[:7]}-01"


def _full(day: str | None) -> str | None:
    """The day, when the text names one to the day."""
    return day[:10] if day is not None and len(day) >= 10 else None


def views(people: pd.DataFrame) -> list[PersonView]:
    """Each row of a people frame as a `PersonView`."""
    columns = ([_given(value) for value in people[name].tolist()] for name in PEOPLE_COLUMNS)
    return [
        PersonView(int(row[0]), row[1], row[2], row[3], _date(row[4]), _date(row[5]), bool(row[6]))
        for row in zip(*columns, strict=True)
    ]


def _given(value: Any) -> Any:
    """The value, or None where there is none (a missing text is no equal of itself)."""
    return value if value == value else None


def _date(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise DateError(f"{text!r} is not a day.", where="demographics") from None
