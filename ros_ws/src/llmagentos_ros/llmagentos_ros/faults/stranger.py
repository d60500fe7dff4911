# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
A stranger in the graph: `python -m llmagentos_ros.faults.stranger slow|rogue`.

Knows: the graph's topics. Does not know: who else is there. It prints one JSON object once it does
what it is there for, and is killed at its end.

slow: reads every topic as everybody does, and needs a second for each message. rogue: commands the
arm, from where it is, to turn its first joint; as a slider in another terminal would.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from llmagentos.robots import load
from llmagentos_ros import interface as table
from llmagentos_ros.convert import to_time
from llmagentos_ros.faults.lab import tell
import rclpy
from rclpy.duration import Duration
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

_SLOW_S = 1.0
#: Where it turns the first joint to, from where it is, and how fast.
_TURN_RAD, _RADPS = 0.4, 0.4
_MESSAGES, _PERIOD_S = 100, 1 / 60


def slow(node: Any) -> None:
    """Read everything, slowly."""

    def hear(_: Any) -> None:
        time.sleep(_SLOW_S)

    for topic in table.TOPICS:
        node.create_subscription(topic.kind, topic.name, hear, topic.qos)
    rclpy.spin_once(node, timeout_sec=5.0)
    tell(does='slow')
    while True:
        rclpy.spin_once(node)


def rogue(node: Any) -> None:
    """Command the arm."""
    arm = load('panda')
    heard: dict[str, Any] = {}
    for kind, topic in ((Clock, table.CLOCK), (JointState, table.JOINT_STATES)):
        node.create_subscription(
            kind, topic.name, lambda msg, name=topic.name: heard.update({name: msg}), topic.qos
        )
    out = node.create_publisher(table.TRAJECTORY.kind, table.TRAJECTORY.name, table.TRAJECTORY.qos)
    while len(heard) < 2 or not out.get_subscription_count():
        rclpy.spin_once(node, timeout_sec=0.1)
    state = heard[table.JOINT_STATES.name]
    begin = [state.position[state.name.index(name)] for name in arm.joint_names]
    way = _TURN_RAD if begin[0] < 0 else -_TURN_RAD
    tell(does='rogue', goal=[begin[0] + way, *begin[1:]])
    for number in range(1, _MESSAGES + 1):
        rclpy.spin_once(node, timeout_sec=0.0)
        out.publish(_points(arm, heard[table.CLOCK.name].clock, begin, way, number))
        time.sleep(_PERIOD_S)
    while True:
        time.sleep(1.0)


def _points(arm: Any, clock: Any, begin: list[float], way: float, number: int) -> JointTrajectory:
    now_s = clock.sec + clock.nanosec * 1e-9
    msg = JointTrajectory(joint_names=list(arm.joint_names))
    msg.header.stamp = to_time(now_s)
    for ahead in range(1, 7):
        share = min(1.0, (number + ahead) * _PERIOD_S * _RADPS / abs(way))
        where = [begin[0] + share * way, *begin[1:]]
        after = Duration(seconds=ahead * _PERIOD_S).to_msg()
        msg.points.append(JointTrajectoryPoint(positions=where, time_from_start=after))
    return msg


def main(args: list[str]) -> int:
    """Do it until the process is killed."""
    rclpy.init(args=[])
    does = {'slow': slow, 'rogue': rogue}[args[0]]
    does(rclpy.create_node('stranger'))
    return 0


if __name__ == '__main__':
    raise SystemExit(main(sys.argv[1:]))
