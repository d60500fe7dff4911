"""Recorded flights in tests/recordings: today's code sees, plans and does what was recorded.

Another one: `llmagentos replay FILE --keep tests/recordings`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from llmagentos import composition
from llmagentos.cli.replay import stages
from llmagentos.ports.modules import PlanningModule
from llmagentos.recorder.keep import MOST_BYTES
from llmagentos.recorder.reading import read

FILES = sorted((Path(__file__).parents[1] / "recordings").glob("*.mcap"))


@pytest.fixture(scope="module")
def planner() -> PlanningModule:
    return composition.load_planner()


def test_there_are_some() -> None:
    assert FILES and all(path.stat().st_size <= MOST_BYTES for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_as_recorded(path: Path, planner: PlanningModule) -> None:
    found = stages(read(path), planner)
    assert [f"{s.name}: {s.difference}" for s in found if not s.same] == []
