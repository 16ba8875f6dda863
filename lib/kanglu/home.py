"""Where the parts that people edit lie: notebooks, report style, the institution's catalogue, the data.

In a checkout that is the project's own folder; an installed package carries copies of the first two
and keeps its data under the current folder. `KANGLU_HOME` overrides both.
"""

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def home() -> Path:
    """The folder that holds `data/`, `notebooks/` and `reports/`."""
    if chosen := os.environ.get("KANGLU_HOME"):
        return Path(chosen).expanduser().resolve()
    checkout = _PACKAGE.parents[1]
    return checkout if (checkout / "notebooks").is_dir() else Path.cwd()


def shipped(relative: str) -> Path:
    """A file or folder that ships with Kanglu (`notebooks/…`, `reports/style/…`), the edited one first."""
    edited = home() / relative
    if edited.exists():
        return edited
    checkout = _PACKAGE.parents[1] / relative
    return checkout if checkout.exists() else _PACKAGE / "_shipped" / relative
