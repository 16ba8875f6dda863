"""What an import would make of files, before anything is taken in: for people to look at and correct."""

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from kanglu.errors import CatalogueError, KangluError, Refused
from kanglu.intake.containers import Refusal, documents
from kanglu.intake.fhir import is_json
from kanglu.intake.mapping import ColumnMapping, Mapping, Role
from kanglu.intake.reader import Document
from kanglu.intake.sniffing import refuse_foreign
from kanglu.intake.tables import TableReader
from kanglu.intake.tables_header import Table
from kanglu.intake.tables_text import text_of

if TYPE_CHECKING:
    from kanglu.catalogue import Catalogue

LOOKED_AT: Final = 2 << 20
"""Bytes of a text file that a preview looks at; of a larger one, its beginning."""
EXAMPLES: Final = 3
_TEXT: Final = (".csv", ".tsv", ".txt", ".tab")
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it would be read.

    Parameters
    ----------
    rows : how many it has; in `whole` whether that is all of them.
    mapping : what each column would be taken for.
    examples : for each column, some of what stands in it.
    own : whether the mapping is the institution's own, kept earlier.
    refusal, remedy : why it could not be taken in like that, and what to do; empty when it could.
    """

    file: str
    sheet: str
    rows: int
    whole: bool
    mapping: Mapping
    examples: tuple[tuple[str, ...], ...]
    own: bool
    refusal: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What files hold: tables, how many FHIR documents, and what would be refused."""

    sheets: tuple[Sheet, ...]
    fhir: int
    refused: tuple[Refusal, ...]

    def to_data(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return {
            "sheets": [asdict(one) | {"mapping": one.mapping.model_dump(mode="json")} for one in self.sheets],
            "fhir": self.fhir,
            "refused": [asdict(one) for one in self.refused],
        }

    @classmethod
    def from_data(cls, data: Dictionary[str, Any]) -> "Preview":
        """The preview that `to_data` wrote."""
        return cls(
            tuple(
                Sheet(
                    **one
                    | {
                        "mapping": Mapping.model_validate(one["mapping"]),
                        "examples": tuple(map(tuple, one["examples"])),
                    }
                )
                for one in data["sheets"]
            ),
            data["fhir"],
            tuple(Refusal(**one) for one in data["refused"]),
        )


def preview(paths: Sequence[Path], catalogue: "Catalogue", folder: Path | None = None) -> Preview:
    """What an import of these paths would meet. Nothing is written, a mapping neither.

    Parameters
    ----------
    folder : where mappings are kept; the institution's own by default.
    """
    reader, sheets, refused, fhir = TableReader(folder=folder), list[Sheet](), list[Refusal](), 0
    with TemporaryDirectory(prefix="kanglu-") as scratch:
        for one in documents(paths, Path(scratch)):
            if isinstance(one, Refusal):
                refused.append(one)
            elif is_json(one):
                fhir += 1
            else:
                try:
                    refuse_foreign(one)
                    sheets += _sheets(one, reader, catalogue)
                except Refused as error:
                    refused.append(Refusal.of(one.name, error))
    return Preview(tuple(sheets), fhir, tuple(refused))


def recast(mapping: Mapping, place: int, role: Role, indicator: str | None, unit: str | None) -> Mapping:
    """The mapping with one column taken for something else; what was known of its cells goes with that.

    Raises `CatalogueError` for an indicator without its name.
    """
    if role is Role.INDICATOR and not indicator:
        raise CatalogueError("It is not said what was measured.", remedy="Choose it from the list.")
    before = mapping.columns[place]
    kept = before.role is role and before.indicator == indicator
    changed = ColumnMapping(
        header=before.header,
        role=role,
        indicator=indicator if role is Role.INDICATOR else None,
        unit=unit or None,
        unit_from="declared" if unit else None,
        system=before.system if kept or role is Role.PERSON else None,
        pattern=before.pattern if kept else None,
        values=before.values if kept else {},
        why="as it was said here",
    )
    columns = (*mapping.columns[:place], changed, *mapping.columns[place + 1 :])
    return mapping.model_copy(update={"columns": columns})


def _sheets(document: Document, reader: TableReader, catalogue: "Catalogue") -> list[Sheet]:
    if not reader.claims(document):
        raise Refused(
            "It is nothing that Kanglu reads.",
            remedy="Kanglu takes FHIR R4 as JSON or NDJSON, and tables as CSV, XLSX or XLS.",
        )
    beginning = _beginning(document)
    return [
        Sheet(
            found.file,
            found.sheet,
            len(found.rows),
            beginning is document,
            mapping,
            _examples(found),
            own,
            *_words(error),
        )
        for found, mapping, own, error in reader.proposals(beginning, catalogue)
    ]


def _words(error: KangluError | None) -> tuple[str, str]:
    return ("", "") if error is None else (error.what, error.remedy or "")


def _examples(found: Table) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(list(dict.fromkeys(filter(None, map(text_of, column.cells[:200]))))[:EXAMPLES])
        for column in found.columns
    )


def _beginning(document: Document) -> Document:
    """The document, or of a large text its first whole lines."""
    if not document.basename.endswith(_TEXT) or document.head.startswith(_UTF16):
        return document
    with document.open() as stream:
        start = stream.read(LOOKED_AT + 1)
    if len(start) <= LOOKED_AT:
        return document
    start = start[: start.rfind(b"\n") + 1]

    def again() -> BinaryIO:
        return BytesIO(start)

    return replace(document, size=len(start), opener=again)
