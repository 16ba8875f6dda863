"""How the command line shows what rules gave, why, and what changed rules would mean."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from kanglu.screen import say, table

if TYPE_CHECKING:
    import pandas as pd

    from kanglu.care import Compared, Differs, Evaluated, Explained, Reason, Simulated, Tried
    from kanglu.care.proposing import Proposal
    from kanglu.care.queue import Queue
    from kanglu.catalogue import Rulebook
    from kanglu.i18n import Lang
    from kanglu.record import Store

_OVER = " ▲"
_SHOWN = 20
"""People whom a list on the screen names; all of them stand in the JSON answer."""


def evaluated(done: "Evaluated") -> None:
    """What an evaluation did."""
    say(f"As of {done.as_of}, by rules {done.revision}: {done.people:,} people looked at.")
    kinds = sorted({*done.entered, *done.withdrawn, *done.open})
    if not kinds:
        say("Nothing has changed.")
        return
    table(
        ("", "entered", "withdrawn", "open of these people"),
        [
            (kind, f"{done.entered[kind]:,}", f"{done.withdrawn[kind]:,}", f"{done.open[kind]:,}")
            for kind in kinds
        ],
    )


def explained(answer: "Explained", lang: "Lang") -> None:
    """Everything a person has, each with its why."""
    say(f"{answer.record_number} as of {answer.as_of}, by rules {answer.revision}")
    if answer.by_hand:
        say(f"Tags set by hand: {', '.join(answer.by_hand)}")
    if not answer.reasons:
        say("The rules give nothing on this day.")
    for reason in answer.reasons:
        _reason(reason)


def _reason(reason: "Reason") -> None:
    due = f", due {reason.due}" if reason.due else ""
    ended = f", {reason.state} {reason.ends} ({reason.closed})" if reason.ends else ""
    say(f"\n{reason.kind} · {reason.name} ({reason.code}) since {reason.since}{due}{ended}")
    say(f"    {reason.because}")
    checked = f"checked by {reason.checked}" if reason.checked else "not yet held against the issued text"
    clause = f", {reason.clause}" if reason.clause else ""
    say(f"    rule {reason.rule} version {reason.version}: {reason.source}{clause}; {checked}")
    if reason.late_entry:
        say(f"    entered {reason.late_entry} days late")
    for fact in reason.facts:
        say(f"    {fact.on}  {fact.what}{'' if fact.value is None else f'  {fact.value}'}")


def queue_data(answer: "Queue") -> dict[str, object]:
    """The queue as plain data."""
    return {
        part: [{**asdict(entry), "points": entry.rank.points} for entry in entries]
        for part, entries in (("today", answer.today), ("left", answer.left))
    }


def names(store: "Store", answer: "Queue", lang: "Lang") -> dict[str, str]:
    """What the tasks of a queue are called, by their keys."""
    from kanglu.care import in_force
    from kanglu.care.wording import called
    from kanglu.i18n import words

    book, _ = in_force(store), words(lang)
    return {key: called(book, key, _) for entry in answer.today for key in entry.tasks}


def queue(answer: "Queue", names: Mapping[str, str]) -> None:
    """Whom to contact today and who is left behind."""
    if not answer.today:
        say("Nobody is to be contacted today.")
    else:
        table(
            ("", "person", "owner", "to do", "since", "points"),
            [
                (
                    entry.place,
                    entry.record_number,
                    entry.owner or "–",
                    "; ".join(dict.fromkeys(names[key] for key in entry.tasks)),
                    entry.since,
                    "emergency" if entry.rank.emergency else f"{entry.rank.points:.0f}",
                )
                for entry in answer.today
            ],
        )
    if answer.left:
        first = min(entry.since for entry in answer.left)
        left = [entry.record_number for entry in answer.left]
        say(f"Left behind: {len(left):,} people, the first since {first}: {_few(left)}")


def simulated(answer: "Simulated") -> None:
    """A past time under both sets of rules."""
    say(f"{answer.people:,} people from {answer.since} to {answer.until}")
    say(f"Rules compared: {_few(answer.rules)}")
    say(f"Tasks due a working day for each of {answer.managers}; more than {answer.capacity:g} are marked:")
    table(
        ("month", "given", "then", "due", "then", "a day each", "then"),
        [
            (
                *(old.month, f"{old.given:,}", f"{new.given:,}", f"{old.due:,}", f"{new.due:,}"),
                *(f"{one.a_day:.1f}{_OVER if one.a_day > answer.capacity else ''}" for one in (old, new)),
            )
            for old, new in zip(answer.before, answer.after, strict=True)
        ],
    )
    table(
        ("gives", "before", "after"),
        [(f"{kind} {code}", f"{old:,}", f"{new:,}") for (kind, code), (old, new) in answer.gifts.items()],
    )
    say(f"Added: {len(answer.added):,} people {_few(answer.added)}")
    say(f"Dropped: {len(answer.dropped):,} people {_few(answer.dropped)}")


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else shown


def differs(compared: "Compared", answer: Sequence["Differs"]) -> None:
    """For whom changed rules change what."""
    say(f"Rules compared: {_few(compared.rules)}")
    if not answer:
        say("Nothing would change for anybody.")
        return
    say(f"{len(answer):,} people would see a change.")
    table(
        ("person", "what", "code", "now", "then"),
        [
            (one.record_number, kind, code, before or "–", after or "–")
            for one in answer[:_SHOWN]
            for kind, code, before, after in (*one.added, *one.dropped, *one.moved)
        ],
    )
    if len(answer) > _SHOWN:
        say(f"and {len(answer) - _SHOWN:,} more (--json names all)")


def proposals(found: Sequence["Proposal"]) -> None:
    """Changes of the rules: who proposes what and why, and what became of it."""
    if not found:
        say("No proposal waits.")
    for one in found:
        ended = f" by {one.decided_by} on {one.decided}" if one.decided_by else ""
        say(f"\n{one.id} · {one.state}{ended} · proposed by {one.proposed_by} on {one.proposed}")
        say(f"    {one.reason}")
        if one.note:
            say(f"    Note: {one.note}")
        for change in one.changes:
            say(f"    {change.name}{'' if change.before else ' (new)'}")
            for place in change.differences if change.before else ():
                say(f"        {place.path}: {place.before} → {place.after}")


def tried(answer: Sequence["Tried"]) -> None:
    """What came of the examples; those that failed are shown."""
    failed = [one for one in answer if not one.ok]
    if failed:
        table(
            ("rule", "example", "should give", "gives", "due"),
            [
                (one.rule, one.example, ", ".join(one.expected), ", ".join(one.gives), ", ".join(one.due))
                for one in failed
            ],
        )
    say(f"{len(answer):,} examples: {len(answer) - len(failed):,} as they should be, {len(failed):,} not.")


def listed(rules: "Rulebook", lang: "Lang") -> "pd.DataFrame":
    """The rules as a table."""
    import pandas as pd

    from kanglu.i18n import words

    say_ = words(lang)
    heads = ("id", "version", "name", "gives", "source", "checked")
    rows: list[tuple[str, ...]] = [
        (
            rule.id,
            str(rule.version),
            say_.name(rule.name),
            ", ".join(dict.fromkeys(f"{gift.kind} {gift.code}" for gift in rule.gives)),
            " ".join(part for part in (rule.source.doc, rule.source.clause) if part),
            rule.source.checked_by or "–",
        )
        for rule in rules.rules.values()
    ]
    return pd.DataFrame(rows, columns=heads)
