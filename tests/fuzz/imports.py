"""Fuzzed imports: files of every kind, bent; whatever they are, the record says what became of them."""

import io
import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from tests.fuzz import mutating

from kanglu import record
from kanglu.demo.files import write
from kanglu.errors import KangluError
from kanglu.intake import import_files
from kanglu.intake.previewing import preview
from kanglu.record.writing import BatchWriter

PEOPLE = 4
ROWS = 8
HL7 = (
    b"MSH|^~\\&|LAB|H|KANGLU|H|20250601||ORU^R01|1|P|2.5\rPID|1||110101199003074477||LIN^YUAN||19900307|M\r"
    b"OBR|1|||GLU\rOBX|1|NM|GLU^Glucose||7.1|mmol/L|||||F\r"
)

type Bend = Callable[[bytes, Random], bytes]


def seeds(folder: Path) -> list[tuple[str, bytes]]:
    """Small files of every kind, by name."""
    write(folder, PEOPLE)
    found: list[tuple[str, bytes]] = []
    for path in sorted(folder.iterdir()):
        encoding = "gb18030" if path.name == "体检2021.csv" else "utf-8-sig"
        lines = path.read_text(encoding).splitlines()[: 40 if path.suffix == ".ndjson" else ROWS]
        found.append((path.name, ("\n".join(lines) + "\n").encode()))
    resources = [
        json.loads(line) for name, data in found if name.endswith("ndjson") for line in data.splitlines()
    ]
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": one} for one in resources[:20]],
    }
    found += [("bundle.json", json.dumps(bundle, ensure_ascii=False).encode()), ("message.hl7", HL7)]
    found.append(("book.xlsx", _book(found)))
    return found


def _book(found: list[tuple[str, bytes]]) -> bytes:
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    rows = next(data for name, data in found if name == "体检2025.csv").decode().splitlines()
    for row in rows:
        book.active.append(row.split(","))
    book.save(out)
    return out.getvalue()


def bent(found: list[tuple[str, bytes]], number: int) -> tuple[str, bytes]:
    """The file of a number: the same for the same number, always."""
    rng = Random(number)
    name, data = rng.choice(found)
    try:
        if rng.random() < 0.6:
            data = _ways(name)(data, rng)
        if rng.random() < 0.4:
            data = mutating.mutated(data, rng)
    except (ValueError, KeyError, IndexError):
        data = mutating.mutated(data, rng)
    match rng.randrange(12):
        case 0:
            return "packed.zip", mutating.packed(name, data, rng)
        case 1:
            return "packed.zip", mutating.mutated(mutating.packed(name, data, rng), rng)
        case 2:
            return f"{name}.gz", mutating.zipped(data)
        case 3:
            return rng.choice(("a.csv", "a.json", "a.xlsx", "a.ndjson", "a.txt", "a.xls")), data
    return name, data


def _ways(name: str) -> Bend:
    if name.endswith("json"):
        return mutating.lines_of_json
    if name.endswith("xlsx"):
        return mutating.workbook
    return mutating.table if name.endswith("csv") else mutating.mutated


class Fuzzing:
    """Imports one bent file after the other into one record, and holds each to what was promised."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.seen = folder, Counter[str]()
        self.found = seeds(folder / "seeds")
        self.url = str(folder / "kanglu.sqlite")
        record.init(self.url)

    def run(self, numbers: range, told: Callable[[str], None] = lambda _: None) -> Iterator[str]:
        """What went wrong, one sentence each."""
        with record.open(self.url) as store:
            for number in numbers:
                begun = time.perf_counter()
                wrong = self._one(store, number)
                if wrong is not None:
                    yield f"{number}: {wrong}"
                if (spent := time.perf_counter() - begun) > 20:
                    yield f"{number}: it took {spent:.0f} seconds"
                if number % 500 == 499:
                    told(f"{number + 1} imports: {dict(self.seen)}")
                    shutil.rmtree(self.folder / "data", ignore_errors=True)
            if not store.verify().ok:
                yield "the audit chain does not verify"

    def _one(self, store: Any, number: int) -> str | None:
        name, data = bent(self.found, number)
        path = self.folder / "in" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        stated = Counter[str]()
        try:
            with _counting(stated):
                receipt = import_files(store, [path])
            preview([path], store.catalogue)
        except KangluError as error:
            return f"{name}: the whole import was refused: {error}"
        except Exception as error:
            return f"{name}: {type(error).__name__}: {error}"
        finally:
            path.unlink()
        self.seen["refused" if receipt.batch is None else "taken in"] += 1
        for kind, many in receipt.facts.items():
            self.seen[kind] += many
        return _lost(receipt, stated, data)


def _lost(receipt: Any, stated: Counter[str], data: bytes) -> str | None:
    """What a receipt does not account for."""
    said = sum(receipt.facts.values()) + receipt.skipped.get("entered-in-error", 0)
    if receipt.batch is not None and said != stated.total():
        return f"{stated.total()} facts were stated, the receipt has {said}"
    if data.strip() and not (receipt.read or receipt.refused or receipt.problems or receipt.skipped):
        return "nothing is said of the file"
    if any(not one.reason for one in receipt.problems):
        return "something was set aside without a reason"
    return None


class _counting:
    """Counts what is said to a batch, independently of its receipt."""

    def __init__(self, stated: Counter[str]) -> None:
        add, problem = BatchWriter.add, BatchWriter.problem

        def added(writer: BatchWriter, fact: Any) -> None:
            stated["fact"] += 1
            add(writer, fact)

        def set_aside(writer: BatchWriter, *given: Any, quarantined: int = 1) -> None:
            stated["aside"] += quarantined
            problem(writer, *given, quarantined=quarantined)

        self._patches = [
            patch.object(BatchWriter, "add", added),
            patch.object(BatchWriter, "problem", set_aside),
        ]

    def __enter__(self) -> None:
        for one in self._patches:
            one.start()

    def __exit__(self, *_: object) -> None:
        for one in self._patches:
            one.stop()
