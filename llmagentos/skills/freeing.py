"""Making room to take hold of something: a block by a wall is drawn away from it.

Knows: pressing lightly on a top and drawing it sideways; what is in the way of a grasp. Does not
know: grasping, why.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

from llmagentos.errors import MotionError
from llmagentos.motion.planning import (
    Obstacles,
    check_free,
    moving_body,
    plan_straight,
    poses_along,
)
from llmagentos.motion.solids import geometry_of, object_prisms
from llmagentos.skills.context import Context
from llmagentos.skills.grasps import grasps, is_boxy
from llmagentos.types import Pose, Scene, SceneObject

_log = logging.getLogger(__name__)

#: Lengths are at scale 1.
_DIRECTIONS, _WAYS_M = 8, (0.015, 0.03)
#: The finger ends are sent this far into the top, which presses on it with a few newtons.
_PRESS_M = 0.006
_ABOVE_M, _SPEED = 0.03, 0.15
#: Cups can be moved aside, too; larger vessels are where things belong.
_SMALL_M = 0.11
#: Things with less room than this between their outlines, about, may keep fingers away; and what
#: counts as touching and as standing on one level.
_CLOSE_M, _TOUCHES_M, _SAME_LEVEL_M = 0.07, 0.01, 0.03
#: The floor of what it lies in is no obstacle, even where the object was seen a little low.
_FLOOR_M = 0.01
#: Taller things would tip over.
_TALLEST = 1.2


def is_small(item: SceneObject, scale: float = 1.0) -> bool:
    """Whether it is a single thing that can be moved aside without much ado."""
    g = geometry_of(item)
    return g.shape != "flat" and (not g.has_rim or g.size_m <= _SMALL_M * scale)


def in_the_way(context: Context, item: SceneObject) -> SceneObject | None:
    """`crowded_by` with what is believed and where the arm gets to."""
    kinematics = context.arm.kinematics
    return crowded_by(
        context.belief.scene(),
        item,
        context.belief.obstacles,
        lambda rest: next(grasps(item, rest, kinematics), None) is not None,
    )


def crowded_by(
    scene: Scene,
    item: SceneObject,
    obstacles: Callable[..., Obstacles],
    has_grasp: Callable[[Obstacles], bool],
) -> SceneObject | None:
    """What is so close to the object that no grasp is free: the one without which there would be
    one, small things first; else the nearest that touches it. None where nothing is close.

    obstacles(*ids): everything but these. has_grasp: whether it can be grasped among some.
    """
    near, s = [], scene.workspace.scale
    for o in scene.objects:
        covered = any(not above.inside for above in scene.on_top_of(o.id))
        if o.held or o.id in (item.id, item.support) or covered or o.inside != item.inside:
            continue
        gap = math.dist(o.position[:2], item.position[:2]) - (o.size_m + item.size_m) / 2
        level = abs(o.bottom_z - item.bottom_z) < _SAME_LEVEL_M * s or o.top_z > item.bottom_z
        if gap < _CLOSE_M * s and level and geometry_of(o).shape != "flat":
            near.append((not is_small(o, s), gap, o))
    near.sort(key=lambda entry: entry[:2])
    for _, _, o in near:
        if has_grasp(obstacles(item.id, o.id)):
            return o
    touching = [o for large, gap, o in near if gap < _TOUCHES_M * s and not large]
    return touching[0] if touching else None


def draw_free(context: Context, item: SceneObject) -> Generator[None, None, bool]:
    """Draw a block by its top to where it can be gripped. Whether a way was found and taken.

    Raises MotionError.
    """
    g = geometry_of(item)
    if not is_boxy(g) or g.height_m > _TALLEST * g.size_m or context.belief.in_hand:
        return False
    for start, end in _ways(context, item):
        body = moving_body(context.arm.spec, 0.0)
        # Wall and floor stay obstacles; only the object itself is touched.
        obstacles = context.belief.obstacles(item.id)
        up = start.position[2] + _ABOVE_M * context.arm.spec.scale
        above = Pose((*start.position[:2], up), start.yaw)
        try:
            for pose in poses_along(start, end):
                check_free(pose, obstacles, body, "the way to draw it")
            check_free(above, obstacles, body, "the way to draw it")
            context.arm.kinematics.solve(end)
        except MotionError as error:
            _log.debug("no way to draw %s: %s", item.id, error)
            continue
        yield from context.arm.grip(0.0)
        yield from context.go(above, obstacles)
        for pose in (start, end):
            kinematics, joints = context.arm.kinematics, context.arm.joints
            path = plan_straight(kinematics, joints, [pose], Obstacles(), body)
            yield from context.arm.follow([path], _SPEED)
        yield from context.arm.relax()
        yield from context.rise(above.position[2])
        return True
    return False


def _ways(context: Context, item: SceneObject) -> Iterator[tuple[Pose, Pose]]:
    """Strokes on top of the object to where a grasp would be free."""
    kinematics, belief = context.arm.kinematics, context.belief
    support = belief.scene().get(item.support)
    inwards = 0.0
    if support is not None:
        away = [a - b for a, b in zip(support.position[:2], item.position[:2], strict=True)]
        inwards = math.atan2(away[1], away[0])
    x, y, _ = item.position
    spec = context.arm.spec
    z = item.top_z + spec.finger_beyond_tip_m - _PRESS_M * spec.scale
    obstacles = belief.obstacles(item.id)
    for way_m in _WAYS_M:
        way = way_m * spec.scale
        for turn in sorted(range(_DIRECTIONS), key=lambda i: min(i, _DIRECTIONS - i)):
            heading = inwards + 2 * math.pi * turn / _DIRECTIONS
            there = (x + way * math.cos(heading), y + way * math.sin(heading))
            moved = replace(item, position=(*there, item.position[2]))
            lifted = replace(item, position=(*there, item.position[2] + _FLOOR_M * spec.scale))
            if obstacles.hit(object_prisms(lifted)) is not None:
                continue
            if next(grasps(moved, obstacles, kinematics), None) is None:
                continue
            for quarter in (0.0, math.pi / 2):
                yaw = kinematics.best_yaw(Pose((x, y, z), item.yaw + quarter))
                middle = spec.middle_m(0.0)
                mx, my = middle * math.sin(yaw), -middle * math.cos(yaw)
                end = Pose((there[0] - mx, there[1] - my, z), yaw)
                yield Pose((x - mx, y - my, z), yaw), end
