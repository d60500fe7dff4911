"""An arm that follows a person's acts: small steps of its tip, through the gate.

Knows: kinematics, limits, Ruckig, the gate. Does not know: who acts, what stands on the table.

The wish is a pose of the tip, hand down. A point runs after the wish at a bounded speed; joints for
that point are followed with bounded jerk, and every command passes the same gate as the skills'.
"""

from __future__ import annotations

import math

import numpy as np
from ruckig import InputParameter, OutputParameter, Result, Ruckig

from llmagentos.errors import GateRejection, StoppedError
from llmagentos.motion.kinematics import Kinematics
from llmagentos.ports.hardware import RobotDriver
from llmagentos.robots import ArmSpec
from llmagentos.robots.specs import DEFAULT_PROFILE
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.gated_driver import GatedDriver
from llmagentos.safety.keeper import Keeper
from llmagentos.safety.permit import Permit
from llmagentos.safety.runner import SupervisorPort
from llmagentos.safety.states import LATCHED
from llmagentos.skills.arm import EMPTY_M
from llmagentos.types import Pose, Vec3
from sim.teleop.acts import Grip, Move

#: The share of the profile's limits that following uses: the gate judges samples.
_SHARE = 0.9
#: The point runs at this share of the tool's highest speed, and turns the hand at this rate.
_POINT_SHARE, _TURN_RADPS = 0.5, 0.8
#: How far the wish may be ahead of the tip, metres at scale 1; more keys than that are lost.
_AHEAD_M = 0.1
#: How far beyond the work area and how high the tip may go, metres at scale 1; room over the table.
_BESIDE_M, _HIGH_M, _OVER_TABLE_M = 0.06, 0.4, 0.004
#: An answer of the kinematics farther off than this (metres and radians together) is none.
_OFF = 3e-3
_REST_RADPS = 0.01
_MOST_TURN_RAD = math.pi / 2


