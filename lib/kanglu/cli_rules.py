"""The verbs about rules: evaluate a panel, and ask why, what if, and what changed."""

import getpass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kanglu import screen, screen_rules
from kanglu.i18n import Lang

if TYPE_CHECKING:
    from kanglu.record import Store
    from kanglu.trust import Actor

rules = typer.Typer(
    name="rules",
    help="Ask of the rules why, what if, and what changed; hold them to their own examples.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        "-d",
        envvar="KANGLU_DATABASE_URL",
        help="Database URL. The embedded file when left out.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DAY", help="The day. Today when left out."),
]
Known = Annotated[
    datetime | None,
    typer.Option(
        "--known",
        formats=["%Y-%m-%d"],
        metavar="DAY",
        help="Count also what was learned later, up to this day. The --as-of day when left out.",
    ),
]
Language = Annotated[Lang, typer.Option(help="zh or en.")]
Changed = Annotated[
    Path, typer.Argument(metavar="CHANGED.YAML", help="A file with the rules as they would be.")
]
Number = Annotated[int, typer.Argument(min=1, help="As kanglu rules proposals lists it.")]
Whom = Annotated[str, typer.Option("--panel", help="Whom: an expression as in kanglu panel.")]


def evaluate(
    full: Annotated[
        bool, typer.Option("--full", help="Look at everybody, not only at those for whom something changed.")
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DAY",
            help="New rules count from this day. The --as-of day when left out.",
        ),
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes. One a core when left out.")] = None,
    database: Database = None,
    as_of: AsOf = None,
    known: Known = None,
    as_json: Json = False,
) -> None:
    """Turn the facts of a panel into tags, tasks, referrals, messages and journeys, as of a day.

    Only those are looked at for whom something may have changed: new facts, or a day that has come. The same
    evaluation twice changes nothing; one that was stopped is run again.

      kanglu evaluate

      kanglu evaluate --as-of 2026-06-30
    """
    import os

    from kanglu import care

    with open_store(database, as_of, known) as store, screen.bar("Evaluating") as progress:
        done = care.evaluate(
            store,
            scope="full" if full else "changed",
            since=_day(since),
            jobs=jobs or getattr(os, "process_cpu_count", os.cpu_count)() or 1,
            progress=progress,
        )
    screen.answer(as_json, done.to_data(), lambda: screen_rules.evaluated(done))


def queue(
    owner: Annotated[
        str | None, typer.Option(help="Whose: the id of a member of the staff. Everybody's when left out.")
    ] = None,
    capacity: Annotated[
        int | None, typer.Option(min=1, help="Contacts a day. What the staff's entries say when left out.")
    ] = None,
    lang: Language = "zh",
    database: Database = None,
    as_of: AsOf = None,
    known: Known = None,
    as_json: Json = False,
) -> None:
    """List whom to contact today, in order and why, and who is left behind, since when.

    One entry a person, with all that is to be done for them. Run kanglu evaluate first.
    """
    from kanglu.care.queue import queue as of_the_day

    with open_store(database, as_of, known) as store:
        answer = of_the_day(store, owner=owner, capacity=capacity)
        names = screen_rules.names(store, answer, lang)
    screen.answer(as_json, screen_rules.queue_data(answer), lambda: screen_rules.queue(answer, names))


@rules.command()
def explain(
    person: Annotated[str, typer.Argument(help="Record number, such as K000123.")],
    closed: Annotated[bool, typer.Option("--closed", help="Also what is closed by then.")] = False,
    lang: Language = "zh",
    database: Database = None,
    as_of: AsOf = None,
    known: Known = None,
    as_json: Json = False,
) -> None:
    """Say why a person has each tag and task: the rule, its version and clause, the facts and their dates."""
    from kanglu import care

    with open_store(database, as_of, known) as store:
        answer = care.explain(store, person.strip().upper(), lang=lang, closed=closed)
    screen.answer(as_json, answer.to_data(), lambda: screen_rules.explained(answer, lang))


@rules.command()
def simulate(
    changed: Changed,
    since: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], metavar="DAY", help="The first day.")
    ],
    until: Annotated[
        datetime, typer.Option("--to", formats=["%Y-%m-%d"], metavar="DAY", help="The last day.")
    ],
    managers: Annotated[
        int | None,
        typer.Option(min=1, help="Among how many people the tasks are shared. The staff when left out."),
    ] = None,
    panel: Whom = "all",
    database: Database = None,
    known: Known = None,
    as_json: Json = False,
) -> None:
    """Replay changed rules over the panel's own past: how many tasks, against what capacity, and for whom.

    Nothing is stored. The facts count as they are known today, or on the --known day.
    """
    from kanglu import care

    with open_store(database, None, known) as store, screen.bar("Simulating") as progress:
        compared = care.changed_by(changed, care.in_force(store), published=store.published())
        ids = store.panel(panel).ids
        answer = care.simulate(
            store,
            compared,
            ids,
            since=since.date(),
            until=until.date(),
            known=store.known,
            managers=managers,
            progress=progress,
        )
    screen.answer(as_json, answer.to_data(), lambda: screen_rules.simulated(answer))


