"""What a file is, by its first bytes: what nobody can take in is refused by name."""

import pytest

from kanglu.errors import Refused
from kanglu.intake.reader import Document
from kanglu.intake.sniffing import refuse_foreign


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\x89PNG\r\n\x1a\n....", "a picture"),
        (b"\xff\xd8\xff\xe0....", "a picture"),
        (b"BM\x36\x00\x0c\x00\x00", "a picture"),
        (b"{\\rtf1\\ansi", "an RTF text"),
        (b"MSH|^~\\&|LAB", "an HL7 v2 message"),
        (b"\xef\xbb\xbfMSH|^~\\&|LAB", "an HL7 v2 message"),
        (b"Rar!\x1a\x07\x00", "a RAR archive"),
        (b"SQLite format 3\x00", "an SQLite database"),
        (b"x" * 257 + b"ustar\x0000", "a tar archive"),
        (b"\x00" * 128 + b"DICM", "a DICOM image"),
        (b"<?xml version='1.0'?><Bundle xmlns='http://hl7.org/fhir'>", "FHIR as XML"),
        (b'<?xml version="1.0"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3">', "C-CDA"),
        (b'<cda:ClinicalDocument xmlns:cda="urn:hl7-org:v3">', "C-CDA"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"<data/>", "It is XML"),
        ('{"resourceType": "Patient"}'.encode("utf-16"), "UTF-16"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_by_name_with_a_remedy(content: bytes, what: str) -> None:
    with pytest.raises(Refused) as refused:
        refuse_foreign(Document.of("file", content))
    assert what in refused.value.what
    assert refused.value.remedy


@pytest.mark.parametrize(
    "content",
    [
        b'{"resourceType": "Patient"}',
        b"\xef\xbb\xbf [",
        b"BMI,date\n22.1,2024-05-01\n",
        b"MZ,date\n1,2024-05-01\n",
        "编号,收缩压\n1,120\n".encode("gb18030"),
    ],
)
def test_what_may_hold_records_passes(content: bytes) -> None:
    refuse_foreign(Document.of("file", content))
