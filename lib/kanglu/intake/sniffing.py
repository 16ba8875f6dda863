"""Telling what a file is by its first bytes, to refuse by name what nobody can take in."""

import re

from kanglu.errors import Refused
from kanglu.intake.reader import Document

_SIGNATURES = (
    (b"%PDF", "a PDF", "Ask for the data behind it (FHIR R4, CSV or Excel)."),
    (b"\x89PNG", "a picture (PNG)", "Ask for the data behind it (FHIR R4, CSV or Excel)."),
    (b"\xff\xd8\xff", "a picture (JPEG)", "Ask for the data behind it (FHIR R4, CSV or Excel)."),
    (b"GIF8", "a picture (GIF)", "Ask for the data behind it (FHIR R4, CSV or Excel)."),
    (b"BM", "a picture (BMP)", "Ask for the data behind it (FHIR R4, CSV or Excel)."),
    (b"II*\x00", "a picture (TIFF)", "Ask for the data behind it (FHIR R4, CSV or Excel)."),
    (b"MM\x00*", "a picture (TIFF)", "Ask for the data behind it (FHIR R4, CSV or Excel)."),
    (b"{\\rtf", "an RTF text", "Ask for the data behind it (FHIR R4, CSV or Excel)."),
    (b"MSH|", "an HL7 v2 message", "Export FHIR R4 as JSON, or a table."),
    (b"FHS|", "a file of HL7 v2 messages", "Export FHIR R4 as JSON, or a table."),
    (b"BHS|", "a batch of HL7 v2 messages", "Export FHIR R4 as JSON, or a table."),
    (b"Rar!", "a RAR archive", "Unpack it, or pack it as a zip."),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it, or pack it as a zip."),
    (b"\xfd7zXZ", "an xz archive", "Unpack it, or pack it as a zip."),
    (b"BZh", "a bzip2 archive", "Unpack it, or pack it as a zip."),
    (b"SQLite format 3\x00", "an SQLite database", "Export its tables as CSV."),
    (b"RDX", "an R data file", "Export it as CSV."),
    (b"\x7fELF", "a program", "Name data files only."),
    (b"MZ", "a program", "Name data files only."),
)
_CLINICAL_DOCUMENT = re.compile(rb"<(\w+:)?ClinicalDocument\b")
_FHIR_XML = re.compile(rb"xmlns(:\w+)?=['\"]http://hl7\.org/fhir['\"]")
_UTF16_JSON = re.compile(rb"^(\xff\xfe\s*\x00?[\[{]\x00|\xfe\xff\x00[\[{])")


def refuse_foreign(document: Document) -> None:
    """Raises `Refused` for an empty file and for what is known not to hold records that can be read."""
    head = document.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise Refused("The file is empty.", remedy="Export it again.")
    for signature, what, remedy in _SIGNATURES:
        if head.startswith(signature) and (len(signature) > 2 or b"\x00" in head[:16]):
            raise Refused(f"It is {what}.", remedy=remedy)
    if document.head[257:262] == b"ustar":
        raise Refused("It is a tar archive.", remedy="Unpack it, or pack it as a zip.")
    if document.head[128:132] == b"DICM":
        raise Refused("It is a DICOM image.", remedy="Ask for the report as FHIR R4.")
    if head.startswith(b"<"):
        _refuse_markup(document.head)
    if _UTF16_JSON.match(document.head):
        raise Refused("It is JSON in UTF-16.", remedy="Save it as UTF-8.")


def _refuse_markup(head: bytes) -> None:
    if _CLINICAL_DOCUMENT.search(head):
        raise Refused("It is a C-CDA document.", remedy="Export FHIR R4 as JSON, or have it converted first.")
    if _FHIR_XML.search(head):
        raise Refused("It is FHIR as XML; Kanglu reads JSON.", remedy="Export it as FHIR R4 in JSON.")
    if re.match(rb"\s*(<!doctype html|<html)", head, re.IGNORECASE):
        raise Refused("It is a web page.", remedy="Ask for the data behind it (FHIR R4, CSV or Excel).")
    raise Refused("It is XML.", remedy="Export FHIR R4 as JSON, or a table as CSV or Excel.")
