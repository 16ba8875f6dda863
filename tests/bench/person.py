"""The page of a person with ten years of facts: reading them, and making everything that the page says."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from kanglu import care, record
from kanglu.care import plans
from kanglu.care.book import in_force
from kanglu.i18n import words
from kanglu.insight import person as personal
from kanglu.record import Store
from kanglu.record.facts import (
    AllergyIntolerance,
    CareTeam,
    Communication,
    Condition,
    Encounter,
    EpisodeOfCare,
    Fact,
    Identifier,
    MedicationStatement,
    Observation,
    PersonStatement,
    QuestionnaireResponse,
)  # fmt: skip

DAY = date(2025, 12, 31)
NOW = datetime(2025, 12, 31, 2, tzinfo=UTC)
YEARS = 10
LOOKS = 50
TARGET_MS = 300
_MONTHLY = {"sbp": (138, 12), "dbp": (84, 8), "heart_rate": (74, 8), "weight": (68, 2), "fpg": (6.9, 0.9)}
_YEARLY = {
    "tc": (4.9, 0.6), "ldl_c": (2.9, 0.5), "hdl_c": (1.3, 0.2), "tg": (1.7, 0.5), "hba1c": (7.0, 0.6),
    "creatinine": (78, 9), "uric_acid": (350, 50), "hgb": (138, 8), "wbc": (6.2, 1), "plt": (220, 30),
    "alt": (24, 8), "ast": (22, 6), "potassium": (4.2, 0.3), "sodium": (140, 2), "waist": (88, 3),
    "height": (168, 0.3),
}  # fmt: skip


def run() -> list[dict[str, object]]:
    """One row: the 95th percentile of reading and making, on SQLite."""
    with TemporaryDirectory() as folder:
        url = str(Path(folder) / "person.sqlite")
        record.init(url)
        with record.open(url, clock=lambda: NOW) as store:
            facts = enter(store)
            rules = in_force(store)
            care.evaluate(store, rules, as_of=DAY, known=store.known)
            plans.begin(store, "K000001", "blood_pressure_3mo", DAY - timedelta(days=40), "bench")
            taken = []
            for _ in range(LOOKS + 3):
                start = time.perf_counter()
                look(store)
                taken.append(1000 * (time.perf_counter() - start))
    p95 = float(np.percentile(taken[3:], 95))
    what = f"all that the page of a person says, {YEARS} years, {facts:,} facts, p95"
    return [
        {
            "what": what, "against": "–", "ours": f"{p95:.0f} ms", "theirs": "–", "ratio": "–",
            "target": f"at most {TARGET_MS} ms", "met": p95 <= TARGET_MS,
        }
    ]  # fmt: skip


def look(store: Store) -> "personal.Look":
    """What the page does when it is opened."""
    rules, dossier = in_force(store), store.dossier("K000001")
    rulings = [one.row for one in store.results([dossier.person.id])]
    return personal.look(dossier, rulings, rules, words("zh"))


def enter(store: Store) -> int:
    """A person with ten years of everything; gives how many facts."""
    with store.batch("bench", kind="import") as batch:
        who = PersonStatement((Identifier("bench", "1"),), "王芳", "female", "1958-06-15")
        person = batch.person(who)
        batch.add_many(_facts(person))
    return int(batch.receipt.facts["new"])


def _facts(n: int) -> Iterator[Fact]:
    rng = np.random.default_rng(7)
    first = date(DAY.year - YEARS + 1, 1, 5)
    yield Condition(n, "http://hl7.org/fhir/sid/icd-10", "I10", "2012-03-01", display="原发性高血压")
    yield Condition(n, "http://hl7.org/fhir/sid/icd-10", "E11.9", "2014-03-01", display="2型糖尿病")
    yield AllergyIntolerance(n, None, None, "2001", display="青霉素")
    yield EpisodeOfCare(n, "kanglu", "hypertension", "2016-01-05", clinical_status="active")
    yield EpisodeOfCare(n, "kanglu", "type2_diabetes", "2016-01-05", clinical_status="active")
    yield CareTeam(n, "kanglu", "doctor", "2016-01-05", practitioner="zhou")
    for month in range(12 * YEARS):
        yield from _month(n, month, first + timedelta(days=round(month * 30.4)), rng)


def _month(n: int, month: int, day: date, rng: np.random.Generator) -> Iterator[Fact]:
    on, last = day.isoformat(), (day + timedelta(days=29)).isoformat()
    setting = "VR" if month % 5 == 4 else "AMB"
    yield Encounter(n, "kanglu", "follow-up", on, setting=setting, display="随访")
    call = Communication(n, "kanglu", "follow_up", f"{on}T09:10:00", direction="out", channel="phone")
    yield call._replace(outcome="reached")
    yield MedicationStatement(n, None, None, on, last, intent="filler-order", display="氨氯地平 5 mg")
    for name, (mean, spread) in _MONTHLY.items():
        for hour in ("08", "20"):
            value = round(float(rng.normal(mean, spread)), 1)
            yield Observation(n, name, f"{on}T{hour}:00:00", value=value)
    if month % 3 == 0:
        at, said = f"{on}T20:10:00", "这两天血压有点高"
        yield Communication(n, None, None, at, direction="in", channel="wechat", text=said)
        yield Observation(n, "medication_adherence", on, value_code="regular")
    if month % 12 == 5:
        yield QuestionnaireResponse(
            n, "kanglu", "lifestyle", on, clinical_status="completed", version="1", answers="{}"
        )
        for name, (mean, spread) in _YEARLY.items():
            yield Observation(n, name, on, value=round(float(rng.normal(mean, spread)), 2))
