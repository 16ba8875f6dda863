"""A PostgreSQL server of the tests' own: started when first needed, gone when they end.

It listens on a socket in a temporary folder only. PostgreSQL refuses to run as root, so root starts it as
another user. Each test process has its own server, which pytest-xdist needs no coordination for.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

_NUMBERS = count(1)


class NoPostgres(Exception):
    """There is no PostgreSQL on this machine that could be started."""


@dataclass(frozen=True)
class Cluster:
    """A running server."""

    folder: Path

    def url(self, database: str) -> str:
        """SQLAlchemy's URL of one of its databases."""
        return f"postgresql://{_superuser()}@/{database}?host={self.folder}"

    def create(self, template: str = "template0") -> str:
        """A new database, copied from a template; gives its name."""
        name = f"kanglu_{os.getpid()}_{next(_NUMBERS)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(
            host=str(self.folder), user=_superuser(), dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A server for the length of the block. Raises `NoPostgres`."""
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="kanglu-pg-"))
    data = folder / "data"
    if os.geteuid() == 0:
        shutil.chown(folder, _superuser())
    settings = (
        f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c full_page_writes=off"
    )
    try:
        _run(binaries / "initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        _run(binaries / "pg_ctl", "-D", data, "-l", folder / "log", "-o", settings, "-w", "start")
        try:
            yield Cluster(folder)
        finally:
            _run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    """The folder of initdb and pg_ctl: on the PATH, or where Debian keeps them, the newest first."""
    if (found := shutil.which("initdb")) and shutil.which("pg_ctl"):
        return Path(found).parent
    kept = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True
    )
    if not kept:
        raise NoPostgres("neither the PATH nor /usr/lib/postgresql holds initdb")
    return kept[0].parent


def _superuser() -> str:
    """Who runs the server: this user, or for root the first of two that can."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    users = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in users else "nobody"


def _run(*command: str | Path) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", _superuser(), "--", *words]
    done = subprocess.run(words, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise NoPostgres(f"{words[-1]} failed:\n{done.stdout}")
