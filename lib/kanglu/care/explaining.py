"""Why a person has what tags and tasks: the rule, its version and clause, and the facts with their dates.

The rules are worked out anew for the one person and the day that is asked about, by the facts that were known
then; nothing is read of what was stored, so that the answer can be held against it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import orjson
import pandas as pd

from kanglu.care.blocks import block_of
from kanglu.care.book import in_force
from kanglu.care.calendar import day_of, iso, number
from kanglu.care.evaluator import Evaluator
from kanglu.care.evidence import Evidence, asked_of
from kanglu.care.given import key_of
from kanglu.care.letters import Letters
from kanglu.care.looking import indicators
from kanglu.care.rows import rows_of
from kanglu.care.tasks import Acts
from kanglu.care.wording import About, sentence
from kanglu.catalogue.criteria import Change, Count, Every, Gap, Mean, Measured, Slope, Streak
from kanglu.catalogue.rulebook import Rulebook
from kanglu.i18n import Lang, words
from kanglu.record import Store
from kanglu.record.moment import Moment
from kanglu.record.rulings import Ruling
from kanglu.unit_text import unit_text

SHOWN = 12
"""The facts of one kind that an explanation names at most, the newest."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that a rule looked at: what, its value in words, and when."""

    what: str
    value: str | None
    on: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one thing is there, or was.

    Parameters
    ----------
    kind, code, name : a tag, a task …, its id and what people call it.
    key : how acts refer to it.
    rule, version, rule_name : the rule that gave it.
    source, clause, checked : where the rule comes from; who held it against the issued text, None for nobody.
    state, since, due, ends, closed : as in the record; `closed` says why it was closed.
    because : the sentence of the rule with the person's numbers.
    facts : what the rule looked at.
    late_entry : how many days after the visit it was entered.
    """

    kind: str
    code: str
    name: str
    key: str
    rule: str
    version: int
    rule_name: str
    source: str
    clause: str | None
    checked: str | None
    state: str
    since: str
    due: str | None
    ends: str | None
    closed: str | None
    because: str
    facts: tuple[Fact, ...]
    late_entry: int | None

    def to_data(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Explained:
    """Everything that the rules give a person on a day, each with its why; tags set by hand stand apart."""

    record_number: str
    as_of: date
    revision: str
    reasons: tuple[Reason, ...]
    by_hand: tuple[str, ...]

    def to_data(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "record_number": self.record_number,
            "as_of": self.as_of.isoformat(),
            "revision": self.revision,
            "reasons": [reason.to_data() for reason in self.reasons],
            "by_hand": list(self.by_hand),
        }


def explain(
    store: Store,
    record_number: str,
    rules: Rulebook | None = None,
    *,
    as_of: date | None = None,
    known: date | None = None,
    lang: Lang = "zh",
    closed: bool = False,
) -> Explained:
    """What the rules give a person on a day, and why.

    Parameters
    ----------
    rules : the rules in force; those of the record when None.
    as_of, known : the two times; the store's when None.
    closed : name also what is closed by then.

    Raises `NotFound` for an unknown record number.
    """
    book = rules or in_force(store)
    day, knowing = as_of or store.as_of, known or as_of or store.known
    person = store.person(record_number).view
    facts = store.known_facts([person.id], sorted(indicators(book)), day, knowing)
    found = Evaluator(block_of(facts, book), book)
    rows = rows_of(found.run(), found.block, Evidence(found), found.live)
    whom = pd.DataFrame({"person_id": [person.id]})
    letters = Letters.of(store, whom, Acts(facts), Moment(day, knowing), book, lang)
    about = letters.about[person.id]
    chosen = [row for row in rows if row.state == "open" or closed]
    reasons = [_reason(found, book, row, about, day, lang) for row in sorted(chosen, key=_order)]
    by_hand = [name for name, periods in found.block.tagged.items() if periods.on(found.block.as_of).any()]
    return Explained(record_number, day, book.revision, tuple(reasons), tuple(sorted(by_hand)))


def _order(row: Ruling) -> tuple[object, ...]:
    """Tags first, then what is most urgent."""
    return (row.kind != "tag", -(row.priority or 0), row.due or row.starts, row.rule, row.part)


def _reason(found: Evaluator, rules: Rulebook, row: Ruling, about: About, as_of: date, lang: Lang) -> Reason:
    rule, _ = rules.rules[row.rule], words(lang)
    late = [entry["late_entry"] for entry in orjson.loads(row.inputs) if "late_entry" in entry]
    return Reason(
        kind=row.kind,
        code=row.code,
        name=_.name(_names(rules, row)),
        key=key_of(row.rule, row.period, row.part),
        rule=rule.id,
        version=rule.version,
        rule_name=_.name(rule.name),
        source=" ".join(part for part in (rule.source.doc, rule.source.part) if part),
        clause=rule.source.clause,
        checked=None
        if rule.source.checked_by is None
        else f"{rule.source.checked_by} {rule.source.checked_on or ''}".strip(),
        state=row.state,
        since=row.starts,
        due=row.due,
        ends=row.ends,
        closed=row.reason,
        because=sentence(rules, row, about, as_of, _),
        facts=tuple(facts_behind(found, rules, row, lang)),
        late_entry=late[0] if late else None,
    )


def _names(rules: Rulebook, row: Ruling) -> Mapping[str, str]:
    shelf: Mapping[str, Any] = {
        "tag": rules.tags,
        "message": rules.messages,
        "journey": rules.journeys,
    }.get(row.kind, rules.actions)
    return shelf[row.code].name if row.code in shelf else {"en": row.code}


def facts_behind(found: Evaluator, rules: Rulebook, row: Ruling, lang: Lang) -> list[Fact]:
    """The facts that the row's rule looked at, as far back as it asks, the newest first."""
    _, catalogue = words(lang), rules.catalogue
    upto = np.array([number(date.fromisoformat(row.starts))], dtype=np.int32)
    facts: list[Fact] = []
    for name, reach in _reaches(found, rules, row).items():
        indicator = catalogue.indicators[name]
        series = found.holding.series((name,))
        last = int(series.at.last_before(np.zeros(1, np.int32), upto)[0])
        for at in range(last, max(last - SHOWN, -1), -1):
            day = int(series.at.day[at])
            if at < last and (reach is None or day <= int(upto[0]) - reach):
                break
            value, code = float(series.value[at]), None if series.code is None else series.code[at]
            shown = None
            if code is not None and code in indicator.codes:
                shown = _.name(indicator.codes[code].name)
            elif value == value and indicator.kind == "boolean":
                shown = _("yes") if value else _("no")
            elif value == value:
                sign = ("", "<", "≤", ">", "≥")[int(series.comparator[at])]
                shown = f"{sign}{indicator.format(value)} {unit_text(indicator.unit, _)}".strip()
            facts.append(Fact(_.name(indicator.name), shown, str(day_of(day))))
    return [*facts, *_events(found, rules, row, lang)]


