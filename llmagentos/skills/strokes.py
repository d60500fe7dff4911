"""Strokes that push an object over the table: where they begin and end, and which is free.

Knows: an object's faces, the hand, what is in the way, how a stroke is corrected. Does not know:
motion, looking, who corrects it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from llmagentos.errors import CollisionError, MotionError, UnreachableError
from llmagentos.motion.planning import check_free, moving_body, poses_along
from llmagentos.motion.solids import geometry_of
from llmagentos.robots import ArmSpec
from llmagentos.skills.context import Context
from llmagentos.skills.residual import Correction
from llmagentos.types import Pose, SceneObject

#: Lengths are at scale 1. Begin this far behind the object; push at this share of the tool speed.
_RUN_UPS_M = (0.025, 0.008)
PUSH_SPEED = 0.12
#: The palm passes this high above the object's top.
_UNDER_PALM_M = 0.003
#: Fingers are so low over its base at most, and so far apart.
_LOW_M, _WIDE_M = 0.03, 0.06
#: A stroke that ends later or is faster than scripted needs so much of the work area beyond the
#: target.
_ROOM_M = 0.06
#: What is pushed so many times its width above its foot falls over.
_TOPPLES = 1.1


def heading_of(item: SceneObject, target: tuple[float, float]) -> float:
    """The direction from the object to its target, rad."""
    return math.atan2(target[1] - item.position[1], target[0] - item.position[0])


@dataclass(frozen=True)
class Stroke:
    """From behind the object to the target: tip poses, the opening of the fingers, the share of the
    tool's speed. corrected: whether it is other than scripted."""

    start: Pose
    end: Pose
    opening_m: float
    speed: float = PUSH_SPEED
    corrected: bool = False


def choose_stroke(
    context: Context, item: SceneObject, target: tuple[float, float], correction: Correction
) -> Stroke:
    """The first free stroke: fingers side by side, else one behind the other; low, else higher.
    Each as corrected where that is free, else as it is. Raises MotionError where none is."""
    problem = ""
    for plain in _strokes(context, item, target):
        for stroke in dict.fromkeys((_corrected(context, plain, item, target, correction), plain)):
            try:
                _check(context, item, stroke)
            except MotionError as error:
                problem = problem or str(error)
                continue
            return stroke
    raise CollisionError(problem)


def _check(context: Context, item: SceneObject, stroke: Stroke) -> None:
    """Raises MotionError where the hand would hit something or can't get."""
    belief, kinematics = context.belief, context.arm.kinematics
    body = moving_body(context.arm.spec, stroke.opening_m)
    check_free(stroke.start, belief.obstacles(), body, "the place behind it")
    for at in poses_along(stroke.start, stroke.end):
        check_free(at, belief.obstacles(item.id), body, "the lane")
    if not kinematics.reaches_down_to(stroke.start):
        raise UnreachableError(f"expected a straight way down to {stroke.start.position}")
    kinematics.solve(stroke.end)


def _corrected(
    context: Context,
    plain: Stroke,
    item: SceneObject,
    target: tuple[float, float],
    correction: Correction,
) -> Stroke:
    """The stroke as a policy wants it: the end later or sooner (not before the object is met),
    another speed. Where the work area ends soon after the target, neither later nor faster than
    scripted: what is pushed out of it, no skill may be able to fetch."""
    if not correction.changes:
        return plain
    heading, (x, y, z) = heading_of(item, target), plain.end.position
    c, s, scale = math.cos(heading), math.sin(heading), context.arm.spec.scale
    later = max(scale * correction["end_m"], -math.dist(item.position[:2], target))
    faster = correction["speed"]
    beyond = (target[0] + _ROOM_M * scale * c, target[1] + _ROOM_M * scale * s)
    if not context.belief.scene().workspace.contains(*beyond):
        later, faster = min(later, 0.0), min(faster, 0.0)
    end = Pose((x + later * c, y + later * s, z), plain.end.yaw)
    corrected = bool(later or faster)
    return replace(plain, end=end, speed=plain.speed * 2.0**faster, corrected=corrected)


