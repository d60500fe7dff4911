"""Where the robot's own body is, so that it is not taken for an object.

Knows: the collision shapes of an arm's URDF, drawn wider. Does not know: inverse kinematics,
dynamics, what the gripper holds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import PerceptionError
from llmagentos.robots.model import ArmModel
from llmagentos.robots.specs import ArmSpec
from llmagentos.types import RobotState

#: Links are drawn generously: nothing else is up there. Hand and fingers tightly: they touch
#: things. Metres around the URDF's shapes, times the scale of things.
_LINK_MARGIN_M, _HAND_MARGIN_M = 0.06, 0.018


@dataclass(frozen=True)
class Capsule:
    """A thick line: from `a` to `b` (base frame, metres) with `radius_m`."""

    a: tuple[float, float, float]
    b: tuple[float, float, float]
    radius_m: float


@dataclass(frozen=True)
class Slab:
    """A box: 4x4 pose in the base frame, half extents along its own axes, metres."""

    pose: NDArray[np.float64]
    half_m: tuple[float, float, float]


Solid = Capsule | Slab


@dataclass(frozen=True)
class ArmShape:
    """The arm at one joint state. tip_pose: 4x4 in the middle between the finger tips as they
    stand, z out of the hand, the fingers opening along y."""

    solids: tuple[Solid, ...]
    tip_pose: NDArray[np.float64]

    @property
    def tip(self) -> tuple[float, float, float]:
        """The point between the finger tips, base frame, metres."""
        return _point(self.tip_pose[:3, 3])


class SelfMask:
    """One arm's body for any joint state. Not safe to share between threads."""

    def __init__(self, spec: ArmSpec) -> None:
        self.spec = spec
        self._model = ArmModel(spec)
        hand = self._model.links_beyond(spec.joint_names[-1])
        self._links = sorted({*(s.link for s in spec.shapes), spec.tip_link})
        self._shapes = [(s, s.link in hand) for s in spec.shapes]

    def at(self, robot: RobotState) -> ArmShape:
        """The arm's body. Raises PerceptionError for joints that are not this arm's."""
        count = len(self.spec.joint_names)
        if len(robot.positions) != count or not all(map(math.isfinite, robot.positions)):
            raise PerceptionError(f"expected {count} finite joint positions, got {robot.positions}")
        frames = self._model.placements(robot.positions, robot.gripper_width_m, self._links)
        solids: list[Solid] = []
        for shape, of_hand in self._shapes:
            pose = frames[shape.link] @ shape.pose
            if of_hand or shape.kind == "box":
                margin = self.spec.scale * (_HAND_MARGIN_M if of_hand else _LINK_MARGIN_M)
                x, y, z = shape.half
                solids.append(Slab(pose, (x + margin, y + margin, z + margin)))
                continue
            along = pose[:3, 2] * (shape.half[2] if shape.kind == "cylinder" else 0.0)
            a, b = pose[:3, 3] - along, pose[:3, 3] + along
            radius = shape.size[0] + self.spec.scale * _LINK_MARGIN_M
            solids.append(Capsule(_point(a), _point(b), radius))
        tip = frames[self.spec.tip_link]
        middle = self.spec.middle_m(robot.gripper_width_m)
        if middle:
            tip = tip.copy()
            tip[:3, 3] += middle * tip[:3, 1]
        return ArmShape(tuple(solids), tip)


def _point(v: NDArray[np.float64]) -> tuple[float, float, float]:
    return float(v[0]), float(v[1]), float(v[2])


def inside_solids(points: NDArray[np.float32], solids: tuple[Solid, ...]) -> NDArray[np.bool_]:
    """Which of `points` [N, 3] (base frame, metres) lie in one of the solids."""
    hit = np.zeros(len(points), bool)
    x, y, z = (np.ascontiguousarray(column) for column in points.T)
    for solid in solids:
        low, high = _bounds(solid)
        # One axis after the other: few points are left after the first.
        near = np.flatnonzero((x >= low[0]) & (x <= high[0]))
        for axis, values in ((1, y), (2, z)):
            some = values[near]
            near = near[(some >= low[axis]) & (some <= high[axis])]
        if len(near):
            inside = _in_slab if isinstance(solid, Slab) else _in_capsule
            hit[near[inside(points[near], solid)]] = True  # type: ignore[arg-type]
    return hit


def _bounds(solid: Solid) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    if isinstance(solid, Slab):
        middle = solid.pose[:3, 3].astype(np.float32)
        spread = (np.abs(solid.pose[:3, :3]) @ solid.half_m).astype(np.float32)
        return middle - spread, middle + spread
    a, b = np.asarray(solid.a, np.float32), np.asarray(solid.b, np.float32)
    reach = np.float32(solid.radius_m)
    return np.minimum(a, b) - reach, np.maximum(a, b) + reach


def _in_slab(points: NDArray[np.float32], slab: Slab) -> NDArray[np.bool_]:
    turn = slab.pose[:3, :3].astype(np.float32)
    own = (points - slab.pose[:3, 3].astype(np.float32)) @ turn
    return np.all(np.abs(own) <= np.asarray(slab.half_m, np.float32), axis=1)


def _in_capsule(points: NDArray[np.float32], capsule: Capsule) -> NDArray[np.bool_]:
    a, b = np.asarray(capsule.a, np.float32), np.asarray(capsule.b, np.float32)
    along, rel = b - a, points - a
    length = float(along @ along)
    t = np.clip(rel @ along / length, 0, 1) if length > 1e-9 else np.zeros(len(rel))
    gap = rel - t[:, None] * along
    reach = np.float32(capsule.radius_m)
    inside: NDArray[np.bool_] = np.einsum("ij,ij->i", gap, gap) <= reach * reach
    return inside
