"""Units as people read them, in Chinese and English."""

import re

from kanglu.i18n import Words

_UNITS = {
    "mm[Hg]": "mmHg",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "kg/m2": "kg/m²",
    "Cel": "°C",
    "1": "",
    "10*9/L": "10⁹/L",
    "10*12/L": "10¹²/L",
    "[degF]": "°F",
    "[lb_av]": "lb",
    "[in_i]": "in",
    "[pH]": "",
    "{pack}.a": "pack-years",
    "{liang}/d": "liang/d",
    "{cigarettes}/d": "cigarettes/d",
    "d/wk": "days/week",
}
_UNITS_ZH = {
    "/min": "次/分",
    "/d": "/日",
    "{pack}.a": "包·年",
    "{liang}/d": "两/日",
    "{cigarettes}/d": "支/日",
    "h": "小时",
    "min": "分钟",
    "min/wk": "分钟/周",
    "min/d": "分钟/日",
    "d/wk": "天/周",
    "g/d": "克/日",
}
_MICRO = re.compile(r"^u(?=[gmLIk])")
_ANNOTATION = re.compile(r"\{[^}]*\}")


def unit_text(unit: str | None, _: Words) -> str:
    """A UCUM unit as people write it: ``mmHg`` for ``mm[Hg]``, ``μmol/L`` for ``umol/L``."""
    if not unit:
        return ""
    if _.lang == "zh" and unit in _UNITS_ZH:
        return _UNITS_ZH[unit]
    if unit in _UNITS:
        return _UNITS[unit]
    return _MICRO.sub("μ", _ANNOTATION.sub("", unit).replace("[IU]", "IU"))
