"""The fault harness over ROS: every row has its injection, and what a relay does to messages."""

from __future__ import annotations

import math
from typing import Any

import pytest
from lab.arms import PANDA
from llmagentos_ros import interface as table
from llmagentos_ros.convert import joint_state_to_msg, to_seconds, to_time
from llmagentos_ros.faults.__main__ import PLAIN, RELAYED, Graphs
from llmagentos_ros.faults.relay import FAULT, FROM_ROBOT, TO_ROBOT, Relay, theirs
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image
from std_msgs.msg import String

from llmagentos.types import RobotState
from sim.faults import over_ros


def test_every_row_over_ros_has_its_injection() -> None:
    assert set(PLAIN) | set(RELAYED) == over_ros.NAMES
    assert set(RELAYED) == over_ros.RELAYED and not set(PLAIN) & set(RELAYED)


class Node:
    """What a relay asks of its node: publishers and subscriptions, by topic."""

    def __init__(self) -> None:
        self.sent: dict[str, list[Any]] = {}
        self.hears: dict[str, Any] = {}

    def create_publisher(self, kind: Any, name: str, qos: Any) -> Any:
        class Publisher:
            publish = self.sent.setdefault(name, []).append

        return Publisher()

    def create_subscription(
        self, kind: Any, name: str, hear: Any, qos: Any, raw: bool = False
    ) -> None:
        self.hears[name] = (lambda msg: hear(serialize_message(msg))) if raw else hear


def test_a_relay_passes_everything_on_and_falsifies_what_it_is_told_to() -> None:
    node = Node()
    Relay(node)
    assert set(node.hears) == {FAULT, *map(theirs, FROM_ROBOT), *(t.name for t in TO_ROBOT)}
    joints, color = table.JOINT_STATES, table.COLOR

    def state(q: float) -> Any:
        positions = (q, *PANDA.home_rad[1:])
        return joint_state_to_msg(RobotState(positions, (0.0,) * 7, 0.08, 1.0), PANDA, "base")

    def came(fault: str, msg: Any, topic: table.Topic = joints) -> list[Any]:
        node.sent[topic.name].clear()
        node.hears[FAULT](String(data=fault))
        node.hears[theirs(topic)](msg)
        came = node.sent[topic.name]
        return [deserialize_message(m, topic.kind) if isinstance(m, bytes) else m for m in came]

    (same,) = came("", state(0.1))
    assert same.position[0] == 0.1
    (broken,) = came("nan", state(0.1))
    assert math.isnan(broken.position[0]) and broken.position[1] == PANDA.home_rad[1]
    assert [m.position[0] for m in came("twice", state(0.1))] == [0.1]
    assert [m.position[0] for m in came("twice", state(0.2))] == [0.2, 0.1]
    picture = Image()
    picture.header.stamp = to_time(10.0)
    (early,) = came("skew 1.0", picture, color)
    assert to_seconds(early.header.stamp) == pytest.approx(11.0)


@pytest.mark.slow
@pytest.mark.one_distribution
@pytest.mark.timeout(600)
def test_late_pictures_let_no_command_go_on() -> None:
    """Row 27, in a graph of processes: they come while a look waits, and are of before it."""
    graphs = Graphs()
    try:
        figures, words = RELAYED["pictures late"](graphs.get(True))
        assert figures == {"commands that went on": 0.0, "moved": 0.0}, words
    finally:
        graphs.close()
