"""The server is killed in the middle of its work: what it had said is kept is kept, and nothing is torn."""

import os
import signal
import subprocess
import sys

from kanglu import record
from kanglu.json_file import read
from kanglu.record.accounts import Accounts
from kanglu.trust import Actor, Role

_KEEPS = """
import sys
from itertools import count
from pathlib import Path
from kanglu import record
from kanglu.json_file import write
from kanglu.trust import Actor, Role

with record.open(sys.argv[1], actor=Actor("root", "root", Role.ADMIN)) as store:
    for number in count(1):
        store.save_draft("visit/K000001/2026-06-30", {"number": number})
        write(Path(sys.argv[2]), {"number": number, "more": "x" * 50_000})
        print(number, flush=True)
"""


def test_what_was_said_to_be_kept_is_kept(store, database_url, tmp_path):
    path, root = tmp_path / "kept.json", Actor("root", "root", Role.ADMIN)
    Accounts(store.database).add(root, "root", "root", Role.ADMIN)
    for _ in range(2):
        child = subprocess.Popen(
            [sys.executable, "-c", _KEEPS, database_url, str(path)], stdout=subprocess.PIPE, text=True
        )
        said = 0
        for line in child.stdout:
            said = int(line)
            if said == 25:
                os.kill(child.pid, signal.SIGKILL)
                break
        said = max([said, *map(int, child.stdout.read().split())])
        child.wait()
        child.stdout.close()
        with record.open(database_url, actor=root) as again:
            [draft] = again.drafts()
            assert draft.content["number"] >= said
            assert again.verify().ok
        assert read(path)["number"] >= said
