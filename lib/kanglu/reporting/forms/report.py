"""A form as its notebook uses it: load once, then the head, then the sheets."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kanglu import __version__
from kanglu.catalogue.rulebook import Rulebook, rulebook
from kanglu.errors import ReportError
from kanglu.i18n import Lang, Words, words
from kanglu.record import Dossier, Store
from kanglu.reporting.blocks import Block, Blocks, Cover
from kanglu.reporting.forms.constitution import constitution
from kanglu.reporting.forms.diabetes import diabetes
from kanglu.reporting.forms.hypertension import hypertension
from kanglu.reporting.forms.self_care import self_care
from kanglu.reporting.subject import loaded
from kanglu.reporting.wording import sex_text

type Maker = Callable[[Dossier, int, Rulebook, Words], Iterator[Block]]

FORMS: Final[Mapping[str, Maker]] = {
    "hypertension": hypertension,
    "diabetes": diabetes,
    "self_care": self_care,
    "constitution": constitution,
}
"""The maker of each form, by the name it goes by."""
_LENGTH, _SHOWN, _PART = 17, 8, 3
"""Digits of the number of a health record, and of it those that forms print, in two parts."""


@dataclass(frozen=True, slots=True)
class FormReport:
    """One person's form of a year, by the rules of this installation, ready to be shown."""

    form: str
    dossier: Dossier
    year: int
    rules: Rulebook
    words: Words

    def head(self) -> Cover:
        """What the form is, and whom it is about."""
        _, person = self.words, self.dossier.person
        title = _title(self.form, _)
        return Cover(
            title=title,
            subtitle=person.name or _("name not recorded"),
            items=(
                (_("Number"), number_on_form(person.record_number)),
                (_("Sex"), sex_text(person.sex, _)),
                (_("Born"), _.day(person.birth_date) if person.birth_date else _("not recorded")),
                (_("Record number"), person.record_number),
            ),
            cut_off=_("Data up to {day}", day=_.day(self.dossier.as_of)),
            versions=(f"Kanglu {__version__}",),
            lang=_.lang,
            record_number=person.record_number,
            document_title=f"{title} {self.year} {person.record_number}",
        )

    def sheets(self) -> Blocks:
        """The sheets of the year."""
        return Blocks(tuple(FORMS[self.form](self.dossier, self.year, self.rules, self.words)))


def report(store: Store, form: str, person: str, year: int, lang: Lang) -> FormReport:
    """The form of the person with this record number, as of the store's day.

    Raises `NotFound`, and `ReportError` for a form that is not among `FORMS`, and where the record that was
    loaded is not the person's.
    """
    if form not in FORMS:
        raise ReportError(f"There is no form {form!r}.", remedy=f"Choose from {', '.join(FORMS)}.")
    return FormReport(form, loaded(store, person), year, rulebook(), words(lang))


def number_on_form(record_number: str) -> str:
    """The last eight of the seventeen digits of a health record, as forms print them; else room for them."""
    digits = "□" * _SHOWN
    if len(record_number) == _LENGTH and record_number.isascii() and record_number.isdigit():
        digits = record_number[-_SHOWN:]
    return f"{digits[:_PART]}-{digits[_PART:]}"


def _title(form: str, _: Words) -> str:
    return {
        "hypertension": _("Hypertension: follow-up record"),
        "diabetes": _("Type 2 diabetes: follow-up record"),
        "self_care": _("Self-care of the elderly"),
        "constitution": _("Constitution of the elderly"),
    }[form]
