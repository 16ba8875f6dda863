"""What is shown of people in the queue: who they are, what is to be done and why, and the last contact."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from kanglu.care.book import in_force
from kanglu.care.letters import Letters
from kanglu.care.tasks import CLOSED, TASKS, Acts, acts_of, derived, results
from kanglu.care.wording import called, sentence
from kanglu.catalogue.rulebook import Rulebook
from kanglu.i18n import Lang
from kanglu.record import PersonView, Store
from kanglu.record.frames import rows_in
from kanglu.record.moment import Moment
from kanglu.record.rulings import Ruling
from kanglu.trust import Action, Resource, require

_CONTACT: Final = ("person_id", "effective", "direction", "channel", "outcome", "text")


@dataclass(frozen=True, slots=True)
class Work:
    """A task of somebody, in words.

    Parameters
    ----------
    because : the rule's sentence with the person's own numbers.
    open : whether it can be acted on; `state`, `days_late` … as in `tasks`.
    """

    key: str
    kind: str
    name: str
    programme: str | None
    because: str
    open: bool
    state: str
    reason: str | None
    due: str | None
    days_late: int
    lapses: str | None
    owner: str | None
    attempts: int
    next_try: str | None
    snoozed_until: str | None


@dataclass(frozen=True, slots=True)
class LastContact:
    """The last contact: when, which way it went, by which channel, what came of it, and the words."""

    at: str
    direction: str | None
    channel: str | None
    outcome: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown of one person in the queue.

    Parameters
    ----------
    telephone : masked; None where there is none.
    work : what is open now, the most urgent first, then what was closed or put off today.
    """

    person: PersonView
    age: int | None
    telephone: str | None
    work: tuple[Work, ...]
    last: LastContact | None

    @property
    def open(self) -> tuple[Work, ...]:
        """What can be acted on."""
        return tuple(one for one in self.work if one.open)


def cards(
    store: Store, ids: Iterable[int], lang: Lang, *, rules: Rulebook | None = None
) -> Mapping[int, Card]:
    """What is shown of people, by id; each is read and audited, all of them in a few queries."""
    require(store.actor, Action.READ, Resource.IDENTITY)
    book, moment, wanted = rules or in_force(store), store.moment, sorted(set(ids))
    rows = results(store, wanted, moment, TASKS)
    acts = acts_of(store, wanted, moment, "flag", "appointment")
    found = derived(rows, acts, book)
    whom = pd.DataFrame({"person_id": wanted})
    letters = Letters.of(store, whom, acts, moment, book, lang)
    phones, last = store.masked_telephones(wanted), _last_contacts(acts)
    mine: dict[int, list[Work]] = {}
    shown = _shown(found, acts, moment)
    columns = [str(name) for name in shown]
    for cells in rows_in(shown, columns):
        row = dict(zip(columns, cells, strict=True))
        mine.setdefault(row["person_id"], []).append(_work(row, letters, moment, book))
    return {
        one: Card(
            view,
            view.age_on(moment.as_of),
            phones.get(one),
            tuple(sorted(mine.get(one, ()), key=lambda work: not work.open)),
            last.get(one),
        )
        for one, view in letters.people.items()
    }


def _shown(found: pd.DataFrame, acts: Acts, moment: Moment) -> pd.DataFrame:
    """What is open, and what somebody acted on today, the most urgent first; drafts are nobody's concern."""
    today = moment.as_of.isoformat()
    changes, tried = acts.changes, acts.attempts
    acted = {
        *changes.loc[changes["effective"].str.startswith(today), "task"],
        *tried.loc[tried["effective"].str.startswith(today), "about"],
    }
    rests = found["state"].isin((*CLOSED, "snoozed"))
    shown = found[(found["state"] != "draft") & (~rests | found["key"].isin(list(acted)))]
    urgency = shown["priority"].fillna(0).astype(int)
    return shown.assign(urgency=urgency).sort_values(
        ["person_id", "urgency", "due", "key"], ascending=[True, False, True, True]
    )


def _work(row: Mapping[str, Any], letters: Letters, moment: Moment, rules: Rulebook) -> Work:
    ruling = Ruling(**{name: row[name] for name in Ruling._fields})
    rule, _ = rules.rules.get(ruling.rule), letters.say
    about = letters.about[ruling.person_id]
    ahead = row["next_try"] is not None and row["next_try"] > moment.as_of.isoformat()
    return Work(
        row["key"], ruling.kind, called(rules, row["key"], _),
        None if rule is None else rule.programme,
        "" if rule is None else sentence(rules, ruling, about, moment.as_of, _),
        row["state"] not in (*CLOSED, "snoozed", "draft") and not ahead, row["state"], row["reason"],
        ruling.due, int(row["days_late"]), ruling.lapses, row["owner"], int(row["attempts"]),
        row["next_try"], row["snoozed_until"],
    )  # fmt: skip


def _last_contacts(acts: Acts) -> dict[int, LastContact]:
    said = acts.contacts.drop_duplicates("person_id", keep="last")
    return {person: LastContact(*rest) for person, *rest in rows_in(said, _CONTACT)}
