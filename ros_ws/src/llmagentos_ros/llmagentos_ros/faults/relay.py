# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
All that a simulated robot says and hears, passed on by a process of its own.

Knows: the robot's topics, which it has under names of its own. Does not know: what is in a
message, but for the faults that it is told to make. Frozen, it is a network that was parted: both
halves live, and nothing comes through.

What needs no fault is passed on as the bytes that came: read and written again, a picture would
hold up every joint state and command behind it.

Faults are told on the topic `relay/fault`, as text: `nan` joint states, every picture's stamp off
by `skew SECONDS`, joint states that come `twice` and in the wrong order, `` for none.
"""

from __future__ import annotations

from collections.abc import Callable
import contextlib
from typing import Any

from builtin_interfaces.msg import Time
from llmagentos_ros import interface as table
from llmagentos_ros.convert import to_seconds, to_time
import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.serialization import deserialize_message
from std_msgs.msg import String

#: Before the names of the robot's own topics.
SIDE = 'robot/'
FAULT = 'relay/fault'
#: The newest is kept for a relay that hears of its sender a moment later.
FAULT_QOS = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
FROM_ROBOT = (
    table.CLOCK,
    table.JOINT_STATES,
    table.COLOR,
    table.DEPTH,
    table.CAMERA_INFO,
    table.CAMERA_POSE,
)
TO_ROBOT = (table.TRAJECTORY, table.GRIPPER)
_STAMPED = (table.COLOR, table.DEPTH, table.CAMERA_INFO)


class Relay:
    """Between the robot's topics and everybody else's."""

    def __init__(self, node: Any) -> None:
        self._node = node
        self._fault, self._by_s = '', 0.0
        self._kept: Any = None
        node.create_subscription(String, FAULT, self._on_fault, FAULT_QOS)
        for topic in FROM_ROBOT:
            self._pass_on(topic, theirs(topic), topic.name)
        for topic in TO_ROBOT:
            self._pass_on(topic, topic.name, theirs(topic))

    def _pass_on(self, topic: table.Topic, come: str, go: str) -> None:
        out = self._node.create_publisher(topic.kind, go, topic.qos)
        change = self._changes(topic)

        def hear(data: bytes) -> None:
            if change is None or not self._fault:
                out.publish(data)
                return
            for each in change(deserialize_message(data, topic.kind)):
                out.publish(each)

        self._node.create_subscription(topic.kind, come, hear, topic.qos, raw=True)

    def _changes(self, topic: table.Topic) -> Callable[[Any], list[Any]] | None:
        if topic is table.JOINT_STATES:
            return self._joints
        return self._picture if topic in _STAMPED else None

    def _on_fault(self, msg: String) -> None:
        self._fault, _, by = msg.data.partition(' ')
        self._by_s = float(by or 0.0)

    def _joints(self, msg: Any) -> list[Any]:
        if self._fault == 'nan':
            msg.position[0] = float('nan')
        elif self._fault == 'twice':
            before, self._kept = self._kept, msg
            return [msg] if before is None else [msg, before]
        return [msg]

    def _picture(self, msg: Any) -> list[Any]:
        if self._fault == 'skew':
            msg.header.stamp = _later(msg.header.stamp, self._by_s)
        return [msg]


def theirs(topic: table.Topic) -> str:
    """Return the name under which the robot has a topic."""
    return SIDE + topic.name.lstrip('/')


def _later(stamp: Time, by_s: float) -> Time:
    return to_time(max(0.0, to_seconds(stamp) + by_s))


def main() -> int:
    """Pass on until the process is ended."""
    rclpy.init(args=[])
    node = rclpy.create_node('relay')
    Relay(node)
    with contextlib.suppress(KeyboardInterrupt, ExternalShutdownException):
        rclpy.spin(node)
    return 0


if __name__ == '__main__':
    raise SystemExit(main())
