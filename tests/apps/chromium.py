"""One browser a process: the main thread bears a single loop of Playwright's, whoever asks first."""

import atexit
from functools import cache

from playwright.sync_api import Browser, sync_playwright


@cache
def chromium(path: str) -> Browser:
    """The browser of this process."""
    playwright = sync_playwright().start()
    atexit.register(playwright.stop)
    return playwright.chromium.launch(
        executable_path=path, args=["--no-sandbox", "--disable-background-networking"]
    )
