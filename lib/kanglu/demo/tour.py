"""The demo from files to paper: invent, import through the same door as any file, ask the rules, render."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, time, timedelta
from time import monotonic
from typing import Protocol

from kanglu import record
from kanglu.care.book import in_force
from kanglu.care.evaluation import evaluate
from kanglu.care.examples import is_there
from kanglu.care.publishing import publish
from kanglu.care.queue import queue
from kanglu.demo.edges import write_edges
from kanglu.demo.files import write
from kanglu.demo.people import LAST_YEAR
from kanglu.demo.rules import AS_OF, IN_FORCE_SINCE, STAFF, demo_rules, staff
from kanglu.errors import RecordError, ReportError
from kanglu.home import home
from kanglu.i18n import Lang
from kanglu.intake import import_files
from kanglu.record.accounts import Accounts
from kanglu.reporting import Order, fonts, render
from kanglu.reporting.job import FORMATS, Format
from kanglu.trust import Actor, Role

LABEL = "demo"
_BEGUN = monotonic()


def clock() -> datetime:
    """The demo's clock: nine in the morning of its day when the demo began, so that all is learned on it."""
    return datetime.combine(AS_OF, time(1), UTC) + timedelta(seconds=monotonic() - _BEGUN)


class Screen(Protocol):
    """Where the tour says what it does."""

    def say(self, text: str) -> None: ...
    def counting(self, what: str) -> AbstractContextManager[Callable[[int, str], None]]: ...
    def bar(self, what: str) -> AbstractContextManager[Callable[[int, int], None]]: ...


def run(people: int, reports: int, database: str | None, actor: Actor, screen: Screen) -> None:
    """Make the demo; run again, it finds everything there and changes nothing.

    Raises `RecordError` where the database holds another import: the invented must never get among the real.
    """
    folder = home() / "data" / LABEL
    screen.say(f"Inventing {people:,} people and five years of check-ups: {folder}")
    write(folder, people)
    write_edges(folder, demo_rules())
    screen.say(f"The record: {record.init(database)}")
    with record.open(database, actor=actor, clock=clock) as store:
        others = store.batches().query("undone.isna() and label != @LABEL")
        if len(others):
            raise RecordError(
                f"This database holds {len(others)} other imports, such as {others['label'].iloc[0]!r}.",
                remedy="Give the demo one of its own: ./run demo --database sqlite:///demo.sqlite",
            )
        with screen.counting("Importing") as progress:
            receipt = import_files(store, [folder], progress=progress)
        screen.say("Imported: " + ", ".join(f"{count:,} {kind}" for kind, count in receipt.facts.items()))
        _ask(store, screen)
        chosen = store.panel("all").record_numbers[:reports]
        _let_in(store, screen)
    _paper(chosen, database, actor, screen)
    screen.say(f"\nLook into {home() / 'reports' / 'out'}, or ask on: ./run panel 'diabetes and hba1c > 7'")
    screen.say(f"The pages, on the demo's day: ./run serve --as-of {AS_OF}")


def _ask(store: record.Store, screen: Screen) -> None:
    """Say what the rules give on the demo's day, by all that is known today."""
    if not store.published():
        publish(store, STAFF)
    rules = in_force(store)
    last = store.last_evaluation()
    if last is None or last.as_of <= AS_OF.isoformat():
        with screen.bar("Evaluating") as progress:
            evaluate(store, as_of=AS_OF, since=IN_FORCE_SINCE, progress=progress)
    there = [one.row for one in store.current_results(None, AS_OF) if is_there(one.row, AS_OF)]
    kinds = Counter(row.kind for row in there)
    given = ", ".join(f"{count:,} {kind}{'s' * (count != 1)}" for kind, count in kinds.items())
    screen.say(f"The rules as of {AS_OF}: {given}")
    tasks = Counter(row.code for row in there if row.kind == "task").most_common(5)
    often = "; ".join(f"{rules.actions[code].name['en']} ({count:,})" for code, count in tasks)
    screen.say(f"Most often asked for: {often}")
    found = queue(store, AS_OF, rules=rules)
    owners = Counter(one.owner for one in found.today)
    shared = ", ".join(
        f"{rules.staff[name].name} {count}" for name, count in owners.items() if name and name in rules.staff
    )
    screen.say(f"That day's queue: {shared}; {len(found.left):,} people wait for another day")
    for one in found.today[:1]:
        why = f"./run rules explain {one.record_number} --as-of {AS_OF}"
        screen.say(f"Why somebody is in it: {why}")


def _let_in(store: record.Store, screen: Screen) -> None:
    """Make accounts for the demo's staff, unless there are some, and say with what they sign in once."""
    accounts = Accounts(store.database, store.clock)
    password = accounts.first()
    if password is None:
        return
    screen.say(f"Accounts, each with a password for one sign-in: admin {password}")
    by = Actor("demo", "demo", Role.ADMIN)
    for member in staff():
        role = Role.CLINICIAN if member.role == "doctor" else Role.HEALTH_MANAGER
        given = accounts.add(by, member.id, member.name, role, member.id)
        screen.say(f"  {member.id} {given}  ({member.name}, {role.replace('_', ' ')})")
    for role in (Role.SUPERVISOR, Role.ANALYST):
        screen.say(f"  {role} {accounts.add(by, role, role.capitalize(), role)}")


def _paper(chosen: list[str], database: str | None, actor: Actor, screen: Screen) -> None:
    formats = _formats(screen)
    english = max(1, len(chosen) // 5)
    some: list[tuple[str, Lang, str]] = [
        ("annual", "zh", ", ".join(chosen[english:]) or chosen[0]),
        ("annual", "en", ", ".join(chosen[:english])),
        ("cohort", "zh", "all"),
    ]
    for report, lang, panel in some:
        order = Order(report, panel, LAST_YEAR, lang, AS_OF, formats=formats)
        with screen.bar(order.name) as progress:
            done = render(order, database, actor=actor, progress=progress)
        screen.say(done.to_text())


def _formats(screen: Screen) -> tuple[Format, ...]:
    try:
        fonts.find()
    except ReportError as error:
        screen.say(f"No PDF: {error}")
        return ("html",)
    return FORMATS
