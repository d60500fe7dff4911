# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The one table of topics, services and actions: names, types, QoS, rates.

Knows: how nodes find each other and what they expect of a channel.
Does not know: who publishes or reads. Names are relative, so namespaces hold several robots;
/clock alone is absolute, as ROS wants it, and is remapped to `clock` inside a namespace.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import (
    PoseArray,
    PoseStamped,
    PoseWithCovarianceStamped,
    TransformStamped,
    Twist,
)
from llmagentos_msgs import msg as m
from llmagentos_msgs.action import Command, ExecutePlan
from llmagentos_msgs.srv import PlanCommand, QueryScene, Reset, ShowThing, Undo
from nav_msgs.msg import OccupancyGrid, Odometry, Path
from rclpy.qos import (
    QoSDurabilityPolicy,
    QoSHistoryPolicy,
    QoSProfile,
    QoSReliabilityPolicy,
)
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import BatteryState, CameraInfo, Image, JointState, LaserScan
from std_msgs.msg import Empty, String
from std_srvs.srv import Trigger
from trajectory_msgs.msg import JointTrajectory


def _qos(reliable: bool, latched: bool, depth: int) -> QoSProfile:
    return QoSProfile(
        history=QoSHistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=(
            QoSReliabilityPolicy.RELIABLE if reliable else QoSReliabilityPolicy.BEST_EFFORT
        ),
        durability=(
            QoSDurabilityPolicy.TRANSIENT_LOCAL if latched else QoSDurabilityPolicy.VOLATILE
        ),
    )


#: Sensor data: what is late is worthless. Depth 2, so that no queue of frames can grow.
SENSOR = _qos(reliable=False, latched=False, depth=2)
#: World and safety state: the newest one, also for those who come late.
STATE = _qos(reliable=True, latched=True, depth=1)
#: Commands: must arrive, must not be repeated to those who come late.
COMMAND = _qos(reliable=True, latched=False, depth=1)
#: Events that may come in bursts.
EVENT = _qos(reliable=True, latched=False, depth=20)
#: Feedback of actions, at both ends. A command's first events come within milliseconds of each
#: other: with the ten that ROS keeps by itself, a busy client has lost the first ones.
FEEDBACK = _qos(reliable=True, latched=False, depth=200)
#: Sound that comes in: some drivers send it best effort, and a piece that waits is not lost. A
#: second of it, in pieces of 20 ms.
SOUND = _qos(reliable=False, latched=False, depth=50)


@dataclass(frozen=True)
class Topic:
    """One channel. rate_hz: what a reader may expect; 0 means on change."""

    name: str
    kind: Any
    qos: QoSProfile
    rate_hz: float
    meaning: str


CLOCK = Topic('/clock', Clock, SENSOR, 60.0, 'simulated time')
JOINT_STATES = Topic('joint_states', JointState, SENSOR, 60.0, 'arm and fingers, rad, rad/s, m')
COLOR = Topic('camera/color/image_raw', Image, SENSOR, 15.0, 'rgb8 picture from over the table')
DEPTH = Topic(
    'camera/aligned_depth_to_color/image_raw',
    Image,
    SENSOR,
    15.0,
    '32FC1 in metres or 16UC1 in millimetres, aligned to colour, same stamp',
)
CAMERA_INFO = Topic('camera/color/camera_info', CameraInfo, SENSOR, 15.0, 'intrinsics')
CAMERA_POSE = Topic(
    'camera/pose', TransformStamped, STATE, 0.0, 'base frame from camera optical frame'
)
TRAJECTORY = Topic(
    'joint_trajectory_controller/joint_trajectory',
    JointTrajectory,
    COMMAND,
    60.0,
    "joint targets of the next moments, as ros2_control's controller takes them",
)
GRIPPER = Topic('gripper/command', m.GripperCommand, COMMAND, 0.0, 'finger distance and force')
SCENE = Topic('scene', m.Scene, STATE, 15.0, 'what perception sees')
PEOPLE = Topic(
    'people', PoseArray, SENSOR, 0.0, 'everybody whom a detector sees, base frame; also nobody'
)
BATTERY = Topic(
    'battery_state', BatteryState, SENSOR, 0.0, "charge of the arm's battery, where it has one"
)
PLAN = Topic('plan', m.Plan, STATE, 0.0, 'the last plan')
CANCEL_PLAN = Topic(
    'cancel_plan', Empty, COMMAND, 0.0, 'the plan under way is not wanted any more'
)
STOP_NOW = Topic('stop', Empty, COMMAND, 0.0, 'from anybody: come to rest at once, and stay so')
STEP_STATE = Topic('step_state', m.StepState, EVENT, 0.0, "changes of the running plan's steps")
AGENT_STATE = Topic('agent_state', m.AgentState, STATE, 2.0, 'what the agent does')
SAFETY_STATE = Topic('safety_state', m.SafetyState, STATE, 5.0, 'whether the arm may move')
HEARTBEAT = Topic('heartbeat', m.Heartbeat, EVENT, 5.0, 'every node: name and process')
DIAGNOSTICS = Topic('diagnostics', DiagnosticArray, EVENT, 1.0, 'every node')
AUDIO = Topic('audio', m.Audio, SOUND, 0.0, "a microphone's samples, for the speech node")
HEARD = Topic('heard', m.Heard, EVENT, 0.0, 'what somebody said, and what was made of it')
SPOKEN = Topic('spoken', String, EVENT, 0.0, 'what the robot says aloud, in words')
SPOKEN_AUDIO = Topic('spoken_audio', m.Audio, EVENT, 0.0, 'the same as samples, as fast as said')
GRAPH_STATE = Topic('graph_state', DiagnosticArray, STATE, 0.0, "bring-up's view of the nodes")

