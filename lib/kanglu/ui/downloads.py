"""Files that somebody takes away from a page."""

from collections.abc import Iterable

from starlette.responses import Response

from kanglu import csv_file


def taken(content: bytes, media_type: str, name: str) -> Response:
    """A file to be saved under a name; no browser keeps a copy of its own."""
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)


def table(rows: Iterable[Iterable[object]], name: str) -> Response:
    """Rows as a CSV file that spreadsheets read as UTF-8, and in which no cell is a formula."""
    return taken(csv_file.written(rows).encode("utf-8-sig"), "text/csv; charset=utf-8", name)
