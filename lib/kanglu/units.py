"""Units: what laboratories print, read as UCUM; factors between units of one dimension.

UCUM (the Unified Code for Units of Measure, ucum.org) is the form in which units are stored. What a
laboratory prints (``×10⁹/L``, ``mmHg``, ``次/分``) becomes UCUM by `normalise`. Conversions that need the
molar mass of a substance are facts about that substance and stand in the catalogue; the constants
they share with the measures have their names here.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from kanglu.errors import UnitError
from kanglu.unit_words import EXACT, WRITTEN

GLUCOSE: Final = 18.0182
"""mg/dL in one mmol/L of glucose, 180.182 g/mol (C6H12O6: 180.16; the figure ADA conversions use)."""
CHOLESTEROL: Final = 38.67
"""mg/dL in one mmol/L of cholesterol, 386.65 g/mol (CDC Lipid Standardization: 38.67)."""
TRIGLYCERIDE: Final = 88.57
"""mg/dL in one mmol/L of triglyceride counted as triolein, 885.7 g/mol (NCEP ATP III)."""
CREATININE: Final = 88.4
"""µmol/L in one mg/dL of creatinine, 113.12 g/mol (KDIGO 2012 and 2024 use 88.4)."""
URIC_ACID: Final = 59.48
"""µmol/L in one mg/dL of uric acid, 168.11 g/mol."""
UACR: Final = 8.84
"""mg/g in one mg/mmol of albumin to creatinine ratio (follows from 88.4)."""
HBA1C_SLOPE: Final = 0.09148
HBA1C_OFFSET: Final = 2.152
"""NGSP % = 0.09148 · IFCC mmol/mol + 2.152 (IFCC–NGSP master equation, Hoelzel 2004, ngsp.org)."""

_PREFIXES: Final[Mapping[str, float]] = {
    "G": 1e9,
    "M": 1e6,
    "k": 1e3,
    "h": 1e2,
    "d": 1e-1,
    "c": 1e-2,
    "m": 1e-3,
    "u": 1e-6,
    "n": 1e-9,
    "p": 1e-12,
    "f": 1e-15,
}

type Dimension = tuple[tuple[str, int], ...]

# name: (scale to the base of its dimension, dimension, takes a prefix)
_ATOMS: Final[Mapping[str, tuple[float, dict[str, int], bool]]] = {
    "m": (1.0, {"length": 1}, True),
    "[in_i]": (0.0254, {"length": 1}, False),
    "[ft_i]": (0.3048, {"length": 1}, False),
    "[mi_i]": (1609.344, {"length": 1}, False),
    "g": (1.0, {"mass": 1}, True),
    "[lb_av]": (453.59237, {"mass": 1}, False),
    "[oz_av]": (28.349523125, {"mass": 1}, False),
    "L": (1e-3, {"length": 3}, True),
    "l": (1e-3, {"length": 3}, True),
    "s": (1.0, {"time": 1}, True),
    "min": (60.0, {"time": 1}, False),
    "h": (3600.0, {"time": 1}, False),
    "d": (86400.0, {"time": 1}, False),
    "wk": (604800.0, {"time": 1}, False),
    "mo": (2629800.0, {"time": 1}, False),
    "a": (31557600.0, {"time": 1}, False),
    "Hz": (1.0, {"time": -1}, True),
    "mol": (1.0, {"amount": 1}, True),
    "eq": (1.0, {"equivalent": 1}, True),
    "osm": (1.0, {"osmole": 1}, True),
    "kat": (6e7, {"enzyme": 1}, True),
    "U": (1.0, {"enzyme": 1}, True),
    "[IU]": (1.0, {"international unit": 1}, True),
    "[iU]": (1.0, {"international unit": 1}, True),
    "Pa": (1.0, {"mass": 1, "length": -1, "time": -2, "kilo": 1}, True),
    "m[Hg]": (133322.387415, {"mass": 1, "length": -1, "time": -2, "kilo": 1}, True),
    "J": (1.0, {"energy": 1}, True),
    "cal": (4.184, {"energy": 1}, True),
    "[Cal]": (4184.0, {"energy": 1}, False),
    "%": (1e-2, {}, False),
    "[ppth]": (1e-3, {}, False),
    "[pH]": (1.0, {"pH": 1}, False),
    "[HPF]": (1.0, {"field": 1}, False),
    "[LPF]": (1.0, {"low field": 1}, False),
    "[diop]": (1.0, {"length": -1}, False),
    "10*": (10.0, {}, False),
    "1": (1.0, {}, False),
}
_PART = re.compile(
    r"(?P<by>[./]?)(?P<unit>10\*|1(?!\d)|[A-Za-z%]*(?:\[[A-Za-z_]+\])?)(?P<power>-?\d+)?(?:\{[^{}]*\})?"
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUPERSCRIPT_RUN = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_POWER_OF_TEN = re.compile(r"[x*]?10(?:\^|\*|e|~)?(?P<power>3|6|9|12)(?P<rest>/[a-z]+)")
_TEMPERATURES: Final[Mapping[str, tuple[float, float]]] = {
    "Cel": (1.0, 0.0),
    "[degF]": (5 / 9, -160 / 9),
    "K": (1.0, -273.15),
}


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """The UCUM code of a unit as a laboratory, a device or a table prints it.

    >>> normalise("×10⁹/L"), normalise("μmol/L"), normalise("mmHg"), normalise("次/分")
    ('10*9/L', 'umol/L', 'mm[Hg]', '/min')

    Raises `UnitError` for a text that is no unit Kanglu knows.
    """
    plain = _plain(text)
    if plain in EXACT:
        return EXACT[plain]
    folded = plain.casefold()
    if folded in WRITTEN:
        return WRITTEN[folded]
    power = _POWER_OF_TEN.fullmatch(folded)
    if power and power["rest"] in ("/l", "/ul"):
        return f"10*{power['power']}{'/L' if power['rest'] == '/l' else '/uL'}"
    if plain in _TEMPERATURES or (plain and _parse(plain) is not None):
        return plain
    raise UnitError(
        f"{text!r} is not a unit that Kanglu knows.", remedy="Write it in UCUM, for example mmol/L."
    )


def factor(from_: str, to: str) -> float:
    """How many `to` one `from_` holds; both in UCUM and of one dimension, else `UnitError`.

    >>> factor("g/L", "mg/dL")
    100.0
    """
    source, target = _measure(from_), _measure(to)
    if source[1] != target[1]:
        raise UnitError(f"{from_} and {to} measure different things.", remedy="State the unit of the value.")
    return _tidy(source[0] / target[0])


def convert(value: float, from_: str, to: str) -> float:
    """`value` of unit `from_` in unit `to`; temperatures too, which need more than a factor."""
    if from_ == to:
        return value
    if from_ in _TEMPERATURES and to in _TEMPERATURES:
        (scale, shift), (target_scale, target_shift) = _TEMPERATURES[from_], _TEMPERATURES[to]
        return (value * scale + shift - target_shift) / target_scale
    return value * factor(from_, to)


def _plain(text: str) -> str:
    """Full-width forms, superscripts, Greek micro and spaces brought to one spelling."""
    flat = _SUPERSCRIPT_RUN.sub(lambda found: "^" + found[0].translate(_SUPERSCRIPTS), text)
    flat = unicodedata.normalize("NFKC", flat).replace("μ", "u").replace("×", "x").replace("·", ".")
    return re.sub(r"\s+", "", flat).strip("。;,")


def _measure(unit: str) -> tuple[float, Dimension]:
    found = _parse(unit)
    if found is None:
        raise UnitError(
            f"{unit!r} is not a UCUM unit with a factor.", remedy="Pass it through normalise first."
        )
    return found


@cache
def _parse(text: str) -> tuple[float, Dimension] | None:
    """Scale and dimension of a UCUM term, or None where it is none."""
    scale, dimension, place = 1.0, dict[str, int](), 0
    while place < len(text):
        part = _PART.match(text, place)
        if not part or part.end() == place or (place and not part["by"]):
            return None
        place = part.end()
        # Only an annotation may stand without a unit, and it has no power; 10* is nothing without one.
        wrong_power = (part["unit"] == "") if part["power"] else (part["unit"] == "10*")
        atom = _atom(part["unit"]) if part["unit"] else (1.0, {})
        if atom is None or wrong_power or part[0] in ("/", "."):
            return None
        sign = -1 if part["by"] == "/" else 1
        power = sign * int(part["power"] or 1)
        scale *= atom[0] ** power
        for name, exponent in atom[1].items():
            dimension[name] = dimension.get(name, 0) + exponent * power
    return scale, tuple(sorted((name, power) for name, power in dimension.items() if power))


def _atom(text: str) -> tuple[float, dict[str, int]] | None:
    if text in _ATOMS:
        return _ATOMS[text][:2]
    prefix, rest = text[:1], text[1:]
    if prefix in _PREFIXES and rest in _ATOMS and _ATOMS[rest][2]:
        return _ATOMS[rest][0] * _PREFIXES[prefix], _ATOMS[rest][1]
    return None


def _tidy(ratio: float) -> float:
    """Rid a ratio of the last binary digits, so that g/L to mg/dL is 100 and not 100.00000000000001."""
    return float(f"{ratio:.14g}")
