"""Moving an arm by its tip: small displacements to joint targets that the arm can follow.

Knows: the box that the tip stays in, the joints' limits and rates. Does not know: physics, tasks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from llmagentos.motion.kinematics import Kinematics
from llmagentos.robots import ArmSpec
from llmagentos.types import Pose, Vec3

#: The longest way of the tip in one step along each axis at scale 1, and the widest turn.
STEP_M, TURN_RAD = 0.05, 0.35
#: The box reaches this far beyond the work area, and this high, at scale 1.
_BESIDE_M, _HIGH_M = 0.06, 0.28
#: How far the hand turns to either side of its start.
_MOST_TURN_RAD = math.pi / 2
#: An answer farther off than this (metres and radians together) is none.
_OFF = 3e-3
#: A target may run ahead of a tip that something holds up by this many steps.
_AHEAD = 1.0
#: Free room under the fingers besides the arm's own, at scale 1: a hand that comes down at full speed
#: overshoots by this, and rubber pads on the table hold an arm up.
_OVER_TABLE_M = 0.006
#: The share of the joints' rates that a step may use.
_RATE = 0.95


class TipControl:
    """Where the tip was sent, and which joints bring it there. One arm, one episode at a time.

    spec: the arm; control_hz: steps a second; height_m: where the tip starts over the work area's
    middle, hand down at yaw 0.
    """

    def __init__(self, spec: ArmSpec, control_hz: int, height_m: float) -> None:
        self._kinematics = Kinematics(spec)
        area, s = spec.workspace, spec.scale
        self.step_m = STEP_M * s
        low = spec.lowest_tip_m + _OVER_TABLE_M * s
        self.lower = (area.x_min - _BESIDE_M * s, area.y_min - _BESIDE_M * s, low)
        self.upper = (area.x_max + _BESIDE_M * s, area.y_max + _BESIDE_M * s, _HIGH_M * s)
        self._most_rad = np.array(spec.max_velocity_radps) * (_RATE / control_hz)
        self._begin = Pose((*area.middle, height_m), 0.0)
        self._start = np.array(self._kinematics.solve(self._begin))
        self.reset()

    def reset(self) -> None:
        """Back to the start."""
        self._joints = self._start
        self._position, self.yaw = self._begin.position, self._begin.yaw

    @property
    def joints(self) -> list[float]:
        """Where the joints were sent last, rad."""
        return self._joints.tolist()

    @property
    def start(self) -> Vec3:
        """Where the tip is when an episode begins, metres."""
        return self._begin.position

    @property
    def position(self) -> Vec3:
        """Where the tip was sent last, metres."""
        return self._position

    def move(self, share: Sequence[float], turn: float, tip: Vec3) -> list[float]:
        """Joint targets for a displacement, each number in [-1, 1] of the longest step.

        tip: where the tip is; a target that it could not follow comes back to it.
        """
        moved = [
            _between(_between(p, t - _AHEAD * self.step_m, t + _AHEAD * self.step_m)
                     + d * self.step_m, low, high)
            for p, t, d, low, high in zip(
                self._position, tip, share, self.lower, self.upper, strict=True)
        ]  # fmt: skip
        yaw = _between(self.yaw + turn * TURN_RAD, -_MOST_TURN_RAD, _MOST_TURN_RAD)
        pose = Pose((moved[0], moved[1], moved[2]), yaw)
        joints, off = self._kinematics.approach(pose, self._joints)
        if off > _OFF:
            return self.joints  # out of the arm's reach: it stays
        way = joints - self._joints
        hurry = float(np.max(np.abs(way) / self._most_rad))
        if hurry > 1.0:
            joints = self._joints + way / hurry
            pose = self._kinematics.tip_pose(joints)
        self._joints, self._position, self.yaw = joints, pose.position, pose.yaw
        return self.joints


def _between(value: float, low: float, high: float) -> float:
    return low if value < low else high if value > high else value
