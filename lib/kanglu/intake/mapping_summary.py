"""What was made of a table, for the people who imported it: column by column, and what was left out."""

from collections.abc import Mapping as Dictionary
from typing import TYPE_CHECKING, NamedTuple

from kanglu.i18n import Words
from kanglu.intake.mapping import ColumnMapping, Mapping, Role

if TYPE_CHECKING:
    from kanglu.catalogue import Catalogue

_MEANINGS: Dictionary[Role, str] = {
    Role.PERSON: "number of the person",
    Role.NATIONAL_ID: "identity number",
    Role.NAME: "name",
    Role.SEX: "sex",
    Role.BIRTH_DATE: "birth date",
    Role.PHONE: "telephone",
    Role.ADDRESS: "address",
    Role.AGE: "age at the visit",
    Role.DATE: "date",
    Role.TIME: "time of day",
    Role.RECORD: "number of the record",
    Role.BLOOD_PRESSURE: "blood pressure, systolic/diastolic",
    Role.ITEM: "what was measured",
    Role.GROUP: "group or specimen of what was measured",
    Role.VALUE: "result",
    Role.UNIT: "unit",
    Role.REFERENCE: "reference range (not taken in)",
    Role.IGNORED: "left out",
    Role.UNKNOWN: "not known, left out",
}


class Line(NamedTuple):
    """One column: its header, what it means, in which unit, and why."""

    column: str
    meaning: str
    unit: str
    why: str


def summary(mapping: Mapping, catalogue: "Catalogue", words: Words) -> list[Line]:
    """A line a column, those that mean something first, in the order of the table."""
    lines = [
        Line(entry.header, meaning(entry, catalogue, words), entry.unit or "", entry.why)
        for entry in sorted(mapping.columns, key=_left_out)
    ]
    if whom := mapping.person.constant or mapping.person.file:
        lines.insert(0, Line(words("(whole file)"), words("number of the person"), "", whom))
    if mapping.date:
        lines.insert(0, Line(words("(whole file)"), words("date"), "", mapping.date))
    return lines


def _left_out(entry: ColumnMapping) -> bool:
    return entry.role in (Role.IGNORED, Role.UNKNOWN, Role.REFERENCE)


def meaning(entry: ColumnMapping, catalogue: "Catalogue", words: Words) -> str:
    """What a column is taken for, in words."""
    if entry.role is not Role.INDICATOR:
        return words(_MEANINGS[entry.role])
    indicator = catalogue.indicators[entry.indicator or ""]
    name = words.name({str(lang): name for lang, name in indicator.name.items()})
    if indicator.kind != "quantity" or entry.unit or entry.unit_from:
        return name
    return words("{name}: set aside, its unit is not known", name=name)