#: Keys of values in a node's status on `diagnostics` and in bring-up's on `graph_state`.
UNKNOWN_PARAMETERS, REFUSED_TRANSITION = 'unknown_parameters', 'refused_transition'
#: Whether what keeps the node from being configured may pass by itself, and bring-up's reason.
PASSES, REASON = 'passes', 'reason'

TOPICS: tuple[Topic, ...] = (
    CLOCK,
    JOINT_STATES,
    COLOR,
    DEPTH,
    CAMERA_INFO,
    CAMERA_POSE,
    TRAJECTORY,
    GRIPPER,
    SCENE,
    PEOPLE,
    BATTERY,
    PLAN,
    CANCEL_PLAN,
    STOP_NOW,
    STEP_STATE,
    AGENT_STATE,
    SAFETY_STATE,
    HEARTBEAT,
    DIAGNOSTICS,
    AUDIO,
    HEARD,
    SPOKEN,
    SPOKEN_AUDIO,
    GRAPH_STATE,
)

ODOM = Topic('odom', Odometry, EVENT, 20.0, "what a base's wheels say, frame odom")
SCAN = Topic('scan', LaserScan, EVENT, 10.0, "a base's planar scanner")
CMD_VEL = Topic('cmd_vel', Twist, COMMAND, 0.0, 'how fast a base shall drive and turn')
FLOOR_PLAN = Topic(
    'floor_plan', String, STATE, 0.0, 'what rooms, doors and furniture are called, as YAML'
)
MAP = Topic('map', OccupancyGrid, STATE, 0.0, 'the map that a base drives on')
AMCL_POSE = Topic(
    'amcl_pose', PoseWithCovarianceStamped, STATE, 0.0, 'where a base believes to stand'
)
INITIAL_POSE = Topic(
    'initialpose', PoseWithCovarianceStamped, COMMAND, 0.0, 'somebody says where a base stands'
)
GOAL_POSE = Topic('goal_pose', PoseStamped, COMMAND, 0.0, 'from anybody: drive there')
WAY = Topic('way', Path, STATE, 0.0, 'what is left of the way that a base drives')
DRIVE_STATE = Topic('drive_state', String, STATE, 0.0, 'how the last drive goes, as JSON')

#: Of a base that drives: names and types as Nav2, RViz and teleoperation have them.
DRIVING: tuple[Topic, ...] = (
    ODOM,
    SCAN,
    CMD_VEL,
    MAP,
    FLOOR_PLAN,
    AMCL_POSE,
    INITIAL_POSE,
    GOAL_POSE,
    WAY,
    DRIVE_STATE,
)


@dataclass(frozen=True)
class Endpoint:
    """A service or an action."""

    name: str
    kind: Any
    meaning: str


PLAN_COMMAND = Endpoint('plan_command', PlanCommand, 'planner: only plan')
QUERY_SCENE = Endpoint('query_scene', QueryScene, 'perception: the newest scene, filtered')
SHOW_THING = Endpoint('show_thing', ShowThing, 'perception: things by the names they are shown by')
UNDO = Endpoint('undo', Undo, 'agent: take the last commands back')
RESET = Endpoint('reset', Reset, 'agent: a new session, in every node')
RESET_PERCEPTION = Endpoint('perception/reset', Reset, 'perception: forget every track')
RESET_EXECUTOR = Endpoint('executor/reset', Reset, 'executor: forget the session')
RESET_ROBOT = Endpoint('robot_sim/reset', Reset, 'simulated robot: start over')
RESET_BASE = Endpoint('base_sim/reset', Reset, 'simulated base: start over')
STOP = Endpoint('stop', Trigger, 'executor: come to rest; success: measured at rest, in words')
RESET_SAFETY = Endpoint(
    'reset_safety', Trigger, 'executor: after a stop, a person lets new commands through'
)
COMMAND_ACTION = Endpoint('command', Command, 'agent: a sentence in, motion out')
EXECUTE_PLAN = Endpoint('execute_plan', ExecutePlan, 'executor: carry out a plan')

ENDPOINTS: tuple[Endpoint, ...] = (
    PLAN_COMMAND,
    QUERY_SCENE,
    SHOW_THING,
    UNDO,
    RESET,
    RESET_PERCEPTION,
    RESET_EXECUTOR,
    RESET_ROBOT,
    STOP,
    RESET_SAFETY,
    COMMAND_ACTION,
    EXECUTE_PLAN,
)
