"""Ten thousand bent files and ten thousand bent posts: no crash, no traceback to anybody, nothing lost.

The usual tests take the first three hundred of each; the same number is the same file and the same post.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from tests.apps.conftest import KEY, made
from tests.attacks.conftest import fort
from tests.fuzz.imports import Fuzzing
from tests.fuzz.posts import Posting

MANY = 10_000


def run(many: int = MANY) -> list[dict[str, object]]:
    """A row for the files and a row for the posts."""
    os.environ["KANGLU_KEY"] = KEY
    with TemporaryDirectory() as folder:
        os.environ["KANGLU_HOME"] = folder
        files = _row("bent files imported", many, Fuzzing(Path(folder)).run)
    with TemporaryDirectory() as folder:
        (Path(folder) / "house").mkdir()
        (Path(folder) / "demo").mkdir()
        with fort(made(Path(folder) / "demo"), Path(folder) / "house") as site:
            return [files, _row("bent posts to the pages", many, Posting(site).run)]


def _row(
    what: str, many: int, run: Callable[[range, Callable[[str], None]], Iterator[str]]
) -> dict[str, object]:
    console, begun = Console(stderr=True), time.perf_counter()
    wrong = []
    for sentence in run(range(many), console.print):
        console.print(sentence, markup=False)
        wrong.append(sentence)
    spent = time.perf_counter() - begun
    return {
        "what": f"{what}, {many:,}", "against": "–", "ours": f"{len(wrong)} faults in {spent:.0f} s",
        "theirs": "–", "ratio": "–", "target": "none", "met": not wrong,
    }  # fmt: skip
