"""A record in which rules have given things: people, rows of results, and the staff of a small place."""

import tempfile
import textwrap
from datetime import date
from functools import cache
from pathlib import Path

from kanglu.care.given import key_of
from kanglu.catalogue import Rulebook, load_rulebook
from kanglu.catalogue import current as catalogue
from kanglu.record import Store
from kanglu.record.facts import CareTeam, Fact, Flag, Identifier, PersonStatement
from kanglu.record.rulings import Ruling

TODAY = date(2026, 6, 30)
"""The day of the tests' clock; it is nine in the morning."""
STAFF = """
    staff:
      - {id: dr_li, name: 李医生, role: doctor}
      - {id: dr_he, name: 何医生, role: doctor}
      - {id: dr_alone, name: 孤医生, role: doctor}
      - {id: wang, name: 王敏, role: manager, bound_to: [dr_li], capacity: 2}
      - {id: zhao, name: 赵丽, role: manager, bound_to: [dr_li, dr_he], capacity: 3}
"""
RULES = """
    rules:
      - id: test.hello
        version: 1
        name: {zh: 问候, en: Hello}
        source: {doc: Test}
        when: {problem: gout}
        gives: [{message: hello}]
        explain: {zh: "因为痛风", en: "Because of gout"}
      - id: test.gift
        version: 1
        name: {zh: 券, en: Coupon}
        source: {doc: Test}
        when: {problem: gout}
        gives: [{message: gift}]
        explain: {zh: "因为痛风", en: "Because of gout"}
      - id: test.guide
        version: 1
        name: {zh: 指南, en: Guide}
        source: {doc: Test}
        when: {problem: gout}
        gives: [{message: guide}]
        explain: {zh: "因为痛风", en: "Because of gout"}
      - id: test.raised
        version: 1
        name: {zh: 血压偏高, en: Raised}
        source: {doc: Test}
        when: {latest: {of: sbp, ge: 140}}
        gives: [{message: raised}]
        explain: {zh: "血压 {sbp}", en: "Pressure {sbp}"}
"""
MESSAGES = """
    messages:
      - id: hello
        name: {zh: 问候, en: Hello}
        text: {zh: "{name}您好，请在 {due} 前来{doctor}处。", en: "Dear {name}, see {doctor} by {due}."}
      - id: gift
        name: {zh: 券, en: Coupon}
        form: coupon
        valid: 14d
        marketing: true
        text: {zh: "{name}，送您一张券。", en: "{name}, a coupon for you."}
      - id: raised
        name: {zh: 血压偏高, en: Raised}
        text: {zh: "{sbp_on}收缩压{sbp}，约在{slot}。", en: "{sbp} on {sbp_on}, booked for {slot}."}
      - id: guide
        name: {zh: 指南, en: Guide}
        once: true
        text: {zh: "请看指南。", en: "Here is the guide."}
    tags:
"""


@cache
def book() -> Rulebook:
    """The shipped rules, with a staff and a few messages of the test's own."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("staff", STAFF), ("rules", RULES), ("words", MESSAGES)):
            file = Path(folder) / "rulebook" / f"{name}.yaml"
            file.parent.mkdir(exist_ok=True)
            file.write_text(textwrap.dedent(content), encoding="utf-8")
        return load_rulebook(catalogue(), Path(folder))


def result(person: int = 1, rule: str = "test.call", **said: object) -> Ruling:
    """What a rule gave: a manager's call, ready from 20 June, due on the 30th, lapsing after 10 July."""
    period = str(said.get("period", "2026-06-01"))
    row = {
        "kind": "task", "code": "call", "version": 1, "period": period, "part": 0, "starts": period,
        "ends": None,
        "state": "open", "reason": None, "window_start": "2026-06-20", "due": "2026-06-30",
        "lapses": "2026-07-10", "priority": 50, "role": "manager", "channel": None, "based_on": None,
        "inputs": "[]",
    }  # fmt: skip
    return Ruling(person_id=person, rule=rule, **row | said)  # type: ignore[arg-type]


def key(of: Ruling) -> str:
    """By what acts refer to it."""
    return key_of(of.rule, of.period, of.part)


def enter(store: Store, *facts: Fact) -> None:
    """Enter facts about people that are known."""
    with store.batch("facts") as writer:
        writer.add_many(facts)


def people(store: Store, *names: str) -> list[int]:
    """Enter people by name; they get the ids 1, 2, …"""
    with store.batch("people") as writer:
        return [
            writer.person(PersonStatement((Identifier("mrn", name),), name=name, source_key=name))
            for name in names
        ]


def evaluated(store: Store, *rows: Ruling, as_of: date = TODAY, withdrawn: tuple[int, ...] = ()) -> None:
    """Write rows as an evaluation of the rules does."""
    run = store.begin_evaluation(as_of, as_of, "test", "people", len(rows))
    states = [(person, None) for person in sorted({row.person_id for row in rows})]
    store.write_results(run, as_of, "test", rows, withdrawn, states)
    store.complete_evaluation(run, {})


def carer(
    person: int, member: str, role: str = "manager", since: str = "2026-01-01", **said: str
) -> CareTeam:
    """A member of somebody's care team."""
    return CareTeam(person, "kanglu", role, since, clinical_status="active", practitioner=member, **said)


def flag(person: int, tag: str, status: str = "active", since: str = "2026-01-01") -> Flag:
    """A tag set, or taken away, by hand."""
    return Flag(person, "kanglu", tag, since, clinical_status=status)