def _reaches(found: Evaluator, rules: Rulebook, row: Ruling) -> dict[str, int | None]:
    """The indicators that the rule looks at, and how many days back; None: only the last value counts."""
    rule = rules.rules[row.rule]
    reach: dict[str, int | None] = dict.fromkeys(() if rule.on is None else rule.on.observed)
    for node in asked_of(rule, found):
        wanted = node.asked
        if not isinstance(wanted, Measured | Change | Gap):
            continue
        for name in wanted.of:
            reach[name] = max((_reach(wanted), reach.get(name)), key=lambda days: days or 0)
    return reach


def _reach(wanted: object) -> int | None:
    if isinstance(wanted, Count | Every | Mean | Slope):
        return round(wanted.within.about)
    if isinstance(wanted, Change):
        return round(wanted.within.about + wanted.against.about)
    if isinstance(wanted, Streak):
        return wanted.length * {"week": 7, "month": 31}.get(wanted.per, 1) + 1
    return None


def _events(found: Evaluator, rules: Rulebook, row: Ruling, lang: Lang) -> Sequence[Fact]:
    """The last of each kind of event that the rule looked at."""
    _, facts = words(lang), list[Fact]()
    for entry in orjson.loads(row.inputs):
        name = str(entry["of"])
        if name in rules.events and "on" in entry:
            facts.append(Fact(_.name(rules.events[name].name), None, entry["on"]))
        elif name == "visit" and "on" in entry:
            facts.append(Fact(_("Follow-up visit"), None, entry["on"]))
        elif "class" in entry:
            programme = rules.programmes[name]
            named = next(one for one in programme.classes if one.id == entry["class"])
            facts.append(Fact(_("Follow-up visit"), _.name(named.name), row.period))
        elif name == "message":
            texts = dict(zip(found.block.contacts.at.fact.tolist(), found.block.contacts.text, strict=True))
            days = dict(
                zip(found.block.contacts.at.fact.tolist(), iso(found.block.contacts.at.day), strict=True)
            )
            facts += [Fact(_("Message"), str(texts[fact]), days[fact]) for fact in entry["facts"]]
    return facts