class TeleopArm:
    """Drives `driver`, one `advance` a control period.

    spec: the arm. profile: of its speeds, the default one beside people. supervisor: who says
    whether it may move at all; None lets it. rejected: how many commands the gate refused; the arm
    then brakes, and goes on from where it came to rest.
    """

    def __init__(
        self,
        driver: RobotDriver,
        spec: ArmSpec,
        profile: str = DEFAULT_PROFILE,
        supervisor: SupervisorPort | None = None,
    ) -> None:
        self._kinematics = Kinematics(spec)
        self.gate = MotionGate.of(spec, profile, self._kinematics.tip_position)
        self._supervisor = supervisor
        self._permit = None if supervisor is None else Permit(supervisor, "teleop", self._holding)
        self.driver = GatedDriver(driver, self.gate, self._permit)
        self._keeper = None if supervisor is None else Keeper(self.driver, supervisor)
        self.spec = spec
        area, s = spec.workspace, spec.scale
        self._lower = (area.x_min - _BESIDE_M * s, area.y_min - _BESIDE_M * s,
                       spec.lowest_tip_m + _OVER_TABLE_M * s)  # fmt: skip
        self._upper = (area.x_max + _BESIDE_M * s, area.y_max + _BESIDE_M * s, _HIGH_M * s)
        limits, period = self.gate.limits, driver.control_period_s
        self._ruckig = Ruckig(len(spec.joint_names), period)
        self._given = InputParameter(len(spec.joint_names))
        self._given.max_velocity = [v * _SHARE for v in limits.velocity_radps]
        self._given.max_acceleration = [a * _SHARE for a in limits.acceleration_radps2]
        self._given.max_jerk = list(limits.jerk_radps3)
        self._out = OutputParameter(len(spec.joint_names))
        self._step_m = limits.tool_speed_mps * _POINT_SHARE * period
        self._step_rad = _TURN_RADPS * period
        self.begin()

    @property
    def rejected(self) -> int:
        """Commands that the gate refused."""
        return sum(self.gate.rejections.values())

    def close(self) -> None:
        """The arm is moved no more."""
        if self._keeper is not None:
            self._keeper.close()

    @property
    def stopped(self) -> bool:
        """Whether it was stopped, and takes nothing until it is reset and begun again."""
        return self._supervisor is not None and self._supervisor.mode in LATCHED

    def _holding(self) -> str:
        state = self.driver.inner.state()
        return "something" if state.gripper_effort_n > 0 and state.gripper_width_m > EMPTY_M else ""

    def begin(self) -> None:
        """Start from where the arm is, at rest: also after a reset of the world, or of a stop."""
        self.driver.forget()
        if self._permit is not None:
            self._permit.begin()
        state = self.driver.state()
        self.width_m = state.gripper_width_m
        self._rest(state.positions)

    def _rest(self, joints: tuple[float, ...]) -> None:
        count = len(joints)
        self._given.current_position = list(joints)
        self._given.current_velocity = self._given.current_acceleration = [0.0] * count
        self._given.target_velocity = [0.0] * count
        self._goal = np.array(joints)
        #: Where the tip is wanted, and the point that runs after it.
        self.wish = self._point = self._kinematics.tip_pose(self._goal)
        self._braking, self._wished = False, False

    @property
    def tip(self) -> Pose:
        """Where the tip is, by the measured joints."""
        return self._kinematics.tip_pose(self.driver.state().positions)

    def move(self, act: Move) -> bool:
        """Wish for a displacement; False where it leaves the work area or the arm's reach, and
        while stopped."""
        if self.stopped:
            return False
        s = self.spec.scale
        tip = self.tip.position
        wanted = [p + d for p, d in zip(self.wish.position, (act.dx, act.dy, act.dz), strict=True)]
        ahead = _AHEAD_M * s
        place = [
            min(max(w, low, t - ahead), high, t + ahead)
            for w, low, high, t in zip(wanted, self._lower, self._upper, tip, strict=True)
        ]
        turned = min(max(self.wish.yaw + act.turn, -_MOST_TURN_RAD), _MOST_TURN_RAD)
        pose = Pose((place[0], place[1], place[2]), turned)
        off = self._kinematics.approach(pose, self._goal, 12)[1]
        if off > _OFF:
            return False
        self.wish, self._wished = pose, True
        return math.dist(place, wanted) < 1e-9

    def grip(self, act: Grip) -> None:
        """Wish for an opening of the fingers; nothing while stopped."""
        if self.stopped:
            return
        most = self.spec.max_opening_m
        if act.width_m is None:
            self.width_m = 0.0 if self.width_m > most / 2 else most
        else:
            self.width_m = min(act.width_m, most)
        self.driver.send_gripper(self.width_m)

    def advance(self) -> None:
        """One control period: the point runs on, the joints follow, the gate judges."""
        self._braking |= self.stopped
        if self._braking:
            state = self.driver.state()
            if max(map(abs, state.velocities)) < _REST_RADPS:
                self._rest(state.positions)
        else:
            self._follow()
        self.driver.advance()

    def _follow(self) -> None:
        if self._wished:  # until then it rests as it is, also with a hand that a stop left tilted
            self._point = self._nearer()
            joints, off = self._kinematics.approach(self._point, self._goal)
            if off <= _OFF:
                self._goal = joints
            else:
                self.wish = self._point = self._kinematics.tip_pose(self._goal)
        self._given.target_position = self._goal.tolist()
        result = self._ruckig.update(self._given, self._out)
        if result not in (Result.Working, Result.Finished):
            self._braking = True
            return
        try:
            self.driver.send_joint_positions(self._out.new_position)
        except (GateRejection, StoppedError):
            self._braking = True  # the gated driver brakes by itself
            return
        self._out.pass_to_input(self._given)

    def _nearer(self) -> Pose:
        """The point, one period's way nearer to the wish."""
        here, there = self._point.position, self.wish.position
        away = math.dist(here, there)
        share = 1.0 if away <= self._step_m else self._step_m / away
        moved: list[float] = [h + (t - h) * share for h, t in zip(here, there, strict=True)]
        turn = self.wish.yaw - self._point.yaw
        turn = min(max(turn, -self._step_rad), self._step_rad)
        place: Vec3 = (moved[0], moved[1], moved[2])
        return Pose(place, self._point.yaw + turn)
