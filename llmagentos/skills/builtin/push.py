"""Pushing an object over the table with the finger tips.

Knows: strokes from behind, looking again, correcting; the skill `push`.
Does not know: who chose the target.
"""

from __future__ import annotations

import itertools
import logging
import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

from llmagentos.errors import CollisionError, MotionError, UnreachableError
from llmagentos.motion.planning import (
    Obstacles,
    check_free,
    moving_body,
    plan_straight,
    poses_along,
)
from llmagentos.motion.solids import geometry_of
from llmagentos.objects.kinds import traits
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, SkillStatus, failed, succeeded
from llmagentos.skills.builtin.pick import take
from llmagentos.skills.builtin.place import put_down
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import OBJECT, POSE, Skill, SkillRun
from llmagentos.skills.preview import outside, taken_on_table, with_object
from llmagentos.types import Action, Pose, Scene, SceneObject

_log = logging.getLogger(__name__)

#: Lengths are at scale 1.
TOLERANCE_M = 0.02
MAX_STROKES = 3
#: Begin this far behind the object; push at this share of the tool speed.
_RUN_UPS_M = (0.025, 0.008)
_PUSH_SPEED = 0.12
#: The palm passes this high above the object's top.
_UNDER_PALM_M = 0.003
#: Fingers are so low over its base at most, and so far apart; after a stroke the hand goes back and up.
_LOW_M, _WIDE_M, _BACK_M, _UP_M = 0.03, 0.06, 0.02, 0.15


def _check(scene: Scene, action: Action) -> SkillReport | None:
    item = scene.get(action.object_id)
    if item is None:
        return failed(Failure.NOT_SEEN)
    if traits(item.kind).is_flat:
        return failed(Failure.UNMOVABLE)
    below = scene.get(item.support)
    if below is not None and not traits(below.kind).is_flat:
        return failed(Failure.NOT_ON_TABLE, f"it stands on the {below.label}")
    return outside(scene, action)


def _preview(scene: Scene, action: Action) -> Scene | SkillReport:
    item = scene.get(action.object_id)
    assert item is not None and action.pose is not None, "the check has seen them"
    x, y, _ = action.pose.position
    problem = taken_on_table(scene, item, x, y)
    if problem is not None:
        return problem
    at = (x, y, scene.workspace.table_z + item.height_m / 2)
    return with_object(scene, item, replace(item, position=at, support="table"))


def _run(context: Context, action: Action) -> SkillRun:
    """Straight strokes towards the target, up to three; carried where there is no room for one."""
    assert action.pose is not None, "the check has seen it"
    target, problem, strokes = action.pose.position[:2], "", 0
    s = context.arm.spec.scale
    item = context.belief.scene().get(action.object_id)
    while True:
        if item is None:
            return failed(Failure.NOT_SEEN, attempts=strokes)
        off = math.dist(item.position[:2], target)
        if off <= TOLERANCE_M * s:
            return succeeded(f"pushed the {item.label}", max(strokes, 1), off_m=off)
        if strokes == MAX_STROKES:
            words = f"after {strokes} strokes the {item.label} is {off * 100:.0f} cm off"
            return failed(Failure.MISPLACED, f"{words}{problem}", strokes, off_m=off)
        try:
            stroke = _choose_stroke(context, item, target)
        except MotionError as error:
            _log.info("no stroke for %s: %s", item.id, error)
            return (yield from _carry(context, item, action.pose, strokes))
        strokes += 1
        try:
            yield from _carry_out(context, item, stroke)
        except MotionError as error:
            problem = f" ({error})"
            yield from context.recover()
        yield from context.rise(_UP_M * s)
        item = yield from context.look_for(item, near=target)


def _carry(context: Context, item: SceneObject, goal: Pose, strokes: int) -> SkillRun:
    """Where there is no room to push, lift the object over to the target, and say so."""
    report = yield from take(context, item)
    if report.status is SkillStatus.SUCCEEDED:
        x, y, _ = goal.position
        put = Action("place", object_id=item.id, pose=Pose((x, y, item.bottom_z), item.yaw))
        report = yield from put_down(context, put)
    if report.status is not SkillStatus.SUCCEEDED:
        words = f"there is no room to push the {item.label}, and {report.words}"
        return failed(Failure.IN_THE_WAY, words, strokes + report.attempts)
    words = f"there was no room to push the {item.label}, so I carried it"
    return succeeded(words, strokes + report.attempts, carried=True)


@dataclass(frozen=True)
class _Stroke:
    """From behind the object to the target: tip poses and the opening of the fingers."""

    start: Pose
    end: Pose
    opening_m: float


def _carry_out(context: Context, item: SceneObject, stroke: _Stroke) -> Generator[None, None, None]:
    arm, belief = context.arm, context.belief
    yield from arm.grip(stroke.opening_m, wait=False)
    yield from context.go(stroke.start, belief.obstacles())
    body = moving_body(context.arm.spec, stroke.opening_m)
    path = plan_straight(arm.kinematics, arm.joints, [stroke.end], belief.obstacles(item.id), body)
    yield from arm.follow([path], _PUSH_SPEED)
    back = _between(stroke.end, stroke.start, _BACK_M * arm.spec.scale)
    yield from arm.follow([plan_straight(arm.kinematics, arm.joints, [back], Obstacles(), body)])


