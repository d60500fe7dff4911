"""Pushing an object over the table with the finger tips.

Knows: strokes from behind, looking again, correcting. Does not know: who chose the target.
"""

from __future__ import annotations

import math
from collections.abc import Generator

from llmagentos.errors import MotionError
from llmagentos.execution.skills.context import Context, Skill, failed, succeeded
from llmagentos.motion.planning import LOWEST_TIP_M, Obstacles, moving_body, plan_straight
from llmagentos.motion.shapes import geometry_of
from llmagentos.robots import PANDA
from llmagentos.types import Action, Pose, SceneObject

TOLERANCE_M = 0.02
MAX_STROKES = 3
#: Begin this far behind the object; push at this share of the tool speed.
_RUN_UP_M = 0.025
_PUSH_SPEED = 0.12


def push(context: Context, action: Action) -> Skill:
    """Straight strokes towards the target, up to three."""
    belief = context.belief
    if belief.in_hand is not None:
        return failed("hand full", f"I am holding the {belief.in_hand.item.label}")
    if action.pose is None:
        return failed("bad action", "expected a pose to push to, got none")
    target, problem, strokes = action.pose.position[:2], "", 0
    scene = yield from context.look()
    item = scene.get(action.object_id)
    while True:
        if item is None:
            return failed("not seen", "I can't see it any more", strokes)
        off = math.dist(item.position[:2], target)
        if off <= TOLERANCE_M:
            return succeeded(f"pushed the {item.label}", max(strokes, 1), off_m=off)
        if strokes == MAX_STROKES:
            words = f"after {strokes} strokes the {item.label} is {off * 100:.0f} cm off"
            return failed("misplaced", f"{words}{problem}", strokes, off_m=off)
        strokes += 1
        try:
            yield from _stroke(context, item, target)
        except MotionError as error:
            problem = f" ({error})"
            yield from context.arm.upright()
        yield from context.rise(0.15)
        yield from context.look()
        item = belief.find(item, near=target)


def _stroke(
    context: Context, item: SceneObject, target: tuple[float, float]
) -> Generator[None, None, None]:
    arm, belief = context.arm, context.belief
    g = geometry_of(item)
    x, y, _ = item.position
    heading = math.atan2(target[1] - y, target[0] - x)
    opening = push_opening(g.size_m) if g.is_round else min(0.5 * g.size_m, 0.06)
    behind = _contact_distance(item, heading, opening)
    tip_z = max(item.bottom_z + min(0.35 * g.height_m, 0.03), LOWEST_TIP_M)
    yaw = arm.kinematics.best_yaw(Pose((x, y, tip_z), heading))
    ux, uy = math.cos(heading), math.sin(heading)
    reach = _reach_behind(item, heading) + PANDA.finger_width_m / 2
    start_off = reach + _RUN_UP_M
    start = Pose((x - start_off * ux, y - start_off * uy, tip_z), yaw)
    end = Pose((target[0] - behind * ux, target[1] - behind * uy, tip_z), yaw)
    yield from arm.grip(opening, wait=False)
    yield from context.go(start, belief.obstacles())
    body = moving_body(opening)
    path = plan_straight(arm.kinematics, arm.joints, [end], belief.obstacles(item.id), body)
    yield from arm.follow([path], _PUSH_SPEED)
    back = Pose((end.position[0] - 0.02 * ux, end.position[1] - 0.02 * uy, tip_z), yaw)
    path = plan_straight(arm.kinematics, arm.joints, [back], Obstacles(), body)
    yield from arm.follow([path], 0.3)


def push_opening(size_m: float) -> float:
    """Two finger tips some way apart keep a round thing from slipping off sideways."""
    return min(0.45 * size_m, 0.05)


def _reach_behind(item: SceneObject, heading: float) -> float:
    """How far the object reaches back from its centre against a heading."""
    g = geometry_of(item)
    if g.is_round or g.shape == "mesh":
        return g.size_m / 2
    turn = heading - item.yaw
    return g.size_m / 2 * (abs(math.cos(turn)) + abs(math.sin(turn)))


def _contact_distance(item: SceneObject, heading: float, opening: float) -> float:
    """Distance from the tip to the object's centre while the fingers push it.

    A round thing sinks in between the finger tips; a square one turns its face to them.
    """
    g = geometry_of(item)
    half = g.size_m / 2
    if g.is_round and opening > 0:
        half = math.sqrt(max(half * half - opening * opening / 4, 0.0))
    return half + PANDA.finger_width_m / 2
