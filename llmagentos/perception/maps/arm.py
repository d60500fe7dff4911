"""Where the robot's own body is, so that it is not taken for an object.

Knows: the Panda's link lengths (Denavit-Hartenberg table of the maker's documentation) and a set
of capsules around its links, hand and fingers.
Does not know: inverse kinematics, dynamics, what the gripper holds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmagentos.robots.specs import PANDA, ArmSpec
from llmagentos.types import RobotState

#: Modified (Craig) DH rows of the Panda: a_{i-1}, d_i, alpha_{i-1}; metres, radians.
_DH = (
    (0.0, 0.333, 0.0),
    (0.0, 0.0, -math.pi / 2),
    (0.0, 0.316, math.pi / 2),
    (0.0825, 0.0, math.pi / 2),
    (-0.0825, 0.384, -math.pi / 2),
    (0.0, 0.0, math.pi / 2),
    (0.088, 0.0, math.pi / 2),
)
_FLANGE_M = 0.107
_HAND_TURN = -math.pi / 4


@dataclass(frozen=True)
class Capsule:
    """A thick line: from `a` to `b` (base frame, metres) with `radius_m`."""

    a: tuple[float, float, float]
    b: tuple[float, float, float]
    radius_m: float


@dataclass(frozen=True)
class ArmShape:
    """The arm at one joint state. tip: between the finger tips; hand: 4x4 pose of the hand."""

    capsules: tuple[Capsule, ...]
    hand: NDArray[np.float64]
    tip: tuple[float, float, float]


def _link(a: float, d: float, alpha: float, theta: float) -> NDArray[np.float64]:
    ct, st, ca, sa = math.cos(theta), math.sin(theta), math.cos(alpha), math.sin(alpha)
    return np.array(
        [
            [ct, -st, 0, a],
            [st * ca, ct * ca, -sa, -sa * d],
            [st * sa, ct * sa, ca, ca * d],
            [0, 0, 0, 1],
        ]
    )


def joint_frames(positions: tuple[float, ...]) -> list[NDArray[np.float64]]:
    """4x4 poses of the seven joint frames and of the hand, base frame."""
    pose, frames = np.eye(4), []
    for (a, d, alpha), theta in zip(_DH, positions, strict=True):
        pose = pose @ _link(a, d, alpha, theta)
        frames.append(pose)
    frames.append(pose @ _link(0, _FLANGE_M, 0, _HAND_TURN))
    return frames


def arm_shape(robot: RobotState, spec: ArmSpec = PANDA) -> ArmShape:
    """Capsules around the whole arm at `robot`'s joint positions."""
    frames = joint_frames(robot.positions)
    hand = frames[7]

    def at(frame: int, *xyz: float) -> tuple[float, float, float]:
        x, y, z = (frames[frame] @ np.array([*xyz, 1.0]))[:3]
        return float(x), float(y), float(z)

    tip = at(7, 0, 0, spec.tip_offset_m)
    half = robot.gripper_width_m / 2 + spec.finger_thickness_m / 2
    end = spec.tip_offset_m + spec.finger_beyond_tip_m - spec.finger_width_m / 2
    # Links are drawn generously: nothing else is up there. Fingers tightly: they touch things.
    capsules = [
        Capsule((0, 0, 0), at(0, 0, 0, 0), 0.14),
        Capsule(at(0, 0, 0, 0), at(2, 0, 0, -0.1), 0.13),
        Capsule(at(2, 0, 0, -0.15), at(2, 0, 0, 0), 0.13),
        Capsule(at(2, 0, 0, 0), at(3, 0, 0, 0), 0.13),
        Capsule(at(3, 0, 0, 0), at(4, 0, 0, -0.30), 0.13),
        Capsule(at(4, 0, 0, -0.30), at(4, 0, 0, 0), 0.12),
        Capsule(at(5, 0, 0, 0), at(6, 0, 0, 0), 0.11),
        Capsule(at(6, 0, 0, -0.02), at(6, 0, 0, _FLANGE_M - 0.02), 0.095),
        # The hand is a flat box, 20 cm along the fingers' opening direction (its y).
        Capsule(at(7, 0, -0.09, 0.02), at(7, 0, 0.09, 0.02), 0.05),
        Capsule(at(7, 0, -0.065, 0.045), at(7, 0, 0.065, 0.045), 0.042),
    ]
    for side in (-1, 1):
        y = side * half
        capsules.append(Capsule(at(7, 0, y, 0.06), at(7, 0, y, end), 0.026))
    return ArmShape(tuple(capsules), hand, tip)


def inside_capsules(
    points: NDArray[np.float32], capsules: tuple[Capsule, ...]
) -> NDArray[np.bool_]:
    """Which of `points` [N, 3] lie in one of the capsules."""
    hit = np.zeros(len(points), bool)
    x, y, z = (np.ascontiguousarray(column) for column in points.T)
    for capsule in capsules:
        a, b = np.asarray(capsule.a, np.float32), np.asarray(capsule.b, np.float32)
        reach = np.float32(capsule.radius_m)
        low, high = np.minimum(a, b) - reach, np.maximum(a, b) + reach
        # One axis after the other: few points are left after the first.
        near = np.flatnonzero((x >= low[0]) & (x <= high[0]))
        for axis, values in ((1, y), (2, z)):
            some = values[near]
            near = near[(some >= low[axis]) & (some <= high[axis])]
        if not len(near):
            continue
        along, rel = b - a, points[near] - a
        length = float(along @ along)
        t = np.clip(rel @ along / length, 0, 1) if length > 1e-9 else np.zeros(len(rel))
        gap = rel - t[:, None] * along
        hit[near[np.einsum("ij,ij->i", gap, gap) <= reach * reach]] = True
    return hit
