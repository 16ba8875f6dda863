"""Bending what is well-formed, the same way for the same seed: bytes, lines, cells, and trees of JSON."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any

ODD: tuple[str, ...] = (
    "", " ", "0", "-1", "1e999", "-1e308", "NaN", "Infinity", "9" * 400, "1" * 40, "0x10", "1,5", "½", "²",
    "٣", "１２０", "0000-00-00", "9999-12-31", "2025-02-30", "10000-01-01", "2025-13-01", "20250101",
    "1900-01-01T24:00:00Z", "44927", "2025-06-01T10:00:00+99:00", "-0001-01-01", "=1+1", "' or 1=1 --",
    "<script>alert(1)</script>", "{{7*7}}", "%s%n", "{0.__class__}", "../../etc/passwd", "\x00", "\ufeff",
    "\u202e", "\ud7ff", "\U0001f600", "null", "None", "true", "[]", "{}", "张", "\t", "\r\n", '"', "'",
    "a" * 5000, "[" * 3000, "MSH|^~\\&|", "\u0000\u0001\u0002", "mmol/L", "kg", ">", "< 5", "阴性",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**30, -(2**63), 1e308, [], {}, [[]], {"": ""}, [None], [{}, {}],
    "\ud800", *ODD,
)  # fmt: skip


def mutated(data: bytes, rng: Random) -> bytes:
    """Some bytes, bent once or a few times."""
    for _ in range(rng.choice((1, 1, 1, 2, 4, 8))):
        data = rng.choice(_WAYS)(data, rng)
    return data


def _span(data: bytes, rng: Random) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.choice((1, 2, 8, 64, 512)))


def _flip(data: bytes, rng: Random) -> bytes:
    if not data:
        return b"\x00"
    place = rng.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << rng.randrange(8)]) + data[place + 1 :]


def _cut(data: bytes, rng: Random) -> bytes:
    start, end = _span(data, rng)
    return data[:start] + data[end:]


def _end(data: bytes, rng: Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _twice(data: bytes, rng: Random) -> bytes:
    start, end = _span(data, rng)
    return data[:end] + data[start:end] * rng.choice((1, 2, 50)) + data[end:]


def _odd(data: bytes, rng: Random) -> bytes:
    start, end = _span(data, rng)
    return data[:start] + rng.choice(ODD).encode() + data[end if rng.random() < 0.5 else start :]


def _noise(data: bytes, rng: Random) -> bytes:
    start, _ = _span(data, rng)
    return data[:start] + rng.randbytes(rng.choice((1, 4, 32))) + data[start:]


def _lines(data: bytes, rng: Random) -> bytes:
    lines = data.split(b"\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _code(data: bytes, rng: Random) -> bytes:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data
    return text.encode(rng.choice(("gb18030", "utf-16", "utf-8-sig", "utf-16-be", "utf-32")), "replace")


_WAYS: tuple[Callable[[bytes, Random], bytes], ...] = (
    _flip, _cut, _end, _twice, _odd, _odd, _noise, _lines, _code,
)  # fmt: skip


def table(data: bytes, rng: Random) -> bytes:
    """A CSV file with some of its cells, columns and rows bent."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    for _ in range(rng.choice((1, 2, 5, 20))):
        row = rng.randrange(len(rows))
        if not rows[row]:
            continue
        place = rng.randrange(len(rows[row]))
        match rng.randrange(8):
            case 0:
                rows[row].insert(place, rng.choice(ODD))
            case 1:
                del rows[row][place]
            case 2:
                rows.insert(row, list(rows[rng.randrange(len(rows))]))
            case 3:
                rows[0][place % len(rows[0])] = (
                    rng.choice(rows[0]) if rows[0] and rng.random() < 0.5 else rng.choice(ODD)
                )
            case _:
                rows[row][place] = rng.choice(ODD)
        if not rows[0]:
            rows[0] = ["姓名"]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8", "replace")


def tree(value: Any, rng: Random) -> Any:
    """JSON with one of its nodes bent."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        name = rng.choice(sorted(value))
        match rng.randrange(8):
            case 0:
                return {key: one for key, one in value.items() if key != name}
            case 1:
                return {**value, rng.choice(ODD): value[name]}
            case 2:
                return {**value, rng.choice(sorted(value)): value[name]}
            case 3:
                return {**value, name: [value[name], value[name]]}
            case _:
                return {**value, name: tree(value[name], rng)}
    if isinstance(value, list) and value and rng.random() < 0.85:
        place = rng.randrange(len(value))
        if rng.random() < 0.2:
            return [*value, value[place]]
        return [*value[:place], tree(value[place], rng), *value[place + 1 :]]
    return rng.choice(VALUES)


def lines_of_json(data: bytes, rng: Random) -> bytes:
    """NDJSON, or one JSON document, with some of its trees bent."""
    whole = data.lstrip()[:1] == b"{" and b"\n{" not in data
    lines = [data] if whole else data.splitlines()
    for _ in range(rng.choice((1, 1, 3))):
        place = rng.randrange(len(lines))
        found = json.loads(lines[place])
        for _ in range(rng.choice((1, 2, 4))):
            found = tree(found, rng)
        lines[place] = json.dumps(found, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    return b"\n".join(lines)


def workbook(data: bytes, rng: Random) -> bytes:
    """A zip (a workbook is one) with one of its members bent and packed again as if nothing had been."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        bent = rng.choice(names)
        for name in names:
            content = old.read(name)
            if name == bent:
                if rng.random() < 0.1:
                    continue
                content = mutated(content, rng)
            new.writestr(name, content)
            if rng.random() < 0.02:
                new.writestr(f"../../{name}", content)
    return out.getvalue()


def packed(name: str, data: bytes, rng: Random) -> bytes:
    """A file in a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as new:
        new.writestr(
            rng.choice((name, f"../{name}", f"/{name}", f"a/b/{name}", "\\..\\" + name, "")) or name, data
        )
        if rng.random() < 0.3:
            new.writestr("second/" + name, data)
    return out.getvalue()


def zipped(data: bytes) -> bytes:
    """A file behind gzip."""
    return gzip.compress(data, mtime=0)