def _choose_stroke(context: Context, item: SceneObject, target: tuple[float, float]) -> _Stroke:
    """The first free stroke: fingers side by side, else one behind the other; low, else higher."""
    belief, problem = context.belief, ""
    for stroke in _strokes(context, item, target):
        body = moving_body(context.arm.spec, stroke.opening_m)
        try:
            check_free(stroke.start, belief.obstacles(), body, "the place behind it")
            for at in poses_along(stroke.start, stroke.end):
                check_free(at, belief.obstacles(item.id), body, "the lane")
            if not context.arm.kinematics.reaches_down_to(stroke.start):
                raise UnreachableError(f"expected a straight way down to {stroke.start.position}")
            context.arm.kinematics.solve(stroke.end)
        except MotionError as error:
            problem = problem or str(error)
            continue
        return stroke
    raise CollisionError(problem)


def _strokes(context: Context, item: SceneObject, target: tuple[float, float]) -> Iterator[_Stroke]:
    g, spec = geometry_of(item), context.arm.spec
    s = spec.scale
    x, y, _ = item.position
    heading = math.atan2(target[1] - y, target[0] - x)
    ux, uy = math.cos(heading), math.sin(heading)
    # The palm reaches out over the object, so it has to pass above its top.
    low = max(item.bottom_z + min(0.35 * g.height_m, _LOW_M * s), spec.lowest_tip_m)
    low = max(low, item.bottom_z + g.height_m - spec.palm_m + _UNDER_PALM_M * s)
    wide = min(0.5 * _face(item, heading)[1], _WIDE_M * s)
    if g.is_round:
        wide = s * push_opening(g.size_m / s)
    heights = (low, max(low, item.bottom_z + 0.7 * g.height_m))
    for run_up, tip_z in itertools.product(_RUN_UPS_M, heights):
        for turn, opening in ((0.0, wide), (0.0, 0.0), (math.pi / 2, 0.0)):
            thick = spec.finger_width_m / 2 if turn == 0.0 else spec.finger_thickness_m
            behind = _contact_distance(item, opening, heading) + thick
            off = _reach_behind(item, heading) + thick + run_up * s
            yaw = context.arm.kinematics.best_yaw(Pose((x, y, tip_z), heading + turn))
            # The middle between the fingers meets the object, wherever the tip is.
            middle = spec.middle_m(opening)
            mx, my = middle * math.sin(yaw), -middle * math.cos(yaw)
            yield _Stroke(
                Pose((x - off * ux - mx, y - off * uy - my, tip_z), yaw),
                Pose((target[0] - behind * ux - mx, target[1] - behind * uy - my, tip_z), yaw),
                opening,
            )


def _between(start: Pose, end: Pose, way_m: float) -> Pose:
    """The pose way_m from start on the straight line to end."""
    share = way_m / max(math.dist(start.position, end.position), 1e-6)
    x, y, z = (a + (b - a) * share for a, b in zip(start.position, end.position, strict=True))
    return Pose((x, y, z), start.yaw)


def push_opening(size_m: float) -> float:
    """Two finger tips some way apart keep a round thing from slipping off sideways."""
    return min(0.45 * size_m, 0.05)


def _halves(item: SceneObject) -> tuple[float, float]:
    """Half its length and width along its own axes: a brick is longer than wide."""
    x, y, _ = geometry_of(item).extents_m
    return x / 2, y / 2


def _reach_behind(item: SceneObject, heading: float) -> float:
    """How far the object reaches back from its centre against a heading."""
    g = geometry_of(item)
    half_x, half_y = _halves(item)
    if g.is_round or (g.shape == "mesh" and half_x == half_y):
        return half_x
    turn = heading - item.yaw
    return half_x * abs(math.cos(turn)) + half_y * abs(math.sin(turn))


def _face(item: SceneObject, heading: float) -> tuple[float, float]:
    """How far the face that the fingers meet, and turn to them, is from the centre; its width."""
    half_x, half_y = _halves(item)
    turn = heading - item.yaw
    meets_end = half_x * abs(math.sin(turn)) < half_y * abs(math.cos(turn))
    return (half_x, 2 * half_y) if meets_end else (half_y, 2 * half_x)


def _contact_distance(item: SceneObject, opening: float, heading: float) -> float:
    """Distance from the fingers' front to the object's centre while they push it.

    A round thing sinks in between the finger tips; another one turns a face to them.
    """
    half, _ = _face(item, heading)
    if geometry_of(item).is_round and opening > 0:
        return math.sqrt(max(half * half - opening * opening / 4, 0.0))
    return half


PUSH = Skill(
    name="push",
    doing="pushing {object}",
    parameters=(OBJECT, POSE),
    uses=("arm", "gripper", "camera"),
    hand="empty",
    looks=True,
    failures=(
        Failure.NOT_SEEN,
        Failure.HAND_FULL,
        Failure.UNMOVABLE,
        Failure.NOT_ON_TABLE,
        Failure.MISPLACED,
    ),
    check=_check,
    preview=_preview,
    run=_run,
)
