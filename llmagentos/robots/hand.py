"""The shape of a hand that points down, from the URDF's collision shapes.

Knows: which links move with the hand, where they are seen from the tip. Does not know: what the
shapes are checked against.

What is rigid with the hand keeps its shape; boxes and upright cylinders are exact, anything else
becomes the rectangle around it. Fingers that turn (a jaw, knuckles) have another shape at every
opening, so the hand is looked at over its whole range. The link before the last joint may be
turned any way about the tool, so it becomes the disc that it sweeps, and everything above it is
taken to be arm.
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
from llmagentos.robots.specs import ArmSpec, HandPart, HandShape
from llmagentos.robots.urdf import JointLimits, LinkShape

#: The swept disc of the wrist goes on up to here, metres above the tip.
_ARM_UP_M = 0.4
#: Half of an opening that shows which way a finger moves, metres.
_NUDGE_M = 1e-3
_STRAIGHT = 1e-3
#: Fingers that turn are looked at once in so many metres of opening.
_STEP_M = 0.004

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
    seen = {name: from_tip @ frame for name, frame in frames.items()}
    sides = _finger_sides(spec, model, joints, seen, moved_by)
    fixed = _beyond(spec.gripper.fixed_finger, joints)
    if fixed:
        sides[spec.gripper.fixed_finger] = -next(iter(sides.values()))
    straight = all(joints[name].kind == "prismatic" for name in spec.finger_joint_names)
    shapes: list[HandShape] = []
    closed: list[HandPart] = []
    pads: Mapping[int, str] = {}
    for opening in _openings(spec, straight):
        frames = model.placements(spec.home_rad, opening, links)
        seen = {name: from_tip @ frame for name, frame in frames.items()}
        parts, wrist, ends = _parts(spec, seen, moved_by, sides, fixed)
        shapes.append(HandShape(opening, (*parts, *_sweep(wrist))))
        closed, pads = (closed, pads) if closed else (parts, ends)
    fingers = [p for p in closed if p.side == max(sides.values())]
    palms = [p for p in closed if p.side == 0]
    if not palms or {p.side for p in closed} != {-1, 0, 1}:
        raise RobotError(
            "expected collision shapes on hand and both fingers in the URDF, got none (a finger "
            "that does not move is named by gripper.fixed_finger)"
        )
    pad = min(fingers, key=lambda p: p.low_m)
    offset = np.linalg.inv(frames[spec.hand_link]) @ frames[spec.tip_link]
    return replace(
        spec,
        tip_offset_m=round(float(np.linalg.norm(offset[:3, 3])), 9),
        finger_beyond_tip_m=round(-min(shape.low_m for shape in shapes), 9),
        finger_width_m=round(2 * pad.half_x_m, 9),
        finger_thickness_m=round(2 * pad.half_y_m, 9),
        palm_m=round(min(p.low_m for p in palms), 9),
        pad_links=(pads[1], pads[-1]),
        fixed_face_m=_fixed_face(closed, sides[spec.gripper.fixed_finger]) if fixed else None,
        hand=tuple(shapes),
    )


def _openings(spec: ArmSpec, straight: bool) -> list[float]:
    """Where the hand is looked at, closed to open: the ends where fingers move straight."""
    most = spec.max_opening_m
    known = sorted({0.0, most, *(o for o in spec.gripper.openings_m if 0 < o < most)})
    if straight:
        return known
    count = max(2, math.ceil(most / _STEP_M))
    return sorted({*known, *(round(most * i / count, 6) for i in range(1, count))})


def _parts(
    spec: ArmSpec,
    seen: Mapping[str, Matrix],
    moved_by: Mapping[str, str],
    sides: Mapping[str, int],
    fixed: frozenset[str],
) -> tuple[list[HandPart], list[HandPart], dict[int, str]]:
    """All that moves with the hand as seen from the tip, what may be turned about the tool, and the
    link of the finger end on each side."""
    last, before = spec.joint_names[-1], spec.joint_names[-2]
    parts: list[HandPart] = []
    ends: dict[int, tuple[float, str]] = {}
    swept: list[HandPart] = []
    for shape in spec.shapes:
        pose = seen[shape.link] @ shape.pose if shape.link in seen else shape.pose
        mover = moved_by.get(shape.link, "")
        finger = spec.gripper.fixed_finger if shape.link in fixed else mover
        if finger in sides:
            part = replace(_part(shape, pose), side=sides[finger])
            parts.append(part)
            ends[part.side] = min(ends.get(part.side, (math.inf, "")), (part.low_m, shape.link))
        elif mover == last:
            parts.append(_part(shape, pose))
        elif mover == before:
            swept.append(_part(shape, pose))
    return parts, swept, {side: link for side, (_, link) in ends.items()}


def _fixed_face(parts: Iterable[HandPart], side: int) -> tuple[float, int]:
    """Where the fixed finger's end has its inner face along y, and on which side it is."""
    end = min((p for p in parts if p.side == side), key=lambda p: p.low_m)
    return round(end.y_m - side * end.half_y_m, 9), side


