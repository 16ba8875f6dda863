"""What passes between the batch, its workers and their zygotes: plans, jobs and outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from kanglu.i18n import Lang

Format = Literal["html", "pdf"]
FORMATS: tuple[Format, ...] = ("html", "pdf")
State = Literal["done", "failed", "skipped", "left_out"]
"""Skipped: done in an earlier run and unchanged since."""
PARTIAL = ".part"
"""How the names of files end that are being written; a killed batch leaves some behind."""
GIBIBYTE = 2**30


@dataclass(frozen=True)
class Plan:
    """What all reports of a batch have in common.

    Parameters
    ----------
    notebook, style : the report's notebook; the folder with `report.css` and `report.typ`.
    folder : where the reports land.
    parameters : of the notebook, those that are the same for every report.
    as_of, known : the two times that the facts are read for.
    versions : of all that a report depends on beside the facts and the parameters.
    personal : each report is about one person and is handed that person's facts.
    engine : ours, which forks, or papermill's own where there is no `fork`.
    seconds, memory : limits for one report; `memory` in bytes beyond what a warm process holds.
    """

    notebook: Path
    style: Path
    folder: Path
    parameters: Mapping[str, Any]
    lang: Lang
    as_of: date
    known: date
    formats: tuple[Format, ...]
    versions: Mapping[str, str]
    personal: bool = True
    engine: Literal["kanglu", "stock"] = "kanglu"
    seconds: float = 60
    memory: int = GIBIBYTE


@dataclass(frozen=True)
class Job:
    """One report: its name, what its parameters add to the plan's, and the facts it is made from.

    `facts` is the person's packed `Dossier`; None for a report that reads the store itself.
    """

    name: str
    parameters: Mapping[str, Any]
    facts: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class File:
    """A finished file: its name in the folder, its size in bytes, its SHA-256 in hexadecimal."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Outcome:
    """How one report ended.

    Parameters
    ----------
    reason : why it failed, or since when the person does not want it.
    notes : what people should know of a finished report: characters without a glyph, warnings of its cells.
    seconds : wall time from the facts to the files.
    """

    name: str
    state: State
    files: Mapping[Format, File] = field(default_factory=dict)
    reason: str = ""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
