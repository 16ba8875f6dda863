"""What `kanglu doctor` looks at: is everything here that the record, the reports and the batch need?"""

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version

from kanglu.errors import KangluError
from kanglu.home import home


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: `found` says what is there, `remedy` what to do where it is not right."""

    name: str
    ok: bool
    found: str
    remedy: str = ""


def examine(database: str | None, only: str | None = None) -> list[Finding]:
    """Look at everything, or at one thing; raises `KangluError` for a name it does not know."""
    looks: dict[str, Callable[[], Finding]] = {
        "python": _python,
        "packages": _packages,
        "fonts": _fonts,
        "catalogue": _catalogue,
        "database": lambda: _database(database),
        "disk": _disk,
        "processes": _processes,
    }
    if only is not None and only not in looks:
        raise KangluError(f"The doctor does not look at {only!r}.", remedy=f"It knows {', '.join(looks)}.")
    return [look() for name, look in looks.items() if only in (None, name)]


def healthy(findings: Iterable[Finding]) -> bool:
    """Nothing stands in the way."""
    return all(finding.ok for finding in findings)


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", sys.version_info >= (3, 12), found, "Kanglu needs Python 3.12 or newer.")


def _packages() -> Finding:
    found = ", ".join(
        f"{name} {version(name)}"
        for name in ("kanglu", "pandas", "sqlalchemy", "papermill", "nbconvert", "typst")
    )
    return Finding("packages", True, found)


def _fonts() -> Finding:
    from kanglu.reporting import fonts

    try:
        chosen = fonts.find()
    except KangluError as error:
        return Finding("fonts", False, error.what, error.remedy or "")
    return Finding("fonts", True, f"{chosen.family} ({chosen.regular.name}, {chosen.bold.name})")


def _catalogue() -> Finding:
    from kanglu import catalogue

    try:
        current = catalogue.current()
    except KangluError as error:
        return Finding(
            "catalogue", False, str(error), "Mend the file; the definitions that were live stay live."
        )
    return Finding("catalogue", True, f"{len(current.indicators)} indicators, revision {current.revision}")


def _database(url: str | None) -> Finding:
    from kanglu import record
    from kanglu.trust import Actor, Role

    try:
        status = record.open(
            url, actor=Actor("doctor", "doctor", Role.OPERATOR), purpose="administration"
        ).status()
    except KangluError as error:
        return Finding("database", False, error.what, error.remedy or "")
    return Finding("database", True, f"{status['people']} people, schema {status['revision']}")


def _disk() -> Finding:
    there = next(folder for folder in (home(), *home().parents) if folder.exists())
    free = shutil.disk_usage(there).free / 2**30
    return Finding(
        "disk",
        free > 2,
        f"{free:.0f} GiB free below {home()}",
        "A summary takes about 0.2 MB as PDF and HTML.",
    )


def _processes() -> Finding:
    cores = getattr(os, "process_cpu_count", os.cpu_count)()
    return Finding(
        "processes",
        hasattr(os, "fork"),
        f"{cores} cores, {'fork' if hasattr(os, 'fork') else 'no fork'}",
        "Without fork each report starts its own kernel, which takes twenty times as long.",
    )
