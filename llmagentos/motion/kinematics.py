"""Where the arm's tip is for given joints, and which joints bring it to a pose.

Knows: the Panda's kinematic chain (panda.urdf beside this file) and its joint limits.
Does not know: time, obstacles, drivers.

The tip is the point between the finger tips, the hand's z axis points out of the hand. In a
`Pose` the hand points straight down and its x axis lies at `yaw`; the fingers open along the
hand's y axis, so at yaw 0 they open along the base's y axis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib.resources import files

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from llmagentos.errors import UnreachableError
from llmagentos.robots.specs import PANDA, ArmSpec
from llmagentos.safety.limits import POSITION_MARGIN_RAD
from llmagentos.types import Pose, Vec3

Joints = NDArray[np.float64]

#: The Panda's DH parameters that planar reach needs, metres (see panda.urdf).
_SHOULDER_M, _UPPER_ARM_M, _FOREARM_M, _ELBOW_OFFSET_M = 0.333, 0.316, 0.384, 0.0825
_WRIST_OFFSET_M, _FLANGE_M = 0.088, 0.107

#: A solution is accepted below this error (metres and radians together).
_TOLERANCE = 1e-6
_MAX_ITERATIONS = 60
#: Iterations that also pull the free swivel of the elbow towards the rest posture.
_NULLSPACE_ITERATIONS = 15
_NULLSPACE_GAIN = 0.25
_MAX_STEP_RAD = 0.35
#: Close to its base the arm cannot fold enough in one plane; it has to swivel its elbow out,
#: to the one side or the other (an offset to the rest posture, rad).
_SWIVEL = np.array([-0.55, 0.43, 0.66, -0.21, 0.55, 0.67, -0.39])
_SIDES = (np.ones(7), np.array([-1.0, 1, -1, 1, -1, 1, -1]))
_SHARES = (0.6, 1.2, 1.8)
_RESTARTS = 4
_SPREAD = np.array([0.4, 0.6, 0.8, 0.6, 0.8, 0.6, 1.0])


def wrap_angle(angle: float) -> float:
    """The same angle in (-pi, pi]."""
    return -((-angle + math.pi) % (2 * math.pi) - math.pi)


def downward(pose: Pose) -> pin.SE3:
    """The hand's placement for a pose: pointing down, turned by yaw about the base's z."""
    c, s = math.cos(pose.yaw), math.sin(pose.yaw)
    rotation = np.array([[c, s, 0.0], [s, -c, 0.0], [0.0, 0.0, -1.0]])
    return pin.SE3(rotation, np.asarray(pose.position, dtype=np.float64))


class Kinematics:
    """Forward and inverse kinematics of one arm. Not safe to share between threads."""

    def __init__(self, spec: ArmSpec = PANDA) -> None:
        self.spec = spec
        urdf = (
            files("llmagentos.robots")
            .joinpath(f"{spec.name}/{spec.name}.urdf")
            .read_text(encoding="utf-8")
        )
        self._model = pin.buildModelFromXML(urdf)
        self._data = self._model.createData()
        self._tip = self._model.getFrameId("tip")
        self.lower = np.array(spec.lower_rad) + POSITION_MARGIN_RAD
        self.upper = np.array(spec.upper_rad) - POSITION_MARGIN_RAD
        self.home = np.array(spec.home_rad)
        #: q[6] + yaw - q[0] of a hand that points down with the elbow in its plane.
        self._yaw_sum = math.pi / 4

    # --- forward ------------------------------------------------------------------------

    def tip_placement(self, joints: Sequence[float] | Joints) -> pin.SE3:
        """Full placement of the tip in the base frame. Raises ValueError on a wrong length."""
        q = np.asarray(joints, dtype=np.float64)
        if q.shape != (self._model.nq,):
            raise ValueError(f"expected {self._model.nq} joint positions, got {len(q)}")
        pin.framesForwardKinematics(self._model, self._data, q)
        return self._data.oMf[self._tip].copy()

    def tip_position(self, joints: Sequence[float] | Joints) -> Vec3:
        """Position of the tip, metres, base frame."""
        x, y, z = self.tip_placement(joints).translation
        return float(x), float(y), float(z)

    def tip_pose(self, joints: Sequence[float] | Joints) -> Pose:
        """Position of the tip and heading of the hand's x axis.

        The yaw is not wrapped: it counts on with the wrist, so that two poses of one arm can be
        interpolated without turning the wrist through its end stop.
        """
        placement = self.tip_placement(joints)
        x, y, z = placement.translation
        heading = math.atan2(placement.rotation[1, 0], placement.rotation[0, 0])
        expected = self._yaw_sum + float(joints[0]) - float(joints[6])
        yaw = expected + wrap_angle(heading - expected)
        return Pose((float(x), float(y), float(z)), yaw)

    def tilt(self, joints: Sequence[float] | Joints) -> float:
        """Angle between the hand's axis and straight down, rad."""
        down = -float(self.tip_placement(joints).rotation[2, 2])
        return math.acos(min(max(down, -1.0), 1.0))

    # --- inverse ------------------------------------------------------------------------

    def solve(
        self, pose: Pose, seed: Sequence[float] | Joints | None = None, swivel: int = 0
    ) -> Joints:
        """Joints [7] that put the tip at `pose`, hand down; UnreachableError if there are none.

        Without a seed the answer depends on the pose alone. With one it stays near it where it
        can. swivel: +1 or -1 asks for the elbow out to that side. Inside the joint limits minus
        0.1 rad; error below 1e-6 m and rad.
        """
        target = downward(pose)
        rest = self._posture(pose)
        best = math.inf
        for start, pull in self._starts(rest, seed, swivel):
            q, residual = self._descend(target, start, rest if pull else None)
            if residual < _TOLERANCE:
                return q
            best = min(best, residual)
        x, y, z = pose.position
        raise UnreachableError(
            f"expected a reachable pose, got ({x:.3f}, {y:.3f}, {z:.3f}) m at yaw {pose.yaw:.2f}: "
            f"the nearest solution is {best:.4f} off"
        )

    def track(self, pose: Pose, seed: Sequence[float] | Joints) -> Joints:
        """The solution next to `seed`: for following a path. Raises UnreachableError."""
        start = np.clip(np.asarray(seed, dtype=np.float64), self.lower, self.upper)
        q, residual = self._descend(downward(pose), start, None)
        if residual >= _TOLERANCE:
            raise UnreachableError(
                f"expected the way to stay reachable, got {residual:.4f} off at "
                f"{tuple(round(v, 3) for v in pose.position)}"
            )
        return q

    def best_yaw(self, pose: Pose, symmetry_rad: float = math.pi) -> float:
        """The yaw nearest the middle of the wrist's range among yaw + k * symmetry_rad."""
        turns = round(-self.wrist_offset(pose) / symmetry_rad)
        return pose.yaw + turns * symmetry_rad

    def wrist_offset(self, pose: Pose) -> float:
        """How far a pose's yaw turns the wrist out of the middle of its range, rad."""
        middle = self._yaw_sum + math.atan2(pose.position[1], pose.position[0])
        return pose.yaw - middle

    def reaches_down_to(self, pose: Pose, from_above_m: float = 0.15) -> bool:
        """Whether the arm comes straight down to a pose with its elbow in one plane.

        Close to the base it cannot fold enough for that and would have to swing its elbow
        around on the way. Planar two-link geometry from shoulder to wrist (DH parameters).
        """
        inward = math.hypot(pose.position[0], pose.position[1]) - _WRIST_OFFSET_M
        heights = np.linspace(pose.position[2], pose.position[2] + from_above_m, 6)
        up = heights + _FLANGE_M + self.spec.tip_offset_m - _SHOULDER_M
        reach = np.hypot(inward, up)
        return bool(
            np.all(
                (reach > self._elbow_reach(3, self.lower))
                & (reach < self._elbow_reach(3, self.upper))
            )
        )

    @staticmethod
    def _elbow_reach(joint: int, limits: Joints) -> float:
        """Distance from shoulder to wrist with the elbow joint at its limit, metres."""
        upper = math.hypot(_UPPER_ARM_M, _ELBOW_OFFSET_M)
        fore = math.hypot(_FOREARM_M, _ELBOW_OFFSET_M)
        bend = math.atan2(_ELBOW_OFFSET_M, _UPPER_ARM_M) + math.atan2(_ELBOW_OFFSET_M, _FOREARM_M)
        angle = math.pi + bend + float(limits[joint])
        return math.sqrt(upper**2 + fore**2 - 2 * upper * fore * math.cos(angle))

    def _posture(self, pose: Pose) -> Joints:
        """The rest posture for a pose: home, turned towards it, wrist already at its yaw."""
        rest = self.home.copy()
        rest[0] = math.atan2(pose.position[1], pose.position[0])
        rest[6] = self._yaw_sum + rest[0] - pose.yaw
        return np.clip(rest, self.lower, self.upper)

    def _starts(
        self, rest: Joints, seed: Sequence[float] | Joints | None, swivel: int
    ) -> list[tuple[Joints, bool]]:
        """Where to begin, best first, and whether to pull the elbow into its plane from there."""
        if swivel:
            side = _SIDES[0 if swivel > 0 else 1]
            bent = [rest + side * share * _SWIVEL for share in (1.2, 0.6, 1.8)]
            return [(np.clip(q, self.lower, self.upper), False) for q in bent]
        starts = [] if seed is None else [(np.asarray(seed, dtype=np.float64), True)]
        starts.append((rest, True))
        starts += [(rest + side * share * _SWIVEL, False) for share in _SHARES for side in _SIDES]
        rng = np.random.default_rng(0)
        starts += [(rest + rng.uniform(-1, 1, 7) * _SPREAD, False) for _ in range(_RESTARTS)]
        return [(np.clip(q, self.lower, self.upper), pull) for q, pull in starts]

    def _descend(self, target: pin.SE3, start: Joints, rest: Joints | None) -> tuple[Joints, float]:
        """Damped least squares from `start`; returns the joints and the error left."""
        q, residual = start.copy(), math.inf
        for iteration in range(_MAX_ITERATIONS):
            pin.computeJointJacobians(self._model, self._data, q)
            placement = pin.updateFramePlacement(self._model, self._data, self._tip)
            jacobian = pin.getFrameJacobian(
                self._model, self._data, self._tip, pin.ReferenceFrame.LOCAL
            )
            error = pin.log6(placement.actInv(target)).vector
            residual = float(np.linalg.norm(error))
            pull = iteration < _NULLSPACE_ITERATIONS
            if residual < _TOLERANCE and (rest is None or not pull):
                break
            away = _NULLSPACE_GAIN * (rest - q) if rest is not None and pull else None
            step = self._step(jacobian, error, residual, q, away)
            largest = float(np.max(np.abs(step)))
            if largest > _MAX_STEP_RAD:
                step *= _MAX_STEP_RAD / largest
            q = np.clip(q + step, self.lower, self.upper)
        return q, residual

    def _step(
        self, jacobian: Joints, error: Joints, residual: float, q: Joints, away: Joints | None
    ) -> Joints:
        """One damped step; joints at their limits that it would push on stay out of it."""
        damping = (min(1e-3, residual * residual * 0.1) + 1e-9) * np.eye(6)
        step = np.zeros(7)
        for _ in range(3):
            gram = np.linalg.inv(jacobian @ jacobian.T + damping)
            step = jacobian.T @ (gram @ error)
            if away is not None:
                step += away - jacobian.T @ (gram @ (jacobian @ away))
            stuck = ((q <= self.lower) & (step < 0)) | ((q >= self.upper) & (step > 0))
            if not stuck.any():
                break
            jacobian = np.where(stuck, 0.0, jacobian)
            away = None if away is None else np.where(stuck, 0.0, away)
        return step
