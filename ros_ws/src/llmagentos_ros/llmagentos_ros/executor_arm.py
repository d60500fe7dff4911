# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The arm of the executor's graph: what its commands go to.

Knows: the executor's parameters of arm and gripper. Does not know: what is commanded.
"""

from __future__ import annotations

from typing import Any

from llmagentos_ros.driver import RosDriver
from llmagentos_ros.outputs import ArmOutput, GripperOutput
from llmagentos_ros.perception import names
from llmagentos_ros.senses import Senses
from llmagentos_ros.sim_clock import clock_condition


def arm_of(node: Any, senses: Senses) -> tuple[ArmOutput, RosDriver]:
    """Make an executor node's outputs, and the driver over them."""
    value, robot = node.value, node.robot
    arm = ArmOutput(node, value('arm_interface'), value('arm_action'))
    gripper = GripperOutput(
        node,
        value('gripper_interface'),
        value('gripper_action'),
        lambda width_m: robot.gripper.joints(width_m)[0],
    )
    driver = RosDriver(
        arm.send,
        gripper.send,
        lambda: node.now_s,
        clock_moved=clock_condition(node),
        spec=robot,
        joint_names=names(value('joint_names')),
        finger_names=names(value('finger_joint_names')),
        control_hz=value('control_hz'),
        lookahead_s=value('lookahead_s'),
        joint_states=senses.timer('joint states'),
        clock_age=senses.timer('clock'),
        gripper_latency_s=value('gripper_latency_s'),
    )
    return arm, driver
