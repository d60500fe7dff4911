"""What `llmagentos mcp --http` makes of requests that no client means."""

from __future__ import annotations

import pytest

from benchmarks.mcp_fuzz import fuzzed
from sim.faults.door import Door


@pytest.mark.slow
def test_malformed_requests_crash_grow_and_move_nothing(robot: Door) -> None:
    came = fuzzed(robot, 1000, seed=1)
    assert (came.crashes, came.broken, came.calls) == (0, 0, 0), came
    assert came.moved_rad < 1e-6
    assert came.growth_mb < 25, came
    assert {"400", "401", "403", "404", "406", "415"} <= set(came.answers), came.answers
