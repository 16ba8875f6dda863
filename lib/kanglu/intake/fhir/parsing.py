"""The bytes of a FHIR document to drafts: JSON in one piece, or NDJSON some thousand lines at a time."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import batched

import orjson

from kanglu.errors import Refused
from kanglu.intake.fhir.collecting import Found
from kanglu.intake.fhir.document import TAKEN, read_resources
from kanglu.intake.fhir.draft import Draft, Trouble
from kanglu.intake.fhir.lookups import Lookups
from kanglu.intake.fhir.slicing import Uneven, cut
from kanglu.intake.reader import Document

LINES_AT_A_TIME = 5_000
MOST_IN_ONE_PIECE = 512 << 20
_BOM = b"\xef\xbb\xbf"
_LINES = (".ndjson", ".jsonl")
_MARKED = re.compile(rb"\s*[\[{]")


def is_json(document: Document) -> bool:
    """Whether a document looks like JSON."""
    return bool(_MARKED.match(document.head.removeprefix(_BOM)))


def is_lines(document: Document) -> bool:
    """Whether a document says by its name that it is NDJSON."""
    return document.basename.removesuffix(".gz").endswith(_LINES)


def drafts(document: Document, lookups: Lookups) -> tuple[str, Iterator[Draft]]:
    """The SHA-256 of a document, and what it says: one draft, or one for each some thousand lines of NDJSON.

    Raises `Refused` when it is damaged, no FHIR, or FHIR of another version; with NDJSON when the first
    draft is asked for.
    """
    if is_lines(document):
        return document.fingerprint(), _by_line(document.name, _lines_of(document), lookups)
    if document.size > MOST_IN_ONE_PIECE:
        raise Refused(
            f"It is one JSON document of {document.size:,} bytes, too large to read in one piece.",
            remedy="Export it as NDJSON, or one Bundle a person.",
        )
    content = document.content()
    sha256 = hashlib.sha256(content).hexdigest()
    content = content.removeprefix(_BOM)
    with suppress(Uneven):
        return sha256, iter([read_resources(document.name, cut(content, TAKEN), lookups)])
    try:
        data = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        if not _looks_like_lines(content):
            raise _broken(content, error) from None
        return sha256, _by_line(document.name, content.splitlines(), lookups)
    found = Found()
    found.collect(data)
    return sha256, iter([read_resources(document.name, found, lookups)])


def _lines_of(document: Document) -> Iterator[bytes]:
    with document.open() as stream:
        yield from stream


def _by_line(name: str, lines: Iterable[bytes], lookups: Lookups) -> Iterator[Draft]:
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    for part, some in enumerate(batched(numbered, LINES_AT_A_TIME)):
        found = Found()
        for number, line in some:
            _line(f"line {number}", line, found)
        yield read_resources(name, found, lookups, judged=part > 0)


def _line(where: str, line: bytes, found: Found) -> None:
    try:
        found.collect(orjson.loads(line.removeprefix(_BOM)), where)
    except orjson.JSONDecodeError as error:
        found.troubles.append(Trouble(where, "", f"It is no JSON ({error}).", "Export the file again."))
    except Refused as error:
        found.troubles.append(Trouble(where, "", error.what, error.remedy or ""))


def _looks_like_lines(content: bytes) -> bool:
    """Whether the first line is JSON by itself, and another follows."""
    first, _, rest = content.lstrip().partition(b"\n")
    if not _MARKED.match(rest):
        return False
    try:
        return isinstance(orjson.loads(first), dict)
    except orjson.JSONDecodeError:
        return False


def _broken(content: bytes, error: orjson.JSONDecodeError) -> Refused:
    if not content.strip():
        return Refused("The file is empty.", remedy="Export it again.")
    if "UTF-8" in str(error) or "surrogate" in str(error):
        return Refused("It is JSON in an encoding other than UTF-8.", remedy="Save it as UTF-8.")
    if error.pos >= len(content.decode(errors="replace").rstrip()) - 1:
        return Refused("The JSON is cut off before its end.", remedy="Fetch or export the file again.")
    return Refused(f"It is no valid JSON: {error}.", remedy="Fetch or export the file again.")
