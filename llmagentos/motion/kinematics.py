"""Where the arm's tip is for given joints, and which joints bring it to a pose.

Knows: the chain of an arm's URDF, its joint limits, how it is built (motion.structure).
Does not know: time, obstacles, drivers.

The tip is the point between the finger tips, the hand's z axis points out of the hand. In a
`Pose` the hand points straight down and its x axis lies at `yaw`; the fingers open along the
hand's y axis, so at yaw 0 they open along the base's y axis.

A pose takes six joints. A seventh is one too many: a solution without a seed is drawn to the
resting posture, and `swivel` of the arm's spec says how its elbow swings out of the plane. With
five, the hand can turn about itself and lean in the arm's plane, and no other way. An arm whose
spec allows it a lean is upright wherever it can be, and leans as little as it must to come farther
out, closer or higher: how much is a matter of the place alone (motion.leaning).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from llmagentos.errors import UnreachableError
from llmagentos.motion.descent import TOLERANCE, Descent
from llmagentos.motion.leaning import Leaning
from llmagentos.motion.structure import structure_of
from llmagentos.robots.model import arm_model
from llmagentos.robots.specs import ArmSpec
from llmagentos.safety.limits import POSITION_MARGIN_RAD
from llmagentos.types import Pose, Vec3

Joints = NDArray[np.float64]

#: Joints that a pose takes; more are redundant.
_TASK = 6
#: Close to its base an arm cannot fold enough in one plane; it has to swivel its elbow out, to the
#: one side or the other, by these shares of the spec's swivel.
_SHARES = (0.6, 1.2, 1.8)
#: Where else to begin: at random, so far off the rest posture where the spec says nothing.
_RESTARTS, _SPREAD_RAD = 4, 0.6
#: Kept free at both ends of the last joint's range when the wrist is turned, rad.
_WRIST_SPARE_RAD = 0.047
#: Fingers are so long at scale 1, m; a link's middle line is told by so many points.
_FINGERS_M, _POINTS_A_LINK = 0.06, 5


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

    def __init__(self, spec: ArmSpec) -> None:
        self.spec = spec
        self._model = arm_model(spec)
        self._data = self._model.createData()
        self._tip = self._model.getFrameId(spec.tip_link)
        self.lower = np.array(spec.lower_rad) + POSITION_MARGIN_RAD
        self.upper = np.array(spec.upper_rad) - POSITION_MARGIN_RAD
        self.home = np.array(spec.home_rad)
        area = spec.workspace
        middle = ((area.x_min + area.x_max) / 2, (area.y_min + area.y_max) / 2)
        self._structure = structure_of(
            self._model, self._tip, self.home, (self.lower, self.upper), middle
        )
        self._redundant = self._model.nq > _TASK
        self._descent = Descent(self._model, self._tip, self.lower, self.upper)
        self._leaning: Leaning | None = None
        if spec.lean_rad and self._structure.turning and self._structure.plane:
            self._leaning = Leaning(
                self._structure.turning,
                self._structure.plane,
                *(self.home, self.lower, self.upper, spec.lean_rad),
            )
        self._swivel = np.array(spec.swivel_rad)
        mirrored = np.where(self._structure.in_plane, 1.0, -1.0)
        self._sides = (np.ones(self._model.nq), mirrored)
        self._spread = np.array(spec.restart_rad or (_SPREAD_RAD,) * self._model.nq)
        #: The middle of the last joint's range.
        self._wrist_middle = float(self.lower[-1] + self.upper[-1]) / 2

    @property
    def wrist_range_rad(self) -> float:
        """The wrist turns this far to either side of its middle."""
        return float(self.upper[-1] - self.lower[-1]) / 2 - _WRIST_SPARE_RAD

    @property
    def swivels(self) -> tuple[int, ...]:
        """What `solve` takes as swivel on this arm: 0 alone where the elbow cannot swing out."""
        return (0, 1, -1) if len(self._swivel) else (0,)

    @property
    def is_planar(self) -> bool:
        """Whether the arm bends in one plane alone, with no joint too many: geometry tells whether
        it is long enough for a place, before anything is solved."""
        return self._structure.plane is not None and not self._redundant

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

    def body_points(self, joints: Sequence[float] | Joints) -> tuple[Vec3, ...]:
        """Points along the middle of forearm and hand, from the elbow to where the fingers begin,
        metres, base frame; always as many. The elbow is the joint in the middle of the chain."""
        tip = self.tip_placement(joints).translation
        elbow = 1 + (self._model.nq - 1) // 2  # joint 0 is the base
        chain = [self._data.oMi[i].translation for i in range(elbow, self._model.njoints)]
        last = chain[-1]
        fingers = min(
            1.0, _FINGERS_M * self.spec.scale / max(float(np.linalg.norm(tip - last)), 1e-9)
        )
        chain.append(tip + fingers * (last - tip))
        shares = np.linspace(0.0, 1.0, _POINTS_A_LINK)
        points = [a + t * (b - a) for a, b in pairwise(chain) for t in shares]
        return tuple((float(x), float(y), float(z)) for x, y, z in points)

    def tip_jacobian(self, joints: Sequence[float] | Joints) -> Joints:
        """The tip's velocity (m/s, base frame) for joint rates (rad/s): 3 x joints."""
        q = np.asarray(joints, dtype=np.float64)
        frame = pin.LOCAL_WORLD_ALIGNED
        return pin.computeFrameJacobian(self._model, self._data, q, self._tip, frame)[:3].copy()

    def tip_pose(self, joints: Sequence[float] | Joints) -> Pose:
        """Position of the tip and heading of the hand's x axis.

        The yaw is not wrapped: it counts on with the wrist, so that two poses of one arm can be
        interpolated without turning the wrist through its end stop.
        """
        placement = self.tip_placement(joints)
        x, y, z = placement.translation
        heading = math.atan2(placement.rotation[1, 0], placement.rotation[0, 0])
        turning = self._structure.turning
        if turning is not None:
            turned = turning.base_sign * float(joints[0]) + turning.wrist_sign * float(joints[-1])
            expected = turning.offset_rad + turned
            # A hand that leans is turned as one that would be set upright from there.
            turned_by = wrap_angle(heading - expected) if self._leaning is None else 0.0
            heading = expected + turned_by
        return Pose((float(x), float(y), float(z)), heading)

    def tilt(self, joints: Sequence[float] | Joints) -> float:
        """Angle between the hand's axis and where it should point there, rad: straight down, or
        as far off that as the place asks for."""
        axis = self.tip_placement(joints).rotation[:, 2]
        wanted = self._target(self.tip_pose(joints)).rotation[:, 2]
        return math.acos(min(max(float(axis @ wanted), -1.0), 1.0))

    def lean(self, pose: Pose) -> float:
        """How far the hand leans outwards at a pose, rad; 0 upright, and beyond reach."""
        return (self._leaning and self._leaning.at(pose.position)) or 0.0

    def _is_beyond(self, pose: Pose) -> bool:
        return self._leaning is not None and self._leaning.at(pose.position) is None

    def leans_along(self, places: Joints) -> Joints | None:
        """Leans [N] of the hand on a way through places [N, 3], smooth; None for an arm that does
        not lean, and where no lean does."""
        return None if self._leaning is None else self._leaning.along(places)

    def _target(self, pose: Pose, lean: float | None = None) -> pin.SE3:
        """Where the hand is to be for a pose: downward, or leaning, by its own lean or another."""
        lean = self.lean(pose) if lean is None else lean
        if lean == 0.0 or self._leaning is None:
            return downward(pose)
        leaning = self._leaning.rotation(pose.position, lean)
        return pin.SE3(leaning @ downward(pose).rotation, np.asarray(pose.position))

    # --- inverse ------------------------------------------------------------------------

    def solve(
        self, pose: Pose, seed: Sequence[float] | Joints | None = None, swivel: int = 0
    ) -> Joints:
        """Joints [N] that put the tip at `pose`, hand down; UnreachableError if there are none.

        Without a seed the answer depends on the pose alone. With one it stays near it where it
        can. swivel: one of `swivels`; +1 or -1 asks for the elbow out to that side. Inside the
        joint limits minus 0.1 rad; error below 1e-6 m and rad.
        """
        target = self._target(pose)
        rest = self._posture(pose)
        best = math.inf
        tries = [] if self._is_beyond(pose) else self._starts(rest, seed, swivel)
        for start, pull in tries:
            drawn = rest if pull and self._redundant else None
            q, residual = self._descent.to(target, start, drawn)
            if residual < TOLERANCE:
                return q
            best = min(best, residual)
        x, y, z = pose.position
        off = f"the nearest solution is {best:.4f} off" if tries else "no lean of the hand does"
        raise UnreachableError(
            f"expected a reachable pose, got ({x:.3f}, {y:.3f}, {z:.3f}) m at yaw {pose.yaw:.2f}: "
            f"{off}"
        )

    def track(
        self, pose: Pose, seed: Sequence[float] | Joints, lean: float | None = None
    ) -> Joints:
        """The solution next to `seed`: for following a path. Raises UnreachableError.

        lean: of the hand on its way through, rad; the least that does it where none is given.
        """
        start = np.clip(np.asarray(seed, dtype=np.float64), self.lower, self.upper)
        q, residual = self._descent.to(self._target(pose, lean), start, None)
        if residual >= TOLERANCE:
            raise UnreachableError(
                f"expected the way to stay reachable, got {residual:.4f} off at "
                f"{tuple(round(v, 3) for v in pose.position)}"
            )
        return q

    def approach(
        self, pose: Pose, seed: Sequence[float] | Joints, iterations: int = 3
    ) -> tuple[Joints, float]:
        """A few steps from `seed` towards a pose, for control at a fixed rate: always an answer.

        Joints [N] inside the limits, a redundant arm's elbow drawn to its resting posture, and the
        error (metres and radians together) before the last step. From a seed 5 cm away three
        iterations leave a hundredth of a millimetre.
        """
        start = np.clip(np.asarray(seed, dtype=np.float64), self.lower, self.upper)
        rest = self._posture(pose) if self._redundant else None
        return self._descent.steer(self._target(pose), start, rest, iterations)

    def best_yaw(self, pose: Pose, symmetry_rad: float = math.pi) -> float:
        """The yaw nearest the middle of the wrist's range among yaw + k * symmetry_rad."""
        turns = round(-self.wrist_offset(pose) / symmetry_rad)
        return pose.yaw + turns * symmetry_rad

    def wrist_offset(self, pose: Pose) -> float:
        """How far a pose's yaw turns the wrist out of the middle of its range, rad."""
        turning = self._structure.turning
        if turning is None:
            return pose.yaw
        x, y, _ = pose.position
        turned = turning.base_sign * turning.base_angle(x, y)
        return pose.yaw - (turning.offset_rad + turned + turning.wrist_sign * self._wrist_middle)

    def reaches_down_to(self, pose: Pose, from_above_m: float = 0.15) -> bool:
        """Whether the arm comes straight down to a pose with its elbow in one plane.

        Close to the base it cannot fold enough for that and would have to swing its elbow
        around on the way. Planar two-link geometry from shoulder to wrist; by solving where the
        arm is not built like that.
        """
        heights = np.linspace(pose.position[2], pose.position[2] + from_above_m, 6)
        turning, plane = self._structure.turning, self._structure.plane
        if turning is None or plane is None:
            return self._solves_all(pose, heights)
        if self._leaning is not None:
            x, y, _ = pose.position
            return all(self._leaning.at((x, y, float(z))) is not None for z in heights)
        reach = plane.reach(turning.way_out(pose.position[0], pose.position[1]), heights)
        return bool(np.all((reach > plane.near_m) & (reach < plane.far_m)))

    def _solves_all(self, pose: Pose, heights: Joints) -> bool:
        x, y, _ = pose.position
        try:
            for z in heights:
                self.solve(Pose((x, y, float(z)), pose.yaw))
        except UnreachableError:
            return False
        return True

    def _posture(self, pose: Pose) -> Joints:
        """The rest posture for a pose: home, turned towards it, wrist already at its yaw.

        Without a joint too many, it is bent to the pose as well: in the plane there is one way.
        """
        rest = self.home.copy()
        turning = self._structure.turning
        if turning is not None:
            x, y, _ = pose.position
            rest[0] = turning.base_angle(x, y)
            turned = turning.offset_rad + turning.base_sign * rest[0]
            rest[-1] = turning.wrist_sign * (pose.yaw - turned)
        plane = self._structure.plane
        if turning is not None and plane is not None and not self._redundant:
            bends = plane.bends(turning.way_out(x, y), pose.position[2], self.lean(pose))
            rest[list(plane.joints)] += bends
        return np.clip(rest, self.lower, self.upper)

    def _starts(
        self, rest: Joints, seed: Sequence[float] | Joints | None, swivel: int
    ) -> list[tuple[Joints, bool]]:
        """Where to begin, best first, and whether to pull the elbow into its plane from there."""
        if swivel:
            if swivel not in self.swivels:
                raise ValueError(f"expected a swivel out of {self.swivels}, got {swivel}")
            side = self._sides[0 if swivel > 0 else 1]
            bent = [rest + side * share * self._swivel for share in (1.2, 0.6, 1.8)]
            return [(np.clip(q, self.lower, self.upper), False) for q in bent]
        starts = [] if seed is None else [(np.asarray(seed, dtype=np.float64), True)]
        starts.append((rest, True))
        if len(self._swivel):
            shares = [(side, share) for share in _SHARES for side in self._sides]
            starts += [(rest + side * share * self._swivel, False) for side, share in shares]
        rng, count = np.random.default_rng(0), len(rest)
        starts += [
            (rest + rng.uniform(-1, 1, count) * self._spread, False) for _ in range(_RESTARTS)
        ]
        return [(np.clip(q, self.lower, self.upper), pull) for q, pull in starts]
