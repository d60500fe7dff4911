"""A real daemon with a real gateway, and an agent that answers at once, or a robot's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi")
from sim.faults.door import Door

ROOT = Path(__file__).resolve().parents[2]
PATH = (ROOT, ROOT / "tests")


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    """One with an agent that answers at once. Who asks has no limit that a test would meet."""
    made = Door({"program": "lab.programs:Worker"}, ("--rate", "100000"), PATH)
    yield made
    made.close()


@pytest.fixture(scope="module")
def robot() -> Iterator[Door]:
    """One with a simulated robot that asks before it pushes anything."""
    made = Door({"scene": "demo", "rules": {"confirm": ["push"]}}, ("--rate", "1000"), PATH)
    yield made
    made.close()
