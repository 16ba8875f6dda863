"""The outbox: messages that rules gave, when, how and in which words they may go. Nothing is sent here.

Who asks for a message to leave calls `sent` first: what it refuses must not go out, and what it has entered
is not given out again.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final, get_args

import numpy as np
import pandas as pd

from kanglu.care.acts import acting
from kanglu.care.book import in_force
from kanglu.care.checks import now, require_known
from kanglu.care.letters import Letters
from kanglu.care.marks import marks
from kanglu.care.permitted import permitted
from kanglu.care.sending import earliest, hours_of
from kanglu.care.tasks import Acts, acts_of, derived, frame_of, results
from kanglu.catalogue.criteria import Hours
from kanglu.catalogue.programmes import MessageType
from kanglu.catalogue.rulebook import Rulebook
from kanglu.catalogue.rules import Channel
from kanglu.i18n import Lang
from kanglu.record import Panel, Store
from kanglu.record.facts import Communication
from kanglu.record.moment import Moment
from kanglu.record.rulings import Ruling
from kanglu.trust import ConsentPurpose

PHONE_ONLY: Final = "phone_only"
"""The tag of those whom only a person on the phone may speak to."""
OUTBOX_COLUMNS: Final = (
    "person_id", "record_number", "key", "code", "rule", "version", "period", "part", "state", "reason",
    "earliest", "lapses", "channel", "form", "text", "valid_until", "priority", "based_on",
)  # fmt: skip
TO_GO: Final = ("waiting", "ready")


def outbox(
    store: Store,
    at: datetime,
    people: Panel | Sequence[int] | None = None,
    known: date | None = None,
    *,
    lang: Lang = "zh",
    rules: Rulebook | None = None,
) -> pd.DataFrame:
    """The messages of people at a time, one row a message.

    Parameters
    ----------
    at : the time in China, without a zone.
    people : a panel, or ids; everybody when None.
    known : what was recorded by this day counts; the day of `at` when None.
    lang : of the words.

    Returns
    -------
    Columns `OUTBOX_COLUMNS`, by person, planned day and key; days and times as ISO text. `state` is waiting,
    ready, sent, cancelled or expired, and `reason` says why it is cancelled, or what the words of a waiting
    one lack. `earliest` is the first time at which it may go, `valid_until` the last day of what it offers;
    `text` is that of messages which are still to go.
    """
    book, moment = rules or in_force(store), Moment(at.date(), known or at.date())
    rows, tags = _read(store, people.ids if isinstance(people, Panel) else people, moment)
    ids = sorted(set(rows["person_id"].tolist()))
    acts = acts_of(store, ids, moment, "flag", "appointment")
    tagged = marks(tags, acts.frame("flag"), moment.as_of)
    found = derived(rows, acts, book)
    found = found.sort_values(["person_id", "window_start", "key"], ignore_index=True)
    named = zip(found["code"].tolist(), found["rule"].tolist(), strict=True)
    kinds = [book.messages.get(code) if rule in book.rules else None for code, rule in named]
    _add_states(found, kinds, acts, _agreed(store, found, kinds, at, moment))
    _add_times(found, kinds, at, hours_of(store, ids, moment, book, tagged), book)
    to_go = found[found["state"].isin(TO_GO)]
    letters = Letters.of(store, to_go, acts, moment, book, lang)
    _add_words(found, kinds, letters)
    found["channel"] = found["channel"].where(~found["person_id"].isin(tagged.get(PHONE_ONLY, ())), "phone")
    found["record_number"] = acts.numbers.reindex(found["person_id"]).to_numpy(dtype=object)
    return found[[*OUTBOX_COLUMNS]]


def sent(
    store: Store,
    record_number: str,
    key: str,
    at: datetime,
    channel: str,
    text: str | None = None,
    *,
    rules: Rulebook | None = None,
) -> None:
    """Enter that a message leaves, which closes it. Call it before: what it refuses must not go out.

    Parameters
    ----------
    at : when, in China, without a zone.
    channel : by which way.
    text : the words, to be kept.

    Raises `RecordError` for a message that is not ready, that somebody else has entered meanwhile, or a way
    that the person does not want.
    """
    book, person = rules or in_force(store), store.person(record_number).view
    here = outbox(store, at, [person.id], now(store).date(), rules=book)
    with acting(store, record_number, key, "send", book, kinds=("message",)) as on:
        on.require_open()
        require_known(channel, "channel", get_args(Channel.__value__), on.where)
        if at > on.at.replace(tzinfo=None) or at.date().isoformat() < on.task["starts"]:
            raise on.refusal(
                f"{at:%Y-%m-%d %H:%M} lies ahead, or before the message.", "Enter it when it leaves."
            )
        [message] = here[here["key"] == key].to_dict("records")
        if message["state"] != "ready":
            why = message["reason"] or f"it may go from {message['earliest'].replace('T', ' ')} on"
            raise on.refusal(f"The message is {message['state']}: {why}.", "The outbox says what is ready.")
        if message["channel"] == "phone" and channel != "phone":
            raise on.refusal(
                f"The person is not to be reached by {channel}.", "Speak to the person on the phone."
            )
        on.writer.add(
            Communication(
                on.task["person_id"], "kanglu", on.task["code"], at.strftime("%Y-%m-%dT%H:%M:%S"),
                clinical_status="completed", direction="out", channel=channel, about=key, text=text,
                origin="measured", source=on.by,
            )
        )  # fmt: skip


def _read(store: Store, ids: Sequence[int] | None, moment: Moment) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Messages and tags that rules gave; of everybody, only the facts of those with a message are read."""
    kinds = ("message", "tag")
    if ids is not None:
        rows = results(store, ids, moment, kinds)
    else:
        day, stored = moment.as_of.isoformat(), store.current_results(None, moment.known)
        rows = frame_of([one.row for one in stored if one.row.kind in kinds and one.row.starts <= day])
    is_tag = rows["kind"] == "tag"
    return rows[~is_tag], rows[is_tag]


