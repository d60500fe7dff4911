# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The executor's parameters.

Knows: their names, defaults, ranges and what each is for. Does not know: who reads them.
"""

from __future__ import annotations

from llmagentos.safety.watchdogs import limit_s
from llmagentos.skills.learned import LEARNED
from llmagentos_ros.parameters import Parameter

#: Of every executor, whatever it moves.
RECORD = (
    Parameter(
        'audit',
        'needed',
        "The record of what was asked and done: needed (nothing moves while it can't be "
        'kept), kept, or none',
    ),
    Parameter('audit_folder', '', "Where it is; empty: llmagentos/audit in the user's state"),
)

PARAMETERS = (
    Parameter(
        'profile',
        'careful',
        'Motion limits, a profile of `robot`: careful (beside people), or sim for simulations',
    ),
    Parameter(
        'skills',
        LEARNED,
        'learned (corrected by the policies that come with the arm), scripted, or a folder '
        'with policies',
    ),
    Parameter(
        'rehearsal',
        False,
        'Try each plan out in simulated copies of what was seen before anything moves; needs '
        'PyBullet on this machine',
    ),
    *RECORD,
    Parameter('rules', '', "The plan guard's settings, a YAML file; empty: its defaults"),
    Parameter('control_hz', 60.0, 'Joint targets per second', 10.0, 240.0),
    Parameter(
        'lookahead_s',
        0.1,
        "Points are sent this early: more than the network's delay",
        0.0,
        0.5,
    ),
    Parameter(
        'joint_states_timeout_s',
        limit_s('joint states'),
        'Older joint states stop motion',
        0.02,
        30.0,
    ),
    Parameter(
        'clock_timeout_s',
        limit_s('clock'),
        'A clock that stands still this long stops motion',
        0.1,
        60.0,
    ),
    Parameter('scene_timeout_s', limit_s('scene'), 'Older scenes stop motion', 0.1, 60.0),
    Parameter(
        'pictures_timeout_s',
        limit_s('pictures'),
        'Without a picture for this long nothing new is gripped',
        0.1,
        60.0,
    ),
    Parameter('look_timeout_s', 3.0, 'How long a skill waits for a new picture', 0.1, 60.0),
    Parameter('scene_max_age_s', 0.3, 'A still scene may be this old for a look', 0.0, 5.0),
    Parameter('settle_s', 0.1, 'Pictures count once the arm has rested this long', 0.0, 2.0),
    Parameter('gripper_latency_s', 0.1, 'Fingers may start to move this late', 0.0, 2.0),
    Parameter(
        'arm_interface',
        'auto',
        'topic, action (control_msgs/FollowJointTrajectory), or auto: the topic if a '
        'controller listens there, else the action',
    ),
    Parameter(
        'arm_action',
        'joint_trajectory_controller/follow_joint_trajectory',
        'Name of that action',
    ),
    Parameter(
        'gripper_interface',
        'auto',
        'topic (llmagentos_msgs/GripperCommand), action (control_msgs/GripperCommand), or '
        'auto: the action if its server is there, else the topic',
    ),
    Parameter('gripper_action', 'gripper_controller/gripper_cmd', 'Name of that action'),
    Parameter('joint_names', [''], 'Arm joints, shoulder to wrist; empty: those of `robot`'),
    Parameter('finger_joint_names', [''], 'Finger joints; empty: those of `robot`'),
)
