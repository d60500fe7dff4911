"""The shape of a hand that points down, from the URDF's collision shapes.

Knows: which links move with the hand, where they are seen from the tip. Does not know: what the
shapes are checked against.

What is rigid with the hand keeps its shape; boxes and upright cylinders are exact, anything else
becomes the rectangle around it. The link before the last joint may be turned any way about the
tool, so it becomes the disc that it sweeps, and everything above it is taken to be arm.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import RobotError
from llmagentos.robots.model import ArmModel
from llmagentos.robots.specs import ArmSpec, HandPart
from llmagentos.robots.urdf import JointLimits, LinkShape

#: The swept disc of the wrist goes on up to here, metres above the tip.
_ARM_UP_M = 0.4
#: Half of an opening that shows which way a finger moves, metres.
_NUDGE_M = 1e-3
_STRAIGHT = 1e-3

Matrix = NDArray[np.float64]


def with_hand(spec: ArmSpec, joints: Mapping[str, JointLimits]) -> ArmSpec:
    """The spec with hand parts, finger sizes, palm and tip offset filled in.

    Fingers must open along the tip's y axis, the hand must point down at home. Raises RobotError
    naming the field, not the file.
    """
    model = ArmModel(spec)
    moved_by = moved_by_of(joints)
    links = sorted({*moved_by, spec.base_link, *(j.child for j in joints.values())})
    frames = model.placements(spec.home_rad, 0.0, links)
    if not np.allclose(frames[spec.base_link], np.eye(4), atol=1e-9):
        raise RobotError(f"base_link: expected the URDF's root, got {spec.base_link}")
    if frames[spec.tip_link][2, 2] > -0.999:
        raise RobotError("home_rad: expected a hand that points down, got another")
    from_tip = np.linalg.inv(frames[spec.tip_link])
    last, before = spec.joint_names[-1], spec.joint_names[-2]
    seen = {name: from_tip @ frame for name, frame in frames.items()}
    sides = _finger_sides(spec, model, joints, seen)
    parts: list[HandPart] = []
    swept: list[HandPart] = []
    for shape in spec.shapes:
        pose = seen[shape.link] @ shape.pose if shape.link in seen else shape.pose
        mover = moved_by.get(shape.link, "")
        if mover in sides:
            parts.append(replace(_part(shape, pose), side=sides[mover]))
        elif mover == last:
            parts.append(_part(shape, pose))
        elif mover == before:
            swept.append(_part(shape, pose))
    fingers = [p for p in parts if p.side > 0]
    palms = [p for p in parts if p.side == 0]
    if not fingers or not palms:
        raise RobotError("expected collision shapes on hand and fingers in the URDF, got none")
    pad = min(fingers, key=lambda p: p.low_m)
    palm_m = min(p.low_m for p in palms)
    offset = np.linalg.inv(frames[spec.hand_link]) @ frames[spec.tip_link]
    return replace(
        spec,
        tip_offset_m=round(float(np.linalg.norm(offset[:3, 3])), 9),
        finger_beyond_tip_m=round(-pad.low_m, 9),
        finger_width_m=round(2 * pad.half_x_m, 9),
        finger_thickness_m=round(2 * pad.half_y_m, 9),
        palm_m=round(palm_m, 9),
        hand=(*parts, *_sweep(swept)),
    )


def moved_by_of(joints: Mapping[str, JointLimits]) -> dict[str, str]:
    """The last moving joint before every link, by the link's name; "" before the first."""
    above = {j.child: (name, j) for name, j in joints.items()}

    def mover(link: str) -> str:
        while link in above:
            name, joint = above[link]
            if joint.kind != "fixed":
                return name
            link = joint.parent
        return ""

    return {link: mover(link) for link in above}


def _finger_sides(
    spec: ArmSpec,
    model: ArmModel,
    joints: Mapping[str, JointLimits],
    closed: Mapping[str, Matrix],
) -> dict[str, int]:
    """Which way every finger joint moves its finger along the tip's y axis: +1 or -1."""
    links = [spec.tip_link, *(joints[name].child for name in spec.finger_joint_names)]
    frames = model.placements(spec.home_rad, 2 * _NUDGE_M, links)
    from_tip = np.linalg.inv(frames[spec.tip_link])
    sides = {}
    for name in spec.finger_joint_names:
        child = joints[name].child
        way = (from_tip @ frames[child])[:3, 3] - closed[child][:3, 3]
        prismatic = joints[name].kind == "prismatic"
        if prismatic and abs(abs(way[1]) - _NUDGE_M) > _STRAIGHT * _NUDGE_M:
            raise RobotError(
                f"gripper.joints: expected {name} to open along the tip's y axis by "
                f"half of opening_m, got a way of {np.round(way / _NUDGE_M, 3).tolist()} for 1"
            )
        sides[name] = 1 if (way[1] if prismatic else closed[child][1, 3]) >= 0 else -1
    return sides


def _part(shape: LinkShape, pose: Matrix) -> HandPart:
    """A shape as seen from the tip; heights are against the tip's z axis, which points down."""
    half_x, half_y, half_z = (round(float(v), 9) for v in np.abs(pose[:3, :3]) @ shape.half)
    x, y, down = (round(float(v), 9) for v in pose[:3, 3])
    upright = shape.kind == "cylinder" and abs(pose[2, 2]) > 1 - _STRAIGHT
    radius = shape.size[0] if upright or shape.kind == "sphere" else 0.0
    if radius:
        half_x = half_y = radius
    return HandPart(x, y, half_x, half_y, radius, -down - half_z, -down + half_z)


def _sweep(parts: Iterable[HandPart]) -> list[HandPart]:
    """One disc about the tool for all that may be turned about it."""
    swept = list(parts)
    if not swept:
        return []
    corners = itertools.product(swept, (-1, 1), (-1, 1))
    radius = max(
        math.hypot(p.x_m + sx * p.half_x_m, p.y_m + sy * p.half_y_m) for p, sx, sy in corners
    )
    low = min(p.low_m for p in swept)
    return [HandPart(0.0, 0.0, 0.0, 0.0, radius, low, max(_ARM_UP_M, low))]
