"""A real Chromium, driven by Playwright, for what tests and measures pages.

Knows: where Chromium is (LLMAGENTOS_CHROMIUM, or the system's). Does not know: any page. Playwright's own
browser build is not used: it can't be had everywhere.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from llmagentos.errors import MissingDependencyError


def chromium() -> str:
    """Its program; "" where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = (shutil.which(name) for name in names)
    return os.environ.get("LLMAGENTOS_CHROMIUM") or next((f for f in found if f), "")


def missing() -> str:
    """What is not there for it, in words; "" where all is."""
    if find_spec("playwright") is None:
        return "expected Playwright (pip install 'llmagentos[console]'), got none"
    if find_spec("fastapi") is None:
        return "expected FastAPI (pip install 'llmagentos[http]'), got none"
    return "" if chromium() else "expected Chromium (apt-get install chromium), got none"


@contextmanager
def running() -> Iterator[Any]:
    """A browser (playwright.sync_api.Browser) without a window. Raises MissingDependencyError."""
    if why := missing():
        raise MissingDependencyError(why)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = launched(driver.chromium)
        yield browser
        browser.close()


def launched(kind: Any, *arguments: str) -> Any:
    """A browser of a driver's kind (`Browser.browser_type` of one that runs). arguments: Chromium's own."""
    # as root, as CI is, Chromium has no sandbox of its own
    options = ["--no-sandbox", "--disable-dev-shm-usage"] if os.geteuid() == 0 else []
    return kind.launch(executable_path=chromium(), args=[*options, *arguments])
