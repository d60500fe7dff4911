"""autostart:=false: the nodes wait, unconfigured, until somebody asks for each transition."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from harness import SUCCEEDED, Client, Graph
from lifecycle_msgs.msg import Transition
from llmagentos_ros import interface as table

pytestmark = [pytest.mark.slow, pytest.mark.one_distribution, pytest.mark.timeout(1200)]
NODES = ["robot_sim", "perception", "planner", "executor", "agent"]
#: Bring-up steps ten times a second, a node says five times a second that it lives.
BEATS = 20


def test_nodes_stay_down_until_they_are_asked(tmp_path: Path) -> None:
    heard: Counter[str] = Counter()

    def hear(msg: Any) -> None:
        heard[msg.node] += 1

    with Graph(tmp_path, autostart=False) as graph, Client(graph.domain, poll=graph.poll) as client:
        topic = table.HEARTBEAT
        client.node.create_subscription(topic.kind, topic.name, hear, topic.qos)
        client.wait(lambda: graph.states == dict.fromkeys(NODES, "unconfigured"))
        heard.clear()
        client.wait(lambda: all(heard[name] >= BEATS for name in NODES))
        assert [client.lifecycle(name) for name in NODES] == ["unconfigured"] * 5
        assert not client.latest, "a node that nobody has activated published"
        assert not client.command.server_is_ready()
        for transition, reached in (
            (Transition.TRANSITION_CONFIGURE, "inactive"),
            (Transition.TRANSITION_ACTIVATE, "active"),
        ):
            for name in NODES:
                assert client.lifecycle(name, transition) == reached
            # Bring-up watches, and says so; it did none of it.
            client.wait(lambda reached=reached: set(graph.states.values()) == {reached})  # type: ignore[misc]
        status, result = client.say("go home")
        assert status == SUCCEEDED, result.reply
        seen = {state for states in graph.history for state in states.values()}
        assert seen == {"unconfigured", "inactive", "active"}
    assert graph.orphans() == []
    codes = {p.spec.name: p.exit_code for p in graph.manager.processes}
    assert codes == dict.fromkeys(codes, 0)
