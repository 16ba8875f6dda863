"""Filled forms entered in the record and read back; saved again on the same day, a form is corrected."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from kanglu.care.book import in_force
from kanglu.care.checks import require_known, require_past
from kanglu.care.entered import known_now
from kanglu.care.forms.filling import Circumstances, Filled, answer, circumstances
from kanglu.care.forms.scoring import questionnaires
from kanglu.care.forms.stating import kept_scores, key_of, stated
from kanglu.care.forms.visiting import require_enrolled, visits
from kanglu.catalogue.answering import hold
from kanglu.catalogue.questionnaire_files import Questionnaires
from kanglu.catalogue.questionnaires import Questionnaire
from kanglu.catalogue.rulebook import Rulebook
from kanglu.errors import RecordError
from kanglu.intake.answers import SYSTEM, observation_key, unpacked
from kanglu.intake.fhir.responses import bundle
from kanglu.record import BatchWriter, Dossier, Store
from kanglu.record.facts import WITHDRAWN, Observation

type Scores = Mapping[str, Mapping[str, float | str]]
"""What is kept of scores: by measure, by column."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A form as the record holds it.

    Parameters
    ----------
    name, version : of the questionnaire.
    status : completed, in-progress …
    answers : raw, by item; of a questionnaire that the catalogue does not know, its items as they came.
    author : who filled it in; None for the person.
    scores : as they were kept with it.
    due : when it is to be asked again; None when it says nothing of that.
    """

    name: str
    version: str | None
    day: str | None
    status: str | None
    answers: Any
    author: str | None
    scores: Scores
    due: date | None = None


def fill(
    store: Store,
    record_number: str,
    name: str,
    answers: Mapping[str, object],
    day: date,
    by: str | None = None,
    *,
    forms: Questionnaires | None = None,
    rules: Rulebook | None = None,
) -> Filled:
    """Answer the newest version of a questionnaire about a person of the record, and save it.

    Raises `FormError` for answers that cannot be, `NotFound`, and `RecordError` as `save` does.
    """
    questionnaire = (forms or questionnaires()).get(name)
    filled = answer(questionnaire, answers, _about(store, record_number, day), catalogue=store.catalogue)
    save(store, record_number, filled, day, by, rules=rules)
    return filled


def save(
    store: Store,
    record_number: str,
    filled: Filled,
    day: date,
    by: str | None = None,
    *,
    rules: Rulebook | None = None,
) -> int:
    """Enter a form, the observations among its answers and its scores; gives the number of the batch.

    The form of a person and a day is one: saved again, it corrects what it said, its observations too. A
    form of a follow-up enters the visit as well.

    Parameters
    ----------
    day : on which it was filled.
    by : the member of the staff who filled it in; None when the person did.

    Raises `RecordError` for a day ahead or after the person's death, for somebody who is not of the staff,
    and for a visit of a programme in which the person is not enrolled then.
    """
    return save_all(store, record_number, [filled], day, by, rules=rules)


def save_all(
    store: Store,
    record_number: str,
    fills: Sequence[Filled],
    day: date,
    by: str | None = None,
    *,
    rules: Rulebook | None = None,
    label: str | None = None,
    check: Callable[[pd.DataFrame], None] = lambda responses: None,
) -> int:
    """Enter forms of one day, all of them or none; those of follow-ups are one visit. See `save`.

    Parameters
    ----------
    label : of the batch, when it is to say more than what was filled.
    check : is given the person's forms as they are, under the write lock, and may refuse by raising.
    """
    person = store.person(record_number).view
    named = ", ".join(filled.questionnaire.id for filled in fills)
    where = f"{person.record_number}, {named} of {day}"
    require_past(store, day, where)
    if person.death_date is not None and day > person.death_date:
        raise RecordError(
            f"The person died on {person.death_date}.", where=where, remedy="Correct the day, or the death."
        )
    if by is not None:
        require_known(by, "member of the staff", (rules or in_force(store)).staff, where)
    for filled in fills:
        require_enrolled(store, person.id, filled, day, where)
    source = f"kanglu/{store.actor.id}"
    said = [
        [*stated(filled, person.id, day, by, source, store.catalogue)] for filled in fills
    ]  # before the write lock is held
    with store.batch(label or f"form {named} {person.record_number} {day}", kind="entry") as writer:
        check(known_now(store, person.id, "questionnaire_response"))
        for filled, facts in zip(fills, said, strict=True):
            writer.add_many(facts)
            keys = {fact.source_key for fact in facts}
            _withdraw(store, writer, key_of(filled.questionnaire.id, day), keys, person.id)
        writer.add_many(visits(known_now(store, person.id, "encounter"), person.id, fills, day, by, source))
    return writer.id


def stored(store: Store, record_number: str, *, forms: Questionnaires | None = None) -> list[Stored]:
    """The forms of a person as of the store's day, by day, with the scores that were kept with them."""
    [dossier] = store.dossiers([store.person(record_number).id])
    return [one for one, _ in _read(dossier, forms or questionnaires())]


