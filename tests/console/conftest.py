"""The web console in a real Chromium, of a real gateway with a simulated robot.

Without Playwright (extra `console`) or Chromium these tests are skipped (lab/pages.py); .ci/console installs
both, and there they can't be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.browser import running
from sim.faults.door import AGENT, Door

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def robot() -> Iterator[Door]:
    """A simulated robot that asks before it pushes anything."""
    spec = {"scene": "demo", "rules": {"confirm": ["push"]}, "budgets": {"memory_mb": 4000}}
    made = Door(spec, ("--rate", "1000"), (ROOT, ROOT / "tests"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all."""
    with running() as browser:
        yield browser


@pytest.fixture
def as_it_was(robot: Door) -> Callable[[str], None]:
    """Has a thing where the scene puts it: the agent begins anew where an earlier test moved it."""

    def put_back(words: str) -> None:
        told = robot.ask("GET", f"/v1/agents/{AGENT}/scene", who="viewer").json()
        begun = {"red block": (0.4, 0.1), "yellow block": (0.52, 0.11)}[words]
        row = next(o for o in told["objects"] if f"{o['color']} {o['kind']}" == words)
        if told["held"] or math.dist(row["position"][:2], begun) > 0.01:
            robot.anew()

    return put_back


@pytest.fixture
def page_of(robot: Door, chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens the page as somebody; whatever the browser finds wrong with it fails the test."""
    robot.ready()
    contexts, wrong = [], []

    def open_as(who: str = "operator", width: int = 1280, height: int = 800, **more: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, **more)
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: "Content Security" in said.text and wrong.append(said.text))
        page.goto(f"{robot.url}/#token={robot.tokens[who]}")
        page.wait_for_selector("#link[data-tone=good]", state="attached")
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert wrong == []