def _agreed(
    store: Store, found: pd.DataFrame, kinds: Sequence[MessageType | None], at: datetime, moment: Moment
) -> frozenset[int]:
    """Those of the people with an offer who allow offers at the time."""
    offered = [
        person
        for person, kind in zip(found["person_id"].tolist(), kinds, strict=True)
        if kind is not None and kind.marketing
    ]
    if not offered:
        return frozenset()
    return frozenset(permitted(store, offered, ConsentPurpose.MARKETING, at, moment.known).ids)


def _add_states(
    found: pd.DataFrame, kinds: Sequence[MessageType | None], acts: Acts, agreed: frozenset[int]
) -> None:
    """What became of each; what nobody agreed to, or has had already, is not given out."""
    state = found["state"].map({"done": "sent", "failed": "expired", "cancelled": "cancelled"})
    state = state.mask((state == "expired") & (found["reason"] != "lapsed"), "cancelled")
    reason = found["reason"].to_numpy(dtype=object, copy=True)
    was_sent = found[state == "sent"]
    had = _had(acts) | set(zip(was_sent["person_id"], was_sent["code"], strict=True))
    for at in np.flatnonzero(state.isna()).tolist():
        person, code, kind = found["person_id"].iat[at], found["code"].iat[at], kinds[at]
        if kind is None:
            reason[at] = "no_such_message"
        elif kind.marketing and person not in agreed:
            reason[at] = "no_consent"
        elif kind.once and (person, code) in had:
            reason[at] = "once"
        elif kind.once:
            had.add((person, code))
        state.iat[at] = "waiting" if reason[at] is None else "cancelled"
    found["state"], found["reason"] = state, reason


def _had(acts: Acts) -> set[tuple[int, str]]:
    """The messages that people have been sent, by whatever rule."""
    said = acts.contacts
    out = said[(said["direction"] == "out") & said["code"].notna() & said["outcome"].isna()]
    return set(zip(out["person_id"], out["code"], strict=True))


def _add_times(
    found: pd.DataFrame,
    kinds: Sequence[MessageType | None],
    at: datetime,
    hours: Mapping[int, Hours],
    rules: Rulebook,
) -> None:
    """When each may go, which of them may go now, and until when what they offer holds."""
    sending = rules.sending["default"]
    state, times, until = found["state"].tolist(), list[str](), list[str | None]()
    columns = (found[name].tolist() for name in ("person_id", "window_start", "ends"))
    for place, (kind, person, planned, ends) in enumerate(zip(kinds, *columns, strict=True)):
        first = earliest(date.fromisoformat(planned), at, hours.get(person), sending)
        if state[place] == "waiting" and first <= at:
            state[place] = "ready"
        goes = date.fromisoformat(ends) if state[place] == "sent" else first.date()
        times.append(first.isoformat(timespec="minutes"))
        until.append(None if kind is None or kind.valid is None else kind.valid.after(goes).isoformat())
    found["state"], found["earliest"], found["valid_until"] = state, times, until


def _add_words(found: pd.DataFrame, kinds: Sequence[MessageType | None], letters: Letters) -> None:
    """The words of what is still to go; what they lack makes it wait."""
    texts = np.full(len(found), None, dtype=object)
    state, reason = found["state"].tolist(), found["reason"].tolist()
    for at, (kind, row) in enumerate(
        zip(kinds, found[list(Ruling._fields)].itertuples(index=False), strict=True)
    ):
        if kind is not None and state[at] in TO_GO:
            texts[at], lacks = letters.write(kind, Ruling(*row))
            if lacks:
                state[at], reason[at] = "waiting", f"lacks {', '.join(lacks)}"
    found["text"], found["state"], found["reason"] = texts, state, reason
    found["form"] = [None if kind is None else kind.form for kind in kinds]
