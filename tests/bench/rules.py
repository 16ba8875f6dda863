"""The rules over a large invented panel: everybody, one day's new facts, one person's why, and a what-if."""

import resource
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from tests.bench.panel import LAST_DAY, make

from kanglu import care, record
from kanglu.care.evaluation import evaluator_of
from kanglu.catalogue import load_rulebook
from kanglu.catalogue.rulebook import Rulebook
from kanglu.record import Store
from kanglu.record.facts import RECORD_NUMBER, Encounter, Identifier, Observation, PersonStatement

PEOPLE = 100_000
ALONE = 60
KNOWN = date(2026, 12, 31)
CHANGED = """
rules:
  - id: bench.pressure
    version: 1
    name: {zh: 血压超过 90 天未测, en: No blood pressure for ninety days}
    source: {doc: bench}
    applies: {programme: hypertension}
    when: {gap: {of: sbp, days: %d}}
    gives: [{task: bp_recheck_bench, due: 7d}]
    explain: {zh: "{sbp_on}", en: "{sbp_on}"}
actions: [{id: bp_recheck_bench, name: {zh: 复测, en: recheck}}]
"""


def run(people: int = PEOPLE) -> list[dict[str, object]]:
    """Five rows: full, growth, one day, one person, a simulation."""
    rules = load_rulebook()
    with TemporaryDirectory() as folder:
        tenth = Path(folder) / "tenth.sqlite"
        make(tenth, people // 10)
        with record.open(str(tenth), as_of=LAST_DAY, known=KNOWN) as store:
            small, _ = _full(store, rules)
            simulated = _timed(lambda: _simulate(store, rules, Path(folder)))
        whole = Path(folder) / "whole.sqlite"
        count = make(whole, people)
        with record.open(str(whole), as_of=LAST_DAY, known=KNOWN) as store:
            large, memory = _full(store, rules)
            _new_day(store, people // 100)
            next_day = _timed(
                lambda: care.evaluate(store, rules, as_of=LAST_DAY + timedelta(days=1), known=KNOWN, jobs=2)
            )
            alone = _alone(store, rules)
            explained = min(_timed(lambda: care.explain(store, "K000007", rules)) for _ in range(5))
    apart = alone * people
    return [
        _row(
            f"rules over {people:,} people, {count / 1e6:.1f} million observations",
            f"the same rules one person at a time, {ALONE} of them",
            f"{large:.1f} s, {memory / 1024:.1f} GiB",
            f"{apart / 60:.0f} minutes",
            f"{apart / large:.0f}×",
            "60 s and 4 GiB",
            large <= 60 and memory <= 4096,
        ),
        _row(
            f"{people:,} people", f"{people // 10:,} people", f"{large:.1f} s", f"{small:.1f} s",
            f"{large / small:.1f}×", "at most 11×", large <= 11 * small,
        ),
        _row(
            "the next day, with new facts of 1 % of the people", "everybody again", f"{next_day:.1f} s",
            f"{large:.1f} s", f"{next_day / large:.2f}×", "at most 0.1×", next_day <= large / 10,
        ),
        _row(
            "why one person has what", "–", f"{1000 * explained:.0f} ms", "–", "–", "100 ms", explained <= 0.1
        ),
        _row(
            f"two years of a changed rule by month, {people // 10:,} people", "–", f"{simulated:.1f} s", "–",
            "–", "60 s", simulated <= 60,
        ),
    ]  # fmt: skip


def _row(
    what: str, against: str, ours: str, theirs: str, ratio: str, target: str, met: bool
) -> dict[str, object]:
    return {
        "what": what, "against": against, "ours": ours, "theirs": theirs, "ratio": ratio, "target": target,
        "met": met,
    }  # fmt: skip


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _full(store: Store, rules: Rulebook) -> tuple[float, float]:
    """Seconds of a full evaluation, and MiB of the parent and two children at their largest."""
    seconds = _timed(lambda: care.evaluate(store, rules, as_of=LAST_DAY, known=KNOWN, scope="full", jobs=2))
    own, children = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return seconds, own + 2 * children


def _new_day(store: Store, people: int) -> None:
    """A day on which so many people come to a visit."""
    rng = np.random.default_rng(3)
    day = (LAST_DAY + timedelta(days=1)).isoformat()
    with store.batch("bench", kind="entry") as batch:
        for one in rng.choice(np.arange(1, store.people_count() + 1), people, replace=False).tolist():
            person = batch.person(PersonStatement((Identifier(RECORD_NUMBER, f"K{one:06d}"),)))
            batch.add(Encounter(person, "kanglu", "follow-up", day, setting="AMB"))
            for name, value in (("sbp", 150.0), ("dbp", 84.0)):
                batch.add(Observation(person, name, day, value=value, unit="mm[Hg]"))


def _alone(store: Store, rules: Rulebook) -> float:
    """Seconds a person when everybody is read and evaluated by themselves."""

    def each() -> None:
        for one in range(1, ALONE + 1):
            evaluator_of(store, rules, [one], LAST_DAY, KNOWN, {}).run()

    return _timed(each) / ALONE


def _simulate(store: Store, rules: Rulebook, folder: Path) -> None:
    changed = folder / "changed.yaml"
    changed.write_text(CHANGED % 60, encoding="utf-8")
    compared = care.changed_by(changed, rules)
    ids = store.everybody()
    care.simulate(store, compared, ids, since=date(2024, 1, 1), until=LAST_DAY, known=KNOWN)
