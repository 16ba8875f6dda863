"""A follow-up visit as it is entered in a form: the visit and what was measured and asked on it, as facts."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Final, Literal

from kanglu.care.book import in_force
from kanglu.care.checks import require_known, require_past
from kanglu.care.tasks import held_on
from kanglu.catalogue import Indicator
from kanglu.catalogue.reading import did_you_mean
from kanglu.catalogue.rulebook import Rulebook
from kanglu.errors import RecordError
from kanglu.record import Store
from kanglu.record.facts import Communication, Encounter, Observation
from kanglu.record.moment import Moment

type Mode = Literal["clinic", "home", "phone"]
type Value = float | bool | str

SETTINGS: Final[Mapping[Mode, str]] = {"clinic": "AMB", "home": "HH", "phone": "VR"}
"""Where a visit took place, as HL7's class of an encounter."""


def enter_visit(
    store: Store,
    record_number: str,
    day: date,
    mode: Mode,
    values: Mapping[str, Value],
    programmes: Sequence[str] = (),
    by: str | None = None,
    note: str | None = None,
    *,
    rules: Rulebook | None = None,
) -> int:
    """Enter a follow-up visit with its observations, all or nothing; gives the number of the batch.

    The visit of a person, day and mode is one: saved again it says nothing new, or corrects what it said.

    Parameters
    ----------
    day : of the visit, however late it is entered.
    values : by indicator, in its canonical unit; the code or the words of a coded answer; True and False.
    programmes : that it was about; the person is enrolled in each on that day.
    by : the member of the staff who saw the person.
    note : what else was said.

    Raises `RecordError` for a day ahead, and for the first of the values that cannot be.
    """
    book = rules or in_force(store)
    person = store.person(record_number).view
    where = f"{person.record_number}, visit of {day}"
    require_past(store, day, where)
    require_known(mode, "way of a visit", SETTINGS, where)
    if by is not None:
        require_known(by, "member of the staff", book.staff, where)
    enrolled = held_on(store.facts([person.id], "episode_of_care", Moment(day, store.known)), day)
    for programme in programmes:
        require_known(
            programme, "programme that the person is in then", enrolled["code"].dropna().tolist(), where
        )
    key, on, source = f"follow-up/{day}/{mode}", day.isoformat(), f"kanglu/{store.actor.id}"
    observed = [_observation(store, name, value, where) for name, value in values.items()]
    with store.batch(f"visit {person.record_number} {day}", kind="entry") as writer:
        writer.add(
            Encounter(
                person.id, "kanglu", "follow-up", on, clinical_status="finished", setting=SETTINGS[mode],
                provider=by, reason=",".join(programmes) or None, origin="measured", source=source,
                source_key=key,
            )
        )  # fmt: skip
        for one in observed:
            writer.add(
                one._replace(
                    person_id=person.id, effective=on, source=source, source_key=f"{key}#{one.indicator}",
                    origin="reported" if mode == "phone" else "measured",
                )
            )  # fmt: skip
        if note is not None:
            writer.add(
                Communication(
                    person.id, "kanglu", "follow-up", on, channel="visit", text=note, origin="measured",
                    source=source, source_key=key,
                )
            )  # fmt: skip
    return writer.id


def _observation(store: Store, name: str, value: Value, where: str) -> Observation:
    """The observation that a value makes, but for the person and the time. Raises `RecordError`."""
    indicator = store.catalogue.indicators.get(name)
    if indicator is None:
        near = did_you_mean(name, store.catalogue.indicators) or "See `kanglu catalogue`."
        raise RecordError(f"There is no indicator {name!r}.", where=where, remedy=near)
    said = Observation(
        0, name, None, unit=indicator.unit, original_value=str(value), original_unit=indicator.unit
    )
    if indicator.kind == "text" and isinstance(value, str):
        return said._replace(value_text=value)
    if indicator.kind == "boolean" and value in (True, False):
        return said._replace(value=float(value))
    if indicator.kind in ("coded", "ordinal") and indicator.code_for(str(value)) is not None:
        return said._replace(value_code=indicator.code_for(str(value)))
    numeric = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    if indicator.kind == "quantity" and numeric and indicator.possible_value(float(value)):
        return said._replace(value=float(value))
    raise RecordError(f"{value!r} is no value of {name}.", where=where, remedy=_wanted(indicator))


def _wanted(indicator: Indicator) -> str:
    if indicator.kind == "boolean":
        return "It is True or False."
    if indicator.kind in ("coded", "ordinal"):
        return f"It is one of: {', '.join(indicator.codes)}."
    if indicator.kind == "text":
        return "It is a text."
    low, high = indicator.possible or (None, None)
    within = "" if low is None else f" from {low:g} to {high:g}"
    return f"It is a number{within}, in {indicator.unit}."