@rules.command()
def diff(
    changed: Changed,
    panel: Whom = "all",
    database: Database = None,
    as_of: AsOf = None,
    known: Known = None,
    as_json: Json = False,
) -> None:
    """Say what changed rules would mean for whom on a day, before they go live: added, dropped, moved."""
    from kanglu import care

    with open_store(database, as_of, known) as store, screen.bar("Comparing") as progress:
        compared = care.changed_by(changed, care.in_force(store), published=store.published())
        ids = store.panel(panel).ids
        answer = care.diff(store, compared, ids, as_of=store.as_of, known=store.known, progress=progress)
    data = [one.to_data() for one in answer]
    screen.answer(as_json, data, lambda: screen_rules.differs(compared, answer))


@rules.command()
def test(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="RULE …", help="Which rules. All when left out.")
    ] = None,
    changed: Annotated[
        Path | None, typer.Option("--file", metavar="CHANGED.YAML", help="Try the rules of this file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Hold each rule to the examples that stand in its file."""
    from kanglu import care

    if changed is not None:
        compared = care.changed_by(changed)
        tried = care.try_out(compared.after, names or list(compared.rules))
    else:
        tried = care.try_out(care.rulebook(), names or None)
    screen.answer(as_json, [one.to_data() for one in tried], lambda: screen_rules.tried(tried))
    raise typer.Exit(0 if all(one.ok for one in tried) else 1)


@rules.command()
def publish(changed: Changed, database: Database = None) -> None:
    """Put the rules of a file in force in this record, from the next evaluation on.

    The file is refused as a whole when anything in it is wrong, when a rule does not do what its examples
    say, or when a changed rule keeps its version; then the rules in force stay as they are.
    """
    from kanglu import care

    with open_store(database, None, None) as store:
        now = care.publish(store, changed)
    screen.say(f"In force: {len(now.rules)} rules, revision {now.revision}. kanglu evaluate goes by them.")


@rules.command()
def propose(
    changed: Changed,
    reason: Annotated[str, typer.Option(help="Why, for whoever decides and for later.")],
    database: Database = None,
) -> None:
    """Propose the rules of a file; a second person makes them live.

    The file is refused as kanglu rules publish would refuse it. You are the account that you are signed in to
    this machine with: somebody else, here or on the Rulebook page, approves or rejects.
    """
    from kanglu.care.publishing import propose_file

    with open_store(database, None, None) as store:
        made = propose_file(store, changed, reason)
    screen.say(f"Proposal {made.id} waits for a second person: kanglu rules approve {made.id}.")


@rules.command()
def proposals(
    every: Annotated[bool, typer.Option("--all", help="Also those that are decided.")] = False,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """List the changes of the rules that wait for a second person."""
    from kanglu.care import proposing

    with open_store(database, None, None) as store:
        found = proposing.proposals(store, None if every else "proposed")
    screen.answer(as_json, [one.to_data() for one in found], lambda: screen_rules.proposals(found))


@rules.command()
def approve(number: Number, database: Database = None) -> None:
    """Put in force exactly what was proposed. Not by whoever proposed it."""
    from kanglu.care import proposing

    with _open_to_decide(database) as store:
        now = proposing.approve(store, number)
    screen.say(f"In force: {len(now.rules)} rules, revision {now.revision}. kanglu evaluate goes by them.")


@rules.command()
def reject(
    number: Number,
    note: Annotated[str, typer.Option(help="Why, for whoever proposed it.")],
    database: Database = None,
) -> None:
    """Reject a proposal, saying why. Not by whoever proposed it."""
    from kanglu.care import proposing

    with _open_to_decide(database) as store:
        proposing.reject(store, number, note)
    screen.say(f"Proposal {number} is rejected.")


@rules.command()
def withdraw(number: Number, database: Database = None) -> None:
    """Take your own proposal back."""
    from kanglu.care import proposing

    with open_store(database, None, None) as store:
        proposing.withdraw(store, number)
    screen.say(f"Proposal {number} is withdrawn.")


@rules.command("list")
def list_(lang: Language = "zh", as_json: Json = False) -> None:
    """List the rules: what each gives, its version, and who held it against the issued text."""
    from kanglu import care

    screen.frame(screen_rules.listed(care.rulebook(), lang), as_json)


@rules.command()
def schema() -> None:
    """Print the JSON Schema of the catalogue's files, for editors."""
    from kanglu.catalogue import schema as written

    screen.as_json(written())


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def open_store(database: str | None, as_of: datetime | None, known: datetime | None) -> "Store":
    """The record, opened for care by whoever sits at this machine."""
    from kanglu import record

    return record.open(database, actor=sitting("health_manager"), as_of=_day(as_of), known=_day(known))


def _open_to_decide(database: str | None) -> "Store":
    """Whoever runs the machine may decide, under the name they signed in to it with."""
    from kanglu import record

    return record.open(database, actor=sitting("admin"))


def sitting(role: str) -> "Actor":
    """Whoever sits at this machine, and can read its key: under the name they signed in to it with."""
    from kanglu.trust import Actor, Role

    user = getpass.getuser()
    return Actor(user, user, Role(role), at_machine=True)
