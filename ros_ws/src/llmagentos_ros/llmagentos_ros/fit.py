# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Whether the arm on the topics is the one that the parameter `robot` names.

Knows: joint states and robot_description as messages. Does not know: what speaks against an arm
(llmagentos.robots.matching).
"""

from __future__ import annotations

from collections.abc import Sequence
import time
from typing import Any

from llmagentos.errors import DriverError
from llmagentos.robots import ArmSpec
from llmagentos.robots.matching import Heard, names_mismatch
from llmagentos_ros import interface as table
import rclpy
from rclpy.executors import SingleThreadedExecutor
from sensor_msgs.msg import JointState
from std_msgs.msg import String


def hear_joints(node: Any) -> Heard:
    """Listen from now on, before anything is configured, so that configuring can refuse."""
    heard = Heard()

    def on_message(msg: JointState) -> None:
        heard.take(msg.name, msg.position)

    topic = table.JOINT_STATES
    node.create_subscription(
        topic.kind, topic.name, on_message, topic.qos, callback_group=node.group
    )
    return heard


def misfit(
    spec: ArmSpec, heard: Heard, joint_names: Sequence[str] = (), fingers: Sequence[str] = ()
) -> str:
    """Return why another arm is on the topics, or ''."""
    # Told names of the spec's own are not needed for what parameters alone get wrong.
    wrong = names_mismatch(spec, (), joint_names, fingers)
    return '; '.join(wrong or heard.mismatch(spec, joint_names, fingers))


def refuse_misfit(
    spec: ArmSpec, heard: Heard, joint_names: Sequence[str] = (), fingers: Sequence[str] = ()
) -> None:
    """Raise DriverError where another arm is on the topics."""
    why = misfit(spec, heard, joint_names, fingers)
    if why:
        raise DriverError(why)


def listen(wait_s: float) -> tuple[Heard, str]:
    """Return what /joint_states tell within a time, and /robot_description ('' without one)."""
    heard, description = Heard(), ['']
    rclpy.init()
    node = rclpy.create_node('robot_check')
    executor = SingleThreadedExecutor()
    executor.add_node(node)

    def on_joints(msg: JointState) -> None:
        heard.take(msg.name, msg.position)

    def on_description(msg: String) -> None:
        description[0] = msg.data

    try:
        joints, state = table.JOINT_STATES, table.SCENE.qos
        node.create_subscription(joints.kind, joints.name, on_joints, joints.qos)
        node.create_subscription(String, 'robot_description', on_description, state)
        end = time.monotonic() + wait_s
        while time.monotonic() < end:
            executor.spin_once(timeout_sec=0.1)
    finally:
        executor.shutdown()
        node.destroy_node()
        rclpy.try_shutdown()
    return heard, description[0]
