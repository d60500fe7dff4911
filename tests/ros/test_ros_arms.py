"""Every shipped arm as the simulated robot of a graph: its joints by name, a sentence, a moved block."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from harness import PATIENCE_S, SUCCEEDED, Client, Graph
from llmagentos_ros import interface as table

from llmagentos.robots import load

pytestmark = [pytest.mark.slow, pytest.mark.one_distribution, pytest.mark.timeout(1200)]


@pytest.mark.parametrize("robot", ["ur5e", "xarm7", "so101"])
def test_a_sentence_moves_a_block(robot: str, tmp_path: Path) -> None:
    spec = load(robot)
    with Graph(tmp_path, robot=robot) as graph, Client(graph.domain, poll=graph.poll) as client:
        status, result = client.say("put the red block in the blue bowl")
        assert (status, result.status) == (SUCCEEDED, "succeeded"), result.reply
        client.wait_object("red_block_1", lambda red: red.support == "blue_bowl_1")
        names = tuple(client.latest[table.JOINT_STATES.name].name)
        assert names == (*spec.joint_names, *spec.finger_joint_names)
        assert checked(robot, graph)["well"] is True
        other = checked("panda", graph)
        assert other["well"] is False and spec.joint_names[0] in other["words"], other
    assert graph.orphans() == []


def checked(robot: str, graph: Graph) -> dict[str, Any]:
    """What `robot check --ros` finds on the running graph."""
    argv = [sys.executable, "-m", "llmagentos", "robot", "check", robot, "--ros", "--no-pick"]
    done = subprocess.run(
        [*argv, "--json"], env=graph.env, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )  # fmt: skip
    assert done.stdout, done.stderr
    findings: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return next(found for found in findings if found["about"] == "ros")
