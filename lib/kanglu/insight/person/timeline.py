"""Everything that happened between a person and the service, as seven kinds of contact, the newest first.

- ``contact``: the service called or wrote, whatever came of it.
- ``visit``: a visit in the house or at home, a stay in hospital, a time agreed on.
- ``feedback``: what the person answered to a task or message, and the forms of a follow-up.
- ``adherence``: medicine that was handed out, and what the person says of taking it.
- ``lifestyle``: questionnaires on habits and all others.
- ``question``: what the person asked or searched for of their own accord.
- ``consultation``: a visit by telephone or screen, and messages that are part of one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, Literal, get_args

from kanglu.care.dispensed import FILLED
from kanglu.catalogue.questionnaire_files import questionnaires
from kanglu.catalogue.questionnaires import Questionnaire
from kanglu.catalogue.rulebook import Rulebook
from kanglu.dates import end_of
from kanglu.i18n import Words
from kanglu.insight.channels import channel_text
from kanglu.record import Dossier
from kanglu.record.frames import rows_in
from kanglu.record.listed import UNSOUND

type Kind = Literal["contact", "visit", "feedback", "adherence", "lifestyle", "question", "consultation"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind.__value__)
ADHERENCE: Final = "medication_adherence"
CONSULTATION: Final = "consultation"
"""The topic of messages that are part of a consultation."""
_FOLLOW_UP: Final = ("followup_", "satisfaction")
_WRITTEN: Final = frozenset(("app", "wechat", "sms", "email", "letter"))
_COMMON: Final = ("effective", "status", "clinical_status", "display", "code", "source", "recorded")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    Parameters
    ----------
    when : the effective time, as exact as the source.
    what, detail : in words.
    source : where it stands; None where the record does not say.
    ahead : it lies ahead of the day.
    """

    kind: Kind
    when: str
    what: str
    detail: str
    source: str | None
    ahead: bool = False

    @property
    def day(self) -> str:
        """The day, or the month or year where the source says no more."""
        return self.when[:10]

    @property
    def time(self) -> str:
        """Hours and minutes, empty where they are not known."""
        return self.when[11:16]


def timeline(dossier: Dossier, rules: Rulebook, _: Words, *, named: bool = True) -> tuple[Event, ...]:
    """All events of a dossier that have a date, the newest first; what lies ahead comes before.

    Parameters
    ----------
    named : whether the reader may know who people are; for who may not, what somebody wrote freely and where
        a fact stands is left out.
    """
    telling = _Telling(dossier, rules, _)
    every = (
        *telling.communications(), *telling.encounters(), *telling.appointments(), *telling.forms(),
        *telling.medicines(), *telling.answers(),
    )  # fmt: skip
    if not named:
        every = tuple(replace(one, detail="", source=None) for one in every)
    return tuple(sorted(every, key=lambda one: (one.when, one.kind, one.what), reverse=True))


