"""What tests of pages begin with: Playwright's `expect`, or a skip that says what is missing.

Where LLMAGENTOS_CONSOLE=required (as .ci/console sets it), what is missing is an error.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from benchmarks.browser import missing


def expect_or_skip() -> Any:
    """Playwright's `expect`, with a patience for machines under load."""
    if why := missing():
        if os.environ.get("LLMAGENTOS_CONSOLE") == "required":
            raise RuntimeError(f"the console's tests must run here: {why}")
        pytest.skip(why, allow_module_level=True)
    from playwright.sync_api import expect

    expect.set_options(timeout=60_000)
    return expect
