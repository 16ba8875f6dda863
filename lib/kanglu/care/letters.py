"""The words of messages, with the person's own values in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from string import Formatter

import pandas as pd

from kanglu.care.blocks import NOT_HAPPENED
from kanglu.care.tasks import Acts, held_on
from kanglu.care.wording import About, fill, values_of
from kanglu.catalogue.programmes import MessageType
from kanglu.catalogue.rulebook import Rulebook
from kanglu.dates import age_on
from kanglu.i18n import Lang, Words, words
from kanglu.record import Store
from kanglu.record.moment import Moment
from kanglu.record.people import PersonView, views
from kanglu.record.rulings import Ruling


@dataclass(frozen=True, eq=False)
class Letters:
    """Writes messages to people as of a day.

    Parameters
    ----------
    about : who they are as far as a letter may say it, by id.
    people : the same in full.
    """

    about: Mapping[int, About]
    people: Mapping[int, PersonView]
    rules: Rulebook
    as_of: date
    say: Words

    @classmethod
    def of(
        cls, store: Store, found: pd.DataFrame, acts: Acts, moment: Moment, rules: Rulebook, lang: Lang
    ) -> "Letters":
        """For the people of a frame, each of whom is read."""
        ids, say, day = sorted(set(found["person_id"].tolist())), words(lang), moment.as_of
        team = held_on(acts.frame("care_team"), day)
        doctors = team[(team["code"] == "doctor") & team["practitioner"].notna()]
        names, slots = dict[int, str](), dict[int, str]()
        for person, doctor in zip(doctors["person_id"], doctors["practitioner"], strict=True):
            member = rules.staff.get(doctor)
            names[person] = doctor if member is None else member.name
            if member is not None and member.consulting is not None:
                slots[person] = say.name(member.consulting)
        slots |= _slots(acts.frame("appointment"), day, say)
        said = acts.contacts[acts.contacts["text"].notna()]
        quotes = dict(zip(said["id"].tolist(), said["text"].tolist(), strict=True))
        people = {view.id: view for view in views(store.people(ids, moment))}
        about = {
            view.id: About(
                view.name,
                None if view.birth_date is None else age_on(view.birth_date, day),
                names.get(view.id),
                slots.get(view.id),
                quotes,
            )
            for view in people.values()
        }
        return cls(about, people, rules, day, say)

    def write(self, message: MessageType, row: Ruling) -> tuple[str | None, list[str]]:
        """The words of a message, or None and what they lack: nobody is written that something is unknown."""
        template = self.say.name(message.text)
        values = values_of(
            self.rules, self.rules.rules[row.rule], row, self.about[row.person_id], self.as_of, self.say
        )
        named = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
        lacks = sorted(name for name in named if not values.get(name))
        return (None if lacks else fill(template, values)), lacks


def _slots(bookings: pd.DataFrame, day: date, say: Words) -> dict[int, str]:
    """The next booking of each person that stands, in words."""
    stands = ~bookings["clinical_status"].isin(NOT_HAPPENED) & (bookings["effective"].str.len() >= 10)
    ahead = bookings[stands & (bookings["effective"] >= day.isoformat())].sort_values("effective")
    first = ahead.drop_duplicates("person_id")
    return {
        person: f"{say.day(date.fromisoformat(start[:10]))} {start[11:16]}".strip()
        for person, start in zip(first["person_id"].tolist(), first["effective"].tolist(), strict=True)
    }
