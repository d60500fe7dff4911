"""What a gripper opens, measured by moving its finger joints.

Knows: finger joints and shapes of a tree. Does not know: the arm, files.

The fingers are the outermost moving links of a hand; a single one is a jaw, and what the hand has
beyond the jaw's joint is the finger that stands still. Out of the hand is the way to their ends,
and they open along the line between them, square to it. The opening is the free room between the
inner faces of their ends, for a number of values of the first joint; where a file has no shapes,
the way that they go apart from where they are closest.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import RobotError
from llmagentos.robot_setup.hands import Reach, fingertips_of
from llmagentos.robot_setup.tree import MOVING, Joint, Tree
from llmagentos.robots.urdf import LinkShape

Array = NDArray[np.float64]
Shapes = Mapping[str, Sequence[LinkShape]]

_SAMPLES = 17
#: The inner faces of the fingers' ends: this much of them from the tip, metres.
_END_M = 0.02
#: The tip lies so far inside the fingers' ends, metres.
_INSIDE_M = 0.01
#: Openings less than this from a straight line are on it, metres.
_STRAIGHT_M = 2e-4
_ALONG = math.cos(math.radians(20))
_LEAST_M = 0.01
#: The fingers touch where the room between them is this small: shapes are not that exact.
_TOUCH_M = 1e-3
#: Beyond a jaw's joint, so much of the way to the hand's end is still palm.
_PALM_SHARE = 0.25
#: What a single jaw closes on, in place of a link's name.
FIXED = "<fixed>"


@dataclass(frozen=True)
class Measured:
    """A gripper with two fingers that move together.

    joints, multipliers: first the one that the others follow. values, openings_m: closed to open.
    joints are those that follow no other. tip: 4x4 in the hand link's frame, z out of the hand, the
    fingers opening along y. lever_m: how far a finger's end goes a unit of the first joint (1 for a
    sliding finger); what a joint's torque is divided by. bare: fingers without any shape.
    fixed: what a single jaw closes on, in the hand link's frame, and taken: the same shapes as the
    file's links have them; both empty with two fingers.
    """

    joints: tuple[str, ...]
    multipliers: tuple[float, ...]
    values: tuple[float, ...]
    openings_m: tuple[float, ...]
    tip: Array = field(repr=False)
    lever_m: float
    bare: tuple[str, ...]
    fixed: tuple[LinkShape, ...] = ()
    taken: tuple[LinkShape, ...] = ()


def drivers_of(reach: Reach) -> tuple[Joint, ...]:
    """Finger joints that follow no other: one or two make a gripper that opens and closes."""
    return tuple(j for j in reach.fingers if j.mimic is None)


def ends_of(tree: Tree, reach: Reach) -> list[str]:
    """The outermost moving links."""
    return [
        j.child for j in reach.fingers if not any(k.kind in MOVING for k in tree.below(j.child))
    ]


def measure(tree: Tree, reach: Reach, shapes: Shapes) -> Measured:
    """Of a hand with two fingers. Raises RobotError, with what is in the way, for any other."""
    first, follow = _together(reach)
    ends = _ends(tree, reach)
    all_shapes, shapes = shapes, {e: _rigid(tree, e, shapes) for e in ends}
    samples = np.linspace(first.lower, first.upper, _SAMPLES)
    hand = [_seen_from_hand(tree, reach, follow, float(v)) for v in samples]
    out = _way_out(tree, reach, hand[len(hand) // 2], ends, shapes)
    fixed: list[LinkShape] = []
    taken: list[LinkShape] = []
    if len(ends) == 1:
        taken, fixed = _beyond(tree, reach, first, out, all_shapes)
        ends, shapes = [*ends, FIXED], {**shapes, FIXED: fixed}
    bare = tuple(e for e in ends if not shapes[e])
    points = [[_end(frames, e, out, shapes) for e in ends] for frames in hand]
    apart = [float(np.linalg.norm(_flat(b - a, out))) for a, b in points]
    widest = int(np.argmax(apart))
    across = _flat(points[widest][1] - points[widest][0], out)
    across = across / np.linalg.norm(across)
    gaps = np.array([_gap(frames, ends, out, across, shapes) for frames in hand])
    if bare:
        gaps -= gaps.min()
    values, openings = _table(samples, gaps)
    if first.kind == "prismatic":
        values, openings = _straight_table(values, openings, 1 if fixed else 2)
    middle = hand[int(np.argmin(np.abs(samples - (values[0] + values[-1]) / 2)))]
    lever = abs(openings[-1] - openings[0]) / abs(values[-1] - values[0])
    driven = [j.name for j in drivers_of(reach)]
    return Measured(
        tuple(driven),
        tuple(round(follow[name], 6) for name in driven),
        values,
        openings,
        _tip(middle, ends, out, across, shapes),
        lever if fixed else lever / 2,
        bare,
        tuple(fixed),
        tuple(taken),
    )


def _together(reach: Reach) -> tuple[Joint, dict[str, float]]:
    """The first joint, and every finger joint's multiple of it. Raises RobotError."""
    drivers = drivers_of(reach)
    tips = fingertips_of(reach)
    if len(drivers) > 2 and len(tips) > 2:
        raise RobotError(
            f"expected a gripper of two fingers that open and close as one, got a hand of {len(tips)} "
            f"fingers ({', '.join(tips)}): it cannot be used as it is. Put two fingers in its place "
            f"with `robot new --gripper FILE --mount {reach.link}`, or fix all joints of the URDF "
            "but those of two fingers that meet"
        )
    if not drivers or len(drivers) > 2:
        names = ", ".join(j.name for j in drivers) or "none"
        raise RobotError(f"expected one or two finger joints that lead the others, got {names}")
    first, follow = drivers[0], {drivers[0].name: 1.0}
    if not first.limited:
        raise RobotError(f"expected a range for {first.name}, got none")
    for other in drivers[1:]:
        same = _multiple((first.lower, first.upper), (other.lower, other.upper))
        crossed = _multiple((first.lower, first.upper), (other.upper, other.lower))
        straight = same or crossed
        if not straight:
            raise RobotError(
                f"expected {other.name} to move as a multiple of {first.name}, got ranges "
                f"[{other.lower}, {other.upper}] and [{first.lower}, {first.upper}]"
            )
        follow[other.name] = straight
    for joint in reach.fingers:
        if joint.mimic is None:
            continue
        if joint.mimic.offset or joint.mimic.joint not in follow:
            raise RobotError(
                f"expected {joint.name} to mimic a multiple of {first.name}, got "
                f"{joint.mimic.multiplier} * {joint.mimic.joint} + {joint.mimic.offset}"
            )
        follow[joint.name] = joint.mimic.multiplier * follow[joint.mimic.joint]
    return first, follow


