"""What an import would take each column for, without taking anything in."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from kanglu.catalogue import current
from kanglu.intake.containers import Refusal, documents
from kanglu.intake.mapping import ColumnMapping, Mapping
from kanglu.intake.tables import TableReader

type Line = tuple[str, str, str, str]


def explain(path: Path, mapping: Mapping | None = None) -> Iterator[tuple[str, list[Line]]]:
    """Each table under a path, with a line a column: header, what it is taken for, unit, why.

    The proposal is kept as a mapping, as an import would, so that it can be corrected. Documents that are no
    tables are passed over; raises `Refused` for a table that cannot be read.
    """
    reader = TableReader(mapping)
    with TemporaryDirectory(prefix="kanglu-") as scratch:
        for document in documents([path], Path(scratch)):
            if isinstance(document, Refusal) or not reader.claims(document):
                continue
            planned, _ = reader.plan(document, current())
            for plan in planned:
                yield document.name, [_line(column) for column in plan.mapping.columns]


def _line(column: ColumnMapping) -> Line:
    return column.header, column.indicator or column.role.value, column.unit or "", column.why
