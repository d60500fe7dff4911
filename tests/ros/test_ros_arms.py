"""Every shipped arm as the simulated robot of a graph: its joints by name, a sentence, a moved block."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import SUCCEEDED, Client, Graph
from llmagentos_ros import interface as table

from llmagentos.robots import load

pytestmark = [pytest.mark.slow, pytest.mark.one_distribution, pytest.mark.timeout(1200)]


@pytest.mark.parametrize("robot", ["ur5e", "xarm7"])
def test_a_sentence_moves_a_block(robot: str, tmp_path: Path) -> None:
    spec = load(robot)
    with Graph(tmp_path, robot=robot) as graph, Client(graph.domain, poll=graph.poll) as client:
        status, result = client.say("put the red block in the blue bowl")
        assert (status, result.status) == (SUCCEEDED, "succeeded"), result.reply
        client.wait_object("red_block_1", lambda red: red.support == "blue_bowl_1")
        names = tuple(client.latest[table.JOINT_STATES.name].name)
        assert names == (*spec.joint_names, *spec.finger_joint_names)
    assert graph.orphans() == []
