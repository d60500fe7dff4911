"""robot.launch.py's graph beside drivers that are other people's processes: two arms at once.

Each arm has its namespace, its own drivers and its own parameters; the drivers speak only ROS. Where
ROS's `launch` is missing, the process table of `llmagentos up` brings the same graph up, with the
same table of drivers' topics.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from harness import ABORTED, SUCCEEDED, Client, Graph, next_domain

pytestmark = [pytest.mark.slow, pytest.mark.one_distribution, pytest.mark.timeout(1200)]
ARMS = {"/left": "panda", "/right": "ur5e"}


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Client]]:
    """A person at each arm of two graphs that run at once."""
    domain = next_domain()
    with ExitStack() as stack:
        graphs = []
        for namespace, arm in ARMS.items():
            folder = tmp_path_factory.mktemp(arm)
            graph = Graph(folder, namespace=namespace, domain=domain, standin=arm)
            graphs.append(stack.enter_context(graph))
        yield {name: stack.enter_context(Client(domain, name)) for name in ARMS}
    assert [orphan for graph in graphs for orphan in graph.orphans()] == []


@pytest.mark.parametrize(("mine", "other"), [("/left", "/right"), ("/right", "/left")])
def test_each_arm_follows_its_own_commands(
    clients: dict[str, Client], mine: str, other: str
) -> None:
    clients[other].wait_resting()
    clients[other].speeds.clear()
    status, result = clients[mine].say("point at the red block")
    assert status == SUCCEEDED, result.reply
    assert max(clients[mine].speeds) > 0.05
    clients[other].pass_time(0.1)
    assert max(clients[other].speeds) < 0.01


def test_both_at_once(clients: dict[str, Client]) -> None:
    goals = [client.send("go home") for client in clients.values()]
    for goal in goals:
        status, result = goal.result()
        assert status == SUCCEEDED, result.reply


def test_an_arm_that_does_not_follow_is_told(clients: dict[str, Client]) -> None:
    client = clients["/left"]
    client.set_parameter("drivers", "hears", 0.0)
    status, result = client.say("point at the red block")
    assert status == ABORTED and result.status == "failed"
    assert "does its driver hear them" in result.reply, result.reply
    client.set_parameter("drivers", "hears", 1.0)
    status, result = client.say("point at the red block")
    assert status == SUCCEEDED, result.reply


def test_each_sees_its_own_table(clients: dict[str, Client]) -> None:
    for client in clients.values():
        client.wait_object("red_block_1", lambda red: abs(red.position.y - 0.12) < 0.02)
