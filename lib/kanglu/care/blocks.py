"""From facts as the record gives them to a block in columns: days as numbers, codes as what they mean."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanglu.care.block import Block, Bookings, Changes, Contacts
from kanglu.care.calendar import EVER, NEVER, Ints, Longs, Mask, number
from kanglu.care.events import Worded
from kanglu.care.periods import Periods
from kanglu.care.series import MEAN_OF_THE_DAY, Points, Series
from kanglu.catalogue.rulebook import Rulebook
from kanglu.dates import add_months
from kanglu.record.known import Columns, Known
from kanglu.record.listed import ENDED, NOT_TAKEN, ONLY_PROPOSED, PAST, REFUTED, SUSPECTED, UNSOUND

type Words = npt.NDArray[np.object_]

NOT_HAPPENED = UNSOUND | {"not-done", "planned", "proposed", "draft", "noshow"}
"""States of a visit, a procedure, a booking that did not take place."""


def block_of(known: Known, rulebook: Rulebook) -> Block:
    """The block of people that were read, with all that the rules may ask of them."""
    return _Builder(known, rulebook).build()


class _Builder:
    def __init__(self, known: Known, rulebook: Rulebook) -> None:
        self.known, self.rulebook = known, rulebook
        self.as_of = number(known.as_of)
        self.ids: Longs = known.people["person_id"].to_numpy(dtype=np.int64)
        self.later = np.full(len(self.ids), NEVER, dtype=np.int32)

    def build(self) -> Block:
        people = self.known.people
        sex = people["sex"].to_numpy(dtype=object)
        problems, had = self._problems()
        tagged, untagged = self._flags()
        encounters = self.known.tables["encounter"]
        order = np.argsort(encounters["id"])
        programmes = self._spans("episode_of_care", "code")
        return Block(
            as_of=self.as_of,
            ids=self.ids,
            numbers=people["record_number"].to_numpy(dtype=object),
            birth=_days(people["birth_date"].to_numpy(dtype=object)).first,
            male=sex == "male",
            female=sex == "female",
            death=_days(people["died"].to_numpy(dtype=object)).first,
            since=self._since(programmes),
            readings=self._readings(),
            problems=problems,
            had=had,
            drugs=self._drugs(),
            programmes=programmes,
            care_team=self._spans("care_team", "code"),
            tagged=tagged,
            untagged=untagged,
            events=self._events(),
            bookings=self._bookings(),
            contacts=self._contacts(),
            changes=self._changes(),
            encounters=(encounters["id"][order], encounters["recorded_day"][order]),
            later=self.later,
        )

    # -- measured ----------------------------------------------------------------------------------

    def _readings(self) -> dict[str, Series]:
        found = {}
        for name, columns in self.known.observations.items():
            person = self._place(columns.person)
            kept = self._happened(person, columns.day)
            found[name] = Series.of(
                Points(person[kept], columns.day[kept], columns.id[kept]),
                columns.minute[kept],
                columns.value[kept],
                columns.comparator[kept],
                None if columns.code is None else columns.code[kept],
                rounded=name in MEAN_OF_THE_DAY,
            )
        return found

    def _place(self, person_id: Longs) -> Ints:
        """Places in the block; everybody who is read is in it."""
        return np.searchsorted(self.ids, person_id).astype(np.int32)

    def _happened(self, person: Ints, day: Ints) -> Mask:
        """What lies on or before the day; of what lies after it, the first day is kept in mind."""
        ahead = day > self.as_of
        if ahead.any():
            np.minimum.at(self.later, person[ahead], day[ahead])
        return np.asarray(~ahead)

    # -- listed ------------------------------------------------------------------------------------

    def _problems(self) -> tuple[dict[str, Periods], dict[str, Periods]]:
        table = self.known.tables["condition"]
        sure = ~_among(table["verification_status"], REFUTED | SUSPECTED) & ~_among(table["status"], UNSOUND)
        start, end = _days(table["effective"]), _days(table["effective_end"])
        began = np.where(start.stated, start.first, EVER).astype(np.int32)
        over = np.where(end.stated, end.first, np.where(_among(table["clinical_status"], PAST), began, NEVER))
        names = _meanings(table, self.rulebook.catalogue.problems_for)
        person = self._place(table["person_id"])
        began = self._from_now_on(person, began)
        holds = _named(names, sure, person, began, over.astype(np.int32))
        ever = _named(names, sure, person, began, np.full(len(began), NEVER, np.int32))
        return holds, ever

    def _from_now_on(self, person: Ints, start: Ints) -> Ints:
        """Starts, those after the day put off for ever: they are not true yet."""
        return np.where(self._happened(person, start), start, NEVER).astype(np.int32)

    def _drugs(self) -> dict[str, Periods]:
        table = self.known.tables["medication_statement"]
        taken = ~_among(table["clinical_status"], NOT_TAKEN) & ~_among(table["status"], UNSOUND)
        taken &= ~_among(table["intent"], ONLY_PROPOSED)
        start, end = _days(table["effective"]), _days(table["effective_end"])
        person = self._place(table["person_id"])
        began = self._from_now_on(person, np.where(start.stated, start.first, EVER).astype(np.int32))
        over = np.where(end.stated, end.last + 1, NEVER).astype(np.int32)
        names = _meanings(table, self.rulebook.catalogue.drug_classes_for)
        return _named(names, taken, person, began, over)

    def _spans(self, name: str, code: str) -> dict[str, Periods]:
        """Stretches of time by code: what ended on a day no longer held on it."""
        table = self.known.tables[name]
        start, end = _days(table["effective"]), _days(table["effective_end"])
        sound = start.stated & ~_among(table["status"], UNSOUND)
        sound &= end.stated | ~_among(table["clinical_status"], ENDED)
        person = self._place(table["person_id"])
        began = self._from_now_on(person, start.first)
        over = np.where(end.stated, end.first, NEVER).astype(np.int32)
        return _named([(str(word),) if word else () for word in table[code]], sound, person, began, over)

    def _flags(self) -> tuple[dict[str, Periods], dict[str, Periods]]:
        table = self.known.tables["flag"]
        off = _among(table["clinical_status"], {"inactive"})
        start, end = _days(table["effective"]), _days(table["effective_end"])
        sound = start.stated & ~_among(table["status"], UNSOUND)
        person = self._place(table["person_id"])
        began = self._from_now_on(person, start.first)
        over = np.where(end.stated, end.first, NEVER).astype(np.int32)
        names = [(str(word),) if word else () for word in table["code"]]
        return _named(names, sound & ~off, person, began, over), _named(
            names, sound & off, person, began, over
        )

    # -- happened ----------------------------------------------------------------------------------

    def _events(self) -> dict[str, Points]:
        found = {}
        worded = {name: Worded(table) for name, table in self.known.tables.items() if "display" in table}
        for event in self.rulebook.events.values():
            table = self.known.tables[event.table]
            fits = worded[event.table].of(event)
            when = _days(table["effective_end" if event.at == "end" else "effective"])
            sound = fits & when.exact & ~_among(table["status"], UNSOUND)
            sound &= ~_among(table["clinical_status"], NOT_HAPPENED)
            at = np.flatnonzero(sound)
            person, day = self._place(table["person_id"][at]), when.first[at]
            kept = self._happened(person, day)
            found[event.id] = Points.of(person[kept], day[kept], table["id"][at][kept])
        return found

    def _bookings(self) -> Bookings:
        table = self.known.tables["appointment"]
        start, made = _days(table["effective"]), _days(table["booked"])
        stands = (
            start.exact & ~_among(table["clinical_status"], NOT_HAPPENED) & ~_among(table["status"], UNSOUND)
        )
        known_from = np.where(made.exact, made.first, table["recorded_day"]).astype(np.int32)
        person = self._place(table["person_id"])
        stands &= self._happened(person, known_from)
        return Bookings(
            person[stands], known_from[stands], start.first[stands], start.minute[stands],
            table["code"][stands], table["id"][stands],
        )  # fmt: skip

    def _contacts(self) -> Contacts:
        table = self.known.tables["communication"]
        when = _days(table["effective"])
        person = self._place(table["person_id"])
        sound = (
            when.exact & ~_among(table["status"], UNSOUND) & ~_among(table["clinical_status"], {"not-done"})
        )
        at = np.flatnonzero(sound & self._happened(person, when.first))
        order = at[np.lexsort((table["id"][at], when.minute[at], when.first[at], person[at]))]
        points = Points(person[order], when.first[order], table["id"][order])
        columns = (
            table[name][order] for name in ("direction", "channel", "outcome", "code", "about", "text")
        )
        return Contacts(points, when.minute[order], *columns)

    def _changes(self) -> Changes:
        table = self.known.tables["task_change"]
        when, until = _days(table["effective"]), _days(table["until"])
        person = self._place(table["person_id"])
        at = np.flatnonzero(
            when.exact & ~_among(table["status"], UNSOUND) & self._happened(person, when.first)
        )
        order = at[np.lexsort((table["id"][at], when.minute[at], when.first[at], person[at]))]
        return Changes(
            Points(person[order], when.first[order], table["id"][order]),
            when.minute[order],
            table["code"][order],
            table["task"][order],
            until.first[order],
            table["owner"][order],
            table["reason"][order],
        )

    def _since(self, programmes: Mapping[str, Periods]) -> Ints:
        """From when the record follows people: it learned of them, enrolled them, or saw them."""
        since = self.known.people["recorded_day"].to_numpy(dtype=np.int32).copy()
        for periods in programmes.values():
            np.minimum.at(since, periods.person, np.maximum(periods.start, EVER))
        table = self.known.tables["encounter"]
        when = _days(table["effective"])
        np.minimum.at(since, self._place(table["person_id"])[when.exact], when.first[when.exact])
        return np.asarray(np.minimum(since, self.as_of), dtype=np.int32)


class _days:
    """Effective times as days: the first and last that a text may mean; `exact` where it names a day."""

    def __init__(self, texts: Words) -> None:
        place, distinct = pd.factorize(texts)
        parsed = [_parse(str(text)) for text in distinct]
        columns = list(zip(*parsed, strict=True)) if parsed else [(), (), (), ()]
        missing = (NEVER, NEVER, -1, False)
        self.first: Ints = np.array([*columns[0], missing[0]], dtype=np.int32)[place]
        self.last: Ints = np.array([*columns[1], missing[1]], dtype=np.int32)[place]
        self.minute = np.array([*columns[2], missing[2]], dtype=np.int16)[place]
        self.exact: Mask = np.array([*columns[3], missing[3]], dtype=bool)[place]
        self.stated: Mask = place >= 0


@lru_cache(maxsize=65536)
def _parse(text: str) -> tuple[int, int, int, bool]:
    """First and last day, minute of the day (-1: not stated), and whether a day is named."""
    if len(text) >= 10:
        day = number(date.fromisoformat(text[:10]))
        minute = int(text[11:13]) * 60 + int(text[14:16]) if len(text) >= 16 else -1
        return day, day, minute, True
    first = date(int(text[:4]), int(text[5:7]) if len(text) >= 7 else 1, 1)
    following = add_months(first, 1 if len(text) >= 7 else 12)
    return number(first), number(following) - 1, -1, False


def _among(words: Words, wanted: Iterable[str]) -> Mask:
    """Which words are among some."""
    place, distinct = pd.factorize(words)
    hits = np.array([*(word in wanted for word in distinct), False], dtype=bool)
    return np.asarray(hits[place])


def _meanings(
    table: Columns, meant: Callable[[str | None, str | None, str | None], tuple[str, ...]]
) -> Sequence[tuple[str, ...]]:
    """What each row's system, code and display mean; each distinct wording is judged once."""
    words = zip(table["system"], table["code"], table["display"], strict=True)
    known: dict[tuple[str | None, ...], tuple[str, ...]] = {}
    found = []
    for wording in words:
        if wording not in known:
            known[wording] = meant(*wording)
        found.append(known[wording])
    return found


def _named(
    names: Sequence[tuple[str, ...]], sound: Mask, person: Ints, start: Ints, end: Ints
) -> dict[str, Periods]:
    """Periods by name; a row may go by several."""
    rows: dict[str, list[int]] = {}
    for row in np.flatnonzero(sound).tolist():
        for name in names[row]:
            rows.setdefault(name, []).append(row)
    return {name: Periods.of(person[at], start[at], end[at]) for name, at in rows.items()}
