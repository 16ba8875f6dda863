"""A loop in a thread of its own: where a browser has been opened, the main thread has a loop already.

It ends with the module that used it (`ended` in the folder's conftest), for a process with more than one
thread is not forked, and the tests that fork run in the same process.
"""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

_running: list[tuple[asyncio.AbstractEventLoop, threading.Thread]] = []


def run[T](what: Coroutine[Any, Any, T]) -> T:
    """Wait for a coroutine."""
    if not _running:
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        _running.append((loop, thread))
    return asyncio.run_coroutine_threadsafe(what, _running[0][0]).result()


def stop() -> None:
    """End the loop, if there is one."""
    while _running:
        loop, thread = _running.pop()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()
