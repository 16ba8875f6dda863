"""Import of the real Synthea set into SQLite against parsing the same bytes with orjson, both in one run."""

import os
import resource
import time
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from kanglu import record
from kanglu.intake import import_files

ROUNDS = 3
TARGET = 3.0
SHARED = Path(os.environ.get("KANGLU_SHARED", Path(__file__).resolve().parents[3] / "shared"))
ARCHIVE = SHARED / "data" / "fhir-synthea-r4-open" / "synthea_r4_open.zip"


def run() -> list[dict[str, object]]:
    """One row: best of some rounds each, taken in turns; empty where the set is absent."""
    if not ARCHIVE.exists():
        return []
    with zipfile.ZipFile(ARCHIVE) as archive:
        contents = [archive.read(name) for name in archive.namelist()]
    size = sum(map(len, contents))
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(_timed(partial(_parse, contents)))
        with TemporaryDirectory() as folder:
            store = record.open(record.init(f"{folder}/bench.sqlite"))
            assert store.catalogue
            ours.append(_timed(partial(import_files, store, [ARCHIVE])))
            store.close()
    (our_wall, our_work), (their_wall, their_work) = min(ours), min(theirs)
    ratio = our_wall / their_wall
    return [
        {
            "what": f"import of fhir-synthea-r4-open ({size / 1e6:.0f} MB of JSON) into SQLite",
            "against": "parsing the same bytes with orjson",
            "ours": f"{our_wall:.2f} s ({our_work:.2f} s of processor)",
            "theirs": f"{their_wall:.2f} s ({their_work:.2f} s of processor)",
            "ratio": f"{ratio:.1f}×",
            "target": f"within {TARGET:g}×",
            "met": ratio <= TARGET,
        }
    ]


def _parse(contents: list[bytes]) -> None:
    for content in contents:
        orjson.loads(content)


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall, and of processor time (children's included)."""
    busy, start = _processor(), time.perf_counter()
    work()
    return time.perf_counter() - start, _processor() - busy


def _processor() -> float:
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, whose))
