"""What the two follow-up forms have in common: sheets of four visits, and the cells that both ask for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Final

from kanglu.catalogue import Catalogue
from kanglu.catalogue.answering import number_of
from kanglu.catalogue.programmes import Programme
from kanglu.catalogue.questionnaires import Questionnaire
from kanglu.i18n import Words
from kanglu.reporting.blocks import Block, Form, FormRow, Inline, PageBreak, Prose, Span, Text
from kanglu.reporting.forms.cells import boxes, choice, line, numbered, options, pair, place_of
from kanglu.reporting.forms.visits import Medicine, Visit
from kanglu.reporting.wording import number

A_SHEET: Final = 4
INSULIN: Final = "insulin"
_NO_VISIT: Final = Visit()
_WIDTHS: Final = (86.0, *(100.0,) * A_SHEET)
_SYMPTOMS: Final = 4

type Cell = Callable[[Visit], Text]
type Row = tuple[str, Text, Cell]
"""The group of a row of the form, its label, and what it shows of a visit."""


def sheets(visits: Sequence[Visit], rows: Sequence[Row], year: int, _: Words) -> Iterator[Block]:
    """The visits on sheets of four columns; where there is none, one sheet to be written on."""
    if not visits:
        yield Prose(
            _("No visit of {year} in the programme is recorded: to be filled in by hand.", year=year), "note"
        )
    for place, some in enumerate(batched(visits or [_NO_VISIT], A_SHEET)):
        if place:
            yield PageBreak()
        columns = (*some, *(_NO_VISIT,) * (A_SHEET - len(some)))
        yield Form(
            (_("Date of the visit"), *("" if one.day is None else one.day.isoformat() for one in columns)),
            _WIDTHS,
            tuple(FormRow(label, tuple(map(cell, columns)), group) for group, label, cell in rows),
        )


@dataclass(frozen=True)
class Cells:
    """The cells of a follow-up form, each a function of a visit.

    Parameters
    ----------
    form : the questionnaire that records such a visit.
    programme : whose visits they are.
    drugs : the classes of medicines that the programme is about.
    """

    form: Questionnaire
    programme: Programme
    drugs: frozenset[str]
    catalogue: Catalogue
    words: Words

    # -- of any item -------------------------------------------------------------------------------

    def chosen(self, name: str) -> Cell:
        """The options of an item, and the box for the one that was answered."""
        item = self.form.by_id[name]
        return lambda visit: choice(options(item, self.words), place_of(item, self._code(name, visit)))

    def _code(self, name: str, visit: Visit) -> str | None:
        return visit.value(self.form.by_id[name].indicator or "").code or visit.answers.get(name)

    def text(self, name: str) -> Cell:
        """Free words; where there are none, the empty cell is the place to write."""
        return lambda visit: self._words(visit, name)

    def _words(self, visit: Visit, name: str) -> str:
        return str(visit.answers.get(name) or "")

    def measured(self, *indicators: str) -> Cell:
        """The day's value of an indicator, or of the first of some that stand for the same."""
        return lambda visit: (line(self._measured(visit, *indicators)),)

    def _measured(self, visit: Visit, *indicators: str) -> str | None:
        for name in indicators:
            value = visit.value(name)
            if value.number is not None:
                return number(self.catalogue.indicators[name], value.number, value.comparator)
            if value.text is not None:
                return value.text
        return None

    def _answered(self, visit: Visit, name: str) -> str | None:
        """The number that was answered to an item, in its unit."""
        raw = visit.answers.get(name)
        if raw is None:
            return None
        return f"{number_of(self.form.by_id[name], raw, self.catalogue.indicators):g}"

    def and_goal(self, name: str) -> Cell:
        """What an item's indicator is, and the goal that was agreed."""
        indicator = str(self.form.by_id[name].indicator)
        return lambda visit: pair(self._measured(visit, indicator), self._answered(visit, f"{name}_target"))

    # -- of their own kind -------------------------------------------------------------------------

    def mode(self, visit: Visit) -> Text:
        """Where the visit took place."""
        item = self.form.by_id["mode"]
        return choice(options(item, self.words), place_of(item, visit.mode))

    @property
    def symptoms_label(self) -> Text:
        """The symptoms with their numbers."""
        _ = self.words
        return _("Symptoms"), "\n", *numbered(options(self.form.by_id["symptoms"], _))

    def symptoms(self, visit: Visit) -> Text:
        """The numbers of the symptoms, and in words what has none."""
        _, item, said = self.words, self.form.by_id["symptoms"], visit.answers.get("symptoms") or []
        places = sorted(place for code in said if (place := place_of(item, code)) is not None)
        other = line(self._words(visit, "symptoms_other"))
        return (*boxes(places, _SYMPTOMS), "\n", _("other:"), " ", other)

    def pressure(self, visit: Visit) -> Text:
        """Systolic over diastolic."""
        return pair(self._measured(visit, "sbp"), self._measured(visit, "dbp"))

    def bmi(self, visit: Visit) -> Text:
        """As measured, else as the form took it from the record."""
        measured, taken = self._measured(visit, "bmi"), visit.answers.get("bmi_kg_m2")
        return (line(measured or (taken and number(self.catalogue.indicators["bmi"], float(taken)))),)

    def exercise(self, visit: Visit) -> Text:
        """Times a week and minutes each time; below, the goal."""
        now = self._measured(visit, "exercise_days_week"), self._answered(visit, "exercise_each")
        goal = (self._answered(visit, f"exercise_{part}_target") for part in ("times", "each"))
        return (*self._exercise(*now), "\n", *self._exercise(*goal))

    def _exercise(self, times: str | None, each: str | None) -> tuple[Inline, ...]:
        _ = self.words
        return line(times), _("× a week"), " ", line(each), _("min each")

    def salt(self, visit: Visit) -> Text:
        """How salty the food is, in words; and how it is meant to be."""
        goal = visit.answers.get("salt_taste_target")
        return pair(
            self._option("salt_taste", self._code("salt_taste", visit)), self._option("salt_taste", goal)
        )

    def _option(self, name: str, code: str | None) -> str:
        option = self.form.by_id[name].option(code or "")
        return "" if option is None else self.words.name(option.name)

    def foot_pulse(self, visit: Visit) -> Text:
        """Felt, weak or absent; of a weak pulse the side in words."""
        _, code = self.words, visit.value("dorsalis_pedis_pulse").code
        names = [_("felt"), _("weak"), _("not felt")]
        place = None if code is None else {"normal": 1, "absent": 3}.get(code, 2)
        side = self._option("foot_pulse", code) if place == 2 else ""
        return (*choice(names, place), f" {side}")

    def adverse(self, visit: Visit) -> Text:
        """Whether there was an adverse reaction, and which."""
        _, value = self.words, visit.value("adverse_reaction").number
        said = choice([_("none"), _("some")], None if value is None else 1 + int(value > 0))
        return (*said, "\n", line(self._words(visit, "adverse_what")))

    def visit_class(self, visit: Visit) -> Text:
        """The class that the rules give the visit; an emergency in words, for it has no number."""
        known = sorted((one for one in self.programme.classes if one.form), key=lambda one: one.form or 0)
        said = choice([self.words.name(one.name) for one in known], visit.number)
        return said if visit.emergency is None else (*said, "\n", Span(self.words.name(visit.emergency)))

    # -- medicines ---------------------------------------------------------------------------------

    def medicine(self, first: int, last: int | None = None) -> Cell:
        """The programme's medicines from a place on; what was written at the visit stands in the first."""

        def cell(visit: Visit) -> Text:
            if written := self._words(visit, "medicines"):
                return "" if first else written
            return _dosed(self._own(visit)[first:last])

        return cell

    def other_medicines(self, beyond: int) -> Cell:
        """The programme's medicines beyond a place, and all others."""

        def cell(visit: Visit) -> Text:
            if self._words(visit, "medicines"):
                return ""
            own = self._own(visit)
            return _dosed([*own[beyond:], *(one for one in visit.medicines if one not in own)])

        return cell

    def insulin(self, visit: Visit) -> Text:
        """Insulin, as written at the visit or as it is taken."""
        taken = [one for one in visit.medicines if INSULIN in one.classes]
        return self._words(visit, "insulin") or _dosed(taken)

    def _own(self, visit: Visit) -> list[Medicine]:
        own = [one for one in visit.medicines if self.drugs & set(one.classes)]
        return [one for one in own if INSULIN not in one.classes]

    # -- what follows ------------------------------------------------------------------------------

    def next_visit(self, visit: Visit) -> Text:
        """When the person is to come again."""
        return "" if visit.next is None else visit.next.isoformat()

    def doctor(self, visit: Visit) -> Text:
        """Who saw the person; the signature is written beside it."""
        return visit.doctor or ""


def _dosed(medicines: Sequence[Medicine]) -> str:
    return "\n".join(f"{one.name} {one.dosage or ''}".rstrip() for one in medicines)