def _multiple(ends: tuple[float, float], others: tuple[float, float]) -> float:
    """What the ends of one range are multiplied by to give another's; 0 where they are not alike."""
    ratios = {round(b / a, 3) for a, b in zip(ends, others, strict=True) if abs(a) > 1e-9}
    alike = all(abs(b) < 1e-9 for a, b in zip(ends, others, strict=True) if abs(a) <= 1e-9)
    if len(ratios) != 1 or not alike:
        return 0.0
    return next(b / a for a, b in zip(ends, others, strict=True) if abs(a) > 1e-9)


def _rigid(tree: Tree, end: str, shapes: Shapes) -> list[LinkShape]:
    """All shapes that move with a finger's outermost link, in its frame."""
    rest = tree.placements({})
    here = np.linalg.inv(rest[end])
    return [
        LinkShape(end, s.kind, s.size, here @ rest[link] @ s.pose)
        for link in sorted(tree.fixed_to(end))
        for s in shapes.get(link, ())
    ]


def _ends(tree: Tree, reach: Reach) -> list[str]:
    """Links of the two fingers, or of the one that there is."""
    ends = ends_of(tree, reach)
    if len(ends) > 2:
        # A linkage has links beside the fingers that end nothing: they hang on fewer joints.
        depth = {e: len([j for j in tree.chain(e) if j.kind in MOVING]) for e in ends}
        deepest = max(depth.values())
        ends = [e for e in ends if depth[e] == deepest]
    if len(ends) > 2:
        raise RobotError(f"expected one or two fingers, got {len(ends)}: {', '.join(ends)}")
    return ends


def _beyond(
    tree: Tree, reach: Reach, jaw: Joint, out: Array, shapes: Shapes
) -> tuple[list[LinkShape], list[LinkShape]]:
    """What the hand has further out than the jaw's joint: as it is, and in the hand's frame."""
    rest = tree.placements({})
    here = np.linalg.inv(rest[reach.link])
    pivot = float((here @ rest[jaw.child])[:3, 3] @ out)
    seen = [
        (shape, LinkShape(link, shape.kind, shape.size, here @ rest[link] @ shape.pose))
        for link in sorted(tree.fixed_to(reach.arm[-1].child))
        for shape in shapes.get(link, ())
    ]
    ends = [float(s.pose[:3, 3] @ out + np.abs(out @ s.pose[:3, :3]) @ s.half) for _, s in seen]
    start = pivot + _PALM_SHARE * (max(ends, default=pivot) - pivot)
    beyond = [(shape, s) for shape, s in seen if float(s.pose[:3, 3] @ out) > start]
    return [shape for shape, _ in beyond], [s for _, s in beyond]


def _seen_from_hand(
    tree: Tree, reach: Reach, follow: Mapping[str, float], value: float
) -> dict[str, Array]:
    frames = tree.placements({name: m * value for name, m in follow.items()})
    here = np.linalg.inv(frames[reach.link])
    return {link: here @ frame for link, frame in frames.items()} | {FIXED: np.eye(4)}


def _corners(frames: Mapping[str, Array], link: str, shapes: Shapes) -> Array:
    """Corners of a link's shapes as the hand sees them, float64 [N, 3]; its origin without any."""
    found = []
    for shape in shapes.get(link, ()):
        pose = frames[link] @ shape.pose
        for signs in itertools.product((-1, 1), repeat=3):
            found.append(pose[:3, :3] @ (np.array(signs) * shape.half) + pose[:3, 3])
    return np.array(found) if found else frames[link][:3, 3][None]