def _strokes(context: Context, item: SceneObject, target: tuple[float, float]) -> Iterator[Stroke]:
    g, spec = geometry_of(item), context.arm.spec
    s = spec.scale
    x, y, _ = item.position
    heading = heading_of(item, target)
    ux, uy = math.cos(heading), math.sin(heading)
    low = _lowest_z(item, spec)
    wide = min(0.5 * face(item, heading)[1], _WIDE_M * s)
    if g.is_round:
        wide = s * push_opening(g.size_m / s)
    heights = (low, max(low, item.bottom_z + 0.7 * g.height_m))
    for run_up, tip_z in itertools.product(_RUN_UPS_M, heights):
        for turn, opening in ((0.0, wide), (0.0, 0.0), (math.pi / 2, 0.0)):
            thick = spec.finger_width_m / 2 if turn == 0.0 else spec.finger_thickness_m
            behind = _contact_distance(item, opening, heading) + thick
            off = reach_behind(item, heading) + thick + run_up * s
            yaw = context.arm.kinematics.best_yaw(Pose((x, y, tip_z), heading + turn))
            # The middle between the fingers meets the object, wherever the tip is.
            middle = spec.middle_m(opening)
            mx, my = middle * math.sin(yaw), -middle * math.cos(yaw)
            yield Stroke(
                Pose((x - off * ux - mx, y - off * uy - my, tip_z), yaw),
                Pose((target[0] - behind * ux - mx, target[1] - behind * uy - my, tip_z), yaw),
                opening,
            )


def _lowest_z(item: SceneObject, spec: ArmSpec) -> float:
    """How low the finger tips may push it."""
    g, s = geometry_of(item), spec.scale
    low = max(item.bottom_z + min(0.35 * g.height_m, _LOW_M * s), spec.lowest_tip_m)
    # The palm reaches out over the object, so it has to pass above its top.
    return max(low, item.bottom_z + g.height_m - spec.palm_m + _UNDER_PALM_M * s)


def topples(item: SceneObject, spec: ArmSpec) -> bool:
    """Whether a thing of no known kind is so slim that fingers can push it only where it falls over:
    friction holds its foot back with half of its weight, about."""
    if item.extents_m is None:
        return False
    return _lowest_z(item, spec) - item.bottom_z > _TOPPLES * min(item.extents_m[:2])


def push_opening(size_m: float) -> float:
    """Two finger tips some way apart keep a round thing from slipping off sideways."""
    return min(0.45 * size_m, 0.05)


def _halves(item: SceneObject) -> tuple[float, float]:
    """Half its length and width along its own axes: a brick is longer than wide."""
    x, y, _ = geometry_of(item).extents_m
    return x / 2, y / 2


def reach_behind(item: SceneObject, heading: float) -> float:
    """How far the object reaches back from its centre against a heading."""
    g = geometry_of(item)
    half_x, half_y = _halves(item)
    if g.is_round or (g.shape == "mesh" and half_x == half_y):
        return half_x
    turn = heading - item.yaw
    return half_x * abs(math.cos(turn)) + half_y * abs(math.sin(turn))


def face(item: SceneObject, heading: float) -> tuple[float, float]:
    """How far the face that the fingers meet, and turn to them, is from the centre; its width."""
    half_x, half_y = _halves(item)
    turn = heading - item.yaw
    meets_end = half_x * abs(math.sin(turn)) < half_y * abs(math.cos(turn))
    return (half_x, 2 * half_y) if meets_end else (half_y, 2 * half_x)


def _contact_distance(item: SceneObject, opening: float, heading: float) -> float:
    """Distance from the fingers' front to the object's centre while they push it.

    A round thing sinks in between the finger tips; another one turns a face to them.
    """
    half, _ = face(item, heading)
    if geometry_of(item).is_round and opening > 0:
        return math.sqrt(max(half * half - opening * opening / 4, 0.0))
    return half
