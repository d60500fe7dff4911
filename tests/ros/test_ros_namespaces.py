"""Two simulated robots side by side, each in its namespace with its own clock."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import SUCCEEDED, Client, Graph, next_domain

pytestmark = [pytest.mark.slow, pytest.mark.one_distribution, pytest.mark.timeout(1200)]


def test_two_robots(tmp_path: Path) -> None:
    domain = next_domain()
    folders = [tmp_path / name for name in ("left", "right")]
    for folder in folders:
        folder.mkdir()
    left = Graph(folders[0], namespace="/left", domain=domain)
    right = Graph(folders[1], namespace="/right", domain=domain)
    with left, right, Client(domain, "/left") as at_left, Client(domain, "/right") as at_right:
        at_right.wait_resting()
        at_right.speeds.clear()
        status, result = at_left.say("pick up the red block")
        assert status == SUCCEEDED, result.reply
        at_right.pass_time(0.1)
        assert max(at_right.speeds) < 0.01  # the other robot did not move
        at_right.wait_object("red_block_1", lambda red: not red.held)
        at_left.wait_object("red_block_1", lambda red: red.held)
        status, result = at_right.say("pick up the green block")
        assert status == SUCCEEDED, result.reply
    assert left.orphans() == [] and right.orphans() == []