def _way_out(
    tree: Tree, reach: Reach, frames: Mapping[str, Array], ends: Sequence[str], shapes: Shapes
) -> Array:
    """Out of the hand: along the last joint's axis where the fingers lie on it, else along the
    hand's axis that points to them."""
    last = reach.arm[-1]
    middle = np.mean([_corners(frames, e, shapes).mean(axis=0) for e in ends], axis=0)
    wrist = frames[last.child]
    to_fingers = middle - wrist[:3, 3]
    to_fingers = to_fingers / max(float(np.linalg.norm(to_fingers)), 1e-9)
    axis = wrist[:3, :3] @ last.axis
    cosine = float(axis @ to_fingers)
    if abs(cosine) > _ALONG:
        return np.array(np.round(axis * math.copysign(1, cosine), 9))
    nearest = int(np.argmax(np.abs(to_fingers)))
    return np.eye(3)[nearest] * math.copysign(1, to_fingers[nearest])


def _flat(vector: Array, out: Array) -> Array:
    return np.array(vector - out * float(vector @ out))


def _end(frames: Mapping[str, Array], link: str, out: Array, shapes: Shapes) -> Array:
    """The middle of a finger's end, as the hand sees it."""
    corners = _corners(frames, link, shapes)
    along = corners @ out
    return np.array(corners[along >= along.max() - _END_M].mean(axis=0))


def _gap(
    frames: Mapping[str, Array], ends: Sequence[str], out: Array, across: Array, shapes: Shapes
) -> float:
    """The room between the inner faces of two fingers' ends; less than 0 where they overlap."""
    faces = []
    for link, side in zip(ends, (-1, 1), strict=True):
        corners = _corners(frames, link, shapes)
        along = corners @ out
        end = corners[along >= along.max() - _END_M]
        faces.append(float((side * (end @ across)).min()))
    return faces[0] + faces[1]


def _table(samples: Array, gaps: Array) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Joint values and openings, closed to open, as few as a straight line between them allows."""
    if gaps.max() - max(float(gaps.min()), 0.0) < _LEAST_M:
        raise RobotError(f"expected fingers that open, got {gaps.min():.3f} to {gaps.max():.3f} m")
    best = int(np.argmax(gaps))
    way = -1 if best > len(gaps) / 2 else 1
    values, openings = [float(samples[best])], [float(gaps[best])]
    at = best + way
    while 0 <= at < len(gaps) and gaps[at] < openings[-1] and openings[-1] > 0:
        if gaps[at] < -_TOUCH_M:  # they touched on the way
            share = openings[-1] / (openings[-1] - float(gaps[at]))
            values.append(values[-1] + share * float(samples[at] - values[-1]))
            openings.append(0.0)
            break
        values.append(float(samples[at]))
        openings.append(max(float(gaps[at]), 0.0))
        at += way
    values, openings = values[::-1], openings[::-1]
    keep = _simplified(openings, values)
    return (
        tuple(round(values[i], 5) + 0.0 for i in keep),
        tuple(round(openings[i], 5) + 0.0 for i in keep),
    )


def _straight_table(
    values: Sequence[float], openings: Sequence[float], fingers: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Of sliding fingers: exactly so many times the joint's way, from the widest opening."""
    closed = openings[-1] - fingers * abs(values[-1] - values[0])
    shift = -closed if closed < _TOUCH_M else 0.0
    ends = (round(max(closed, 0.0) if not shift else 0.0, 5), round(openings[-1] + shift, 5))
    return (values[0], values[-1]), (ends[0] + 0.0, ends[1] + 0.0)


def _simplified(openings: Sequence[float], values: Sequence[float]) -> list[int]:
    """Indices that a line through them needs: Douglas and Peucker."""

    def between(low: int, high: int) -> list[int]:
        off = [
            abs(np.interp(values[i], *_two(values, openings, low, high)) - openings[i])
            for i in range(low + 1, high)
        ]
        if not off or max(off) < _STRAIGHT_M:
            return [low]
        worst = low + 1 + int(np.argmax(off))
        return between(low, worst) + between(worst, high)

    return [*between(0, len(values) - 1), len(values) - 1]


def _two(
    values: Sequence[float], openings: Sequence[float], low: int, high: int
) -> tuple[list[float], list[float]]:
    ends = sorted((values[i], openings[i]) for i in (low, high))
    return [v for v, _ in ends], [o for _, o in ends]


def _tip(
    frames: Mapping[str, Array], ends: Sequence[str], out: Array, across: Array, shapes: Shapes
) -> Array:
    middles = [_end(frames, e, out, shapes) for e in ends]
    far = min(float((_corners(frames, e, shapes) @ out).max()) for e in ends)
    at = (middles[0] + middles[1]) / 2
    at = at + out * (far - _INSIDE_M - float(at @ out))
    tip = np.eye(4)
    tip[:3, 0], tip[:3, 1], tip[:3, 2] = np.cross(across, out), across, out
    tip[:3, 3] = at
    return np.round(tip, 9)
