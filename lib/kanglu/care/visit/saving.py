"""Saving a visit: all of it or nothing, once however often it is sent, and over nobody's unseen change."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from kanglu.care.book import in_force
from kanglu.care.checks import now
from kanglu.care.evaluation import evaluate
from kanglu.care.forms.keeping import save_all
from kanglu.care.tasks import CLOSED, tasks
from kanglu.care.visit.form import VisitForm
from kanglu.care.visit.preview import Preview, preview
from kanglu.catalogue.rulebook import Rulebook
from kanglu.errors import FormError, Overtaken
from kanglu.record import Dossier, Store

type Mark = str
"""What forms stood in the record when they were read, as one word; empty when there were none."""


class _Again(Exception):
    """The same visit was sent before."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of saving a visit.

    Parameters
    ----------
    batch : that it was entered in.
    again : whether the same had been sent before, so that nothing was entered now.
    preview : classes and next dates, as they were when it was saved.
    closed, opened : rows of `tasks` that it closed, and that are there since.
    """

    batch: int
    again: bool
    preview: Preview
    closed: pd.DataFrame
    opened: pd.DataFrame


def mark(form: VisitForm, dossier: Dossier, day: date) -> Mark:
    """What of the form's day stands in a dossier, to be held against what stands when it is saved."""
    return _mark(form, dossier.responses, day)


def save_visit(
    store: Store,
    record_number: str,
    form: VisitForm,
    answers: Mapping[str, object],
    day: date,
    by: str | None,
    key: str,
    *,
    confirmed: Collection[str] = (),
    seen: Mark | None = None,
    reason: str | None = None,
    rules: Rulebook | None = None,
) -> Saved:
    """Enter a visit, and bring what the rules give the person up to today.

    Parameters
    ----------
    by : the member of the staff who made the visit.
    key : of the sending: with the same key nothing is entered a second time.
    confirmed : the keys of the doubts that were confirmed.
    seen : what `mark` gave when the answers were begun; None to write over whatever stands.
    reason : why what was saved before is changed.

    Raises `FormError` for answers that cannot be or were not confirmed, `Overtaken` when somebody has saved
    the form of the day since, `RecordError` as `forms.save` does.
    """
    book, today = rules or in_force(store), now(store).date()
    person = store.person(record_number).view
    [dossier] = store.dossiers([person.id], as_of=today, known=today)
    found = preview(form, answers, dossier, day, book)
    _refuse(found, confirmed, f"{person.record_number}, {form.edition} of {day}")
    label = f"visit {person.record_number} {day} [{key}]"
    before = tasks(store, [person.id], today, rules=book)

    def check(responses: pd.DataFrame) -> None:
        if store.batch_labelled(label) is not None:
            raise _Again
        if seen is not None and (stands := _mark(form, responses, day)) != seen:
            raise _overtaken(form, responses, day, stands)

    try:
        said = f"{label} {reason}" if reason else label
        batch, again = (
            save_all(store, record_number, found.filled, day, by, rules=book, label=said, check=check),
            False,
        )
    except _Again:
        batch, again = store.batch_labelled(label) or 0, True
    if not again:
        evaluate(store, book, as_of=today, people=[person.id])
    after = tasks(store, [person.id], today, rules=book)
    return Saved(batch, again, found, *_changed(before, after))


def _refuse(found: Preview, confirmed: Collection[str], where: str) -> None:
    if found.faults:
        raise FormError(" ".join(str(fault) for fault in found.faults), where=where)
    if not found.good:
        raise FormError("Nothing was answered.", where=where, remedy="Give at least one answer.")
    if open_ := [one for one in found.doubts if one.key not in confirmed]:
        named = ", ".join(one.key for one in open_)
        raise FormError(
            f"To be confirmed: {named}.", where=where, remedy="Ask or measure again, and confirm."
        )


def _mark(form: VisitForm, responses: pd.DataFrame, day: date) -> Mark:
    """The rows of the form's day: each correction is a row of its own."""
    own = responses[responses["source_key"].isin(form.keys(day))]
    return ",".join(str(one) for one in sorted(own["id"].tolist()))


def last_saved(form: VisitForm, dossier: Dossier, day: date) -> tuple[str, str] | None:
    """Who has saved the form of the day last, and the instant; None when nobody has."""
    return _last_saved(form, dossier.responses, day)


def _last_saved(form: VisitForm, responses: pd.DataFrame, day: date) -> tuple[str, str] | None:
    own = responses[responses["source_key"].isin(form.keys(day))].sort_values("id")
    if own.empty:
        return None
    last = own.iloc[-1]
    who = last["author"] if isinstance(last["author"], str) else str(last["source"]).rpartition("/")[2]
    return who, str(last["recorded"])


def _overtaken(form: VisitForm, responses: pd.DataFrame, day: date, stands: Mark) -> Overtaken:
    last = _last_saved(form, responses, day)
    if last is None:
        return Overtaken(f"What was saved of {day} was taken back.", remedy="Read it again.")
    return Overtaken(
        f"{last[0]} has saved this visit of {day} at {last[1]}.",
        where=stands,
        remedy="Read it again, or save yours over it.",
    )


def _changed(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tasks that are closed now and were open, and the open ones that were not there."""
    was_open = set(before.loc[~before["state"].isin(CLOSED), "key"])
    is_closed = after["state"].isin(CLOSED)
    closed = after[is_closed & after["key"].isin(was_open)]
    opened = after[~is_closed & ~after["key"].isin(was_open)]
    return closed.reset_index(drop=True), opened.reset_index(drop=True)
