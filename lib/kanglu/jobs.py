"""Long work beside the pages: each job is a process of its own, and all that is known of it lies in a folder.

So the server stays free, a job outlives the page that began it and the server itself, and whoever comes
back finds it where it is. A job is a function of the library, named as ``kanglu.care.foreseeing:foresee``,
that is called with the record (opened as whoever began it), something to tell its progress to, and JSON
arguments; what it gives back is JSON.
"""

import fcntl
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Literal

from kanglu.dates import instant
from kanglu.errors import KangluError, NotFound, RecordError
from kanglu.json_file import read, write
from kanglu.record.database import Database
from kanglu.record.opened import Clock, system_clock
from kanglu.trust import Actor, Purpose, Role

type State = Literal["running", "done", "failed", "stopped"]
type Progress = Callable[[int, int], None]
_ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}")
_FUNCTION = re.compile(r"kanglu(\.[a-z_]+)+:[a-z][a-z_]*")
_START = "from kanglu.jobs import main; main()"
KEPT = 200
"""Ended jobs that are kept, the newest."""


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of long work.

    Parameters
    ----------
    kind : which page's it is; `owner` the account that began it, `about` what the page wants to know again.
    started : an instant.
    done, total : how far it is; both 0 until it says so.
    answer : what came of it, when done.
    error, remedy : what went wrong, when failed.
    """

    id: str
    kind: str
    owner: str
    about: Mapping[str, Any]
    started: str
    state: State
    done: int = 0
    total: int = 0
    answer: Any = None
    error: str = ""
    remedy: str = ""

    @property
    def running(self) -> bool:
        """Whether it is at work."""
        return self.state == "running"


@dataclass
class Jobs:
    """The jobs of a house.

    Parameters
    ----------
    folder : where they lie; only the server's own user can read it.
    """

    folder: Path
    database: Database
    clock: Clock = system_clock
    _children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(
        self,
        kind: str,
        function: str,
        arguments: Mapping[str, Any],
        *,
        actor: Actor,
        purpose: Purpose,
        as_of: date,
        about: Mapping[str, Any] | None = None,
    ) -> Job:
        """Begin a job and give it back at once.

        Parameters
        ----------
        function : ``module:name`` in the library, called as ``name(store, progress, **arguments)``.
        arguments : JSON.
        as_of : the day that the record is opened for.
        """
        if not _FUNCTION.fullmatch(function):
            raise ValueError(f"{function!r} is no function of the library")
        self._tidy()
        at = self.clock()
        name = f"{at:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        place = self.folder / name
        place.mkdir(parents=True, mode=0o700)
        said = {
            "kind": kind, "owner": actor.id, "about": dict(about or {}), "started": instant(at),
            "function": function, "arguments": dict(arguments), "as_of": as_of.isoformat(),
            "actor": asdict(actor), "purpose": str(purpose),
        }  # fmt: skip
        write(place / "job.json", said)
        url = self.database.url.render_as_string(hide_password=False)
        with (place / "lock").open("w") as lock, (place / "log").open("wb") as log:
            fcntl.flock(lock.fileno(), fcntl.LOCK_EX)  # the child inherits it, and holds it until it ends
            self._children[name] = subprocess.Popen(
                [sys.executable, "-c", _START, str(place), str(lock.fileno())],
                pass_fds=[lock.fileno()],
                env=os.environ | {"KANGLU_DATABASE_URL": url},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        (place / "pid").write_text(str(self._children[name].pid))
        return self.get(name)

    def get(self, name: str) -> Job:
        """A job as it is now. Raises `NotFound`."""
        place = self.folder / name
        said = read(place / "job.json") if _ID.fullmatch(name) else None
        if said is None:
            raise NotFound("There is no such job.", remedy="It may have been cleared away; begin it again.")
        if name in self._children:
            self._children[name].poll()  # so that an ended child does not linger
        running = _held(place)  # asked before its answer is looked for: it may end in between
        known = {one: said[one] for one in ("kind", "owner", "about", "started")}
        done, total = _progress(place)
        made = Job(name, **known, state="running", done=done, total=total)
        if (ended := read(place / "end.json")) is not None:
            return replace(made, **ended)
        if running:
            return made
        return replace(made, state="failed", error="The process that did the work was ended.")

    def of(self, kind: str, owner: str | None = None) -> list[Job]:
        """The jobs of a kind, and of an account if one is named; the newest first."""
        found = [self.get(name) for name in self._names()]
        return [one for one in found if one.kind == kind and owner in (None, one.owner)]

    def stop(self, name: str) -> Job:
        """End a job that is at work; one that has ended stays as it is."""
        job, place = self.get(name), self.folder / name
        if not job.running:
            return job
        write(place / "end.json", {"state": "stopped"})
        with suppress(ProcessLookupError, ValueError, FileNotFoundError):
            os.killpg(int((place / "pid").read_text()), signal.SIGTERM)
        if name in self._children:
            self._children[name].wait(10)
        return self.get(name)

    def _names(self) -> list[str]:
        """The newest first, also of those that were begun within a second."""
        found = {
            one.parent.name: one.stat().st_mtime_ns
            for one in self.folder.glob("*/job.json")
            if _ID.fullmatch(one.parent.name)
        }
        return sorted(found, key=lambda name: found[name], reverse=True)

    def _tidy(self) -> None:
        """Clear the oldest away; what is at work stays."""
        for name in self._names()[KEPT:]:
            if not _held(self.folder / name):
                for file in (self.folder / name).iterdir():
                    file.unlink()
                (self.folder / name).rmdir()
                self._children.pop(name, None)


def _progress(place: Path) -> tuple[int, int]:
    said = read(place / "progress.json")
    return (0, 0) if said is None else (said["done"], said["total"])


def _held(place: Path) -> bool:
    """Whether the process of a job is alive: it holds the lock."""
    lock: IO[str]
    try:
        lock = (place / "lock").open("r+")
    except FileNotFoundError:
        return False
    with lock:
        try:
            fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


# -- in the job's own process ----------------------------------------------------------------------


def main() -> None:
    """Do the work of the job whose folder is named on the command line."""
    place = Path(sys.argv[1])
    said = json.loads((place / "job.json").read_text("utf-8"))
    try:
        ended = {"state": "done", "answer": _do(place, said)}
    except KangluError as error:
        ended = {"state": "failed", "error": error.what, "remedy": error.remedy or ""}
    except Exception:
        traceback.print_exc()
        ended = {"state": "failed", "error": "Something went wrong in the work itself; its log says what."}
    if not (place / "end.json").exists():  # somebody stopped it at its last moment
        write(place / "end.json", ended)


def _do(place: Path, said: Mapping[str, Any]) -> Any:
    from kanglu import record

    module, name = said["function"].split(":")
    function = getattr(import_module(module), name, None)
    if function is None:
        raise RecordError(f"There is no {said['function']}.")
    actor = Actor(**{**said["actor"], "role": Role(said["actor"]["role"])})

    def progress(done: int, total: int) -> None:
        write(place / "progress.json", {"done": done, "total": total})

    with record.open(
        os.environ["KANGLU_DATABASE_URL"],
        actor=actor,
        purpose=Purpose(said["purpose"]),
        as_of=date.fromisoformat(said["as_of"]),
    ) as store:
        return function(store, progress, **said["arguments"])
