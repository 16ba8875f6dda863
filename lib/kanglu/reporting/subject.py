"""Whom a report is about: loaded in one place, so that no report is made of another's record."""

from kanglu.errors import ReportError
from kanglu.record import Dossier, Store


def loaded(store: Store, person: str) -> Dossier:
    """The dossier of the person with this record number.

    Raises `NotFound`, and `ReportError` where the record that was loaded is not the person's.
    """
    dossier = store.dossier(person)
    if dossier.person.record_number != person:
        raise ReportError(
            f"The record of {dossier.person.record_number} was loaded.",
            where=person,
            remedy="Do not hand this report out; run `kanglu verify`.",
        )
    return dossier
