"""The verb that serves the pages."""

import gc
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from kanglu import screen
from kanglu.cli_rules import Database

if TYPE_CHECKING:
    from kanglu.record.opened import Clock


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 for all, behind a proxy that speaks TLS.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 5006,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of",
            formats=["%Y-%m-%d"],
            metavar="DAY",
            help="Work as if this were today, also in what is entered: for the demo, not for real records.",
        ),
    ] = None,
    database: Database = None,
) -> None:
    """Serve the pages: today's list, people, visits, trends, intake, reports, rules, board.

    The first start makes an administrator and prints a password for one sign-in.

      kanglu serve --port 5006
    """
    import uvicorn

    from kanglu import record
    from kanglu.catalogue import current
    from kanglu.record.database import opened
    from kanglu.ui.bounds import WORDS
    from kanglu.ui.server import Application
    from kanglu.ui.visitors import House

    record.init(database)
    house = House(opened(database), _clock(as_of))
    served = Application(house)
    if password := house.accounts.first():
        screen.say(f"The first account is made: name admin, password for one sign-in {password}")
    current()
    gc.collect()
    gc.freeze()  # Panel has garbage looked for as pages are left: not among all that was loaded by now
    screen.say(f"Kanglu is at http://{host}:{port} (Ctrl+C ends it)")
    uvicorn.run(
        served, host=host, port=port, log_level="warning", server_header=False,
        ws_max_size=WORDS, ws_ping_interval=20, ws_ping_timeout=30, proxy_headers=True,
    )  # fmt: skip


def _clock(as_of: datetime | None) -> "Clock":
    """The machine's clock, or one that shows its time on another day."""
    from kanglu.record.opened import ZONE, system_clock

    if as_of is None:
        return system_clock
    zone = ZoneInfo(ZONE)
    today = system_clock().astimezone(zone).date()
    behind = timedelta(days=(today - as_of.date()).days)
    return lambda: system_clock() - behind
