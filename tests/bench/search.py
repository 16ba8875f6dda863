"""Finding people among a hundred thousand by every way of search: the slow end of a hundred look-ups each."""

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from kanglu import record
from kanglu.demo.people import id_numbers, names
from kanglu.record import Store, tables
from kanglu.record.bulk import bulk_insert
from kanglu.record.database import Database, opened
from kanglu.record.facts import NATIONAL_ID
from kanglu.record.keying import key_all
from kanglu.record.names import START, keys_of

PEOPLE = 100_000
SEARCHES = 100
TARGET_MS = 50
LIMIT = 20
RECORDED = "2026-01-01T00:00:00.000000Z"
NOBODY = "a name that nobody has"
CARD = "urn:kanglu:bench:card"
Person = tuple[str, str, str, str]
"""Name, telephone number, identity number and card."""


def run(people: int = PEOPLE) -> list[dict[str, object]]:
    """One row a way of search: the 95th percentile over people drawn at random, on SQLite."""
    with TemporaryDirectory() as folder:
        url = str(Path(folder) / "search.sqlite")
        record.init(url)
        who = make(url, people)
        with record.open(url) as store:
            return [_row(way, people, ms) for way, ms in measure(store, who)]


def make(url: str, people: int) -> list[Person]:
    """Enter so many invented people into an empty record; gives who they are, by id."""
    rng = np.random.default_rng(17)
    births = [date(1930, 1, 1) + timedelta(days=int(day)) for day in rng.integers(0, 25000, people)]
    male = rng.random(people) < 0.5
    called = names(male.tolist(), rng)
    phones = [f"1{number:010d}" for number in rng.integers(10**10, size=people)]
    cards = [f"SH{number:08d}" for number in rng.permutation(10**6)[:people]]
    who = list(zip(called, phones, id_numbers(births, male.tolist()), cards, strict=True))
    database = opened(url)
    with database.writing() as connection:
        connection.execute(
            tables.batch.insert().values(
                id=1, label="bench", kind="import", files=[], receipt={}, relies_on={}, recorded=RECORDED,
                last_person=people, undone=None,
            )
        )  # fmt: skip
        for name, columns, rows in _rows(database, who, births):
            bulk_insert(connection, tables.metadata.tables[name], columns, rows)
        key_all(connection)
    database.close()
    return who


def _rows(
    database: Database, who: list[Person], births: list[date]
) -> Iterator[tuple[str, tuple[str, ...], Iterator[tuple[object, ...]]]]:
    whose, found = ("id", "person_id", "batch_id", "recorded"), ("blind_index", "tail_index", "cipher")
    keys, numbered = database.keys, list(enumerate(who, start=1))
    yield (
        "person", ("id", "record_number", "batch_id", "recorded"),
        ((n, f"K{n:06d}", 1, RECORDED) for n, _ in numbered),
    )  # fmt: skip
    yield (
        "demographics", (*whose, "name", "birth_date", "origin", "status"),
        ((n, n, 1, RECORDED, one[0], births[n - 1].isoformat(), "imported", "final") for n, one in numbered),
    )  # fmt: skip

    def hashed(system: str, value: str, tail: bool) -> tuple[str, str | None, str]:
        end = keys.blind_index("tail", value[-4:]) if tail else None
        return keys.blind_index(system, value), end, keys.encrypt(value)

    def identifiers() -> Iterator[tuple[object, ...]]:
        for n, (_, _, national, card) in numbered:
            yield 2 * n, n, 1, RECORDED, NATIONAL_ID, *hashed(NATIONAL_ID, national, True)
            yield 2 * n + 1, n, 1, RECORDED, CARD, *hashed(CARD, card, False)

    yield "identifier", (*whose, "system", *found), identifiers()
    yield (
        "telecom", (*whose, "system", *found),
        ((n, n, 1, RECORDED, "phone", *hashed("phone", one[1], True)) for n, one in numbered),
    )  # fmt: skip


def measure(store: Store, who: list[Person]) -> list[tuple[str, float]]:
    """The 95th percentile of each way in milliseconds; every search must find whom it was made of."""
    rng = np.random.default_rng(5)
    answers = []
    for way, said in ways().items():
        taken = []
        for place in rng.integers(len(who), size=SEARCHES).tolist():
            text = said(who[place], place + 1)
            start = time.perf_counter()
            matches = store.search(text, LIMIT)
            taken.append(1000 * (time.perf_counter() - start))
            mine = f"K{place + 1:06d}"
            found = matches.more or mine in {one.person.record_number for one in matches.found}
            assert found is (way != NOBODY), (way, text)
        answers.append((way, float(np.percentile(taken, 95))))
    return answers


def ways() -> dict[str, Callable[[Person, int], str]]:
    def key(name: str, kind: str) -> str:
        return next(one.key for one in keys_of(name) if one.kind == kind and one.place == START)

    return {
        "a whole name": lambda one, _: one[0],
        "a surname": lambda one, _: one[0][0],
        "part of a name": lambda one, _: one[0][1:],
        "pinyin": lambda one, _: key(one[0], "pinyin"),
        "the beginning of the pinyin": lambda one, _: key(one[0], "pinyin")[:3],
        "initials": lambda one, _: key(one[0], "initials"),
        "one letter": lambda one, _: key(one[0], "initials")[0],
        "words in another order": lambda one, _: f"{one[0][1:]} {one[0][0]}",
        "the end of a telephone number": lambda one, _: one[1][-4:],
        "a whole telephone number": lambda one, _: one[1],
        "the end of an identity number": lambda one, _: one[2][-4:],
        "a card": lambda one, _: one[3],
        "a record number": lambda _, number: f"K{number:06d}",
        NOBODY: lambda one, _: f"{one[0]}龘",
    }


def _row(way: str, people: int, ms: float) -> dict[str, object]:
    return {
        "what": f"search by {way}, {people:,} people, p95", "against": "–", "ours": f"{ms:.0f} ms",
        "theirs": "–", "ratio": "–", "target": f"at most {TARGET_MS} ms", "met": ms <= TARGET_MS,
    }  # fmt: skip
