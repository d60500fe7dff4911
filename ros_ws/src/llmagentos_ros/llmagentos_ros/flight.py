# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The flight recorder of a graph: one file a command, kept by the agent node.

Knows: what this node hears: its agent's events, scenes and plans, joint states, the executor's
safety state. Does not know: pictures, which go past it, and skills, which run in the executor's
process: what those did is in the file as events alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llmagentos.errors import DriverError, FileError
from llmagentos.ports.hardware import RobotDriver
from llmagentos.recorder import FlightRecorder
from llmagentos.recorder.check import ELSEWHERE
from llmagentos.recorder.settings import Settings
from llmagentos.robots import ArmSpec
from llmagentos.types import RobotState
from llmagentos_msgs.msg import SafetyState
from llmagentos_ros import interface as table
from llmagentos_ros.convert import JointStateReader
from llmagentos_ros.parameters import Parameter
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from sensor_msgs.msg import JointState

COMMANDS, FAULTS, NONE = 'commands', 'faults', 'none'
PARAMETERS = (
    Parameter(
        'flight',
        COMMANDS,
        'The flight recorder: commands (a file for each, the oldest go), faults (the last minute '
        'before one), or none',
    ),
    Parameter('flight_folder', '', "Where it is; empty: llmagentos/flights in the user's state"),
)


class HeardArm(RobotDriver):
    """The arm as joint states tell of it: it can be read, and commanded by nobody."""

    control_period_s = 0.0

    def __init__(self, spec: ArmSpec, clock: Callable[[], float]) -> None:
        self._reader, self._clock = JointStateReader(spec), clock
        self._state: RobotState | None = None

    @property
    def now_s(self) -> float:
        """The node's clock, seconds."""
        return self._clock()

    def connect(self) -> None:
        """Nothing is to be taken: it is heard."""
        return

    def disconnect(self) -> None:
        """Nothing was taken."""
        return

    def hear(self, msg: JointState) -> bool:
        """Take a message in; whether it told where the whole arm is."""
        try:
            state = self._reader.read(msg, self._clock())
        except DriverError:  # the executor, which moves it, says so to the person
            return False
        self._state = state or self._state
        return state is not None

    def state(self) -> RobotState:
        """Return what was heard last. Raises DriverError before the first."""
        if self._state is None:
            raise DriverError('expected joint states, got none yet')
        return self._state

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        """Raise DriverError."""
        raise DriverError('expected nobody to command an arm that is only heard')

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        """Raise DriverError."""
        raise DriverError('expected nobody to command an arm that is only heard')

    def advance(self) -> None:
        """Its time passes by itself."""


def flight_of(node: Any, busy: Callable[[], bool]) -> FlightRecorder | None:
    """
    Return the recorder that the node's parameters ask for, fed with what its topics say.

    None where there is to be none, or where it can't be kept, which is warned of: a robot goes on
    without. busy: whether a command is under way. Raises ValueError for a word that is none.
    """
    keeps = node.value('flight')
    if keeps not in (COMMANDS, FAULTS, NONE):
        raise ValueError(f'flight: expected {COMMANDS}, {FAULTS} or {NONE}, got {keeps!r}')
    if keeps == NONE:
        return None
    settings = Settings(keeps, node.value('flight_folder'), pictures_hz=0.0, about=ELSEWHERE)
    tell = node.get_logger().warning
    try:
        flight = FlightRecorder(settings, node.robot, tell)
    except FileError as exc:
        tell(f'there is no flight recorder: {exc}')
        return None
    node.keep(flight, lambda f: f.close())
    arm = HeardArm(node.robot, lambda: node.now_s)
    flight.watch(arm, (), None, simulated=True)
    _listen(node, flight, arm, busy)
    return flight


def _listen(node: Any, flight: FlightRecorder, arm: HeardArm, busy: Callable[[], bool]) -> None:
    last: list[tuple[int, str]] = [(SafetyState.OK, '')]

    def on_joint_state(msg: JointState) -> None:
        if arm.hear(msg):
            flight.on_advance()

    def on_safety(msg: SafetyState) -> None:
        now = (msg.state, '; '.join(msg.reasons))
        if now != last[0]:
            last[0] = now
            state = 'holding' if msg.state == SafetyState.HOLDING else 'ok'
            flight.safety(state, now[1], fault=bool(now[1]) and busy())

    own = MutuallyExclusiveCallbackGroup
    node.subscription(table.JOINT_STATES, on_joint_state, own(), needed=lambda: False)
    node.subscription(table.SAFETY_STATE, on_safety, own(), needed=lambda: False)