@dataclass(frozen=True, eq=False)
class _Telling:
    dossier: Dossier
    rules: Rulebook
    _: Words
    _ways: dict[tuple[str | None, str | None], str] = field(default_factory=dict)

    def communications(self) -> Iterator[Event]:
        columns = (*_COMMON, "direction", "channel", "outcome", "about", "reason", "text")
        for when, status, state, display, code, source, _recorded, *said in rows_in(
            self.dossier.communications, columns
        ):
            direction, channel, outcome, about, barrier, text = said
            if when is None or status in UNSOUND or state == "not-done":
                continue
            kind: Kind = "contact"
            if code == CONSULTATION:
                kind = "consultation"
            elif direction == "in":
                kind = "question" if about is None else "feedback"
            came = _named(self.rules.outcomes, outcome, self._)
            stood = _named(self.rules.barriers, barrier, self._)
            yield Event(
                kind, when, self._contact(direction, channel), _joined(came, stood, text or display), source
            )

    def _contact(self, direction: str | None, channel: str | None) -> str:
        if (direction, channel) not in self._ways:
            self._ways[direction, channel] = self._way(direction, channel)
        return self._ways[direction, channel]

    def _way(self, direction: str | None, channel: str | None) -> str:
        _ = self._
        if channel == "search":
            return _("Searched for")
        how = channel_text(channel, _)
        if direction == "in":
            return _("Wrote by {way}", way=how) if channel in _WRITTEN else _("Called: {way}", way=how)
        if channel is None:
            return _("Contact")
        return _("Message sent by {way}", way=how) if channel in _WRITTEN else _("Contact by {way}", way=how)

    def encounters(self) -> Iterator[Event]:
        columns = (*_COMMON, "effective_end", "setting", "provider", "reason")
        for when, status, state, display, code, source, _recorded, *said in rows_in(
            self.dossier.encounters, columns
        ):
            end, setting, provider, reason = said
            if when is None or status in UNSOUND or state in ("cancelled", "planned"):
                continue
            until = self._("until {day}", day=end[:10]) if end and end[:10] != when[:10] else None
            what = display or self._event("encounter", code) or self._setting(setting) or self._("Visit")
            yield Event(
                "consultation" if setting == "VR" else "visit", when, what,
                _joined(self._setting(setting), until, reason, provider), source,
            )  # fmt: skip

    def appointments(self) -> Iterator[Event]:
        columns = (*_COMMON, "provider", "reason")
        for when, status, state, display, code, source, _recorded, *said in rows_in(
            self.dossier.appointments, columns
        ):
            if when is None or status in UNSOUND:
                continue
            what = display or self._event("appointment", code) or self._("Appointment")
            yield Event(
                "visit", when, what, _joined(self._booking(state), *said), source,
                when > end_of(self.dossier.as_of),
            )  # fmt: skip

    def forms(self) -> Iterator[Event]:
        known: Mapping[str, Questionnaire] = questionnaires().newest
        columns = (*_COMMON, "author")
        for when, status, state, display, code, source, _recorded, author in rows_in(
            self.dossier.responses, columns
        ):
            if when is None or status in UNSOUND:
                continue
            follow_up = code is not None and code.startswith(_FOLLOW_UP)
            what = self._.name(known[code].name) if code in known else display or code or self._("Form")
            half = self._("not complete") if state == "in-progress" else None
            yield Event(
                "feedback" if follow_up else "lifestyle", when, what, _joined(half, author), source or author
            )

    def medicines(self) -> Iterator[Event]:
        columns = (*_COMMON, "effective_end", "intent", "dosage")
        for when, status, _state, display, code, source, _recorded, *said in rows_in(
            self.dossier.medications, columns
        ):
            end, intent, dosage = said
            if when is None or status in UNSOUND or intent != FILLED:
                continue
            lasts = self._("lasts until {day}", day=end[:10]) if end else None
            what = self._("Handed out: {medicine}", medicine=display or code or "?")
            yield Event("adherence", when, what, _joined(lasts, dosage), source)

    def answers(self) -> Iterator[Event]:
        indicator = self.rules.catalogue.indicators.get(ADHERENCE)
        observed = self.dossier.observations
        mine = observed[observed["indicator"] == ADHERENCE]
        columns = ("effective", "status", "origin", "value_code", "value_text", "source")
        for when, status, origin, code, text, source in rows_in(mine, columns):
            if indicator is None or when is None or status in UNSOUND or origin == "defaulted":
                continue
            said = self._.name(indicator.codes[code].name) if code in indicator.codes else text or code or ""
            yield Event("adherence", when, self._.name(indicator.name), said, source)

    def _event(self, table: str, code: str | None) -> str | None:
        """What the rulebook calls events of this code."""
        named = (
            one.name
            for one in self.rules.events.values()
            if one.table == table and code is not None and code in one.codes
        )
        name = next(named, None)
        return None if name is None else self._.name(name)

    def _setting(self, setting: str | None) -> str | None:
        return self._settings.get(setting or "")

    @cached_property
    def _settings(self) -> Mapping[str, str]:
        _ = self._
        return {
            "AMB": _("in the practice"),
            "HH": _("at home"),
            "VR": _("online or by telephone"),
            "IMP": _("in hospital"),
            "ACUTE": _("in hospital"),
            "EMER": _("emergency"),
        }

    def _booking(self, state: str | None) -> str | None:
        return self._bookings.get(state or "", state)

    @cached_property
    def _bookings(self) -> Mapping[str, str]:
        _ = self._
        return {
            "booked": _("booked"),
            "pending": _("asked for"),
            "arrived": _("came"),
            "fulfilled": _("came"),
            "cancelled": _("called off"),
            "noshow": _("did not come"),
        }


def _named(entries: Mapping[str, object], code: str | None, _: Words) -> str | None:
    entry = entries.get(code) if code is not None else None
    return code if entry is None else _.name(entry.name)  # type: ignore[attr-defined]


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)
