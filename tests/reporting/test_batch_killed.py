"""A batch that is killed at any moment goes on where it was: no file missing, double or torn."""

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from hashlib import sha256
from pathlib import Path

import pytest

from kanglu.reporting import manifest

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="kills by process group")]
PEOPLE = 60
BATCH = """
import sys
from datetime import date
from pathlib import Path
from kanglu.reporting import Order, order, render
if __name__ == "__main__":
    report, database, out = sys.argv[1:]
    order._PACKAGE = Path(out) / "code that stands still"
    wanted = Order(report, "all", 2025, "en", date(2026, 6, 30), out=Path(out))
    done = render(wanted, database, jobs=2)
    print(done.made, done.skipped, len(done.failed))
"""


class Batch:
    """A batch in a session of its own, whose processes are known by a mark in their environment."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        script = folder / "batch.py"
        script.write_text(BATCH)
        self.mark = f"KANGLU_TEST_MARK={uuid.uuid4()}"
        name, value = self.mark.split("=")
        self.process = subprocess.Popen(
            [sys.executable, str(script), *arguments],
            env={**os.environ, name: value},
            start_new_session=True,
            stdout=subprocess.PIPE,
            text=True,
        )

    def living(self) -> list[int]:
        """Its processes, children and children's children that have not ended."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if self.mark.encode() in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
        return found

    def wait_until_gone(self, seconds: float = 20) -> None:
        """All of them end by themselves."""
        end = time.monotonic() + seconds
        while self.living():
            assert time.monotonic() < end, "processes outlive the batch"
            time.sleep(0.05)

    def wait_for_files(self, number: int, folder: Path) -> None:
        """Until so many reports are there, or the batch has ended."""
        while self.process.poll() is None and len(list(folder.glob("*/K*.html"))) < number:
            time.sleep(0.01)


def test_killed_three_times_and_resumed_it_is_complete(tmp_path, small_report, panel_of):
    report, database, out = str(small_report()), panel_of(PEOPLE), tmp_path / "out"
    chance = random.Random(20260630)
    for reached in (7, 23, 41):
        batch = Batch(tmp_path, report, database, str(out))
        batch.wait_for_files(reached, out)
        time.sleep(chance.random() / 10)
        os.killpg(batch.process.pid, signal.SIGKILL)
        batch.process.wait()
        batch.wait_until_gone()

    last = Batch(tmp_path, report, database, str(out))
    made, skipped, failed = map(int, last.process.communicate()[0].split())

    assert (made + skipped, failed) == (PEOPLE, 0)
    assert skipped > 0, "what was done before is not done again"
    folder = out / "readings-2025-en"
    rows = manifest.read(folder)
    assert [row.name for row in rows] == [f"K{number:06}" for number in range(1, PEOPLE + 1)]
    listed = {manifest.NAME}
    for row in rows:
        assert row.state == "done"
        for file in row.files.values():
            content = (folder / file.name).read_bytes()
            assert (len(content), sha256(content).hexdigest()) == (file.bytes, file.sha256)
            listed.add(file.name)
    assert len(listed) == 2 * PEOPLE + 1
    assert {path.name for path in folder.iterdir()} - {".manifest.lock"} == listed


@pytest.mark.parametrize("who", ["parent", "zygotes"])
def test_no_process_outlives_the_one_that_started_it(tmp_path, small_report, panel_of, who):
    report = str(small_report("import time\ntime.sleep(0.2)"))
    batch = Batch(tmp_path, report, panel_of(30), str(tmp_path / "out"))
    batch.wait_for_files(2, tmp_path / "out")

    if who == "parent":
        os.kill(batch.process.pid, signal.SIGKILL)
        batch.process.wait()
        batch.wait_until_gone()
        return
    command = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in batch.living()}
    parents = {int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1]) for pid in command}
    for zygote in [pid for pid in command if b"zygote" in command[pid] and pid in parents]:
        os.kill(zygote, signal.SIGKILL)
    made, _skipped, failed = map(int, batch.process.communicate()[0].split())

    assert made + failed == 30
    assert failed <= 2, "one report under way in each of two zygotes"
    batch.wait_until_gone()
