"""Rows 5 and 35 to 40 of the table of faults, injected into a real gateway before a simulated robot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi")
from llmagentos.agent import Agent
from sim.faults import Lab, Verdict, chosen, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Rows over HTTP need no planner here: the agent's own process has one."""
    made = Lab(Agent.in_simulation, lambda: None, Path(), whole=False)
    yield made
    made.close()


@pytest.mark.parametrize("number", [35, 36, 37, 38, 39, 40, 5])
def test_a_row_of_the_gateway_is_as_required(number: int, lab: Lab) -> None:
    (row,) = run(chosen([number]), lab)
    assert row.verdict is Verdict.AS_REQUIRED, row.measured
