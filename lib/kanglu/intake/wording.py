"""Reasons and remedies of receipts in the words of a language.

A receipt is kept in English, as whatever set something aside said it. To tell it in another language, the
sentence is recognised by its form, and said again with what stood in its places. One that is not known
here is told as it is.
"""

import re
from functools import cache
from typing import Final

from kanglu.catalogue import Catalogue
from kanglu.i18n import Words

FORMS: Final = (
    "The file holds no cells.",
    "Check the export.",
    "No column says anything that Kanglu takes in; the columns are {columns}.",
    "Name the columns that do in {where}, or leave the file out.",
    "No column says by a number whom a row is about; the columns are {columns}.",
    "Declare it in {where}: role: person for a column, or for the whole file person: {how}",
    "No column says when anything was measured.",
    "Declare it in {where}: role: date for a column, or date: 2026-05-26 for the file.",
    "Nothing in {column} proves which is day and which is month, as in {example}.",
    "Say date_order: dmy or date_order: mdy in {where}.",
    "The dates in {column} contradict: {dates}.",
    "Correct them in the source, or date_order in {where}.",
    "The row has more cells than the header: they may stand in the wrong columns.",
    "Quote the text that holds a separator.",
    "Every row has more cells than the header.",
    "There is a header and no row below it.",
    "{text} is not a date.",
    "The row does not say when.",
    "Correct the date in the source.",
    "The unit of {n} values from this row on ({examples}) is not known: {why}.",
    "Say the unit of this column in the mapping, for example unit: {unit}.",
    "{text} is not a number.",
    "Correct it in the source.",
    "{value} is outside what is possible for {indicator}, {low} to {high}.",
    "If the unit is wrong, say the right one in the mapping, for example unit: {unit}.",
    "It is not known what {text} means for {indicator}.",
    "Say values: {example} for this column in the mapping; the answers are {answers}.",
    "{text} is not systolic/diastolic.",
    "{text} is no age.",
    "The birth date {given} is not the one in the identity number, {stated}.",
    "The sex {given} is not the one in the identity number, {stated}.",
    "The same number stands for another {what} in a row above.",
    "The same number stands for another {what} in a row above: {here} here, {there} there.",
    "Find out whose row it is and correct it in the source.",
    "The number is masked, and fits many people.",
    "{text} does not have the declared form.",
    "The identity number ending in {tail} has a wrong length, date or check digit.",
    "Correct the number in the source.",
    "The row does not say whom it is about.",
    "Fill in the number in the source.",
    "It is not said which sex {shown} stands for; no sex was entered from it.",
    "Say values: {example} for this column in the mapping.",
    "Day and month of the birth dates cannot be told apart; none was entered.",
    "Say date_order: dmy or mdy in the mapping.",
    "It is neither UTF-8 nor GB18030 text: {details}",
    "Save it again as UTF-8, and look at that line.",
    "A quotation mark opened after line {line} is never closed.",
    "Close it, or double the quotation marks that belong to the text.",
    "The workbook is protected by a password.",
    "Save it without a password.",
    "It is no readable workbook ({error}).",
    "Open it in a spreadsheet and save it again.",
    "It is a web page with a table in it, not a workbook.",
    "Open it in a spreadsheet and save it as .xlsx or .csv.",
    "It holds zero bytes: it is not text.",
    "The file is damaged or cut off ({error}).",
    "Fetch or export it again.",
    "It is encrypted with a password.",
    "Unpack the archive with its password first.",
    "The file is empty.",
    "Export it again.",
    "It is {what}.",
    "Ask for the data behind it (FHIR R4, CSV or Excel).",
    "It is nothing that Kanglu reads.",
    "Kanglu takes FHIR R4 as JSON or NDJSON, and tables as CSV, XLSX or XLS.",
    "Unpack it, or pack it as a zip.",
    "no identifier says who this is",
    "Give an identity number, a record number or the source's own number.",
    "its identifiers belong to different people ({numbers})",
    "Find out which identifier is wrong, correct it in the source and import again.",
    "it gives two identity numbers for one person",
    "{number} has another identity number already",
    "Two people may share a number of the source: correct it there and import again.",
    "the identity number ending in {tail} has a wrong length or check digit",
    "It was not used for matching: correct it in the source.",
    "there is no record number {number}",
    "Check the number, or give another identifier.",
    "Correct it in the source and import again.",
    "Nothing to do.",
    "It names no medicine.",
    "Export the Medication along.",
    "Import the Medication along.",
    "{medicine} is not in this import, so the medicine is unknown.",
    "Import it together with the Patient.",
    "It is dated {day}, before the birth ({birth}).",
    "It is dated {day}, after the death ({death}).",
    "It is dated {day}, in the future.",
    "Correct the date, or the dates of birth and death, in the source.",
    "It does not say whom it is about.",
    "Add the reference in the source.",
    "It has neither a code nor words.",
    "It ends ({end}) before it starts ({start}).",
    "It has no unit.",
    "State the unit in the source; {indicator_id} is kept in {unit}.",
    "Its unit is written {written} but coded {coded}.",
    "Find out which is right, and correct it.",
    "It was cancelled, so there is no result.",
    "It has no result yet.",
    "Nothing to do, unless the status is wrong.",
    "It does not say when it was true; dated by when it was issued.",
    "Check it in the source.",
    "It has no value and does not say why.",
    "Add the value in the source.",
    "{said}; only {low} to {high} is possible.",
    "See whether the unit contradicts the number, and correct it in the source.",
    "There is no value: {why}.",
    "Nothing to do: it was not measured.",
    "It is no JSON ({error}).",
    "Export the file again.",
    "It is no valid JSON: {error}.",
    "Fetch or export the file again.",
    "The JSON is cut off before its end.",
    "It is JSON, but not FHIR: it has no resourceType.",
    "Export FHIR R4 resources as JSON.",
    "It is FHIR {version}; Kanglu reads R4 (4.0).",
    "Export it as R4, or have it converted first.",
    "{name} is of a kind that is not taken in.",
    "Kanglu takes FHIR R4 (JSON, NDJSON), tables (CSV, XLSX, XLS), and zips of them.",
    "More than {n} files at once.",
    "Pack them as a zip.",
    "No file was chosen.",
    "Choose one.",
    "Bring them in parts, or import them on the server with `kanglu import`.",
    "Batch {n} cannot be undone: later batches build on it ({later}).",
    "Undo {later} first, the latest first; import what still holds again afterwards.",
    "Batch {n} was undone already, on {day}.",
)
"""What is said, with its places in braces. A place called `indicator` holds the English name of one."""


def told(text: str, catalogue: Catalogue, words: Words) -> str:
    """A reason or a remedy in words."""
    if words.lang == "en":
        return text
    for form, pattern in _patterns():
        if found := pattern.fullmatch(text):
            places = found.groupdict()
            if "indicator" in places:
                places["indicator"] = _named(places["indicator"], catalogue, words)
            return words(form, **places) if places else words(form)
    return text


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each form as a pattern, those that say the most themselves first."""
    by_size = sorted(FORMS, key=lambda form: -len(re.sub(r"{\w+}", "", form)))
    return tuple((form, re.compile(_pattern(form), re.DOTALL)) for form in by_size)


def _pattern(form: str) -> str:
    parts = re.split(r"{(\w+)}", form)
    return "".join(f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts))


def _named(english: str, catalogue: Catalogue, words: Words) -> str:
    """The name of an indicator in words, by its English one."""
    names = (one.name for one in catalogue.indicators.values())
    return next((words.name(name) for name in names if name.get("en") == english), english)
