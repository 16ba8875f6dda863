"""Whether a package that the locks pin has a known vulnerability, by what PyPI publishes of it.

    python tests/audited.py requirements.lock requirements-dev.lock

A vulnerability that is not accepted in `tests/vulnerabilities.toml`, with a reason and a last day, is an
error. Where PyPI cannot be asked nothing is known: that is said, and is no error.
"""

import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

ACCEPTED = Path(__file__).with_name("vulnerabilities.toml")
_PINNED = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)", re.MULTILINE)
_PATIENCE = 10

type Pin = tuple[str, str]
type Source = Callable[[Pin], list[Mapping[str, Any]] | None]


def pypi(pin: Pin) -> list[Mapping[str, Any]] | None:
    """The vulnerabilities that PyPI knows of a release; None where it cannot be asked."""
    try:
        with urlopen(f"https://pypi.org/pypi/{pin[0]}/{pin[1]}/json", timeout=_PATIENCE) as answer:
            found: list[Mapping[str, Any]] = json.load(answer)["vulnerabilities"]
    except (HTTPError, URLError, OSError, ValueError, KeyError):
        return None
    return [one for one in found if not one.get("withdrawn")]


def pinned(locks: Iterable[Path]) -> list[Pin]:
    """Every release that the locks name."""
    return sorted({pin for lock in locks for pin in _PINNED.findall(lock.read_text("utf-8"))})


def audit(pins: list[Pin], source: Source, accepted: Mapping[str, Any], today: date) -> tuple[list[str], int]:
    """What is wrong, one sentence each, and of how many releases nothing is known."""
    if not pins or source(pins[0]) is None:
        return [], len(pins)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(source, pins))
    wrong = []
    for (name, version), known in zip(pins, found, strict=True):
        for one in known or ():
            names = {one["id"], *one.get("aliases", ())}
            entry = next((accepted[each] for each in sorted(names) if each in accepted), None)
            if entry is None or entry["until"] < today:
                late = "" if entry is None else f" (accepted until {entry['until']}: {entry['reason']})"
                fixed = ", ".join(one.get("fixed_in", ())) or "no release yet"
                wrong.append(f"{name} {version}: {one['id']}{late}; mended in {fixed}")
    return wrong, sum(one is None for one in found)


def main() -> None:
    pins = pinned(map(Path, sys.argv[1:]))
    wrong, unknown = audit(pins, pypi, tomllib.loads(ACCEPTED.read_text("utf-8")), datetime.now(UTC).date())
    if unknown:
        print(f"  of {unknown} of {len(pins)} packages PyPI told nothing: they are not audited")
    for sentence in wrong:
        print(f"  {sentence}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
