"""An official form printed at once, for one person: the PDF that a page hands out after a visit."""

from functools import cache

from kanglu.home import shipped
from kanglu.i18n import Lang
from kanglu.record import Store
from kanglu.reporting.blocks import to_data
from kanglu.reporting.fonts import find
from kanglu.reporting.forms.report import report
from kanglu.reporting.pdf import Press


def print_form(store: Store, form: str, record_number: str, year: int, lang: Lang) -> bytes:
    """The form of a year as a PDF; the export is audited. Raises as `report` does."""
    made = report(store, form, record_number, year, lang)
    pdf, _notes = _press().set([to_data(made.head()), to_data(made.sheets())], made.dossier.as_of)
    store.exported("official form", [record_number], {"form": form, "year": year})
    return pdf


@cache
def _press() -> Press:
    return Press(shipped("reports/style"), find())