def _beyond(link: str, joints: Mapping[str, JointLimits]) -> frozenset[str]:
    """The link and all that is fixed to it; nothing for ""."""
    found = {link} - {""}
    while more := {j.child for j in joints.values() if j.parent in found} - found:
        found |= more
    return frozenset(found)


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
    moved_by: Mapping[str, str],
) -> dict[str, int]:
    """Which way every finger joint moves its finger along the tip's y axis: +1 or -1."""
    far = _opened(spec, model, closed)
    moved = spec.gripper.linkage(0.0)
    links = [spec.tip_link, *(joints[name].child for name in moved)]
    frames = model.placements(spec.home_rad, 2 * _NUDGE_M, links)
    from_tip = np.linalg.inv(frames[spec.tip_link])
    # A single finger goes the whole way; the other one stands still.
    half = 2.0 if spec.gripper.fixed_finger else 1.0
    sides = {}
    for name in moved:
        child = joints[name].child
        way = (from_tip @ frames[child])[:3, 3] - closed[child][:3, 3]
        prismatic = joints[name].kind == "prismatic"
        if prismatic and abs(abs(way[1]) - half * _NUDGE_M) > _STRAIGHT * _NUDGE_M:
            raise RobotError(
                f"gripper.joints: expected {name} to open along the tip's y axis by "
                f"{'all' if half == 2 else 'half'} of opening_m, got a way of "
                f"{np.round(way / _NUDGE_M, 3).tolist()} for {half:g}"
            )
        sides[name] = (
            1 if (way[1] if prismatic else _turned(name, spec, closed, far, moved_by)) >= 0 else -1
        )
    return sides


def _opened(spec: ArmSpec, model: ArmModel, closed: Mapping[str, Matrix]) -> Mapping[str, Matrix]:
    """Every link as seen from the tip with the gripper open."""
    frames = model.placements(spec.home_rad, spec.max_opening_m, list(closed))
    from_tip = np.linalg.inv(frames[spec.tip_link])
    return {name: from_tip @ frame for name, frame in frames.items()}


def _turned(
    joint: str,
    spec: ArmSpec,
    closed: Mapping[str, Matrix],
    far: Mapping[str, Matrix],
    moved_by: Mapping[str, str],
) -> float:
    """How far the shapes that a turning joint moves go along y as they open, m; a joint without
    shapes is where its pivot is."""
    ways = [
        float((far[s.link] @ s.pose)[1, 3] - (closed[s.link] @ s.pose)[1, 3])
        for s in spec.shapes
        if moved_by.get(s.link) == joint
    ]
    way = float(np.mean(ways)) if ways else 0.0
    if abs(way) > _NUDGE_M:
        return way
    pivots = [closed[link][1, 3] for link, mover in moved_by.items() if mover == joint]
    return float(pivots[0])


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
