"""Batches that were ordered on a page: each in a folder of its own, with who ordered it, what and for whom.

What a batch has made stands in its folder's manifest, and only what stands there is ever handed out.
"""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from kanglu import json_file
from kanglu.errors import NotFound
from kanglu.record import Store
from kanglu.reporting.batch import render
from kanglu.reporting.job import File, Format
from kanglu.reporting.manifest import Row, read
from kanglu.reporting.order import Order

_ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}")
_NOTE = "batch.json"


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that was ordered.

    Parameters
    ----------
    owner : the account that ordered it; `started` an instant.
    folder : where its files are.
    order : as `Order` takes it, days as text.
    total : how many reports it is.
    """

    id: str
    owner: str
    started: str
    folder: Path
    order: Mapping[str, Any]
    total: int

    @property
    def rows(self) -> dict[str, Row]:
        """What the manifest says, by the name of the report."""
        return {row.name: row for row in read(self.folder / self.name)}

    @property
    def name(self) -> str:
        """The folder of the order within the batch's own."""
        return order_of(self.order).name

    def file(self, name: str) -> tuple[Path, str]:
        """A finished file and whom it is about. Raises `NotFound` for what no manifest names."""
        for row in self.rows.values():
            for one in row.files.values():
                if one.name == name and row.state != "failed":
                    return self._there(one), row.name
        raise NotFound("There is no such report here.", remedy="Open it from the list of its batch.")

    def files(self) -> Iterator[tuple[str, str, Path]]:
        """Every finished file: whom it is about, its name, where it lies."""
        for row in self.rows.values():
            for one in row.files.values():
                if row.state != "failed" and (path := self.folder / self.name / one.name).is_file():
                    yield row.name, one.name, path

    def _there(self, file: File) -> Path:
        path = self.folder / self.name / file.name
        if not path.is_file():
            raise NotFound("This report is no longer there.", remedy="Let the batch go on: it is made again.")
        return path


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches of a house.

    Parameters
    ----------
    folder : where they lie.
    """

    folder: Path

    def begin(self, order: Mapping[str, Any], owner: str, total: int, at: str, stamp: str) -> Batch:
        """Note an order; nothing is made yet. `at` is an instant, `stamp` the same as ``20260630T090000``."""
        order_of(order)
        name = f"{stamp}-{secrets.token_hex(4)}"
        folder = self.folder / name
        folder.mkdir(parents=True, mode=0o700)
        said = {"owner": owner, "started": at, "order": dict(order), "total": total}
        json_file.write(folder / _NOTE, said)
        return self.get(name)

    def get(self, name: str) -> Batch:
        """A batch. Raises `NotFound`."""
        said = json_file.read(self.folder / name / _NOTE) if _ID.fullmatch(name) else None
        if said is None:
            raise NotFound("There is no such batch of reports.")
        return Batch(name, folder=self.folder / name, **said)

    def all(self, owner: str | None = None) -> list[Batch]:
        """The batches of an account, or of everybody; the newest first."""
        names = [one.name for one in self.folder.iterdir()] if self.folder.is_dir() else []
        noted = [one for one in names if _ID.fullmatch(one) and (self.folder / one / _NOTE).is_file()]
        found = [self.get(name) for name in sorted(noted, reverse=True)]
        return [one for one in found if owner in (None, one.owner)]


def order_of(said: Mapping[str, Any], out: Path | None = None) -> Order:
    """An order from plain data, whose days are text; `out` is the folder it gets one in."""
    return Order(
        report=said["report"],
        panel=said["panel"],
        year=said.get("year"),
        lang=said["lang"],
        as_of=date.fromisoformat(said["as_of"]),
        formats=cast("tuple[Format, ...]", tuple(said["formats"])),
        out=out,
        month=said.get("month"),
        since=_day(said.get("since")),
        until=_day(said.get("until")),
    )


def _day(said: str | None) -> date | None:
    return None if said is None else date.fromisoformat(said)


def carry_out(
    store: Store, progress: Callable[[int, int], None], *, order: Mapping[str, Any], folder: str
) -> dict[str, Any]:
    """Make the reports of an order in a batch's folder; the same call again goes on where it was.

    The database is the one that the process was told of in its environment.
    """
    done = render(order_of(order, Path(folder)), actor=store.actor, progress=progress)
    return {name: value for name, value in asdict(done).items() if name != "folder"}
