"""What is wanted, and the plan to carry it out."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from kanglu import __version__
from kanglu.errors import ReportError
from kanglu.home import home, shipped
from kanglu.i18n import LANGS, Lang
from kanglu.reporting import notebook
from kanglu.reporting.job import FORMATS, GIBIBYTE, Format, Plan

ENGINE: Literal["kanglu", "stock"] = "kanglu" if sys.platform == "linux" else "stock"
"""Ours forks, and asks the kernel for what only Linux gives; elsewhere papermill's own serves."""
TIMES: Mapping[str, str] = {
    "year": "--year 2025",
    "month": "--month 2025-06",
    "since": "--from 2025-03-01",
    "until": "--to 2025-05-31",
}
"""The parameters that say of which time a report is, and how they are said on the command line."""
_PACKAGE = Path(__file__).parents[1]
_ALONE = 10
"""A report on many people may take that many times the time and memory of a person's."""


@dataclass(frozen=True)
class Order:
    """What is wanted.

    Parameters
    ----------
    report : ``annual``, ``stage``, ``monthly``, ``cohort``, ``form_hypertension`` … or the path of a
        notebook. A notebook with a parameter `person` gives a report for each person of the panel; any other
        gives one report, always made anew.
    panel : expression that says whom, see `Store.panel`.
    year : of the report; None where its time is a month or some days.
    lang : of the report.
    as_of, known : the two times to read the facts for; `known` follows `as_of`.
    formats : of ``html`` and ``pdf``.
    out : folder in which the order gets a folder of its own; ``reports/out`` when None.
    parameters : further parameters of the notebook.
    month : of a monthly report (``2025-06``).
    since, until : the first and the last day of a stage summary.
    """

    report: str
    panel: str
    year: int | None
    lang: Lang
    as_of: date
    known: date | None = None
    formats: tuple[Format, ...] = FORMATS
    out: Path | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    month: str | None = None
    since: date | None = None
    until: date | None = None

    @property
    def name(self) -> str:
        """``annual-2025-zh``, ``monthly-2025-06-zh``: its folder, and its file where it is one report."""
        return "-".join((Path(self.report).stem, *map(str, self.time.values()), self.lang))

    @property
    def time(self) -> Mapping[str, Any]:
        """The parameters that say of which time the report is."""
        days = {"since": self.since, "until": self.until}
        said = {
            "year": self.year,
            "month": self.month,
            **{name: day and str(day) for name, day in days.items()},
        }
        return {name: value for name, value in said.items() if value is not None}


def plan_of(order: Order, database: str | None, seconds: float) -> Plan:
    """How to carry an order out. Raises `ReportError` for what cannot be, before anything is written."""
    _require(order.formats, FORMATS, "format")
    _require([order.lang], LANGS, "language")
    path, style = notebook.find(order.report), shipped("reports/style")
    declared = notebook.declared(path)
    notebook.require_declared(declared, order.parameters, path)
    _require_time(order, declared, path)
    personal = "person" in declared
    usual = {
        **notebook.SETTLED.get(order.report, {}),
        **order.time,
        "lang": order.lang,
        "as_of": order.as_of.isoformat(),
        "known": (order.known or order.as_of).isoformat(),
        **({} if personal else {"panel": order.panel, "database": database}),
    }
    return Plan(
        notebook=path,
        style=style,
        folder=((order.out or home() / "reports" / "out") / order.name).resolve(),
        parameters={name: usual[name] for name in usual if name in declared} | dict(order.parameters),
        personal=personal,
        lang=order.lang,
        as_of=order.as_of,
        known=order.known or order.as_of,
        formats=order.formats,
        versions=_versions(path, style, order.formats),
        engine=ENGINE,
        seconds=seconds if personal else seconds * _ALONE,
        memory=GIBIBYTE if personal else GIBIBYTE * _ALONE,
    )


def _require_time(order: Order, declared: set[str], path: Path) -> None:
    """Raise `ReportError` where the notebook takes another time than the order names, or it cannot be."""
    usual = {"year"} if set(order.time) == {"year"} else set()  # a notebook may do without
    missing = [one for one in TIMES if one in declared and one not in {*order.time, *order.parameters}]
    if missing:
        remedy = f"Say {' and '.join(TIMES[one] for one in missing)}."
        raise ReportError(f"The report needs its {' and '.join(missing)}.", where=str(path), remedy=remedy)
    notebook.require_declared(declared | usual, order.time, path)
    if order.since is not None and order.until is not None and order.until < order.since:
        raise ReportError(f"{order.until} is before {order.since}.", remedy="Give the earlier day first.")


def _require(given: Iterable[str], known: Iterable[str], what: str) -> None:
    for one in given:
        if one not in known:
            raise ReportError(f"There is no {what} {one!r}.", remedy=f"Choose from {', '.join(known)}.")


def _versions(path: Path, style: Path, formats: Iterable[Format]) -> dict[str, str]:
    """Of all that a report is made with; raises `ReportError` where a PDF is wanted and there is no font."""
    from kanglu.reporting import fonts

    code = sorted(file for kind in ("py", "po", "yaml", "j2") for file in _PACKAGE.rglob(f"*.{kind}"))
    found = {
        "kanglu": __version__,
        "code": _hash(code),
        "notebook": _hash([path]),
        "style": _hash(sorted(style.glob("report.*"))),
    }
    if "pdf" in formats:
        font = fonts.find()
        found["font"] = f"{font.family} {_hash([font.regular])}"
    return found


def _hash(files: Iterable[Path]) -> str:
    digest = sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
