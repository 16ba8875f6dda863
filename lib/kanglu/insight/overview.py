"""One person at a glance: what lives on the record now, and the latest of each measurement."""

from dataclasses import dataclass
from typing import Any

from kanglu.catalogue import Catalogue, Indicator
from kanglu.dates import end_of
from kanglu.i18n import Lang
from kanglu.insight.annual import age_of
from kanglu.insight.history import History, Reading, history
from kanglu.insight.limits import Limits, reference_for, side_of
from kanglu.insight.lists import Listed, allergies, medicines, problems
from kanglu.record import Dossier


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest reading of an indicator, as text in its canonical unit, and how it lies to its reference."""

    indicator: str
    name: str
    text: str
    unit: str
    position: str | None  # low, within or high; None where there is no reference for this person
    effective: str
    origin: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What the record says of one person as of a day."""

    dossier: Dossier
    problems: tuple[Listed, ...]
    medicines: tuple[Listed, ...]
    allergies: tuple[Listed, ...]
    latest: tuple[Latest, ...]

    def to_data(self) -> dict[str, Any]:
        """The overview as plain data, for JSON."""
        person = self.dossier.person
        return {
            "record_number": person.record_number,
            "name": person.name,
            "sex": person.sex,
            "birth_date": person.birth_date.isoformat() if person.birth_date else None,
            "age": age_of(self.dossier, self.dossier.as_of),
            "deceased": person.deceased,
            "as_of": self.dossier.as_of.isoformat(),
            "problems": [_entry(item) for item in self.problems],
            "medicines": [_entry(item) for item in self.medicines],
            "allergies": [_entry(item) for item in self.allergies],
            "latest": [
                {
                    "indicator": one.indicator,
                    "name": one.name,
                    "value": one.text,
                    "unit": one.unit,
                    "position": one.position,
                    "effective": one.effective,
                    "origin": one.origin,
                }
                for one in self.latest
            ],
        }


def overview(dossier: Dossier, catalogue: Catalogue, lang: Lang = "zh") -> Overview:
    """Look at one person's dossier as of its day; names in `lang` where the catalogue has them."""
    until = end_of(dossier.as_of)
    return Overview(
        dossier,
        problems(dossier.conditions, until, catalogue),
        medicines(dossier.medications, until, catalogue),
        allergies(dossier.allergies, until),
        tuple(_latest(dossier, history(dossier.observations, until), catalogue, lang)),
    )


def _latest(dossier: Dossier, readings: History, catalogue: Catalogue, lang: Lang) -> list[Latest]:
    known = sorted(
        (catalogue.indicators[name] for name in readings if name in catalogue.indicators),
        key=lambda one: one.order,
    )
    sex, age = dossier.person.sex, age_of(dossier, dossier.as_of)
    return [
        _one(indicator, readings.of(indicator.id)[-1], reference_for(catalogue, indicator.id, sex, age), lang)
        for indicator in known
    ]


def _one(indicator: Indicator, reading: Reading, reference: Limits | None, lang: Lang) -> Latest:
    position = {"low": "low", "in": "within", "high": "high"}.get(side_of(reading, reference))
    return Latest(
        indicator.id,
        indicator.name[lang],
        _text(indicator, reading, lang),
        indicator.unit or "",
        position,
        reading.effective,
        reading.origin,
    )


def _text(indicator: Indicator, reading: Reading, lang: Lang) -> str:
    if reading.value is not None and indicator.kind == "quantity":
        return f"{reading.comparator or ''}{indicator.format(reading.value)}"
    if reading.code is not None and reading.code in indicator.codes:
        return indicator.codes[reading.code].name[lang]
    if indicator.kind == "boolean" and reading.value is not None:
        return {"zh": ("否", "是"), "en": ("no", "yes")}[lang][int(reading.value)]
    return reading.text or reading.code or str(reading.original_value or "")


def _entry(item: Listed) -> dict[str, Any]:
    return {
        "display": item.display,
        "ids": list(item.ids),
        "since": item.since,
        "until": item.until,
        "current": item.current,
        "note": item.note,
    }