def rescore(store: Store, record_number: str, *, forms: Questionnaires | None = None) -> list[Stored]:
    """As `stored`, with the scores worked out again from the raw answers, by the version they belong to.

    A form whose questionnaire the catalogue does not hold has no scores.
    """
    [dossier] = store.dossiers([store.person(record_number).id])
    found = []
    for one, questionnaire in _read(dossier, forms or questionnaires()):
        scores: dict[str, dict[str, float | str]] = {}
        if questionnaire is not None and (day := _day(one.day)) is not None:
            about = circumstances(dossier, day, store.catalogue)
            held = hold(questionnaire, one.answers, store.catalogue.indicators)
            filled = Filled(questionnaire, held.answers, held.open, about, store.catalogue.indicators)
            for measure, _, column, value in kept_scores(filled):
                scores.setdefault(measure, {})[column] = value
        found.append(replace(one, scores=scores))
    return found


def export(store: Store, record_number: str) -> dict[str, Any]:
    """The forms of a person as a FHIR R4 Bundle of QuestionnaireResponses; the export is audited."""
    person = store.person(record_number).view
    [dossier] = store.dossiers([person.id])
    store.exported("questionnaire responses", [person.record_number])
    return bundle(person.record_number, _plain(dossier.responses), questionnaires())


def _about(store: Store, record_number: str, day: date) -> Circumstances:
    """What is known today of a person's circumstances on the day of a form."""
    [dossier] = store.dossiers([store.person(record_number).id], as_of=day, known=max(day, store.known))
    return circumstances(dossier, day, store.catalogue)


def _withdraw(store: Store, writer: BatchWriter, key: str, said: set[str | None], person_id: int) -> None:
    """Take back what this form said before and does not say any more, under the write lock."""
    frame = known_now(store, person_id, "observation")
    gone = frame[frame["source_key"].fillna("").str.startswith(f"{key}#") & ~frame["source_key"].isin(said)]
    for row in _plain(gone):
        fields = {name: row[name] for name in Observation._fields}
        writer.add(Observation(**fields)._replace(status=WITHDRAWN))


def _day(effective: str | None) -> date | None:
    """The day of a form; None when it is known only in part."""
    return date.fromisoformat(effective[:10]) if effective is not None and len(effective) >= 10 else None


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values, None for what is missing."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _read(dossier: Dossier, forms: Questionnaires) -> Iterator[tuple[Stored, Questionnaire | None]]:
    """The forms of a dossier, each with its questionnaire where the catalogue holds that version."""
    observed = _plain(dossier.observations)
    kept = {row["source_key"]: row["value_code"] or row["value"] for row in observed}
    # A score that a source stated too, of the same day and value, is one fact and has that source's key.
    said = {(row["indicator"], row["effective"]): row["value_code"] or row["value"] for row in observed}
    for row in _plain(dossier.responses):
        one = forms.editions.get(f"{row['code']}/{row['version']}") if row["system"] == SYSTEM else None
        scores: dict[str, dict[str, float | str]] = {}
        for scored in one.scores if one else ():
            for column, indicator in scored.observed.items():
                stated = said.get((indicator, row["effective"]))
                value = kept.get(observation_key(row["source_key"], indicator), stated)
                if value is not None:
                    scores.setdefault(scored.measure, {})[column] = value
        day = _day(row["effective"])
        due = one.due_again.after(day) if one is not None and one.due_again and day else None
        yield (
            Stored(
                row["code"] or "", row["version"], row["effective"], row["clinical_status"],
                unpacked(row["answers"] or "{}"), row["author"], scores, due,
            ),
            one,
        )  # fmt: skip
